"""One request and its answer on an RTU line or a TCP connection: found among whatever else comes, or refused.

Sans-IO. Noise, echoes and the late answers of other units are passed over; an answer of the asked unit that
does not fit the request is a fault, never a value.
"""

import struct
from typing import Protocol

from drivers.protocols.modbus import (
    ECHOED_CODES,
    REFUSAL,
    SHORTEST,
    Fault,
    answer_size,
    crc,
    fault_of,
    rtu,
    rtu_length,
    rtu_request,
)

_LONGEST = 260


class GarbageError(ValueError):
    """A TCP connection carries something that is not Modbus; where the next answer begins is lost."""


class Framing(Protocol):
    """How requests and answers are wrapped on a kind of wire."""

    silence_characters: float
    """how many characters of silence stand before a request"""
    strangers: set[int]
    """units that spoke without being asked, since the caller last cleared it"""

    def ask(self, unit: int, request: bytes) -> bytes:
        """Begin an exchange; the bytes to send.

        Raises:
            GarbageError: what came before broke off, so that where the next answer begins is not known.
        """

    def hear(self, data: bytes) -> bytes | Fault | None:
        """Take bytes during an exchange: the answer as on an RTU line, what is wrong, or None yet."""

    def overhear(self, data: bytes) -> None:
        """Take bytes that nobody asked for."""

    @property
    def doubtful(self) -> bool:
        """Whether as many bytes have come as an answer has, and they are none."""

    def reset(self) -> None:
        """The connection is a new one."""


class RtuFraming:
    """Unit, function, data and check; only silence tells where a frame begins, and silence is not kept."""

    silence_characters = 3.5  # Modbus over Serial Line V1.02, 2.5.1.1

    def __init__(self) -> None:
        self.strangers: set[int] = set()
        self._echoes = False
        self.reset()

    def reset(self) -> None:
        """The connection is a new one."""
        self._buffer = bytearray()
        self._stray = bytearray()
        self._unit = 0
        self._request = b"\0\0\0\0\0"
        self._frame = b""
        self._size = 0
        self._echo_due = False

    def ask(self, unit: int, request: bytes) -> bytes:
        """Begin an exchange; the bytes to send."""
        self._buffer.clear()
        self._stray.clear()
        self._unit = unit
        self._request = request
        self._frame = rtu_request(unit, request)
        self._size = answer_size(request)
        self._echo_due = self._echoes
        return self._frame

    @property
    def doubtful(self) -> bool:
        """Whether as many bytes have come as an answer has, and they are none."""
        expected = 8 if self._request[0] in ECHOED_CODES else self._size + SHORTEST
        return len(self._buffer) >= expected

    def hear(self, data: bytes) -> bytes | Fault | None:
        """Take bytes during an exchange."""
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= SHORTEST:
            if self._echoed(at):
                at = 0
                continue
            length = rtu_length(buffer[at : at + 3])
            if length and len(buffer) - at >= length and not crc(buffer[at : at + length]):
                frame = bytes(buffer[at : at + length])
                del buffer[: at + length]
                at = 0
                if frame[0] != self._unit:
                    self.strangers.add(frame[0])
                    continue
                rest = bytes(buffer)
                buffer.clear()
                self.overhear(rest)
                if self._unit in self.strangers:
                    return Fault.STALE  # two answers to one request: which of them is old is not known
                return fault_of(self._request, frame[1:-2]) or frame
            if length and len(buffer) - at < length and self._expected(at):
                return None
            at += 1
        return None

    def _expected(self, at: int) -> bool:
        unit, code, size = self._buffer[at : at + 3]
        if unit != self._unit:
            return False
        mine = self._request[0]
        return bool(code == mine | REFUSAL or (code == mine and (mine in ECHOED_CODES or size == self._size)))

    def _echoed(self, at: int) -> bool:
        """Whether the line gives back our own request here; it is taken off then."""
        if not self._buffer.startswith(self._frame, at):
            return False
        if self._request[0] in ECHOED_CODES and not self._echo_due:
            return False  # the answer to a single write looks the same
        del self._buffer[: at + len(self._frame)]
        self._echoes, self._echo_due = True, False
        return True

    def overhear(self, data: bytes) -> None:
        """Take bytes that nobody asked for."""
        stray = self._stray
        stray += data
        at = 0
        while len(stray) - at >= SHORTEST:
            length = rtu_length(stray[at : at + 3])
            if length and len(stray) - at >= length and not crc(stray[at : at + length]):
                self.strangers.add(stray[at])
                del stray[: at + length]
                at = 0
                continue
            at += 1
        del stray[:-_LONGEST]


class TcpFraming:
    """A number for each request stands before unit, function and data, and comes back with the answer."""

    silence_characters = 0.0

    def __init__(self) -> None:
        self.strangers: set[int] = set()
        self._number = 0
        self.reset()

    def reset(self) -> None:
        """The connection is a new one."""
        self._buffer = bytearray()
        self._unit = 0
        self._request = b""

    def ask(self, unit: int, request: bytes) -> bytes:
        """Begin an exchange; the bytes to send.

        Raises:
            GarbageError: half an answer is left: its length is not what it says.
        """
        if self._buffer:
            raise GarbageError(f"{bytes(self._buffer[:7]).hex(' ')} is left of an answer to Modbus TCP")
        self._number = self._number % 0xFFFF + 1
        self._unit = unit
        self._request = request
        return struct.pack(">HHHB", self._number, 0, len(request) + 1, unit) + request

    @property
    def doubtful(self) -> bool:
        """Never: TCP loses and changes nothing on the way."""
        return False

    def hear(self, data: bytes) -> bytes | Fault | None:
        """Take bytes during an exchange.

        Raises:
            GarbageError: it is not Modbus.
        """
        self._buffer += data
        found: bytes | Fault | None = None
        while len(self._buffer) > 7:  # noqa: PLR2004 -- number, protocol, length and unit
            number, protocol, length, unit = struct.unpack_from(">HHHB", self._buffer)
            if protocol or not 3 <= length <= _LONGEST:  # noqa: PLR2004 -- unit, function, one byte
                raise GarbageError(f"{bytes(self._buffer[:7]).hex(' ')} is no head of Modbus TCP")
            if len(self._buffer) < 6 + length:
                break
            answer = bytes(self._buffer[7 : 6 + length])
            del self._buffer[: 6 + length]
            if number != self._number or not self._request or found is not None:
                self.strangers.add(unit)
            elif unit != self._unit:
                found = Fault.OTHER_UNIT
            else:
                found = fault_of(self._request, answer) or rtu(unit, answer)
        if found is not None:
            self._request = b""
        return found

    def overhear(self, data: bytes) -> None:
        """Take bytes that nobody asked for.

        Raises:
            GarbageError: it is not Modbus.
        """
        self._request = b""
        self.hear(data)
