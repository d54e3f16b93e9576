"""Preparing a test of measures of length, the script, and the test on paper."""

import datetime as dt

from drivers.quantity import Quantity
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
from procedures.length_measures.assessment import MODEL, Judging
from procedures.length_measures.instrument import LengthMeasures, check_marks
from procedures.length_measures.observation import Compared, MeasureSheet
from procedures.length_measures.rules import LengthMeasureRules, choose_rules
from procedures.outline import Formula, Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.sheet import Tested, read_plate
from procedures.subjects.task import SubjectTask, supplied, tested_of
from procedures.surroundings import FLUID


class PlannedLength(PlannedComparison, frozen=True, kw_only=True):
    """One length of the test."""

    length: Quantity


class LengthTask(SubjectTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    uut: LengthMeasures
    rules: LengthMeasureRules
    lengths: tuple[PlannedLength, ...]
    runs: int

    @property
    def judging(self) -> Judging:
        """What judges its rows."""
        return Judging(self.uut, self.rules, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> LengthTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    bare = ruled_task(assignment, on)
    used, lengths = with_standards(
        bare.lengths, lambda one: one.length, bare.rules, assignment, standards, on=on
    )
    return supplied(bare, used, assignment, lengths=lengths)


def ruled_task(assignment: Assignment, on: dt.date) -> LengthTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, LengthMeasures)
    check_marks(uut)
    rules, digest = choose_rules(assignment.rules, on)
    tested = tested_of(uut.meters, assignment)
    runs = max(uut.repeats or 0, rules.runs)
    lengths = tuple(
        PlannedLength(length=one, permitted=rules.permitted(uut, one, assignment.activity))
        for one in rules.lengths(uut)
    )
    steps = inspections(tested, rules.visual.at(assignment.activity))
    steps += [
        PlannedStep(section="accuracy", label=f"accuracy/{one.id}/{planned.length}/{n}", load=planned.length)
        for one in tested
        for planned in lengths
        for n in range(1, runs + 1)
    ]
    return LengthTask(
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
        lengths=lengths,
        runs=runs,
    )


async def length_measures(run: Run, task: LengthTask) -> Conclusion:
    """Test all measures of the task, one after another.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    return await carried_out(run, task, task.rules, lambda prefix: CompleteTest(run, task, prefix))


class CompleteTest(LengthTest[MeasureSheet]):
    """One complete test in one state."""

    def __init__(self, run: Run, task: LengthTask, prefix: str) -> None:
        """Begin with empty sheets."""
        super().__init__(run, task, task.rules, task.judging, sheet=MeasureSheet, prefix=prefix)
        self._lengths = task

    async def compare(self, one: Tested) -> None:
        """Each length, as often as the rules ask."""
        for planned in self._lengths.lengths:
            for number in range(1, self._lengths.runs + 1):
                async with self.run.step(f"{planned.length} {number}"):
                    await self._compare(one.id, planned)

    async def _compare(self, measure: str, planned: PlannedLength) -> None:
        session, task = self.session, self._lengths
        standard = certified(task.standard(planned.standard), planned.length)
        warmth, first = await session.state("temperature", FLUID)
        step = task.rules.tests.read_step
        shown = await session.key("standard_length", step, meter=measure, length=str(planned.length))
        row = Compared(
            nominal=planned.length,
            reference=shown,
            reference_error=standard.error,
            reference_expansion=standard.expansion,
            temperature=warmth,
            tension=task.uut.tension,
            uncertainty=planned.uncertainty,
            readings=(first,),
        )
        session.change(measure, comparison=(*session.sheets[measure].comparison, row))
        await session.report("accuracy")


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the measures of an assignment; no standard is asked for.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    task = ruled_task(assignment, on)
    limits = [Limit(one.length, one.permitted) for one in task.lengths]
    formula = Formula(name="accuracy", text=MODEL, citation=task.rules.tests.citation)
    return outlined(task, task.rules, limits, formula)
