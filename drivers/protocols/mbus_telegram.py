"""A telegram of an M-Bus meter: who it is, what its status says, and its records.

Judged in this order: the header is of a kind that is known, nothing is encrypted, the records are whole. The
status is judged by whoever wants a value. Facts: EN 13757-3, long and short header, status byte; OMS 4.
"""

from dataclasses import dataclass
from typing import Final

from drivers.protocols.mbus_link import Frame
from drivers.protocols.mbus_record import Record, fixed_records, read_records
from drivers.protocols.mbus_unit import ShortError

_HIGH_BYTE_FIRST: Final = (0x76, 0x77)
_ENCRYPTED: Final = 0x1F
MEDIA: Final = {
    0x00: "other", 0x01: "oil", 0x02: "electricity", 0x03: "gas", 0x04: "heat_return", 0x05: "steam",
    0x06: "warm_water", 0x07: "water", 0x08: "heat_cost", 0x09: "compressed_air", 0x0A: "cooling_return",
    0x0B: "cooling_flow", 0x0C: "heat_flow", 0x0D: "heat_cooling", 0x0E: "bus", 0x0F: "unknown",
    0x15: "hot_water", 0x16: "cold_water", 0x17: "dual_water", 0x18: "pressure", 0x19: "converter",
    0x28: "waste_water",
}  # fmt: skip
"""what a meter measures, by the code in its header"""
_FIXED_MEDIA: Final = {
    0: 0x00, 1: 0x01, 2: 0x02, 3: 0x03, 4: 0x04, 5: 0x05, 6: 0x06, 7: 0x07, 8: 0x08, 10: 0x03, 11: 0x04,
    12: 0x06, 13: 0x07, 14: 0x08,
}  # fmt: skip
_APPLICATION_ERRORS: Final = {
    0: "an error that it does not name", 1: "that it does not know the control information",
    2: "that its buffer is too short", 3: "that it has too many records", 4: "that a record broke off",
    5: "too many DIFE", 6: "too many VIFE", 8: "that it is busy", 9: "that too much was read from it",
}  # fmt: skip
BUSY: Final = 8


class RefusedError(ValueError):
    """A telegram that gives no value at all; the text says why."""

    def __init__(self, reason: str, *, busy: bool = False) -> None:
        """Say why, and whether it may be otherwise soon."""
        super().__init__(reason)
        self.busy = busy


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a meter says it is; all of it is the secondary address."""

    number: str
    """eight digits: the serial number, unless its maker has set another"""
    manufacturer: str = ""
    """three letters; empty in a fixed data structure"""
    version: int | None = None
    medium: int = 0

    @property
    def secondary(self) -> bytes:
        """The eight bytes of the secondary address."""
        maker = maker_code(self.manufacturer) if self.manufacturer else 0xFFFF
        version = 0xFF if self.version is None else self.version
        return bytes.fromhex(self.number)[::-1] + maker.to_bytes(2, "little") + bytes((version, self.medium))

    def __str__(self) -> str:
        """As a technician finds it on the type plate."""
        medium = MEDIA.get(self.medium, f"medium {self.medium:02X}")
        version = "" if self.version is None else f" version {self.version}"
        return f"{self.manufacturer} {self.number}{version} {medium}".strip()


@dataclass(frozen=True, slots=True)
class Telegram:
    """One answer of a meter."""

    identity: Identity | None
    """None where the telegram has a short header or none"""
    access: int
    status: int
    """bits 0 and 1: what the application says; 2: power low; 3: permanent error; 4: temporary error"""
    records: tuple[Record, ...]
    more: bool
    """the meter has another telegram"""
    status_at: int = 0
    """offset of the status in the frame's data; 0: there is none"""


def read_telegram(frame: Frame) -> Telegram:
    """What an answer says.

    Raises:
        RefusedError: of no known kind, encrypted, or not whole.
    """
    data = frame.data
    try:
        match data[0]:
            case 0x72:
                return _with_header(data, _identity(data), 9)
            case 0x7A:
                return _with_header(data, None, 1)
            case 0x78:
                records = read_records(data, 1)
                return Telegram(None, 0, 0, records.all, records.more)
            case 0x73:
                return _fixed(data)
            case 0x70:
                code = data[1] if len(data) > 1 else 0
                said = _APPLICATION_ERRORS.get(code, f"the error {code:02X}")
                raise RefusedError(f"the meter reports {said}", busy=code == BUSY)
            case ci if ci in _HIGH_BYTE_FIRST:
                raise RefusedError(f"the meter sends the high byte first (CI {ci:02X}h), which is withdrawn")
            case ci:
                raise RefusedError(f"the control information {ci:02X}h announces no values")
    except ShortError as mistake:
        raise RefusedError(str(mistake)) from None


def _with_header(data: bytes, identity: Identity | None, at: int) -> Telegram:
    """From the access number at `at` on: access number, status, and two bytes that tell encryption."""
    if len(data) < at + 4:
        raise ShortError("the telegram ends inside its header")
    if data[at + 3] & _ENCRYPTED:
        raise RefusedError("the telegram is encrypted, and this program holds no keys")
    records = read_records(data, at + 4)
    return Telegram(identity, data[at], data[at + 1], records.all, records.more, at + 1)


def _identity(data: bytes) -> Identity:
    if len(data) < 9:  # noqa: PLR2004 -- CI, number, maker, version, medium
        raise ShortError("the telegram ends inside its header")
    maker = int.from_bytes(data[5:7], "little")
    letters = "".join(chr((maker >> shift & 0x1F) + 0x40) for shift in (10, 5, 0))
    return Identity(data[4:0:-1].hex().upper(), letters, data[7], data[8])


def _fixed(data: bytes) -> Telegram:
    if len(data) < 9:  # noqa: PLR2004 -- CI, number, access number, status, units
        raise ShortError("the telegram ends inside its header")
    medium = data[7] >> 6 | data[8] >> 6 << 2
    identity = Identity(data[4:0:-1].hex().upper(), medium=_FIXED_MEDIA.get(medium, 0x0F))
    # its status has the bits of the others from 2 on; 0 and 1 say how the counters are coded
    status = data[6] & ~3
    return Telegram(identity, data[5], status, tuple(fixed_records(data, 6)), more=False)


def maker_code(letters: str) -> int:
    """The code of three letters.

    >>> f"{maker_code('KAM'):04X}"
    '2C2D'
    """
    first, second, third = (ord(letter) - 0x40 for letter in letters)
    return first << 10 | second << 5 | third
