"""The clock port: time comes in from outside, so that a demonstration can run faster than a scale settles."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """A monotonic clock, a wall clock, and waiting; waiting follows the monotonic clock."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def utc(self) -> datetime:
        """The wall time, aware, in UTC."""

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

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds / pace` real seconds."""
        await asyncio.sleep(seconds / self.pace)


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
