"""How each record stands: how old, delivered or not, in which copies, and what holds its evidence here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bench.errors import LaboratoryError
from bench.laboratory import Folders, Laboratory
from drivers.errors import PlainError
from results import envelope as dsse
from results.complaint import complaints
from results.delivery import read_receipt
from results.entry import BENCH, Kept
from results.errors import RecordError
from results.journal import Journal
from results.naming import EVIDENCE_SUFFIX, RECORD_SUFFIX, beside
from results.number import file_stem
from results.registry.checkpoint import RegistryKey, open_note
from results.retention import (
    LEAST_DISKS,
    CheckedCopy,
    Released,
    checked_copies,
    disks_apart,
    holding,
    kept_until,
    releases,
)
from results.run_summary import RunSummary
from results.storage import plain_faults


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One sealed record and its evidence file."""

    run: RunSummary
    record: Path
    ended: date
    """the day of the test's end by the office's clock, or of its registration where that was later"""
    until: date | None
    """the first day on which its evidence may go; None: the laboratory file sets no time"""
    registered: datetime | None
    """when, by the register's own signed word; None: there is no receipt that holds"""
    copies: tuple[CheckedCopy, ...]
    """those that were found sound, and go so far that they hold it"""
    released: Released | None
    """it was let go, and not put back through this program"""
    complaint: str
    """the ticket of one that is open and names it"""

    @property
    def number(self) -> str:
        """Its number."""
        return self.run.begun.number

    @property
    def evidence(self) -> Path:
        """Its evidence file."""
        return beside(self.record, EVIDENCE_SUFFIX)

    @property
    def there(self) -> bool:
        """The evidence file is here."""
        return self.evidence.is_file()

    def held(self, today: date) -> tuple[PlainError, ...]:
        """What speaks against letting its evidence go on a day, the gravest first."""
        return tuple(_held(self, today))


def standings(laboratory: Laboratory, folders: Folders, journal: Journal) -> dict[str, Standing]:
    """Every sealed record by its number.

    Raises:
        IntegrityError: the journal is not sound.
        StorageError: it cannot be read.
        DeliveryError: the registry's key in the laboratory file is mistyped.
    """
    entries = journal.entries(BENCH)
    copies, times = checked_copies(entries), releases(entries)
    complained = _complained(entries)
    key = RegistryKey.parse(laboratory.registry.key) if laboratory.registry is not None else None
    found = {}
    for run in journal.runs():
        # What follows the sealing of a run is of the trail: a copy that goes as far holds its files.
        last = journal.last(run.run) if run.sealed is not None else None
        if last is None:
            continue
        number = run.begun.number
        record = folders.records / f"{file_stem(number)}{RECORD_SUFFIX}"
        registered = None if key is None else _registered(record, key)
        ended = datetime.fromisoformat(run.ended_at)
        if registered is not None:
            ended = max(ended, registered.astimezone(ended.tzinfo))
        gone = times.get(number, [])
        found[number] = Standing(
            run=run,
            record=record,
            ended=ended.date(),
            until=kept_until(ended.date(), laboratory.retention.years) if laboratory.retention else None,
            registered=registered,
            copies=tuple(holding(copies, last.sequence, gone)),
            released=gone[-1] if gone and gone[-1].returned is None else None,
            complaint=complained.get(number, ""),
        )
    return found


def _complained(entries: Sequence[Kept]) -> dict[str, str]:
    return {
        number: one.ticket for one in complaints(entries).values() if not one.closed for number in one.records
    }


def _registered(record: Path, key: RegistryKey) -> datetime | None:
    """When the register held a record, by a receipt that proves it."""
    try:
        with plain_faults(record):
            payload = dsse.parse(record.read_bytes()).content
        receipt = read_receipt(record, payload, key)
        return None if receipt is None else open_note(receipt.checkpoint, key).at
    except RecordError:
        return None


def _held(one: Standing, today: date) -> Iterator[PlainError]:
    if not one.there:
        yield LaboratoryError(
            "retention.not_here",
            "The evidence of {number} is not here: {file}.",
            "If nobody let it go, it is lost: restore it from a copy before anything else.",
            number=one.number,
            file=one.evidence.name,
        )
    if one.until is None:
        yield LaboratoryError(
            "retention.no_time",
            "This laboratory has not said how long evidence is kept, so it keeps all.",
            "Write [retention] years = ... in laboratory.toml, as the archive rule of the office says.",
        )
    elif today < one.until:
        yield LaboratoryError(
            "retention.young",
            "The evidence of {number} is kept until {until}.",
            "Leave it; the time stands in laboratory.toml, [retention].",
            number=one.number,
            until=one.until.isoformat(),
        )
    valid = one.run.result.valid_until if one.run.result is not None else None
    if valid is not None and today <= valid:
        yield LaboratoryError(
            "retention.in_force",
            "The certificate of {number} is valid until {until}, and its evidence stays as long.",
            "Leave it.",
            number=one.number,
            until=valid.isoformat(),
        )
    if one.registered is None:
        yield LaboratoryError(
            "retention.not_delivered",
            "{number} has no receipt of the register that holds.",
            "Deliver it first: tera push.",
            number=one.number,
        )
    if one.complaint:
        yield LaboratoryError(
            "retention.complaint",
            "The complaint {ticket} is about {number} and is not closed.",
            "Leave the evidence here until it is.",
            number=one.number,
            ticket=one.complaint,
        )
    apart = disks_apart([copy.disks for copy in one.copies])
    if apart < LEAST_DISKS:
        yield LaboratoryError(
            "retention.copies",
            "Verified copies on {apart} disks hold the evidence of {number}, and {least} are needed.",
            "Make a backup on another disk (tera backup) and check it there (tera restore --drill).",
            number=one.number,
            apart=apart,
            least=LEAST_DISKS,
        )
