"""The test of energy meters: inspection, no load, starting, all loads, register; again after an adjustment.

All meters have the same load at once. Each run of one load is a step of its own, so that it can be retaken.
What has a port is read by it: comparator, reference, pulses, registers; the rest a person keys.
"""

from fractions import Fraction
from math import ceil

from drivers.quantity import Quantity
from procedures.action import Wait
from procedures.energy_meters.comparing import Comparing
from procedures.energy_meters.observation import Comparison, MeterSheet, NoLoad, Registered, Starting
from procedures.energy_meters.pulses import PULSE, PulseCounters
from procedures.energy_meters.task import EnergyMeterTask, PlannedLoad, register_pulses, sections
from procedures.meters.register import Shown
from procedures.point import Conclusion, Phase, Reason
from procedures.run import Run
from procedures.subjects.judging import concluded, cut, phase_of, stated
from procedures.subjects.session import Session, Test, found_and_left
from procedures.surroundings import ROOM

_SECOND = Quantity("0.01", "s")
_AGAIN, _RECORD = "measure_again", "record"
_ATTEMPTS = 3


async def energy_meters(run: Run, task: EnergyMeterTask) -> Conclusion:
    """Test all meters of the task together.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """

    def begin(prefix: str) -> Test:
        return CompleteTest(run, task, prefix)

    phase, sheets, notices, as_found = await found_and_left(run, begin)
    return concluded(
        phase, sheets, task.rules, on=task.date, notices=(*task.notices, *notices), as_found=as_found
    )


class CompleteTest:
    """One complete test in one state."""

    def __init__(self, run: Run, task: EnergyMeterTask, prefix: str) -> None:
        """Begin with empty sheets."""
        self._run, self._task, self._prefix = run, task, prefix
        sheets = {one.id: MeterSheet(id=one.id, serial=one.serial) for one in task.tested}
        self._session = Session(run, sheets, task.judging.points, prefix)
        self._counters = PulseCounters(run, self._session)
        self._comparing = Comparing(run, task, self._session)
        self._conditions: dict[str, str] = {}

    async def whole(self) -> Phase:
        """Carry out all sections in the order of the rules."""
        await self._take_conditions()
        for section in sections(self._task.judging):
            match section:
                case "visual":
                    items = self._task.rules.visual.at(self._task.activity)
                    await self._session.visual(self._task.tested, items)
                case "no_load":
                    await self._no_load()
                case "starting":
                    await self._starting()
                case "accuracy":
                    for load in self._task.loads:
                        await self._load(load)
                case "register":
                    await self._register()
                case _:
                    pass
        task = self._task
        return phase_of(task.rules, task.judging.points(self._session.seen), task.planned)

    def sheets(self) -> tuple[MeterSheet, ...]:
        """Of all meters."""
        return self._session.seen

    def notices(self) -> tuple[Reason, ...]:
        """Conditions, odd rows, and where the readings come from."""
        conditions = Reason(
            code="test_conditions", facts={"conditions": ", ".join(self._conditions.values())}
        )
        odd = self._task.judging.notices(self._session.seen)
        return (conditions, *odd, *self._session.notices())

    async def _take_conditions(self) -> None:
        async with self._run.series(f"{self._prefix}conditions"), self._run.step("conditions"):
            warmth, _ = await self._session.state("ambient_temperature", ROOM)
            self._conditions = {"ambient_temperature": str(warmth)}
            await self._counters.find(self._task.tested)
            await self._comparing.find()

    async def _no_load(self) -> None:
        async with self._run.series(f"{self._prefix}no_load"), self._run.step("no_load"):
            await self._comparing.set_load(Quantity(0, "A"))
            least = self._task.judging.no_load_seconds()
            duration = Quantity(-(-least.numerator // least.denominator), "s")
            starts = await self._counters.counts()
            await self._run.instruct(Wait(duration=duration, purpose="no_load"))
            ends = await self._counters.counts(starts)
            for meter in self._task.tested:
                counted, paths = await self._pulses("no_load_pulses", meter.id, starts, ends)
                row = NoLoad(duration=duration, pulses=counted.value, readings=paths)
                self._session.change(meter.id, no_load=row)
            await self._session.report("no_load")

    async def _pulses(
        self, question: str, meter: str, starts: dict[str, Shown], ends: dict[str, Shown]
    ) -> tuple[Quantity, tuple[str, ...]]:
        """How many pulses a meter gave: between two readings of its counter, or as a person counted."""
        if meter in starts:
            return ends[meter].value - starts[meter].value, (starts[meter].path, ends[meter].path)
        return await self._session.key(question, PULSE, least=PULSE * 0, meter=meter), ()

    async def _starting(self) -> None:
        judging = self._task.judging
        current = judging.starting_current() or Fraction(0)
        longest, wanted = cut(judging.spacing(current), "s", 2), judging.rules.starting.pulses
        async with self._run.series(f"{self._prefix}starting"), self._run.step("starting"):
            await self._counters.begin()
            await self._comparing.set_load(stated(current, "A"))
            rows = await self._counters.starting(longest, wanted)
            for meter in self._task.tested:
                row = rows.get(meter.id) or await self._watched_starting(meter.id, longest, wanted)
                self._session.change(meter.id, starting=row)
            await self._session.report("starting")

    async def _watched_starting(self, meter: str, longest: Quantity, wanted: int) -> Starting:
        """A person looks at the meter with a stop watch."""
        times: list[Quantity] = []
        while len(times) < wanted:
            facts = {"meter": meter, "number": str(len(times) + 1), "longest": str(longest)}
            time = await self._session.key("starting_interval", _SECOND, least=_SECOND * 0, **facts)
            if time.value <= 0:  # none came
                return Starting(intervals=tuple(times), waited=longest + _SECOND)
            times.append(time)
        return Starting(intervals=tuple(times))

    async def _load(self, load: PlannedLoad) -> None:
        async with self._run.series(f"{self._prefix}accuracy/{load.name}"):
            await self._comparing.set_load(load.current, load.power_factor, load.phases)
            for number in range(1, self._task.runs + 1):
                async with self._run.step(str(number)):
                    rows = await self._rows(load)
                    for meter, row in rows.items():
                        before = self._session.sheets[meter].comparison
                        self._session.change(meter, comparison=(*before, row))
                    await self._session.report("accuracy")

    async def _rows(self, load: PlannedLoad) -> dict[str, Comparison]:
        """One run of all meters; an error that nobody believes may be measured again."""
        judging = self._task.judging
        beyond = judging.rules.methods.implausible
        for attempt in range(1, _ATTEMPTS + 1):
            rows = await self._comparing.compared(load)
            sheets = [MeterSheet(id=meter, comparison=(row,)) for meter, row in rows.items()]
            errors = {one.point.subject: one.point.error for one in judging.points(sheets)}
            wild = {meter: error for meter, error in errors.items() if error and abs(error.value) > beyond}
            if not wild or attempt == _ATTEMPTS:
                break
            facts = {"meters": ", ".join(wild), "limit": f"{beyond} %", "load": load.name}
            if await self._session.chosen("implausible_error", (_AGAIN, _RECORD), **facts) == _RECORD:
                break
        return rows

    async def _register(self) -> None:
        task = self._task
        pulses = register_pulses(task)
        planned = stated(Fraction(pulses) * 1000 / Fraction(task.uut.constant), "Wh", 3)
        async with self._run.series(f"{self._prefix}register"), self._run.step("register"):
            highest = max(task.loads, key=lambda load: load.power)
            await self._comparing.set_load(Quantity(0, "A"))
            before = {one.id: await self._comparing.register(one.id, planned) for one in task.tested}
            starts = await self._counters.counts()
            await self._comparing.set_load(highest.current, highest.power_factor, highest.phases)
            seconds = Fraction(planned.value) * 3600 / Fraction(highest.power.to("W").value)
            await self._run.instruct(Wait(duration=Quantity(ceil(seconds), "s"), purpose="register"))
            await self._comparing.set_load(Quantity(0, "A"))
            ends = await self._counters.counts(starts)
            for meter, start in before.items():
                end = await self._comparing.register(meter, planned, start)
                counted, paths = await self._pulses("register_pulses", meter, starts, ends)
                row = Registered(
                    start=start.value,
                    end=end.value,
                    pulses=counted.value,
                    readings=(start.path, end.path, *paths),
                )
                self._session.change(meter, register=row)
            await self._session.report("register")
