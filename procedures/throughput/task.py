"""Preparing a test of meters of volume: flows and volumes planned, standards found. And the test on paper."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, sqrt
from typing import Final, Literal, Protocol, TypeVar

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.meters.relative_error import percent_of
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.reference_standard import Use
from procedures.rounding import expanded_quantity
from procedures.standard import Kind as StandardKind
from procedures.standard import WorkingStandard
from procedures.subjects.judging import cut, stated
from procedures.subjects.sheet import Tested
from procedures.subjects.task import SubjectTask, measures, planned_standard, supplied, tested_of
from procedures.throughput.judging import Kind
from procedures.throughput.rules import ThroughputRules
from procedures.tolerance import symmetric

Method = Literal["master", "volumetric"]
_KINDS: Final[dict[Method, StandardKind]] = {"master": "master_meter", "volumetric": "vessel"}
_FIGURES: Final = 3


class PlannedFlow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One flow of the test."""

    name: str
    aim: Quantity
    lower: Quantity
    upper: Quantity
    volume: Quantity
    """to be let through in one run"""
    permitted: Quantity
    """%, cut off"""
    standard: str = ""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the reference volume, %"""


class ThroughputTask(SubjectTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a task that all meters of volume share."""

    method: Method
    flows: tuple[PlannedFlow, ...]
    runs: int


_Task = TypeVar("_Task", bound=ThroughputTask)
_Kind = TypeVar("_Kind", bound=Kind)
Steps = Callable[[_Kind, Sequence[PlannedFlow], int, Sequence[Tested]], tuple[PlannedStep, ...]]
"""what is to come, for these flows, runs and meters"""


class Plate(Protocol):
    """What the entry `[uut]` of an assignment has for every kind of these meters."""

    @property
    def method(self) -> Method:
        """Against what they are compared."""

    @property
    def meters(self) -> tuple[Tested, ...]:
        """None: one, with the identity of the assignment."""

    @property
    def repeats(self) -> int | None:
        """Runs at each flow; None: as many as the rules ask for."""


def ruled(
    made: Callable[..., _Task],
    assignment: Assignment,
    on: dt.date,
    plate: Plate,
    *,
    kind: _Kind,
    digest: str,
    steps: Steps[_Kind],
) -> _Task:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Args:
        made: makes the task of this kind.
        assignment: what is to be tested.
        on: the day of the test.
        plate: its `[uut]`.
        kind: what the kind adds.
        digest: of the rule table.
        steps: what is to come.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    tested = tested_of(plate.meters, assignment)
    flows = tuple(planned_flows(kind))
    runs = max(plate.repeats or 0, kind.rules.runs)
    return made(
        activity=assignment.activity,
        date=on,
        tested=tested,
        rules_digest=digest,
        steps=steps(kind, flows, runs, tested),
        cupboard=(),
        standards=(),
        notices=kind.rules.notices(),
        method=plate.method,
        flows=flows,
        runs=runs,
        uut=plate,
        rules=kind.rules,
    )


def prepared(
    bare: _Task,
    kind: _Kind,
    assignment: Assignment,
    standards: Sequence[WorkingStandard],
    steps: Steps[_Kind],
) -> _Task:
    """The same task with its standards, and with the steps that follow from them.

    Raises:
        StandardError: none will do.
    """
    flows, used = with_standards(bare, kind.rules, assignment, standards)
    return supplied(bare, used, assignment, flows=flows, steps=steps(kind, flows, bare.runs, bare.tested))


def planned_flows(kind: Kind) -> Iterator[PlannedFlow]:
    """The flows of the rules for this meter, with volumes that are large enough."""
    rules = kind.rules
    step = kind.pulse or kind.d
    for flow in rules.flows:
        band = rules.band(flow, kind.marks)
        aim = (band.lower + band.upper) / 2
        least = band.upper * Fraction(rules.volumes.least_time.to("s").value) * 1000 / 3600
        litres = kind.volume(Fraction(max(1, ceil(least))))
        limit = kind.permitted(aim, litres)
        if step is not None:
            share = limit / 100 * Fraction(rules.standards.resolution_share)
            litres = max(litres, Fraction(ceil(Fraction(step.to("L").value) / share)))
            limit = kind.permitted(aim, litres)
        litres = kind.volume(litres)
        yield PlannedFlow(
            name=flow.name,
            aim=stated(aim, "m3/h", 6),
            lower=stated(band.lower, "m3/h", 6),
            upper=stated(band.upper, "m3/h", 6),
            volume=stated(litres, "L"),
            permitted=cut(limit, "%"),
        )


def with_standards(
    task: ThroughputTask,
    rules: ThroughputRules,
    assignment: Assignment,
    standards: Sequence[WorkingStandard],
) -> tuple[tuple[PlannedFlow, ...], list[WorkingStandard]]:
    """The flows with the standard of each.

    Raises:
        StandardError: none will do.
    """
    planned, used = [], []
    method = task.method
    for flow in task.flows:
        at = flow.aim if method == "master" else flow.volume
        limit = rules.doubt_limit(flow.permitted)
        cupboard = _by_size(standards, flow.volume) if method == "volumetric" else standards
        chosen, doubt = planned_standard(
            cupboard,
            assignment,
            Use(kind=_KINDS[method], at=at, limit=limit),
            task.date,
            measures("volume", "volume flow"),
        )
        volume = chosen.nominal if method == "volumetric" and chosen.nominal is not None else flow.volume
        used.append(chosen)
        doubt = _with_reading(chosen, doubt, volume)
        planned.append(msgspec.structs.replace(flow, standard=chosen.id, uncertainty=doubt, volume=volume))
    return tuple(planned), used


def _by_size(standards: Sequence[WorkingStandard], volume: Quantity) -> list[WorkingStandard]:
    """The smallest measure that takes the volume first; when none does, the largest."""
    measured = [(one.nominal, one) for one in standards if one.kind == "vessel" and one.nominal is not None]
    fitting = sorted((pair for pair in measured if pair[0] >= volume), key=lambda pair: pair[0])
    small = sorted((pair for pair in measured if pair[0] < volume), key=lambda pair: pair[0], reverse=True)
    return [one for _, one in (*fitting, *small)]


def _with_reading(standard: WorkingStandard, certificate: Quantity, volume: Quantity) -> Quantity:
    """Certificate and reading of the standard together, k = 2, % of the volume."""
    parts = [float(certificate.value) / 2]
    step = standard.scale_interval
    if step is not None and step.dimension == "volume":
        readings = 1 if standard.kind == "vessel" else 2
        parts.append(float(percent_of(step, volume).value) / sqrt(12) * sqrt(readings))
    return expanded_quantity(2 * sqrt(sum(part * part for part in parts)), "%", _FIGURES)


def steps_of(
    visual: Sequence[str],
    sections: Sequence[str],
    flows: Sequence[PlannedFlow],
    runs: int,
    tested: Sequence[Tested],
) -> tuple[PlannedStep, ...]:
    """What is to come, in order; sections beside inspection and runs have one point a meter."""
    steps: list[PlannedStep] = []
    for section in sections:
        for one in tested:
            match section:
                case "visual":
                    labels = [f"visual/{one.id}/{item}" for item in visual]
                    steps += [PlannedStep(section=section, label=label) for label in labels]
                case "accuracy":
                    steps += [
                        PlannedStep(
                            section=section, label=f"accuracy/{one.id}/{flow.name}/{n}", load=flow.aim
                        )
                        for flow in flows
                        for n in range(1, runs + 1)
                    ]
                case _:
                    steps.append(PlannedStep(section=section, label=f"{section}/{one.id}"))
    return tuple(steps)


def outlined(task: ThroughputTask, rules: ThroughputRules, formulas: tuple[Formula, ...]) -> Outline:
    """The test of the first meter on paper."""
    limits = {flow.name: symmetric(flow.permitted, rules.limits_citation) for flow in task.flows}
    first = task.tested[0].id
    share = f"1/{rules.standards.least_ratio}"
    return Outline(
        rules=rules.id,
        points=tuple(
            OutlinedPoint(
                section=step.section,
                label=step.label,
                load=step.load,
                tolerance=limits.get(step.label.split("/")[2]) if step.section == "accuracy" else None,
            )
            for step in task.steps
            if step.label.split("/")[1] == first
        ),
        formulas=formulas,
        standards=tuple(
            Demanded(
                quantity=flow.volume,
                permitted=flow.volume * (flow.permitted.value * Decimal("0.01")),
                share=share,
            )
            for flow in task.flows
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )
