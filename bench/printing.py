"""Printing a paper again: noted in the audit trail of the bench whose record it is, before it is handed out.

A paper printed again has the same bytes as the first, so nothing on it can say which is a copy; how often,
when and by whom it was printed stands in the trail.
"""

from hashlib import sha256
from pathlib import Path

from bench.laboratory import FILE_NAME, Folders, load
from bench.trail import Trail
from drivers.clock import Clock
from results.journal import Journal
from results.verification import VerifiedRecord


def note_printing(
    places: tuple[Path, ...],
    record: VerifiedRecord,
    paper: bytes,
    *,
    to: str,
    officer: str | None,
    clock: Clock,
) -> bool:
    """Note that a paper is printed again; says whether it was a record of a bench at hand.

    Args:
        places: laboratories to which the record may belong.
        record: as it was verified just now.
        paper: what is printed.
        to: the file into which it goes.
        officer: who prints, by id; None: who sits at the bench.
        clock: gives the time.

    Raises:
        LaboratoryError: a laboratory file has a mistake, or nobody of that id is a penera there.
        StorageError: the journal is in use or refuses; then nothing may be printed.
    """
    for root in places:
        if not (root / FILE_NAME).exists() or not Folders(root).journal.exists():
            continue
        laboratory = load(root)
        if laboratory.bench.id != record.record.bench or not _sealed_here(root, record):
            continue
        if officer is not None:
            laboratory = laboratory.seated(officer)
        with Journal(Folders(root).journal) as journal:
            Trail.of(laboratory, journal, clock).note(
                "reprinted", record=record.record.number, paper=sha256(paper).hexdigest(), to=to
            )
        return True
    return False


def _sealed_here(root: Path, record: VerifiedRecord) -> bool:
    with Journal(Folders(root).journal, read_only=True) as journal:
        sealed = journal.sealed(record.record.number)
    return sealed is not None and sealed.record_digest == record.digest
