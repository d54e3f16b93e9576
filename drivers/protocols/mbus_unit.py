"""What an M-Bus record measures, and in which decimal multiple of which unit: VIF, its extensions, VIFE.

Facts: EN 13757-3, tables of the primary VIF and of the extensions FDh and FBh; public M-Bus documentation
4.8, chapter 8.4. Codes of no use to a bench are known by name only; a code that is not known matches nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

MOST_VIFE: Final = 10
ERROR_FLAGS: Final = "error_flags"
_MORE: Final = 0x80
_CODE: Final = 0x7F
_PLAIN: Final = 0x7C
_ANY: Final = 0x7E
_MAKERS: Final = 0x7F
_FD: Final = 0xFD
_FB: Final = 0xFB
_ERRORS: Final = range(0x01, 0x20)
_FACTOR: Final = range(0x70, 0x78)
_THOUSAND: Final = 0x7D


@dataclass(frozen=True, slots=True)
class _Row:
    """Codes that differ in the power of ten only, or one code."""

    first: int
    last: int
    quantity: str
    unit: str = ""
    """ours; empty where the value is no physical quantity"""
    power: int = 0
    """of the first code; each next code has one more"""
    each: tuple[str, ...] = ()
    """units of the codes where they have different ones"""


_PRIMARY: Final = (
    _Row(0x00, 0x07, "energy", "Wh", -3),
    _Row(0x08, 0x0F, "energy", "J", 0),
    _Row(0x10, 0x17, "volume", "m3", -6),
    _Row(0x18, 0x1F, "mass", "kg", -3),
    _Row(0x20, 0x23, "on_time", each=("s", "min", "h", "d")),
    _Row(0x24, 0x27, "operating_time", each=("s", "min", "h", "d")),
    _Row(0x28, 0x2F, "power", "W", -3),
    _Row(0x30, 0x37, "power", "J/h", 0),
    _Row(0x38, 0x3F, "flow", "m3/h", -6),
    _Row(0x40, 0x47, "flow", "m3/min", -7),
    _Row(0x48, 0x4F, "flow", "m3/s", -9),
    _Row(0x50, 0x57, "mass_flow", "kg/h", -3),
    _Row(0x58, 0x5B, "flow_temperature", "°C", -3),
    _Row(0x5C, 0x5F, "return_temperature", "°C", -3),
    _Row(0x60, 0x63, "temperature_difference", "K", -3),
    _Row(0x64, 0x67, "external_temperature", "°C", -3),
    _Row(0x68, 0x6B, "pressure", "bar", -3),
    _Row(0x6C, 0x6C, "date"),
    _Row(0x6D, 0x6D, "date_time"),
    _Row(0x6E, 0x6E, "heat_cost_units", "1"),
    _Row(0x70, 0x73, "averaging_time", each=("s", "min", "h", "d")),
    _Row(0x74, 0x77, "actuality_time", each=("s", "min", "h", "d")),
    _Row(0x78, 0x78, "fabrication_number"),
    _Row(0x79, 0x79, "identification"),
    _Row(0x7A, 0x7A, "bus_address"),
)
_EXTENDED_FD: Final = (
    _Row(0x08, 0x08, "access_number"),
    _Row(0x09, 0x09, "medium"),
    _Row(0x0A, 0x0A, "manufacturer"),
    _Row(0x0C, 0x0C, "model"),
    _Row(0x0D, 0x0D, "hardware_version"),
    _Row(0x0E, 0x0E, "firmware_version"),
    _Row(0x0F, 0x0F, "software_version"),
    _Row(0x10, 0x10, "customer_location"),
    _Row(0x11, 0x11, "customer"),
    _Row(0x17, 0x17, ERROR_FLAGS),
    _Row(0x3A, 0x3A, "dimensionless", "1"),
    _Row(0x40, 0x4F, "voltage", "V", -9),
    _Row(0x50, 0x5F, "current", "A", -12),
    _Row(0x60, 0x60, "reset_counter", "1"),
    _Row(0x61, 0x61, "cumulation_counter", "1"),
    _Row(0x74, 0x74, "battery_days"),
)
_EXTENDED_FB: Final = (
    _Row(0x00, 0x01, "energy", "Wh", 5),
    _Row(0x08, 0x09, "energy", "J", 8),
    _Row(0x10, 0x11, "volume", "m3", 2),
    _Row(0x18, 0x19, "mass", "t", 2),
    _Row(0x1A, 0x1B, "relative_humidity", "%", -1),
    _Row(0x28, 0x29, "power", "W", 5),
    _Row(0x2C, 0x2F, "frequency", "Hz", -3),
)
_TABLES: Final = {0: _PRIMARY, _FD: _EXTENDED_FD, _FB: _EXTENDED_FB}
_PLAIN_TEXTS: Final = {"%RH": _Row(_PLAIN, _PLAIN, "relative_humidity", "%")}
"""units in plain text that say what they mean"""
QUANTITIES: Final = tuple(
    dict.fromkeys(row.quantity for rows in _TABLES.values() for row in rows if row.unit or row.each)
)
"""what a driver file may ask for: everything that is a number with a unit"""

TROUBLES: Final = {
    0x01: "too many DIFE", 0x02: "storage number not implemented",
    0x03: "unit number not implemented", 0x04: "tariff number not implemented",
    0x05: "function not implemented", 0x06: "data class not implemented",
    0x07: "data size not implemented", 0x0B: "too many VIFE", 0x0C: "illegal VIF group",
    0x0D: "illegal VIF exponent", 0x0E: "VIF and DIF do not fit", 0x0F: "action not implemented",
    0x15: "no data available", 0x16: "data overflow", 0x17: "data underflow", 0x18: "data error",
    0x1C: "premature end of the record",
}  # fmt: skip
"""record errors, as a VIFE says them"""


@dataclass(frozen=True, slots=True)
class Unit:
    """What the value information of one record says."""

    quantity: str
    """empty when the code is unknown, the maker's own or plain text"""
    unit: str = ""
    power: int = 0
    """the value is to be multiplied by ten to this"""
    vife: tuple[int, ...] = ()
    """codes that change what is meant, without their continuation bit"""
    trouble: int = 0
    """the record error that a VIFE tells; 0: none"""
    text: str = ""
    """a unit in plain text"""


class ShortError(ValueError):
    """The telegram ends inside a record."""


def read_unit(data: bytes, at: int) -> tuple[Unit, int]:
    """The value information that begins at `at`, and where it ends.

    Raises:
        ShortError: the telegram ends inside it, or it goes on longer than it may.
    """
    first = _byte(data, at)
    at += 1
    text = ""
    table, code = 0, first & _CODE
    more = bool(first & _MORE)
    if first in (_FD, _FB):
        table, code = first, _byte(data, at) & _CODE
        more = bool(data[at] & _MORE)
        at += 1
    elif code == _PLAIN:
        length = _byte(data, at)
        if at + 1 + length > len(data):
            raise ShortError("the telegram ends inside a unit in plain text")
        text = data[at + 1 : at + 1 + length][::-1].decode("latin-1")
        at += 1 + length
    codes: list[int] = []
    while more:
        if len(codes) == MOST_VIFE:
            raise ShortError("a record has more than ten VIFE")
        vife = _byte(data, at)
        at += 1
        codes.append(vife & _CODE)
        more = bool(vife & _MORE)
    return _meaning(table, code, tuple(codes), text), at


@lru_cache(maxsize=512)
def _meaning(table: int, code: int, codes: tuple[int, ...], text: str) -> Unit:
    quantity, unit, power = _row((_PLAIN_TEXTS[text],) if text in _PLAIN_TEXTS else _TABLES[table], code)
    trouble, kept = 0, list[int]()
    if table == 0 and code in (_MAKERS, _ANY):
        return Unit("", vife=codes)
    for at, vife in enumerate(codes):
        if vife == _MAKERS:  # the maker's own from here on
            kept += codes[at:]
            break
        if vife in _ERRORS:
            trouble = vife
        elif vife in _FACTOR:
            power += vife - _FACTOR.start - 6
        elif vife == _THOUSAND:
            power += 3
        elif vife:
            kept.append(vife)
    return Unit(quantity, unit, power, tuple(kept), trouble, text)


def _row(rows: tuple[_Row, ...], code: int) -> tuple[str, str, int]:
    for row in rows:
        if row.first <= code <= row.last:
            unit = row.each[code - row.first] if row.each else row.unit
            return row.quantity, unit, 0 if row.each else row.power + code - row.first
    return "", "", 0


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ShortError("the telegram ends inside a record")
    return data[at]


IN_OUR_UNITS: Final = {"d": (Decimal(24), "h"), "m3/min": (Decimal(1000), "L/min")}
"""units of the standard that are spelled otherwise here, exactly"""
