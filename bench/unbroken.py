"""Work that goes on to its end whoever stops waiting for it: a screen that is left cancels only its waiting.

A thread cannot be stopped. Were its files closed beneath it, a run could be sealed with no paper, and with no
entry in the trail that says whose key was used.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Unbroken:
    """The work of one workplace that must end before its files are closed."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._sure: set[asyncio.Task[Any]] = set()
        self._patience: dict[asyncio.Task[Any], float] = {}

    async def carry_out(self, work: Coroutine[Any, Any, T], *, patience_s: float | None = None) -> T:
        """Begin a work and wait for it; it goes on when the waiting is cancelled.

        Args:
            work: what is to be done.
            patience_s: how long `ended` waits before it cancels the work; None: as long as that takes.
        """
        task = asyncio.create_task(work)
        if patience_s is None:
            self._sure.add(task)
        else:
            self._patience[task] = patience_s
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._sure.discard(task)
        self._patience.pop(task, None)
        if not task.cancelled():
            task.exception()  # seen, though nobody waits: what failed is as it was, and is shown so

    async def ended(self) -> None:
        """Wait until nothing is under way any more."""
        for task, patience_s in list(self._patience.items()):
            await asyncio.wait([task], timeout=patience_s)
            task.cancel()
        while self._sure or self._patience:
            await asyncio.wait([*self._sure, *self._patience])


async def in_thread(work: Callable[[], T]) -> T:
    """Carry out a work in a thread; who is cancelled meanwhile is so once it has ended."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
