"""Work that goes on to its end whoever stops waiting for it: a screen that is left cancels only its waiting.

A thread cannot be stopped: were its files closed beneath it, a run could be sealed with no paper, and with no
entry in the trail that says whose key was used. And a run that is left closes valves at its end: were the
ports given back before, they would stay open.
"""

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")
_AGAIN_S: Final = 0.5


def _stay() -> None:
    """Of a work that knows no earlier end."""


@dataclass(frozen=True)
class _Leaving:
    patience_s: float
    leave: Callable[[], None]


class Unbroken:
    """The work of one workplace that must end before its files and ports are closed."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._under_way: dict[asyncio.Task[Any], _Leaving] = {}

    def begin(
        self, work: Coroutine[Any, Any, T], *, patience_s: float = math.inf, leave: Callable[[], None] = _stay
    ) -> asyncio.Task[T]:
        """Begin a work.

        Args:
            work: what is to be done.
            patience_s: how long `ended` waits before it cancels the work.
            leave: asks the work to come to its end soon; called by `ended`, again and again.
        """
        task = asyncio.create_task(work)
        self._under_way[task] = _Leaving(patience_s, leave)
        task.add_done_callback(self._forget)
        return task

    async def carry_out(self, work: Coroutine[Any, Any, T], *, patience_s: float = math.inf) -> T:
        """Begin a work and wait for it; it goes on when the waiting is cancelled."""
        return await asyncio.shield(self.begin(work, patience_s=patience_s))

    def _forget(self, task: asyncio.Task[Any]) -> None:
        del self._under_way[task]
        if not task.cancelled():
            task.exception()  # seen, though nobody waits: what failed is as it was, and is shown so

    async def ended(self) -> None:
        """Wait until nothing is under way any more."""
        began = time.monotonic()
        while self._under_way:
            for task, leaving in self._under_way.items():
                if time.monotonic() - began < leaving.patience_s:
                    leaving.leave()
                else:
                    task.cancel()
            await asyncio.wait([*self._under_way], timeout=_AGAIN_S)


async def in_thread(work: Callable[[], T]) -> T:
    """Carry out a work in a thread; who is cancelled meanwhile is so once it has ended."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
