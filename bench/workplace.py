"""A laboratory at work: journal, instruments, keys and outbox of one folder, opened and closed together.

The command line and the screen both work through this; neither knows a file or a port of its own.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from bench import amending, events, finishing, session
from bench.clock_order import check_checkpoint, check_worked_until
from bench.environment import Environment
from bench.errors import LaboratoryError, unknown_run
from bench.instruments import Instruments
from bench.keyring import bench_key
from bench.labels import Labels
from bench.laboratory import Folders, Laboratory, load
from bench.legible import check_legible
from bench.operator import Operator
from bench.operators.plant_hands import PlantHands
from bench.operators.twin_hands import AutomaticOperator, TwinHands
from bench.operators.vessel_hands import VesselHands
from bench.retention import Retention
from bench.safe_state import make_all_safe, safe_unless
from bench.session import Surroundings
from bench.software import check_unchanged
from bench.station import Players, Station, check_told
from bench.taken import Taken
from bench.titles import title_of
from bench.trail import Trail, configuration_of
from bench.unbroken import Unbroken
from drivers import notation
from drivers.clock import Clock, SystemClock
from drivers.device import Device
from drivers.errors import InstrumentError, PlainError
from drivers.identity import Told
from drivers.silence import UNANSWERED
from drivers.whole_file import read_text
from procedures.assignment import Assignment
from procedures.catalogue import find
from results.delivery import Delivery
from results.journal import Journal
from results.outbox import Outbox
from results.records_beside import check_next_number
from results.run_summary import RunSummary
from results.storage import clear_unfinished, plain_faults
from results.verification import VerifiedRecord

NOBODY: Final[Mapping[str, str]] = {}
"""no choice was made, and none is needed"""


class Workplace:
    """An open laboratory."""

    def __init__(
        self,
        folders: Folders,
        *,
        laboratory: Laboratory,
        journal: Journal,
        outbox: Outbox,
        instruments: Instruments,
        labels: Labels,
        clock: Clock,
    ) -> None:
        """Join the parts; `open_workplace` makes them."""
        self.folders = folders
        self.laboratory = laboratory
        self.journal = journal
        self.outbox = outbox
        self.instruments = instruments
        self.labels = labels
        self.around = Surroundings(
            laboratory=laboratory,
            journal=journal,
            station=Station({}),
            clock=clock,
            sentence=labels.instruction,
            title=lambda assignment: title_of(self.labels, assignment),
            checkpoint=lambda: finishing.newest_checkpoint(laboratory, outbox),
        )
        self.unsafe: Mapping[str, PlainError] = {}
        """instruments that did not reach their safe state when they were last told to, and why"""
        self.unbroken = Unbroken()
        self.trail = Trail(journal, at=self.around.at, elapsed=clock.monotonic, officer=laboratory.officer.id)

    async def make_safe(self, *, when: str) -> None:
        """Close and stop all that can be while no run is under way; `unsafe` tells what cannot.

        Raises:
            StorageError: it cannot be noted; all that answers is safe.
        """
        self.unsafe = await make_all_safe(self.instruments.bound.values(), when=when, note=self.trail.note)

    def players(self, assignment: Assignment) -> Players:
        """The instruments that can play each role in a test.

        Raises:
            ProcedureError: there is no such procedure.
        """
        procedure = find(assignment.kind)
        always = *procedure.roles, *(limits.role for limits in self.laboratory.environment)
        reads = None if procedure.reads is None else (*procedure.reads.of(assignment.uut), *always)
        return self.instruments.players(procedure.id, reads)

    def station_of(self, run: str) -> Station:
        """The instruments that a run was begun with.

        Raises:
            LaboratoryError: no such run.
        """
        begun = session.begun_of(self.around, run)
        names = {role: said["name"] for role, said in begun.instruments.items()}
        return self.players(self.find(run).begun.order).station_of(names)

    async def begin(
        self, assignment: Assignment, *, job: str = "", chosen: Mapping[str, str] = NOBODY
    ) -> str:
        """Begin a run once every instrument that it may read answers; see `session.begin`.

        Args:
            assignment: what is to be tested.
            job: the name of the order file that says so.
            chosen: by role, the name of the instrument that plays it, where several could.

        Raises:
            InstrumentError: one does not answer, or it is another one; no number is consumed.
            LaboratoryError: nobody says which of several instruments is read, or a file of the program was
                changed outside of an update; no number is consumed.
            IntegrityError: the journal is damaged, or the next number was sealed already; no number is
                consumed.
        """
        self._check_bench()
        station = self.players(assignment).station(chosen)
        around = replace(self.around, station=station)
        session.check(around, assignment)
        bench_key(self.folders)  # a key that is damaged is told now, not when the test is to be sealed
        told: dict[str, Told] = {}
        for role, bound in station.roles.items():
            if bound.device is not None:
                told[role] = await says_of_itself(bound.device)
                check_told(bound, told[role])
        await Environment(self.laboratory.environment, station).refuse_outside()
        return session.begin(around, assignment, job=job, told=told)

    def _check_bench(self) -> None:
        """See to it that a number may be given: program and journal are whole, what is known is past."""
        check_unchanged()
        self.journal.check_before_run()
        check_next_number(self.journal, self.folders.records)
        now = datetime.fromisoformat(self.around.at())
        check_worked_until(now, self.trail.worked_until())
        check_checkpoint(now, finishing.checkpoint_time(self.laboratory, self.around.checkpoint()))

    def take_up(self, run: str, operator: Operator, observers: Sequence[events.Observer]) -> Taken:
        """Take a run in hand; a twin's hands follow the instructions before the operator is asked."""
        self.trail.note_clock()
        around = replace(self.around, station=self.station_of(run))
        return session.take_up(around, run, self._handled(operator, around.station), observers)

    def _handled(self, operator: Operator, station: Station) -> Operator:
        """The operator, with hands for a twin under test, for a comparator, for the plant of the twins."""
        automatic = isinstance(operator, AutomaticOperator)
        twin = self.instruments.scale_of(station, "uut", "comparator")
        if twin is not None:
            operator = TwinHands(twin, operator)
        plant = self.instruments.plant()
        if plant is not None:
            vessels, clock = self.instruments.vessels, self.around.clock
            if vessels is not None:
                return VesselHands(plant, vessels, clock, operator, eyes=automatic)
            operator = PlantHands(plant, clock, operator, loads=twin is None, eyes=automatic)
        return operator

    def seat(self, officer: str) -> None:
        """Let another penera sit at the bench; what was begun stays with whoever began it.

        Raises:
            LaboratoryError: nobody of that id is a penera here.
            StorageError: the disk refuses; then nobody changes seats.
        """
        laboratory = self.laboratory.seated(officer)
        self.trail.note("seated", person=officer)
        self.laboratory = laboratory
        self.around = replace(self.around, laboratory=laboratory)
        self.trail.seat(officer)

    def void(self, run: str, reason: str, pin: str) -> None:
        """Close a run without a verdict; its record is sealed and delivered all the same.

        Whoever tested signs that too, so the key is opened first: nobody else ends a run.
        """
        check_legible({"reason": reason})
        with self.trail.refusals_kept(run=run):
            finishing.signing_keys(self.around, self.folders, run, pin)
        self.trail.note_clock()
        session.close(self.around, run, how="voided", reason=reason)

    def amend(
        self, old: VerifiedRecord, changes: Mapping[str, str], reason: str, pin: str
    ) -> finishing.Finished:
        """Correct a record by a new one and seal that; see `amending.amend`.

        Whoever tested signs, so the key is opened first: nobody else uses a number for it. With a program
        that was changed since its installation, or a damaged journal, nothing is amended.
        """
        self._check_bench()
        amending.check_own(self.around, old)
        run = self.find(old.record.number).run
        with self.trail.refusals_kept(run=run):
            finishing.signing_keys(self.around, self.folders, run, pin)
        return self.seal(amending.amend(self.around, old, changes, reason), pin)

    def seal(self, run: str, pin: str) -> finishing.Finished:
        """Sign, seal and queue an ended run; see `finishing.seal`.

        Each use of a key is noted, a wrong PIN too.
        """
        self.trail.note_clock()
        with self.trail.refusals_kept(run=run):
            finished = finishing.seal(self.around, self.folders, self.outbox, run, pin)
        keys = ", ".join(finished.sealed.verified.signed_by)
        self.trail.note("key_used", run=run, record=finished.number, keys=keys, meaning="menguji")
        with plain_faults(finished.sealed.certificate):
            paper = sha256(finished.sealed.certificate.read_bytes()).hexdigest()
        self.trail.note("printed", record=finished.number, paper=paper)
        return finished

    async def deliver(self) -> Delivery | None:
        """Push what waits; see `finishing.deliver_all`."""
        delivery = await finishing.deliver_all(self.laboratory, self.outbox, self.around.clock)
        for record in delivery.delivered if delivery is not None else ():
            self.trail.note("delivered", record=record)
        return delivery

    def retention(self) -> Retention:
        """What is let go from here, and put back."""
        return Retention(
            laboratory=self.laboratory,
            folders=self.folders,
            journal=self.journal,
            trail=self.trail,
            clock=self.around.clock,
        )

    def find(self, name: str) -> RunSummary:
        """A run by its id or its record number.

        Raises:
            LaboratoryError: there is none.
        """
        if (found := self.journal.run_list.named(name)) is not None:
            return found
        raise unknown_run(name)


async def says_of_itself(device: Device) -> Told:
    """What an instrument says of itself; one that gives readings but is deaf to the question tells nothing.

    Raises:
        InstrumentError: it gives no reading, or cannot tell now.
    """
    try:
        return await device.told()
    except InstrumentError as fault:
        if fault.code != UNANSWERED:
            raise
        return Told()


@asynccontextmanager
async def open_workplace(
    root: Path, labels: Labels, *, clock: Clock | None = None, officer: str | None = None
) -> AsyncIterator[Workplace]:
    """Open a laboratory's journal, outbox and instruments; this program owns them until it leaves.

    What declares a safe state is sent into it before anything else is done here.

    Args:
        root: the folder of `laboratory.toml`.
        labels: the language.
        clock: the computer's own by default.
        officer: id of the penera who sits here; by default the first in the laboratory file.

    Raises:
        PlainError: a mistake in the laboratory file, a journal in use or damaged, an unknown driver.
    """
    clock = clock or SystemClock()
    laboratory = load(root)
    if officer is not None:
        laboratory = laboratory.seated(officer)
    folders = Folders(root)
    folders.make()
    with Journal(folders.journal) as journal, Outbox(folders.outbox) as outbox:
        outbox.reconcile(folders.records, sealed=lambda: finishing.sealed_digests(journal))
        instruments = await Instruments.connect(laboratory, folders, clock)
        try:
            place = Workplace(
                folders,
                laboratory=laboratory,
                journal=journal,
                outbox=outbox,
                instruments=instruments,
                labels=labels,
                clock=clock,
            )
            await safe_unless(journal.check_before_run, instruments.bound.values())
            with place.trail.kept(configuration_of(laboratory, folders, instruments.bound)):
                await place.make_safe(when="opened")
                place.retention().finish()
                clear_unfinished(folders.written, now=clock.utc())
                try:
                    yield place
                finally:
                    await place.unbroken.ended()
        finally:
            await instruments.close()


def read_assignment(file: Path) -> Assignment:
    """Read a `--uut` file.

    Raises:
        LaboratoryError: not there, or a mistake, named with its place.
    """
    try:
        text = read_text(file)
    except OSError as problem:
        raise LaboratoryError(
            "file.unreadable",
            "{file} cannot be read: {problem}.",
            "Check the path.",
            file=str(file),
            problem=problem.strerror or str(problem),
        ) from None
    except UnicodeDecodeError:
        raise LaboratoryError(
            "file.not_text", "{file} is not text in UTF-8.", "Save it as UTF-8 text.", file=str(file)
        ) from None
    assignment = notation.from_toml(text, Assignment, source=file, error=LaboratoryError)
    check_legible(assignment, str(file))
    return assignment
