"""What was seen in a test of water meters: the rows of an observation sheet (cerapan), and nothing computed.

A run fills them from instruments, a case file from paper; the same code judges both.
"""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity


class _Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common settings."""


class Measured(_Seen, frozen=True, kw_only=True):
    """Water collected in a measure (bejana)."""

    volume: Quantity
    """of the measure at its reference temperature, from the certificate, or its nominal"""
    deviation: Quantity | None = None
    """read on the neck: above zero when there is more water than the volume"""
    fills: int = 1
    temperature: Quantity | None = None
    """of the water in it; None: as in the meter, and no correction is made"""
    reference_temperature: Quantity | None = None
    """None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""


class Air(_Seen, frozen=True, kw_only=True):
    """The air around the scale."""

    temperature: Quantity
    pressure: Quantity
    humidity: Quantity
    """relative, %"""


class Weighed(_Seen, frozen=True, kw_only=True):
    """Water collected on a scale."""

    mass: Quantity
    """indication, filled less empty"""
    air_density: Quantity | None = None
    air: Air | None = None
    """in place of the air's density"""
    water_density: Quantity | None = None
    """measured; None: of pure water at the temperature of the meter"""


class Mastered(_Seen, frozen=True, kw_only=True):
    """Water that went through a master meter."""

    volume: Quantity
    """as it showed"""
    error: Quantity = Quantity(0, "%")
    """of its certificate at this flow"""


class Delivery(_Seen, frozen=True, kw_only=True):
    """One run of one meter."""

    at: str = ""
    """name of the flow, `Q1`; empty: the one whose band holds `flow`"""
    flow: Quantity | None = None
    """mean of the flow"""
    flow_log: tuple[Quantity, ...] = ()
    """the flow while it was steady; each must lie in the band"""
    start: Quantity | None = None
    """register before, with all digits and sub-dials"""
    end: Quantity | None = None
    volume: Quantity | None = None
    """indicated, in place of start and end"""
    pulses: int | None = None
    """counted, in place of start and end"""
    vessel: Measured | None = None
    weighed: Weighed | None = None
    master: Mastered | None = None
    reference: Quantity | None = None
    """volume at the meter, when it was found otherwise"""
    temperature: Quantity | None = None
    """of the water in the meter"""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the reference volume"""
    faults: tuple[str, ...] = ()
    """ids of what makes this run decide nothing; a run fills it in"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Sheet(_Seen, frozen=True, kw_only=True):
    """One meter's rows."""

    id: str = "1"
    serial: str = ""
    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    start_flow: Quantity | None = None
    """flow at which the register began to move"""
    delivery: tuple[Delivery, ...] = ()


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    meter: tuple[Sheet, ...] = ()
