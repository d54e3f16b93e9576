"""Preparing a test of level gauges, the script, and the test on paper."""

import datetime as dt
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.action import SetLevel
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.level_gauges.assessment import MODEL, Dipped, Direction, GaugeSheet, Judging
from procedures.level_gauges.rules import LevelGaugeRules, LevelGauges, check_marks, choose_rules
from procedures.meters.relative_error import percent_of
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.point import Conclusion, Phase, Reason
from procedures.reference_standard import Use, nearest
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.judging import concluded, cut, phase_of
from procedures.subjects.session import Session, Test, found_and_left
from procedures.subjects.sheet import read_plate
from procedures.subjects.task import SubjectTask, measures, planned_standard, supplied, tested_of
from procedures.tolerance import symmetric

_CELSIUS = Quantity("0.1", "°C")
_MILLIMETRE = Quantity("1", "mm")
_WAYS: tuple[Direction, ...] = ("up", "down")


class PlannedLevel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level of the test, rising or falling."""

    level: Quantity
    direction: Direction
    permitted: Quantity
    standard: str = ""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the standard, %"""


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
    used, levels = [], []
    for planned in bare.levels:
        limit = bare.rules.doubt_limit(percent_of(planned.permitted, planned.level))
        use = Use(kind="meter", at=planned.level, limit=limit)
        chosen, doubt = planned_standard(standards, assignment, use, on, measures("length"))
        used.append(chosen)
        levels.append(msgspec.structs.replace(planned, standard=chosen.id, uncertainty=doubt))
    return supplied(bare, used, assignment, levels=tuple(levels))


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
    inspected = [f"visual/{one.id}/{item}" for one in tested for item in rules.visual.items]
    steps = [PlannedStep(section="visual", label=label) for label in inspected]
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

    def begin(prefix: str) -> Test:
        return CompleteTest(run, task, prefix)

    phase, sheets, notices, as_found = await found_and_left(run, begin)
    told = (*task.notices, *notices)
    return concluded(phase, sheets, task.rules, on=task.date, notices=told, as_found=as_found)


class CompleteTest:
    """One complete test in one state."""

    def __init__(self, run: Run, task: LevelTask, prefix: str) -> None:
        """Begin with empty sheets."""
        self._run, self._task, self._prefix = run, task, prefix
        sheets = {one.id: GaugeSheet(id=one.id, serial=one.serial) for one in task.tested}
        self._session = Session(run, sheets, task.judging.points, prefix)

    async def whole(self) -> Phase:
        """Inspection, then each gauge at all its levels."""
        task = self._task
        await self._session.visual(task.tested, task.rules.visual.items)
        for one in task.tested:
            async with self._run.series(f"{self._prefix}accuracy/{one.id}"):
                for planned in task.levels:
                    async with self._run.step(f"{planned.level} {planned.direction}"):
                        await self._compare(one.id, planned)
                        last = planned is task.levels[-1]
                        await self._session.report("accuracy", *(["hysteresis"] if last else []))
        return phase_of(task.rules, task.judging.points(self._session.seen), task.planned)

    def sheets(self) -> tuple[GaugeSheet, ...]:
        """Of all gauges."""
        return self._session.seen

    def notices(self) -> tuple[Reason, ...]:
        """Odd rows, and where the readings come from."""
        return (*self._task.judging.notices(self._session.seen), *self._session.notices())

    async def _compare(self, gauge: str, planned: PlannedLevel) -> None:
        session, tests = self._session, self._task.rules.tests
        standard = self._task.standard(planned.standard)
        await self._run.instruct(SetLevel(level=planned.level, direction=planned.direction))
        shown, path = await session.reading(f"meter/{gauge}", self._task.uut.d or _MILLIMETRE)
        facts = {"meter": gauge, "level": str(planned.level)}
        reference = await session.key("dip_level", tests.read_step, **facts)
        warmth, second = await session.reading("temperature", _CELSIUS)
        line = nearest(standard, planned.level)
        row = Dipped(
            level=planned.level,
            direction=planned.direction,
            shown=shown,
            reference=reference,
            reference_error=line[0] if line is not None and line[0].unit != "%" else Quantity(0, "mm"),
            temperature=warmth,
            expansion=None if standard.expansion is None else standard.expansion / Decimal(3),
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
    rules = task.rules
    limits = {str(one.level): symmetric(one.permitted, rules.limits_citation) for one in task.levels}
    first = task.tested[0].id
    return Outline(
        rules=rules.id,
        points=tuple(
            OutlinedPoint(
                section=step.section,
                label=step.label,
                load=step.load,
                tolerance=limits.get(str(step.load)) if step.section == "accuracy" else None,
            )
            for step in task.steps
            if step.label.split("/")[1] == first
        ),
        formulas=(Formula(name="accuracy", text=MODEL, citation=rules.tests.citation),),
        standards=tuple(
            Demanded(quantity=one.level, permitted=one.permitted, share=f"1/{rules.standards.least_ratio}")
            for one in task.levels
            if one.direction == "up"
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )
