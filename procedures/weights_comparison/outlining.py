"""The test of a set of weights on paper: masses, limits, formulas, what the references must be good for."""

import datetime as dt

from procedures.assignment import Assignment
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.weights_comparison.difference import order
from procedures.weights_comparison.rules import WeightTestRules
from procedures.weights_comparison.task import ruled_task


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """Points, limits, formulas and references for one set; nothing is weighed.

    Raises:
        ProcedureError: the set or the rules will not do.
    """
    task = ruled_task(assignment, on)
    rules, uut = task.rules, task.uut
    tolerances = {weight.id: task.judging.tolerance(weight) for weight in task.weights}
    points = {
        "visual": [OutlinedPoint(section="visual", label=f"visual/{item}") for item in task.visual],
        "accuracy": [
            OutlinedPoint(
                section="accuracy",
                label=f"accuracy/{weight.id}",
                load=weight.nominal,
                tolerance=tolerances[weight.id],
            )
            for weight in task.weights
        ],
    }
    best = rules.reference.classes.get(uut.accuracy_class, "")
    return Outline(
        rules=rules.id,
        points=tuple(point for section in rules.order for point in points[section]),
        formulas=tuple(_formulas(rules, uut.cycle, task.cycles)),
        standards=tuple(
            Demanded(
                quantity=weight.nominal,
                permitted=tolerances[weight.id].upper,
                share=rules.reference.share,
                accuracy_class=best,
            )
            for weight in {one.nominal: one for one in task.weights}.values()
        ),
        validity_years=rules.validity_years,
        notices=task.notices,
    )


def _formulas(rules: WeightTestRules, cycle: str, cycles: int) -> tuple[Formula, ...]:
    shown = " ".join(order("ABBA", ["B"], "A")) if cycle == "ABBA" else cycle
    guard, ratio = rules.acceptance.guard, rules.acceptance.least_ratio
    differences = {
        "ABBA": "Δ = (B1 − A1 − A2 + B2) / 2",
        "ABA": "Δ = B − (A1 + A2) / 2",
        "AB1...BnA": "Δi = Bi − A1 − (A2 − A1) i / (n + 1)",
    }
    cap = f", U ≤ BKD / {ratio}" if ratio is not None else ""
    return (
        Formula(
            name="cycle", text=f"{cycles} × {shown}: {differences[cycle]}", citation=rules.cycles.citation
        ),
        Formula(
            name="mass",
            text="E = m_ref (1 + C) + Δ − m0; C = (ρa − 1.2)(1/ρt − 1/ρr)",
            citation=rules.buoyancy.citation,
        ),
        Formula(name="acceptance", text=f"|E| ≤ BKD − {guard} U{cap}", citation=rules.acceptance.citation),
    )
