"""The test of energy meters on paper: loads and limits, counts, formulas, demands on the standard."""

import datetime as dt

from procedures.assignment import Assignment
from procedures.energy_meters.task import ruled_task
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.tolerance import symmetric

_FORMULAS = {
    "pulses": "e = (N Kr)/(K Nr) (1 + er) − 1",
    "comparator": "e = (1 + es)(1 + er) − 1",
    "power_time": "e = N/(K P t) (1 + er) − 1",
    "dosage": "e = E/Es (1 + er) − 1",
}


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the meters of an assignment; no standard is asked for.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    task = ruled_task(assignment, on)
    rules, judging = task.rules, task.judging
    limits = {load.name: symmetric(load.permitted, rules.limits_citation) for load in task.loads}
    first = task.tested[0].id
    longest = judging.no_load_seconds()
    counts = [
        Formula(
            name=load.name,
            text=f"N = {load.pulses}, E = {load.energy}, P = {load.power}, t ≈ {load.duration}",
            citation=rules.standards.citation,
        )
        for load in task.loads
    ]
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
        formulas=(
            Formula(name="accuracy", text=_FORMULAS[task.uut.method], citation=rules.methods.citation),
            *counts,
            Formula(name="no_load", text=f"t ≥ {float(longest):.1f} s", citation=rules.no_load.citation),
            Formula(
                name="starting",
                text=f"t ≤ {rules.starting.spacing_factor} × 3.6e6/(m k U Ist)",
                citation=rules.starting.citation,
            ),
        ),
        standards=tuple(
            Demanded(
                quantity=load.current, permitted=load.permitted, share=f"1/{rules.standards.least_ratio}"
            )
            for load in task.loads
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )
