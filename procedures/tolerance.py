"""Maximum permissible errors that step up with the load, counted in scale intervals e.

The upper bound of each band is inclusive: 500 e still has the limit of the first band of class III.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Tolerance


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the table."""

    up_to: int | None = None
    """largest load of the band in e, inclusive; None: no upper end"""
    limit: Decimal
    """the permitted error in e"""


def limit_at(load: Quantity, e: Quantity, bands: Sequence[Band], factor: Decimal) -> Quantity:
    """The permitted error, without sign, at a load.

    Args:
        load: zero or more, a mass.
        e: the scale interval in which the load is counted.
        bands: in rising order.
        factor: 1, or what the regulation puts before the limit for this activity.

    Raises:
        ProcedureError: the table has no band for so great a load.
    """
    for band in bands:
        if band.up_to is None or load <= e * band.up_to:
            return e * band.limit * factor
    raise ProcedureError(
        "tolerance.beyond_bands",
        "The table of tolerances ends before {load} with e = {e}.",
        "Check the class, Max and e of the instrument.",
        load=str(load),
        e=str(e),
    )


def symmetric(limit: Quantity, citation: str) -> Tolerance:
    """±limit."""
    return Tolerance(lower=-limit, upper=limit, citation=citation)
