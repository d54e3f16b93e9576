"""Whose signatures the registry accepts: benches, and officers where the office enrols them.

Enrolment is done at the registry's own machine, never over the network. To rotate a key, enrol the new one
and retire the old one: what the old one signed before stays good.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from results.errors import RecordError
from results.keys import keyid_of
from results.registry.admission import Enrolled
from results.registry.database import Database
from results.registry.tables import EnrolmentRow

_PUBLIC_KEY_BYTES = 32
Role = Literal["bench", "officer"]


def enrol(
    database: Database, subject: str, public_key: bytes, office: str, *, at: datetime, role: Role = "bench"
) -> str:
    """Accept a key from now on; enrolling the same again changes nothing.

    Args:
        database: the registry's.
        subject: name of the bench as in its records, or NIP of the officer.
        public_key: raw Ed25519 key, 32 bytes.
        office: name of the metrology unit, exactly as in its records.
        at: the time of enrolment.
        role: whose key it is.

    Returns:
        The key id.

    Raises:
        RecordError: no such key, no name, or the key is enrolled for another.
    """
    keyid = keyid_of(public_key)
    if len(public_key) != _PUBLIC_KEY_BYTES or not subject or not office:
        raise RecordError(
            "registry.enrolment",
            "A key of 32 bytes, a name and an office are needed to enrol; got {size} bytes for {subject}.",
            "Copy the public key that the bench shows, and give its name and office.",
            size=len(public_key),
            subject=repr(subject),
        )
    with database.writing() as session:
        known = session.get(EnrolmentRow, keyid)
        if known is None:
            session.add(
                EnrolmentRow(
                    keyid=keyid,
                    role=role,
                    subject=subject,
                    public_key=public_key,
                    office=office,
                    enrolled_at=_written(at),
                    retired_at=None,
                )
            )
        elif (known.role, known.subject, known.office) != (role, subject, office) or known.retired_at:
            raise RecordError(
                "registry.enrolled",
                "This key is enrolled already for {subject} of {office}, or was retired.",
                "Make a new key for every bench and every officer.",
                subject=known.subject,
                office=known.office,
            )
    return keyid


def retire(database: Database, keyid: str, *, at: datetime) -> None:
    """Accept nothing new that this key signs.

    Raises:
        RecordError: no such key is enrolled.
    """
    with database.writing() as session:
        row = session.get(EnrolmentRow, keyid)
        if row is None:
            raise RecordError(
                "registry.not_enrolled",
                "No key {keyid} is enrolled here.",
                "Copy the key id from the page /keys.",
                keyid=keyid,
            )
        row.retired_at = row.retired_at or _written(at)


def enrolled(session: Session) -> Mapping[str, Enrolled]:
    """All keys by key id, retired ones too."""
    roles: dict[str, Role] = {"bench": "bench", "officer": "officer"}
    return {
        row.keyid: Enrolled(
            row.keyid,
            roles[row.role],
            row.subject,
            row.public_key,
            row.office,
            datetime.fromisoformat(row.enrolled_at),
            retired=row.retired_at is not None,
        )
        for row in session.scalars(select(EnrolmentRow))
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
