"""A TCP proxy in bad weather: each request that crosses it meets what a seed has drawn for it.

The proxy reads whole HTTP requests and answers and is otherwise rough: it loses them, cuts them, sends them
twice, late and out of order, flips a bit, and lets them trickle.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Weather(StrEnum):
    """What happens to one request and its answer."""

    PASSES = "passes"
    LOST = "request lost"
    CUT = "request truncated"
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer truncated"
    DOUBLED = "request duplicated"
    LATE = "request late, after others"
    SLOW = "delayed, in small pieces"
    FLIPPED = "a bit of the request flipped"
    ANSWER_FLIPPED = "a bit of the answer flipped"
    STALLED = "held longer than the bench waits"


_WEIGHTS = {Weather.PASSES: 130, Weather.STALLED: 1}
_USUAL_WEIGHT = 4
STALL_S = 1.0
_MOST_REQUESTS_HELD = 3


@dataclass
class RoughLine:
    """Relays to a registry on this computer; `dice` draws the weather and may be replaced at any time."""

    target: tuple[str, int]
    dice: random.Random
    met: Counter[Weather] = field(default_factory=Counter)
    batches: int = 0
    _held: list[bytes] = field(default_factory=list)
    _open: set[asyncio.Task] = field(default_factory=set)
    _spare: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self.release()
        for _, out in self._spare:
            out.close()
            await out.wait_closed()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def release(self):
        """Let what is still held arrive after all, in any order."""
        self.dice.shuffle(self._held)
        while self._held:
            await self._ask(self._held.pop())

    def _accept(self, near, out):
        task = asyncio.ensure_future(self._serve(near, out))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, near, out):
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._cross(await _message(near), out):
                    pass
        finally:
            out.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await out.wait_closed()

    async def _cross(self, request, out):
        """One request on its way; False when the connection breaks."""
        weather = self.dice.choices(list(Weather), [_WEIGHTS.get(one, _USUAL_WEIGHT) for one in Weather])[0]
        self.met[weather] += 1
        self.batches += request.startswith(b"POST /records/batch ")
        if self._held and self.dice.random() < 0.5:
            await self._ask(self._held.pop(self.dice.randrange(len(self._held))))
        answer = await self._there(weather, request)
        if weather is Weather.ANSWER_FLIPPED and answer:
            answer = self._flipped(answer)
        if not answer or weather is Weather.ANSWER_LOST:
            _reset_on_close(out)
            return False
        whole = weather is not Weather.ANSWER_CUT
        out.write(answer if whole else answer[: self.dice.randrange(len(answer))])
        await out.drain()
        return whole

    async def _there(self, weather, request):
        """What the registry answers to what arrives of a request; nothing when the bench will not hear it."""
        answer = b""
        match weather:
            case Weather.LOST:
                pass
            case Weather.CUT:
                await self._ask(request[: self.dice.randrange(len(request))], whole=False)
            case Weather.LATE:
                if len(self._held) < _MOST_REQUESTS_HELD:
                    self._held.append(request)
            case Weather.STALLED:
                await self._ask(request)
                await asyncio.sleep(STALL_S)
            case Weather.DOUBLED:
                answer = (await asyncio.gather(self._ask(request), self._ask(request)))[1]
            case Weather.FLIPPED:
                answer = await self._ask(self._flipped(request))
            case Weather.SLOW:
                answer = await self._ask(request, pieces=self.dice.randrange(2, 9))
            case _:
                answer = await self._ask(request)
        return answer

    def _flipped(self, message):
        """One bit of the body, or of the head where there is no body."""
        head = message.index(b"\r\n\r\n") + 4
        changed = bytearray(message)
        place = self.dice.randrange(head if head < len(message) else 0, len(message))
        changed[place] ^= 1 << self.dice.randrange(8)
        return bytes(changed)

    async def _ask(self, request, *, pieces=1, whole=True):
        """Send to the registry; gives the answer, nothing when there is none.

        A connection that has carried whole messages carries the next one too, as any proxy's does.
        """
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            far, out = self._spare.pop() if self._spare else await asyncio.open_connection(*self.target)
            answer = b""
            try:
                step = max(1, len(request) // pieces)
                for start in range(0, len(request), step):
                    out.write(request[start : start + step])
                    await out.drain()
                    if pieces > 1:
                        await asyncio.sleep(self.dice.random() * 0.004)
                if whole:
                    async with asyncio.timeout(STALL_S):
                        answer = await _message(far)
            finally:
                if answer and b"connection: close" not in answer.lower():
                    self._spare.append((far, out))
                else:
                    out.close()
                    await out.wait_closed()
            return answer
        return b""


async def _message(stream):
    """A whole HTTP request or answer of known length."""
    head = await stream.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await stream.readexactly(length)


def _reset_on_close(out):
    """Let the bench see a reset and not an orderly end."""
    linger = struct.pack("ii", 1, 0)
    with contextlib.suppress(OSError):
        out.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
