"""The other end of a Modbus line, without input or output: requests in, answers out, from tables of words.

It answers every request that a device with these registers would answer, whoever asks; an address that the
driver file does not describe is refused as not there.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from drivers.protocols.address import MOST, READ_CODE, Table, packed
from drivers.protocols.modbus import ECHOED_CODES, REFUSAL, crc, rtu, written

_TABLES: Final = {code: table for table, code in READ_CODE.items()}
_ILLEGAL_FUNCTION: Final = 1
_ILLEGAL_ADDRESS: Final = 2
_ILLEGAL_VALUE: Final = 3
Words = Mapping[tuple[Table, int], bytes]
"""two bytes for each address"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that this unit has heard."""

    request: bytes
    """function and data"""
    number: int | None
    """of a TCP request"""


class Slave:
    """One unit on one connection."""

    def __init__(self, unit: int, *, tcp: bool) -> None:
        self.unit = unit
        self._tcp = tcp
        self._buffer = bytearray()

    def reset(self) -> None:
        """The connection is a new one."""
        self._buffer.clear()

    def heard(self, data: bytes) -> Iterator[Asked]:
        """Take bytes; every whole request for this unit."""
        self._buffer += data
        yield from self._tcp_requests() if self._tcp else self._rtu_requests()

    def framed(self, asked: Asked, answer: bytes, unit: int | None = None) -> bytes:
        """An answer as it is sent."""
        unit = self.unit if unit is None else unit
        if asked.number is None:
            return rtu(unit, answer)
        return struct.pack(">HHHB", asked.number, 0, len(answer) + 1, unit) + answer

    def _tcp_requests(self) -> Iterator[Asked]:
        while len(self._buffer) > 7:  # noqa: PLR2004 -- the head of Modbus TCP
            number, _, length, unit = struct.unpack_from(">HHHB", self._buffer)
            if len(self._buffer) < 6 + length:
                return
            request = bytes(self._buffer[7 : 6 + length])
            del self._buffer[: 6 + length]
            if unit in (self.unit, 0, 255):
                yield Asked(request, number)

    def _rtu_requests(self) -> Iterator[Asked]:
        while len(self._buffer) >= 8:  # noqa: PLR2004 -- the shortest request that is answered here
            several = self._buffer[1] in (15, 16)
            size = 9 + self._buffer[6] if several else 8
            if len(self._buffer) < size:
                return
            frame = bytes(self._buffer[:size])
            if crc(frame):
                del self._buffer[0]
                continue
            del self._buffer[:size]
            if frame[0] == self.unit:
                yield Asked(frame[1:-2], None)


def answer_of(
    request: bytes, words: Words, commands: Mapping[bytes, str], obey: Callable[[str], bool]
) -> bytes:
    """The answer to one request.

    Args:
        request: function and data.
        words: what stands in the registers now.
        commands: writing requests that this instrument obeys.
        obey: carries a command out; False when the instrument refuses.
    """
    code = request[0]
    if request in commands:
        return written(request) if obey(commands[request]) else bytes((code | REFUSAL, _ILLEGAL_VALUE))
    tables = {table for table, _ in words}
    if code not in _TABLES or (_TABLES[code] not in tables and code not in ECHOED_CODES):
        return bytes((code | REFUSAL, _ILLEGAL_FUNCTION))
    table = _TABLES[code]
    first, count = struct.unpack_from(">HH", request, 1)
    if not 0 < count <= MOST[table]:
        return bytes((code | REFUSAL, _ILLEGAL_VALUE))
    places = [(table, first + at) for at in range(count)]
    if not all(place in words for place in places):
        return bytes((code | REFUSAL, _ILLEGAL_ADDRESS))
    data = packed(table, b"".join(words[place] for place in places))
    return bytes((code, len(data))) + data
