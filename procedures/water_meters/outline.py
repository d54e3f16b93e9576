"""The test of water meters on paper: flows and limits, volumes, and what the standard must be good for."""

import datetime as dt
from typing import Final

from procedures.assignment import Assignment
from procedures.outline import Demanded, Formula, Outline, OutlinedPoint
from procedures.water_meters.instrument import read_meters
from procedures.water_meters.rules import choose_rules
from procedures.water_meters.task import aim_of, volume_of

_HUNDRED: Final = 100

_REFERENCES: Final = {
    "volumetric": ("V = (Vn + ΔV) [1 + γ (tv − tr)] ρ(tv) / ρ(tm)", "EURAMET cg-21 (unverified)"),
    "gravimetric": ("V = m / (ρw − ρa) · (1 − ρa / 8000 kg/m³)", "ISO 4787, EURAMET cg-19 (unverified)"),
    "master": ("V = Vm / (1 + em)", "OIML R 49-2:2013 (unverified)"),
}


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the meters of an assignment; the limits are those of cold water.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_meters(assignment.uut)
    rules, _ = choose_rules(assignment.rules, on)
    rates = rules.rates(uut)
    wanted = rules.sections(uut, assignment.activity)
    points: list[OutlinedPoint] = []
    demanded = []
    for section in wanted:
        if section == "visual":
            items = rules.visual.at(assignment.activity)
            points += [OutlinedPoint(section=section, label=f"visual/{item}") for item in items]
        elif section != "accuracy":
            points.append(OutlinedPoint(section=section, label=section))
    for flow in rules.flows[uut.marking]:
        tolerance = rules.tolerance(uut, flow.zone, rules.warm_above, assignment.activity)
        band = flow.band(rates)
        volume = volume_of(uut, rules, band)
        share = f"1/{rules.standards.least_ratio}"
        demanded.append(
            Demanded(quantity=volume, permitted=volume * (tolerance.upper.value / _HUNDRED), share=share)
        )
        points += [
            OutlinedPoint(
                section="accuracy",
                label=f"accuracy/{flow.name}/{number}",
                load=aim_of(band),
                tolerance=tolerance,
            )
            for number in range(1, max(uut.repeats or 0, rules.repeats.runs) + 1)
        ]
    text, citation = _REFERENCES[uut.method]
    return Outline(
        rules=rules.id,
        points=tuple(points),
        formulas=(
            Formula(name="accuracy", text="E = (Vi − V) / V", citation=rules.limits_citation),
            Formula(name=uut.method, text=text, citation=citation),
            Formula(
                name="same_sign",
                text="all E > 0 or all E < 0: at least one |E| ≤ BKD / 2",
                citation=rules.same_sign.citation,
            ),
        ),
        standards=tuple(demanded),
        validity_years=rules.validity_years,
        notices=rules.notices(),
    )
