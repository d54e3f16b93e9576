"""Preparing a test of a capacity measure: marks read, rules chosen, fillings planned, standard found."""

import datetime as dt
from fractions import Fraction

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.capacity_measures.assessment import RANGE, Judging
from procedures.capacity_measures.instrument import CapacityMeasure, read_measure
from procedures.capacity_measures.rules import CapacityMeasureRules, choose_rules
from procedures.edition import PlannedStep
from procedures.point import Activity, Reason
from procedures.reference_standard import Use, choose_standard, relative_uncertainty
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import standard_use
from procedures.vessels.choosing import choose_vessel, share_of, uncertainty_of
from procedures.vessels.limits import limit_notices


class CapacityMeasureTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    uut: CapacityMeasure
    rules: CapacityMeasureRules
    rules_digest: str
    standard: WorkingStandard
    fills: int
    """of the standard into the measure; 1 for a scale"""
    uncertainty: Quantity
    """expanded (k = 2), of the reference volume"""
    fillings: int
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    @property
    def judging(self) -> Judging:
        """What judges the rows."""
        return Judging(self.uut, self.rules, self.activity)


def prepare(
    assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]
) -> CapacityMeasureTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    uut = read_measure(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    judging = Judging(uut, rules, assignment.activity)
    limit = share_of(judging.tolerance.upper, uut.nominal, rules.standards.least_ratio)
    if uut.method == "gravimetric":
        standard, fills, doubt = _scale(uut, assignment, on, standards, limit)
    else:
        standard = choose_vessel(
            standards, assignment.standards, on, size=uut.nominal, fit="divides", limit=limit
        )
        fills = _times(uut.nominal, standard.nominal or uut.nominal)
        doubt = uncertainty_of(standard) * fills
    return CapacityMeasureTask(
        activity=assignment.activity,
        date=on,
        uut=uut,
        rules=rules,
        rules_digest=digest,
        standard=standard,
        fills=fills,
        uncertainty=doubt,
        fillings=judging.fillings,
        standards=(standard_use(standard),),
        notices=(*rules.notices(), *limit_notices(uut.own_limit)),
    )


def plan(task: CapacityMeasureTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    visual = task.rules.of_type(task.uut).visual_at(task.activity)
    steps = {
        "visual": [PlannedStep(section="visual", label=f"visual/{item}") for item in visual],
        "accuracy": [
            PlannedStep(section="accuracy", label=f"accuracy/{number}", load=task.uut.nominal)
            for number in range(1, task.fillings + 1)
        ],
        "repeatability": [PlannedStep(section="repeatability", label=RANGE)] if task.fillings > 1 else [],
    }
    return tuple(step for section in task.rules.order for step in steps[section])


def standards_used(task: CapacityMeasureTask) -> tuple[StandardUse, ...]:
    """The standard of the plan."""
    return task.standards


def _scale(
    uut: CapacityMeasure,
    assignment: Assignment,
    on: dt.date,
    standards: tuple[WorkingStandard, ...],
    limit: Quantity,
) -> tuple[WorkingStandard, int, Quantity]:
    mass = Quantity(uut.nominal.to("L").value, "kg")
    use = Use(kind="scale", at=mass, limit=limit)
    found = choose_standard(
        standards,
        assignment.standards,
        use,
        on,
        fits=lambda one: one.nominal is None or one.nominal > mass,
    )
    doubt = relative_uncertainty(found, mass) or Quantity(0, "%")
    return found, 1, uut.nominal * (doubt.value / 100)


def _times(whole: Quantity, part: Quantity) -> int:
    times = Fraction(whole.to("L").value) / Fraction(part.to("L").value)
    return times.numerator // times.denominator
