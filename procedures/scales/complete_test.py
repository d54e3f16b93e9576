"""One complete test of a scale in one state: series by series, each point reported once it is decided."""

from typing import Literal, TypedDict

import msgspec

from drivers.quantity import Quantity
from procedures.action import Choice, Choose, ClearTare, Instruction, RemoveLoad, SetTare, SetZero
from procedures.answers import inspected
from procedures.errors import ProcedureError
from procedures.explanation import with_uncertainty
from procedures.point import Method, Outcome, Phase, Point, Reason
from procedures.run import Run
from procedures.scales.assessment import Sheet, judged
from procedures.scales.basis import Basis
from procedures.scales.budget import ScaleBudgets
from procedures.scales.discrimination import Discrimination
from procedures.scales.display import steps_seen
from procedures.scales.observation import (
    Accuracy,
    Eccentric,
    Observations,
    Tared,
    Weighing,
    ZeroSetting,
)
from procedures.scales.rules import Section
from procedures.scales.substituting import Substitution, check_standards, error_of
from procedures.scales.task import PlannedLoad, PlannedTare, ScaleTask, references, sections
from procedures.scales.weighing import ScaleReader, Shown, place

_RANGE = "repeatability/range"


class CompleteTest:
    """Fills an observation sheet from a run."""

    def __init__(self, run: Run, task: ScaleTask, *, prefix: str = "") -> None:
        """Begin with an empty sheet.

        Args:
            run: the world.
            task: what to do.
            prefix: stands before the names of all series, `as_left/`.
        """
        self.task = task
        self.seen = Observations()
        self._basis = Basis(task.scale, task.rules, task.activity, self.seen)
        self._run = run
        self._prefix = prefix
        self._reader = ScaleReader(run, task)

    async def whole(self) -> Phase:
        """Carry out all sections in the order of the rules."""
        task = self.task
        required = sections(task)
        for section in required:
            await self._section(section)
        await self._steps()
        sheet = Sheet(self.basis)
        phase = judged(sheet, required=required)
        return with_uncertainty(phase, ScaleBudgets(sheet, references(task)).of_points(phase.points))

    @property
    def basis(self) -> Basis:
        """What the sheet is judged by, as far as it is filled."""
        return self._basis.of(self.seen)

    def notices(self, found: Phase) -> tuple[Reason, ...]:
        """What the reader must know about where the readings come from, and about their uncertainty."""
        return (*self._reader.notices(), *ScaleBudgets(Sheet(self.basis)).notices(found.points))

    async def _steps(self) -> None:
        """Ask about d where all deviations go in coarser steps.

        Raises:
            ProcedureError: the person finds that the registered d is wrong.
        """
        task = self.task
        step = steps_seen(self.basis)
        if step is None:
            return
        facts = {"step": str(step), "d": str(task.scale.parts[0].resolution)}
        async with self._run.series(f"{self._prefix}display"), self._run.step("d"):
            question = Choose(question="coarse_steps", choices=("correct_d", "record"), facts=facts)
            if await self._run.ask(question) != Choice("record"):
                raise ProcedureError(
                    "scales.coarse_steps",
                    "All deviations that were seen go in steps of {step}, and d = {d} is registered.",
                    "Correct d in the order and begin a new run.",
                    **facts,
                )

    async def _section(self, section: Section) -> None:
        match section:
            case "visual":
                await self._visual()
            case "zero":
                await self._zero()
            case "eccentricity":
                await self._eccentricity()
            case "accuracy" if self.task.stages:
                await self._substituted()
            case "accuracy":
                await self._accuracy("up", self.task.accuracy_up)
                await self._accuracy("down", self.task.accuracy_down)
            case "repeatability":
                await self._repeatability()
            case "discrimination":
                await self._discrimination()
            case "tare":
                for planned in self.task.tare:
                    await self._tare(planned)

    async def _visual(self) -> None:
        async with self._run.series(f"{self._prefix}visual"), self._run.step("visual"):
            found = await inspected(self._run, self.task.visual)
            self.seen = msgspec.structs.replace(self.seen, visual=found)
            for point in Sheet(self.basis).section("visual"):
                await self._run.report(point)

    async def _zero(self) -> None:
        planned = self.task.zero
        to_zero: tuple[Instruction, ...] = (SetZero(), place(planned)) if planned.load else (SetZero(),)
        async with self._run.series(f"{self._prefix}zero"), self._run.step("zero"):
            shown = await self._reader.weigh(to_zero, planned)
            await self._weighed("zero", ZeroSetting(**_filled(planned, shown)), shown, planned)

    async def _eccentricity(self) -> None:
        planned = self.task.eccentricity
        async with self._run.series(f"{self._prefix}eccentricity"):
            for position in self.task.positions:
                async with self._run.step(position):
                    how = place(planned, position=position, unload_first=True)
                    shown = await self._reader.weigh((how,), planned)
                    row = Eccentric(**_filled(planned, shown), position=position)
                    await self._weighed("eccentricity", row, shown, planned)

    async def _accuracy(self, direction: Literal["up", "down"], loads: tuple[PlannedLoad, ...]) -> None:
        if not loads:
            return
        async with self._run.series(f"{self._prefix}accuracy/{direction}"):
            for planned in loads:
                async with self._run.step(str(planned.load)):
                    begins = direction == "up" and planned is loads[0]
                    how = place(planned, direction=direction, unload_first=begins)
                    shown = await self._reader.weigh((how,), planned)
                    row = Accuracy(**_filled(planned, shown), direction=direction)
                    await self._weighed("accuracy", row, shown, planned)

    async def _substituted(self) -> None:
        """Every error by changeover: the mass of the ballast rests on it."""
        work = Substitution(self._run, self.task, self._reader)
        last = self.task.stages[-1]
        async with self._run.series(f"{self._prefix}accuracy/substitution"):
            for number, stage in enumerate(self.task.stages, 1):
                row: Accuracy | None = None
                for laid in stage.standards:
                    async with self._run.step(f"{number}/{laid.load}"):
                        row, shown = await work.weigh(stage, laid)
                        self.seen = self._with("accuracy", row)
                        await self._report("accuracy")
                if row is None or stage is last:
                    continue
                async with self._run.step(f"{number}/ballast"):
                    step = self.task.scale.part_at(shown.indication).resolution
                    ballast = await work.exchange(stage, error_of(row, step))
                    self.seen = self._with("ballast", ballast)

    async def _repeatability(self) -> None:
        """When readings alone leave the range undecided, the weighings are done again with small weights.

        Not when one of them has failed already: nothing that follows may make up for it.
        """
        range_point = await self._weighings("repeatability", changeover=bool(self.task.stages))
        if self.task.stages:
            check_standards(self.task, range_point)
        elif range_point.reason == "range_undecided" and not self._has_failed("repeatability"):
            self.seen = msgspec.structs.replace(self.seen, repeatability=())
            await self._weighings("repeatability/changeover", changeover=True)

    def _has_failed(self, section: Section) -> bool:
        points = Sheet(self.basis).section(section)
        return any(point.outcome is Outcome.DOES_NOT_CONFORM for point in points)

    async def _weighings(self, series: str, *, changeover: bool) -> Point:
        planned = self.task.repeatability
        async with self._run.series(f"{self._prefix}{series}"):
            for number in range(1, self.task.weighings + 1):
                async with self._run.step(str(number)):
                    shown = await self._reader.weigh((place(planned, unload_first=True),), planned)
                    row = Weighing(**_filled(planned, shown))
                    await self._weighed("repeatability", row, shown, planned, changeover=changeover)
            point = next(p for p in Sheet(self.basis).section("repeatability") if p.label == _RANGE)
            await self._run.report(point)
        return point

    async def _discrimination(self) -> None:
        work = Discrimination(self._run, self.task, self._reader)
        async with self._run.series(f"{self._prefix}discrimination"):
            for planned in self.task.discrimination:
                async with self._run.step(str(planned.load)):
                    self.seen = self._with("discrimination", await work.row(planned))
                    await self._report("discrimination")

    async def _tare(self, planned: PlannedTare) -> None:
        in_use = self.task.scale.range_of(planned.tare)
        zero = PlannedLoad(load=Quantity(0, planned.tare.unit), weights=(), range=in_use)
        async with self._run.series(f"{self._prefix}tare/{planned.tare}"):
            await self._run.instruct(RemoveLoad())
            for net in (zero, *planned.net):
                async with self._run.step(str(net.load)):
                    how = place(net, direction="up") if net.load else SetTare(load=planned.tare)
                    shown = await self._reader.weigh((how,), net, net=True)
                    row = Tared(**_filled(net, shown), tare=planned.tare)
                    await self._weighed("tare", row, shown, net)
            await self._run.instruct(ClearTare())

    async def _weighed(
        self, section: Section, row: Weighing, shown: Shown, planned: PlannedLoad, *, changeover: bool = False
    ) -> None:
        """Keep a row; where its reading decides nothing, or only bounds E0, find ΔL first."""
        gives_zero = section == "zero" or (isinstance(row, Tared) and not row.load)
        if not changeover:
            seen = self._with(section, row)
            point = Sheet(self._basis.of(seen)).newest(section)
            unsure = point.outcome is Outcome.INDETERMINATE
            changeover = unsure or (gives_zero and point.method is Method.BOUNDED)
        if changeover:
            found = await self._reader.changeover(shown, planned, net=isinstance(row, Tared))
            seen = self._with(section, found.on(row))
            point = Sheet(self._basis.of(seen)).newest(section)
        self.seen = seen
        await self._run.report(point)

    def _with(self, section: str, row: msgspec.Struct) -> Observations:
        return msgspec.structs.replace(self.seen, **{section: (*getattr(self.seen, section), row)})

    async def _report(self, section: Section) -> None:
        """Report what the row just kept came to."""
        await self._run.report(Sheet(self.basis).newest(section))


class _Filled(TypedDict):
    load: Quantity
    indication: Quantity
    high_resolution: bool
    range: int | None
    readings: tuple[str, ...]


def _filled(planned: PlannedLoad, shown: Shown) -> _Filled:
    """What every row has, from a planned load and what the scale showed."""
    return {
        "load": planned.load,
        "indication": shown.indication,
        "high_resolution": shown.reading.high_resolution,
        "range": planned.range,
        "readings": (shown.path,),
    }
