"""Waiting until nothing old is left of a line: what shows now is not told from what showed before by itself.

Bytes carry no time. One that is read now may have waited in the system's buffers since before anybody asked,
when the computer was busy. So whoever asks waits until these were found empty once.
"""

import asyncio
from collections.abc import Callable
from typing import Final

FULL: Final = 512
"""bytes taken at once from a file; fewer than these mean that nothing was left"""
_ROUNDS: Final = 4  # of the loop: a system may tell first that something came, and then what
_PAUSE_S: Final = 0.01  # in which a system moves on what it holds behind a full buffer


async def caught_up(came: Callable[[], int], waiting: Callable[[], bool]) -> None:
    """Return when all that had come before this call was handed out.

    Args:
        came: how many bytes were handed out so far.
        waiting: whether the system is known to hold some that were not.
    """
    while True:
        before, behind = came(), waiting()
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        if not behind and came() - before < FULL:
            return
        await asyncio.sleep(_PAUSE_S)
