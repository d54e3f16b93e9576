"""Checking a kept record, part by part: form, signatures, evidence, journal chain, content.

Whatever reads a record goes through here. A record with a fault can be looked at, with the fault named; only
`load_record` gives the type that may be printed, exported or delivered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from drivers.notation import from_json, to_builtins
from drivers.reading import Origin
from results import envelope as dsse
from results.composition import ended_part, record_of
from results.envelope import Envelope
from results.errors import IntegrityError
from results.evidence import Evidence, read_evidence
from results.record import Record
from results.storage import plain_faults

RECORD_SUFFIX: Final = ".tera.json"
EVIDENCE_SUFFIX: Final = ".h5"
_RECKONED: Final = frozenset({"rule", "duration_s", "breaks", "certificate_number", "supersedes"})
"""not copied from an entry; a later version may reckon or word them otherwise. The signature covers them."""


@dataclass(frozen=True, kw_only=True)
class VerifiedRecord:
    """A record of which every part was checked just now."""

    record: Record
    payload: bytes
    """the exact bytes that were signed"""
    digest: str
    """SHA-256 of the payload"""
    envelope: bytes
    """the exact bytes of the envelope file"""
    evidence: Evidence
    signed_by: tuple[str, ...]
    """key ids; their signatures were checked when trusted keys were at hand"""
    signatures_checked: bool


@dataclass(frozen=True, kw_only=True)
class Check:
    """One part of a record file and what is wrong with it."""

    part: str
    """`form`, `signatures`, `content`, `evidence`, `chain`, `agreement`"""
    fault: IntegrityError | None = None


@dataclass(kw_only=True)
class Report:
    """What was checked and found, also for a bad record."""

    path: Path
    checks: list[Check] = field(default_factory=list)
    record: Record | None = None
    """what it says, when that can be read at all; not to be believed unless `sound`"""
    signatures_checked: bool = False

    @property
    def faults(self) -> tuple[IntegrityError, ...]:
        """All faults, in the order of the parts."""
        return tuple(check.fault for check in self.checks if check.fault is not None)

    @property
    def sound(self) -> bool:
        """Every part was reached and holds."""
        return not self.faults and any(check.part == "agreement" for check in self.checks)


def load_record(path: Path, keys: Mapping[str, bytes] | None = None) -> VerifiedRecord:
    """Read a record and its evidence beside it, and check everything.

    Args:
        path: the `.tera.json` file.
        keys: trusted public keys by key id; None when there are none at hand, then signatures stay unchecked.

    Raises:
        IntegrityError: the first part that does not hold.
        StorageError: a file is missing or cannot be read.
    """
    report, found = _examine(path, keys)
    if found is None or not report.sound:
        raise report.faults[0]
    return found


def verify_record(path: Path, keys: Mapping[str, bytes] | None = None) -> Report:
    """Check a record part by part and say of each whether it holds; raises only when a file is missing.

    Raises:
        StorageError: a file is missing or cannot be read.
    """
    return _examine(path, keys)[0]


def _examine(path: Path, keys: Mapping[str, bytes] | None) -> tuple[Report, VerifiedRecord | None]:
    report = Report(path=path)
    with plain_faults(path):
        data = path.read_bytes()

    def checked(part: str, work: Callable[[], object]) -> bool:
        try:
            work()
        except IntegrityError as fault:
            report.checks.append(Check(part=part, fault=fault))
            return False
        report.checks.append(Check(part=part))
        return True

    if not checked("form", lambda: dsse.parse(data)):
        return report, None
    envelope = dsse.parse(data)
    if keys is not None:
        report.signatures_checked = checked("signatures", lambda: dsse.verify(envelope, keys))
    if not checked("content", lambda: read_payload(envelope)):
        return report, None
    record = report.record = read_payload(envelope)
    beside = evidence_beside(path)
    if not checked("evidence", lambda: read_evidence(beside, digest=record.evidence_digest)):
        return report, None
    evidence = read_evidence(beside, digest=record.evidence_digest)
    checked("chain", lambda: _check_chain(record, evidence))
    checked("agreement", lambda: _check_agreement(record, evidence))
    return report, VerifiedRecord(
        record=record,
        payload=envelope.content,
        digest=envelope.digest,
        envelope=data,
        evidence=evidence,
        signed_by=tuple(signature.keyid for signature in envelope.signatures),
        signatures_checked=report.signatures_checked,
    )


def evidence_beside(path: Path) -> Path:
    """The evidence file that belongs to a record file, by its name."""
    return path.with_name(path.name.removesuffix(RECORD_SUFFIX) + EVIDENCE_SUFFIX)


def read_payload(envelope: Envelope) -> Record:
    """Read the record out of an envelope.

    Raises:
        IntegrityError: not a record, or of another type than the envelope says.
    """
    try:
        record = from_json(envelope.content, Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as mistake:
        raise _wrong(f"it cannot be read ({mistake})") from None
    if record.training != envelope.training:
        raise _wrong("training and verification are mixed up")
    twins = [used.name for used in record.instruments if used.origin in (Origin.TWIN, Origin.RECORDED)]
    if twins and not record.training:
        raise _wrong(f"{', '.join(twins)} is no instrument, and the record is not marked as training")
    return record


def _check_chain(record: Record, evidence: Evidence) -> None:
    if evidence.head != record.journal_head:
        raise _wrong("the journal in the evidence ends with another entry than the record names")
    if len(ended_part(evidence.entries)) != len(evidence.entries):
        raise _wrong("the journal in the evidence goes on after the end of the run")


def _check_agreement(record: Record, evidence: Evidence) -> None:
    """The record must say what the journal says, field by field, except what is reckoned or added later."""
    try:
        derived = record_of(
            evidence.entries, evidence_digest=evidence.digest, previous_record=record.previous_record
        )
    except (msgspec.MsgspecError, ValueError) as mistake:
        raise _wrong(f"its journal gives no record ({mistake})") from None
    said, found = to_builtins(record), to_builtins(derived)
    differing = [name for name in said if name not in _RECKONED and said[name] != found[name]]
    if differing:
        raise _wrong(f"{', '.join(differing)} differ from the journal in the evidence")


def _wrong(why: str) -> IntegrityError:
    return IntegrityError(
        "record.unsound",
        "The record is not sound: {why}.",
        "Do not use it; take the copy from the backup or the register.",
        why=why,
    )
