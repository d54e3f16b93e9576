"""Another maker's Modbus TCP slave behind a hand that spoils its answers and its connection on purpose.

`HARMLESS` must be read at once; `FAULTS` must give no value. The tables are those of
`test_modbus_tcp_hazards` and of the long run, `hazard_run_tcp`.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable

HEAD = 7
"""bytes before function and data: number, protocol, length, unit"""


class SpoilingConnection:
    """A TCP port before a slave: requests pass, and answers as `plan` says."""

    def __init__(self) -> None:
        self.plan: deque[TcpTreat] = deque()
        """how to treat the next answers, given request and answer; afterwards they pass as they are"""
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        """what the slave said, whatever became of it"""
        self.spoiled = 0
        """how many answers did not pass as they were"""
        self.connections = 0
        self._loop = asyncio.get_running_loop()
        self._asked_at = 0.0
        self._slowest_s = 0.0
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._pair: _Pair | None = None

    async def listen(self, slave_port: int) -> str:
        """The address for our bus."""
        self._server = await self._loop.create_server(lambda: _Pair(self, slave_port), "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def slave_took(self, longest_s: float) -> bool:
        """Whether the slave itself took so long for an answer lately, or has not answered yet."""
        slowest_s, self._slowest_s = self._slowest_s, 0.0
        return slowest_s > longest_s or len(self.answers) < len(self.requests)

    def asked(self, request: bytes) -> None:
        self.requests.append(request)
        self._asked_at = self._loop.time()

    def answered(self, pair: "_Pair", request: bytes, answer: bytes) -> None:
        self.answers.append(answer)
        self._slowest_s = max(self._slowest_s, self._loop.time() - self._asked_at)
        self._pair = pair
        treat = self.plan.popleft() if self.plan else None
        if treat is None:
            self.say(answer)
        else:
            self.spoiled += 1
            treat(self, request, answer)

    def took(self, pair: "_Pair") -> None:
        self.connections += 1
        self._pairs.add(pair)

    def lost(self, pair: "_Pair") -> None:
        self._pairs.discard(pair)

    def say(self, data: bytes, after_s: float = 0.0) -> None:
        """Send on the connection that asked; what is late for it is lost with it."""
        pair = self._pair
        assert pair is not None
        if after_s:
            self._loop.call_later(after_s, pair.say, data)
        else:
            pair.say(data)

    def reset(self) -> None:
        """End the connection as a device does that was switched off and on."""
        assert self._pair is not None
        self._pair.reset()

    def half_close(self) -> None:
        """Say that nothing more will come, and go on listening."""
        assert self._pair is not None
        self._pair.half_close()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for pair in [*self._pairs]:
            pair.reset()


class _Pair(asyncio.Protocol):
    """A connection of our bus with the connection to the slave behind it."""

    def __init__(self, line: SpoilingConnection, slave_port: int) -> None:
        self._line = line
        self._slave_port = slave_port
        self._master: asyncio.Transport | None = None
        self._slave: asyncio.StreamWriter | None = None
        self._work: asyncio.Task[None] | None = None
        self._asked: dict[int, bytes] = {}
        self._waiting = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._master = transport
        self._line.took(self)
        self._work = asyncio.get_running_loop().create_task(self._pass_answers())

    def data_received(self, data: bytes) -> None:
        self._line.asked(data)
        self._asked[int.from_bytes(data[:2], "big")] = data
        if self._slave is None:
            self._waiting += data
        else:
            self._slave.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._master = None
        self._line.lost(self)
        if self._work is not None:
            self._work.cancel()

    async def _pass_answers(self) -> None:
        reader, self._slave = await asyncio.open_connection("127.0.0.1", self._slave_port)
        try:
            self._slave.write(bytes(self._waiting))
            while True:
                head = await reader.readexactly(HEAD)
                answer = head + await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                self._line.answered(self, self._asked.pop(int.from_bytes(head[:2], "big")), answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._slave.transport.abort()

    def say(self, data: bytes) -> None:
        if self._master is not None and not self._master.is_closing():
            self._master.write(data)

    def reset(self) -> None:
        if self._master is not None:
            own: socket.socket = self._master.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._master.abort()

    def half_close(self) -> None:
        if self._master is not None and not self._master.is_closing():
            self._master.write_eof()


TcpTreat = Callable[[SpoilingConnection, bytes, bytes], None]


def framed(
    answer: bytes, data: bytes, *, number: int = 0, protocol: int = 0, longer: int = 0, unit: int = 0
) -> bytes:
    """An answer with other data, under a head that is changed by so much."""
    was, of, _, by = struct.unpack(">HHHB", answer[:HEAD])
    length = len(data) + 1 + longer
    return struct.pack(">HHHB", (was + number) & 0xFFFF, of + protocol, length, by + unit) + data


def headed(**changes: int) -> TcpTreat:
    """The answer under another head."""
    return lambda line, _request, answer: line.say(framed(answer, answer[HEAD:], **changes))


def lost(_line: SpoilingConnection, _request: bytes, _answer: bytes) -> None:
    return


def late(after_s: float) -> TcpTreat:
    return lambda line, _request, answer: line.say(answer, after_s)


def split(at: int, pause_s: float = 0.003) -> TcpTreat:
    def treat(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
        line.say(answer[:at])
        line.say(answer[at:], pause_s)

    return treat


def byte_by_byte(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    for at, byte in enumerate(answer):
        line.say(bytes((byte,)), 0.001 * (at + 1))


def short(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    data = answer[HEAD:]
    line.say(framed(answer, data[:1] + bytes((data[1] - 2,)) + data[2:-2]))


def long(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    data = answer[HEAD:]
    line.say(framed(answer, data[:1] + bytes((data[1] + 2,)) + data[2:] + b"\x12\x34"))


def count_lies(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    data = answer[HEAD:]
    line.say(framed(answer, data[:1] + bytes((data[1] + 2,)) + data[2:]))


def other_function(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(framed(answer, b"\x04" + answer[HEAD + 1 :]))


def exception(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(framed(answer, bytes((answer[HEAD] | 0x80, 2))))


def cut(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(answer[:-3])


def text(line: SpoilingConnection, _request: bytes, _answer: bytes) -> None:
    line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def twice(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(answer + answer)


def old_one_first(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say((line.answers[-2] if len(line.answers) > 1 else answer) + answer)


def old_one_only(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(line.answers[-2] if len(line.answers) > 1 else framed(answer, answer[HEAD:], number=-1))


def next_one_too(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(answer + framed(answer, answer[HEAD:-1] + b"\x99", number=1))


def request_back(line: SpoilingConnection, request: bytes, _answer: bytes) -> None:
    line.say(request)


def reset_before(line: SpoilingConnection, _request: bytes, _answer: bytes) -> None:
    line.reset()


def reset_inside(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(answer[:9])
    line.reset()


def half_closed_before(line: SpoilingConnection, _request: bytes, _answer: bytes) -> None:
    line.half_close()


def half_closed_inside(line: SpoilingConnection, _request: bytes, answer: bytes) -> None:
    line.say(answer[:8])
    line.half_close()


HARMLESS: dict[str, TcpTreat] = {
    "split inside the number": split(1),
    "split inside the length": split(5),
    "split behind the head": split(HEAD),
    "split inside the data": split(10),
    "byte by byte": byte_by_byte,
    "10 ms late": late(0.01),
}
FAULTS: dict[str, TcpTreat] = {
    "no answer": lost,
    "the number of the next request": headed(number=1),
    "the number of the request before": headed(number=-1),
    "another number": headed(number=0x1234),
    "another protocol": headed(protocol=1),
    "a length one too small": headed(longer=-1),
    "a length two too small": headed(longer=-2),
    "a length of nothing": headed(longer=-6),
    "a length one too large": headed(longer=1),
    "a length two too large": headed(longer=2),
    "a length of a head too large": headed(longer=HEAD),
    "a length of another answer too large": headed(longer=13),
    "a length beyond all answers": headed(longer=0x7000),
    "another unit": headed(unit=1),
    "a short answer": short,
    "a long answer": long,
    "a count of bytes that lies": count_lies,
    "another function": other_function,
    "cut off": cut,
    "the request back": request_back,
    "text of another service": text,
    "the answer twice": twice,
    "an old answer before ours": old_one_first,
    "an old answer only": old_one_only,
    "the answer to a request that comes next": next_one_too,
    "the connection reset before the answer": reset_before,
    "the connection reset inside the answer": reset_inside,
    "half-closed before the answer": half_closed_before,
    "half-closed inside the answer": half_closed_inside,
}
