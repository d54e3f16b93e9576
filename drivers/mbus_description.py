"""What the file of a wired M-Bus driver may say: which meter, and which of its records are its quantities."""

from decimal import Decimal
from typing import Final

import msgspec

from drivers.description import Capabilities, Meant, read_entries, words_of
from drivers.instrument import Evidence, InstrumentKind, LineSettings
from drivers.protocols import State
from drivers.protocols.mbus_link import ANYONE
from drivers.protocols.mbus_record import Function


class MeterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[mbus]`: which meter it must be, and how it is read."""

    address: int = ANYONE
    """0 to 250; 254: the only meter on its line, whatever its address"""
    manufacturer: str = ""
    """three letters, as the header says them; empty: any"""
    version: tuple[int, ...] = ()
    medium: tuple[str, ...] = ()
    ignore_status: str = ""
    """bits of the status that say nothing against a value, `"2, 5-7"`"""
    ignore_errors: str = ""
    """bits of the maker's error flags, a record of its own, that say nothing against a value"""
    telegrams: int = 1
    """how many telegrams are read while the meter says that more follow"""


class RecordEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[record]]`: the record of one quantity."""

    quantity: str
    unit: str
    name: str = ""
    storage: int = 0
    tariff: int = 0
    subunit: int = 0
    function: Function = Function.INSTANTANEOUS
    vife: tuple[int, ...] = ()
    """codes that change the meaning and must all be there, without their continuation bit"""
    least: Decimal | None = None
    most: Decimal | None = None


class UserDataEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[do]`: a declared command."""

    send: str
    """control information and data, in hexadecimal: `"50"` resets the application"""


class TelegramExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[example]]`: bytes on the line, of the meter alone or of both sides, and what they mean."""

    rx: str
    """in hexadecimal"""
    meant: Meant | None = msgspec.field(name="is", default=None)
    all_meant: dict[str, Meant] = msgspec.field(name="are", default={})
    """by the name of the quantity, where there are several"""
    source: str = ""


class MbusDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file of an M-Bus driver."""

    id: str
    name: str
    kind: InstrumentKind
    evidence: Evidence
    source: str
    mbus: MeterEntry
    record: tuple[RecordEntry, ...]
    like: str = ""
    capabilities: Capabilities = Capabilities()
    serial: LineSettings = LineSettings(baud=2400, format="8E1")
    interval_ms: int = 5000
    timeout_ms: int | None = None
    """None: the longest time that the standard allows at this speed"""
    do: dict[str, UserDataEntry] = {}
    example: tuple[TelegramExample, ...] = ()


MBUS_ENTRIES: Final = (MbusDescription, MeterEntry, RecordEntry, UserDataEntry, TelegramExample)
_WORDS: Final = words_of(MBUS_ENTRIES, Evidence, State, Function)


def read_mbus_description(data: bytes, file: str) -> MbusDescription:
    """Read the file of an M-Bus driver.

    Raises:
        DescriptionError: no TOML, a word that does not exist, or an entry of the wrong type.
    """
    return read_entries(data, file, MbusDescription, _WORDS)
