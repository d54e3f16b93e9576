"""Reading the evidence in copies again, at the moment at which the one here is to go.

Only what the disk gives now counts: the same record, the same evidence, every part of both checked, in the
copy's own folder and not behind a link that leads back here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from bench.errors import LaboratoryError
from bench.laboratory import FILE_NAME, Folders, load
from bench.standing import Standing
from bench.trail import Trail
from drivers.clock import Clock
from results.backup import MANIFEST, RECORDS, described
from results.disk import disks_of, read_again
from results.drill import Drill
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.keys import TrustedKey
from results.naming import EVIDENCE_SUFFIX, beside
from results.retention import COPY_CHECKED, CheckedCopy
from results.storage import plain_faults
from results.verification import VerifiedRecord, load_record

Disks = Callable[[Path], frozenset[str]]
"""on which disks a file lies; see `results.disk.disks_of`"""


@dataclass(frozen=True)
class CopyAtHand:
    """A copy that can be read now."""

    place: Path
    """its folder, resolved"""
    checked: CheckedCopy
    """as it was found sound, wherever it was then"""

    @property
    def manifest(self) -> str:
        """SHA-256 of its manifest."""
        return self.checked.manifest


def at_hand(place: Path, known: Sequence[CheckedCopy]) -> CopyAtHand:
    """The copy in a folder, when it is one of those that were found sound.

    Raises:
        StorageError: there is no copy.
        LaboratoryError: nobody has checked it, or it did not hold when it was checked.
    """
    manifest = sha256(read_again(place / MANIFEST)).hexdigest()
    found = next((one for one in known if one.manifest == manifest), None)
    if found is None:
        raise LaboratoryError(
            "retention.unchecked",
            "The copy {place} was never checked here, or was found damaged, so it does not count.",
            "Check all of it first: tera restore --drill {place}.",
            place=str(place),
        )
    real = place.resolve()
    return CopyAtHand(real, replace(found, place=str(real)))


def is_there(copy: CheckedCopy) -> bool:
    """Whether a copy is where it was when it was checked; nothing but its manifest is read."""
    try:
        return described(Path(copy.place) / MANIFEST).sha256 == copy.manifest
    except StorageError:
        return False


def read_in(copy: CopyAtHand, one: Standing, keys: Mapping[str, TrustedKey], disks: Disks) -> frozenset[str]:
    """Read a record and its evidence in a copy again and check every part; gives the disks they lie on.

    Raises:
        StorageError: it is not there, or cannot be read.
        IntegrityError: it is not what was sealed, or lies elsewhere than in the copy.
    """
    record = copy.place / RECORDS / one.record.name
    evidence = beside(record, EVIDENCE_SUFFIX)
    for file in (record, evidence):
        with plain_faults(file):
            real = file.resolve(strict=True)
            here = one.there and file is evidence and file.samefile(one.evidence)
        if here or not real.is_relative_to(copy.place):
            raise _not_a_copy(file)
        read_again(file)
    check_sealed(load_record(record, keys), one)
    return disks(evidence)


def check_sealed(found: VerifiedRecord, one: Standing) -> None:
    """See to it that a sound record is the one that the journal says was sealed.

    Raises:
        IntegrityError: it is another.
    """
    sealed = one.run.sealed
    if sealed is None or (found.digest, found.evidence.digest) != (
        sealed.record_digest,
        sealed.evidence_digest,
    ):
        raise IntegrityError(
            "retention.other",
            "The record {number} that was read is sound, but not the one that was sealed here.",
            "Find out which bench it is of; it does not count for this one.",
            number=found.record.number,
        )


def note_copy(trail: Trail, copy: CheckedCopy, *, sound: bool) -> None:
    """Keep what reading a copy again has shown.

    Raises:
        StorageError: it is not kept; then the copy does not count.
    """
    trail.note(
        COPY_CHECKED,
        place=copy.place,
        manifest=copy.manifest,
        made_at=copy.made_at,
        entries=copy.entries,
        disks=sorted(copy.disks),
        sound=sound,
    )


def _not_a_copy(file: Path) -> IntegrityError:
    return IntegrityError(
        "retention.link",
        "{path} is no copy: it leads to a file elsewhere.",
        "Make a backup that holds the files themselves, on a disk of its own: tera backup.",
        path=str(file),
    )


def note_drill(root: Path, backup: Path, drill: Drill, clock: Clock, disks: Disks = disks_of) -> bool:
    """Keep in the trail of a laboratory what a drill has shown of a copy; says whether it is of this bench.

    Args:
        root: the laboratory's folder.
        backup: the copy.
        drill: what was found.
        clock: gives the time.
        disks: on which disks a file lies.

    Raises:
        LaboratoryError: the laboratory file has a mistake.
        StorageError: the journal is in use or refuses, so that the drill counts for nothing here.
    """
    folders, manifest = Folders(root), drill.manifest
    if not (root / FILE_NAME).exists() or not folders.journal.exists():
        return False
    laboratory = load(root)
    with Journal(folders.journal) as journal:
        last = journal.entry(manifest.entries)
        if last is None or last.hash != manifest.head:
            return False
        file = backup / MANIFEST
        copy = CheckedCopy(
            place=str(backup.resolve()),
            manifest=sha256(read_again(file)).hexdigest(),
            made_at=manifest.made_at,
            checked_at="",
            entries=manifest.entries,
            disks=disks(file),
        )
        note_copy(Trail.of(laboratory, journal, clock), copy, sound=drill.sound)
    return True
