"""Whether bytes are frames of a bus that are counted and checked: then the line was set rightly.

Such bytes are no characters, and look to `line_signs` as a line set wrongly does.
"""

from collections.abc import Callable, Iterator
from typing import Final

from drivers.protocols import mbus_link, modbus

MODBUS: Final = "Modbus RTU"
MBUS: Final = "M-Bus"
_REQUEST: Final = 8
"""bytes of a Modbus request that reads"""
_WRITES_SEVERAL: Final = (15, 16)


def checked_bus(data: bytes) -> str | None:
    """The bus of whose whole frames, each with its right check, at least half of `data` consists; else None.

    >>> checked_bus(modbus.rtu(1, bytes.fromhex("0300640002")))
    'Modbus RTU'
    """
    for name, frames in ((MODBUS, _modbus_size), (MBUS, _mbus_size)):
        if 2 * sum(_sizes(data, frames)) >= len(data) > 0:
            return name
    return None


def _sizes(data: bytes, size_at: Callable[[bytes], int]) -> Iterator[int]:
    at = 0
    while at < len(data):
        size = size_at(data[at : at + 264])  # the longest frame of both: 256 bytes, and 261
        yield size
        at += size or 1


def _modbus_size(data: bytes) -> int:
    """Bytes of the request or answer that begins here; 0 when none does whose check is right."""
    sizes = {_REQUEST, modbus.rtu_length(data) or 0}
    if len(data) > _REQUEST and data[1] in _WRITES_SEVERAL:
        sizes.add(_REQUEST + 1 + data[6])
    whole = (size for size in sorted(sizes, reverse=True) if 0 < size <= len(data))
    return next((size for size in whole if data[1] and not modbus.crc(data[:size])), 0)


def _mbus_size(data: bytes) -> int:
    """Bytes of the telegram that begins here; 0 when none does whose check is right.

    The single character of a yes has no check, so it says nothing about the line.
    """
    size = mbus_link.size_of(data) or 0
    return size if 1 < size <= len(data) and mbus_link.opened(data[:size]) is not None else 0
