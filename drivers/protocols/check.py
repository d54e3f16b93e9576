"""The check characters of a frame: how they are computed and how they are spelled on the wire."""

from enum import StrEnum
from functools import reduce
from operator import xor
from typing import Final

import msgspec


class Computed(StrEnum):
    """What is computed over the bytes."""

    XOR = "xor"
    SUM = "sum"
    """the low 8 bits of the sum"""
    NEGATED_SUM = "negated-sum"
    """two's complement of the low 7 bits of the sum (Toledo continuous)"""


class Spelled(StrEnum):
    """How the result is written."""

    HEX = "hex"
    """two characters, 0-9 +30h and A-F +37h"""
    NIBBLE = "nibble"
    """two characters, each half +30h, so 0-9 and `:;<=>?`"""
    BYTE = "byte"
    """one byte as it is"""


WIDTH: Final = {Spelled.HEX: 2, Spelled.NIBBLE: 2, Spelled.BYTE: 1}
_SEVEN_BITS: Final = 0x7F


class Check(msgspec.Struct, frozen=True):
    """One check rule; positions are offsets from the start of the frame."""

    computed: Computed
    spelled: Spelled
    over: tuple[tuple[int, int], ...]
    """the windows that are covered, each without its end; several where a byte between them is left out"""
    at: int
    optional: bool = False
    """the check character may be absent; then the frame ends before it"""

    @property
    def width(self) -> int:
        """How many characters the check takes."""
        return WIDTH[self.spelled]

    def of(self, frame: bytes) -> bytes:
        """The check characters that belong to `frame`."""
        covered = b"".join(frame[first:last] for first, last in self.over)
        match self.computed:
            case Computed.XOR:
                value = reduce(xor, covered, 0)
            case Computed.SUM:
                value = sum(covered) & 0xFF
            case Computed.NEGATED_SUM:
                value = -sum(byte & _SEVEN_BITS for byte in covered) & _SEVEN_BITS
        match self.spelled:
            case Spelled.HEX:
                return f"{value:02X}".encode("ascii")
            case Spelled.NIBBLE:
                return bytes((0x30 + (value >> 4), 0x30 + (value & 0x0F)))
            case Spelled.BYTE:
                return bytes((value,))

    def holds(self, frame: bytes) -> bool:
        """Whether `frame` carries the check characters that belong to it."""
        return frame[self.at : self.at + self.width] == self.of(frame)
