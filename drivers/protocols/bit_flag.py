"""What the bits of a status register mean: closed maps, for reading and for playing.

A value that is not listed has no meaning, and an answer with such a value gives no number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from drivers.protocols.meaning import UnknownFlagError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BitField:
    """Some neighbouring bits of one register, or of two that make one word."""

    at: int
    """offset of the register in the answer's data, in bytes"""
    size: int
    """2 or 4 bytes"""
    swapped: bool
    """of two registers the low word comes first"""
    low: int
    width: int
    shown: str
    """the register as a person finds it in the manual"""

    def read(self, data: bytes | bytearray) -> int:
        """The bits as a whole number."""
        return self._word(data) >> self.low & (1 << self.width) - 1

    def write(self, data: bytearray, value: int) -> None:
        """Put the bits into the data of an answer."""
        mask = (1 << self.width) - 1 << self.low
        word = self._word(data) & ~mask | value << self.low
        high_first = word.to_bytes(self.size, "big")
        data[self.at : self.at + self.size] = high_first[2:] + high_first[:2] if self.swapped else high_first

    def _word(self, data: bytes | bytearray) -> int:
        word = data[self.at : self.at + self.size]
        return int.from_bytes(word[2:] + word[:2] if self.swapped else word, "big")

    def __str__(self) -> str:
        last = self.low + self.width - 1
        bits = f"bit {self.low}" if self.width == 1 else f"bits {self.low}-{last}"
        return f"{bits} of {self.shown}"


@dataclass(frozen=True, slots=True)
class BitFlag(Generic[T]):
    """One word of ours by the value of some bits."""

    bits: BitField
    words: Mapping[int, T] = field(default_factory=dict)
    """by value, each listed"""
    each: Mapping[int, T] | None = None
    """instead: by bit, counted in the field, when it is set; a set bit that is not listed has no meaning"""
    ignored: int = 0
    """with `each`: bits that may be anything, as a mask"""

    def read(self, data: bytes) -> T | None:
        """The word; None when `each` is listed and no bit is set.

        Raises:
            UnknownFlagError: the value is not listed.
        """
        value = self.bits.read(data)
        if self.each is None:
            if value not in self.words:
                raise UnknownFlagError(f"{self.bits} hold {value}, which the driver file does not list")
            return self.words[value]
        value &= ~self.ignored
        said = [word for bit, word in self.each.items() if value >> bit & 1]
        if unknown := value & ~sum(1 << bit for bit in self.each):
            number = (unknown & -unknown).bit_length() - 1 + self.bits.low
            raise UnknownFlagError(
                f"bit {number} of {self.bits.shown} is set, which the driver file does not list"
            )
        return said[0] if said else None

    def values_for(self, word: T | None) -> list[int]:
        """The values of the bits that say `word`; for `each` the bits to be set, none for None."""
        if self.each is None:
            return [value for value, said in self.words.items() if said == word]
        return [0] if word is None else [1 << bit for bit, said in self.each.items() if said == word]

    def raise_bits(self, data: bytearray, raised: int) -> None:
        """With `each`: set these of its bits and clear the others, and leave those that it ignores."""
        own = sum(1 << bit for bit in self.each or ())
        self.bits.write(data, self.bits.read(data) & ~own | raised)
