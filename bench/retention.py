"""Letting evidence go: after its retention, with verified copies on two disks, by a person who may.

The trail says what goes, by whom and why, before the first file goes. What a power cut leaves of that is
ended when the bench is opened next, if the copies hold then too. Only evidence files ever go.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.laboratory import Folders, Laboratory
from bench.office_time import today
from bench.people import Person
from bench.proving import proof
from bench.rereading import CopyAtHand, Disks, at_hand, check_sealed, note_copy, read_in
from bench.standing import Standing, standings
from bench.trail import Trail
from drivers.clock import Clock
from drivers.errors import PlainError
from results.backup import RECORDS
from results.disk import disks_of, read_again
from results.entry import BENCH
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.keys import read_trusted_keys
from results.retention import (
    LEAST_DISKS,
    RELEASED,
    REMOVED,
    RETURNED,
    CheckedCopy,
    checked_copies,
    disks_apart,
    released,
)
from results.storage import let_go, write_once
from results.verification import load_record

ROLE: Final = "kepala"
"""who may let evidence go"""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """What is let go from a bench, and put back."""

    laboratory: Laboratory
    folders: Folders
    journal: Journal
    """open for writing, unless nothing but `standings` is asked"""
    trail: Trail
    clock: Clock
    disks: Disks = field(default=disks_of)

    def standings(self) -> dict[str, Standing]:
        """How every sealed record stands; see `bench.standing`."""
        return standings(self.laboratory, self.folders, self.journal)

    def today(self) -> date:
        """The day at the office."""
        return today(self.laboratory, self.clock)

    def known(self) -> list[CheckedCopy]:
        """The copies of which all was read again and found sound."""
        return checked_copies(self.journal.entries(BENCH))

    def release(
        self, who: Person, pin: str, numbers: Sequence[str], places: Sequence[Path], reason: str
    ) -> None:
        """Let the evidence of some records go: of all of them or, when anything speaks against it, of none.

        Args:
            who: lets it go.
            pin: shows that it is that person.
            numbers: of the records.
            places: the folders of the copies; none: where they were when they were checked.
            reason: why, for the trail.

        Raises:
            LaboratoryError: this person may not, or something holds the evidence of one of them.
            IntegrityError: a copy, or the file here, is not what was sealed; nothing goes.
            StorageError: a copy named is not there, or a disk refuses. What the trail calls released by then
                is ended at the next start.
        """
        self._allow(who, pin, reason)
        stand = self.standings()
        chosen = [self._may_go(number, stand.get(number)) for number in dict.fromkeys(numbers)]
        copies = self._copies(places)
        read = {one.number: self._read_again(one, copies) for one in chosen}
        manifests = {str(copy.place): copy.manifest for copy in copies}
        retention = self.laboratory.retention
        self.trail.note(
            RELEASED,
            by=who.id,
            reason=reason.strip(),
            records={one.number: one.run.sealed.evidence_digest for one in chosen if one.run.sealed},
            copies=manifests,
            without={number: sorted(manifests.keys() - found) for number, found in read.items()},
            years=retention.years if retention is not None else 0,
            rule=retention.rule if retention is not None else "",
        )
        for one in chosen:
            let_go(one.evidence)
        self.trail.note(REMOVED, records=[one.number for one in chosen])

    def finish(self) -> list[str]:
        """End what a power cut left of a release; gives the numbers whose copies are not at hand for it.

        Nothing stops a bench from being opened: what cannot be ended now is ended another time.
        """
        if not self.trail.unfinished_release():
            return []
        gone = [one for one in released(self.journal.entries(BENCH)).values() if not one.done]
        known = self.standings()
        ended, waiting = [], []
        for release in gone:
            one = known[release.number]
            try:
                if one.there:
                    self._read_again(one, self._copies([Path(place) for place in release.copies]))
                    let_go(one.evidence)
            except PlainError:
                waiting.append(one.number)
            else:
                ended.append(one.number)
        if ended:
            self.trail.note(REMOVED, records=ended)
        return waiting

    def bring_back(self, number: str, places: Sequence[Path]) -> Path:
        """Put evidence that was let go back from a copy; gives where it came from.

        Raises:
            LaboratoryError: it was not let go.
            IntegrityError: what the copy holds is not what was sealed.
            StorageError: no copy is at hand, or the disk refuses.
        """
        gone = released(self.journal.entries(BENCH)).get(number)
        if gone is None:
            raise LaboratoryError(
                "retention.not_released",
                "The evidence of {number} was not let go.",
                "See how it stands: tera retention show {number}.",
                number=number,
            )
        one = self.standings()[number]
        tried = [place / RECORDS / one.evidence.name for place in places or map(Path, gone.copies)]
        source = next((file for file in tried if file.is_file()), tried[0])
        content = read_again(source)
        if sha256(content).hexdigest() != gone.digest:
            raise IntegrityError(
                "retention.not_the_sealed_one",
                "{path} is not the evidence that was sealed.",
                "Name another copy with --copy.",
                path=str(source),
            )
        write_once(one.evidence, content)
        self.trail.note(RETURNED, record=number, place=str(source))
        return source

    def _allow(self, who: Person, pin: str, reason: str) -> None:
        if ROLE not in who.roles or not who.pin:
            raise LaboratoryError(
                "retention.role",
                "{person} may not let evidence go: that is for the role {role}, with a PIN.",
                "Those who may: {known}. Roles and pin = true stand in laboratory.toml.",
                person=who.id,
                role=ROLE,
                known=", ".join(one.id for one in self.laboratory.person if ROLE in one.roles and one.pin)
                or "-",
            )
        if not reason.strip():
            raise LaboratoryError(
                "retention.reason", "Nobody has said why.", "Write it with --reason; it stands in the trail."
            )
        self.trail.check_long_known(who, ROLE)
        proof(self.folders, self.trail, who, pin, self.clock.utc())

    def _may_go(self, number: str, one: Standing | None) -> Standing:
        if one is None:
            raise LaboratoryError(
                "retention.unknown",
                "There is no sealed record {number} here.",
                "See them with: tera retention show.",
                number=number,
            )
        if one.released is not None and not one.there:
            raise LaboratoryError(
                "retention.gone",
                "The evidence of {number} was let go already, on {at}.",
                "Leave it; it comes back with: tera retention return {number}.",
                number=number,
                at=one.released.at,
            )
        for why in one.held(self.today()):
            raise why
        return one

    def _copies(self, places: Sequence[Path]) -> list[CopyAtHand]:
        """The copies that were named; else those that are where they were when they were checked."""
        known = self.known()
        if places:
            return [at_hand(place, known) for place in places]
        found = []
        for place in dict.fromkeys(copy.place for copy in known):
            with suppress(StorageError, LaboratoryError):  # not plugged in, or another one is
                found.append(at_hand(Path(place), known))
        return found

    def _read_again(self, one: Standing, copies: Sequence[CopyAtHand]) -> set[str]:
        """See to it that the evidence here, and that in copies on two disks, is what was sealed; gives where.

        Raises:
            IntegrityError: one of them is not.
            LaboratoryError: it is on too few disks.
            StorageError: the disk here refuses.
        """
        keys = read_trusted_keys(self.folders.keys)
        check_sealed(load_record(one.record, keys), one)
        read: dict[str, frozenset[str]] = {}
        for copy in copies:
            try:
                with suppress(StorageError):  # it does not go so far, or was pulled out
                    read[str(copy.place)] = read_in(copy, one, keys, self.disks)
            except IntegrityError:
                note_copy(self.trail, copy.checked, sound=False)
                raise
        if (apart := disks_apart(list(read.values()))) < LEAST_DISKS:
            raise LaboratoryError(
                "retention.copies_at_hand",
                "The evidence of {number} can be read on {apart} disks now ({places}); {least} are needed.",
                "Plug in the disks with the copies, or name where they are with --copy.",
                number=one.number,
                apart=apart,
                least=LEAST_DISKS,
                places=", ".join(read) or "-",
            )
        return set(read)
