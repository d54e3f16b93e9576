"""Preparing and carrying out a test of lengths beside a reference: standards, script, outline."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.meters.relative_error import percent_of
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.point import Conclusion, Phase, Reason
from procedures.reference_standard import Use, corrected
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.judging import concluded, phase_of
from procedures.subjects.paper_case import Judge
from procedures.subjects.rules import SubjectRules
from procedures.subjects.session import Session, Test, found_and_left
from procedures.subjects.sheet import Sheet, Tested
from procedures.subjects.task import SubjectTask, measures, planned_standard
from procedures.tolerance import symmetric


class PlannedComparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One length of the test; each kind of test names the length itself."""

    permitted: Quantity
    standard: str = ""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the standard, %"""


P = TypeVar("P", bound=PlannedComparison)


def with_standards(
    planned: Iterable[P],
    length: Callable[[P], Quantity],
    rules: SubjectRules,
    assignment: Assignment,
    standards: tuple[WorkingStandard, ...],
    *,
    on: date,
) -> tuple[list[WorkingStandard], tuple[P, ...]]:
    """The standard of each length, and the plan that names them.

    Raises:
        StandardError: none will do for a length.
    """
    used, found = [], []
    for one in planned:
        at = length(one)
        use = Use(kind="meter", at=at, limit=rules.doubt_limit(percent_of(one.permitted, at)))
        chosen, doubt = planned_standard(standards, assignment, use, on, measures("length"))
        used.append(chosen)
        found.append(msgspec.structs.replace(one, standard=chosen.id, uncertainty=doubt))
    return used, tuple(found)


def inspections(tested: Sequence[Tested], items: Sequence[str]) -> list[PlannedStep]:
    """The lines of the checklist of every instrument."""
    return [
        PlannedStep(section="visual", label=f"visual/{one.id}/{item}") for one in tested for item in items
    ]


class Certified(NamedTuple):
    """What the certificate of a length standard says at a length."""

    error: Quantity
    expansion: Decimal | None
    """linear, 1/°C"""


def certified(standard: WorkingStandard, length: Quantity) -> Certified:
    """The error of a standard at a length, and a third of its cubic expansion."""
    error = length - corrected(standard, length)
    return Certified(error.to("mm"), None if standard.expansion is None else standard.expansion / Decimal(3))


S = TypeVar("S", bound=Sheet)


class LengthTest(ABC, Generic[S]):
    """One complete test in one state; a kind of test adds how one instrument is compared."""

    def __init__(
        self,
        run: Run,
        task: SubjectTask,
        rules: SubjectRules,
        judging: Judge[S],
        *,
        sheet: type[S],
        prefix: str,
    ) -> None:
        """Begin with empty sheets."""
        self.run, self.prefix = run, prefix
        self._task, self._rules, self._judging = task, rules, judging
        sheets = {one.id: sheet(id=one.id, serial=one.serial) for one in task.tested}
        self.session = Session(run, sheets, judging.points, prefix)

    @abstractmethod
    async def compare(self, one: Tested) -> None:
        """Compare one instrument with the standard at all its lengths."""

    async def whole(self) -> Phase:
        """Inspection, then each instrument in a series of its own."""
        await self.session.visual(self._task.tested, self._rules.visual.at(self._task.activity))
        for one in self._task.tested:
            async with self.run.series(f"{self.prefix}accuracy/{one.id}"):
                await self.compare(one)
        return phase_of(self._rules, self._judging.points(self.session.seen), self._task.planned)

    def sheets(self) -> tuple[S, ...]:
        """Of all instruments."""
        return self.session.seen

    def notices(self) -> tuple[Reason, ...]:
        """Odd rows, and where the readings come from."""
        return (*self._judging.notices(self.session.seen), *self.session.notices())


async def carried_out(
    run: Run, task: SubjectTask, rules: SubjectRules, begin: Callable[[str], Test]
) -> Conclusion:
    """Test all instruments of a task, one after another; those that fail may be adjusted once.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    phase, sheets, notices, as_found = await found_and_left(run, begin)
    told = (*task.notices, *notices)
    return concluded(phase, sheets, rules, on=task.date, notices=told, as_found=as_found)


class Limit(NamedTuple):
    """What is permitted at a length."""

    length: Quantity
    permitted: Quantity


def outlined(task: SubjectTask, rules: SubjectRules, limits: Sequence[Limit], formula: Formula) -> Outline:
    """The test of the first instrument on paper; no standard is asked for."""
    tolerances = {str(one.length): symmetric(one.permitted, rules.limits_citation) for one in limits}
    first = task.tested[0].id
    return Outline(
        rules=rules.id,
        points=tuple(
            OutlinedPoint(
                section=step.section,
                label=step.label,
                load=step.load,
                tolerance=tolerances.get(str(step.load)) if step.section == "accuracy" else None,
            )
            for step in task.steps
            if step.label.split("/")[1] == first
        ),
        formulas=(formula,),
        standards=tuple(
            Demanded(quantity=one.length, permitted=one.permitted, share=f"1/{rules.standards.least_ratio}")
            for one in limits
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )
