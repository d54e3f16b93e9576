"""The order rules of a journal: what may follow what within a run, whoever wrote it."""

from collections.abc import Iterable

from results.entry import (
    Abandoned,
    Begun,
    Closed,
    Concluded,
    Done,
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


def check_order(entries: Iterable[Kept], *, where: str) -> None:
    """Check every run: begun once and first, nothing measured after its end, sealed only after its end.

    Raises:
        IntegrityError: an entry stands where it may not; the facts name its sequence.
    """
    state: dict[str, str] = {}
    for kept in entries:
        now = state.get(kept.run, "new")
        match kept.entry:
            case RunBegun():
                allowed, after = now == "new", "open"
            case Concluded() | Closed():
                allowed, after = now == "open", "ended"
            case Sealed():
                allowed, after = now == "ended", "sealed"
            case Noted():
                allowed, after = True, now
            case SeriesOpened() | SeriesClosed() | Begun() | Done() | Reported() | Abandoned() | Resumed():
                allowed, after = now == "open", now
        if not allowed:
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
