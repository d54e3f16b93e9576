"""The safe state: valves closed, pump off, when a run ends, is left, breaks off or is taken up again.

And whenever a program opens the bench, for the one before it may have been killed.

An instrument or plant takes part by declaring a command `safe` in its driver file. One that does not answer
is told to the person who stands before it: what the program could not close, somebody must.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

from bench.attention import RunInterrupted
from bench.station import Bound, Station
from drivers.errors import PlainError
from procedures.action import Action, Answer, Choose
from results.entry import Noted
from results.errors import RecordError

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

    All are told at once, and only then is anybody asked: one that is silent keeps no other valve open.

    Args:
        station: the run's instruments.
        when: `resumed` or `ended`, for the journal.
        keep: writes down what was done; a disk that refuses keeps no valve open.
        ask: has a person close by hand what does not answer.
    """
    found = to_be_made_safe(station.roles.values())
    troubles = await asyncio.gather(*(_send(bound) for bound in found))
    for bound, trouble in zip(found, troubles, strict=True):
        facts = {"instrument": bound.name, "when": when}
        if trouble is not None:
            facts |= {"fault": trouble.code, "message": trouble.message}
            with suppress(PlainError, RunInterrupted):
                by_hand = Choose(question="make_safe", choices=("done",), facts={"instrument": bound.name})
                await ask(f"safe/{bound.name}", by_hand)
                facts["by_hand"] = "done"
        with suppress(PlainError):
            keep(Noted(what="safe_state", facts=facts))


async def make_all_safe(
    instruments: Iterable[Bound], *, when: str, note: Callable[..., None]
) -> dict[str, PlainError]:
    """Send every instrument of a bench into its safe state, all at once, while no run is under way.

    A program that was killed has closed nothing, and nobody need ever take its run up again: whoever opens
    the bench next finds what it drives at rest, or is told by name what is not.

    Args:
        instruments: all that are connected.
        when: `opened` or `asked`, for the audit trail.
        note: writes it there, once everything was sent.

    Returns:
        Why, by the instrument's name, for those that could not be reached.

    Raises:
        StorageError: the trail cannot be written; all that answers is safe.
    """
    found = to_be_made_safe(instruments)
    troubles = await asyncio.gather(*(_send(bound) for bound in found))
    for bound, trouble in zip(found, troubles, strict=True):
        told = {} if trouble is None else {"fault": trouble.code, "message": trouble.message}
        note("safe_state", instrument=bound.name, when=when, **told)
    return {
        bound.name: trouble for bound, trouble in zip(found, troubles, strict=True) if trouble is not None
    }


async def safe_unless(sound: Callable[[], None], instruments: Iterable[Bound]) -> None:
    """Check that the journal may be written; if not, nothing is opened, and all is made safe all the same.

    Args:
        sound: the check.
        instruments: all that are connected; what was sent to them stands nowhere then.

    Raises:
        RecordError: what the check has found.
    """
    try:
        sound()
    except RecordError:
        await asyncio.gather(*map(_send, to_be_made_safe(instruments)))
        raise


async def _send(bound: Bound) -> PlainError | None:
    """Give the command; gives why it was not carried out."""
    try:
        if bound.device is not None:
            await bound.device.command(SAFE)
    except PlainError as trouble:
        return trouble
    return None
