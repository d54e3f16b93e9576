"""The limits of material measures of length.

Source: OIML R 35-1:2007 as the rule table cites it.
"""

from decimal import ROUND_CEILING, Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.regulation import Regulation


class LengthClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """±(a + b L), L in whole metres."""

    a: Quantity
    b: Quantity
    """for each metre begun"""


class LengthLimits(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A table of limits; what the table holds for its procedure beside them is passed over."""

    classes: dict[str, LengthClass]
    in_service_factor: Decimal


def permitted_error(
    table: LengthLimits, accuracy_class: str, length: Quantity, *, in_service: bool = False
) -> Quantity:
    """The permitted error of a length, without sign, in the unit of the table.

    Raises:
        ProcedureError: the table does not know the class, or the length is not above zero.
    """
    limits = table.classes.get(accuracy_class)
    metres = length.to("m").value
    if limits is None or metres <= 0:
        raise ProcedureError(
            "length.no_limit",
            "There is no limit for a measure of class {measure_class} at {length}.",
            "Check the length and the class; known are: {known}.",
            measure_class=accuracy_class,
            length=str(length),
            known=", ".join(table.classes),
        )
    whole = metres.to_integral_value(ROUND_CEILING)
    limit = limits.a + limits.b * whole
    return limit * table.in_service_factor if in_service else limit
