"""Which measure of the cupboard is used: of the right size, valid, and known well enough."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import gcd, sqrt
from typing import Final, Literal

from drivers.quantity import Quantity
from procedures.meters.relative_error import percent_of
from procedures.reference_standard import Use, choose_standard, lacks, relative_uncertainty
from procedures.rounding import expanded_quantity
from procedures.standard import WorkingStandard
from procedures.vessels.measured import coefficient_of

_FIGURES: Final = 3


def choose_vessel(
    standards: Sequence[WorkingStandard],
    named: Sequence[str],
    on: date,
    *,
    size: Quantity,
    fit: Literal["exactly", "at_least", "divides"],
    limit: Quantity,
) -> WorkingStandard:
    """The measure for a volume.

    Args:
        standards: all at hand.
        named: ids that the assignment names; empty: any.
        on: the day of the test.
        size: the volume.
        fit: of exactly that nominal volume; the smallest that is as large; or the largest that fills it up in
            whole measures.
        limit: in percent of its volume, the most that its expanded uncertainty may be.

    Raises:
        StandardError: none will do; the facts name what would.
        ProcedureError: its walls cannot be what the laboratory has written.
    """

    def fits(one: WorkingStandard) -> bool:
        if one.nominal is None or one.nominal.dimension != "volume" or one.nominal.value <= 0:
            return False
        match fit:
            case "exactly":
                return one.nominal == size
            case "at_least":
                return one.nominal >= size
            case "divides":
                return Fraction(size.to("L").value) % Fraction(one.nominal.to("L").value) == 0

    ordered = sorted(standards, key=_size, reverse=fit == "divides")
    found = choose_standard(ordered, named, Use(kind="vessel", at=size, limit=limit), on, fits=fits)
    coefficient_of(found.expansion, found.material)  # what no wall can be is told before anything is filled
    return found


Chosen = tuple[tuple[WorkingStandard, int], ...]
"""measures, each with how often it is emptied"""


def choose_measures(
    standards: Sequence[WorkingStandard],
    named: Sequence[str],
    on: date,
    *,
    size: Quantity,
    limit: Quantity,
) -> Chosen:
    """The measures that fill up a volume, each a whole number of times, as much as may be with the largest.

    Args:
        standards: all at hand.
        named: ids that the assignment names; empty: any.
        on: the day of the test.
        size: the volume.
        limit: in percent of its volume, the most that the expanded uncertainty of each may be.

    Raises:
        StandardError: none will do; the facts name what would.
    """
    litres = Fraction(size.to("L").value)
    measures = [one for one in standards if one.kind == "vessel" and _size(one) > 0]
    wanted = [one for one in measures if one.id in named] or measures
    good = [one for one in wanted if not lacks(one, Use(kind="vessel", at=size, limit=limit), on)]
    found = _filled_up(litres, sorted(good, key=_size, reverse=True))
    for standard, _ in found or ():
        coefficient_of(standard.expansion, standard.material)
    if found:
        return found
    one = choose_vessel(standards, named, on, size=size, fit="divides", limit=limit)
    return ((one, int(litres / Fraction(_size(one)))),)


def _filled_up(rest: Fraction, measures: Sequence[WorkingStandard]) -> Chosen | None:
    """Whole measures that make this volume in litres; None: there are none."""
    if not rest:
        return ()
    if not measures or rest % reduce(_common, (Fraction(_size(one)) for one in measures)):
        return None
    largest, *others = measures
    size = Fraction(_size(largest))
    for times in range(rest // size, -1, -1):
        found = _filled_up(rest - size * times, others)
        if found is not None:
            return ((largest, times), *found) if times else found
    return None


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The largest volume of which both are whole multiples."""
    both = gcd(one.numerator * other.denominator, other.numerator * one.denominator)
    return Fraction(both, one.denominator * other.denominator)


def doubt_of(chosen: Chosen) -> Quantity:
    """Of all measures together, k = 2, mL: the fills of one are wrong alike, those of two are not."""
    parts = [float((uncertainty_of(one) * fills).to("mL").value) for one, fills in chosen]
    return expanded_quantity(sqrt(sum(part * part for part in parts)), "mL", _FIGURES)


def share_of(permitted: Quantity, whole: Quantity, least_ratio: Decimal) -> Quantity:
    """What a standard may be uncertain by, in percent: the permitted error over the ratio, rounded down."""
    exact = Fraction(permitted.to("L").value) * 100 / Fraction(whole.to("L").value) / Fraction(least_ratio)
    return Quantity(Decimal(exact.numerator * 10**6 // exact.denominator).scaleb(-6), "%")


def uncertainty_of(standard: WorkingStandard, readings: int = 1) -> Quantity:
    """Certificate and readings of a measure together, k = 2, in its own unit."""
    nominal = standard.nominal or Quantity(1, "L")
    certificate = relative_uncertainty(standard, nominal) or Quantity(0, "%")
    parts = [float(certificate.value) / 2]
    if standard.scale_interval is not None:
        parts.append(float(percent_of(standard.scale_interval, nominal).value) / sqrt(12) * sqrt(readings))
    percent = expanded_quantity(2 * sqrt(sum(part * part for part in parts)), "%", _FIGURES)
    return nominal * (percent.value / 100)


def _size(standard: WorkingStandard) -> Decimal:
    if standard.nominal is None or standard.nominal.dimension != "volume":
        return Decimal(0)
    return standard.nominal.to("L").value
