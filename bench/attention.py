"""Waiting for an instrument or a person, while the operator may wish otherwise at any moment."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from procedures.errors import RunEnded

T = TypeVar("T")


class RunInterrupted(RunEnded):
    """The run is left as it is; it can be resumed."""


class StartAgain(RunEnded):
    """A retake was asked for: replay the script from the top."""


class Attention:
    """One wish at a time; it ends whatever is being waited for."""

    def __init__(self) -> None:
        """Begin without a wish."""
        self._wish: RunEnded | None = None
        self._wished = asyncio.Event()

    @property
    def wished(self) -> bool:
        """Whether a wish waits to be followed."""
        return self._wish is not None

    def interrupt(self, wish: RunEnded) -> None:
        """Have `wish` raised where the script waits now, or where it waits next."""
        self._wish = wish
        self._wished.set()

    async def attend(self, work: Awaitable[T]) -> T:
        """Await, unless a wish comes first.

        Raises:
            RunEnded: the wish; the work was not begun, or was cancelled.
        """
        if self._wish is not None and asyncio.iscoroutine(work):
            work.close()
        self._follow()
        task = asyncio.ensure_future(work)
        wished = asyncio.ensure_future(self._wished.wait())
        try:
            await asyncio.wait({task, wished}, return_when=asyncio.FIRST_COMPLETED)
            self._follow()
            return task.result()
        finally:
            task.cancel()
            wished.cancel()
            await asyncio.gather(task, wished, return_exceptions=True)

    def _follow(self) -> None:
        if self._wish is not None:
            wish, self._wish = self._wish, None
            self._wished.clear()
            raise wish
