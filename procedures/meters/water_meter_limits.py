"""The limits of water meters: by class, zone and temperature, the rule of equal signs, the rule of repeats.

Source: OIML R 49-1:2013 (= ISO 4064-1:2014), 4.2, as the rule table cites it. All comparisons are exact.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.regulation import Regulation

Percent = Quantity | Fraction
"""an error or a limit; a quotient without end as a fraction, so that sums of several are exact"""
REPEATED_RUNS: Final = 3
"""the runs at one flow of which one may be made up for by the others"""


class ZoneLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Permitted errors of one class in percent, without sign."""

    lower: Decimal
    """from Q1 up to below Q2, at any temperature"""
    upper: Decimal
    """from Q2 to Q4, up to the temperature limit"""
    upper_warm: Decimal
    """from Q2 to Q4, above it"""


class WaterMeterLimits(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of limits."""

    classes: dict[str, ZoneLimits]
    warm_above: Quantity
    """water warmer than this has the wider limit"""
    in_service_factor: Decimal


def permitted_error(
    table: WaterMeterLimits,
    accuracy_class: str,
    zone: str,
    temperature: Quantity,
    *,
    in_service: bool = False,
) -> Quantity:
    """The permitted error in percent, without sign.

    Raises:
        ProcedureError: the table does not know the class, or the flow lies outside both zones.
    """
    limits = table.classes.get(accuracy_class)
    if limits is None or zone not in {"lower", "upper"}:
        raise ProcedureError(
            "meter.no_limit",
            "There is no limit for a water meter of class {meter_class} at a flow of the {zone} zone.",
            "Check the class ({known}) and that the flow lies between Q1 and Q4.",
            meter_class=accuracy_class,
            zone=zone,
            known=", ".join(table.classes),
        )
    cold = limits.lower if zone == "lower" else limits.upper
    limit = limits.upper_warm if zone == "upper" and temperature > table.warm_above else cold
    return Quantity(limit * table.in_service_factor if in_service else limit, "%")


def equal_signs(errors: Sequence[Percent], limits: Sequence[Percent]) -> Outcome:
    """When all errors of a meter have one sign, one at least must not exceed half of its limit.

    Args:
        errors: one a flow, in percent.
        limits: the permitted errors of these flows, without sign.
    """
    if not errors:
        return Outcome.INDETERMINATE
    found = [_exactly(error) for error in errors]
    one_sign = all(error > 0 for error in found) or all(error < 0 for error in found)
    small = any(abs(error) * 2 <= _exactly(limit) for error, limit in zip(found, limits, strict=True))
    return Outcome.CONFORMS if small or not one_sign else Outcome.DOES_NOT_CONFORM


def repeated_runs(errors: Sequence[Percent], limits: Sequence[Percent]) -> Outcome:
    """One run within the limit conforms; else of three runs two and their mean must lie within it.

    Args:
        errors: of the runs at one flow, in the order they were made, in percent.
        limits: the permitted errors of these runs, without sign; they differ where the water became warm. The
            mean error is compared with the mean of them.
    """
    found, permitted = ([_exactly(one) for one in each[:REPEATED_RUNS]] for each in (errors, limits))
    within = [abs(error) <= limit for error, limit in zip(found, permitted, strict=True)]
    if within and within[0]:
        return Outcome.CONFORMS
    if len(found) < REPEATED_RUNS:
        return Outcome.INDETERMINATE
    if sum(within) >= REPEATED_RUNS - 1 and abs(sum(found, Fraction(0))) <= sum(permitted, Fraction(0)):
        return Outcome.CONFORMS
    return Outcome.DOES_NOT_CONFORM


def _exactly(percent: Percent) -> Fraction:
    return percent if isinstance(percent, Fraction) else percent.fraction_in("%")
