"""Where a register stands: counted from 0 as it is sent, shown beside the number that a manual prints.

Manuals print 40001 for the first holding register and send 0. Both forms are read, both are shown, and a
number of the wrong table is refused instead of being shifted.
"""

import re
from enum import StrEnum
from typing import Final

_MANUAL: Final = re.compile(r"([0134])(\d{4}|\d{5})")
LAST: Final = 0xFFFF


class Table(StrEnum):
    """The four tables of a Modbus device, as manuals call them."""

    COILS = "coils"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"


READ_CODE: Final = {Table.COILS: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
"""function codes that read"""
_DIGIT: Final = {Table.COILS: "0", Table.DISCRETE: "1", Table.INPUT: "3", Table.HOLDING: "4"}
MOST: Final = {Table.COILS: 2000, Table.DISCRETE: 2000, Table.INPUT: 125, Table.HOLDING: 125}
"""how many one request may ask for (Modbus Application Protocol V1.1b3, 6.1 to 6.4)"""


class AddressError(ValueError):
    """An address that cannot be meant; the text says why and what to write."""


def read_address(typed: int | str, table: Table) -> int:
    """The address as it is sent, from a number counted from 0 or from a manual's `"40008"`.

    >>> read_address("40008", Table.HOLDING), read_address(7, Table.HOLDING)
    (7, 7)

    Raises:
        AddressError: no address, or one of another table.
    """
    if isinstance(typed, int):
        if not 0 <= typed <= LAST:
            raise AddressError(f"{typed} is no address: as sent they go from 0 to {LAST}")
        return typed
    found = _MANUAL.fullmatch(typed)
    if found is None or not 0 < int(found[2]) <= LAST + 1:
        raise AddressError(
            f"{typed!r} is no address: write it as sent, 7, or as in the manual, '{_DIGIT[table]}0008'"
        )
    if found[1] != _DIGIT[table]:
        own = next(other for other, digit in _DIGIT.items() if digit == found[1])
        raise AddressError(f"{typed!r} stands in the table {own.value!r}, and {table.value!r} is read here")
    return int(found[2]) - 1


def shown(address: int, table: Table) -> str:
    """The address both ways.

    >>> shown(7, Table.HOLDING)
    '7 (40008)'
    """
    width = 4 if address < 9999 else 5  # noqa: PLR2004 -- five digits end at x9999
    return f"{address} ({_DIGIT[table]}{address + 1:0{width}d})"


def unpacked(table: Table, count: int, data: bytes) -> bytes:
    """The data of an answer with two bytes for each address, also where a coil takes one bit."""
    if table in (Table.INPUT, Table.HOLDING):
        return data
    bits = int.from_bytes(data, "little")
    return b"".join((bits >> at & 1).to_bytes(2, "big") for at in range(count))


def packed(table: Table, words: bytes) -> bytes:
    """The inverse of `unpacked`."""
    if table in (Table.INPUT, Table.HOLDING):
        return words
    bits = sum((words[at + 1] & 1) << at // 2 for at in range(0, len(words), 2))
    return bits.to_bytes((len(words) // 2 + 7) // 8, "little")
