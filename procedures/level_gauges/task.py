"""Preparing a test of level gauges, the script, and the test on paper."""

import datetime as dt

from drivers.quantity import Quantity
from procedures.action import SetLevel
from procedures.assignment import Assignment
from procedures.compared_lengths.testing import (
    LengthTest,
    Limit,
    PlannedComparison,
    carried_out,
    certified,
    inspections,
    outlined,
    with_standards,
)
from procedures.edition import PlannedStep
from procedures.level_gauges.assessment import MODEL, Dipped, Direction, GaugeSheet, Judging
from procedures.level_gauges.rules import LevelGaugeRules, LevelGauges, check_marks, choose_rules
from procedures.outline import Formula, Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.judging import cut
from procedures.subjects.sheet import Tested, read_plate
from procedures.subjects.task import SubjectTask, supplied, tested_of
from procedures.surroundings import FLUID

_MILLIMETRE = Quantity("1", "mm")
_WAYS: tuple[Direction, ...] = ("up", "down")


class PlannedLevel(PlannedComparison, frozen=True, kw_only=True):
    """One level of the test, rising or falling."""

    level: Quantity
    direction: Direction


class LevelTask(SubjectTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    uut: LevelGauges
    rules: LevelGaugeRules
    levels: tuple[PlannedLevel, ...]

    @property
    def judging(self) -> Judging:
        """What judges its rows."""
        return Judging(self.uut, self.rules, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> LevelTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    bare = ruled_task(assignment, on)
    used, levels = with_standards(
        bare.levels, lambda one: one.level, bare.rules, assignment, standards, on=on
    )
    return supplied(bare, used, assignment, levels=levels)


def ruled_task(assignment: Assignment, on: dt.date) -> LevelTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, LevelGauges)
    check_marks(uut)
    rules, digest = choose_rules(assignment.rules, on)
    tested = tested_of(uut.meters, assignment)
    ways = [(level, way) for way in _WAYS for level in rules.levels(uut)[:: 1 if way == "up" else -1]]
    levels = tuple(
        PlannedLevel(
            level=level, direction=way, permitted=cut(rules.permitted(uut, level, assignment.activity), "mm")
        )
        for level, way in ways
    )
    steps = inspections(tested, rules.visual.at(assignment.activity))
    for one in tested:
        labels = [(f"accuracy/{one.id}/{level} {way}/1", level) for level, way in ways]
        labels += [(f"hysteresis/{one.id}/{level}", level) for level in rules.levels(uut)]
        steps += [
            PlannedStep(section=label.split("/")[0], label=label, load=level) for label, level in labels
        ]
    return LevelTask(
        activity=assignment.activity,
        date=on,
        tested=tested,
        rules_digest=digest,
        steps=tuple(steps),
        cupboard=(),
        standards=(),
        notices=rules.notices(),
        uut=uut,
        rules=rules,
        levels=levels,
    )


async def level_gauges(run: Run, task: LevelTask) -> Conclusion:
    """Test all gauges of the task, one after another.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    return await carried_out(run, task, task.rules, lambda prefix: CompleteTest(run, task, prefix))


class CompleteTest(LengthTest[GaugeSheet]):
    """One complete test in one state."""

    def __init__(self, run: Run, task: LevelTask, prefix: str) -> None:
        """Begin with empty sheets."""
        super().__init__(run, task, task.rules, task.judging, sheet=GaugeSheet, prefix=prefix)
        self._levels = task

    async def compare(self, one: Tested) -> None:
        """All levels rising, then falling; hysteresis is known after the last."""
        for planned in self._levels.levels:
            async with self.run.step(f"{planned.level} {planned.direction}"):
                await self._compare(one.id, planned)
                last = planned is self._levels.levels[-1]
                await self.session.report("accuracy", *(["hysteresis"] if last else []))

    async def _compare(self, gauge: str, planned: PlannedLevel) -> None:
        session, task = self.session, self._levels
        standard = certified(task.standard(planned.standard), planned.level)
        await self.run.instruct(SetLevel(level=planned.level, direction=planned.direction))
        shown, path = await session.reading(f"meter/{gauge}", task.uut.d or _MILLIMETRE)
        step = task.rules.tests.read_step
        reference = await session.key("dip_level", step, meter=gauge, level=str(planned.level))
        warmth, second = await session.state("temperature", FLUID)
        row = Dipped(
            level=planned.level,
            direction=planned.direction,
            shown=shown,
            reference=reference,
            reference_error=standard.error,
            temperature=warmth,
            expansion=standard.expansion,
            uncertainty=planned.uncertainty,
            readings=(path, second),
        )
        session.change(gauge, dip=(*session.sheets[gauge].dip, row))


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the gauges of an assignment; no standard is asked for.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    task = ruled_task(assignment, on)
    limits = [Limit(one.level, one.permitted) for one in task.levels if one.direction == "up"]
    formula = Formula(name="accuracy", text=MODEL, citation=task.rules.tests.citation)
    return outlined(task, task.rules, limits, formula)
