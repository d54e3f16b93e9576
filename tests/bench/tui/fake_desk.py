"""A desk at the port: plays a whole test of a 15 kg scale with the events and prompts of a conductor.

The hands of a person are played too: what an instruction asks for happens to the fake scale, which moves
before it rests. Time stands still unless a test lets it pass.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bench import events
from bench.desk import (
    BorrowedLine,
    InstrumentLine,
    JobLine,
    JobState,
    Measured,
    OutboxLine,
    PersonLine,
    SealedFiles,
    SignerLine,
    StandardLine,
    Totals,
)
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.operator import Operator, Prompt
from bench.registration import answers_of, assignment_of
from bench.tui.screens.job_rows import SEALED
from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.action import (
    Action,
    AddSmallWeights,
    Answer,
    Choose,
    FindEdge,
    Inspect,
    KeyAdded,
    Keyed,
    KeyIndication,
    PlaceLoad,
    RemoveLoad,
    SetZero,
)
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.heading import Heading, heading_of
from procedures.point import Conclusion, Method, Outcome, Point, Reason, Tolerance, Verdict
from results.errors import RecordError

ITEMS = ("verification_mark", "level_indicator", "clean_and_ready", "descriptive_markings")
PIN = "271828"
BROKEN_OFF = events.RunResumed(
    minutes=34,
    lost=("accuracy/down/5000 g/place_load",),
    repeated=("accuracy/down",),
    rechecks=("zero", "warm_up", "environment"),
)
MORNING = datetime(2026, 11, 21, 2, 14, tzinfo=UTC)


def grams(value: object) -> Quantity:
    return Quantity(Decimal(str(value)), "g")


class StillClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return MORNING + timedelta(seconds=self.seconds - 1000.0)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Step:
    planned: PlannedStep
    error: str = "0"
    tolerance: str = "2.5"


def steps() -> Iterator[Step]:
    def step(
        section: str, label: str, load: float, error: str, tolerance: str, *, position: str = ""
    ) -> Step:
        planned = PlannedStep(
            section=section, label=f"{section}/{label}", load=grams(load), position=position
        )
        return Step(planned, error, tolerance)

    yield Step(PlannedStep(section="visual", label="visual"))
    yield Step(PlannedStep(section="zero", label="zero", load=grams(0)), "0.5", "1.25")
    for position, error in zip(
        ("centre", "1", "2", "3", "4"), ("0.5", "1.5", "-1.0", "2.0", "0.0"), strict=True
    ):
        yield step("eccentricity", position, 5000, error, "5", position=position)
    for load, error, limit in (
        (100, "0.5", "2.5"),
        (1000, "0.5", "2.5"),
        (2500, "1.0", "2.5"),
        (5000, "2.5", "5"),
        (10000, "3.0", "5"),
        (15000, "4.0", "7.5"),
    ):
        yield step("accuracy", f"up/{load} g", load, error, limit)
    for load, error, limit in (
        (10000, "3.5", "5"),
        (5000, "2.0", "5"),
        (2500, "1.5", "2.5"),
        (100, "0.0", "2.5"),
    ):
        yield step("accuracy", f"down/{load} g", load, error, limit)
    for count in (1, 2, 3):
        yield step("repeatability", str(count), 7500, "1.5", "5")
    yield step("discrimination", "7500 g", 7500, "1.5", "5")


@dataclass
class FakeScale:
    """Moves for a moment after every change, then rests."""

    clock: StillClock
    load: Quantity = field(default_factory=lambda: grams(0))
    error: Decimal = Decimal(0)
    moved_at: float = 0.0
    silent: bool = False
    refused: Refused | None = None
    restless_s: float = 0.6
    emptied: bool = False
    """whether nothing stood on it while it moved last"""

    def put(self, load: Quantity, error: str, *, unload_first: bool = False) -> None:
        self.load, self.error, self.moved_at = load, Decimal(error), self.clock.monotonic()
        self.emptied = unload_first

    def shown(self, origin: Origin = Origin.INSTRUMENT) -> Reading | Refused:
        if self.refused is not None:
            return self.refused
        moving = self.clock.monotonic() - self.moved_at < self.restless_s
        value = self.load.value + self.error + (Decimal("3.5") if moving else Decimal(0))
        if moving and self.emptied:
            value = Decimal(0)
        return reading(value, Stability.MOVING if moving else Stability.STABLE, self.clock, origin)


def reading(
    value: Decimal, stability: Stability, clock: StillClock, origin: Origin = Origin.INSTRUMENT
) -> Reading:
    return Reading(
        instrument="Indikator UTTP",
        indication=Quantity(f"{value:.1f}", "g"),
        stability=stability,
        origin=origin,
        frame=b"ST,NT,+0005.0025kg\r\n",
        driver=DriverMark(id="cas-22", digest="ab" * 32),
        received_at=clock.utc(),
        elapsed=clock.monotonic(),
    )


class FakeWork:
    """Plays the steps; a retake goes one back, a pause leaves."""

    def __init__(self, desk: "FakeDesk", operator: Operator, observer: events.Observer) -> None:
        self.desk, self.operator, self.observer = desk, operator, observer
        self.steps = desk.steps
        self.plan: Sequence[PlannedStep] = tuple(step.planned for step in self.steps)
        self.points: list[Point] = []
        self.index, self.attempt = 0, 1
        self.retakes: list[tuple[str, str]] = []
        self.may_take_back = False
        self._wish = ""
        self._wished = asyncio.Event()
        self.rested = asyncio.Event()

    def tell(self, event: events.Event) -> None:
        self.desk.told.append(event)
        self.observer.notice(event)

    def request_retake(self, reason: str, note: str = "") -> None:
        if not self.points:
            return
        self.retakes.append((reason, note))
        self._wish = "retake"
        self._wished.set()

    def pause(self) -> None:
        self._wish = "pause"
        self._wished.set()

    async def finished(self) -> Measured | None:
        self.tell(
            events.RunStarted(
                run="run-1",
                number="B2-0231",
                title=self.desk.title,
                training=self.desk.training,
                resumed=self.desk.broken_off is not None,
                plan=tuple(self.plan),
            )
        )
        if self.desk.broken_off is not None:
            self.tell(self.desk.broken_off)
        while self.index < len(self.steps):
            task = asyncio.ensure_future(self._do(self.steps[self.index]))
            wished = asyncio.ensure_future(self._wished.wait())
            await asyncio.wait({task, wished}, return_when=asyncio.FIRST_COMPLETED)
            wished.cancel()
            if not self._wish:
                await task
                self.index += 1
                continue
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            wish, self._wish = self._wish, ""
            self._wished.clear()
            if wish == "pause":
                self.tell(events.RunStopped(how="interrupted", reason=""))
                return None
            self.index -= 1
            path = self._path(self.steps[self.index])
            self.points.pop()
            self.attempt += 1
            reason, note = self.retakes[-1]
            self.tell(events.SeriesLeft(path=path, abandoned=True, reason=reason, note=note))
        return self._conclude()

    def _path(self, step: Step) -> str:
        return step.planned.label if self.attempt == 1 else f"{step.planned.label}~{self.attempt}"

    async def _do(self, step: Step) -> None:
        section, path = step.planned.section, self._path(step)
        self.tell(events.StepEntered(path=path))
        if step.planned.label in self.desk.asked_first:
            await self._ask(path, self.desk.asked_first[step.planned.label], step)
        if section == "visual":
            answer = await self._ask(path, Inspect(items=ITEMS), step)
            good = answer.choice == "conforms"
            self._decide(
                path, step, Method.INSPECTION, None, Outcome.CONFORMS if good else Outcome.DOES_NOT_CONFORM
            )
            return
        if section == "zero":
            await self._ask(path, SetZero(), step)
        else:
            if section in {"eccentricity", "repeatability"}:
                await self._ask(path, RemoveLoad(), step)
            weights = ("5 kg",) if step.planned.load == grams(5000) else ()
            place = step.planned.position or "centre"
            load = step.planned.load or grams(0)
            first = section == "discrimination"
            placed = PlaceLoad(load=load, position=place, weights=weights, unload_first=first)
            await self._ask(path, placed, step)
        if section == "discrimination":
            await self._discriminate(path, step, step.planned.load or grams(0))
            return
        shown = await self._settled(path, step)
        self._decide(path, step, Method.HIGH_RESOLUTION, shown)

    async def _discriminate(self, path: str, step: Step, load: Quantity) -> None:
        """As `procedures.scales.discrimination` does from the edge of a step."""
        small = grams("0.5")
        await self._ask(path, AddSmallWeights(step=small, total=small * 10, count=10), step)
        before = await self._settled(path, step, expect=load)
        if self.desk.manual:
            fallen = before - grams(5)
            facts = {
                "count": "10",
                "step": str(small),
                "indication": str(before),
                "fallen": str(fallen),
            }
            found = Choose(question="find_edge", choices=("did_not_fall", "fell"), facts=facts)
            answer = await self._ask(path, found, step)
            assert answer.choice == "fell"
        else:
            await self._ask(path, FindEdge(step=small, count=10, interval=grams(5)), step)
        await self._ask(path, AddSmallWeights(step=grams(7)), step)
        after = await self._settled(f"{path}#2", step, expect=before)
        self._decide(path, step, Method.HIGH_RESOLUTION, after, before=before)

    async def _ask(self, path: str, action: Action, step: Step) -> Answer:
        prompt = Prompt(
            id=f"{path}/{action.__struct_config__.tag}",
            kind="ask" if isinstance(action, Inspect | Choose | KeyIndication | KeyAdded) else "instruct",
            action=action,
            text="",
            choices=(),
        )
        match action:
            case PlaceLoad() if self.desk.hands:
                self.desk.scale.put(action.load, step.error, unload_first=action.unload_first)
            case AddSmallWeights(count=count) if self.desk.hands:
                self.desk.scale.put(step.planned.load + grams(5 if count > 1 else 10), step.error)
            case FindEdge() if self.desk.hands:  # what fell stands there again with the last one put back
                self.desk.scale.put(step.planned.load + grams(5), step.error)
            case RemoveLoad() | SetZero() if self.desk.hands:
                self.desk.scale.put(grams(0), "0.5")
        self.desk.prompts.append(prompt)
        self.tell(events.Prompted(prompt=prompt))
        answer = await self.operator.answer(prompt)
        self.desk.answers.append((prompt, answer))
        self.tell(events.Answered(path=prompt.id))
        return answer

    async def _settled(self, path: str, step: Step, *, expect: Quantity | None = None) -> Quantity:
        if self.desk.manual:
            offered = expect or step.planned.load
            answer = await self._ask(path, KeyIndication(role="uut", expect=offered, step=grams(5)), step)
            assert isinstance(answer, Keyed)
            found = reading(answer.quantity.value, Stability.NOT_REPORTED, self.desk.clock, Origin.MANUAL)
        else:
            self.tell(events.Settling(path=path, role="uut"))
            while True:
                shown = self.desk.scale.shown()
                if isinstance(shown, Reading) and shown.stability is Stability.STABLE:
                    break
                self.rested.clear()
                await self.rested.wait()
            found = shown
        self.tell(events.Captured(path=f"{path}/settled", reading=found, replayed=False))
        return found.indication

    def _decide(
        self,
        path: str,
        step: Step,
        method: Method,
        shown: Quantity | None,
        outcome: Outcome | None = None,
        *,
        before: Quantity | None = None,
    ) -> None:
        planned = step.planned
        error = None if shown is None or planned.load is None else shown - planned.load
        if shown is not None and before is not None:
            error = shown - before - grams(5)
        limit = grams(step.tolerance)
        if outcome is None:
            within = error is not None and -limit <= error <= limit
            outcome = Outcome.CONFORMS if within else Outcome.DOES_NOT_CONFORM
        measured = error is not None
        found = Point(
            section=planned.section,
            label=planned.label,
            nominal=planned.load,
            indication=shown,
            error=error,
            tolerance=Tolerance(lower=-limit, upper=limit, citation="Kepdirjen PKTN 240/2023, 4.7")
            if measured
            else None,
            uncertainty=grams("1.1") if measured else None,
            method=method,
            outcome=outcome,
            readings=(f"{path}/settled",) if measured else (),
        )
        self.points.append(found)
        self.tell(events.Decided(path=f"{path}/point", point=found, replayed=False))

    def _conclude(self) -> Measured:
        failing = tuple(point.label for point in self.points if point.outcome is not Outcome.CONFORMS)
        sections = {}
        for point in self.points:
            worst = sections.get(point.section, Outcome.CONFORMS)
            sections[point.section] = worst if worst is not Outcome.CONFORMS else point.outcome
        outcome = Outcome.DOES_NOT_CONFORM if failing else Outcome.CONFORMS
        verdict = Verdict(outcome=outcome, rule="kepdirjen-pktn-240-2023", failing=failing, sections=sections)
        notice = Reason(
            code="unverified_rules", facts={"rules": "kepdirjen-pktn-240-2023", "topics": "eccentricity"}
        )
        conclusion = Conclusion(
            points=tuple(self.points),
            verdict=verdict,
            valid_until=None if failing else date(2027, 11, 21),
            notices=(notice,),
        )
        self.tell(events.ConclusionReached(conclusion=conclusion))
        return Measured(
            run="run-1",
            number="B2-0231",
            title=self.desk.title,
            outcome=heading_of("scales", verdict.outcome, conclusion.subjects),
            conclusion=conclusion,
            retakes=len(self.retakes),
            began_at=MORNING,
            raw_bytes=14212,
        )


class FakeDesk:
    """One laboratory with one scale under test."""

    bench = "BENCH-02"
    office = "UML Kab. Contoh"
    officer = "Penera Satu"
    title = "Timbangan elektronik III 15 kg/5 g"

    def __init__(self, *, manual: bool = False, training: bool = False, pin_needed: bool = True) -> None:
        self.manual, self.training, self.pin_needed = manual, training, pin_needed
        self.zone = "Asia/Jakarta"
        self.idle_lock_s = 0.0
        self.has_registry = True
        self.pin_new = False
        self.people_here = [PersonLine(id="satu", name=self.officer), PersonLine(id="dua", name="Penera Dua")]
        self.tried: list[str] = []
        self.registered: list[Assignment] = []
        self.plate: dict[str, str] = {}
        self.begun: set[str] = set()
        self.corrected: list[tuple[str, Assignment]] = []
        self.voided: list[tuple[str, str]] = []
        self.unfinished = False
        self.out_of_reach: tuple[str, ...] = ()
        self.made_safe = 0
        self.broken_off: events.RunResumed | None = None
        self.clock = StillClock()
        self.scale = FakeScale(self.clock)
        self.hands = True
        self.steps = list(steps())
        self.works: list[FakeWork] = []
        self.told: list[events.Event] = []
        self.prompts: list[Prompt] = []
        self.answers: list[tuple[Prompt, Answer]] = []
        self.sealed: list[str] = []
        self.delivered = False
        self.refuses_to_begin: Exception | None = None
        self.closed = False
        self.edited: tuple[str, ...] = ()
        self.language = "id"
        self.asked_first: dict[str, Action] = {}

    def unsafe(self) -> tuple[str, ...]:
        return self.out_of_reach

    def speak(self, labels: Labels) -> None:
        self.language = labels.language

    def changed_files(self) -> tuple[str, ...]:
        return self.edited

    async def make_safe(self) -> None:
        self.made_safe += 1
        self.out_of_reach = ()

    def instruments(self) -> tuple[InstrumentLine, ...]:
        if self.manual:
            return (
                InstrumentLine(
                    name="Timbangan uji",
                    driver="manual",
                    evidence="manual",
                    port="",
                    roles=("uut",),
                    shown=None,
                    age_s=None,
                ),
            )
        return (
            InstrumentLine(
                name="Indikator UTTP",
                driver="cas-22",
                evidence="captured",
                port="COM5 9600",
                roles=("uut",),
                shown=self.scale.shown(),
                age_s=0.1,
            ),
            InstrumentLine(
                name="Suhu dan RH",
                driver="sht-rs485",
                evidence="unconfirmed",
                port="rtu 4",
                roles=(),
                shown=None,
                age_s=None,
                fault="tidak menjawab; periksa kabel RS-485",
            ),
        )

    def standards(self) -> tuple[StandardLine, ...]:
        return (StandardLine(id="S-07", description="set M1 1 g–20 kg", due="2026-12-03", days_left=12),)

    def jobs(self) -> tuple[JobLine, ...]:
        state = JobState.SEALED if self.sealed else JobState.WAITING
        return (
            JobLine(
                id="P-0231",
                title=self.title,
                owner="Toko Sari Laut",
                state=state,
                outcome=Heading.CONFORMS if self.sealed else None,
                number="B2-0231" if self.sealed else "",
                run="run-1" if self.sealed else "",
            ),
            JobLine(
                id="P-0232",
                title="Timbangan elektronik III 30 kg/10 g",
                owner="Toko Sari Laut",
                state=JobState.UNFINISHED if self.unfinished else JobState.WAITING,
                run="run-2" if self.unfinished else "",
                number="B2-0232" if self.unfinished else "",
            ),
        )

    def totals(self) -> Totals:
        return Totals(
            sealed=sum(line.state in SEALED for line in self.jobs()),
            delivered=sum(line.state is JobState.DELIVERED for line in self.outbox()),
        )

    def outbox(self) -> tuple[OutboxLine, ...]:
        if not self.sealed:
            return ()
        state = JobState.DELIVERED if self.delivered else JobState.QUEUED
        address = "https://register.example/p/7c1e" if self.delivered else ""
        return (
            OutboxLine(number="B2-0231", outcome=Heading.CONFORMS, state=state, attempts=1, address=address),
        )

    def register(self, kind: str, answers: Mapping[str, str]) -> str:
        order = assignment_of(kind, answers)
        self.registered.append(order)
        return "order"

    def said(self, job: str) -> tuple[str, Mapping[str, str]]:
        if job in self.begun:
            raise LaboratoryError("order.begun", "It was begun.", "Void it.")
        return "scales", answers_of(assignment_of("scales", self.plate))

    def correct(self, job: str, answers: Mapping[str, str]) -> None:
        self.corrected.append((job, assignment_of("scales", answers)))

    def players(self, job: str) -> Mapping[str, Sequence[InstrumentLine]]:
        found: dict[str, list[InstrumentLine]] = {}
        for line in self.instruments():
            for role in line.roles:
                found.setdefault(role.partition(":")[0], []).append(line)
        return found

    async def begin(
        self, job: str, operator: Operator, observer: events.Observer, *, chosen: Mapping[str, str] = {}
    ) -> FakeWork:
        self.chosen = dict(chosen)
        if self.refuses_to_begin is not None:
            raise self.refuses_to_begin
        work = FakeWork(self, operator, observer)
        self.works.append(work)
        return work

    async def seal(self, run: str, pin: str) -> SealedFiles:
        if self.pin_needed and pin != PIN:
            raise RecordError("people.wrong_pin", "The PIN is wrong.", "Key it again.")
        self.sealed.append(run)
        return SealedFiles(
            number="B2-0231",
            record=Path("B2-0231.json"),
            evidence=Path("B2-0231.h5"),
            certificate=Path("B2-0231.pdf"),
        )

    def can_lock(self) -> bool:
        return self.pin_needed and not self.pin_new

    def signer(self, run: str) -> SignerLine:
        return SignerLine(name=self.officer, pin=self.pin_needed, new=self.pin_new)

    def people(self) -> tuple[PersonLine, ...]:
        return tuple(self.people_here)

    def seat(self, person: str) -> None:
        self.people_here.sort(key=lambda one: one.id != person)
        self.officer = self.people_here[0].name

    async def unlock(self, pin: str) -> None:
        self.tried.append(pin)
        if pin != PIN:
            raise RecordError("people.wrong_pin", "The PIN is wrong.", "Key it again.")

    async def void(self, run: str, reason: str, pin: str) -> SealedFiles:
        await self.unlock(pin)
        self.voided.append((run, reason))
        return await self.seal(run, pin)

    def line_of(self, instrument: str) -> AbstractAsyncContextManager[BorrowedLine]:
        raise LaboratoryError(
            "workbench.no_line", "{instrument} has no line.", "Take another.", instrument=instrument
        )

    async def deliver(self) -> tuple[OutboxLine, ...]:
        self.delivered = True
        return self.outbox()

    async def close(self) -> None:
        self.closed = True

    def beat(self, seconds: float = 0.2) -> None:
        """Let time pass and the scale send one frame."""
        self.clock.seconds += seconds
        if self.works and not self.manual and not self.scale.silent:
            work = self.works[-1]
            work.observer.notice(events.Live(role="uut", shown=self.scale.shown()))
            work.rested.set()
