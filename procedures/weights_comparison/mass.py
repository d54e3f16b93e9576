"""The error of a weight from its comparison: m = m_ref (1 + C) + Δ, error = m − nominal, all of it exact.

C = (ρa − 1.2 kg/m³)(1/ρt − 1/ρr) corrects the buoyancy of the air; without all three densities it is 0 and
its size is part of the uncertainty. Δ is the mean difference; a small weight tells what it is worth in mg.
The density of air comes from physics as a float; it enters with its last meaningful digit, the rest is exact.
Source: OIML R 111-1:2004, 10.2 and C.4 (from memory, unverified).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.physics.air import cipm_2007
from procedures.point import Reason
from procedures.rounding import settled
from procedures.scales.indication_error import plain
from procedures.surroundings import AIR_PRESSURE, HUMIDITY, ROOM, refuse_impossible
from procedures.weights_comparison.difference import differences
from procedures.weights_comparison.instrument import TestedWeight, WeightSet
from procedures.weights_comparison.observation import Air, Comparison
from procedures.weights_comparison.rules import WeightTestRules

UNIT: Final = "mg"
STANDARD_AIR: Final = Fraction(12, 10)
_THINNEST, _DENSEST = Quantity("0.5", "kg/m3"), Quantity("1.5", "kg/m3")
"""of air anywhere that people weigh (a choice of this program)"""
_AIR_PLACE: Final = Decimal("1e-6")
_STEP: Final = Decimal("1e-12")
"""of a milligram, in which an error without end is stated"""
_STEPS: Final = (_STEP, Decimal("1e-40"))
"""in which an error that ends is stated whole"""


@dataclass(frozen=True)
class Matter:
    """The density of a weight and its standard uncertainty, kg/m³."""

    density: Fraction
    uncertainty: float


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One weight of a comparison; masses in mg."""

    weight: TestedWeight
    row: Comparison
    differences: tuple[Fraction, ...]
    """as the balance showed them, cycle by cycle"""
    worth: Fraction
    """mg for each mg of indication"""
    reference: Fraction
    """conventional mass of the reference"""
    air: Fraction | None
    """kg/m³; None: not measured"""
    tested_matter: Matter | None
    reference_matter: Matter | None
    warnings: tuple[Reason, ...]

    @property
    def mean(self) -> Fraction:
        """Of the differences."""
        return sum(self.differences, Fraction(0)) / len(self.differences)

    @property
    def buoyancy(self) -> Fraction:
        """C; 0 where one of the densities is not known."""
        if self.air is None or self.tested_matter is None or self.reference_matter is None:
            return Fraction(0)
        return (self.air - STANDARD_AIR) * (
            1 / self.tested_matter.density - 1 / self.reference_matter.density
        )

    @property
    def error(self) -> Fraction:
        """Conventional mass less nominal."""
        mass = self.reference * (1 + self.buoyancy) + self.mean * self.worth
        return mass - milligrams(self.weight.nominal)


def compared(row: Comparison, uut: WeightSet, rules: WeightTestRules) -> Iterator[Compared]:
    """Each weight of a comparison.

    Raises:
        ProcedureError: a weight is unknown, nothing was weighed, or a figure cannot be.
    """
    by_id = {weight.id: weight for weight in uut.tested}
    if not row.weights or len(row.weights) > rules.cycles.most_tested:
        raise ProcedureError(
            "weights.tested",
            "A comparison has one to {most} weights under test, not {count}.",
            "Name them in the order of weighing, and begin a new comparison for the others.",
            most=str(rules.cycles.most_tested),
            count=str(len(row.weights)),
        )
    if len(set(row.weights)) < len(row.weights):
        raise ProcedureError(
            "weights.twice",
            "The comparison of {weights} names a weight twice.",
            "Name each weight once, in the order of weighing; the cycle itself says how often it is weighed.",
            weights=", ".join(row.weights),
        )
    weights = [by_id.get(name) or no_such(name, by_id) for name in row.weights]
    if row.cycle == "ABBA" and len(weights) > 1:
        raise ProcedureError(
            "weights.cycle_of_one",
            "A cycle {cycle} compares one weight, not {weights}.",
            'Write cycle = "AB1...BnA", or give each weight a comparison of its own.',
            cycle=row.cycle,
            weights=", ".join(row.weights),
        )
    by_cycle = _differences(row)
    air, warnings = _air(row, uut)
    tested = matter(uut.material, uut.density, uut.density_uncertainty, rules)
    reference = row.reference
    known = matter(reference.material, reference.density, reference.density_uncertainty, rules)
    for place, weight in enumerate(weights):
        yield Compared(
            weight=weight,
            row=row,
            differences=tuple(cycle[place] for cycle in by_cycle),
            worth=_worth(row),
            reference=milligrams(reference.nominal or weight.nominal) + milligrams(reference.error),
            air=air,
            tested_matter=tested,
            reference_matter=known,
            warnings=warnings,
        )


def stated(error: Fraction) -> Quantity:
    """An exact error as a decimal in mg; what has no end is made larger in its twelfth place, never smaller.

    So a limit that ends by then has the same side of the stated error as of the exact one.

    >>> print(stated(Fraction(1, 3)), stated(Fraction(-19, 100)))
    0.333333333334 mg -0.19 mg
    """
    step = next((one for one in _STEPS if not error % Fraction(one)), _STEP)
    counted = ceil(abs(error) / Fraction(step))
    return plain(Quantity((-counted if error < 0 else counted), UNIT) * step)


def no_such(name: str, known: Mapping[str, TestedWeight]) -> TestedWeight:
    """There is none of that mark.

    Raises:
        ProcedureError: always.
    """
    raise ProcedureError(
        "weights.unknown",
        "The set has no weight {weight}.",
        "Its weights are: {known}.",
        weight=name,
        known=", ".join(known),
    )


def largest_below(mass: Fraction) -> Quantity:
    """The largest decimal of that place that is not above an exact mass."""
    return plain(Quantity(floor(mass / Fraction(_STEP)), UNIT) * _STEP)


def matter(
    material: str | None, density: Quantity | None, uncertainty: Quantity | None, rules: WeightTestRules
) -> Matter | None:
    """The density that is stated or that of the named material; None: neither.

    Raises:
        ProcedureError: the list of densities has no such material.
    """
    if density is not None:
        doubt = uncertainty.to("kg/m3").value if uncertainty is not None else Decimal(0)
        return Matter(Fraction(density.to("kg/m3").value), float(doubt) / 2)
    if material is None:
        return None
    found = rules.buoyancy.densities.get(material)
    if found is None:
        raise ProcedureError(
            "weights.material",
            "The density of {material} is not listed.",
            'Give it, density = "7950 kg/m3", or one of: {known}.',
            material=material,
            known=", ".join(rules.buoyancy.densities),
        )
    return matter(None, found.density, found.uncertainty, rules)


def milligrams(mass: Quantity) -> Fraction:
    """A mass as an exact number of mg.

    Raises:
        ProcedureError: it is no mass.
    """
    try:
        return Fraction(mass.to(UNIT).value)
    except UnitError:
        raise ProcedureError(
            "weights.no_mass",
            "{value} is no mass.",
            "Give it in mg, g or kg.",
            value=str(mass),
        ) from None


def _differences(row: Comparison) -> Sequence[tuple[Fraction, ...]]:
    if bool(row.cycles) is bool(row.differences):
        raise ProcedureError(
            "weights.no_cycles",
            "The comparison of {weights} must have either cycles or differences.",
            "Give the indications of at least one cycle, or the differences of one weight.",
            weights=", ".join(row.weights),
        )
    if row.differences:
        if len(row.weights) > 1:
            raise ProcedureError(
                "weights.differences",
                "Differences are given for one weight, not for {weights}.",
                "Give each weight a comparison of its own, or the indications of the cycles.",
                weights=", ".join(row.weights),
            )
        return [(milligrams(one),) for one in row.differences]
    return [
        differences(row.cycle, [milligrams(one) for one in cycle], len(row.weights)) for cycle in row.cycles
    ]


def _worth(row: Comparison) -> Fraction:
    if row.sensitivity is None:
        return Fraction(1)
    mass, change = milligrams(row.sensitivity.mass), milligrams(row.sensitivity.change)
    if mass <= 0 or change <= 0:
        raise ProcedureError(
            "weights.sensitivity",
            "A small weight of {mass} cannot have changed the indication by {change}.",
            "Both are above zero: add it to the weight under test and take the change.",
            mass=str(row.sensitivity.mass),
            change=str(row.sensitivity.change),
        )
    return mass / change


def _air(row: Comparison, uut: WeightSet) -> tuple[Fraction | None, tuple[Reason, ...]]:
    density = row.air_density
    if density is None and row.air is None:
        density = uut.air_density
    if density is not None:
        if not _THINNEST <= density <= _DENSEST:
            raise ProcedureError(
                "weights.air_density",
                "Air cannot have a density of {density}.",
                "It lies between {least} and {most}; check the unit.",
                density=str(density),
                least=str(_THINNEST),
                most=str(_DENSEST),
            )
        return Fraction(density.to("kg/m3").value), ()
    if row.air is None:
        return None, ()
    found = air_density(row.air)
    return Fraction(found[0]), found[1]


def air_density(air: Air) -> tuple[Decimal, tuple[Reason, ...]]:
    """kg/m³ by CIPM-2007 to the sixth decimal, and where the formula was used beyond its range.

    Raises:
        ProcedureError: a figure is of another kind, or impossible.
    """
    try:
        temperature = float(air.temperature.to("°C").value)
        pressure = float(air.pressure.to("Pa").value)
        humidity = float(air.humidity.to("%").value) / 100
    except UnitError as mistake:
        raise ProcedureError(
            "weights.air",
            "The air is not described: {mistake}.",
            "Give temperature in °C, pressure in hPa and humidity in %.",
            mistake=str(mistake),
        ) from None
    for value, state in ((air.temperature, ROOM), (air.humidity, HUMIDITY), (air.pressure, AIR_PRESSURE)):
        refuse_impossible(value, state, "$.comparison.air")
    found = cipm_2007(temperature, pressure, humidity)
    return settled(found.number, _AIR_PLACE), found.warnings
