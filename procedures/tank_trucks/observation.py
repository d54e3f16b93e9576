"""What was seen in a test of a tank truck: the rows of an observation sheet, and nothing computed."""

import msgspec

from drivers.quantity import Quantity
from procedures.vessels.filling import Metered, Poured, VesselFilling


class _Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common settings."""


class Filling(VesselFilling, frozen=True, kw_only=True, omit_defaults=True):
    """A compartment filled up to its mark."""

    metered: tuple[Metered, ...] = ()
    """in place of poured measures, or beside them: let in through a master meter"""
    removed: tuple[Poured, ...] = ()
    """measures filled from it afterwards, until the water stood at the mark"""


class Raised(_Seen, frozen=True, kw_only=True):
    """The level raised by a known volume."""

    added: Quantity
    rise: Quantity
    """of the level"""


class Sheet(_Seen, frozen=True, kw_only=True):
    """One compartment's rows."""

    id: str
    filling: tuple[Filling, ...] = ()
    sensitivity: tuple[Raised, ...] = ()
    dimensions: dict[str, Quantity] = {}
    """what is written on the plate: heights, diameters, and the empty space above the mark"""


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    compartment: tuple[Sheet, ...] = ()
