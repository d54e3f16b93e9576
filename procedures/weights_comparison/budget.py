"""The uncertainty of the error of a weight: weighing, reference, drift, buoyancy, balance; all in mg.

Source: OIML R 111-1:2004, C.6 (from memory, unverified); JCGM 100:2008, 4.2, 4.3 and annex G.
"""

from collections.abc import Iterator
from math import hypot, sqrt
from typing import Final

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.physics.weight import buoyancy_uncertainty
from procedures.rounding import expanded_quantity
from procedures.uncertainty.budget import Budget, Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, expanded, rectangular, repeated, resolution
from procedures.weights_comparison.instrument import Balance, WeightSet
from procedures.weights_comparison.mass import STANDARD_AIR, UNIT, Compared, milligrams
from procedures.weights_comparison.rules import Limits, WeightTestRules

_MODEL: Final = "E = m_ref (1 + C) + Δ − m0"
_DIGITS: Final = 3
"""of U: it goes into a guard band, and two digits rounded up would eat up to a tenth of it"""
_SEVERAL: Final = 2
_WORSE: Final = 2
"""a spread of two differences is that much above the known one in 5 of 100 sessions without any fault"""


def budget_of(
    one: Compared, uut: WeightSet, rules: WeightTestRules, limits: Limits, label: str
) -> PointBudget | None:
    """The budget of one weight; None where the spread or the doubt of the reference is not known."""
    weighing, reference = _weighing(one, uut.balance), _reference(one, limits)
    if weighing is None or reference is None:
        return None
    parts = [
        weighing,
        reference,
        *_drift(one, rules),
        _buoyancy(one, uut, rules, limits),
        *_balance(one, uut.balance),
    ]
    found = combine(parts, probability=float(rules.uncertainty.probability))
    return PointBudget(point=label, unit=UNIT, budget=found, model=_MODEL)


def stated_uncertainty(budget: Budget) -> Quantity:
    """U as a point states it and as the decision uses it: three digits, rounded up."""
    return expanded_quantity(budget.expanded, UNIT, _DIGITS)


def _weighing(one: Compared, balance: Balance) -> Component | None:
    """The mean difference: by earlier work, unless its own spread is clearly worse."""
    count = len(one.differences)
    own = _own(one)
    worth = float(one.worth)
    if balance.repeatability is not None:
        known = _number(balance.repeatability)
        if own is None or own.standard <= _WORSE * known / sqrt(count):
            told = f"s = {balance.repeatability} from earlier work, {count} differences"
            return _part("repeatability", Evaluated(known / sqrt(count)), told, worth)
    if own is None:
        return None
    return _part("repeatability", own, f"spread of {count} differences", worth)


def _own(one: Compared) -> Evaluated | None:
    if len(one.differences) < _SEVERAL:
        return None
    return repeated([float(difference) for difference in one.differences]).of_mean()


def _reference(one: Compared, limits: Limits) -> Component | None:
    reference = one.row.reference
    value = float(one.reference)
    if reference.uncertainty is not None:
        told = f"certificate: U = {reference.uncertainty}, k = {reference.coverage_factor}"
        found = expanded(_number(reference.uncertainty), float(reference.coverage_factor))
        return component("weights", found, value=value, unit=UNIT, source=told)
    limit = limits.of(reference.nominal or one.weight.nominal, reference.accuracy_class)
    if limit is None:
        return None
    told = f"limit of class {reference.accuracy_class}: ± {limit}"
    return component("weights_class", rectangular(_number(limit)), value=value, unit=UNIT, source=told)


def _drift(one: Compared, rules: WeightTestRules) -> Iterator[Component]:
    reference = one.row.reference
    if reference.drift is not None:
        yield _part("drift", rectangular(_number(reference.drift)), f"± {reference.drift}")
    elif reference.uncertainty is not None:
        share = rules.reference.drift_share
        half = _number(reference.uncertainty) * 2 / float(reference.coverage_factor) * float(share)
        yield _part("drift", rectangular(half), f"assumed: ± {share} U of the certificate")


def _buoyancy(one: Compared, uut: WeightSet, rules: WeightTestRules, limits: Limits) -> Component:
    row, assumed = one.row, rules.buoyancy
    if row.buoyancy is not None:
        return _part("buoyancy", rectangular(_number(row.buoyancy)), f"not corrected: ± {row.buoyancy}")
    tested, reference = one.tested_matter, one.reference_matter
    if tested is None or reference is None:
        half = 0.0
        for matter, accuracy_class in (
            (tested, uut.accuracy_class),
            (reference, row.reference.accuracy_class),
        ):
            limit = limits.of(one.weight.nominal, accuracy_class) if matter is None else None
            half += _number(limit) * float(assumed.unknown_density_share) if limit is not None else 0.0
        told = f"density not known: {assumed.unknown_density_share} of the limit"
        return _part("buoyancy", rectangular(half), told)
    if one.air is None:
        air, told = (float(STANDARD_AIR), _density(assumed.unmeasured_air) / sqrt(3)), "air not measured"
    else:
        known = row.air_density_uncertainty or uut.air_density_uncertainty or assumed.air_uncertainty
        air, told = (float(one.air), _density(known)), f"u(ρa) = {known}"
    found = buoyancy_uncertainty(
        float(one.reference),
        air,
        (float(tested.density), tested.uncertainty),
        (float(reference.density), reference.uncertainty),
    )
    return _part("buoyancy", Evaluated(float(found)), told)


def _balance(one: Compared, balance: Balance) -> Iterator[Component]:
    step = balance.d or _last_digit(one)
    if step is not None:
        once = resolution(_number(step))
        difference = Evaluated(once.standard * sqrt(2), once.degrees_of_freedom, once.distribution)
        yield _part("rounding", difference, f"d = {step}, of a difference", float(one.worth))
    for name in ("eccentricity", "magnetism"):
        half: Quantity | None = getattr(balance, name)
        if half is not None:
            yield _part(name, rectangular(_number(half)), f"± {half}")
    sensed = one.row.sensitivity
    if sensed is not None and sensed.mass:
        small = _number(sensed.uncertainty or sensed.mass * 0) / 2 / _number(sensed.mass)
        shown = resolution(_number(step or sensed.mass * 0)).standard * sqrt(2) / _number(sensed.change)
        worth = abs(float(one.mean * one.worth))
        yield _part("sensitivity", Evaluated(worth * hypot(small, shown)), f"small weight {sensed.mass}")


def _last_digit(one: Compared) -> Quantity | None:
    """The coarsest last digit among the indications."""
    shown = [indication for cycle in one.row.cycles for indication in cycle]
    return max((each.last_digit for each in shown), default=None)


def _part(name: str, evaluated: Evaluated, told: str, sensitivity: float = 1.0) -> Component:
    return component(name, evaluated, sensitivity, unit=UNIT, source=told)


def _number(mass: Quantity) -> float:
    return float(milligrams(mass))


def _density(value: Quantity) -> float:
    return float(value.to("kg/m3").value)
