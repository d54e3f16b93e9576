"""The test of a tank truck: inspection, then compartment by compartment; once more after an adjustment.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`. A
compartment is a series of its own: a crash costs its fillings and no other's.
"""

from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.action import FillVessel
from procedures.adjustment import adjusted
from procedures.explanation import with_uncertainty
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.run import Run
from procedures.tank_trucks.assessment import assess
from procedures.tank_trucks.case import budgets_in
from procedures.tank_trucks.conclusion import conclude, observation_notices
from procedures.tank_trucks.observation import Filling, Observations, Raised, Sheet
from procedures.tank_trucks.task import PlannedFilling, TankTruckTask
from procedures.vessels.pouring import Pouring
from procedures.vessels.reader import Reader
from procedures.vessels.static_budget import Knowledge

_MILLIMETRE: Final = Quantity(1, "mm")
_LITRE: Final = Quantity("0.1", "L")
_AGAIN, _RECORD = "measure_again", "record"
_ATTEMPTS: Final = 3


async def tank_trucks(run: Run, task: TankTruckTask) -> Conclusion:
    """Test all compartments; when one fails its mark may be set anew once, then all are tested again.

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
        task.judging, phase, test.seen, on=task.date, notices=(*task.notices, *notices), as_found=as_found
    )


class _Test:
    """One complete test in one state."""

    def __init__(self, run: Run, task: TankTruckTask, *, prefix: str = "") -> None:
        self._run = run
        self._task = task
        self._prefix = prefix
        self._reader = Reader(run)
        self._pouring = Pouring(run, self._reader, task.rules.standards.drip_time)
        self._visual: dict[str, bool] = {}
        self._sheets: dict[str, Sheet] = {}
        self._reported: set[str] = set()

    @property
    def seen(self) -> Observations:
        return Observations(visual=self._visual, compartment=tuple(self._sheets.values()))

    async def whole(self) -> Phase:
        task = self._task
        if "visual" in task.rules.order:
            async with self._run.series(f"{self._prefix}visual"), self._run.step("visual"):
                self._visual = await self._reader.inspected(task.rules.visual.at(task.activity))
                await self._report()
        for planned in task.plan:
            async with self._run.series(f"{self._prefix}compartment/{planned.compartment}"):
                await self._compartment(planned)
        phase = assess(task.judging, self.seen, required=task.rules.order)
        return with_uncertainty(phase, budgets_in(task.judging, self.seen, Knowledge(line=_LITRE)))

    def notices(self) -> tuple[Reason, ...]:
        return (*observation_notices(self._task.judging, self.seen), *self._reader.notices())

    async def _compartment(self, planned: PlannedFilling) -> None:
        name, rules = planned.compartment, self._task.rules
        sheet = self._sheets[name] = Sheet(id=name)
        if "dimensions" in rules.order:
            async with self._run.step("dimensions"):
                sheet = self._keep(sheet, dimensions=await self._dimensions(name))
                await self._report()
        for number in range(1, rules.fillings + 1):
            async with self._run.step(str(number)):
                sheet = self._keep(sheet, filling=(*sheet.filling, await self._fill(planned)))
                await self._report()
        if "sensitivity" in rules.order:
            async with self._run.step("sensitivity"):
                added = rules.sensitivity.added
                await self._run.instruct(FillVessel(vessel=_named(name), volume=added))
                rise = await self._reader.keyed(
                    "level_rise", _MILLIMETRE, least=_MILLIMETRE * 0, compartment=name, volume=str(added)
                )
                self._keep(sheet, sensitivity=(Raised(added=added, rise=rise),))
                await self._report()

    async def _dimensions(self, compartment: str) -> dict[str, Quantity]:
        plate, found = self._task.rules.plate, {}
        for names, step in ((plate.lengths, _MILLIMETRE), (plate.volumes, _LITRE)):
            for name in names:
                found[name] = await self._reader.keyed(
                    "tank_dimension", step, least=step * 0, compartment=compartment, dimension=name
                )
        return found

    async def _fill(self, planned: PlannedFilling) -> Filling:
        """One filling; one that decides nothing may be done again."""
        for attempt in range(1, _ATTEMPTS + 1):
            row = await self._filled(planned)
            if not row.faults or attempt == _ATTEMPTS:
                break
            facts = {"compartment": planned.compartment, "reason": row.faults[0]}
            if await self._reader.chosen("filling_faulty", (_AGAIN, _RECORD), **facts) == _RECORD:
                break
        return row

    async def _filled(self, planned: PlannedFilling) -> Filling:
        task, name = self._task, planned.compartment
        vessel = _named(name)
        pours = [(task.standard(one.standard), one.fills) for one in planned.pours]
        await self._pouring.empty(vessel, planned.nominal)
        flow = task.uut.filling_flow
        if task.uut.method == "master" and flow is not None:
            entered, faults = await self._pouring.let_in(
                pours[0][0], planned.nominal, flow, vessel, task.rules.flow_log
            )
            row = Filling(metered=(entered,), faults=faults, readings=(self._run.path(),))
        else:
            poured = [await self._pouring.pour(standard, fills, vessel) for standard, fills in pours]
            row = Filling(poured=tuple(poured))
        row = msgspec.structs.replace(row, uncertainty=planned.uncertainty)
        return await self._pouring.read_line(row, vessel, planned.nominal, _LITRE)

    def _keep(self, sheet: Sheet, **changes: object) -> Sheet:
        self._sheets[sheet.id] = found = msgspec.structs.replace(sheet, **changes)
        return found

    async def _report(self) -> None:
        for point in assess(self._task.judging, self.seen).points:
            if point.label not in self._reported:
                self._reported.add(point.label)
                await self._run.report(point)


def _named(compartment: str) -> str:
    """The compartment as a prompt names it, an id that has its word like a role."""
    return f"compartment/{compartment}"
