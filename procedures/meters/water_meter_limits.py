"""The limits of water meters: by class, zone and temperature, the rule of equal signs, the rule of repeats.

Source: OIML R 49-1:2013 (= ISO 4064-1:2014), 4.2, as the rule table cites it. All comparisons are exact.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.regulation import Regulation

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


def equal_signs(errors: Sequence[Quantity], limits: Sequence[Quantity]) -> Outcome:
    """When all errors of a meter have one sign, one at least must not exceed half of its limit.

    Args:
        errors: one a flow, in percent.
        limits: the permitted errors of these flows, without sign.
    """
    if not errors:
        return Outcome.INDETERMINATE
    one_sign = all(error.value > 0 for error in errors) or all(error.value < 0 for error in errors)
    small = any(abs(error) * 2 <= limit for error, limit in zip(errors, limits, strict=True))
    return Outcome.CONFORMS if small or not one_sign else Outcome.DOES_NOT_CONFORM


def repeated_runs(errors: Sequence[Quantity], limit: Quantity) -> Outcome:
    """One run within the limit conforms; else of three runs two and their mean must lie within it.

    Args:
        errors: of the runs at one flow, in the order they were made, in percent.
        limit: the permitted error, without sign.
    """
    if errors and abs(errors[0]) <= limit:
        return Outcome.CONFORMS
    if len(errors) < REPEATED_RUNS:
        return Outcome.INDETERMINATE
    runs = errors[:REPEATED_RUNS]
    within = sum(abs(error) <= limit for error in runs)
    total = runs[0] + runs[1] + runs[2]
    if within >= REPEATED_RUNS - 1 and abs(total) <= limit * REPEATED_RUNS:
        return Outcome.CONFORMS
    return Outcome.DOES_NOT_CONFORM
