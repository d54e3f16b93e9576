"""The test of a dispenser on paper: deliveries, limits, formulas, and what the measures must do."""

import datetime as dt
from typing import Final

from procedures.assignment import Assignment
from procedures.fuel_dispensers.delivered import Limits
from procedures.fuel_dispensers.task import quantity_of, ruled
from procedures.meters.relative_error import percent_of
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.tolerance import symmetric

_WHOLE: Final = {"nominal": "Vn", "indicated": "I", "reference": "V"}


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the dispenser of an assignment.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut, rules, _ = ruled(assignment, on)
    limits = Limits(uut, rules, assignment.activity)
    flows = [flow for flow in rules.flows if flow.required]
    points = [
        OutlinedPoint(section="visual", label=f"visual/{nozzle.id}/{item}")
        for nozzle in uut.nozzles
        if "visual" in rules.order
        for item in rules.visual.at(assignment.activity)
    ]
    demanded = []
    for flow in flows:
        size = quantity_of(limits, flow)
        permitted = limits.permitted(size)
        demanded.append(
            Demanded(quantity=size, permitted=permitted, share=f"1/{rules.standards.least_ratio}")
        )
        points += [
            OutlinedPoint(
                section="accuracy",
                label=f"accuracy/{nozzle.id}/{flow.name}/{number}",
                load=size,
                tolerance=symmetric(percent_of(permitted, size), rules.limits_citation),
            )
            for nozzle in uut.nozzles
            for number in range(1, rules.planned(uut, flow) + 1)
        ]
    return Outline(
        rules=rules.id,
        points=tuple(points),
        formulas=_formulas(limits),
        standards=tuple(dict.fromkeys(demanded)),
        validity_years=rules.validity_years,
        notices=rules.notices(),
    )


def _formulas(limits: Limits) -> tuple[Formula, ...]:
    rules = limits.rules
    at_vessel = "V = (Vs + ΔV) [1 + γ (tv − tr)]" if rules.temperature.vessel else "V = Vs + ΔV"
    at_dispenser = " [1 − β (tv − tp)]" if rules.temperature.liquid else ""
    price = f"|P − p I| ≤ {rules.price.intervals} × price interval"
    found = {
        "accuracy": (f"E = (I − V) / {_WHOLE[rules.denominator]}", rules.limits_citation),
        "reference": (at_vessel + at_dispenser, rules.temperature.citation),
        "repeatability": ("Emax − Emin", rules.repeatability.citation),
        "price": (price, rules.price.citation),
        "totaliser": (f"|ΔT − ΣI| ≤ {rules.totaliser.intervals} × step", rules.totaliser.citation),
    }
    wanted = [name for name in found if name in {*rules.order, "reference"}]
    return tuple(Formula(name=name, text=found[name][0], citation=found[name][1]) for name in wanted)
