"""A list of runs: the few entries of each that say where it stands, folded into one line."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from results.entry import Closed, Concluded, Kept, RunBegun, Sealed

State = Literal["open", "concluded", "voided", "interrupted", "sealed"]


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as a list of runs shows it."""

    run: str
    begun: RunBegun
    begun_at: str
    state: State
    """`sealed` also for a voided or interrupted run once its record is signed"""
    ended_at: str = ""
    concluded: Concluded | None = None
    closed: Closed | None = None
    sealed: Sealed | None = None


def summaries(entries: Iterable[Kept]) -> list[RunSummary]:
    """Every run, in the order in which they were begun.

    Args:
        entries: at least those that begin, conclude, close and seal runs, in order.
    """
    found: dict[str, RunSummary] = {}
    for kept in entries:
        known = found.get(kept.run)
        match kept.entry:
            case RunBegun():
                found[kept.run] = RunSummary(run=kept.run, begun=kept.entry, begun_at=kept.at, state="open")
            case Concluded() if known:
                found[kept.run] = msgspec.structs.replace(
                    known, state="concluded", ended_at=kept.at, concluded=kept.entry
                )
            case Closed(how=how) if known:
                state: State = "voided" if how == "voided" else "interrupted"
                found[kept.run] = msgspec.structs.replace(
                    known, state=state, ended_at=kept.at, closed=kept.entry
                )
            case Sealed() if known:
                found[kept.run] = msgspec.structs.replace(known, state="sealed", sealed=kept.entry)
            case _:
                pass
    return list(found.values())
