"""Complaints: what happened with each, folded from the journal, where nothing of it can be taken away.

Seven stages, in the order in which they must come. A stage may be done again where work goes on, an
assignment may change hands, and a complainant who is not content sends a case back; closed stays closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from results.entry import Kept, Noted
from results.errors import IntegrityError, RecordError

COMPLAINT: Final = "complaint"
"""what such an entry of the journal notes"""
RECEIVED, VERIFIED, CLASSIFIED, ASSIGNED, FOLLOWED_UP, SETTLED, EVALUATED = STAGES = (
    *("penerimaan", "verifikasi", "klasifikasi", "penugasan"),
    *("tindak_lanjut", "penyelesaian", "evaluasi"),
)
"""receipt, verification, classification, assignment, follow-up, settlement with feedback, evaluation"""
_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "": (RECEIVED,),
    RECEIVED: (VERIFIED,),
    VERIFIED: (VERIFIED, CLASSIFIED),
    CLASSIFIED: (CLASSIFIED, ASSIGNED),
    ASSIGNED: (ASSIGNED, FOLLOWED_UP),
    FOLLOWED_UP: (FOLLOWED_UP, ASSIGNED, SETTLED),
    SETTLED: (FOLLOWED_UP, EVALUATED),
    EVALUATED: (),
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    RECEIVED: ("text",),
    VERIFIED: ("text",),
    CLASSIFIED: ("kind",),
    ASSIGNED: ("handler",),
    FOLLOWED_UP: ("text",),
    SETTLED: ("text", "feedback"),
    EVALUATED: ("text",),
}
_OF_THE_HANDLER: Final = frozenset({FOLLOWED_UP, SETTLED})


@dataclass(frozen=True)
class Step:
    """One entry about a complaint."""

    stage: str
    at: str
    """wall time, ISO 8601 with offset"""
    by: str
    """who did it, by id in the laboratory file"""
    facts: Mapping[str, Any]
    sequence: int
    """its place in the journal"""

    @property
    def due(self) -> date | None:
        """Until when the next stage must be done; None after the last."""
        return date.fromisoformat(self.facts["due"]) if self.facts.get("due") else None


@dataclass
class Complaint:
    """One complaint with all that happened."""

    ticket: str
    """public code, which tells nobody anything but the stage"""
    steps: list[Step] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """The stage done last."""
        return self.steps[-1].stage if self.steps else ""

    @property
    def closed(self) -> bool:
        """It was evaluated; nothing follows."""
        return self.stage == EVALUATED

    @property
    def due(self) -> date | None:
        """Until when the next stage must be done; None when it is closed."""
        return None if self.closed or not self.steps else self.steps[-1].due

    @property
    def records(self) -> tuple[str, ...]:
        """Numbers of the records that it is about, in the order in which they were named."""
        named = (number for step in self.steps for number in step.facts.get("records", ()))
        return tuple(dict.fromkeys(named))

    @property
    def handler(self) -> str:
        """Who handles it, by id; empty until it was assigned."""
        given = [str(step.facts["handler"]) for step in self.steps if step.stage == ASSIGNED]
        return given[-1] if given else ""

    def overdue(self, today: date) -> bool:
        """Whether the next stage should have been done."""
        return self.due is not None and self.due < today

    def check(self, stage: str, by: str, facts: Mapping[str, Any], testers: Iterable[str] = ()) -> None:
        """See to it that a step may be done now, by that person.

        Args:
            stage: which of `STAGES`.
            by: who does it.
            facts: what is to be kept of it.
            testers: who tested the records that it is about, with those of this step.

        Raises:
            RecordError: out of order, something is missing, not for that person, or it was closed.
        """
        allowed = _NEXT[self.stage]
        if stage not in allowed:
            raise RecordError(
                "complaint.order",
                "{ticket} stands at {now}; {stage} cannot follow.",
                "What can follow: {allowed}.",
                ticket=self.ticket,
                now=self.stage or "-",
                stage=stage,
                allowed=", ".join(allowed) or "-",
            )
        missing = [name for name in _NEEDED[stage] if not str(facts.get(name, "")).strip()]
        if missing:
            raise RecordError(
                "complaint.lacks",
                "{stage} needs {missing}.",
                "Give it with {options}.",
                stage=stage,
                missing=", ".join(missing),
                options=", ".join(f"--{name}" for name in missing),
            )
        if stage != EVALUATED and not facts.get("due"):
            raise RecordError(
                "complaint.no_due",
                "Nobody has said until when the stage after {stage} must be done.",
                "Give the day with --due, or the days of each stage in laboratory.toml: [complaint] days.",
                stage=stage,
            )
        handler = str(facts["handler"]) if stage == ASSIGNED else self.handler
        concerned = set(testers)
        if handler in concerned or (stage != RECEIVED and by in concerned):
            raise RecordError(
                "complaint.concerned",
                "{person} tested what the complaint is about, and so has no part in handling it.",
                "Let another person of laboratory.toml do it; somebody of another office can be added there.",
                person=by if by in concerned and stage != RECEIVED else handler,
            )
        if stage in _OF_THE_HANDLER and by != self.handler:
            raise RecordError(
                "complaint.not_the_handler",
                "{ticket} was assigned to {handler}, and not to {person}.",
                "Let {handler} do it, or assign it anew.",
                ticket=self.ticket,
                handler=self.handler,
                person=by,
            )


def complaints(entries: Sequence[Kept]) -> dict[str, Complaint]:
    """All complaints by ticket, out of the bench's own entries."""
    found: dict[str, Complaint] = {}
    for kept in entries:
        if isinstance(kept.entry, Noted) and kept.entry.what == COMPLAINT:
            facts = kept.entry.facts
            complaint = found.setdefault(facts["ticket"], Complaint(facts["ticket"]))
            complaint.steps.append(Step(facts["stage"], kept.at, str(facts["by"]), facts, kept.sequence))
    return found


def check_stages(entries: Iterable[Kept], *, where: str) -> None:
    """Check that no complaint went another way than its stages allow, whoever wrote the entries.

    Raises:
        IntegrityError: a step stands where it may not; the facts name its sequence.
    """
    stage: dict[str, str] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="complaint", facts=facts):
                ticket, now = str(facts.get("ticket")), str(facts.get("stage"))
                if now not in _NEXT[stage.get(ticket, "")]:
                    raise IntegrityError(
                        "journal.complaint",
                        "Entry {sequence} of {where} is a stage of complaint {ticket} that cannot be there.",
                        "Keep the file as it is, and find out who wrote that entry.",
                        sequence=kept.sequence,
                        where=where,
                        ticket=ticket,
                    )
                stage[ticket] = now
            case _:
                pass
