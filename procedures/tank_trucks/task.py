"""Preparing a test of a tank truck: compartments read, rules chosen, fillings planned, measures found."""

import datetime as dt
from math import sqrt
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.meters.relative_error import percent_of
from procedures.point import Activity, Reason
from procedures.reference_standard import Use, choose_standard, relative_uncertainty
from procedures.rounding import expanded_quantity
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import standard_use
from procedures.tank_trucks.assessment import Judging
from procedures.tank_trucks.instrument import Compartment, TankTruck, read_truck
from procedures.tank_trucks.rules import TankTruckRules, choose_rules
from procedures.vessels.choosing import Chosen, choose_measures, doubt_of, share_of
from procedures.vessels.limits import limit_notices

_FIGURES: Final = 3


class PlannedPour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure emptied into it so many times, or the master meter."""

    standard: str
    """its id"""
    fills: int = 1


class PlannedFilling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one compartment is filled."""

    compartment: str
    nominal: Quantity
    pours: tuple[PlannedPour, ...]
    uncertainty: Quantity
    """expanded (k = 2), of the volume"""


class TankTruckTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    uut: TankTruck
    rules: TankTruckRules
    rules_digest: str
    plan: tuple[PlannedFilling, ...]
    cupboard: tuple[WorkingStandard, ...]
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    @property
    def judging(self) -> Judging:
        """What judges the rows."""
        return Judging(self.uut, self.rules, self.activity)

    def standard(self, name: str) -> WorkingStandard:
        """A measure of the plan."""
        return next(one for one in self.cupboard if one.id == name)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> TankTruckTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the compartments or the rules will not do, or nobody has read the limit.
        StandardError: the measures will not do.
    """
    uut = read_truck(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    used: dict[str, WorkingStandard] = {}
    planned = []
    for one in uut.compartments:
        tolerance = rules.tolerance(uut, one, assignment.activity)
        limit = share_of(tolerance.upper, one.nominal, rules.standards.least_ratio)
        chosen, doubt = _standards(uut, one, assignment, on, standards, limit)
        used |= {standard.id: standard for standard, _ in chosen}
        planned.append(
            PlannedFilling(
                compartment=one.id,
                nominal=one.nominal,
                pours=tuple(PlannedPour(standard=standard.id, fills=fills) for standard, fills in chosen),
                uncertainty=doubt,
            )
        )
    return TankTruckTask(
        activity=assignment.activity,
        date=on,
        uut=uut,
        rules=rules,
        rules_digest=digest,
        plan=tuple(planned),
        cupboard=tuple(used.values()),
        standards=tuple(standard_use(one) for one in used.values()),
        notices=(*rules.notices(), *limit_notices(uut.own_limit)),
    )


def _standards(  # noqa: PLR0917 -- the parts of one choice
    uut: TankTruck,
    compartment: Compartment,
    assignment: Assignment,
    on: dt.date,
    standards: tuple[WorkingStandard, ...],
    limit: Quantity,
) -> tuple[Chosen, Quantity]:
    """The standards of a compartment, how often each is emptied into it, and the uncertainty that makes."""
    if uut.method == "master" and uut.filling_flow is not None:
        use = Use(kind="master_meter", at=uut.filling_flow, limit=limit)
        meter = choose_standard(standards, assignment.standards, use, on)
        percent = relative_uncertainty(meter, uut.filling_flow) or Quantity(0, "%")
        return ((meter, 1),), _with_register(meter, compartment.nominal, percent)
    chosen = choose_measures(standards, assignment.standards, on, size=compartment.nominal, limit=limit)
    return chosen, doubt_of(chosen)


def _with_register(meter: WorkingStandard, volume: Quantity, certificate: Quantity) -> Quantity:
    """Certificate and two readings of the register together, k = 2, %."""
    parts = [float(certificate.value) / 2]
    step = meter.scale_interval or meter.pulse
    if step is not None and step.dimension == "volume":
        parts.append(float(percent_of(step, volume).value) / sqrt(12) * sqrt(2))
    return expanded_quantity(2 * sqrt(sum(part * part for part in parts)), "%", _FIGURES)


def plan(task: TankTruckTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    rules = task.rules
    steps = []
    if "visual" in rules.order:
        items = rules.visual.at(task.activity)
        steps += [PlannedStep(section="visual", label=f"visual/{item}") for item in items]
    for one in task.plan:
        if "dimensions" in rules.order:
            steps += [
                PlannedStep(section="dimensions", label=f"dimensions/{one.compartment}/{name}")
                for name in (*rules.plate.lengths, *rules.plate.volumes)
            ]
        steps += [
            PlannedStep(section="accuracy", label=f"accuracy/{one.compartment}/{number}", load=one.nominal)
            for number in range(1, rules.fillings + 1)
        ]
        if "sensitivity" in rules.order:
            label = f"sensitivity/{one.compartment}/1"
            steps.append(PlannedStep(section="sensitivity", label=label, load=rules.sensitivity.added))
    return tuple(steps)


def standards_used(task: TankTruckTask) -> tuple[StandardUse, ...]:
    """The measures of the plan."""
    return task.standards
