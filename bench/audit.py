"""The audit: derives points and verdict again from what was sealed, and names every difference.

The same script runs, over the sealed entries instead of instruments. A deep audit starts from the raw frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.audit_basis import edition_differences, task_differences
from bench.audit_frames import Frames
from bench.conductor import Conductor
from bench.difference import RELEASE, Difference, difference
from bench.operator import Prompt
from bench.replay import DivergenceError
from bench.station import Bound, Station
from drivers import notation
from drivers.clock import SystemClock
from drivers.errors import PlainError
from procedures.action import Answer
from procedures.catalogue import find
from procedures.edition import Procedure
from procedures.errors import ProcedureError
from results.amendment import measured_evidence
from results.entry import Entry, Kept
from results.malformed import told_as
from results.verification import VerifiedRecord


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What an audit has found."""

    differences: tuple[Difference, ...]
    """empty when all comes out as sealed"""
    unchecked: tuple[str, ...]
    """what could not be derived again: `task`, `rest`, `frames`"""
    release: Difference | None = None
    """edition and digest of the procedure that sealed and of this one, where they are not the same: that
    explains differences, and is none by itself"""


class _NoPerson:
    """Refuses whatever an audit must never need: an answer, or a new entry."""

    async def answer(self, prompt: Prompt) -> Answer:
        """Refuse."""
        raise _beyond_evidence(prompt.id)

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:  # noqa: ARG002 - the port's
        """Refuse."""
        raise _beyond_evidence(getattr(entry, "path", type(entry).__name__))


class _NoInstruments(Station):
    """Refuses a new reading: an audit has only those of the evidence."""

    def find(self, role: str) -> Bound | None:
        """Refuse."""
        raise _beyond_evidence(f"a reading of {role}")

    def bound(self, role: str) -> Bound:
        """Refuse."""
        raise _beyond_evidence(f"a reading of {role}")


def audit(record: VerifiedRecord, *, deep: bool = False) -> Audit:
    """Derive a verified record again.

    Args:
        record: as `results.verification.load_record` gives it.
        deep: start from the raw frames instead of the decoded readings.
    """
    found: list[Difference] = []
    unchecked: list[str] = []
    try:
        with told_as(_broken_off):
            found.extend(_differences(record, deep=deep, unchecked=unchecked))
    except PlainError as error:
        found.append(difference(str(error.facts.get("path", "script")), record.record.state, error.message))
    return Audit(
        differences=tuple(one for one in found if one.where != RELEASE),
        unchecked=tuple(unchecked),
        release=next((one for one in found if one.where == RELEASE), None),
    )


def _beyond_evidence(path: str) -> ProcedureError:
    return ProcedureError(
        "audit.beyond_evidence",
        "The procedure asks for {path}, which the evidence does not hold.",
        "Check which edition of the procedure the record was made with.",
        path=path,
    )


def _broken_off(why: str) -> ProcedureError:
    return ProcedureError(
        "audit.broken_off",
        "The evidence cannot be derived again: {why}.",
        "Check which edition of the procedure the record was made with.",
        why=why,
    )


def _differences(record: VerifiedRecord, *, deep: bool, unchecked: list[str]) -> Iterator[Difference]:
    evidence = measured_evidence(record.evidence)
    entries: Sequence[Kept] = evidence.entries
    begun = evidence.begun
    if deep:
        frames = Frames(begun)
        entries = list(frames.again(entries))
        yield from frames.found
        if frames.rest_unknown:
            unchecked.append("rest")
        if frames.unread:
            unchecked.append("frames")
    procedure = find(begun.procedure)
    yield from edition_differences(begun, procedure)
    task = notation.from_builtins(begun.task, procedure.task)
    if not begun.cupboard:
        unchecked.append("task")
    yield from task_differences(entries[0], begun, procedure, task)
    if record.record.state == "concluded":
        yield from _derived(record, entries, procedure, task)


def _derived(
    record: VerifiedRecord, entries: Sequence[Kept], procedure: Procedure[Any], task: Any
) -> Iterator[Difference]:
    nobody = _NoPerson()
    # The sealed conclusion, the last entry, is left out: it is what the script must arrive at by itself.
    history = entries[:-1]
    replay = Conductor(
        history[0].run,
        log=nobody,
        history=history,
        station=_NoInstruments({}),
        operator=nobody,
        observers=(),
        clock=SystemClock(),
        zone="UTC",
        sentence=str,
    )
    try:
        conclusion = replay.replay(lambda run: procedure.script(run, task))
    except DivergenceError as divergence:
        yield Difference(
            where=divergence.facts["path"], sealed=divergence.facts["kept"], derived=divergence.facts["asked"]
        )
        return
    sealed = record.record
    parts = ["points", "verdict", "as_found", "valid_until", "notices", "subjects"]
    if sealed.amendment:
        parts.remove("notices")  # one of them may have spoken of the name that was missing
    for part in parts:
        yield from _compared(part, getattr(sealed, part), getattr(conclusion, part))


def _compared(part: str, sealed: Any, derived: Any) -> Iterator[Difference]:
    if sealed == derived:
        return
    if part == "points" and [point.label for point in sealed] == [point.label for point in derived]:
        for before, after in zip(sealed, derived, strict=True):
            if before != after:
                yield difference(before.label, before, after)
        return
    yield difference(part, sealed, derived)
