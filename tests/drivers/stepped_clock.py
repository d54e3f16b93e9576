"""A clock whose time goes on when everybody sleeps, and a line that keeps what is said."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

_IDLE_ROUNDS = 20  # of the loop: more than any chain of wake-ups in a twin takes


class SteppedClock:
    def __init__(self):
        self.now = 100.0
        self._sleepers = []
        self._order = count()

    def monotonic(self):
        return self.now

    def utc(self):
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.now)

    async def sleep(self, seconds):
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), awake))
        await awake

    async def go_on(self, seconds):
        end = self.now + seconds
        while True:
            for _ in range(_IDLE_ROUNDS):
                await asyncio.sleep(0)
            if not self._sleepers or self._sleepers[0][0] > end:
                break
            self.now, _, awake = heapq.heappop(self._sleepers)
            if not awake.done():
                awake.set_result(None)
        self.now = end


class KeptLine:
    def __init__(self, clock):
        self.clock = clock
        self.said = []
        self.plugged = []
        self._receive = None

    address = "kept"

    async def open(self, receive):
        self._receive = receive
        self.plugged.append((round(self.clock.now - 100, 3), True))

    def write(self, data):
        if self._receive is not None:
            self.said.append((round(self.clock.now - 100, 6), data))

    async def close(self):
        if self._receive is not None:
            self.plugged.append((round(self.clock.now - 100, 3), False))
        self._receive = None

    def hear(self, data):
        if self._receive is not None:
            self._receive(data)

    @property
    def data(self):
        return b"".join(data for _, data in self.said)
