"""Substitution loads: how much of Max must be standard weights, and in which steps ballast replaces them.

Source: OIML R 76-1:2006, 3.7.3 (from memory, unverified); the shares are rule data. Standards that stand on
the receptor are exchanged for ballast that gives the same indication, then they are laid beside it again.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.scales.indication_error import plain


class Portion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A smaller share of Max that will do when the results repeat well."""

    share: str
    repeatability_e: Decimal
    """largest range of the weighings, in e"""


class SubstitutionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When ballast may stand for standard weights."""

    above: Quantity = Quantity(1, "t")
    """only for Max above this; also the least mass of standards"""
    share: str = "1/2"
    """of Max that must be standards"""
    portions: tuple[Portion, ...] = (Portion("1/5", Decimal("0.2")), Portion("1/3", Decimal("0.3")))
    """the smallest first"""
    citation: str = "OIML R 76-1:2006, 3.7.3"


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Loads that are made of the same ballast and more and more standards."""

    ballast: Quantity
    """nominal mass of the ballast that stands"""
    standards: tuple[Quantity, ...]
    """standards laid beside it, rising; the last of them are exchanged for ballast when a stage follows"""


RECOMMENDED: Final = SubstitutionRules()


def least_standards(
    capacity: Quantity,
    e: Quantity,
    repeatability_error: Quantity,
    rules: SubstitutionRules = RECOMMENDED,
) -> Quantity:
    """The least mass of standard weights, rounded up to a whole e.

    Args:
        capacity: Max.
        e: verification scale interval.
        repeatability_error: range of three weighings near the substitution load.
        rules: shares of Max.

    Raises:
        ProcedureError: Max is too small: there is no substitution.

    >>> print(least_standards(Quantity(60, "t"), Quantity(20, "kg"), Quantity(6, "kg")))
    20000 kg
    """
    if capacity <= rules.above:
        raise ProcedureError(
            "scales.no_substitution",
            "Substitution loads are for scales with Max above 1 t; this one has {max}.",
            "Use standard weights up to Max.",
            max=str(capacity),
        )
    share = Fraction(rules.share)
    for portion in rules.portions:
        limit = Fraction(portion.repeatability_e)
        if repeatability_error * limit.denominator <= e * limit.numerator:
            share = Fraction(portion.share)
            break
    steps = -(-Fraction(capacity.to("g").value) * share // Fraction(e.to("g").value))
    return max(e * int(steps), rules.above)


def stages(loads: Iterable[Quantity], standards: Quantity) -> tuple[Stage, ...]:
    """How rising loads are made when there are no more standards than these.

    Args:
        loads: rising.
        standards: the largest mass of standard weights that can be laid on.

    >>> tonne = Quantity(1, "t")
    >>> found = stages([tonne * 10, tonne * 30], tonne * 20)
    >>> [(str(stage.ballast), [str(mass) for mass in stage.standards]) for stage in found]
    [('0 t', ['10 t', '20 t']), ('20 t', ['10 t'])]
    """
    ballast = standards * 0
    found: list[Stage] = []
    here: list[Quantity] = []
    for load in loads:
        while load - ballast > standards:
            if not here or here[-1] != standards:
                here.append(standards)
            found.append(Stage(ballast=ballast, standards=tuple(here)))
            ballast, here = ballast + standards, []
        if load > ballast or not ballast:
            here.append(plain(load - ballast))
    return (*found, Stage(ballast=ballast, standards=tuple(here)))


def ballast_mass(indication: Quantity, step: Quantity, added: Quantity, error: Quantity) -> Quantity:
    """B = P − E: what the ballast weighs, by the error that the scale had with the standards in its place.

    Args:
        indication: I, with the ballast alone.
        step: d.
        added: ΔL of the changeover.
        error: E at the load that it takes the place of.
    """
    unit = error.unit
    half = step.to(unit) * Decimal("0.5")
    return plain(indication.to(unit) + half - added.to(unit) - error)
