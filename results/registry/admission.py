"""What a body must be before it is a record: envelope, kind, signatures, content, in this order.

Nothing of the payload is believed before the signatures of enrolled keys hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec

from results import envelope as dsse
from results.envelope import Envelope
from results.errors import IntegrityError
from results.number import number_of
from results.payload import read_payload
from results.receipt import verification_token
from results.record import Record
from results.registry.refusal import RefusalError

MAXIMUM_BYTES: Final = 2_000_000
"""a record of a long test is some 100 kB"""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Enrolled:
    """A key that this registry accepts."""

    keyid: str
    role: Literal["bench", "officer"]
    subject: str
    """name of the bench, or NIP of the officer"""
    public_key: bytes
    office: str
    enrolled_at: datetime
    retired: bool = False


@dataclass(frozen=True)
class Submission:
    """A body that has passed; only its place among the other records is left to be checked."""

    body: bytes
    payload: bytes
    digest: str
    """SHA-256 of the payload"""
    token: str
    record: Record
    signed_by: tuple[Enrolled, ...]


def examine(
    body: bytes, keys: Mapping[str, Enrolled], *, training: bool, decided: bool = False
) -> Submission:
    """Check a body against the enrolled keys and this registry's kind.

    Args:
        body: the bytes of a DSSE envelope.
        keys: all enrolled keys by key id; retired ones sign nothing new.
        training: whether this registry takes training records, and only those.
        decided: the registry's office vouches for office and officer; its bench must have signed.

    Raises:
        RefusalError: with the reason.
    """
    envelope = _envelope(body)
    _check_kind(envelope, training=training)
    active = {keyid: key for keyid, key in keys.items() if not key.retired}
    submission = reopen(body, active)
    _check_names(submission.record)
    _check_bench(submission, decided=decided)
    if not decided:
        _check_officer(submission, keys)
    return submission


def reopen(body: bytes, keys: Mapping[str, Enrolled]) -> Submission:
    """Read a kept envelope again and check what its bytes alone can show.

    Signatures of keys that are not enrolled claim nothing here and are passed over.

    Raises:
        RefusalError: damaged, signed by nobody enrolled, or no record.
    """
    envelope = _envelope(body)
    signers = tuple(keys[signature.keyid] for signature in envelope.signatures if signature.keyid in keys)
    if not signers:
        raise RefusalError(
            403,
            "unknown_bench",
            "No signature on this record is of a bench that is enrolled here.",
            "Enrol the bench's public key at this registry, then send again.",
            keyid=envelope.signatures[0].keyid,
        )
    known = tuple(signature for signature in envelope.signatures if signature.keyid in keys)
    try:
        payload = dsse.verify(
            msgspec.structs.replace(envelope, signatures=known),
            {signer.keyid: signer.public_key for signer in signers},
        )
    except IntegrityError as fault:
        raise RefusalError(
            403,
            "signature",
            "A signature on this record does not hold.",
            "Verify the record on the bench; if it is sound there, send it again.",
            **fault.facts,
        ) from None
    return Submission(body, payload, envelope.digest, verification_token(payload), _record(envelope), signers)


def _envelope(body: bytes) -> Envelope:
    try:
        return dsse.parse(body)
    except IntegrityError:
        raise RefusalError(
            400,
            "envelope",
            "This is not a signed envelope of a record.",
            "Send the sealed .tera.json file as it is.",
        ) from None


def _check_kind(envelope: Envelope, *, training: bool) -> None:
    if envelope.training and not training:
        raise RefusalError(
            403,
            "training",
            "This is a training record; this registry takes only verifications.",
            "Send it to the training registry; nothing that a twin produced is a verification.",
        )
    if training and not envelope.training:
        raise RefusalError(
            403,
            "only_training",
            "This is a verification; this registry takes only training records.",
            "Check the registry address in the laboratory file.",
        )


def _record(envelope: Envelope) -> Record:
    try:
        return read_payload(envelope)
    except IntegrityError as fault:
        raise _unsound(str(fault.facts["why"])) from None


def _check_names(record: Record) -> None:
    """Names agree with each other and are fit for a log that strangers read."""
    for name in (record.bench, record.number, record.office.name, record.officer.nip):
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise _unsound(f"{name[:40]!r} is no name")
    if not record.bench or record.record_id != f"{record.bench}:{record.number}":
        raise _unsound("its id is not made of bench and number")
    if record.sequence < 1 or record.number != number_of(record.sequence, training=record.training):
        raise _unsound("its number is not its place in the sequence of the bench")
    if (record.state == "concluded") != (record.verdict is not None):
        raise _unsound("a verdict belongs to a concluded record, and to no other")
    try:
        offset = datetime.fromisoformat(record.ended_at).utcoffset()
    except ValueError:
        offset = None
    if offset is None:
        raise _unsound("the time of its end is not written with an offset")


def _check_bench(submission: Submission, *, decided: bool) -> None:
    """The bench of the record has signed it, and is of its office."""
    record = submission.record
    if not any(
        (key.role, key.subject) == ("bench", record.bench) and (decided or key.office == record.office.name)
        for key in submission.signed_by
    ):
        raise RefusalError(
            403,
            "other_bench",
            "This record is of bench {bench} of {office}, whose key has not signed it.",
            "Check bench and office in the laboratory file against the enrolment here. If it is sealed "
            "under a wrong one, ask the registry's office: `tera registry admit`.",
            bench=record.bench,
            office=record.office.name,
        )


def _check_officer(submission: Submission, keys: Mapping[str, Enrolled]) -> None:
    """The officer of the record has signed it, where the office enrols officers at all."""
    record, signed_by = submission.record, submission.signed_by
    # Retired keys count: an office whose officers have all left must not fall back to benches alone.
    officers = [key for key in keys.values() if (key.role, key.office) == ("officer", record.office.name)]
    signed, nip = {key.subject for key in signed_by if key in officers}, record.officer.nip
    if not officers or nip in signed:
        return
    if signed and not nip.strip():
        _check_nameless(record, officers)
        return
    if nip not in {key.subject for key in officers}:
        raise RefusalError(
            403,
            "unknown_officer",
            "No officer of {office} with the NIP {nip} is enrolled here.",
            "Enrol the public key of whoever tested, with the NIP, at this registry, then send again. If it "
            "is sealed with a wrong NIP, ask the registry's office: `tera registry admit`.",
            office=record.office.name,
            nip=nip.strip() or "(none)",
        )
    raise RefusalError(
        403,
        "officer",
        "The officer of this record is enrolled here and has not signed it with a key in force.",
        "Let the officer sign on the bench, or enrol the officer's new key, then send the record again. "
        "If it is sealed with the NIP of another, ask the registry's office: `tera registry admit`.",
    )


def _check_nameless(record: Record, officers: Sequence[Enrolled]) -> None:
    """A record without a NIP, signed by an officer, is that officer's beyond doubt.

    Sealed before its bench knew a register, it may name none: the key then says who has signed. Later, it
    could be written in a colleague's name.
    """
    # A time of enrolment is kept in whole seconds.
    ended = datetime.fromisoformat(record.ended_at).replace(microsecond=0)
    if len({key.subject for key in officers}) > 1 and ended > min(key.enrolled_at for key in officers):
        raise RefusalError(
            403,
            "no_nip",
            "This record names no NIP, and more than one officer of {office} is enrolled here.",
            "Enter the NIP of whoever tests in laboratory.toml, and ask the registry's office to take this "
            "one: `tera registry admit`.",
            office=record.office.name,
        )


def _unsound(mistake: str) -> RefusalError:
    return RefusalError(
        422,
        "record",
        "The content of this record cannot be taken: {mistake}.",
        "Verify the record on the bench and update the bench's software.",
        mistake=mistake,
    )
