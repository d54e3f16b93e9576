"""How a record stands to those registered before it: the next of its bench, or nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from results.registry.admission import Submission, reopen
from results.registry.enrolment import enrolled
from results.registry.refusal import RefusalError
from results.registry.tables import RecordRow


def check_place(session: Session, submission: Submission, *, decided: bool = False) -> None:
    """A new record comes without a gap, onto the record before, and replaces only one of its own office.

    That of another office, or of a misspelt one, is replaced where the registry's office has `decided` so.

    Raises:
        RefusalError: with the number that is expected, or with an alarm when the records differ.
    """
    record = submission.record
    last = session.scalar(
        select(RecordRow).where(RecordRow.bench == record.bench).order_by(RecordRow.sequence.desc()).limit(1)
    )
    expected = last.sequence + 1 if last else 1
    if record.sequence != expected:
        raise RefusalError(
            409,
            "sequence",
            "Bench {bench} must deliver number {expected} next, and this is number {sequence}.",
            "Deliver the records of this bench in their order; none may be missing.",
            bench=record.bench,
            sequence=record.sequence,
            expected=expected,
        )
    if record.previous_record and (last is None or record.previous_record != last.digest):
        raise RefusalError(
            409,
            "chain",
            "Record {record_id} follows another record than the one registered before it.",
            "Keep the bench as it is and call the registry's office: records differ from those sent.",
            alarm=True,
            record_id=record.record_id,
            previous=record.previous_record,
            registered=last.digest if last else "",
        )
    if record.supersedes and not _may_supersede(session, record.supersedes, submission, decided=decided):
        raise RefusalError(
            422,
            "supersedes",
            "The record {supersedes} that this one is to replace is not a record of the same office.",
            "Correct the number of the record that is replaced. If it is sealed, ask the registry's office: "
            "`tera registry admit`.",
            supersedes=record.supersedes,
        )


def _may_supersede(session: Session, record_id: str, submission: Submission, *, decided: bool) -> bool:
    older = session.scalar(select(RecordRow).where(RecordRow.record_id == record_id))
    if older is None or decided:
        return older is not None
    return reopen(older.envelope, enrolled(session)).record.office.name == submission.record.office.name


def conflict(record_id: str, registered: str, sent: str) -> RefusalError:
    """Two contents under one number; `registered` and `sent` are their SHA-256."""
    return RefusalError(
        409,
        "conflict",
        "Record {record_id} is registered already with another content.",
        "Keep both files and call the registry's office; an alarm was noted.",
        alarm=True,
        record_id=record_id,
        registered=registered,
        sent=sent,
    )
