"""Whether a journal and what lies beside it tell one story: every seal has a record, every record a seal.

A journal that was made anew, cut off or put back from an older copy is sound by itself; the signed records
and the outbox remember what it has forgotten.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from results import envelope as dsse
from results.errors import IntegrityError, RecordError
from results.journal import Journal
from results.naming import LARGEST_RECORD, RECEIPT_SUFFIX, RECORD_FILES, RECORD_SUFFIX, beside
from results.number import file_stem
from results.outbox import State, Waiting
from results.payload import read_payload
from results.record import Record
from results.run_summary import RunSummary
from results.storage import plain_faults, read_whole


def differences(journal: Journal, folder: Path, waiting: Iterable[Waiting] = ()) -> Iterator[IntegrityError]:
    """Compare a journal, verified by itself, with the records of its bench and with its outbox.

    Signatures and evidence are not looked at: `load_record` and the audit do that.

    Args:
        journal: of the bench.
        folder: where its records lie.
        waiting: what its outbox holds.

    Yields:
        What does not fit, in the order of the numbers; the facts name the number or the file.

    Raises:
        StorageError: the disk refuses.
    """
    runs = {file_stem(summary.begun.number) + RECORD_SUFFIX: summary for summary in journal.runs()}
    with plain_faults(folder):
        files = {path.name: path for path in folder.glob(RECORD_FILES)}
    for name in sorted(runs.keys() | files.keys()):
        summary, path = runs.get(name), files.get(name)
        if path is None:
            if summary is not None and summary.sealed is not None:
                yield _apart(summary.begun.number, "it was sealed, and its file is not in data/records")
        elif summary is None or not summary.ended_by:
            yield _apart(name, "this journal knows no such run that has ended")
        elif why := _otherwise(path, summary):
            yield _apart(summary.begun.number, why)
    yield from _forgotten(runs, waiting)


def check_next_number(journal: Journal, folder: Path) -> None:
    """Refuse to go on where the number of the next run was sealed already: the journal was put back.

    Raises:
        IntegrityError: a record of that number lies in the folder.
    """
    for training in (False, True):
        number = journal.next_number(training=training)
        if (folder / (file_stem(number) + RECORD_SUFFIX)).exists():
            raise _apart(number, "it was sealed, and this journal would give its number again")


def _otherwise(path: Path, summary: RunSummary) -> str:
    """What a record says otherwise than the journal; empty when nothing."""
    try:
        envelope = dsse.parse(read_whole(path, most=LARGEST_RECORD))
        record: Record = read_payload(envelope)
    except RecordError as fault:
        return fault.message.rstrip(".")
    if (record.number, record.bench) != (summary.begun.number, summary.begun.bench):
        return f"its file holds record {record.number} of {record.bench}"
    if record.journal_head != summary.ended_by:
        return "it was made from other entries than this journal holds"
    if summary.sealed is not None and summary.sealed.record_digest != envelope.digest:
        return "the journal says that another one was sealed"
    return ""


def _forgotten(runs: dict[str, RunSummary], waiting: Iterable[Waiting]) -> Iterator[IntegrityError]:
    for one in waiting:
        summary = runs.get(file_stem(one.number) + RECORD_SUFFIX)
        if summary is None or summary.sealed is None:
            yield _apart(one.number, "the outbox has it, and this journal knows no such seal")
        elif one.state is State.DELIVERED and not beside(one.path, RECEIPT_SUFFIX).exists():
            yield _apart(one.number, "the outbox says that it was delivered, and its receipt is not there")


def _apart(number: str, why: str) -> IntegrityError:
    return IntegrityError(
        "journal.apart",
        "Journal and record {number} do not belong together: {why}.",
        "Begin no test; keep all files as they are, and compare journal and records with the last backup.",
        number=number,
        why=why,
    )
