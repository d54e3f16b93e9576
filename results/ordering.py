"""The order rules of a journal: what may follow what within a run, whoever wrote it."""

from collections.abc import Iterable
from typing import Literal

from results.entry import (
    Abandoned,
    Begun,
    Closed,
    Concluded,
    Done,
    Entry,
    Kept,
    Noted,
    Reported,
    Resumed,
    RunBegun,
    Sealed,
    SeriesClosed,
    SeriesOpened,
)
from results.errors import IntegrityError

RunState = Literal["new", "open", "ended", "sealed"]


def next_state(now: RunState, entry: Entry) -> RunState | None:
    """The state of a run after an entry; None when the entry may not stand there."""
    match entry:
        case RunBegun():
            return "open" if now == "new" else None
        case Concluded() | Closed():
            return "ended" if now == "open" else None
        case Sealed():
            return "sealed" if now == "ended" else None
        case Noted():
            return now
        case SeriesOpened() | SeriesClosed() | Begun() | Done() | Reported() | Abandoned() | Resumed():
            return now if now == "open" else None


def state_after(entries: Iterable[Entry]) -> RunState:
    """The state of a run after all its entries, as far as they stand where they may."""
    state: RunState = "new"
    for entry in entries:
        state = next_state(state, entry) or state
    return state


def check_order(entries: Iterable[Kept], *, where: str) -> None:
    """Check every run: begun once and first, nothing measured after its end, sealed only after its end.

    Raises:
        IntegrityError: an entry stands where it may not; the facts name its sequence.
    """
    state: dict[str, RunState] = {}
    for kept in entries:
        now = state.get(kept.run, "new")
        after = next_state(now, kept.entry)
        if after is None:
            raise IntegrityError(
                "journal.order",
                "Entry {sequence} of {where} ({kind}) stands where it may not: its run is {state}.",
                "Keep the file as it is and have the program's maintainer look at it.",
                sequence=kept.sequence,
                where=where,
                kind=type(kept.entry).__name__,
                state=now,
            )
        state[kept.run] = after
