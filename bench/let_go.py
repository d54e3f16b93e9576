"""Evidence that is not there: let go, and then with which copies; or missing, and then told as missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.laboratory import Folders
from results import envelope as dsse
from results.entry import BENCH
from results.errors import RecordError, StorageError
from results.journal import Journal
from results.naming import CERTIFICATE_SUFFIX, EVIDENCE_SUFFIX, LARGEST_RECORD, beside
from results.payload import read_payload
from results.retention import Released, released
from results.storage import read_whole


@contextmanager
def told_where(record: Path) -> Iterator[None]:
    """Say of the evidence beside a record where it is, when it was let go and is missed.

    Raises:
        StorageError: `evidence.released`; any other fault as it is.
    """
    try:
        yield
    except StorageError as fault:
        evidence = beside(record, EVIDENCE_SUFFIX)
        if fault.code != "storage.missing" or fault.facts["path"] != str(evidence):
            raise
        if (told := _told(record)) is None:
            raise
        raise told from fault


def check_here(record: Path) -> None:
    """See to it that the evidence beside a record was not let go.

    Raises:
        StorageError: it was, and is with the copies that are named.
    """
    if not beside(record, EVIDENCE_SUFFIX).exists() and (told := _told(record)) is not None:
        raise told


def _told(record: Path) -> StorageError | None:
    """Where the evidence of a record is; None when its bench's journal does not say that it was let go."""
    try:
        gone = _released(record)
    except RecordError:
        return None
    if gone is None:
        return None
    return StorageError(
        "evidence.released",
        "The evidence of {number} was let go on {at} by {person} ({reason}); it is in the copies {copies}.",
        "Bring it back with: tera retention return {number}; the paper {paper} carries all of it too.",
        number=gone.number,
        at=gone.at[:16],
        person=gone.person,
        reason=gone.reason,
        copies=", ".join(gone.copies),
        paper=beside(record, CERTIFICATE_SUFFIX).name,
    )


def _released(record: Path) -> Released | None:
    """What the journal of the laboratory in which a record lies says, if it sealed exactly this record."""
    envelope = dsse.parse(read_whole(record, most=LARGEST_RECORD))
    number = read_payload(envelope).number
    journal = Folders(record.absolute().parent.parent.parent).journal
    if not journal.exists():
        return None
    with Journal(journal, read_only=True) as opened:
        sealed = opened.sealed(number)
        gone = released(opened.entries(BENCH)).get(number)
    return gone if sealed is not None and sealed.record_digest == envelope.digest else None
