"""Keeps one line open: a lost one is tried again, at once for whoever waits and else less and less often."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from drivers.clock import Clock, within
from drivers.errors import InstrumentError, LinkLostError
from drivers.talk import Openable

_FIRST_RETRY_S: Final = 0.5
_LONGEST_RETRY_S: Final = 5.0


class Connection:
    """The state of one line, and the loop that opens it."""

    def __init__(self, transport: Openable, clock: Clock, tell: Callable[[Exception], None]) -> None:
        """Keep the parts; nothing is opened yet.

        Args:
            transport: the line; owned from now on.
            clock: time.
            tell: takes the error when the line is lost or its use ends.
        """
        self._transport = transport
        self._clock = clock
        self._tell = tell
        self._hurry = asyncio.Event()
        self._attempt: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    async def ready(self) -> None:
        """Wait for the line; when it is down, try at once instead of waiting for the next attempt.

        Raises:
            LinkLostError: the attempt failed.
            InstrumentError: its use is over.
        """
        self._hurry.set()
        fault = await asyncio.shield(self._attempt)
        if fault is not None:
            raise fault

    async def keep(self, use: Callable[[], Awaitable[None]]) -> None:
        """Open the line and `use` it, again and again, until cancelled."""
        delay = _FIRST_RETRY_S
        try:
            while True:
                try:
                    await self._transport.open()
                    delay = _FIRST_RETRY_S
                    self._conclude(None)
                    await use()
                except LinkLostError as lost:
                    self._lose(lost)
                finally:
                    await self._transport.close()
                await self._pause(delay)
                delay = min(2 * delay, _LONGEST_RETRY_S)
        except Exception as crash:
            self.end(crash)
            raise

    def end(self, why: Exception | None = None) -> None:
        """Tell everybody who waits that the use of the line is over; `keep` is cancelled next."""
        why = why or InstrumentError(
            "device.closed",
            "The bench has closed {port}.",
            "Open the instrument again.",
            port=self._transport.name,
        )
        self._conclude(why)
        self._tell(why)

    def _lose(self, lost: LinkLostError) -> None:
        self._conclude(lost)
        self._attempt = asyncio.get_running_loop().create_future()
        self._hurry.clear()
        self._tell(lost)

    def _conclude(self, outcome: Exception | None) -> None:
        if self._attempt.done():
            self._attempt = asyncio.get_running_loop().create_future()
        self._attempt.set_result(outcome)

    async def _pause(self, seconds: float) -> None:
        try:
            await within(self._clock, seconds, self._hurry.wait())
        except TimeoutError:
            return
