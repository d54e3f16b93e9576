"""The test of a mechanical scale: every reading is taken by eye and keyed, and stays marked as such.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`.
"""

from dataclasses import dataclass, field

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from procedures.action import AddSmallWeights, Choice, Choose, PlaceLoad, RemoveLoad, SetZero
from procedures.adjustment import adjusted
from procedures.answers import chosen, inspected
from procedures.errors import ProcedureError
from procedures.explanation import with_uncertainty
from procedures.mechanical_scales.assessment import RANGE, assess, required_sections
from procedures.mechanical_scales.budget import MechanicalBudgets
from procedures.mechanical_scales.observation import Eccentric, Observations, Sensed, Weighing
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import Section
from procedures.mechanical_scales.task import MechanicalScaleTask
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.run import Run
from procedures.scales.conclusion import conclude
from procedures.scales.task import PlannedLoad
from procedures.surroundings import HUMIDITY, ROOM, Surroundings

_UUT = "uut"
_ATTEMPTS = 5


async def mechanical_scales(run: Run, task: MechanicalScaleTask) -> Conclusion:
    """Test a scale; one that fails may be adjusted once and is then tested again from the beginning.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    around = Surroundings(run)
    conditions = await _conditions(run, around)
    found = await _Test(run, task).whole()
    deciding, as_found = found, None
    if found.verdict.outcome is Outcome.DOES_NOT_CONFORM and await adjusted(run, found):
        deciding, as_found = await _Test(run, task, "as_left/").whole(), found
    keyed = sum(len(point.readings) for phase in (deciding, as_found) if phase for point in phase.points)
    keyed += sum(one.origin is Origin.MANUAL for one in conditions)
    manual = Reason(code="manual_readings", facts={"count": str(keyed)})
    told = ", ".join(str(one.indication) for one in conditions)
    state = Reason(code="test_conditions", facts={"conditions": told})
    return conclude(
        deciding,
        on=task.date,
        years=task.rules.validity_years,
        notices=(*task.notices, state, *around.notices(), manual),
        as_found=as_found,
    )


async def _conditions(run: Run, around: Surroundings) -> list[Reading]:
    """Temperature and humidity, which every observation sheet (cerapan) has; they decide nothing."""
    found = []
    async with run.series("conditions"):
        for role, state in (("ambient_temperature", ROOM), ("humidity", HUMIDITY)):
            async with run.step(role):
                found.append(await around.taken(role, state))
    return found


@dataclass
class _Test:
    """One complete test in one state."""

    run: Run
    task: MechanicalScaleTask
    prefix: str = ""
    seen: Observations = field(default_factory=Observations)
    _reported: set[str] = field(default_factory=set)

    async def whole(self) -> Phase:
        task = self.task
        required = required_sections(task.scale, task.rules)
        for section in required:
            async with self.run.series(f"{self.prefix}{section}"):
                await self._section(section)
        phase = assess(task.scale, task.rules, task.activity, self.seen, required=required)
        return with_uncertainty(phase, MechanicalBudgets.of_task(task, self.seen).of_points())

    async def _section(self, section: Section) -> None:
        match section:
            case "visual":
                await self._visual()
            case "balance":
                await self._balance()
            case "sensitivity":
                await self._sensitivity()
            case "eccentricity":
                if self.task.eccentricity is not None:
                    await self._eccentricity(self.task.eccentricity)
            case "accuracy":
                await self._weighings("accuracy", {str(one.load): one for one in self.task.accuracy})
            case "repeatability":
                numbers = range(1, self.task.weighings + 1)
                same = {str(number): self.task.repeatability for number in numbers}
                await self._weighings("repeatability", same)
                await self._report(last=True)

    async def _weighings(self, section: str, loads: dict[str, PlannedLoad]) -> None:
        for name, planned in loads.items():
            async with self.run.step(name):
                await self._keep(section, await self._weigh(planned))

    async def _eccentricity(self, planned: PlannedLoad) -> None:
        for position in self.task.positions:
            async with self.run.step(position):
                row = await self._weigh(planned, position)
                shifted = Eccentric(**msgspec.structs.asdict(row), position=position)
                await self._keep("eccentricity", shifted)

    async def _visual(self) -> None:
        async with self.run.step("visual"):
            found = await inspected(self.run, self.task.visual)
            self.seen = msgspec.structs.replace(self.seen, visual=found)
            await self._report()

    async def _balance(self) -> None:
        async with self.run.step("balance"):
            await self.run.instruct(RemoveLoad())
            await self.run.instruct(SetZero())
            yes = await chosen(self.run, "balance", ("balanced", "not_balanced")) == "balanced"
            self.seen = msgspec.structs.replace(self.seen, balanced=yes)
            await self._report()

    async def _sensitivity(self) -> None:
        permitted = Permitted(self.task.scale, self.task.rules, self.task.activity)
        for planned in self.task.sensitivity:
            async with self.run.step(str(planned.load)):
                await self.run.instruct(_placed(planned))
                extra = permitted.extra_load(planned.load)
                await self.run.instruct(AddSmallWeights(step=extra, total=extra))
                moved = await chosen(self.run, "sensitivity", ("moved", "did_not_move")) == "moved"
                await self._keep("sensitivity", Sensed(load=planned.load, extra=extra, moved=moved))

    async def _weigh(self, planned: PlannedLoad, position: str = "centre") -> Weighing:
        task = self.task
        for _ in range(_ATTEMPTS):
            await self.run.instruct(_placed(planned, position))
            step = task.scale.d or task.e
            reading = await self.run.settled(_UUT, expect=planned.load, step=step)
            if reading.origin is not Origin.MANUAL:
                raise ProcedureError(
                    "mechanical_scales.not_by_eye",
                    "A mechanical scale has no port, but {instrument} gave the reading.",
                    'Use driver = "manual" for the role uut.',
                    instrument=reading.instrument,
                )
            shown = reading.indication
            if shown.dimension == "mass" and (
                _near(shown, planned.load) or await self._confirmed(shown, planned.load)
            ):
                return Weighing(load=planned.load, indication=shown, readings=(self.run.path(),))
        raise ProcedureError(
            "scales.no_reading_accepted",
            "No reading at {load} was accepted in {attempts} attempts.",
            "Check the load, the weights and whether this is the right instrument.",
            load=str(planned.load),
            attempts=str(_ATTEMPTS),
        )

    async def _confirmed(self, shown: Quantity, load: Quantity) -> bool:
        facts = {"expected": str(load), "indication": str(shown)}
        choices = ("measure_again", "record")
        question = Choose(question="unexpected_indication", choices=choices, facts=facts)
        return await self.run.ask(question) == Choice("record")

    async def _keep(self, section: str, row: msgspec.Struct) -> None:
        self.seen = msgspec.structs.replace(self.seen, **{section: (*getattr(self.seen, section), row)})
        await self._report()

    async def _report(self, *, last: bool = False) -> None:
        """Report what is decided and was not yet; the range waits for its last weighing."""
        task = self.task
        for point in assess(task.scale, task.rules, task.activity, self.seen).points:
            if point.label not in self._reported and (last or point.label != RANGE):
                self._reported.add(point.label)
                await self.run.report(point)


def _placed(planned: PlannedLoad, position: str = "centre") -> PlaceLoad:
    return PlaceLoad(load=planned.load, weights=planned.weights, position=position, unload_first=True)


def _near(shown: Quantity, load: Quantity) -> bool:
    """Within a tenth: a slip of the finger must not become the point."""
    return abs(shown.to(load.unit) - load) * 10 <= load
