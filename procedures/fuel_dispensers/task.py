"""Preparing a test of a dispenser: marks read, rules chosen, deliveries planned, measures found."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.delivered import Limits
from procedures.fuel_dispensers.instrument import Dispenser, read_dispenser
from procedures.fuel_dispensers.rules import FlowOfTest, FuelDispenserRules, choose_rules
from procedures.meters.measuring_system_limits import refuse_below
from procedures.point import Activity, Reason
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import standard_use
from procedures.vessels.choosing import choose_vessel, share_of, uncertainty_of

_TWO = Decimal(2)


class PlannedFlow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The deliveries of each nozzle at one flow."""

    name: str
    volume: Quantity
    standard: str
    """id of the measure"""
    uncertainty: Quantity
    """expanded (k = 2), of the reference volume"""
    repeats: int
    aim: Quantity | None = None
    """the middle of the band, where there is one"""
    lower: Quantity | None = None
    upper: Quantity | None = None


class FuelDispenserTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    uut: Dispenser
    """with its nozzles listed"""
    rules: FuelDispenserRules
    rules_digest: str
    flows: tuple[PlannedFlow, ...]
    cupboard: tuple[WorkingStandard, ...]
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    @property
    def limits(self) -> Limits:
        """What judges the rows."""
        return Limits(self.uut, self.rules, self.activity)

    def standard(self, name: str) -> WorkingStandard:
        """A measure of the plan."""
        return next(one for one in self.cupboard if one.id == name)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> FuelDispenserTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the measures will not do.
    """
    uut, rules, digest = ruled(assignment, on)
    limits = Limits(uut, rules, assignment.activity)
    flows = [flow for flow in rules.flows if flow.required]
    used: dict[str, WorkingStandard] = {}
    planned = []
    for flow in flows:
        vessel = _vessel(limits, flow, assignment.standards, on, standards)
        used[vessel.id] = vessel
        planned.append(_planned(limits, flow, vessel))
    return FuelDispenserTask(
        activity=assignment.activity,
        date=on,
        uut=uut,
        rules=rules,
        rules_digest=digest,
        flows=tuple(planned),
        cupboard=tuple(used.values()),
        standards=tuple(standard_use(one) for one in used.values()),
        notices=rules.notices(),
    )


def ruled(assignment: Assignment, on: dt.date) -> tuple[Dispenser, FuelDispenserRules, str]:
    """The dispenser with its nozzles listed, the rules in force, and the digest of their file.

    Raises:
        ProcedureError: a mark is missing that a flow of the rules needs.
    """
    uut = read_dispenser(assignment.uut)
    uut = msgspec.structs.replace(uut, nozzles=uut.all_nozzles)
    rules, digest = choose_rules(assignment.rules, on)
    for nozzle in uut.nozzles:
        rules.liquid_expansion(nozzle)
    for flow in rules.flows:
        lacks = "mmq" if flow.quantity == "mmq" and uut.mmq is None else ""
        lacks = "max_flow" if flow.lower is not None and uut.max_flow is None else lacks
        if lacks and flow.required:
            raise ProcedureError(
                "fuel_dispensers.mark_missing",
                "The rules {rules} test at {flow}, for which {name} must be known.",
                "Read it from the data plate and write it under [uut].",
                rules=rules.id,
                flow=flow.name,
                name=lacks,
            )
    return uut, rules, digest


def quantity_of(limits: Limits, flow: FlowOfTest) -> Quantity:
    """What is delivered at least in one delivery."""
    if flow.quantity == "mmq" and limits.marks.mmq is not None:
        return limits.marks.mmq
    return limits.rules.standards.least_size


def plan(task: FuelDispenserTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    order = task.rules.order
    steps: list[PlannedStep] = []
    for nozzle in task.uut.nozzles:
        if "visual" in order:
            steps += [
                PlannedStep(section="visual", label=f"visual/{nozzle.id}/{item}")
                for item in task.rules.visual.at(task.activity)
            ]
        for flow in task.flows:
            of_test = task.rules.flow(flow.name, "$")
            for number in range(1, flow.repeats + 1):
                name = f"{nozzle.id}/{flow.name}/{number}"
                steps.append(PlannedStep(section="accuracy", label=f"accuracy/{name}", load=flow.volume))
                if of_test.price and number == 1 and "price" in order:
                    steps.append(PlannedStep(section="price", label=f"price/{name}"))
                if of_test.preset and number == 1 and "preset" in order:
                    steps.append(PlannedStep(section="preset", label=f"preset/{name}", load=flow.volume))
        if "repeatability" in order:
            steps += [PlannedStep(section="repeatability", label=one) for one in _ranges(task, nozzle.id)]
        if "totaliser" in order:
            steps.append(PlannedStep(section="totaliser", label=f"totaliser/{nozzle.id}"))
    return tuple(steps)


def standards_used(task: FuelDispenserTask) -> tuple[StandardUse, ...]:
    """The measures of the plan."""
    return task.standards


def _ranges(task: FuelDispenserTask, nozzle: str) -> list[str]:
    rules = task.rules.repeatability
    full = [
        flow
        for flow in task.flows
        if task.rules.flow(flow.name, "$").quantity == "vessel"
        and task.limits.range_at(flow.volume) is not None
    ]
    if rules.across == "nozzle":
        enough = sum(flow.repeats for flow in full) >= rules.least
        return [f"repeatability/{nozzle}"] if enough else []
    return [f"repeatability/{nozzle}/{flow.name}" for flow in full if flow.repeats >= rules.least]


def _vessel(
    limits: Limits,
    flow: FlowOfTest,
    named: Sequence[str],
    on: dt.date,
    standards: Sequence[WorkingStandard],
) -> WorkingStandard:
    size = quantity_of(limits, flow)
    limit = share_of(limits.permitted(size), size, limits.rules.standards.least_ratio)
    exactly = flow.quantity == "mmq"
    return choose_vessel(
        standards, named, on, size=size, fit="exactly" if exactly else "at_least", limit=limit
    )


def _planned(limits: Limits, flow: FlowOfTest, vessel: WorkingStandard) -> PlannedFlow:
    greatest, low, high = limits.marks.max_flow, flow.lower, flow.upper
    band = (
        (greatest * low, greatest * high)
        if greatest is not None and low is not None and high is not None
        else None
    )
    volume = vessel.nominal or quantity_of(limits, flow)
    refuse_below(volume, limits.marks.mmq)
    return PlannedFlow(
        name=flow.name,
        volume=volume,
        standard=vessel.id,
        uncertainty=uncertainty_of(vessel),
        repeats=limits.rules.planned(limits.marks, flow),
        aim=None if band is None else (band[0] + band[1]) * (1 / _TWO),
        lower=None if band is None else band[0],
        upper=None if band is None else band[1],
    )
