"""Numbers in registers: sixteen-bit words in the order in which an instrument sends them, exact in both ways.

A float becomes the shortest decimal that is that float and no other (230.2, never 230.1999969), so no noise
of the binary form is taken for digits that an instrument showed.
"""

import struct
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class NumberType(StrEnum):
    """What a number in registers is."""

    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    BCD64 = "bcd64"


class WordOrder(StrEnum):
    """In which order the bytes A (most significant) to D come; two names for each."""

    BIG = "big"
    ABCD = "ABCD"
    SWAPPED = "swapped"
    CDAB = "CDAB"
    BYTES_SWAPPED = "bytes_swapped"
    BADC = "BADC"
    LITTLE = "little"
    DCBA = "DCBA"


_LETTERS: Final = {
    WordOrder.BIG: "ABCD",
    WordOrder.SWAPPED: "CDAB",
    WordOrder.BYTES_SWAPPED: "BADC",
    WordOrder.LITTLE: "DCBA",
}
_FORM: Final = {
    NumberType.INT16: ">h",
    NumberType.UINT16: ">H",
    NumberType.INT32: ">i",
    NumberType.UINT32: ">I",
    NumberType.INT64: ">q",
    NumberType.UINT64: ">Q",
    NumberType.FLOAT32: ">f",
    NumberType.FLOAT64: ">d",
    NumberType.BCD16: ">H",
    NumberType.BCD32: ">I",
    NumberType.BCD64: ">Q",
}
FLOATS: Final = (NumberType.FLOAT32, NumberType.FLOAT64)
_SMALLEST: Final = {NumberType.FLOAT32: 2.0**-126, NumberType.FLOAT64: 2.0**-1022}
"""the least normal number of each"""
_BCD: Final = (NumberType.BCD16, NumberType.BCD32, NumberType.BCD64)


def in_order(data: bytes, order: WordOrder) -> bytes:
    """The bytes with the most significant first, or back: each order is its own inverse."""
    letters = _LETTERS.get(order, order.value)
    if letters in ("BADC", "DCBA"):
        data = b"".join(data[at : at + 2][::-1] for at in range(0, len(data), 2))
    if letters in ("CDAB", "DCBA"):
        data = b"".join(data[at : at + 2] for at in range(len(data) - 2, -1, -2))
    return data


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How one number stands in registers."""

    type: NumberType
    order: WordOrder = WordOrder.BIG

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return struct.calcsize(_FORM[self.type])

    def raw(self, data: bytes) -> int:
        """The bare bits as a whole number, to compare with what a manual calls no value."""
        return int.from_bytes(in_order(data, self.order), "big")

    def read(self, data: bytes) -> Decimal | None:
        """The exact value; None for NaN, infinity, and nibbles that are no decimal digits.

        None too for floats too small to be normal ones: no instrument measures 1e-40, and words in the wrong
        order look like that.

        >>> NumberForm(NumberType.FLOAT32).read(bytes.fromhex("43663333"))
        Decimal('230.2')
        """
        data = in_order(data, self.order)
        if self.type in _BCD:
            digits = data.hex()
            return Decimal(digits) if digits.isdecimal() else None
        (number,) = struct.unpack(_FORM[self.type], data)
        if self.type in FLOATS and 0 < abs(number) < _SMALLEST[self.type]:
            return None
        if self.type is NumberType.FLOAT32:
            return _shortest(number, data)
        if self.type is NumberType.FLOAT64:
            return Decimal(repr(number)) if abs(number) < float("inf") else None
        return Decimal(number)

    def write(self, value: Decimal) -> bytes | None:
        """The registers that hold `value`, the nearest for a float; None when it does not fit."""
        try:
            if self.type in _BCD:
                digits = f"{int(value):0{2 * self.size}d}"
                fits = value == int(value) and value >= 0 and len(digits) == 2 * self.size
                return in_order(bytes.fromhex(digits), self.order) if fits else None
            number = float(value) if self.type in FLOATS else int(value)
            if self.type not in FLOATS and value != number:
                return None
            return in_order(struct.pack(_FORM[self.type], number), self.order)
        except (struct.error, OverflowError):
            return None

    def write_raw(self, raw: int) -> bytes:
        """The registers that hold these bare bits."""
        return in_order(raw.to_bytes(self.size, "big"), self.order)


def _shortest(number: float, data: bytes) -> Decimal | None:
    if not abs(number) < float("inf"):
        return None
    for digits in range(6, 10):  # nine always tell a float32 from its neighbours
        text = f"{number:.{digits}g}"
        try:
            if struct.pack(">f", float(text)) == data:
                return Decimal(text)
        except OverflowError:
            continue  # rounded up beyond the largest float32
    raise AssertionError(f"{data.hex()} has no decimal of nine digits")
