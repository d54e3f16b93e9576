"""The test of energy meters: inspection, no load, starting, all loads, register; again after an adjustment.

All meters have the same load at once. Each run of one load is a step of its own, so that it can be retaken.
"""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import msgspec

from drivers.quantity import Quantity
from procedures.action import CountPulses, SetLoad, Wait
from procedures.energy_meters.observation import Comparison, MeterSheet, NoLoad, Registered, Starting
from procedures.energy_meters.task import EnergyMeterTask, PlannedLoad, register_pulses, sections
from procedures.point import Conclusion, Phase, Reason
from procedures.reference_standard import nearest
from procedures.run import Run
from procedures.subjects.judging import concluded, cut, phase_of, stated
from procedures.subjects.session import Session, Test, found_and_left

_PULSE = Quantity("1", "pcs")
_PERCENT = Quantity("0.01", "%")
_SECOND = Quantity("0.01", "s")
_WATT = Quantity("0.1", "W")
_WATT_HOUR = Quantity("0.001", "Wh")
_CELSIUS = Quantity("0.1", "°C")
_AGAIN, _RECORD = "measure_again", "record"
_ATTEMPTS = 3
_HALF = Decimal("0.5")


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
        self._conditions: dict[str, str] = {}

    async def whole(self) -> Phase:
        """Carry out all sections in the order of the rules."""
        await self._take_conditions()
        for section in sections(self._task.judging):
            match section:
                case "visual":
                    await self._session.visual(self._task.tested, self._task.rules.visual.items)
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
            warmth, _ = await self._session.reading("ambient_temperature", _CELSIUS)
            self._conditions = {"ambient_temperature": str(warmth)}

    async def _set(self, current: Quantity, power_factor: str = "1", phases: str = "all") -> None:
        voltage = self._task.uut.voltage or Quantity(0, "V")
        await self._run.instruct(
            SetLoad(voltage=voltage, current=current, power_factor=power_factor, phases=phases)
        )

    async def _no_load(self) -> None:
        async with self._run.series(f"{self._prefix}no_load"), self._run.step("no_load"):
            await self._set(Quantity(0, "A"))
            least = self._task.judging.no_load_seconds()
            duration = Quantity(-(-least.numerator // least.denominator), "s")
            await self._run.instruct(Wait(duration=duration, purpose="no_load"))
            for meter in self._task.tested:
                seen = await self._session.key("no_load_pulses", _PULSE, meter=meter.id)
                self._session.change(meter.id, no_load=NoLoad(duration=duration, pulses=seen.value))
            await self._session.report("no_load")

    async def _starting(self) -> None:
        judging = self._task.judging
        current = judging.starting_current() or Fraction(0)
        longest = cut(judging.spacing(current), "s", 2)
        async with self._run.series(f"{self._prefix}starting"), self._run.step("starting"):
            await self._set(stated(current, "A"))
            for meter in self._task.tested:
                times: list[Quantity] = []
                waited = None
                while len(times) < judging.rules.starting.pulses and waited is None:
                    number = str(len(times) + 1)
                    facts = {"meter": meter.id, "number": number, "longest": str(longest)}
                    time = await self._session.key("starting_interval", _SECOND, **facts)
                    if time.value > 0:
                        times.append(time)
                    else:  # none came
                        waited = longest + _SECOND
                row = Starting(intervals=tuple(times), waited=waited)
                self._session.change(meter.id, starting=row)
            await self._session.report("starting")

    async def _load(self, load: PlannedLoad) -> None:
        async with self._run.series(f"{self._prefix}accuracy/{load.name}"):
            await self._set(load.current, load.power_factor, load.phases)
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
            rows = await self._compared(load)
            sheets = [MeterSheet(id=meter, comparison=(row,)) for meter, row in rows.items()]
            errors = {one.point.subject: one.point.error for one in judging.points(sheets)}
            wild = {meter: error for meter, error in errors.items() if error and abs(error.value) > beyond}
            if not wild or attempt == _ATTEMPTS:
                break
            facts = {"meters": ", ".join(wild), "limit": f"{beyond} %", "load": load.name}
            if await self._session.chosen("implausible_error", (_AGAIN, _RECORD), **facts) == _RECORD:
                break
        return rows

    async def _compared(self, load: PlannedLoad) -> dict[str, Comparison]:
        line = nearest(self._task.standard(load.standard), load.current)
        known = Quantity(0, "%") if line is None or line[0].unit != "%" else line[0]
        common = Comparison(
            at=load.name,
            current=load.current,
            power_factor=load.power_factor,
            phases=load.phases,
            uncertainty=load.uncertainty,
            reference_error=known,
        )
        match self._task.uut.method:
            case "pulses":
                return await self._by_pulses(load, common)
            case "comparator":
                return await self._by_comparator(load, common)
            case "power_time":
                return await self._by_time(load, common)
            case "dosage":
                return await self._by_dose(load, common)

    async def _by_pulses(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        await self._run.instruct(CountPulses(pulses=load.pulses, duration=load.duration))
        rows = {}
        for meter in self._task.tested:
            counted, path = await self._session.reading(f"counter/{meter.id}", _PULSE)
            rows[meter.id] = _with(
                common,
                pulses=Decimal(load.pulses),
                reference_pulses=counted.value,
                reference_constant=self._task.uut.reference_constant,
                readings=(path,),
            )
        return rows

    async def _by_comparator(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        await self._run.instruct(CountPulses(pulses=load.pulses, duration=load.duration))
        rows = {}
        for meter in self._task.tested:
            shown, path = await self._session.reading(f"comparator/{meter.id}", _PERCENT, channel="error")
            rows[meter.id] = _with(common, shown=shown, readings=(path,))
        return rows

    async def _by_time(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        rows = {}
        for meter in self._task.tested:
            before, first = await self._session.reading("power", _WATT, channel="active_power")
            facts = {"meter": meter.id, "pulses": str(load.pulses)}
            time = await self._session.key("turn_time", _SECOND, **facts)
            after, last = await self._session.reading("power", _WATT, channel="active_power")
            mean = (before + after.to(before.unit)) * _HALF
            allowed = mean * self._task.rules.methods.steady_share
            faults = ("power_not_steady",) if abs(after - before) > allowed else ()
            rows[meter.id] = _with(
                common,
                pulses=Decimal(load.pulses),
                power=mean,
                time=time,
                faults=faults,
                readings=(first, last),
            )
        return rows

    async def _by_dose(self, load: PlannedLoad, common: Comparison) -> dict[str, Comparison]:
        step = self._task.uut.d or _WATT_HOUR
        begun, first = await self._session.reading("reference", _WATT_HOUR, channel="energy")
        starts = {
            meter.id: await self._session.reading(f"meter/{meter.id}", step) for meter in self._task.tested
        }
        await self._run.instruct(Wait(duration=load.duration, purpose="dose"))
        ended, last = await self._session.reading("reference", _WATT_HOUR, channel="energy", least=begun)
        rows = {}
        for meter, (start, path) in starts.items():
            end, there = await self._session.reading(f"meter/{meter}", step, least=start)
            rows[meter] = _with(
                common,
                start=start,
                end=end,
                reference_energy=ended - begun,
                readings=(first, path, last, there),
            )
        return rows

    async def _register(self) -> None:
        task = self._task
        step = task.uut.d or _WATT_HOUR
        pulses = register_pulses(task)
        async with self._run.series(f"{self._prefix}register"), self._run.step("register"):
            highest = max(task.loads, key=lambda load: load.power)
            await self._set(Quantity(0, "A"))
            starts = {
                meter.id: await self._session.reading(f"meter/{meter.id}", step) for meter in task.tested
            }
            await self._set(highest.current, highest.power_factor, highest.phases)
            seconds = Fraction(pulses) * 3_600_000 / Fraction(task.uut.constant)
            duration = Quantity(ceil(seconds / Fraction(highest.power.to("W").value)), "s")
            await self._run.instruct(Wait(duration=duration, purpose="register"))
            await self._set(Quantity(0, "A"))
            for meter, (start, path) in starts.items():
                end, last = await self._session.reading(f"meter/{meter}", step, least=start)
                counted = await self._session.key("register_pulses", _PULSE, meter=meter)
                row = Registered(start=start, end=end, pulses=counted.value, readings=(path, last))
                self._session.change(meter, register=row)
            await self._session.report("register")


def _with(row: Comparison, **entries: object) -> Comparison:
    return msgspec.structs.replace(row, **entries)
