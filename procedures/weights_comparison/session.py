"""One session at the comparator: the air, the checklist, then series of cycles, one weighing after the other.

A cycle is a step of its own, so that it can be retaken without the others. An indication that cannot be of
the weight that was asked for is asked about before it is recorded.
"""

from typing import Final

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading, Stability
from procedures.action import Choice, Choose, PlaceWeight
from procedures.answers import inspected
from procedures.errors import ProcedureError
from procedures.point import Point, Reason
from procedures.run import Run
from procedures.surroundings import AIR_PRESSURE, HUMIDITY, ROOM, Surroundings
from procedures.weights_comparison.assessment import assess
from procedures.weights_comparison.difference import order
from procedures.weights_comparison.mass import milligrams
from procedures.weights_comparison.observation import Air, Comparison, Observations, Sensed
from procedures.weights_comparison.task import PlannedComparison, WeightsTask

COMPARATOR: Final = "comparator"
_REFERENCE: Final = "reference"
_ATTEMPTS: Final = 3
_AIR: Final = {
    "temperature": ("ambient_temperature", ROOM),
    "pressure": ("air_pressure", AIR_PRESSURE),
    "humidity": ("humidity", HUMIDITY),
}
_PLAUSIBLE_LIMITS: Final = 20
"""so many limits a weight may be wrong by before somebody is asked whether it is the right one"""


class Session:
    """Fills an observation sheet from a run."""

    def __init__(self, run: Run, task: WeightsTask, *, prefix: str = "") -> None:
        """Begin with an empty sheet; `prefix` stands before the names of all series, `as_left/`."""
        self.seen = Observations()
        self._run = run
        self._task = task
        self._prefix = prefix
        self._air: Air | None = None
        self._around = Surroundings(run)
        self._reported: set[str] = set()
        self._keyed = 0
        self._inferred = 0

    async def whole(self, wanted: tuple[str, ...]) -> Observations:
        """Carry out all sections for these weights.

        Raises:
            ProcedureError: nothing acceptable was read.
        """
        if self._task.uut.air_density is None:
            await self._conditions()
        for section in self._task.rules.order:
            match section:
                case "visual":
                    await self._visual(wanted)
                case "accuracy":
                    for planned in self._task.comparisons:
                        if set(planned.weights) <= set(wanted):
                            await self._comparison(planned)
        return self.seen

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about the readings."""
        counts = {"manual_readings": self._keyed, "stability_inferred": self._inferred}
        counted = (Reason(code=code, facts={"count": str(count)}) for code, count in counts.items() if count)
        return (*self._around.notices(), *counted)

    async def _conditions(self) -> None:
        async with self._run.series(f"{self._prefix}conditions"):
            found: dict[str, Quantity] = {}
            for name, (role, state) in _AIR.items():
                async with self._run.step(role):
                    found[name] = self._noted(await self._around.taken(role, state)).indication
            self._air = Air(**found)

    async def _visual(self, wanted: tuple[str, ...]) -> None:
        """All weights at once; where a line fails, weight by weight."""
        items = self._task.visual
        async with self._run.series(f"{self._prefix}visual"):
            async with self._run.step("set"):
                found = await inspected(self._run, items)
            failing = tuple(item for item in items if not found[item])
            sound = {item: True for item in items if found[item]}
            self.seen = msgspec.structs.replace(self.seen, visual=sound)
            for name in wanted if failing else ():
                async with self._run.step(name):
                    of_weight = await inspected(self._run, failing, name)
                self.seen = msgspec.structs.replace(
                    self.seen, visual_of={**self.seen.visual_of, name: of_weight}
                )
            async with self._run.step("visual"):
                await self._report()

    async def _comparison(self, planned: PlannedComparison) -> None:
        uut = self._task.uut
        async with self._run.series(f"{self._prefix}accuracy/{planned.weights[0]}"):
            cycles: list[tuple[Quantity, ...]] = []
            paths: list[str] = []
            for number in range(1, self._task.cycles + 1):
                async with self._run.step(str(number)):
                    shown = [
                        await self._weighed(planned, name, paths)
                        for name in order(uut.cycle, planned.weights, _REFERENCE)
                    ]
                cycles.append(tuple(shown))
            row = Comparison(
                weights=planned.weights,
                reference=planned.reference,
                cycle=uut.cycle,
                cycles=tuple(cycles),
                sensitivity=await self._sensed(planned, paths),
                air=self._air,
                readings=tuple(paths),
            )
            self.seen = msgspec.structs.replace(self.seen, comparison=(*self.seen.comparison, row))
            async with self._run.step("decision"):
                await self._report()

    async def _weighed(
        self, planned: PlannedComparison, name: str, paths: list[str], *, small: Quantity | None = None
    ) -> Quantity:
        """One weight on the pan, and what the comparator shows."""
        reference = name == _REFERENCE
        for _ in range(_ATTEMPTS):
            await self._run.instruct(
                PlaceWeight(
                    nominal=planned.nominal,
                    side="reference" if reference else "tested",
                    weight=planned.reference.standard if reference else name,
                    pieces=planned.pieces if reference else (),
                    small=small,
                )
            )
            shown = (await self._reading(COMPARATOR, self._step())).indication
            if await self._plausible(planned, shown):
                paths.append(self._run.path())
                return shown
        raise ProcedureError(
            "weights.no_reading_accepted",
            "No indication with {weight} on the pan was accepted in {attempts} attempts.",
            "Check which weight stands there and whether this is the right balance.",
            weight=name if not reference else planned.reference.standard,
            attempts=str(_ATTEMPTS),
        )

    async def _plausible(self, planned: PlannedComparison, shown: Quantity) -> bool:
        """Near the nominal mass, or near zero where the comparator shows a difference only."""
        weight = next(one for one in self._task.weights if one.id == planned.weights[0])
        room = milligrams(self._task.judging.tolerance(weight).upper) * _PLAUSIBLE_LIMITS
        room += milligrams(planned.nominal) / 1000
        found = milligrams(shown)
        if min(abs(found), abs(found - milligrams(planned.nominal))) <= room:
            return True
        facts = {"expected": str(planned.nominal), "indication": str(shown)}
        choices = ("measure_again", "record")
        question = Choose(question="unexpected_indication", choices=choices, facts=facts)
        return await self._run.ask(question) == Choice("record")

    async def _sensed(self, planned: PlannedComparison, paths: list[str]) -> Sensed | None:
        """What a small weight beside the last one under test changes."""
        small = self._task.uut.sensitivity_weight
        if small is None:
            return None
        async with self._run.step("sensitivity"):
            before = await self._weighed(planned, planned.weights[-1], paths)
            after = await self._weighed(planned, planned.weights[-1], paths, small=small)
        change = after - before
        return Sensed(mass=small, change=change, uncertainty=self._task.uut.sensitivity_uncertainty)

    async def _reading(self, role: str, step: Quantity) -> Reading:
        """A reading of the right dimension; what a person mistyped may be keyed again."""
        for _ in range(_ATTEMPTS):
            reading = await self._run.settled(role, step=step)
            if reading.indication.dimension == step.dimension:
                return self._noted(reading)
        raise ProcedureError(
            "weights.reading_unit",
            "The reading of {role} is no quantity in {unit}.",
            "Take it again with its unit, or check which instrument has this role.",
            role=role,
            unit=step.unit,
        )

    def _noted(self, reading: Reading) -> Reading:
        if reading.origin is Origin.MANUAL:
            self._keyed += 1
        elif reading.stability is Stability.NOT_REPORTED:
            self._inferred += 1
        return reading

    def _step(self) -> Quantity:
        return self._task.uut.balance.d or Quantity("0.1", "mg")

    async def _report(self) -> None:
        """Report what is decided and was not yet."""
        for point in self._points():
            if point.label not in self._reported:
                self._reported.add(point.label)
                await self._run.report(point)

    def _points(self) -> tuple[Point, ...]:
        return assess(self._task.judging, self.seen).points
