"""What was seen in a test of a capacity measure: the rows of an observation sheet, and nothing computed."""

import msgspec

from drivers.quantity import Quantity
from procedures.vessels.filling import Poured
from procedures.water_meters.observation import Weighed


class Filling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The measure filled once."""

    poured: tuple[Poured, ...] = ()
    """better measures emptied into it"""
    weighed: Weighed | None = None
    """in their place the water that it held, weighed"""
    above: Quantity | None = None
    """water above its own line, without sign"""
    below: Quantity | None = None
    """water missing up to its own line, without sign; neither: filled up to the line"""
    temperature: Quantity | None = None
    """of the water in it"""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the reference volume"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    filling: tuple[Filling, ...] = ()
