"""What was seen in a test of meters of volume: the rows of an observation sheet, and nothing computed."""

import msgspec

from drivers.quantity import Quantity
from procedures.subjects.sheet import Row, Sheet
from procedures.water_meters.observation import Measured


class ThroughMaster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a master meter showed, and the state of liquid or gas in it."""

    volume: Quantity
    error: Quantity = Quantity(0, "%")
    """of its certificate at this flow"""
    temperature: Quantity | None = None
    """None: as in the meter under test"""
    pressure: Quantity | None = None
    """absolute; None: as in the meter under test"""


class Throughput(Row, frozen=True, kw_only=True):
    """One run of one meter."""

    at: str = ""
    """name of the flow, `Qmax`"""
    flow: Quantity | None = None
    """mean of the flow"""
    flow_log: tuple[Quantity, ...] = ()
    """the flow while it was steady; each must lie in the band of `at`"""
    start: Quantity | None = None
    end: Quantity | None = None
    volume: Quantity | None = None
    """indicated, in place of start and end"""
    pulses: int | None = None
    """counted, in place of start and end"""
    temperature: Quantity | None = None
    """in the meter"""
    pressure: Quantity | None = None
    """absolute, in the meter"""
    master: ThroughMaster | None = None
    vessel: Measured | None = None
    reference: Quantity | None = None
    """volume at the meter, when it was found otherwise"""


class MeterSheet(Sheet, frozen=True, kw_only=True):
    """One meter's rows."""

    delivery: tuple[Throughput, ...] = ()
