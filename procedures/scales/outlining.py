"""The test of a scale on paper: the points that the rules ask for, their limits, the weights it takes."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.point import Tolerance
from procedures.scales.basis import Basis
from procedures.scales.observation import Observations
from procedures.scales.rules import ScaleRules
from procedures.scales.task import ScaleTask, plan, ruled_task
from procedures.scales.wishes import wishes
from procedures.tolerance import symmetric

_CHANGEOVER: Final = "OIML R 76-1:2006, A.4.4.3"


def outline(assignment: Assignment, on: date) -> Outline:
    """Points, limits, formulas and weights for one scale; nothing is measured and no standard is asked for.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
    """
    task = ruled_task(assignment, on)
    return Outline(
        rules=task.rules.id,
        points=tuple(_point(task, step) for step in plan(task)),
        formulas=tuple(_formulas(task.rules)),
        standards=tuple(_demanded(task)),
        validity_years=task.rules.validity_years,
        notices=task.notices,
    )


def _point(task: ScaleTask, step: PlannedStep) -> OutlinedPoint:
    return OutlinedPoint(
        section=step.section,
        label=step.label,
        load=step.load,
        position=step.position,
        tolerance=_tolerance(task, step),
    )


def _tolerance(task: ScaleTask, step: PlannedStep) -> Tolerance | None:
    rules, basis = task.rules, Basis(task.scale, task.rules, task.activity, Observations())
    if step.section in {"visual", "discrimination"}:
        return None
    if step.label == "repeatability/range":
        weighed = task.repeatability
        limit = basis.permitted(weighed.load, basis.part(weighed.load, weighed.range, weighed.load))
        return Tolerance(lower=limit * 0, upper=limit, citation=rules.repeatability.citation)
    if step.load is None:
        return None
    load = step.load
    in_last = step.label.startswith("accuracy/down/")
    part = task.scale.part_at(load, (len(task.scale.ranges) or None) if in_last else None)
    if step.section == "zero":
        return symmetric(basis.setting(rules.zero.limit_e, part), rules.zero.citation)
    if step.section == "tare" and not load:
        return symmetric(basis.setting(rules.tare.zero_limit_e, part), rules.tare.citation)
    return symmetric(basis.permitted(load, part), rules.tolerance.citation[task.activity])


def _formulas(rules: ScaleRules) -> Iterator[Formula]:
    direct = rules.tolerance.without_added == "direct"
    text = "E = I − L" if direct else "I − L − ½d ≤ E ≤ I − L + ½d"
    yield Formula(name=rules.tolerance.without_added, text=text, citation=rules.citation)
    yield Formula(name="changeover", text="E = I + ½d − ΔL − L; Ec = E − E0", citation=_CHANGEOVER)
    yield Formula(name="high_resolution", text="E = I − L (d ≤ e/5)", citation=_CHANGEOVER)
    yield Formula(name="repeatability", text="R = Pmax − Pmin", citation=rules.repeatability.citation)
    extra = f"{rules.discrimination.extra_d} d"
    text = f"I(L + {extra}) ≥ I(L) + d"
    yield Formula(name="discrimination", text=text, citation=rules.discrimination.citation)
    yield Formula(name="uncertainty", text="U = k u(E); |E| ≤ BKD", citation=rules.uncertainty.citation)


def _demanded(task: ScaleTask) -> Iterator[Demanded]:
    """Each load once, with the part of the permitted error that the weights may be wrong by."""
    rules, basis = task.rules, Basis(task.scale, task.rules, task.activity, Observations())
    seen = set()
    for wish in wishes(task.scale, rules, task.activity):
        load = wish.load.greatest
        if not load or load in seen:
            continue
        seen.add(load)
        permitted = basis.permitted(load, task.scale.part_at(load, wish.load.range))
        yield Demanded(
            quantity=load,
            permitted=permitted,
            share=rules.standards.share,
            accuracy_class=rules.classes[task.scale.accuracy_class].weights,
        )
