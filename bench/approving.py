"""Who may approve a record, and the paper that carries the approval.

Whoever checks or approves is not whoever tested, where the unit has two such people. Where it has
only one, the exception stands in the audit trail.
"""

from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.laboratory import Laboratory
from bench.people import Person, tested
from bench.trail import Trail
from results.approval.signer import Act, Meaning, PaperSigner, approve
from results.certificate.rendering import render_certificate
from results.naming import APPROVED_SUFFIX, beside
from results.paper import read_receipt_bytes
from results.storage import plain_faults, replace_file
from results.verification import VerifiedRecord

ROLE: Final[dict[Meaning, str]] = {"menguji": "penera", "memeriksa": "pereviu", "mengesahkan": "kepala"}


def approver(
    laboratory: Laboratory, verified: VerifiedRecord, who: str, meaning: Meaning
) -> tuple[Person, bool]:
    """The person who approves, and whether it is the one who tested because there is nobody else.

    Raises:
        LaboratoryError: unknown, not of that role, or the tester although there is another.
    """
    people = [person for person in laboratory.person if ROLE[meaning] in person.roles]
    person = next((one for one in people if one.id == who), None)
    if person is None:
        raise LaboratoryError(
            "approval.role",
            "{person} may not sign as {meaning}: that is for the role {role}.",
            "Those who may: {known}. Roles stand in laboratory.toml.",
            person=who,
            meaning=meaning,
            role=ROLE[meaning],
            known=", ".join(one.id for one in people) or "nobody",
        )
    others = [one for one in people if not _tested(one, verified)]
    same = meaning != "menguji" and person not in others
    if same and others:
        raise LaboratoryError(
            "approval.same_person",
            "{name} tested this instrument and cannot also approve it.",
            "Have one of these sign: {known}.",
            name=person.name,
            known=", ".join(one.id for one in others),
        )
    return person, same


def _tested(person: Person, verified: VerifiedRecord) -> bool:
    """Whether this person tested, also under another id; an amendment is begun in the tester's name."""
    signed = verified.record.officer
    return tested(person, verified.evidence.begun.officer_id, signed.name, signed.nip)


def approve_paper(
    laboratory: Laboratory,
    record: Path,
    verified: VerifiedRecord,
    *,
    signer: PaperSigner,
    who: str,
    meaning: Meaning,
    trail: Trail,
) -> Path:
    """Put a person's electronic signature behind the paper of a record.

    The approved paper lies beside the plain one; a further signature is added to it.

    Raises:
        LaboratoryError: this person may not, or the record is one of training.
        RecordError: the signer refuses.
        StorageError: the disk refuses.
    """
    if verified.record.training or verified.record.verdict is None:
        raise LaboratoryError(
            "approval.no_verification",
            "Record {number} is no verification with a verdict, so nobody can approve it.",
            "Approve the record of a test on a real instrument.",
            number=verified.record.number,
        )
    person, same = approver(laboratory, verified, who, meaning)
    file = beside(record, APPROVED_SUFFIX)
    with plain_faults(file):
        paper = (
            file.read_bytes() if file.exists() else render_certificate(verified, read_receipt_bytes(record))
        )
    signed = approve(paper, signer, Act(meaning=meaning, name=person.name, place=laboratory.office.regency))
    trail.note(
        "approved",
        record=verified.record.number,
        person=person.id,
        meaning=meaning,
        **({"exception": "tester"} if same else {}),
    )
    replace_file(file, signed)
    return file
