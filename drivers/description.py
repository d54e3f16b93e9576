"""What a driver file may say: a closed vocabulary, without expressions or conditions.

Every mistake is a `DescriptionError` that names the file, the entry and a correction; a file is never half
read.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, Literal, TypeVar

import msgspec

from drivers.errors import DescriptionError
from drivers.family import FamilyError, merged
from drivers.instrument import Evidence, InstrumentKind, LineSettings
from drivers.line_entry import unfinished
from drivers.protocols import State
from drivers.protocols.check import Computed, Spelled
from drivers.protocols.inquiry import Tells
from drivers.protocols.number import NumberStyle
from drivers.reading import Kind, Stability

T = TypeVar("T")
Rest = bool | Literal["unknown"]
REST: Final[dict[Rest, Stability]] = {
    True: Stability.STABLE,
    False: Stability.MOVING,
    "unknown": Stability.NOT_REPORTED,
}


class CheckEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`check`: the check characters; columns count from 1 and include the start mark."""

    kind: Computed
    over: str
    at: str
    spelled: Spelled = msgspec.field(name="as")
    optional: bool = False
    """the frame may also come without them"""


class FrameEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[frame]`: where a frame begins and ends."""

    start: str = ""
    end: str = ""
    length: int | None = None
    """bytes of every frame, start and end included, an optional check not"""
    lengths: tuple[int, ...] = ()
    """the only lengths allowed, when there are several"""
    check: CheckEntry | None = None


class AskEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[ask]`: the request for one indication; left out for an instrument that streams."""

    send: str
    high_resolution: str | None = None
    """the request for the finer display; its reply must say so on the wire"""


class BitsEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `bits`: a flag in some bits of a character."""

    of: str
    """the field that holds the character"""
    low: int
    """lowest bit; 0 is the least significant"""
    n: int = 1
    name: str = ""
    write: int | None = None
    """constant bits: written so by the twin, not judged"""


class ReplyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[reply]]`: one form of a frame, drawn with `match` or listed with `columns`."""

    match: str | None = None
    columns: dict[str, str] = {}
    blank: str = ""
    """columns that hold a blank"""
    ignore: tuple[str, ...] = ()
    """fields that may hold anything"""
    bits: tuple[BitsEntry, ...] = ()
    unit: str | dict[str, dict[str, str]] | None = None
    """one of our units, or by flag; left out when the unit stands on the wire"""
    blank_unit: str | None = None
    """what a unit left blank means, until the instrument has named one"""
    stable: Literal["unknown", "unit-shown"] | dict[str, dict[str, Rest]] | None = None
    kind: Kind | dict[str, dict[str, Kind]] | None = None
    high_resolution: bool | dict[str, dict[str, bool]] | None = None
    negative: dict[str, dict[str, bool]] | None = None
    decimals: int | dict[str, dict[str, int]] | None = None
    state: State | dict[str, dict[str, str]] | None = None
    """by flag also `ok`: nothing is wrong then"""
    then: Literal["wait"] | None = None
    """the frame only promises: what was asked for comes in a frame of its own"""
    comma: bool = False
    """the instrument writes a decimal comma"""
    show: NumberStyle = NumberStyle()
    unit_right: bool = False
    """the unit stands at the right of its field"""


class DoEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[do]`: a declared command and the answers to it, without the line end."""

    send: str
    done: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class AskedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[setting]]`: a question by which the instrument tells something of itself."""

    name: str
    send: str
    answer: str | tuple[str, ...]
    """its forms, without the line end; `{told}` is what it tells"""
    tells: Tells
    twin: str
    """what the played instrument tells"""
    refused: tuple[str, ...] = ()
    """answers that mean: not now"""


class Meant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an example means; what is left out is not compared."""

    value: str | None = None
    unit: str | None = None
    stable: Rest | None = None
    kind: Kind | None = None
    high_resolution: bool | None = None
    tare: str | None = None
    state: State | None = None
    done: str | None = None
    """a command that this answer reports as done"""
    then: Literal["wait"] | None = None


class ExampleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[example]]`: a frame and what it means."""

    rx: str
    meant: Meant = msgspec.field(name="is")
    source: str = ""


class Capabilities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[capabilities]`: what the instrument can besides, by its manual. Told, never sent."""

    high_resolution: str = ""
    """how a finer display is had and seen, where the wire cannot ask for it safely"""
    serial_number: str = ""
    """the request or the key that shows its serial number"""
    seal_counter: str = ""
    """the request or the key that shows its event counter or electronic seal"""
    updates_per_s: str = ""


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole driver file."""

    id: str
    """also the file's name without `.toml`"""
    name: str
    kind: InstrumentKind
    evidence: Evidence
    source: str
    """manual and page, or where the bytes were captured"""
    like: str = ""
    """the family, a driver of this program, whose entries hold where this file has none"""
    capabilities: Capabilities = Capabilities()
    keyed: bool = False
    """no wire: a person keys what is shown"""
    serial: LineSettings = LineSettings()
    frame: FrameEntry = FrameEntry()
    reverse: str = ""
    """columns that are sent last first"""
    ask: AskEntry | None = None
    interval_ms: int = 200
    timeout_ms: int = 2000
    units: dict[str, str] = {}
    """the wire's spelling to ours; nothing else is a unit"""
    reply: tuple[ReplyEntry, ...] = ()
    do: dict[str, DoEntry] = {}
    setting: tuple[AskedEntry, ...] = ()
    example: tuple[ExampleEntry, ...] = ()


ENTRIES: Final = (
    Description, Capabilities, LineSettings, FrameEntry, CheckEntry, AskEntry, ReplyEntry, BitsEntry,
    NumberStyle, DoEntry, AskedEntry, ExampleEntry, Meant,
)  # fmt: skip
DESCRIPTION: Final = "driver.description"
"""the code of every mistake in a driver file"""
_PATH: Final = re.compile(r"(.*?)(?: - at `\$?\.?(.*)`)?", re.DOTALL)
_QUOTED: Final = re.compile(r"[`'](\w[\w-]*)[`']$")


def refuse(file: str, path: str, mistake: str, correction: str) -> DescriptionError:
    """The error for a mistake in a driver file.

    Args:
        file: the file's name.
        path: the entry, `reply[0].columns`; counted from 0 as the TOML reader does.
        mistake: what is wrong, without a full stop.
        correction: what to write instead, a sentence.
    """
    return DescriptionError(
        "driver.description",
        "{file}, at {path}: {mistake}.",
        "{correction}",
        file=file,
        path=path,
        mistake=mistake,
        correction=correction,
    )


def read_description(data: bytes, file: str) -> Description:
    """Read the driver file of an instrument that sends characters.

    Raises:
        DescriptionError: no TOML, a word that does not exist, or an entry of the wrong type.
    """
    return read_entries(data, file, Description, _WORDS)


def read_entries(data: bytes, file: str, kind: type[T], words: Sequence[str]) -> T:
    """Read a driver file as `kind`; `words` are what a misspelt word may have meant.

    Raises:
        DescriptionError: no TOML, a word that does not exist, an entry of the wrong type, or a number that is
            none.
    """
    try:
        said = msgspec.convert(merged(data), kind)
    except FamilyError as mistake:
        raise refuse(file, "like", str(mistake), "`tera driver list` shows the families.") from None
    except UnicodeDecodeError:
        raise refuse(file, "the file", "it is not UTF-8 text", "Save it again as UTF-8.") from None
    except tomllib.TOMLDecodeError as mistake:
        sentence = "Correct that line; strings with backslashes stand in single quotes."
        raise refuse(file, "the file", str(mistake), sentence) from None
    except msgspec.ValidationError as mistake:
        found = _PATH.fullmatch(str(mistake))
        reason, path = (found[1], found[2]) if found else (str(mistake), None)
        raise refuse(file, path or "the top of the file", reason, _correction(reason, words)) from None
    for path, number in unfinished(said):
        raise refuse(file, path, f"{number} is no number", "Write digits and a point, as in '0.1'.")
    return said


def words_of(entries: Iterable[type[msgspec.Struct]], *enums: Iterable[StrEnum]) -> list[str]:
    """Every word that may stand in these entries, to guess a misspelt one from."""
    names = {name for entry in entries for name in entry.__struct_encode_fields__}
    return sorted(names | {word.value for words in enums for word in words})


_LACKING: Final = "Object missing required field"
_MISSPELT: Final = ("Object contains unknown field", "Invalid enum value", "Invalid value")
"""how msgspec begins when a word may have been misspelt"""
_WORDS: Final = words_of(ENTRIES, Evidence, State, Computed, Spelled, Kind)


def _correction(reason: str, words: Sequence[str]) -> str:
    if reason.startswith(_LACKING):
        return "Write it; drivers/README.md says what may stand there."
    quoted = _QUOTED.search(reason) if reason.startswith(_MISSPELT) else None
    near = difflib.get_close_matches(quoted[1], words, n=2) if quoted else []
    if others := [word for word in near if quoted and word != quoted[1]]:
        return f"Did you mean {others[0]!r}?"
    return "Correct that entry; drivers/README.md lists what may stand there."
