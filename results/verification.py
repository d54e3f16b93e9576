"""Checking a kept record, part by part: form, signatures, evidence, journal chain, content.

Whatever reads a record goes through here. A record with a fault can be looked at, with the fault named; only
`load_record` gives the type that may be printed, exported or delivered.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from drivers.notation import to_builtins, to_json
from results import envelope as dsse
from results.amendment import replaced_by
from results.composition import ended_part, record_of
from results.envelope import Envelope
from results.errors import IntegrityError, RecordError, StorageError
from results.evidence_held import Evidence
from results.keys import TrustedKey
from results.malformed import told_as
from results.naming import EVIDENCE_SUFFIX, LARGEST_RECORD, RECORD_SUFFIX, beside
from results.number import is_number
from results.payload import read_payload, unsound
from results.provenance import check_readings
from results.record import Record
from results.storage import read_whole

T = TypeVar("T")


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
    """`form`, `signatures`, `content`, `evidence`, `revocation`, `chain`, `replaced`, `agreement`; `journal`
    where that of its bench is at hand"""
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

    def checked(self, part: str, work: Callable[[], T]) -> T | None:
        """Do one check and note how it went; gives what it found, None when the part does not hold."""
        try:
            found = work()
        except StorageError:
            raise
        except IntegrityError as fault:
            self.checks.append(Check(part=part, fault=fault))
        except RecordError as fault:
            self.checks.append(Check(part=part, fault=unsound(fault.message.rstrip("."))))
        else:
            self.checks.append(Check(part=part))
            return found
        return None

    @property
    def sound(self) -> bool:
        """Every part was reached and holds."""
        return not self.faults and any(check.part == "agreement" for check in self.checks)


def load_record(
    path: Path,
    keys: Mapping[str, TrustedKey] | None = None,
    *,
    evidence: Evidence | None = None,
    tables: bool = True,
) -> VerifiedRecord:
    """Read a record and its evidence beside it, and check everything.

    Args:
        path: the `.tera.json` file.
        keys: trusted keys by key id; None when there are none at hand, then signatures stay unchecked.
        evidence: was checked a moment ago, which need not be done twice if the file holds the same bytes.
        tables: also compare the tables that repeat the journal for other programs; see `read_evidence`.

    Raises:
        IntegrityError: the first part that does not hold.
        StorageError: a file is missing or cannot be read.
    """
    report, found = examine_record(path, keys, known=evidence, tables=tables)
    if found is None:
        raise report.faults[0]
    return found


def verify_record(path: Path, keys: Mapping[str, TrustedKey] | None = None) -> Report:
    """Check a record part by part and say of each whether it holds; raises only when a file is missing.

    Raises:
        StorageError: a file is missing or cannot be read.
    """
    return examine_record(path, keys)[0]


def examine_record(
    path: Path,
    keys: Mapping[str, TrustedKey] | None = None,
    *,
    known: Evidence | None = None,
    tables: bool = True,
) -> tuple[Report, VerifiedRecord | None]:
    """`verify_record`, and the record itself when all of it holds.

    Raises:
        StorageError: a file is missing or cannot be read.
    """
    from results.evidence import read_evidence  # noqa: PLC0415 - HDF5 takes a tenth of a second; most commands read none

    report = Report(path=path)
    data = read_whole(path, most=LARGEST_RECORD)
    envelope = report.checked("form", lambda: dsse.parse(data))
    if envelope is None:
        return report, None
    if keys is not None:
        signed = report.checked("signatures", lambda: _check_signatures(envelope, keys))
        report.signatures_checked = signed is not None
    record = report.record = report.checked("content", lambda: read_payload(envelope))
    if record is None:
        return report, None
    evidence = report.checked(
        "evidence",
        lambda: read_evidence(
            beside(path, EVIDENCE_SUFFIX),
            digest=record.evidence_digest,
            known=known,
            signed=report.signatures_checked,
            tables=tables,
        ),
    )
    if evidence is None:
        return report, None
    officers = None
    if keys is not None and report.signatures_checked:
        officers = {keys[signature.keyid].person for signature in envelope.signatures}
    if keys is not None:
        ended = _ended_keys(envelope, keys)
        if ended:
            report.checked("revocation", lambda: _check_ended(record, ended))
    report.checked("chain", lambda: _check_chain(record, evidence))
    if record.amendment is not msgspec.UNSET:
        report.checked("replaced", lambda: _check_replaced(evidence, keys))
    report.checked("agreement", lambda: _check_agreement(record, envelope, evidence, officers, path=path))
    if not report.sound:
        return report, None
    return report, VerifiedRecord(
        record=record,
        payload=envelope.content,
        digest=envelope.digest,
        envelope=data,
        evidence=evidence,
        signed_by=tuple(signature.keyid for signature in envelope.signatures),
        signatures_checked=report.signatures_checked,
    )


def _check_signatures(envelope: Envelope, keys: Mapping[str, TrustedKey]) -> Literal[True]:
    """Every signature is of a trusted key and holds, and both bench and officer have signed."""
    dsse.verify(envelope, {keyid: key.public for keyid, key in keys.items()})
    officers = [bool(keys[signature.keyid].person) for signature in envelope.signatures]
    if False not in officers:
        raise unsound("its bench has not signed it")
    if True not in officers:
        raise unsound("no officer has signed it")
    return True


def _ended_keys(envelope: Envelope, keys: Mapping[str, TrustedKey]) -> dict[str, TrustedKey]:
    """Of the trusted keys that signed, those that were revoked or replaced at some time."""
    signed = {one.keyid: keys[one.keyid] for one in envelope.signatures if one.keyid in keys}
    return {keyid: key for keyid, key in signed.items() if key.revoked is not None or key.retired is not None}


def _check_ended(record: Record, ended: Mapping[str, TrustedKey]) -> Literal[True]:
    """A test that ended before its key was revoked or replaced counts; the register's time shows that."""
    at = record.ended_at if record.amendment is msgspec.UNSET else record.amendment.at
    signed = datetime.fromisoformat(at)
    for keyid, key in ended.items():
        if key.revoked is not None and signed >= key.revoked:
            raise unsound(f"its key {keyid[:16]} was revoked before, on {key.revoked.isoformat()}")
        if key.retired is not None and signed >= key.retired:
            raise unsound(f"its key {keyid[:16]} was replaced before, on {key.retired.isoformat()}")
    return True


def _check_chain(record: Record, evidence: Evidence) -> Literal[True]:
    if evidence.head != record.journal_head:
        raise unsound("the journal in the evidence ends with another entry than the record names")
    if len(ended_part(evidence.entries)) != len(evidence.entries):
        raise unsound("the journal in the evidence goes on after the end of the run")
    return True


def _check_replaced(evidence: Evidence, keys: Mapping[str, TrustedKey] | None) -> Literal[True]:
    """The record that an amendment corrects is itself sound, signed, and agrees with its own evidence."""
    with told_as(lambda why: unsound(f"what it corrects cannot be read: {why}")):
        inner = replaced_by(evidence.entries)
    if inner is None:
        raise unsound("it says that it corrects a record, and its journal does not")
    officers = None
    if keys is not None:
        _check_signatures(inner.envelope, keys)
        officers = {keys[signature.keyid].person for signature in inner.envelope.signatures}
        _check_ended(inner.record, _ended_keys(inner.envelope, keys))
    _check_chain(inner.record, inner.evidence)
    if inner.record.amendment is not msgspec.UNSET:
        _check_replaced(inner.evidence, keys)
    return _check_agreement(inner.record, inner.envelope, inner.evidence, officers)


def _check_agreement(
    record: Record,
    envelope: Envelope,
    evidence: Evidence,
    signers: Collection[str] | None,
    *,
    path: Path | None = None,
) -> Literal[True]:
    """The record says what its journal says, of the run's own instruments, and its officer signed it.

    With `path`: its file does not bear the number of another record, as when two were exchanged.
    """
    with told_as(lambda why: unsound(f"its journal gives no record: {why}")):
        derived = record_of(
            evidence.entries,
            evidence_digest=evidence.digest,
            previous_record=record.previous_record,
            conclusion=evidence.conclusion,
        )
        check_readings(evidence)
        written = to_json(derived)
    if written != envelope.content:  # then field by field: another release may have written it otherwise
        said, found = to_builtins(record), to_builtins(derived)
        differing = sorted(name for name in said | found if said.get(name) != found.get(name))
        if differing:
            raise unsound(f"{', '.join(differing)} differ from the journal in the evidence")
    # Runs of the first days name no officer by id; there any officer's signature has to do.
    officer = evidence.begun.officer_id
    if signers is not None and officer and officer not in signers:
        raise unsound(f"the officer of the run, {officer}, has not signed it")
    name = "" if path is None else path.name.removesuffix(RECORD_SUFFIX)
    if is_number(name) and name != record.number:
        raise unsound(f"its file is named {name}, and it is the record {record.number}")
    return True
