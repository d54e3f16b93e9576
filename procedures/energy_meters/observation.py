"""What was seen in a test of energy meters: rows of an observation sheet (cerapan), nothing computed."""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.subjects.sheet import Row, Sheet


class _Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common settings."""


class Comparison(Row, frozen=True, kw_only=True):
    """One run of one meter at one load; by one of four methods."""

    at: str = ""
    """name of the point, `Itr`; only a label"""
    current: Quantity
    power_factor: str = "1"
    phases: str = "all"
    """`all`, or the one loaded alone: `L1`"""
    pulses: Decimal | None = None
    """of the meter, or turns of its disc"""
    reference_pulses: Decimal | None = None
    """counted meanwhile by the reference standard"""
    reference_constant: Decimal | None = None
    """pulses per kWh of the reference standard"""
    power: Quantity | None = None
    """steady active power of the whole load, in place of the reference's pulses"""
    phase_power: tuple[Quantity, ...] = ()
    """power of each phase, in place of their sum"""
    time: Quantity | None = None
    """that the pulses or turns took"""
    start: Quantity | None = None
    """register before"""
    end: Quantity | None = None
    energy: Quantity | None = None
    """by the register, in place of start and end"""
    reference_energy: Quantity | None = None
    """that the reference standard registered"""
    shown: Quantity | None = None
    """error in % that a comparator or bench displays"""
    reference_error: Quantity = Quantity(0, "%")
    """of the reference standard, from its certificate at this load"""


class Starting(_Seen, frozen=True, kw_only=True):
    """At the starting current."""

    current: Quantity | None = None
    """None: that of the marks or the rules"""
    intervals: tuple[Quantity, ...] = ()
    """times from closing the circuit or from a pulse to the next pulse"""
    waited: Quantity | None = None
    """without a further pulse"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class NoLoad(_Seen, frozen=True, kw_only=True):
    """Voltage and no current."""

    duration: Quantity
    pulses: Decimal
    readings: tuple[str, ...] = ()


class Registered(_Seen, frozen=True, kw_only=True):
    """What the register counted while pulses were counted."""

    start: Quantity
    end: Quantity
    pulses: Decimal
    readings: tuple[str, ...] = ()


class MeterSheet(Sheet, frozen=True, kw_only=True):
    """One meter's rows."""

    no_load: NoLoad | None = None
    starting: Starting | None = None
    comparison: tuple[Comparison, ...] = ()
    register: Registered | None = None
