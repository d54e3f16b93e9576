"""The test of a capacity measure: inspection, fillings, once more after an adjustment.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`.
"""

from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import FillVessel
from procedures.adjustment import adjusted
from procedures.capacity_measures.assessment import assess, observation_notices
from procedures.capacity_measures.case import budgets_in
from procedures.capacity_measures.observation import Filling, Observations
from procedures.capacity_measures.task import CapacityMeasureTask
from procedures.explanation import with_uncertainty
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.reference_standard import corrected
from procedures.run import Run
from procedures.scales.conclusion import conclude
from procedures.surroundings import AIR_PRESSURE, HUMIDITY, ROOM
from procedures.vessels.judging import MOST_APART
from procedures.vessels.pouring import Pouring
from procedures.vessels.reader import Reader
from procedures.vessels.static_budget import Knowledge
from procedures.water_meters.observation import Air, Weighed

UUT: Final = "uut"
_GRAM: Final = Quantity("0.001", "kg")
_MILLILITRE: Final = Quantity(1, "mL")


async def capacity_measures(run: Run, task: CapacityMeasureTask) -> Conclusion:
    """Test a measure; one that fails may be adjusted once and is then tested again from the beginning.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    test = _Test(run, task)
    phase, as_found = await test.whole(), None
    notices = test.notices()
    if phase.verdict.outcome is Outcome.DOES_NOT_CONFORM and await adjusted(run, phase):
        test = _Test(run, task, prefix="as_left/")
        as_found, phase = phase, await test.whole()
        notices += test.notices()
    return conclude(
        phase,
        on=task.date,
        years=task.rules.of_type(task.uut).validity_years,
        notices=(*task.notices, *notices),
        as_found=as_found,
    )


class _Test:
    """One complete test in one state."""

    def __init__(self, run: Run, task: CapacityMeasureTask, *, prefix: str = "") -> None:
        self.seen = Observations()
        self._run = run
        self._task = task
        self._prefix = prefix
        self._reader = Reader(run)
        self._pouring = Pouring(run, self._reader, task.rules.standards.drip_time)
        self._reported: set[str] = set()
        self._air: Air | None = None

    async def whole(self) -> Phase:
        task = self._task
        for section in task.rules.order:
            async with self._run.series(f"{self._prefix}{section}"):
                match section:
                    case "visual":
                        await self._visual()
                    case "accuracy":
                        await self._fillings()
                    case "repeatability":
                        async with self._run.step("range"):
                            await self._report(last=True)
        phase = assess(task.judging, self.seen, required=task.rules.order)
        return with_uncertainty(phase, budgets_in(task.judging, self.seen, Knowledge(line=task.uut.d)))

    def notices(self) -> tuple[Reason, ...]:
        return (*observation_notices(self._task.judging, self.seen), *self._reader.notices())

    async def _visual(self) -> None:
        async with self._run.step("visual"):
            items = self._task.rules.of_type(self._task.uut).visual_at(self._task.activity)
            found = await self._reader.inspected(items)
            self.seen = msgspec.structs.replace(self.seen, visual=found)
            await self._report()

    async def _fillings(self) -> None:
        async with self._run.step("wetting"):
            await self._pouring.wet(UUT, self._task.uut.nominal)
            if self._task.uut.method == "gravimetric" and self._task.uut.air_density is None:
                self._air = Air(
                    temperature=await self._reader.state("ambient_temperature", ROOM),
                    pressure=await self._reader.state("air_pressure", AIR_PRESSURE),
                    humidity=await self._reader.state("humidity", HUMIDITY),
                )
        for number in range(1, self._task.fillings + 1):
            async with self._run.step(str(number)):
                weigh = self._task.uut.method == "gravimetric"
                row = await (self._weighed() if weigh else self._poured())
                self.seen = msgspec.structs.replace(self.seen, filling=(*self.seen.filling, row))
                await self._report()

    async def _poured(self) -> Filling:
        task = self._task
        await self._pouring.empty(UUT, task.uut.nominal)
        row = Filling(poured=(await self._pouring.pour(task.standard, task.fills, UUT),))
        return await self._line(row)

    async def _weighed(self) -> Filling:
        nominal = self._task.uut.nominal
        await self._pouring.empty(UUT, nominal)
        empty = await self._reader.shown("scale", _GRAM)
        first = self._run.path()
        await self._run.instruct(FillVessel(vessel=UUT, volume=nominal))
        water = Quantity(nominal.to("L").value, "kg")
        apart = water * MOST_APART
        full = await self._reader.shown(
            "scale", _GRAM, least=empty + water - apart, most=empty + water + apart
        )
        scale = self._task.standard
        mass = corrected(scale, full) - corrected(scale, empty)
        weighed = Weighed(mass=mass, air_density=self._task.uut.air_density, air=self._air)
        return await self._line(Filling(weighed=weighed, readings=(first, self._run.path())))

    async def _line(self, row: Filling) -> Filling:
        task = self._task
        row = msgspec.structs.replace(row, uncertainty=task.uncertainty)
        return await self._pouring.read_line(row, UUT, task.uut.nominal, task.uut.d or _MILLILITRE)

    async def _report(self, *, last: bool = False) -> None:
        for point in assess(self._task.judging, self.seen).points:
            waits = point.section == "repeatability" and not last
            if not waits and point.label not in self._reported:
                self._reported.add(point.label)
                await self._run.report(point)
