"""What was seen in a test of a dispenser: the rows of a cerapan, and nothing computed."""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.vessels.measured import Measured


class _Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common settings."""


class Delivery(_Seen, frozen=True, kw_only=True):
    """One delivery into a measure, the display at zero before it."""

    at: str
    """name of the flow in the rules: `fast`"""
    indication: Quantity
    """volume shown when the flow had stopped"""
    vessel: Measured
    """size and reading of the measure, always together"""
    flow: Quantity | None = None
    """mean of the flow; where it is given it must lie in the band of the rules"""
    product_temperature: Quantity | None = None
    """of the liquid at the dispenser"""
    unit_price: Decimal | None = None
    price: Decimal | None = None
    """shown for this delivery"""
    preset: Quantity | None = None
    """volume that the dispenser was told to stop at"""
    preset_price: Decimal | None = None
    """price that it was told to stop at"""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the reference volume"""
    faults: tuple[str, ...] = ()
    """ids of what makes this row decide nothing; a run fills it in"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Sheet(_Seen, frozen=True, kw_only=True):
    """One nozzle's rows."""

    id: str = "1"
    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    delivery: tuple[Delivery, ...] = ()
    preset_fitted: bool = True


class Totalled(_Seen, frozen=True, kw_only=True):
    """The totaliser of a meter before and after deliveries through its nozzles."""

    nozzles: tuple[str, ...]
    """those whose deliveries it counted in between"""
    before: Quantity
    after: Quantity
    besides: Quantity = Quantity(0, "L")
    """delivered in between, but in no row: wetting of the measure, deliveries that were done again"""
    readings: tuple[str, ...] = ()


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    nozzle: tuple[Sheet, ...] = ()
    totaliser: tuple[Totalled, ...] = ()
