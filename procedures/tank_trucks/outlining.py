"""The test of a tank truck on paper."""

import datetime as dt
from typing import Final

from procedures.assignment import Assignment
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.tank_trucks.instrument import read_truck
from procedures.tank_trucks.rules import choose_rules
from procedures.vessels.limits import limit_notices

_POURED: Final = Formula(
    name="volumetric",
    text="V = Σ N Vs [1 + γs (ts − tr)] ρ(ts) / ρ(t) [1 − γ (t − tr)] − V removed",
    citation="EURAMET cg-21 (unverified)",
)
_MASTER: Final = Formula(
    name="master",
    text="V = Vm / (1 + em) ρ(tm) / ρ(t) [1 − γ (t − tr)] − ΔV",
    citation="OIML R 49-2:2013 (unverified)",
)


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the tank of an assignment.

    Raises:
        ProcedureError: the compartments or the rules will not do, or nobody has read the limit.
    """
    uut = read_truck(assignment.uut)
    rules, _ = choose_rules(assignment.rules, on)
    points = []
    if "visual" in rules.order:
        items = rules.visual.at(assignment.activity)
        points += [OutlinedPoint(section="visual", label=f"visual/{item}") for item in items]
    demanded = []
    for one in uut.compartments:
        tolerance = rules.tolerance(uut, one, assignment.activity)
        demanded.append(
            Demanded(
                quantity=one.nominal, permitted=tolerance.upper, share=f"1/{rules.standards.least_ratio}"
            )
        )
        if "dimensions" in rules.order:
            points += [
                OutlinedPoint(section="dimensions", label=f"dimensions/{one.id}/{name}")
                for name in (*rules.plate.lengths, *rules.plate.volumes)
            ]
        points += [
            OutlinedPoint(
                section="accuracy", label=f"accuracy/{one.id}/{number}", load=one.nominal, tolerance=tolerance
            )
            for number in range(1, rules.fillings + 1)
        ]
        if "sensitivity" in rules.order:
            label, added = f"sensitivity/{one.id}/1", rules.sensitivity.added
            points.append(OutlinedPoint(section="sensitivity", label=label, load=added))
    return Outline(
        rules=rules.id,
        points=tuple(points),
        formulas=(
            Formula(name="accuracy", text="E = Vn − V", citation=rules.limits.citation),
            *([_MASTER] if uut.method == "master" else [_POURED]),
            Formula(name="sensitivity", text="ΔV / Δh", citation=rules.sensitivity.citation),
        ),
        standards=tuple(demanded),
        validity_years=rules.validity_years,
        notices=(*rules.notices(), *limit_notices(uut.own_limit)),
    )
