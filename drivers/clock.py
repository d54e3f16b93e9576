"""The clock port: time comes in from outside, so that a demonstration can run faster than a scale settles."""

import asyncio
import heapq
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from itertools import count
from typing import Final, Protocol, TypeVar

T = TypeVar("T")

_SHORTEST_S: Final = 0.002
"""a real wait shorter than this is not worth asking the computer for"""
_LEAST_STEP_S: Final = 1e-6
"""however short a wait is, time goes on, or whoever waits for a moment to come would wait for ever"""
_ROUNDS: Final = 4
"""of the loop, in which what was woken speaks and is heard"""


class Clock(Protocol):
    """A monotonic clock, a wall clock, and waiting; waiting follows the monotonic clock."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def utc(self) -> datetime:
        """The wall time, aware, in UTC."""

    def asleep(self) -> float:
        """Seconds for which the computer has slept, which the monotonic clock does not count."""

    async def sleep(self, seconds: float) -> None:
        """Wait that many of this clock's seconds."""


class SystemClock:
    """The computer's own clock."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def utc(self) -> datetime:
        """The wall time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 -- this is the clock that everything else is given

    def asleep(self) -> float:
        """Seconds for which this computer has slept since it was started.

        Linux counts them in one of its clocks and not in the other. Elsewhere it is 0: the monotonic clock of
        Windows goes on while the computer sleeps (unverified), so that nothing has to be added to it.
        """
        if not hasattr(time, "CLOCK_BOOTTIME"):
            return 0.0
        awake = time.clock_gettime(time.CLOCK_MONOTONIC)
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - awake)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class PacedClock:
    """A clock that runs `pace` times faster, for twins; never for an instrument."""

    def __init__(self, pace: float) -> None:
        """Start at the present moment.

        Raises:
            ValueError: the pace is not above zero.
        """
        if pace <= 0:
            raise ValueError(f"the pace of a clock must be above zero, not {pace}")
        self.pace = pace
        self._real = SystemClock()
        self._began = self._real.monotonic()

    def monotonic(self) -> float:
        """Seconds since this clock began."""
        return (self._real.monotonic() - self._began) * self.pace

    def utc(self) -> datetime:
        """The true wall time: a faster demonstration does not date its records into the future."""
        return self._real.utc()

    def asleep(self) -> float:
        """Seconds for which this computer has slept."""
        return self._real.asleep()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds / pace` real seconds."""
        await asyncio.sleep(seconds / self.pace)


class PatientClock:
    """A clock that runs up to `pace` times faster and outruns nobody who is at work: for many twins at once.

    It goes from one awaited moment to the next. Where the computer is too slow for the pace, time waits for
    it instead of passing unseen, so that no answer comes too late only because others were busy.
    """

    def __init__(self, pace: float) -> None:
        """Start at zero.

        Raises:
            ValueError: the pace is not above zero.
        """
        if pace <= 0:
            raise ValueError(f"the pace of a clock must be above zero, not {pace}")
        self.pace = pace
        self._real = SystemClock()
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hand: asyncio.Handle | None = None
        self._last = 0.0
        """real time at which it was `now`"""
        self._rounds = 0
        """how many rounds of the loop those who were woken still have"""

    def monotonic(self) -> float:
        """Seconds since this clock began."""
        return self._now

    def utc(self) -> datetime:
        """The true wall time: a faster demonstration does not date its records into the future."""
        return self._real.utc()

    def asleep(self) -> float:
        """Seconds for which this computer has slept."""
        return self._real.asleep()

    async def sleep(self, seconds: float) -> None:
        """Wait until it is that much later."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._sleepers, self._hand = loop, [], None
        awake = loop.create_future()
        heapq.heappush(self._sleepers, (self._now + max(_LEAST_STEP_S, seconds), next(self._order), awake))
        if self._hand is None:
            self._last = self._real.monotonic()
            self._hand = loop.call_soon(self._go_on, loop)
        await awake

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake the next who sleeps, when it is time and those who were woken before have had their say."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)  # gave up waiting
        if not self._sleepers:
            self._hand = None
            return
        if self._rounds:
            self._rounds -= 1
            self._hand = loop.call_soon(self._go_on, loop)
            return
        due, _, awake = self._sleepers[0]
        step = max(0.0, due - self._now) / self.pace
        early = step - (self._real.monotonic() - self._last)
        if early > _SHORTEST_S:
            self._hand = loop.call_later(_SHORTEST_S, self._go_on, loop)
            return
        heapq.heappop(self._sleepers)
        self._last = max(self._last + step, self._real.monotonic() - _SHORTEST_S)
        self._now = max(self._now, due)
        awake.set_result(None)
        self._rounds = _ROUNDS
        self._hand = loop.call_soon(self._go_on, loop)


def passing_in(real_s: float, clock: Clock) -> float:
    """How many seconds of `clock` pass, at most, in so many real ones: for what keeps real time beside it."""
    return real_s * clock.pace if isinstance(clock, PacedClock | PatientClock) else real_s


async def within(clock: Clock, seconds: float, awaitable: Awaitable[T]) -> T:
    """Await, but no longer than `seconds` of `clock`.

    Raises:
        TimeoutError: not done in that time; the awaitable was cancelled.
    """
    work = asyncio.ensure_future(awaitable)
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({work, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise TimeoutError
    finally:
        work.cancel()
        alarm.cancel()
        await asyncio.gather(work, alarm, return_exceptions=True)
