"""The safe state: valves closed, pump off, when a run ends, is left, breaks off or is taken up again.

An instrument or plant takes part by declaring a command `safe` in its driver file. One that does not answer
is told to the person who stands before it: what the program could not close, somebody must.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

from bench.attention import RunInterrupted
from bench.station import Bound, Station
from drivers.errors import PlainError
from procedures.action import Action, Answer, Choose
from results.entry import Noted

SAFE: Final = "safe"
"""the name under which a driver file declares it: `[do.safe]`"""

Ask = Callable[[str, Action], Awaitable[Answer]]
Keep = Callable[[Noted], None]


def to_be_made_safe(instruments: Iterable[Bound]) -> tuple[Bound, ...]:
    """The instruments that declare a safe state, each once whatever roles it plays."""
    wired = (one for one in instruments if one.device is not None)
    return tuple({one.name: one for one in wired if SAFE in one.driver.commands}.values())


async def make_safe(station: Station, *, when: str, keep: Keep, ask: Ask) -> None:
    """Send every instrument of a run into its safe state; raises nothing, for there is nothing better to do.

    Args:
        station: the run's instruments.
        when: `resumed` or `ended`, for the journal.
        keep: writes down what was done; a disk that refuses keeps no valve open.
        ask: has a person close by hand what does not answer.
    """
    for bound in to_be_made_safe(station.roles.values()):
        facts = {"instrument": bound.name, "when": when}
        try:
            if bound.device is not None:
                await bound.device.command(SAFE)
        except PlainError as trouble:
            facts |= {"fault": trouble.code, "message": trouble.message}
            with suppress(PlainError, RunInterrupted):
                by_hand = Choose(question="make_safe", choices=("done",), facts={"instrument": bound.name})
                await ask(f"safe/{bound.name}", by_hand)
                facts["by_hand"] = "done"
        with suppress(PlainError):
            keep(Noted(what="safe_state", facts=facts))
