"""Sealing an ended run: evidence, record, signatures, journal entry, certificate, in this order.

Each step rests on what the steps before left on the disk, and gives the same bytes when it is done again;
after a crash at any point, sealing again finishes the work.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from drivers.notation import to_json
from results import envelope as dsse
from results.composition import ended_part, record_of
from results.entry import Kept, RunBegun, Sealed
from results.errors import IntegrityError, RecordError
from results.evidence_held import Evidence
from results.journal import Journal
from results.keys import Seal, TrustedKey
from results.naming import CERTIFICATE_SUFFIX, EVIDENCE_SUFFIX, RECORD_SUFFIX, beside
from results.number import file_stem, is_training, number_of, sequence_of
from results.paper import keep_paper
from results.storage import plain_faults, write_once
from results.verification import VerifiedRecord, load_record


@dataclass(frozen=True, kw_only=True)
class SealedRun:
    """What sealing left on the disk."""

    record: Path
    evidence: Path
    certificate: Path
    other_certificate: Path | None
    """the paper as it is set now, when the one that was there is another: changed, or of another release"""
    verified: VerifiedRecord
    """the record, read back and checked"""


def seal(
    journal: Journal,
    run: str,
    *,
    folder: Path,
    seals: Sequence[Seal],
    keys: Mapping[str, TrustedKey],
    at: str,
    elapsed: float,
) -> SealedRun:
    """Seal a run; sealing a sealed run only checks it and makes what was lost again.

    What is there already is read, checked and taken, never written again: keys and libraries may have been
    replaced since, and then give other bytes for the same content.

    Args:
        journal: open for writing.
        run: its id; concluded, voided or interrupted.
        folder: where the three files go.
        seals: the keys that sign, the bench's first.
        keys: the trusted keys, with which the record is read back.
        at: wall time for the journal's `Sealed` entry, ISO 8601 with offset.
        elapsed: monotonic seconds for the same entry.

    Raises:
        RecordError: the run has not ended.
        StorageError: the disk refuses; sealing can be done again.
        IntegrityError: what is on the disk is not what was written, or cannot be made again as it was.
    """
    entries = ended_part(journal.entries(run))
    begun = entries[0].entry
    if not isinstance(begun, RunBegun):
        raise RecordError("record.no_beginning", "Run {run} has no beginning.", "Check the journal.", run=run)
    record_file = folder / f"{file_stem(begun.number)}{RECORD_SUFFIX}"
    evidence_file = beside(record_file, EVIDENCE_SUFFIX)
    known = journal.sealed(begun.number)
    evidence = _kept_evidence(evidence_file, entries, known)
    if not record_file.exists():
        record = record_of(
            entries,
            evidence_digest=evidence.digest,
            previous_record=_record_before(journal, begun.number, entries[-1].sequence),
            conclusion=evidence.conclusion,
        )
        payload = to_json(record)
        if known is not None and hashlib.sha256(payload).hexdigest() != known.record_digest:
            raise _cannot_be_made_again(record_file)
        signed = dsse.sign(payload, training=begun.training, seals=seals)
        write_once(record_file, dsse.render(signed))
    verified = load_record(record_file, keys, evidence=evidence)
    sealed = Sealed(record_digest=verified.digest, evidence_digest=verified.evidence.digest)
    if known is None:
        if verified.record.previous_record != _record_before(journal, begun.number, entries[-1].sequence):
            raise _not_the_sealed_one(record_file)
        journal.append(run, sealed, at=at, elapsed=elapsed)
    elif known != sealed:
        raise _not_the_sealed_one(record_file)
    return SealedRun(
        record=record_file,
        evidence=evidence_file,
        certificate=beside(record_file, CERTIFICATE_SUFFIX),
        other_certificate=keep_paper(record_file, verified),
        verified=verified,
    )


def get_ready() -> None:
    """Load what sealing needs, a tenth of a second's work: before a test, so that no verdict waits for it."""
    import_module("results.evidence")


def _kept_evidence(file: Path, entries: Sequence[Kept], known: Sealed | None) -> Evidence:
    """The evidence on the disk, which is written when there is none."""
    from results.evidence import make_evidence, read_evidence  # noqa: PLC0415 - HDF5 takes a tenth of a second; most commands read none

    with plain_faults(file):
        there = file.exists()
    if there:
        found = read_evidence(file)
        if found.entries != tuple(entries):
            raise _not_the_sealed_one(file)
        return found
    made = make_evidence(entries, called=str(file))
    if known is not None and made.digest != known.evidence_digest:
        raise _cannot_be_made_again(file)
    write_once(file, made.content)
    return made


def _record_before(journal: Journal, number: str, end: int) -> str:
    """SHA-256 of the record of the number before, when it was sealed before entry `end`; else nothing.

    A run may be broken off and sealed after a later one; then that later record cannot name it. Looking only
    at what stood in the journal when the run ended gives the same answer whenever sealing is done.
    """
    sequence = sequence_of(number)
    if sequence == 1:
        return ""
    before = journal.sealed(number_of(sequence - 1, training=is_training(number)), before=end)
    return before.record_digest if before else ""


def _not_the_sealed_one(path: Path) -> IntegrityError:
    return IntegrityError(
        "record.not_the_sealed_one",
        "{path} is sound, but not the one that belongs to this run of the journal.",
        "Keep it as it is, and compare it with the backup.",
        path=str(path),
    )


def _cannot_be_made_again(path: Path) -> IntegrityError:
    return IntegrityError(
        "record.not_made_again",
        "{path} was sealed and is lost, and this release would write it otherwise.",
        "Put the copy from the backup in its place; nothing was written.",
        path=str(path),
    )
