"""From the journal's entries of an ended run to its record: a pure fold, nothing added and nothing decided.

A voided or interrupted run gives a record too, without a verdict: its number is consumed and accounted for.

What this fold says belongs to the record's schema: every check makes it again and compares. A program that
words anything here otherwise writes `tera-bench/record/2`, and keeps this fold to read schema 1.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Literal

import msgspec

from drivers.notation import from_builtins
from procedures.assignment import Assignment
from procedures.point import Conclusion
from procedures.standard import StandardUse
from results.amendment import amended_record
from results.entry import (
    CLOCK,
    ENVIRONMENT_LEFT,
    LINK_BACK,
    Abandoned,
    Closed,
    Concluded,
    Entry,
    Kept,
    Noted,
    Resumed,
    RunBegun,
)
from results.errors import RecordError
from results.number import certificate_number, record_id_of, sequence_of
from results.record import InstrumentUsed, Office, Record, Signer

State = Literal["concluded", "voided", "interrupted"]

_INTERRUPTED: Final = "interrupted"
_ENDS: Final = (Concluded, Closed)
_TOLD: Final = (Resumed, Noted, Abandoned, Closed)
"""entries of which a record tells; they are few"""
_RULE_FACTS: Final = (
    *("id", "regulation", "edition", "citation", "valid_from", "valid_until", "verified"),
    "acceptance",
)


def ended_part(entries: Sequence[Kept]) -> tuple[Kept, ...]:
    """The entries up to and including the one that ended the run: what evidence and record cover.

    Raises:
        RecordError: the run has not ended.
    """
    for place, kept in enumerate(entries):
        if isinstance(kept.entry, _ENDS):
            return tuple(entries[: place + 1])
    raise _not_ended()


def record_of(
    entries: Sequence[Kept],
    *,
    evidence_digest: str,
    previous_record: str = "",
    conclusion: Conclusion | None = None,
) -> Record:
    """Fold the entries of one ended run into its record.

    Args:
        entries: as `ended_part` gives them.
        evidence_digest: SHA-256 of the evidence file that holds them.
        previous_record: SHA-256 of the record of the number before, if that was sealed before this run ended.
        conclusion: that of the last entry, where it was read already.

    Raises:
        RecordError: the run has not ended, or it is an amendment that changes more than it may.
        msgspec.ValidationError: an entry lacks what a record needs.
    """
    begun, end = _first(entries), entries[-1]
    if begun.supersedes:
        return amended_record(entries, evidence_digest=evidence_digest, previous_record=previous_record)
    state, conclusion = _ending(end.entry, conclusion)
    told = [kept for kept in entries if isinstance(kept.entry, _TOLD)]
    assignment = from_builtins(begun.assignment, Assignment)
    office = from_builtins(begun.office, Office)
    sequence = sequence_of(begun.number)
    return Record(
        record_id=record_id_of(begun.bench, begun.number),
        number=begun.number,
        sequence=sequence,
        bench=begun.bench,
        training=begun.training,
        state=state,
        activity=assignment.activity,
        kind=assignment.kind,
        procedure_edition=begun.edition,
        procedure_digest=begun.procedure_digest,
        office=office,
        on_behalf_of=assignment.on_behalf_of,
        order=assignment.order,
        place=assignment.place,
        owner=assignment.owner,
        identity=assignment.identity,
        uut=assignment.uut,
        instruments=tuple(
            from_builtins({"role": role, **facts}, InstrumentUsed)
            for role, facts in sorted(begun.instruments.items())
        ),
        standards=tuple(from_builtins(use, StandardUse) for use in begun.standards),
        rule=_rule(begun.task, conclusion.verdict.rule) if conclusion else None,
        points=conclusion.points if conclusion else (),
        verdict=conclusion.verdict if conclusion else None,
        as_found=conclusion.as_found if conclusion else None,
        valid_until=conclusion.valid_until if conclusion else None,
        notices=conclusion.notices if conclusion else (),
        subjects=conclusion.subjects if conclusion else (),
        officer=from_builtins(begun.officer, Signer),
        begun_at=entries[0].at,
        ended_at=end.at,
        duration_s=_working_seconds(entries),
        breaks=tuple(_breaks(told)),
        certificate_number=certificate_number(
            office, sequence=sequence, bench=begun.bench, at=datetime.fromisoformat(end.at)
        )
        if conclusion and not begun.training
        else "",
        registry=begun.registry,
        evidence_digest=evidence_digest,
        journal_head=end.hash,
        previous_record=previous_record,
        software=begun.software,
        clock=_clock(begun, told) if begun.clock else msgspec.UNSET,
        checkpoint=begun.checkpoint or msgspec.UNSET,
    )


def _first(entries: Sequence[Kept]) -> RunBegun:
    if entries and isinstance(begun := entries[0].entry, RunBegun):
        return begun
    raise RecordError(
        "record.no_beginning",
        "These entries do not begin with the beginning of a run.",
        "Check the journal with `tera check`.",
    )


def _clock(begun: RunBegun, entries: Sequence[Kept]) -> dict[str, dict[str, str]]:
    """The state of the clock at the beginning, and the one noted last."""
    noted = [
        kept.entry.facts for kept in entries if isinstance(kept.entry, Noted) and kept.entry.what == CLOCK
    ]
    return {"begun": begun.clock, "ended": noted[-1] if noted else begun.clock}


def _ending(entry: Entry, known: Conclusion | None) -> tuple[State, Conclusion | None]:
    match entry:
        case Concluded(conclusion=found):
            return "concluded", known or from_builtins(found, Conclusion)
        case Closed(how="voided"):
            return "voided", None
        case Closed():
            return "interrupted", None
        case _:
            raise _not_ended()


def _not_ended() -> RecordError:
    return RecordError(
        "record.not_ended",
        "This run has no verdict yet and was not closed.",
        "Resume it, or void it with a reason; then seal it.",
    )


def _rule(task: dict[str, Any], rule: str) -> dict[str, Any]:
    """The identification of the rule table that the run used, out of the task, which holds all of it."""
    table = task.get("rules")
    if not isinstance(table, dict) or table.get("id") != rule:
        return {"id": rule}
    known = {name: table[name] for name in _RULE_FACTS if table.get(name) is not None}
    return {**known, "digest": str(task.get("rules_digest", ""))}


def _working_seconds(entries: Sequence[Kept]) -> float:
    """Seconds of work, without the breaks; each resumption starts a new monotonic clock."""
    spans = [
        after.elapsed - before.elapsed
        for before, after in pairwise(entries)
        if not isinstance(after.entry, Resumed)
    ]
    return round(sum([span for span in spans if span > 0], 0.0), 3)


def _breaks(entries: Sequence[Kept]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kept in entries:
        match kept.entry:
            case Resumed(gap_s=gap, last_path=path):
                minutes = max(1, round(gap / 60))
                found.append({"kind": "interruption", "at": kept.at, "minutes": minutes, "after": path})
            case Noted(what=what, facts=facts) if what == LINK_BACK:
                seconds = max(1, round(facts["gap_s"]))
                place = {"path": facts["path"], "role": facts["role"]}
                found.append({"kind": what, "at": kept.at, "seconds": seconds, **place})
            case Noted(what=what, facts=facts) if what == ENVIRONMENT_LEFT:
                found.append({"kind": what, "at": kept.at, **facts})
            case Abandoned(path=path, reason=reason, note=note, by=by):
                kind = "abandoned" if reason == _INTERRUPTED else "retake"
                found.append(
                    {"kind": kind, "at": kept.at, "path": path, "reason": reason, "note": note, "by": by}
                )
            case Closed(how=how, reason=reason, by=by):
                found.append({"kind": how, "at": kept.at, "reason": reason, "by": by})
            case _:
                pass
    return found
