"""An event loop whose time jumps to the next thing to happen: hours pass at once, always the same way."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from drivers.errors import LinkLostError


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time stands still while anything can be done, then jumps to the next alarm."""

    def __init__(self) -> None:
        super().__init__()
        self._instant = 0.0

    def time(self) -> float:
        return self._instant

    def _run_once(self) -> None:
        if not self._ready:
            if not self._scheduled:
                raise RuntimeError("everybody waits and nothing will ever happen")
            self._instant = max(self._instant, self._scheduled[0].when())
        super()._run_once()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine in a time of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class VirtualClock:
    """A clock on that time; its wall clock may be set otherwise while it runs."""

    def __init__(self, wall: datetime) -> None:
        self._wall = wall
        self.slept = 0.0
        self._fast, self._fast_from = 0.0, 0.0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        ahead = self._fast * (self.monotonic() - self._fast_from)
        return self._wall + timedelta(seconds=self.monotonic() + ahead)

    def creep(self, rate: float) -> None:
        """The wall clock goes ahead by so many seconds in each second from now on."""
        self._fast, self._fast_from = rate, self.monotonic()

    def step(self, seconds: float) -> None:
        """Somebody, or the network, sets the wall clock."""
        self._wall += timedelta(seconds=seconds)

    def doze(self, seconds: float) -> None:
        """The computer sleeps: the wall clock goes on, the monotonic clock does not."""
        self._wall += timedelta(seconds=seconds)
        self.slept += seconds

    def asleep(self) -> float:
        return self.slept

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Cable:
    """Two ends of a line in memory: a twin's (`TwinLine`) and an instrument's in use (`Transport`)."""

    address = "cable"

    def __init__(self) -> None:
        self.hear: Callable[[bytes], None] | None = None
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self.pulled = False
        self.garble: Callable[[bytes], bytes] = bytes
        """what noise makes of the bytes on their way to the bench"""
        self.near = NearEnd(self)

    def pull(self) -> None:
        """Pull the plug."""
        self.pulled = True
        self.came.put_nowait(b"")

    def plug(self) -> None:
        """Put the plug back."""
        self.pulled, self.came = False, asyncio.Queue()

    async def open(self, receive: Callable[[bytes], None]) -> None:
        self.hear = receive

    def write(self, data: bytes) -> None:
        if not self.pulled:
            self.came.put_nowait(self.garble(data))

    async def close(self) -> None:
        self.hear = None


class NearEnd:
    """The bench's end."""

    name = "cable"

    def __init__(self, cable: Cable) -> None:
        self._cable = cable

    async def open(self) -> None:
        self._check()

    async def send(self, data: bytes) -> None:
        self._check()
        if self._cable.hear is not None:
            self._cable.hear(data)

    async def receive(self) -> bytes:
        self._check()
        data = await self._cable.came.get()
        self._check()
        return data

    async def caught_up(self) -> None:
        while not self._cable.pulled and not self._cable.came.empty():  # noqa: ASYNC110 -- each round wakes the one who receives
            await asyncio.sleep(0)

    async def close(self) -> None:
        pass

    def _check(self) -> None:
        if self._cable.pulled:
            raise LinkLostError("link.lost", "The line {port} is gone.", "Plug it in again.", port=self.name)
