"""What the file of a register-map driver may say: requests, and what stands in their answers.

What decides about a value is listed under the same `[[read]]` as the value, so that one request brings both.
"""

from decimal import Decimal
from typing import Final, Generic, Literal, TypeVar

import msgspec

from drivers.description import Capabilities, Meant, Rest, read_entries, words_of
from drivers.instrument import Evidence, InstrumentKind, LineSettings
from drivers.protocols import State
from drivers.protocols.address import Table
from drivers.protocols.inquiry import Tells
from drivers.protocols.word import NumberType, WordOrder
from drivers.reading import Kind

T = TypeVar("T")
Address = int | str
"""counted from 0 as it is sent, or as manuals print it: `"40008"`"""


class FlagEntry(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A word by some bits of a register; a value that is not listed gives no number."""

    at: Address | None = None
    setting: str = ""
    """instead of `at`: the name of a `[[setting]]`"""
    type: Literal["uint16", "uint32"] = "uint16"
    bits: str = ""
    """`"4"`, or `"4-6"`; 0 is the least significant; left out: all"""
    values: dict[str, T] = msgspec.field(name="is", default={})
    """by the value of the bits; `"60-99"` stands for all from 60 to 99"""
    each: dict[str, T] = {}
    """instead of `is`: by bit of the register, when it is set"""
    ignore: str = ""
    """with `each`: bits that may be anything, `"5, 8-15"`"""


class LinkEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[modbus]`: how the instrument answers."""

    unit: int = 1
    """the unit number it leaves the factory with"""
    word_order: WordOrder | FlagEntry[WordOrder] = WordOrder.BIG
    """or by a `[[setting]]`, where the instrument can be told to send another"""
    gap_ms: int = 0
    """least time between the end of an answer and the next request to this instrument"""
    late_ms: int | None = None
    """how late after its time-out an answer may still come; None: twice the time-out"""
    no_proof: str = ""
    """why there is no `[[prove]]`: said wherever the driver is shown"""


class NumberEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number in registers."""

    at: Address
    type: NumberType
    word_order: WordOrder | None = None
    scale: Decimal = Decimal(1)
    bits: str = ""
    """only these bits of a whole number without sign"""
    over: int = 1
    """what is divided by, where a full range stands for a span: `scale = "200"`, `over = 65535`"""
    step: Decimal | None = None
    """what the quotient is rounded to"""


class BitsAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some bits of a register, as a whole number."""

    at: Address | None = None
    setting: str = ""
    """instead of `at`: the name of a `[[setting]]`"""
    bits: str = "0-15"
    values: dict[str, int] = msgspec.field(name="is", default={})
    """what the bits stand for; empty: the number itself"""


class HeartbeatEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A register that changes as long as the instrument is alive."""

    at: Address
    answers: int = 3
    """how many answers in a row may show the same"""


class QuantityEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[read.quantity]]`: one quantity in the answer."""

    number: NumberEntry | tuple[NumberEntry, ...]
    """several: their sum, as whole cubic metres and the rest"""
    unit: str | FlagEntry[str]
    name: str = ""
    """needed where there are several: `flow`, `total`"""
    offset: Decimal = Decimal(0)
    decimals: BitsAt | None = None
    stable: Literal["unknown"] | FlagEntry[Rest] | None = None
    kind: Kind | FlagEntry[Kind] = Kind.UNKNOWN
    high_resolution: bool | FlagEntry[bool] = False
    state: FlagEntry[str] | tuple[FlagEntry[str], ...] = ()
    """why there is no reading, or `ok`"""
    no_value: tuple[int, ...] = ()
    """bare bits of the first number that stand for no value: `[0x8000]`; NaN always does"""
    least: Decimal | None = None
    most: Decimal | None = None
    wraps_at: Decimal | None = None
    """a counter begins anew at zero when it reaches this"""
    heartbeat: HeartbeatEntry | None = None


class ReadEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[read]]`: one request."""

    function: Table
    first: Address
    count: int
    quantity: tuple[QuantityEntry, ...]
    clears: bool = False
    """reading sets the counters to zero: asked only when wanted, never again by itself"""


class ProveEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[prove]]`: a constant of this instrument, compared before anything is believed."""

    name: str
    function: Table
    at: Address
    values: tuple[int | float | str, ...] = msgspec.field(name="is", default=())
    least: Decimal | None = None
    """instead of `is`, with `most`: what it must lie between, such as the frequency of the mains"""
    most: Decimal | None = None
    type: NumberType = NumberType.UINT16
    words: int = 0
    """the constant is a text in so many registers"""
    bits: str = ""
    """only these bits of a whole number are compared"""


class SettingEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[setting]]`: what decides about values and stands in no request with them, or is to be remembered."""

    name: str
    function: Table
    at: Address
    twin: int | float | str
    """what the played instrument holds, and the examples unless they say otherwise"""
    type: NumberType = NumberType.UINT16
    word_order: WordOrder | None = None
    words: int = 0
    """it is a text in so many registers"""
    tells: Tells | None = None
    """what it says of the instrument itself"""


class WriteEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[do]`: a declared command: values written to one register or coil, or to neighbours in one request."""

    function: Literal["holding", "coils"]
    at: Address
    value: int | bool | tuple[int | bool, ...]
    """one, or with `by = "several"` one for each from `at` on"""
    by: Literal["single", "several"] = "single"
    """function 6 and 5, or 16 and 15 where the instrument knows only those"""


class RegisterExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[example]]`: registers, or whole frames from a manual or a recording, and what they mean."""

    of: int = 0
    """which `[[read]]`, the first is 0"""
    registers: tuple[int, ...] | dict[str, tuple[int, ...]] = ()
    """all of them, or by address those that are not 0: `{ 0 = [0x4366, 0x3334], "30071" = [1] }`"""
    setting: dict[str, int | float | str] = {}
    """settings that are not as `twin` says"""
    rx: str = ""
    """request and answer as on an RTU line, in hexadecimal"""
    exception: int | None = None
    meant: Meant | None = msgspec.field(name="is", default=None)
    all_meant: dict[str, Meant] = msgspec.field(name="are", default={})
    """by the name of the quantity, where there are several"""
    source: str = ""


class RegisterDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file of a register-map driver."""

    id: str
    name: str
    kind: InstrumentKind
    evidence: Evidence
    source: str
    modbus: LinkEntry
    read: tuple[ReadEntry, ...]
    like: str = ""
    capabilities: Capabilities = Capabilities()
    serial: LineSettings = LineSettings()
    interval_ms: int = 200
    timeout_ms: int = 500
    prove: tuple[ProveEntry, ...] = ()
    setting: tuple[SettingEntry, ...] = ()
    do: dict[str, WriteEntry] = {}
    example: tuple[RegisterExample, ...] = ()


REGISTER_ENTRIES: Final = (
    RegisterDescription, LinkEntry, ReadEntry, QuantityEntry, NumberEntry, BitsAt, FlagEntry, HeartbeatEntry,
    ProveEntry, SettingEntry, WriteEntry, RegisterExample,
)  # fmt: skip
_WORDS: Final = words_of(REGISTER_ENTRIES, Evidence, State, Table, NumberType, WordOrder, Kind)


def read_register_description(data: bytes, file: str) -> RegisterDescription:
    """Read the file of a register-map driver.

    Raises:
        DescriptionError: no TOML, a word that does not exist, or an entry of the wrong type.
    """
    return read_entries(data, file, RegisterDescription, _WORDS)
