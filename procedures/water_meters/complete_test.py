"""One complete test of the meters in one state: inspection, starting flow, then flow by flow and run by run.

A run is one delivery from standstill to standstill through all meters at once. It is a step of its own:
registers and standard are read before and after it, so that it can be retaken without the others.
"""

from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import Choice, Choose, DeliverVolume, SetFlow
from procedures.answers import inspected
from procedures.explanation import with_uncertainty
from procedures.meters.register import Shown
from procedures.point import Phase, Point, Reason
from procedures.reference_standard import corrected, error_at, volume_of
from procedures.run import Run, Watched
from procedures.surroundings import AIR_PRESSURE, HUMIDITY, LINE_PRESSURE, ROOM, WATER
from procedures.vessels.drip import drained
from procedures.water_meters.assessment import Judging, assess
from procedures.water_meters.budget import Knowledge, budgets_of
from procedures.water_meters.flow_log import FlowLog, flow_log
from procedures.water_meters.observation import (
    Air,
    Delivery,
    Mastered,
    Measured,
    Observations,
    Sheet,
    Weighed,
)
from procedures.water_meters.reader import BenchReader, mean_of
from procedures.water_meters.task import PlannedFlow, WaterMeterTask

FLOW: Final = "flow"
TEMPERATURE: Final = "water_temperature"

_GRAM: Final = Quantity("0.001", "kg")
_MILLILITRE: Final = Quantity("1", "mL")
_TENTH_LITRE: Final = Quantity("0.1", "L")
_MOST_RUNS: Final = 3
_ATTEMPTS: Final = 3


class CompleteTest:
    """Fills the observation sheets of all meters from a run."""

    def __init__(self, run: Run, task: WaterMeterTask, *, prefix: str = "") -> None:
        """Begin with empty sheets; `prefix` stands before the names of all series, `as_left/`."""
        self.task = task
        self.sheets = {meter.id: Sheet(id=meter.id, serial=meter.serial) for meter in task.meters}
        self._run = run
        self._prefix = prefix
        self._reader = BenchReader(run, task)
        self._reported: set[str] = set()
        self._conditions: dict[str, str] = {}
        self._air: Air | None = None

    @property
    def seen(self) -> Observations:
        """All sheets as they stand."""
        return Observations(meter=tuple(self.sheets.values()))

    async def whole(self) -> Phase:
        """Carry out all sections in the order of the rules."""
        required = self.task.rules.sections(self.task.uut, self.task.activity)
        await self._take_conditions()
        for section in required:
            match section:
                case "visual":
                    await self._visual()
                case "start_flow":
                    await self._start_flows()
                case "accuracy":
                    for planned in self.task.flows:
                        await self._flow(planned)
                case "same_sign":
                    pass  # follows from the runs
        task = self.task
        phase = assess(
            task.uut, task.rules, task.activity, self.seen, required=required, runs=task.rules.repeats.runs
        )
        judging = Judging(task.uut, task.rules, task.activity)
        phase = with_uncertainty(phase, budgets_of(judging, self.seen, Knowledge()))
        async with self._run.series(f"{self._prefix}conclusion"), self._run.step("signs"):
            await self._report(phase.points, "same_sign")
        return phase

    def notices(self) -> tuple[Reason, ...]:
        """Conditions, and where the readings come from."""
        return (Reason(code="conditions", facts=self._conditions), *self._reader.notices())

    async def _take_conditions(self) -> None:
        async with self._run.series(f"{self._prefix}conditions"), self._run.step("conditions"):
            pressure = await self._reader.state("pressure", LINE_PRESSURE)
            ambient = await self._reader.state("ambient_temperature", ROOM)
            self._conditions = {"pressure": str(pressure), "ambient_temperature": str(ambient)}
            if self.task.uut.method == "gravimetric" and self.task.uut.air_density is None:
                air = await self._reader.state("air_pressure", AIR_PRESSURE)
                humidity = await self._reader.state("humidity", HUMIDITY)
                self._air = Air(temperature=ambient, pressure=air, humidity=humidity)
                self._conditions |= {"air_pressure": str(air), "humidity": str(humidity)}

    async def _visual(self) -> None:
        async with self._run.series(f"{self._prefix}visual"):
            for meter in self.task.meters:
                async with self._run.step(meter.id):
                    name = f"{meter.id} {meter.serial}".rstrip()
                    found = await inspected(self._run, self.task.visual, name)
                    self._change(meter.id, visual=found)
                    await self._report(self._points(), "visual")

    async def _start_flows(self) -> None:
        async with self._run.series(f"{self._prefix}start_flow"):
            for meter in self.task.meters:
                async with self._run.step(meter.id):
                    found = await self._reader.key("start_flow", Quantity("0.1", "L/h"), meter=meter.id)
                    self._change(meter.id, start_flow=found)
                    await self._report(self._points(), "start_flow")

    async def _flow(self, planned: PlannedFlow) -> None:
        """Each run once; where one run alone does not decide, as often as the rules ask for."""
        made_up = self.task.rules.repeats.rule == "two_of_three"
        async with self._run.series(f"{self._prefix}accuracy/{planned.name}"):
            number, wanted = 0, self.task.runs
            while number < wanted:
                number += 1
                async with self._run.step(str(number)):
                    for meter, row in (await self._delivery(planned)).items():
                        self._change(meter, delivery=(*self.sheets[meter].delivery, row))
                    if made_up and self._undecided(planned):
                        wanted = max(wanted, _MOST_RUNS)
                    if not made_up or number == wanted:
                        await self._report(self._points(), f"accuracy/*/{planned.name}")

    def _undecided(self, planned: PlannedFlow) -> bool:
        return any(
            point.reason == "repeats_missing" and f"/{planned.name}/" in point.label
            for point in self._points()
        )

    async def _delivery(self, planned: PlannedFlow) -> dict[str, Delivery]:
        """One run through all meters; a flow outside its band may be run again."""
        for attempt in range(1, _ATTEMPTS + 1):
            rows, log = await self._delivered(planned)
            band = next(
                flow for flow in self.task.rules.flows[self.task.uut.marking] if flow.name == planned.name
            )
            inside = band.band(self.task.rules.rates(self.task.uut)).holds_all(log.steady)
            if (inside and not log.faults) or attempt == _ATTEMPTS:
                break
            facts = {"flow": str(log.mean or "—"), "lower": str(planned.lower), "upper": str(planned.upper)}
            question = Choose(question="flow_outside_band", choices=("measure_again", "record"), facts=facts)
            if await self._run.ask(question) == Choice("record"):
                break
        return rows

    async def _delivered(self, planned: PlannedFlow) -> tuple[dict[str, Delivery], FlowLog]:
        await self._run.instruct(SetFlow(flow=planned.aim, lower=planned.lower, upper=planned.upper))
        standard = self.task.standard(planned.standard)
        if standard.kind == "vessel":
            drip = self.task.rules.drip(standard.nominal or planned.volume)
            await drained(self._run, standard.id, drip)
        empty = await self._standard_before(planned)
        starts = {meter.id: await self._register(meter.id, planned) for meter in self.task.meters}
        act = DeliverVolume(volume=planned.volume, flow=planned.aim, into=standard.id)
        steps = {FLOW: Quantity("0.1", "L/h"), TEMPERATURE: WATER.step}
        seen = await self._run.watched((FLOW, TEMPERATURE), act, steps=steps)
        path = self._run.path()
        ends = {
            meter.id: await self._register(meter.id, planned, starts[meter.id]) for meter in self.task.meters
        }
        log, temperature = await self._logged(planned, seen)
        common = msgspec.structs.replace(
            await self._standard_after(planned, empty, log),
            at=planned.name,
            flow=log.mean,
            flow_log=log.steady,
            faults=log.faults,
            temperature=temperature,
            uncertainty=planned.volume * (planned.uncertainty.value / 100),
        )
        rows = {
            meter: msgspec.structs.replace(
                common,
                start=starts[meter].value,
                end=end.value,
                readings=(starts[meter].path, path, end.path),
            )
            for meter, end in ends.items()
        }
        return rows, log

    async def _logged(
        self, planned: PlannedFlow, seen: dict[str, Watched]
    ) -> tuple[FlowLog, Quantity | None]:
        rules = self.task.rules
        of_test = next(flow for flow in rules.flows[self.task.uut.marking] if flow.name == planned.name)
        log = flow_log(seen[FLOW], of_test.band(rules.rates(self.task.uut)), rules.flow_log)
        shown = await self._reader.logged(TEMPERATURE, seen[TEMPERATURE], WATER)
        temperature = mean_of(shown, "°C")
        if temperature is None:
            log = FlowLog(log.mean, log.steady, (*log.faults, "temperature_not_logged"))
        return log, temperature

    async def _register(self, meter: str, planned: PlannedFlow, start: Shown | None = None) -> Shown:
        uut = self.task.uut
        return await self._reader.register(
            f"meter/{meter}", uut.d or _TENTH_LITRE, planned=planned.volume, pulse=uut.pulse, start=start
        )

    async def _master(self, planned: PlannedFlow, start: Shown | None = None) -> Shown:
        standard = self.task.standard(planned.standard)
        return await self._reader.register(
            "master", _TENTH_LITRE, planned=planned.volume, pulse=standard.pulse, start=start
        )

    async def _standard_before(self, planned: PlannedFlow) -> Shown | Quantity | None:
        match self.task.uut.method:
            case "volumetric":
                return None
            case "gravimetric":
                return await self._room_in_tank(planned)
            case "master":
                return await self._master(planned)

    async def _room_in_tank(self, planned: PlannedFlow) -> Quantity:
        """The scale before a run; a tank that would not hold the run is emptied first."""
        shown = await self._reader.mass("scale", _GRAM)
        standard = self.task.standard(planned.standard)
        litres = planned.volume.to("L").value
        full = standard.nominal is not None and shown + Quantity(litres, "kg") > standard.nominal
        if not full:
            return shown
        drip = self.task.rules.drip(planned.volume)
        await drained(self._run, standard.id, drip)
        return await self._reader.mass("scale", _GRAM)

    async def _standard_after(
        self, planned: PlannedFlow, before: Shown | Quantity | None, log: FlowLog
    ) -> Delivery:
        standard = self.task.standard(planned.standard)
        if isinstance(before, Quantity):
            after_it = await self._reader.mass("scale", _GRAM)
            mass = corrected(standard, after_it) - corrected(standard, before)
            weighed = Weighed(mass=mass, air_density=self.task.uut.air_density, air=self._air)
            return Delivery(weighed=weighed)
        if before is not None:
            after = await self._master(planned, before)
            error = error_at(standard, log.mean or planned.aim)
            return Delivery(master=Mastered(volume=after.value - before.value, error=error))
        nominal = standard.nominal or planned.volume
        step = standard.scale_interval or _MILLILITRE
        deviation = await self._reader.key("vessel_reading", step, vessel=standard.id, volume=str(nominal))
        inside = await self._reader.state("vessel_temperature", WATER)
        measured = Measured(
            volume=volume_of(standard) or nominal,
            deviation=deviation,
            temperature=inside,
            reference_temperature=standard.reference_temperature,
            expansion=standard.expansion,
            material=standard.material,
        )
        return Delivery(vessel=measured)

    def _change(self, meter: str, **changes: object) -> None:
        self.sheets[meter] = msgspec.structs.replace(self.sheets[meter], **changes)

    def _points(self) -> tuple[Point, ...]:
        return assess(self.task.uut, self.task.rules, self.task.activity, self.seen).points

    async def _report(self, points: tuple[Point, ...], which: str) -> None:
        """Report the points of a section, or of one flow of it, that were not reported yet."""
        section, _, rest = which.partition("/")
        flow = rest.rpartition("/")[2]
        for point in points:
            wanted = point.section == section and (not flow or f"/{flow}/" in point.label)
            if wanted and point.label not in self._reported:
                self._reported.add(point.label)
                await self._run.report(point)
