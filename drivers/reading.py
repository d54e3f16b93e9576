"""A reading: what an instrument showed, with everything needed to believe it later."""

from datetime import datetime
from enum import StrEnum

import msgspec

from drivers.quantity import Quantity


class Stability(StrEnum):
    """What the instrument itself says about rest; the bench judges again over time."""

    STABLE = "stable"
    MOVING = "moving"
    NOT_REPORTED = "not_reported"


class Kind(StrEnum):
    """Which weight is shown; a tared scale gives a wrong error silently, so a procedure checks it."""

    GROSS = "gross"
    NET = "net"
    TARE = "tare"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where a reading comes from; only `INSTRUMENT` and `MANUAL` can become a verification."""

    INSTRUMENT = "instrument"
    TWIN = "twin"
    RECORDED = "recorded"
    MANUAL = "manual"


class DriverMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which driver read it, so that the frame can be read again years later."""

    id: str
    """the driver file's id, `mt-sics`"""
    digest: str
    """SHA-256 of the driver file, hexadecimal"""


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One indication of one instrument."""

    instrument: str
    """the instrument's name in the laboratory file"""
    indication: Quantity
    stability: Stability
    kind: Kind = Kind.UNKNOWN
    high_resolution: bool = False
    """shown with a scale interval finer than e (extended display)"""
    origin: Origin
    frame: bytes = b""
    """the raw bytes it was decoded from; empty when a person keyed it"""
    driver: DriverMark
    received_at: datetime
    """UTC"""
    elapsed: float
    """monotonic seconds of the run's clock"""
    channel: str = ""
    """which quantity of the instrument, `total`; empty where it shows only one"""
    wraps_at: Quantity | None = None
    """of a counter: where it begins anew at zero"""
