"""Preparing a test of measures of length, the script, and the test on paper."""

import datetime as dt
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.length_measures.assessment import MODEL, Judging
from procedures.length_measures.instrument import LengthMeasures, check_marks
from procedures.length_measures.observation import Compared, MeasureSheet
from procedures.length_measures.rules import LengthMeasureRules, choose_rules
from procedures.meters.relative_error import percent_of
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.point import Conclusion, Phase, Reason
from procedures.reference_standard import Use, nearest
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.judging import concluded, phase_of
from procedures.subjects.session import Session, Test, found_and_left
from procedures.subjects.sheet import read_plate
from procedures.subjects.task import SubjectTask, measures, planned_standard, supplied, tested_of
from procedures.tolerance import symmetric

_CELSIUS = Quantity("0.1", "°C")


class PlannedLength(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One length of the test."""

    length: Quantity
    permitted: Quantity
    standard: str = ""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the standard, %"""


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
    used, lengths = [], []
    for planned in bare.lengths:
        limit = bare.rules.doubt_limit(percent_of(planned.permitted, planned.length))
        use = Use(kind="meter", at=planned.length, limit=limit)
        chosen, doubt = planned_standard(standards, assignment, use, on, measures("length"))
        used.append(chosen)
        lengths.append(msgspec.structs.replace(planned, standard=chosen.id, uncertainty=doubt))
    return supplied(bare, used, assignment, lengths=tuple(lengths))


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
    inspected = [f"visual/{one.id}/{item}" for one in tested for item in rules.visual.items]
    steps = [PlannedStep(section="visual", label=label) for label in inspected]
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

    def begin(prefix: str) -> Test:
        return CompleteTest(run, task, prefix)

    phase, sheets, notices, as_found = await found_and_left(run, begin)
    told = (*task.notices, *notices)
    return concluded(phase, sheets, task.rules, on=task.date, notices=told, as_found=as_found)


class CompleteTest:
    """One complete test in one state."""

    def __init__(self, run: Run, task: LengthTask, prefix: str) -> None:
        """Begin with empty sheets."""
        self._run, self._task, self._prefix = run, task, prefix
        sheets = {one.id: MeasureSheet(id=one.id, serial=one.serial) for one in task.tested}
        self._session = Session(run, sheets, task.judging.points, prefix)

    async def whole(self) -> Phase:
        """Inspection, then each measure at all its lengths."""
        task = self._task
        await self._session.visual(task.tested, task.rules.visual.items)
        for one in task.tested:
            async with self._run.series(f"{self._prefix}accuracy/{one.id}"):
                for planned in task.lengths:
                    for number in range(1, task.runs + 1):
                        async with self._run.step(f"{planned.length} {number}"):
                            await self._compare(one.id, planned)
        return phase_of(task.rules, task.judging.points(self._session.seen), task.planned)

    def sheets(self) -> tuple[MeasureSheet, ...]:
        """Of all measures."""
        return self._session.seen

    def notices(self) -> tuple[Reason, ...]:
        """Odd rows, and where the readings come from."""
        return (*self._task.judging.notices(self._session.seen), *self._session.notices())

    async def _compare(self, measure: str, planned: PlannedLength) -> None:
        session, uut = self._session, self._task.uut
        standard = self._task.standard(planned.standard)
        step = self._task.rules.tests.read_step
        warmth, first = await session.reading("temperature", _CELSIUS)
        facts = {"meter": measure, "length": str(planned.length)}
        shown = await session.key("standard_length", step, **facts)
        line = nearest(standard, planned.length)
        row = Compared(
            nominal=planned.length,
            reference=shown,
            reference_error=line[0] if line is not None and line[0].unit != "%" else Quantity(0, "mm"),
            reference_expansion=None if standard.expansion is None else standard.expansion / Decimal(3),
            temperature=warmth,
            tension=uut.tension,
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
    rules = task.rules
    limits = {str(one.length): symmetric(one.permitted, rules.limits_citation) for one in task.lengths}
    first = task.tested[0].id
    return Outline(
        rules=rules.id,
        points=tuple(
            OutlinedPoint(
                section=step.section,
                label=step.label,
                load=step.load,
                tolerance=limits.get(str(step.load)) if step.load is not None else None,
            )
            for step in task.steps
            if step.label.split("/")[1] == first
        ),
        formulas=(Formula(name="accuracy", text=MODEL, citation=rules.tests.citation),),
        standards=tuple(
            Demanded(quantity=one.length, permitted=one.permitted, share=f"1/{rules.standards.least_ratio}")
            for one in task.lengths
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )
