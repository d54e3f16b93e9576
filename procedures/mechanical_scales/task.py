"""Preparing a test of a mechanical scale: data plate checked, rules chosen, loads and weights found."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment, unnamed
from procedures.edition import PlannedStep
from procedures.mechanical_scales.assessment import required_sections
from procedures.mechanical_scales.instrument import MechanicalScale, read_scale
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import MechanicalScaleRules, choose_rules
from procedures.point import Activity, Reason
from procedures.scales.indication_error import plain
from procedures.scales.task import PlannedLoad
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import Demand, Requirement, choose_standards, standard_use

_MOST_E_BELOW: Final = 20
"""by how many e a calculated load may stay below itself when the weights at hand cannot make it"""


class MechanicalScaleTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    scale: MechanicalScale
    rules: MechanicalScaleRules
    rules_digest: str
    e: Quantity
    """verification scale interval by rule"""
    visual: tuple[str, ...]
    positions: tuple[str, ...]
    eccentricity: PlannedLoad | None
    sensitivity: tuple[PlannedLoad, ...]
    accuracy: tuple[PlannedLoad, ...]
    repeatability: PlannedLoad
    weighings: int
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]


def prepare(
    assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]
) -> MechanicalScaleTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
        StandardError: the weights will not do.
    """
    bare = ruled_task(assignment, on)
    of_type = bare.rules.types[bare.scale.scale_type]
    share = Fraction(bare.rules.tests.standards_share)
    requirement = Requirement(on=on, lowest_class=of_type.weights, share=share)
    wishes = tuple(_wishes(bare))
    demands = [_demand(bare, planned, sensed=use == "sensitivity") for use, planned in wishes]
    supplies, used = choose_standards(standards, assignment.standards, demands, requirement)
    made: dict[str, list[PlannedLoad]] = {}
    for (use, _), supply in zip(wishes, supplies, strict=True):
        names, known = supply.heap.names, supply.heap.reference()
        made.setdefault(use, []).append(PlannedLoad(load=supply.load, weights=names, reference=known))
    return msgspec.structs.replace(
        bare,
        eccentricity=next(iter(made.get("eccentricity", ())), None),
        sensitivity=tuple(made.get("sensitivity", ())),
        accuracy=tuple({planned.load: planned for planned in made["accuracy"]}.values()),
        repeatability=made["repeatability"][0],
        standards=tuple(standard_use(standard) for standard in used),
        notices=(*unnamed(assignment), *bare.notices),
    )


def ruled_task(assignment: Assignment, on: dt.date) -> MechanicalScaleTask:
    """The task as rules and data plate have it, before anybody looks for weights.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
    """
    scale = read_scale(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    of_type, tests = rules.types[scale.scale_type], rules.tests
    e = Permitted(scale, rules, assignment.activity).e
    corner = _load(scale, e, tests.eccentricity_share) if of_type.positions else None
    return MechanicalScaleTask(
        activity=assignment.activity,
        date=on,
        scale=scale,
        rules=rules,
        rules_digest=digest,
        e=e,
        visual=rules.visual_items(assignment.activity),
        positions=of_type.positions,
        eccentricity=corner,
        sensitivity=tuple(_named(scale, rules, e, tests.sensitivity)),
        accuracy=tuple(_named(scale, rules, e, tests.accuracy)),
        repeatability=_load(scale, e, of_type.repeatability_share),
        weighings=tests.weighings,
        standards=(),
        notices=rules.notices(),
    )


def standards_used(task: MechanicalScaleTask) -> tuple[StandardUse, ...]:
    """The sets of weights that make the loads."""
    return task.standards


def plan(task: MechanicalScaleTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    corner = task.eccentricity.load if task.eccentricity is not None else None
    weighings = [(str(number), task.repeatability.load) for number in range(1, task.weighings + 1)]
    steps = {
        "visual": [_step("visual", item) for item in task.visual],
        "balance": [PlannedStep(section="balance", label="balance")],
        "sensitivity": [_step("sensitivity", str(one.load), one.load) for one in task.sensitivity],
        "eccentricity": [_step("eccentricity", place, corner, place) for place in task.positions],
        "accuracy": [_step("accuracy", str(one.load), one.load) for one in task.accuracy],
        "repeatability": [_step("repeatability", *one) for one in [*weighings, ("range", None)]],
    }
    required = required_sections(task.scale, task.rules)
    return tuple(step for section in required for step in steps[section])


def _step(section: str, rest: str, load: Quantity | None = None, position: str = "") -> PlannedStep:
    return PlannedStep(section=section, label=f"{section}/{rest}", load=load, position=position)


def _wishes(task: MechanicalScaleTask) -> Iterator[tuple[str, PlannedLoad]]:
    yield from (("sensitivity", planned) for planned in task.sensitivity)
    yield from (("accuracy", planned) for planned in task.accuracy)
    yield "repeatability", task.repeatability
    if task.eccentricity is not None:
        yield "eccentricity", task.eccentricity


def _demand(task: MechanicalScaleTask, planned: PlannedLoad, *, sensed: bool) -> Demand:
    permitted = Permitted(task.scale, task.rules, task.activity)
    loads = [planned.load - task.e * below for below in range(_MOST_E_BELOW + 1)]
    return Demand(
        loads=tuple(load for load in loads if load.value > 0),
        exact=True,
        permitted=permitted.stated,
        beside=(permitted.extra_load(planned.load),) if sensed else (),
    )


def _named(
    scale: MechanicalScale, rules: MechanicalScaleRules, e: Quantity, names: tuple[str, ...]
) -> Iterator[PlannedLoad]:
    """Loads by their names, rising, none twice."""
    found: set[Quantity] = set()
    for name in names:
        if name == "bands":
            edges = (e * band.up_to for band in rules.types[scale.scale_type].bands if band.up_to is not None)
            found |= {plain(edge.to(scale.unit)) for edge in edges if edge <= scale.max}
        elif name == "min":
            found |= {plain(scale.min.to(scale.unit))} if scale.min else set()
        else:
            found.add(_load(scale, e, name.removesuffix("max").strip() or "1").load)
    return (PlannedLoad(load=load, weights=()) for load in sorted(found) if load)


def _load(scale: MechanicalScale, e: Quantity, share: str) -> PlannedLoad:
    """A share of Max, down to a whole e."""
    step = Fraction(e.to(scale.unit).value)
    count = Fraction(scale.max.to(scale.unit).value) * Fraction(share) // step
    return PlannedLoad(load=plain((e * int(count)).to(scale.unit)), weights=())
