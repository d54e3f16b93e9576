"""What a break did to a run: what is lost, what is done again and why, and what is checked before it goes on.

A pure look at the journal, told to the penera in one piece before the first step, and kept with the run.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from bench.events import RunResumed
from bench.replay import Memory
from procedures.action import Action, Answer, Choose, RemoveLoad, SetZero
from procedures.edition import Procedure
from results.entry import Kept, Noted

Ask = Callable[[str, Action], Awaitable[Answer]]


class Resumption(msgspec.Struct, frozen=True, kw_only=True):
    """A run taken up again after a break."""

    gap_s: float
    broken_off: str
    """path of the last thing that is on the disk"""
    lost: tuple[str, ...]
    """effects that were begun and of which no end is known"""
    repeated: tuple[str, ...]
    """series that are done again whole: what stood on the receptor is not what the script believes"""
    rechecks: tuple[str, ...]
    """what the length of the break asks for: `zero`, `warm_up`, `environment`"""

    @property
    def minutes(self) -> int:
        """The break in whole minutes, as the record says it; at least one."""
        return max(1, round(self.gap_s / 60))

    def event(self) -> RunResumed:
        """As observers hear of it."""
        return RunResumed(
            minutes=self.minutes, lost=self.lost, repeated=self.repeated, rechecks=self.rechecks
        )


def resumption(
    history: Sequence[Kept], procedure: Procedure[Any], *, gap_s: float, idle_s: float
) -> Resumption:
    """What a break means for a run with this history.

    Args:
        history: the run's entries up to the break.
        procedure: says what is checked again after how long.
        gap_s: seconds since the last of them.
        idle_s: seconds since the last that was work: taking a run up and leaving it again is none.
    """
    memory = Memory(history)
    return Resumption(
        gap_s=gap_s,
        broken_off=getattr(history[-1].entry, "path", ""),
        lost=tuple(memory.in_doubt),
        repeated=memory.open_series(),
        rechecks=tuple(check for check, after_s in procedure.rechecks.items() if idle_s >= after_s),
    )


async def check_again(found: Resumption, *, keep: Callable[[Noted], None], ask: Ask) -> None:
    """Have done what the length of the break asks for, and keep that it was done.

    Raises:
        RunInterrupted: the penera leaves; the next resumption asks again.
    """
    for check in found.rechecks:
        if check == "zero":
            await ask("resumed/remove_load", RemoveLoad())
            await ask("resumed/set_zero", SetZero())
        else:
            await ask(f"resumed/{check}", Choose(question=f"after_break_{check}", choices=("done",)))
        keep(Noted(what="checked_after_break", facts={"check": check, "minutes": found.minutes}))
