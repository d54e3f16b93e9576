"""Which measure of the cupboard is used: of the right size, valid, and known well enough."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Final, Literal

from drivers.quantity import Quantity
from procedures.meters.relative_error import percent_of
from procedures.reference_standard import Use, choose_standard, relative_uncertainty
from procedures.rounding import expanded_quantity
from procedures.standard import WorkingStandard

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
    return choose_standard(ordered, named, Use(kind="vessel", at=size, limit=limit), on, fits=fits)


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
