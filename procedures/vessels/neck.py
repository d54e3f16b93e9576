"""What is read on the neck of a measure, so that no sign can slip.

Where the liquid stands is said in words, above or below the line, with an amount that has no sign: above
the line there is always more liquid than the volume of the line. A number with a sign, copied from a sheet,
counts only together with what its plus means, because scales and sheets of both kinds are in use.
"""

from decimal import Decimal
from typing import Final, Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError

MOST: Final = Decimal("0.1")
"""of the volume: no neck holds more (a choice of this program)"""

Side = Literal["above", "below", "at_line"]


class Neck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measure's reading, with the size of the measure beside it."""

    nominal: Quantity
    """what is written on the measure: `20 L`"""
    above: Quantity | None = None
    """liquid above the line, without sign; zero: at the line"""
    below: Quantity | None = None
    """liquid missing up to the line, without sign"""
    scale: Quantity | None = None
    """in their place the number with the sign as it was written down; `plus` must stand beside it"""
    plus: Literal["more", "less"] | None = None
    """what plus means there: more liquid than the line, or less"""


def deviation(neck: Neck, path: str) -> Quantity:
    """Liquid beyond the line: above zero when there is more of it.

    Raises:
        ProcedureError: nothing is said or too much, an amount has a sign or cannot be.

    >>> print(deviation(Neck(nominal=Quantity(20, "L"), below=Quantity(35, "mL")), "$"))
    -35 mL
    """
    given = [one for one in (neck.above, neck.below, neck.scale) if one is not None]
    if len(given) != 1 or (neck.plus is None) is not (neck.scale is None):
        raise ProcedureError(
            "vessel.reading_missing",
            "The reading of measure {nominal} at `{path}` does not say on which side of its line it is.",
            'Give above = "35 mL" or below = "35 mL"; or scale = "-35 mL" with plus = "more" or "less".',
            nominal=str(neck.nominal),
            path=path,
        )
    amount = given[0]
    if neck.nominal.dimension != "volume" or neck.nominal.value <= 0 or amount.dimension != "volume":
        raise ProcedureError(
            "vessel.no_volume",
            "The measure of {nominal} with the reading {reading} at `{path}` is no volume.",
            "Write both as volumes: 20 L, 35 mL.",
            nominal=str(neck.nominal),
            reading=str(amount),
            path=path,
        )
    if neck.scale is None and amount.value < 0:
        raise ProcedureError(
            "vessel.sign",
            "The reading {reading} at `{path}` has a sign, although its side of the line is said in words.",
            "Give the amount without sign, above or below.",
            reading=str(amount),
            path=path,
        )
    if abs(amount) > neck.nominal * MOST:
        raise ProcedureError(
            "vessel.beyond_neck",
            "A measure of {nominal} has no mark for {reading} (at `{path}`).",
            "Check the reading and the size of the measure.",
            nominal=str(neck.nominal),
            reading=str(amount),
            path=path,
        )
    less = neck.below is not None or neck.plus == "less"
    return -amount if less and amount.value else amount
