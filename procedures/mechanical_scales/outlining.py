"""The test of a mechanical scale on paper."""

from datetime import date

from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import TypeRules
from procedures.mechanical_scales.task import MechanicalScaleTask, plan, ruled_task
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.point import Tolerance
from procedures.tolerance import symmetric


def outline(assignment: Assignment, on: date) -> Outline:
    """Points, limits, formulas and weights for one scale; nothing is measured and no standard is asked for.

    Raises:
        ProcedureError: the data of the scale or the rules will not do.
    """
    task = ruled_task(assignment, on)
    rules, of_type = task.rules, task.rules.types[task.scale.scale_type]
    permitted = Permitted(task.scale, rules, task.activity)
    factor = rules.factor[task.activity]
    interval = f"{of_type.e_of_max} Max" if of_type.e_of_max else "d"
    extra = f"ΔL = {of_type.sensitivity} BKD"
    return Outline(
        rules=rules.id,
        points=tuple(_point(task, permitted, step) for step in plan(task)),
        formulas=(
            Formula(name="interval", text=f"e = {interval} = {task.e}", citation=of_type.citation),
            Formula(name="permitted", text=f"|E| ≤ {_limit(of_type)} × {factor}", citation=of_type.citation),
            Formula(name="direct", text="E = I − L", citation=rules.tests.citation),
            Formula(name="sensitivity", text=extra, citation=rules.tests.citation),
        ),
        standards=tuple(
            Demanded(
                quantity=load,
                permitted=permitted.stated(load),
                share=rules.tests.standards_share,
                accuracy_class=of_type.weights,
            )
            for load in dict.fromkeys(step.load for step in plan(task) if step.load is not None)
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )


def _limit(of_type: TypeRules) -> str:
    if not of_type.bands:
        return f"({of_type.of_max} Max + {of_type.of_load} m)"
    steps = (f"{band.limit} e" + (f" ≤ {band.up_to} e" if band.up_to else "") for band in of_type.bands)
    return "; ".join(steps)


def _point(task: MechanicalScaleTask, permitted: Permitted, step: PlannedStep) -> OutlinedPoint:
    tolerance: Tolerance | None = None
    if step.section in {"accuracy", "eccentricity", "repeatability"}:
        load = step.load or task.repeatability.load
        citation = task.rules.types[task.scale.scale_type].citation
        tolerance = symmetric(permitted.stated(load), citation)
    return OutlinedPoint(
        section=step.section,
        label=step.label,
        load=step.load,
        position=step.position,
        tolerance=tolerance,
    )
