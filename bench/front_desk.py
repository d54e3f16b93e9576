"""The desk of a real laboratory: what the screens see and do, carried out by the workplace."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from bench import events, finishing
from bench.borrowing import borrowed
from bench.desk import (
    BorrowedLine,
    InstrumentLine,
    JobLine,
    JobState,
    OutboxLine,
    PersonLine,
    SealedFiles,
    SignerLine,
    StandardLine,
    Totals,
)
from bench.file_changes import FilesRead
from bench.instrument_lines import could_play, instrument_line, playing
from bench.job_lines import order_line, run_line, told_apart
from bench.key_history import check_can_sign
from bench.keyring import officer_key, pin_is_new
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.operator import Operator
from bench.order_notes import note_changed
from bench.orders import Orders
from bench.people import PENERA
from bench.registering import Registering
from bench.run_work import RunWork
from bench.unbroken import in_thread
from bench.workplace import NOBODY, Workplace, read_assignment
from drivers.errors import PlainError
from drivers.notation import to_plain
from procedures.assignment import Assignment
from results.run_summary import RunSummary, order_digest

_SHOWN: Final = 200
"""of the runs that are sealed, the newest: a day's work of several people"""
_LEAVING_S: Final = 3.0
"""so long a delivery under way may go on when the program is left; what is not sent by then waits"""
_UNDER_WAY: Final = frozenset({JobState.UNFINISHED, JobState.MEASURED})

T = TypeVar("T")


class FrontDesk:
    """Implements `bench.desk.Desk`."""

    def __init__(
        self, place: Workplace, *, orders: Sequence[Path] = (), chosen: Collection[str] = ()
    ) -> None:
        """Take an open workplace.

        Args:
            place: owned by whoever opened it.
            orders: assignments from elsewhere, beside those in the laboratory's folder.
            chosen: names of instruments that are read wherever they can be; nobody is asked about those.
        """
        self._place = place
        self._chosen = frozenset(chosen)
        self._orders = Orders(place.folders.orders, orders)
        self._registering = Registering(place, self._orders)
        self.bench = place.laboratory.bench.id
        self.office = place.laboratory.office.name
        self.training = place.laboratory.bench.training or bool(place.instruments.twins)
        self.has_registry = place.laboratory.registry is not None
        self.idle_lock_s = place.laboratory.bench.idle_lock_min * 60.0
        self.zone = place.laboratory.office.time_zone
        own = {f"{bound.driver.mark.id}.toml" for bound in place.instruments.bound.values()}
        of_drivers = (place.folders.drivers / name for name in sorted(own))
        self._read = FilesRead((place.folders.root / FILE_NAME, *of_drivers))
        self._observer: events.Observer | None = None
        """who watched the last run; it also hears that it was sealed and delivered"""
        self._keys_in_use = asyncio.Lock()
        """while a thread seals, or tries a PIN"""
        self._deliveries = 0
        self._stamp: tuple[object, ...] = ()
        self._jobs: tuple[JobLine, ...] = ()
        self._outbox: tuple[OutboxLine, ...] = ()
        self._totals = Totals(sealed=0, delivered=0)

    # ------------------------------------------------------------------ who works here

    @property
    def officer(self) -> str:
        """See `Desk`."""
        return self._place.laboratory.officer.name

    def can_lock(self) -> bool:
        """See `Desk`; a key that does not exist yet would take any PIN for its own."""
        officer = self._place.laboratory.officer
        return officer.pin and not pin_is_new(self._place.folders, officer)

    def signer(self, run: str) -> SignerLine:
        """See `Desk`."""
        person = finishing.officer_of(self._place.around, run)
        check_can_sign(self._place.folders, person, self._place.around.journal)
        return SignerLine(name=person.name, pin=person.pin, new=pin_is_new(self._place.folders, person))

    def people(self) -> tuple[PersonLine, ...]:
        """See `Desk`."""
        today = datetime.fromisoformat(self._place.around.at()).date()
        return tuple(
            PersonLine(
                id=person.id,
                name=person.name,
                competence=tuple(kind for kind, until in person.competence.items() if until >= today),
            )
            for person in self._place.laboratory.person
            if PENERA in person.roles
        )

    def seat(self, person: str) -> None:
        """See `Desk`."""
        self._place.seat(person)

    async def unlock(self, pin: str) -> None:
        """See `Desk`."""
        officer, now = self._place.laboratory.officer, self._place.around.clock.utc()
        try:
            await self._with_keys(partial(officer_key, self._place.folders, officer, pin, now=now))
        except PlainError as fault:
            self._place.trail.note("key_refused", code=fault.code)
            raise

    def line_of(self, instrument: str) -> AbstractAsyncContextManager[BorrowedLine]:
        """See `Desk`."""
        return borrowed(self._place, instrument)

    # ------------------------------------------------------------------ what is seen

    def instruments(self) -> tuple[InstrumentLine, ...]:
        """See `Desk`."""
        return tuple(instrument_line(self._place, name) for name in self._place.instruments.bound)

    def unsafe(self) -> tuple[str, ...]:
        """See `Desk`."""
        return tuple(self._place.unsafe)

    def speak(self, labels: Labels) -> None:
        """See `Desk`."""
        self._place.labels = labels

    def changed_files(self) -> tuple[str, ...]:
        """See `Desk`."""
        return self._read.changed()

    async def make_safe(self) -> None:
        """See `Desk`."""
        await self._place.make_safe(when="asked")

    def standards(self) -> tuple[StandardLine, ...]:
        """See `Desk`."""
        today = datetime.fromisoformat(self._place.around.at()).date()
        return tuple(
            StandardLine(
                id=standard.id,
                description=f"{standard.accuracy_class}, {standard.certificate}",
                due=str(standard.due),
                days_left=(standard.due - today).days,
            )
            for standard in sorted(self._place.laboratory.standard, key=lambda one: one.due)
        )

    def jobs(self) -> tuple[JobLine, ...]:
        """See `Desk`; made anew only when journal, orders or outbox have changed, and never while sealing."""
        if not self._keys_in_use.locked():
            language = self._place.labels.language
            stamp = (self._place.journal.head(), self._orders.all(), self._deliveries, language)
            if stamp != self._stamp:
                box, runs = self._place.outbox, self._place.journal.run_list
                self._outbox = finishing.outbox_lines(box.recent(_SHOWN), self._place.labels.problem)
                unsealed = runs.unsealed()
                self._jobs = self._job_lines(unsealed)
                self._totals = Totals(sealed=len(runs) - len(unsealed), delivered=box.delivered())
                self._stamp = stamp
        return self._jobs

    def put_away(self) -> None:
        """Put away the orders of earlier days that were tested and sealed; see `Orders`."""
        today = datetime.fromisoformat(self._place.around.at()).date()
        self._orders.put_away(self._place.journal.run_list, today)

    def totals(self) -> Totals:
        """See `Desk`."""
        self.jobs()
        return self._totals

    def _job_lines(self, unsealed: Iterable[RunSummary]) -> tuple[JobLine, ...]:
        runs = self._place.journal.run_list
        begun = self._orders.begun(runs)
        jobs = {one.run: order.job for order, of_it in begun.items() for one in of_it}
        newest = {summary.run: summary for summary in runs.newest(_SHOWN)}
        older = [summary for summary in unsealed if summary.run not in newest]
        # What replaces a record was begun after it, so it is among the newest when that is.
        newer = {one.begun.supersedes: one.begun.number for one in newest.values() if one.sealed is not None}
        labels, box = self._place.labels, self._place.outbox
        lines = [
            run_line(labels, box, jobs.get(one.run, one.run), one, newer.get(one.begun.record_id, ""))
            for one in (*older, *newest.values())
        ]
        shown = {line.id for line in lines}
        # What was tested so long ago that its run is not shown waits only when somebody asks for it.
        asked = (one for one in begun if self._orders.is_named(one) and one.job not in shown)
        waiting = {one for one in self._orders.all() if one not in begun} | {*asked}
        lines += told_apart([order_line(labels, one) for one in self._orders.all() if one in waiting])
        return tuple(lines)

    def outbox(self) -> tuple[OutboxLine, ...]:
        """See `Desk`."""
        self.jobs()
        return self._outbox

    # ------------------------------------------------------------------ what is done

    def register(self, kind: str, answers: Mapping[str, str]) -> str:
        """See `Desk`."""
        return self._registering.register(kind, answers)

    def said(self, job: str) -> tuple[str, Mapping[str, str]]:
        """See `Desk`."""
        return self._registering.said(job)

    def correct(self, job: str, answers: Mapping[str, str]) -> None:
        """See `Desk`."""
        self._registering.correct(job, answers)

    def _line_of(self, job: str) -> JobLine | None:
        return next((line for line in self.jobs() if job in {line.id, line.run}), None)

    def players(self, job: str) -> Mapping[str, Sequence[InstrumentLine]]:
        """See `Desk`; none for an order that cannot be read, of which `begin` tells what is wrong."""
        line = self._line_of(job)
        if line is not None and line.state in _UNDER_WAY:
            return playing(self._place, line.run)
        try:
            begun = line is not None and line.run
            order = self._place.find(begun).begun.order if begun else read_assignment(self._orders.file(job))
            return could_play(self._place, order, self._chosen)
        except PlainError:
            return {}

    async def begin(
        self, job: str, operator: Operator, observer: events.Observer, *, chosen: Mapping[str, str] = NOBODY
    ) -> RunWork:
        """See `Desk`."""
        line = self._line_of(job)
        if line is not None and line.state in _UNDER_WAY:
            run = line.run
        elif line is not None and line.run:
            before = self._place.find(line.run).begun
            run = await self._begin(before.order, job=before.job, before=line.run, chosen=chosen)
        else:
            file = self._orders.file(job)
            note_changed(self._place.trail, file)
            order = read_assignment(file)
            digest = order_digest(file.stem, to_plain(order))
            earlier = self._place.journal.run_list.of_order(digest)
            before_it = earlier[-1] if earlier else None
            run = await self._begin(order, job=file.stem, before=before_it, chosen=chosen)
        self._observer = observer
        return RunWork(self._place, self._place.take_up(run, operator, (observer,)), observer)

    async def _begin(
        self, order: Assignment, *, job: str, before: str | None, chosen: Mapping[str, str]
    ) -> str:
        """Begin a run of an order; what was tested `before` is tested again."""
        run = await self._place.begin(order, job=job, chosen=chosen)
        if before is not None:
            self._place.trail.note("tested_again", run=run, record=self._place.find(before).begun.number)
        return run

    async def seal(self, run: str, pin: str) -> SealedFiles:
        """See `Desk`."""
        finished = await self._with_keys(partial(self._place.seal, run, pin))
        self._tell(
            events.RecordSealed(
                number=finished.number,
                record_file=str(finished.sealed.record),
                certificate_file=str(finished.sealed.certificate),
            )
        )
        return SealedFiles(
            number=finished.number,
            record=finished.sealed.record,
            evidence=finished.sealed.evidence,
            certificate=finished.sealed.certificate,
            address=finished.address,
        )

    async def void(self, run: str, reason: str, pin: str) -> SealedFiles:
        """See `Desk`."""
        if self._place.find(run).state == "open":
            await self._with_keys(partial(self._place.void, run, reason, pin))
        return await self.seal(run, pin)

    async def deliver(self) -> tuple[OutboxLine, ...]:
        """See `Desk`."""
        delivering = self._place.deliver()
        delivery = await self._place.unbroken.carry_out(delivering, patience_s=_LEAVING_S)
        self._deliveries += 1
        lines = self.outbox()
        for record_id in delivery.delivered if delivery is not None else ():
            if (sent := self._place.outbox.find(record_id)) is not None:
                self._tell(events.RecordDelivered(number=sent.number, address=sent.address))
        return lines

    async def _with_keys(self, work: Callable[[], T]) -> T:
        """Carry out a work in a thread, once no other uses the keys, to its end whoever leaves meanwhile."""

        async def alone() -> T:
            async with self._keys_in_use:
                return await in_thread(work)

        return await self._place.unbroken.carry_out(alone())

    def _tell(self, event: events.Event) -> None:
        if self._observer is not None:
            self._observer.notice(event)

    async def close(self) -> None:
        """See `Desk`; the workplace itself is closed by whoever opened it."""
