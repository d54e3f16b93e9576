"""The limits of measuring systems for liquids other than water: dispensers, meters, tank trucks.

Source: OIML R 117-1:2019 as the rule table cites it, with the same tables as directive 2014/32/EU, annex VII.
"""

from decimal import Decimal
from typing import Final, Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.regulation import Regulation

_HUNDREDTH: Final = Decimal("0.01")
_NEARLY: Final = Decimal("0.9")
"""a delivery of the MMQ may end a little short of it"""

Line = Literal["A", "B"]
"""A: complete measuring systems; B: the meter alone"""


class SmallVolume(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the table for small quantities."""

    up_to: Quantity
    """the step holds for volumes up to this one, inclusive"""
    times: Decimal
    """how many times the value of the class"""
    of: Quantity | None = None
    """the volume that it is a percentage of; None: the measured volume"""


class MeasuringSystemLimits(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of limits."""

    classes: dict[str, dict[Line, Decimal]]
    """percent"""
    small: tuple[SmallVolume, ...]
    """in rising order"""
    minimum_share: Decimal
    """E_min is so many times the value of line A at the minimum measured quantity"""
    intervals: Decimal
    """E_min is at least so many scale intervals"""
    repeatability_share: Decimal
    """permitted range of repeats, as a part of line A"""
    repeatability_from: int
    """from how many minimum measured quantities on the range is limited"""


def permitted_error(
    table: MeasuringSystemLimits,
    accuracy_class: str,
    volume: Quantity,
    *,
    line: Line = "A",
    minimum_quantity: Quantity | None = None,
    scale_interval: Quantity | None = None,
) -> Quantity:
    """The permitted error of a delivery, without sign, in the unit of the volume.

    Args:
        table: the rule table.
        accuracy_class: `0.5` for most dispensers.
        volume: the measured quantity.
        line: of the table.
        minimum_quantity: MMQ; None leaves the table without E_min.
        scale_interval: R of the indicating device; None leaves that part of E_min out.

    Raises:
        ProcedureError: the table does not know the class, or a volume is not above zero.
    """
    of_table = _of_table(table, accuracy_class, volume, line)
    least = Quantity(0, volume.unit)
    if minimum_quantity is not None:
        least = _of_table(table, accuracy_class, minimum_quantity, "A") * table.minimum_share
    if scale_interval is not None:
        least = max(least, scale_interval * table.intervals)
    return max(of_table, least).to(volume.unit)


def permitted_range(
    table: MeasuringSystemLimits, accuracy_class: str, volume: Quantity, minimum_quantity: Quantity
) -> Quantity | None:
    """The permitted range of the errors of repeated deliveries, in percent; None: too small for one."""
    if volume < minimum_quantity * table.repeatability_from:
        return None
    return Quantity(_value(table, accuracy_class, "A") * table.repeatability_share, "%")


def _of_table(table: MeasuringSystemLimits, accuracy_class: str, volume: Quantity, line: Line) -> Quantity:
    value = _value(table, accuracy_class, line) * _HUNDREDTH
    if volume.value <= 0:
        raise ProcedureError(
            "meter.nothing_delivered",
            "An error in percent of {reference} cannot be given.",
            "Check the reference: it must be above zero.",
            reference=str(volume),
        )
    for step in table.small:
        if volume <= step.up_to:
            return (volume if step.of is None else step.of) * (value * step.times)
    return volume * value


def _value(table: MeasuringSystemLimits, accuracy_class: str, line: Line) -> Decimal:
    try:
        return table.classes[accuracy_class][line]
    except KeyError:
        raise ProcedureError(
            "meter.unknown_class",
            "The table {rules} has no accuracy class {meter_class}.",
            "Known are: {known}.",
            rules=table.id,
            meter_class=accuracy_class,
            known=", ".join(table.classes),
        ) from None


def check_step(
    table: MeasuringSystemLimits,
    accuracy_class: str,
    step: Quantity | None,
    minimum_quantity: Quantity | None,
) -> None:
    """Refuse a step of the display that would widen the limits of every delivery.

    E_min counts in steps, so a step that was written ten times too large would make any error permitted. A
    system is made so that E_min of its MMQ is at least two of its steps (OIML R 117-1, from memory,
    unverified); what is coarser than twice that was misread (a choice of this program).

    Raises:
        ProcedureError: it is too coarse for the MMQ.
    """
    if step is None or minimum_quantity is None or {step.dimension, minimum_quantity.dimension} != {"volume"}:
        return  # not known, or told by whoever reads the plate
    least = _of_table(table, accuracy_class, minimum_quantity, "A") * table.minimum_share
    if step * table.intervals > least * 2:
        raise ProcedureError(
            "meter.step",
            "A smallest step of {step} is too coarse for a smallest quantity of {least}.",
            "Read d and MMQ from the data plate again, with their units.",
            step=str(step),
            least=str(minimum_quantity),
        )


def refuse_below(volume: Quantity, minimum_quantity: Quantity | None) -> None:
    """Refuse a delivery below the MMQ: E_min is not made for it and would permit too much.

    Raises:
        ProcedureError: it is more than a tenth below.
    """
    if minimum_quantity is not None and volume < minimum_quantity * _NEARLY:
        raise ProcedureError(
            "meter.below_minimum",
            "A volume of {volume} is below the smallest quantity of the instrument, {least}.",
            "Deliver at least that much, or read the MMQ from the data plate again.",
            volume=str(volume),
            least=str(minimum_quantity),
        )
