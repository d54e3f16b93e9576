"""What a rule table for mechanical scales holds: scale interval, tolerance and tests of each type."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.mechanical_scales.instrument import MechanicalScale, ScaleType
from procedures.point import Activity
from procedures.regulation import Regulation, by_id, in_force
from procedures.scales.rules import UncertaintyRules
from procedures.tolerance import Band

Section = Literal["visual", "balance", "sensitivity", "eccentricity", "accuracy", "repeatability"]


class TypeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for one type; the tolerance is a table of bands, or a part of Max and a part of the load."""

    e_of_max: str | None = None
    """e as a part of Max: `1/1000`; None: e = d"""
    bands: tuple[Band, ...] = ()
    of_max: str = "0"
    """part of Max in the permitted error: `1/3000`"""
    of_load: str = "0"
    """part of the load in the permitted error: `2/3000`"""
    sensitivity: str
    """extra load of the sensitivity test, as a part of the permitted error"""
    positions: tuple[str, ...] = ()
    """of the eccentricity test; none: it has no such test"""
    repeatability_share: str
    """load of the repeatability test, as a part of Max"""
    weights: str
    """lowest class of weights, OIML R 111"""
    citation: str


class VisualRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of the lines of the checklist."""

    items: tuple[str, ...]
    subsequent_items: tuple[str, ...] = ()
    citation: str


class TestRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Loads and repeats."""

    accuracy: tuple[str, ...]
    """`bands`, `max`, or a share such as `1/2 max`"""
    eccentricity_share: str
    sensitivity: tuple[str, ...]
    weighings: int
    read_share: Decimal
    """part of an interval that the eye can tell apart"""
    standards_share: str
    """what the weights may be wrong by, as a part of the permitted error"""
    citation: str


class MechanicalScaleRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for mechanical scales."""

    order: tuple[Section, ...]
    validity_years: int
    factor: dict[Activity, Decimal]
    """put before the permitted error"""
    types: dict[ScaleType, TypeRules]
    visual: VisualRules
    tests: TestRules
    uncertainty: UncertaintyRules

    def visual_items(self, activity: Activity) -> tuple[str, ...]:
        """The lines of the checklist for this activity."""
        more = self.visual.subsequent_items if activity is Activity.SUBSEQUENT_VERIFICATION else ()
        return self.visual.items + more


def scale_interval(scale: MechanicalScale, rules: MechanicalScaleRules) -> Quantity:
    """The verification scale interval e by rule, in the unit of the scale.

    Raises:
        ProcedureError: e = d, and d is not given; or e has no exact value.
    """
    of_type = rules.types[scale.scale_type]
    if of_type.e_of_max is None:
        if scale.d is None:
            raise ProcedureError(
                "mechanical_scales.no_interval",
                "The scale interval of a scale of type {type} is d, which is not given.",
                'Write d = "100 g" as the smallest interval between two marks.',
                type=scale.scale_type.value,
            )
        return scale.d
    share = Fraction(of_type.e_of_max)
    exact = Fraction(scale.max.to(scale.unit).value) * share
    return Quantity(_decimal(exact), scale.unit)


def _decimal(value: Fraction) -> Decimal:
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(quotient) != value:
        raise ProcedureError(
            "mechanical_scales.interval_not_exact",
            "The scale interval by rule has no exact value: {value}.",
            "Compare Max with the data plate.",
            value=str(value),
        )
    return quotient.normalize() + 0


def choose_rules(named: str | None, on: date) -> tuple[MechanicalScaleRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("mechanical_scales", on))


@cache
def _table(name: str) -> tuple[MechanicalScaleRules, str]:
    return by_id(name, MechanicalScaleRules)
