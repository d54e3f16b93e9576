"""What was seen in a test of a capacity measure: the rows of an observation sheet, and nothing computed."""

import msgspec

from procedures.vessels.filling import VesselFilling
from procedures.water_meters.observation import Weighed


class Filling(VesselFilling, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The measure filled once."""

    weighed: Weighed | None = None
    """in place of poured measures the water that it held, weighed"""


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    filling: tuple[Filling, ...] = ()
