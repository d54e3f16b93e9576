"""The data of an M-Bus record: numbers and texts in every coding that a DIF may name, exact in both ways.

What the standard keeps for "no value" (the most negative whole number, a digit that is none) is no value.
Facts: EN 13757-3, data information field and annex of data types A, B, F, G, H; LVAR of the same.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from drivers.protocols.mbus_unit import ShortError
from drivers.protocols.word import NumberForm, NumberType

_WHOLE: Final = {0x1: 1, 0x2: 2, 0x3: 3, 0x4: 4, 0x6: 6, 0x7: 8}
"""bytes of a whole number by the data field"""
_BCD: Final = {0x9: 1, 0xA: 2, 0xB: 3, 0xC: 4, 0xE: 6}
_REAL: Final = 0x5
_VARIABLE: Final = 0xD
_FLOAT: Final = NumberForm(NumberType.FLOAT32)
_TEXTS: Final = range(0xC0)
_BCD_POSITIVE: Final = range(0xC0, 0xCA)
_BCD_NEGATIVE: Final = range(0xD0, 0xDA)
_BINARY: Final = range(0xE0, 0xF0)
_WIDE: Final = range(0xF0, 0xF5)


@dataclass(frozen=True, slots=True)
class Field:
    """How the data of one record is coded and where it stands."""

    coding: int
    """the low half of the DIF"""
    first: int
    """offset of the value itself"""
    size: int
    lvar: int = 0
    """the byte that tells a variable length"""

    @property
    def last(self) -> int:
        """Offset behind the value."""
        return self.first + self.size

    def number(self, data: bytes) -> Decimal | None:
        """The value, or None when it is no number or stands for none."""
        part = data[self.first : self.last]
        if self.coding in _WHOLE or (self.coding == _VARIABLE and self.lvar in _BINARY):
            return _whole(part)
        if self.coding in _BCD:
            return _digits(part)
        if self.coding == _REAL:
            return _FLOAT.read(part[::-1])
        if self.coding == _VARIABLE and self.lvar in (*_BCD_POSITIVE, *_BCD_NEGATIVE):
            digits = part[::-1].hex()
            sign = "-" if self.lvar in _BCD_NEGATIVE else ""
            return Decimal(sign + digits) if digits.isdecimal() else None
        return None

    def text(self, data: bytes) -> str:
        """The characters of a text, in reading order; empty when it is none."""
        if self.coding != _VARIABLE or self.lvar not in _TEXTS:
            return ""
        return data[self.first : self.last][::-1].decode("latin-1")

    def written(self, value: Decimal) -> bytes | None:
        """The data that says `value` in this coding, or None when it cannot."""
        if self.coding == _REAL:
            data = _FLOAT.write(value)
            return data[::-1] if data is not None and _FLOAT.read(data) == value else None
        if value != value.to_integral_value():
            return None
        number = int(value)
        if self.coding in _WHOLE or (self.coding == _VARIABLE and self.lvar in _BINARY):
            most = 1 << 8 * self.size - 1 if self.size else 0
            return number.to_bytes(self.size, "little", signed=True) if -most < number < most else None
        negative = number < 0
        if self.coding in _BCD:
            digits = f"{abs(number):0{2 * self.size - negative}d}"
            digits = "F" * negative + digits
        elif self.coding == _VARIABLE and self.lvar in (_BCD_NEGATIVE if negative else _BCD_POSITIVE):
            digits = f"{abs(number):0{2 * self.size}d}"
        else:
            return None
        return bytes.fromhex(digits)[::-1] if len(digits) == 2 * self.size else None


def no_value(field: Field) -> bytes | None:
    """The data by which this coding says that there is no value, or None when it has no way."""
    if field.coding in _WHOLE:
        return (1 << 8 * field.size - 1).to_bytes(field.size, "little")
    if field.coding in _BCD:
        return b"\xbb" * field.size
    return b"\x00\x00\xc0\x7f" if field.coding == _REAL else None


def field_at(data: bytes, at: int, coding: int) -> Field:
    """The field of a record's data that begins at `at`.

    Raises:
        ShortError: the telegram ends inside it, or its length is of no known kind.
    """
    lvar = 0
    if coding == _VARIABLE:
        if at >= len(data):
            raise ShortError("the telegram ends inside a record")
        lvar = data[at]
        at += 1
        size = _variable(lvar)
    else:
        size = _WHOLE.get(coding, _BCD.get(coding, 4 if coding == _REAL else 0))
    if at + size > len(data):
        raise ShortError("the telegram ends inside a record")
    return Field(coding, at, size, lvar)


def _variable(lvar: int) -> int:
    for codes, each in ((_TEXTS, 1), (_BCD_POSITIVE, 1), (_BCD_NEGATIVE, 1), (_BINARY, 1)):
        if lvar in codes:
            return (lvar - codes.start) * each
    if lvar in _WIDE:
        return 4 * (lvar - 0xEC)
    raise ShortError(f"a record of variable length {lvar:02X} is of no known kind")


def _whole(part: bytes) -> Decimal | None:
    if not part:
        return None
    number = int.from_bytes(part, "little", signed=True)
    return None if number == -(1 << 8 * len(part) - 1) else Decimal(number)


def _digits(part: bytes) -> Decimal | None:
    """Binary coded decimals; an F in the highest place alone is a minus sign."""
    digits = part[::-1].hex()
    sign = ""
    if digits[0] == "f":
        sign, digits = "-", digits[1:]
    return Decimal(sign + digits) if digits.isdecimal() else None


def date_of(part: bytes) -> str:
    """A date (type G), or a date with its time (type F), in ISO notation; empty when it is invalid."""
    if len(part) == 2:  # noqa: PLR2004 -- type G
        low, high = part
    elif len(part) == 4:  # noqa: PLR2004 -- type F
        low, high = part[2], part[3]
        if part[0] & 0x80:
            return ""
    else:
        return ""
    day, month = low & 0x1F, high & 0x0F
    year = (low >> 5) | (high >> 4) << 3
    if not (1 <= day <= 31 and 1 <= month <= 12):  # noqa: PLR2004 -- a calendar
        return ""
    date = f"20{year:02d}-{month:02d}-{day:02d}"
    return date if len(part) == 2 else f"{date}T{part[1] & 0x1F:02d}:{part[0] & 0x3F:02d}"  # noqa: PLR2004
