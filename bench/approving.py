"""Who may approve a record, and the paper that carries the approval.

Whoever checks or approves is not whoever tested, where the unit has two such people. Where it has
only one, the exception stands in the audit trail.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.laboratory import Laboratory
from bench.people import Person, is_certificate_of, tested
from bench.software import package_digests
from bench.trail import Trail
from results.approval.signatures import PaperSignature, signatures_of
from results.approval.signer import Act, Meaning, PaperSigner, approve, rewritten
from results.certificate.rendering import render_certificate
from results.naming import APPROVED_SUFFIX, beside
from results.paper import carries, is_its_paper, may_be_of_another_release, read_receipt_bytes
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
    prove: Callable[[Person], str],
    trail: Trail,
) -> Path:
    """Put a person's electronic signature behind the paper of a record.

    The approved paper lies beside the plain one; a further signature is added to it.

    Args:
        laboratory: knows the people.
        record: the record's file.
        verified: what is in it.
        signer: makes the signature; whose it is the certificate in it says.
        who: by id.
        meaning: what that person declares.
        prove: has the person show to be the one and says how; raises where that fails.
        trail: of the bench.

    Raises:
        LaboratoryError: this person may not, has the role for less than a day, or is another; the certificate
            is somebody else's; the record is one of training; or what lies there as its signed paper is none.
        RecordError: the signer refuses, or gives back something else than the paper with one more signature.
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
    if meaning != "menguji":
        trail.check_long_known(person, ROLE[meaning])
    proved = prove(person)
    file = beside(record, APPROVED_SUFFIX)
    with plain_faults(file):
        there = file.read_bytes() if file.exists() else None
    if there is not None and not _is_its_paper(there, verified, record):
        raise LaboratoryError(
            "approval.other_paper",
            "{file} is not the paper of record {number}, so nobody signs it.",
            "Move that file to another folder and sign again; the paper is printed anew from the record.",
            file=str(file),
            number=verified.record.number,
        )
    paper = there or render_certificate(verified, read_receipt_bytes(record))
    signed = approve(paper, signer, Act(meaning=meaning, name=person.name, place=laboratory.office.regency))
    if not _is_its_paper(signed, verified, record):
        raise rewritten()
    signature = _signature_of(person, signed, after=paper)
    trail.note(
        "approved",
        record=verified.record.number,
        person=person.id,
        meaning=meaning,
        proved=proved,
        subject=signature.subject,
        certificate=signature.certificate,
        paper=sha256(signed).hexdigest(),
        **({"exception": "tester"} if same else {}),
    )
    replace_file(file, signed)
    return file


def _is_its_paper(paper: bytes, verified: VerifiedRecord, record: Path) -> bool:
    """Whether a paper is the record's own, before its receipt came or after, with signatures behind it."""
    if any(is_its_paper(paper, verified, receipt) for receipt in {read_receipt_bytes(record), b""}):
        return True
    return may_be_of_another_release(paper, verified, package_digests()) and carries(paper, verified)


def _signature_of(person: Person, signed: bytes, *, after: bytes) -> PaperSignature:
    """The signature that was added to a paper, which has to be this person's."""
    found = signatures_of(signed)
    if len(found) != len(signatures_of(after)) + 1 or not found[-1].intact:
        raise rewritten()
    added = found[-1]
    if not is_certificate_of(person, name=added.name, serial=added.serial, fingerprint=added.certificate):
        raise LaboratoryError(
            "approval.certificate",
            "This certificate is of {subject}, and not of {name}, so nothing was signed in that name.",
            "Have {name} sign with the own certificate. If it is this one, let the kepala enter under that "
            '[[person]] in laboratory.toml: certificate = "{certificate}".',
            subject=added.subject,
            name=person.name,
            certificate=added.certificate,
        )
    return added
