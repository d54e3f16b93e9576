"""Sealing an ended run: evidence, record, signatures, journal entry, certificate, in this order.

Each step rests on what the steps before left on the disk, and gives the same bytes when it is done again;
after a crash at any point, sealing again finishes the work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.notation import to_json
from results import envelope as dsse
from results.certificate import render_certificate
from results.composition import ended_part, record_of
from results.entry import RunBegun, Sealed
from results.errors import IntegrityError, RecordError
from results.evidence import write_evidence
from results.journal import Journal
from results.keys import Seal
from results.number import file_stem, is_training, number_of, sequence_of
from results.storage import write_once
from results.verification import EVIDENCE_SUFFIX, RECORD_SUFFIX, VerifiedRecord, load_record

CERTIFICATE_SUFFIX = ".pdf"


@dataclass(frozen=True, kw_only=True)
class SealedRun:
    """What sealing left on the disk."""

    record: Path
    evidence: Path
    certificate: Path
    verified: VerifiedRecord
    """the record, read back and checked"""


def seal(
    journal: Journal, run: str, *, folder: Path, seals: Sequence[Seal], at: str, elapsed: float
) -> SealedRun:
    """Seal a run; sealing a sealed run only checks it and makes a lost certificate again.

    Args:
        journal: open for writing.
        run: its id; concluded, voided or interrupted.
        folder: where the three files go.
        seals: the keys that sign, the bench's first.
        at: wall time for the journal's `Sealed` entry, ISO 8601 with offset.
        elapsed: monotonic seconds for the same entry.

    Raises:
        RecordError: the run has not ended.
        StorageError: the disk refuses; sealing can be done again.
        IntegrityError: what is on the disk is not what was written.
    """
    history = journal.entries(run)
    entries = ended_part(history)
    begun = entries[0].entry
    if not isinstance(begun, RunBegun):
        raise RecordError("record.no_beginning", "Run {run} has no beginning.", "Check the journal.", run=run)
    stem = folder / file_stem(begun.number)
    record_file, evidence_file, certificate_file = (
        stem.with_name(stem.name + suffix) for suffix in (RECORD_SUFFIX, EVIDENCE_SUFFIX, CERTIFICATE_SUFFIX)
    )
    known = journal.sealed(begun.number)
    if known is None or not (record_file.exists() and evidence_file.exists()):
        evidence_digest = write_evidence(evidence_file, entries)
        record = record_of(
            entries,
            evidence_digest=evidence_digest,
            previous_record=_record_before(journal, begun.number, entries[-1].sequence),
        )
        signed = dsse.sign(to_json(record), training=begun.training, seals=seals)
        write_once(record_file, dsse.render(signed))
    verified = load_record(record_file)
    sealed = Sealed(record_digest=verified.digest, evidence_digest=verified.evidence.digest)
    if known is None:
        journal.append(run, sealed, at=at, elapsed=elapsed)
    elif known != sealed:
        raise IntegrityError(
            "record.not_the_sealed_one",
            "{path} is a sound record, but not the one that the journal says was sealed.",
            "Keep both files as they are and compare them with the backup.",
            path=str(record_file),
        )
    if not certificate_file.exists():
        write_once(certificate_file, render_certificate(verified))
    return SealedRun(
        record=record_file, evidence=evidence_file, certificate=certificate_file, verified=verified
    )


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
