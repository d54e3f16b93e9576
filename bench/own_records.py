"""Whether a record that passes for one of a bench at hand is the one that its journal sealed.

A record can hold in itself and yet be of a copy of the folder, or signed with a key that somebody laid among
those of the bench; the journal knows what was sealed. What is of elsewhere is held against no journal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bench.laboratory import FILE_NAME, Folders, load
from bench.restoring import RESTORED
from bench.vouching import Trust
from results.errors import StorageError
from results.journal import Journal
from results.number import is_number
from results.payload import unsound
from results.record import Record
from results.verification import Check, Report, VerifiedRecord


@dataclass(frozen=True)
class Asked:
    """What the journals at hand tell of a record, beside whether they sealed it."""

    newer: str = ""
    """number of the record that replaces it; empty: they know of none"""
    newest: str = ""
    """number of the one that counts in its place: `newer`, or what has replaced that one since"""
    unread: StorageError | None = None
    """why one could not be asked"""


def ask_journals(report: Report, lab: Path, file: Path, trust: Trust, verified: VerifiedRecord) -> Asked:
    """Ask the journals at hand of a record that holds in itself, and note in its report what they say.

    Args:
        report: of the record; gets the part `journal`, or `open_journal` where none can know the record, or
            `open_unread_journal` where one cannot be read.
        lab: the laboratory that looks at it.
        file: the record's, or of a paper that carries it.
        trust: whose keys it was checked with.
        verified: the record.

    Raises:
        LaboratoryError: a laboratory file has a mistake.
    """
    at_hand = _homes(lab, file, trust, verified.record)
    try:
        knowing = [root for root in at_hand if not _restored_without(root, verified.record)]
        if knowing:
            asking = partial(_sealed_and_replaced_by, knowing, file, verified)
            newer = report.checked("journal", asking)
            return Asked(newer[0], newer[-1]) if newer else Asked()
    except StorageError as fault:
        report.checks.append(Check(part="open_unread_journal"))
        return Asked(unread=fault)
    if at_hand:
        report.checks.append(Check(part="open_journal"))
    return Asked()


def _homes(lab: Path, file: Path, trust: Trust, record: Record) -> tuple[Path, ...]:
    """The laboratories at hand whose journals must have sealed a record; none for a record of elsewhere.

    One is that among whose records it lies, under a number or as one of its bench; another the one that looks
    at it, where its own keys vouch for a record of its own bench.

    Args:
        lab: the laboratory that looks at it.
        file: the record's, or of a paper that carries it.
        trust: whose keys it was checked with.
        record: what it says.

    Raises:
        LaboratoryError: a laboratory file has a mistake.
    """
    found: list[Path] = []
    home = file.absolute().parent.parent.parent
    if _lies_in(home, file) and Folders(home).journal.exists() and (_number(file) or _is_of(home, record)):
        found.append(home)
    own = trust.folder == Folders(lab).keys and Folders(lab).journal.exists()
    if own and lab.absolute() not in found and _is_of(lab, record):
        found.append(lab)
    return tuple(found)


def _restored_without(root: Path, record: Record) -> bool:
    """Whether a laboratory was put back from a backup of before a record, so that it cannot know it.

    Raises:
        StorageError: its journal cannot be read.
    """
    with Journal(Folders(root).journal, read_only=True) as journal:
        known = journal.run_list.named(record.number)
        if known is not None and known.begun.number == record.number:
            return False
        ended = datetime.fromisoformat(record.ended_at)
        return any(datetime.fromisoformat(kept.at) >= ended for kept in journal.notes(RESTORED))


def _sealed_and_replaced_by(roots: Iterable[Path], file: Path, verified: VerifiedRecord) -> tuple[str, ...]:
    """See to it that laboratories sealed exactly this record; gives the numbers of those that replace it.

    The first replaces it, each further one the one before, as `RunList.replacing`.

    Raises:
        IntegrityError: one did not, or the file bears the number of another record.
        StorageError: a journal cannot be read.
    """
    number = verified.record.number
    newer: tuple[str, ...] = ()
    for root in roots:
        if _lies_in(root.absolute(), file) and _number(file) not in {"", number}:
            raise unsound(f"its file is named {_number(file)}, and it is the record {number}")
        with Journal(Folders(root).journal, read_only=True) as journal:
            known = journal.run_list.named(number)
            replacing = journal.run_list.replacing(verified.record.record_id)
        if known is None or known.begun.number != number or known.sealed is None:
            raise unsound("the journal of its bench has sealed no record of this number")
        if known.sealed.record_digest != verified.digest:
            raise unsound("the journal of its bench has sealed another record under this number")
        newer = newer or tuple(one.begun.number for one in replacing)
    return newer


def _lies_in(root: Path, file: Path) -> bool:
    return file.absolute().parent == Folders(root).records


def _number(file: Path) -> str:
    """The number that a record or a paper is named by, `000003` of `000003.ttd.pdf`; empty without one."""
    called = file.name.partition(".")[0]
    return called if is_number(called) else ""


def _is_of(root: Path, record: Record) -> bool:
    return (root / FILE_NAME).exists() and load(root).bench.id == record.bench
