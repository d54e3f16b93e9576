"""What the driver file of an instrument that is asked in several questions may say.

It has `[[query]]` and `[[quantity]]`. Every mistake is a `DescriptionError` that names the file, the entry
and a correction, as for other driver files.
"""

from typing import Final

import msgspec

from drivers.description import AskedEntry, Capabilities, Meant, Rest, read_entries, words_of
from drivers.instrument import Evidence, InstrumentKind, LineSettings
from drivers.protocols import State
from drivers.protocols.answer_check import Summed
from drivers.protocols.digits import Digits
from drivers.protocols.questions import Echo

StateWord = str
"""a `State`, or `ok` where the flag allows the value"""


class TalkEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[talk]`: how lines end, and what comes besides answers."""

    end: str = r"\r"
    """what ends each line that is sent"""
    answer_end: str = r"\r\n"
    """what ends each line of an answer; further line ends before the next line do not matter"""
    echo: Echo = Echo.NEVER
    """whether each question comes back first; `either` where a person can switch it"""
    prompt: str = ""
    """what it may send to say that it is ready"""
    buffer: int = 80
    """the longest line that the instrument takes, its end included; one question a line"""
    longest: int = 256
    """the longest line of an answer"""
    gap_ms: int = 0
    """least pause between an answer and the next question"""


class StepEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[setup]]` and `[[prove]]`: sent when the line is opened, in this order."""

    send: str
    name: str = ""
    """what it proves, for the message when it does not"""
    answer: str | tuple[str, ...] = ()
    """the forms of the answer; none: what is said to a setting is not looked at"""


class QueryEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[query]]`: a question and the forms of its answer."""

    send: str
    answer: str | tuple[str, ...]
    instead: dict[str, State] = {}
    """forms of answers that carry no value, and why"""
    again: tuple[str, ...] = ()
    """forms of answers that repeat a measurement which was given before: no new reading"""
    ignore: tuple[str, ...] = ()
    """holes that may hold anything"""
    check: Summed | None = None
    """over everything before the hole `{check}`"""
    silence: bool = False
    """no answer is how it says that it has no value; the error queue then says why"""


class QuantityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[quantity]]`: one quantity that the instrument shows."""

    name: str = ""
    number: str = "number"
    """the hole that holds its number"""
    digits: Digits = Digits.DECIMAL
    """how the number is written"""
    guards: bool = False
    """where it gives no value, none of the others is believed"""
    unit: str | None = None
    """one of our units; left out when the instrument is asked for it"""
    wraps_at: str | None = None
    """where a counter begins anew at zero"""
    unit_in: str = "unit"
    """the hole that holds its unit"""
    units: dict[str, str] = {}
    """the spellings of its own units, where those of other quantities must not pass for them"""
    stable: str | dict[str, dict[str, Rest]] | None = None
    """`unknown`, or by flag"""
    state: dict[str, dict[str, StateWord]] = {}
    """by flag: why there is no value, or `ok`"""
    no_value: tuple[str, ...] = ()
    """what stands in place of the number: one character stands for any run of it, with dots and blanks"""
    numbers: dict[str, State] = {}
    """numbers that are none, as `-999.9`"""
    least: str | None = None
    """what it can measure at least and at most, with the unit: `"800 hPa"`"""
    most: str | None = None


class ErrorsEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[errors]`: the error queue, read after each interview until it is empty."""

    send: str
    answer: str | tuple[str, ...]
    """with the hole `{code}`: a number, or a closed set"""
    none: tuple[str, ...] = ("0", "+0")
    """the codes that mean: no error"""
    state: dict[str, State] = {}
    """what a code means for the value, where it is no error"""


class QueryDoEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[do]`: a declared command."""

    send: str
    answer: str | tuple[str, ...] = ()
    """the answers that mean done; none where only the error queue tells"""


class QueryExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[example]]`: answers by question, and what they mean; a question left out answers as in the first."""

    answers: dict[str, str]
    """by what is sent; an empty text: it stays silent"""
    meant: Meant = msgspec.field(name="is", default=Meant())
    are: dict[str, Meant] = {}
    """by quantity, where there are several"""
    source: str = ""


class QueryDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole driver file with `[[query]]`."""

    id: str
    name: str
    kind: InstrumentKind
    evidence: Evidence
    source: str
    query: tuple[QueryEntry, ...]
    quantity: tuple[QuantityEntry, ...]
    like: str = ""
    capabilities: Capabilities = Capabilities()
    serial: LineSettings = LineSettings()
    talk: TalkEntry = TalkEntry()
    units: dict[str, str] = {}
    setup: tuple[StepEntry, ...] = ()
    prove: tuple[StepEntry, ...] = ()
    errors: ErrorsEntry | None = None
    interval_ms: int = 500
    timeout_ms: int = 2000
    do: dict[str, QueryDoEntry] = {}
    setting: tuple[AskedEntry, ...] = ()
    example: tuple[QueryExample, ...] = ()


QUERY_ENTRIES: Final = (
    QueryDescription, TalkEntry, StepEntry, QueryEntry, QuantityEntry, ErrorsEntry, QueryDoEntry,
    QueryExample,
)  # fmt: skip
_WORDS: Final = words_of(
    (*QUERY_ENTRIES, AskedEntry, Meant, LineSettings, Capabilities), Evidence, State, Summed, Echo, Digits
)


def read_query_description(data: bytes, file: str) -> QueryDescription:
    """Read such a driver file.

    Raises:
        DescriptionError: no TOML, a word that does not exist, or an entry of the wrong type.
    """
    return read_entries(data, file, QueryDescription, _WORDS)
