"""The order rules of a journal: what may follow what within a run, whoever wrote it."""

from collections.abc import Iterable, Iterator
from typing import Literal

from results.entry import (
    BENCH,
    Abandoned,
    Amended,
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
        case (
            Amended()
            | SeriesOpened()
            | SeriesClosed()
            | Begun()
            | Done()
            | Reported()
            | Abandoned()
            | Resumed()
        ):
            return now if now == "open" else None


def state_after(entries: Iterable[Entry]) -> RunState:
    """The state of a run after all its entries, as far as they stand where they may."""
    state: RunState = "new"
    for entry in entries:
        state = next_state(state, entry) or state
    return state


class _Software:
    """Follows the program's digests through the trail: nothing is measured in a run by another program."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._of: dict[str, dict[str, str]] = {}

    def check(self, kept: Kept, where: str) -> None:
        match kept.entry:
            case Noted(what="configuration", facts=facts) if kept.run == BENCH:
                self._now = _digests(facts.get("configuration"))
            case RunBegun(software=software):
                self._of[kept.run] = _digests(software)
            case Done() | Reported() | Concluded() if self._now and self._of.get(kept.run) != self._now:
                raise IntegrityError(
                    "journal.updated",
                    "Entry {sequence} of {where} was written by another program than began its run.",
                    "Keep the file as it is; an update must wait until no run is open.",
                    sequence=kept.sequence,
                    where=where,
                )
            case _:
                pass


def _digests(software: object) -> dict[str, str]:
    """The digests of a program; none in what is no list of them, which then agrees with no run."""
    said = software.items() if isinstance(software, dict) else (("sha256:", "unknown"),)
    return {str(name): str(digest) for name, digest in said if str(name).startswith("sha256:")}


def in_order(entries: Iterable[Kept], *, where: str) -> Iterator[Kept]:
    """The same entries, each once it was seen to stand where it may.

    Every run is begun once and first, nothing is measured after its end, and it is sealed only after its end.

    Raises:
        IntegrityError: an entry stands where it may not; the facts name its sequence.
    """
    state: dict[str, RunState] = {}
    software = _Software()
    for kept in entries:
        software.check(kept, where)
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
        yield kept
