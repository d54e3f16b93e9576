"""The test of a capacity measure on paper."""

import datetime as dt
from typing import Final

from procedures.assignment import Assignment
from procedures.capacity_measures.assessment import RANGE, Judging
from procedures.capacity_measures.instrument import read_measure
from procedures.capacity_measures.rules import choose_rules
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.vessels.limits import limit_notices

_VOLUME: Final = {
    "volumetric": (
        "V = N Vs [1 + γs (ts − tr)] ρ(ts) / ρ(t) [1 − γ (t − tr)] − ΔV",
        "EURAMET cg-21 (unverified)",
    ),
    "gravimetric": (
        "V = m / (ρw − ρa) · (1 − ρa / 8000 kg/m³) [1 − γ (t − tr)] − ΔV",
        "ISO 4787, EURAMET cg-19 (unverified)",
    ),
}


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the measure of an assignment.

    Raises:
        ProcedureError: the marks or the rules will not do, or nobody has read the limit.
    """
    uut = read_measure(assignment.uut)
    rules, _ = choose_rules(assignment.rules, on)
    judging, of_type = Judging(uut, rules, assignment.activity), rules.of_type(uut)
    tolerance = judging.tolerance
    visual = of_type.visual_at(assignment.activity)
    points = {
        "visual": [OutlinedPoint(section="visual", label=f"visual/{item}") for item in visual],
        "accuracy": [
            OutlinedPoint(
                section="accuracy", label=f"accuracy/{number}", load=uut.nominal, tolerance=tolerance
            )
            for number in range(1, judging.fillings + 1)
        ],
        "repeatability": [OutlinedPoint(section="repeatability", label=RANGE)]
        if judging.fillings > 1
        else [],
    }
    text, citation = _VOLUME[uut.method]
    return Outline(
        rules=rules.id,
        points=tuple(point for name in rules.order for point in points[name]),
        formulas=(
            Formula(name="accuracy", text="E = Vn − V", citation=tolerance.citation),
            Formula(name=uut.method, text=text, citation=citation),
            Formula(
                name="repeatability",
                text=f"Vmax − Vmin ≤ {rules.repeats.range_share} BKD",
                citation=rules.repeats.citation,
            ),
        ),
        standards=(
            Demanded(
                quantity=uut.nominal,
                permitted=tolerance.upper,
                share=f"1/{rules.standards.least_ratio}",
            ),
        ),
        validity_years=of_type.validity_years,
        notices=(*rules.notices(), *limit_notices(uut.own_limit)),
    )
