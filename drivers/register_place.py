"""Where an entry of a register map stands inside the answer: addresses and bits become offsets.

Nothing may stand outside the one request: what is read at another moment can contradict what is read here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.protocols.address import MOST, AddressError, Table, read_address, shown
from drivers.protocols.bit_flag import BitField
from drivers.protocols.word import WordOrder
from drivers.register_description import Address

_RANGE: Final = re.compile(r"(\d+)(?:-(\d+))?")
_SWAPPED: Final = (WordOrder.SWAPPED, WordOrder.CDAB)


class EntryError(ValueError):
    """An entry of a driver file that cannot be used: its path, the reason, and what to write instead."""

    def __init__(self, path: str, mistake: str, correction: str) -> None:
        self.path = path
        self.mistake = mistake
        self.correction = correction
        super().__init__(f"{path}: {mistake}")


@dataclass(frozen=True, slots=True)
class Place:
    """One request: the addresses from `first` to `first + count - 1` of a table."""

    table: Table
    first: int
    count: int
    order: WordOrder

    @property
    def last(self) -> int:
        """The last address that is read."""
        return self.first + self.count - 1

    def offset(self, at: Address, words: int, path: str) -> int:
        """Bytes from the start of the answer's data to the registers of an entry.

        Raises:
            EntryError: no address, or not within this request.
        """
        address = address_of(at, self.table, f"{path}.at")
        end = address + words - 1
        if not self.first <= address or end > self.last:
            what = shown(address, self.table) if words == 1 else f"{shown(address, self.table)} to {end}"
            raise EntryError(
                f"{path}.at",
                f"{what} is not read: the request takes {shown(self.first, self.table)} to "
                f"{shown(self.last, self.table)}",
                f"Let first and count take in {min(address, self.first)} to {max(end, self.last)}, "
                "so that all of it is of one moment; or correct the address.",
            )
        return 2 * (address - self.first)

    def bits(self, at: Address, bits: str, words: int, path: str) -> BitField:
        """Some bits of a register.

        Raises:
            EntryError: the register is not read, or has no such bits.
        """
        offset = self.offset(at, words, path)
        low, high = 0, 16 * words - 1
        if bits:
            (low, high), *more = ranges(bits, f"{path}.bits")
            if more or high >= 16 * words:
                correction = f"Write one bit or one run of bits from 0 to {16 * words - 1}, as in '4-6'."
                raise EntryError(f"{path}.bits", f"{bits!r} are no bits of this register", correction)
        here = shown(self.first + offset // 2, self.table)
        swapped = words == 2 and self.order in _SWAPPED  # noqa: PLR2004 -- two registers have an order
        return BitField(offset, 2 * words, swapped, low, high - low + 1, here)


def place_of(table: Table, first: Address, count: int, order: WordOrder, path: str) -> Place:
    """The request from `first` on.

    Raises:
        EntryError: no address, or more than one request can ask for.
    """
    start = address_of(first, table, f"{path}.first")
    if not 0 < count <= MOST[table]:
        correction = (
            f"Write a number from 1 to {MOST[table]}; take several [[read]] where that is not enough."
        )
        raise EntryError(f"{path}.count", f"one request cannot ask for {count}", correction)
    return Place(table, start, count, order)


def address_of(at: Address, table: Table, path: str) -> int:
    """The address as it is sent.

    Raises:
        EntryError: no address of this table.
    """
    try:
        return read_address(at, table)
    except AddressError as mistake:
        correction = "Count from 0 as it is sent, or write the manual's five digits in quotes."
        raise EntryError(path, str(mistake), correction) from None


def ranges(typed: str, path: str) -> list[tuple[int, int]]:
    """The runs of whole numbers in `"4, 8-15"`, both ends included.

    Raises:
        EntryError: it is written in another way.
    """
    found = [_RANGE.fullmatch(part.strip()) for part in typed.split(",")]
    runs = [(int(each[1]), int(each[2] or each[1])) for each in found if each]
    if len(runs) < len(found) or any(low > high for low, high in runs):
        raise EntryError(path, f"{typed!r} are no numbers", "Write them as in '4', '4-6' or '4, 8-15'.")
    return runs


def numbers(typed: str, path: str) -> Iterator[int]:
    """Every whole number in `"4, 8-15"`; a hexadecimal one may stand alone, `"0xA0"`.

    Raises:
        EntryError: it is written in another way.
    """
    if re.fullmatch(r"0[xX][0-9A-Fa-f]+", typed):
        yield int(typed, 16)
        return
    for low, high in ranges(typed, path):
        yield from range(low, high + 1)
