"""Preparing a test of a scale: the data plate checked, the rules chosen, the loads planned, weights found."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from drivers.notation import from_json, to_json
from drivers.quantity import Quantity
from procedures.assignment import Assignment, unnamed
from procedures.edition import PlannedStep
from procedures.errors import StandardError
from procedures.point import Activity, Reason
from procedures.scales import loads
from procedures.scales.assessment import required_sections
from procedures.scales.classification import check_classification, classification_notices, least_load
from procedures.scales.indication_error import plain
from procedures.scales.instrument import Scale, read_scale
from procedures.scales.rules import ScaleRules, Section, choose_rules, share_of
from procedures.scales.substitution import Stage, stages
from procedures.scales.wishes import (
    BY_CHANGEOVER,
    EDGE_STEP_D,
    EDGE_WEIGHTS,
    Wish,
    demand,
    from_edge,
    largest_load,
    tares,
    wishes,
    with_substitution,
)
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import (
    Requirement,
    Supply,
    choose_standards,
    standard_use,
)
from procedures.weights import LoadReference

_BEFORE_BALLAST: Final = frozenset({"visual", "zero", "repeatability"})


class PlannedLoad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A load and the weights to make it."""

    load: Quantity
    weights: tuple[str, ...]
    range: int | None = None
    """range of a multiple range instrument"""
    reference: LoadReference | None = None
    """what is known about the mass of these weights"""


class PlannedTare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tare load and the net loads to be weighed with it."""

    tare: Quantity
    net: tuple[PlannedLoad, ...]


class PlannedStage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Loads of the same ballast."""

    ballast: Quantity
    """nominal"""
    standards: tuple[PlannedLoad, ...]
    """what is laid beside the ballast, rising"""


class ScaleTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    """the day whose rules hold"""
    scale: Scale
    rules: ScaleRules
    rules_digest: str
    """SHA-256 of the rule table's file"""
    visual: tuple[str, ...]
    zero: PlannedLoad
    eccentricity: PlannedLoad
    positions: tuple[str, ...]
    accuracy_up: tuple[PlannedLoad, ...]
    accuracy_down: tuple[PlannedLoad, ...]
    repeatability: PlannedLoad
    weighings: int
    discrimination: tuple[PlannedLoad, ...]
    tare: tuple[PlannedTare, ...]
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]
    stages: tuple[PlannedStage, ...] = ()
    """weighing test with substitution loads; none: standard weights up to Max"""
    from_edge: bool = False
    """discrimination begins at the edge of a step: there are small weights to come down to it"""


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> ScaleTask:
    """Turn an assignment into a task.

    Args:
        assignment: what is to be verified.
        on: the day of the test; it chooses the rules, and certificates must still be valid then.
        standards: all weights of the laboratory.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
        StandardError: the weights will not do.
    """
    read_scale(assignment.uut)
    bare = Assignment(
        kind=assignment.kind,
        activity=assignment.activity,
        uut=assignment.uut,
        rules=assignment.rules,
        standards=assignment.standards,
    )
    task = _prepared(to_json(_Asked(assignment=bare, on=on, standards=standards)))
    return msgspec.structs.replace(task, notices=(*unnamed(assignment), *task.notices))


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """All that a task follows from; whose scale it is, and where it stands, is not in it."""

    assignment: Assignment
    on: dt.date
    standards: tuple[WorkingStandard, ...]


@lru_cache(maxsize=256)
def _prepared(written: bytes) -> ScaleTask:
    """An office has a few kinds of scale and the same weights all year: an audit plans for each kind once."""
    asked = from_json(written, _Asked)
    assignment, on, standards = asked.assignment, asked.on, asked.standards
    scale = read_scale(assignment.uut)
    rules, _ = choose_rules(assignment.rules, on)
    check_classification(scale, rules)
    requirement = Requirement(
        on=on,
        lowest_class=rules.classes[scale.accuracy_class].weights,
        share=share_of(rules.standards.share),
    )
    wanted = tuple(wishes(scale, rules, assignment.activity))
    enough = largest_load(scale, rules, standards, assignment.standards, requirement)
    steps: tuple[Stage, ...] = ()
    if enough is not None:
        loads_up = sorted({wish.load.greatest for wish in wanted if wish.use == "accuracy"})
        steps = stages(loads_up, enough)
        wanted = tuple(with_substitution(wanted, steps, enough))

    def chosen(wanted: Sequence[Wish]) -> tuple[Sequence[Supply], Sequence[WorkingStandard]]:
        demands = [
            demand(
                wish, scale, rules, assignment.activity, changeover=bool(steps) and wish.use in BY_CHANGEOVER
            )
            for wish in wanted
        ]
        return choose_standards(standards, assignment.standards, demands, requirement)

    edge = not scale.high_resolution  # whose digits say where in its step the indication stands
    try:
        supplies, used = chosen(tuple(from_edge(wanted, scale)) if edge else wanted)
    except StandardError:
        if not edge:
            raise
        edge = False
        supplies, used = chosen(wanted)
    planned: dict[str, list[PlannedLoad]] = {}
    for wish, supply in zip(wanted, supplies, strict=True):
        planned.setdefault(wish.use, []).append(_planned(wish, supply))
    bare = ruled_task(assignment, on, planned)
    if steps:
        bare = _staged(bare, steps, planned["accuracy"])
    if bare.discrimination and not edge:
        bare = msgspec.structs.replace(bare, notices=(*bare.notices, _from_anywhere(scale, bare)))
    return msgspec.structs.replace(
        bare, from_edge=edge, standards=tuple(standard_use(standard) for standard in used)
    )


def _from_anywhere(scale: Scale, task: ScaleTask) -> Reason:
    """That friction may hide, and the small weights that would show it."""
    steps = (scale.rise_at(planned.load, planned.range) for planned in task.discrimination)
    masses = dict.fromkeys(str(plain(step * EDGE_STEP_D)) for step in steps)
    facts = {"count": str(EDGE_WEIGHTS), "masses": ", ".join(masses)}
    return Reason(code="discrimination_from_anywhere", facts=facts)


def _staged(task: ScaleTask, steps: tuple[Stage, ...], laid: Sequence[PlannedLoad]) -> ScaleTask:
    """The weighing test in stages: rising only, in totals of ballast and standards."""
    beside = iter(laid)
    planned = tuple(
        PlannedStage(ballast=step.ballast, standards=tuple(next(beside) for _ in step.standards))
        for step in steps
    )
    totals: list[PlannedLoad] = []
    below: LoadReference | None = None  # ballast is weighed against the standards that it takes the place of
    for stage in planned:
        for one in stage.standards:
            total = plain(stage.ballast + one.load)
            known = one.reference if below is None or one.reference is None else below + one.reference
            totals.append(PlannedLoad(load=total, weights=one.weights, reference=known))
        below = totals[-1].reference
    told = Reason(code="substitution_loads", facts={"standards": str(max(one.load for one in laid))})
    return msgspec.structs.replace(
        task, stages=planned, accuracy_up=tuple(totals), accuracy_down=(), notices=(*task.notices, told)
    )


def ruled_task(
    assignment: Assignment, on: dt.date, planned: Mapping[str, Sequence[PlannedLoad]] | None = None
) -> ScaleTask:
    """The task as rules and data plate have it, no standards named.

    Args:
        assignment: what is to be verified.
        on: the day of the test.
        planned: loads by their use; None: as they are calculated, before anybody looks for weights.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
    """
    scale = read_scale(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    check_classification(scale, rules)
    if planned is None:
        found: dict[str, list[PlannedLoad]] = {}
        for wish in wishes(scale, rules, assignment.activity):
            bare = PlannedLoad(load=wish.load.greatest, weights=(), range=wish.load.range)
            found.setdefault(wish.use, []).append(bare)
        planned = found
    up = tuple(planned["accuracy"])
    return ScaleTask(
        activity=assignment.activity,
        date=on,
        scale=scale,
        rules=rules,
        rules_digest=digest,
        visual=rules.visual_items(assignment.activity, scale.features),
        zero=next(iter(planned.get("zero", ())), PlannedLoad(load=Quantity(0, scale.unit), weights=())),
        eccentricity=planned["eccentricity"][0],
        positions=loads.eccentricity_positions(scale, rules),
        accuracy_up=up,
        accuracy_down=_down(up, scale, rules),
        repeatability=planned["repeatability"][0],
        weighings=rules.classes[scale.accuracy_class].weighings,
        discrimination=tuple(planned.get("discrimination", ())),
        tare=tuple(
            PlannedTare(tare=tare, net=tuple(planned[f"tare {tare}"]))
            for tare in tares(scale, rules, assignment.activity)
        ),
        standards=(),
        notices=(*rules.notices(), *classification_notices(scale, rules)),
    )


def standards_used(task: ScaleTask) -> tuple[StandardUse, ...]:
    """The sets of weights that make the loads."""
    return task.standards


def references(task: ScaleTask) -> dict[Quantity, LoadReference]:
    """What is known about the weights of each load."""
    tared = (net for planned in task.tare for net in planned.net)
    every = (
        *(task.zero, task.eccentricity, task.repeatability),
        *(*task.accuracy_up, *task.discrimination, *tared),
    )
    return {planned.load: planned.reference for planned in every if planned.reference is not None}


def plan(task: ScaleTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    steps = {
        "visual": [_step("visual", item) for item in task.visual],
        "zero": [PlannedStep(section="zero", label="zero", load=task.zero.load)],
        "eccentricity": [
            _step("eccentricity", position, task.eccentricity.load, position) for position in task.positions
        ],
        "accuracy": [
            *(_step("accuracy", f"up/{planned.load}", planned.load) for planned in task.accuracy_up),
            *(_step("accuracy", f"down/{planned.load}", planned.load) for planned in task.accuracy_down),
        ],
        "repeatability": [
            *(
                _step("repeatability", str(number), task.repeatability.load)
                for number in range(1, task.weighings + 1)
            ),
            _step("repeatability", "range"),
        ],
        "discrimination": [
            _step("discrimination", str(planned.load), planned.load) for planned in task.discrimination
        ],
        "tare": [
            _step("tare", f"{planned.tare}/{load}", load)
            for planned in task.tare
            for load in (Quantity(0, task.scale.unit), *(net.load for net in planned.net))
        ],
    }
    return tuple(step for section in sections(task) for step in steps[section])


def sections(task: ScaleTask) -> tuple[Section, ...]:
    """As the rules have it; with ballast the repeatability first, for it says how much ballast may be."""
    required = required_sections(task.scale, task.rules, task.activity)
    if not task.stages:
        return required
    first = tuple(name for name in required if name in _BEFORE_BALLAST)
    return (*first, *(name for name in required if name not in first))


def _step(section: str, rest: str, load: Quantity | None = None, position: str = "") -> PlannedStep:
    return PlannedStep(section=section, label=f"{section}/{rest}", load=load, position=position)


def _planned(wish: Wish, supply: Supply) -> PlannedLoad:
    return PlannedLoad(
        load=supply.load,
        weights=supply.heap.names,
        range=wish.load.range,
        reference=supply.heap.reference(),
    )


def _down(up: tuple[PlannedLoad, ...], scale: Scale, rules: ScaleRules) -> tuple[PlannedLoad, ...]:
    """The same loads coming down; a multiple range instrument stays in its highest range until unloaded."""
    if not rules.accuracy.down:
        return ()
    last = len(scale.ranges) or None
    least = least_load(scale, scale.parts[-1], rules) if scale.ranges else Quantity(0, scale.unit)
    return tuple(
        msgspec.structs.replace(planned, range=last)
        for planned in reversed(up[:-1])
        if planned.load and planned.load >= least
    )
