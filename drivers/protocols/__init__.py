"""The protocol port: bytes in, events out; no waiting, no guessing, no input or output of its own."""

from enum import StrEnum
from typing import Protocol

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Kind, Stability


class State(StrEnum):
    """Why a frame carries no reading."""

    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    OUT_OF_RANGE = "out_of_range"
    BUSY = "busy"
    ERROR = "error"
    BAD_CHECK = "bad_check"
    UNKNOWN_FLAG = "unknown_flag"
    UNKNOWN_UNIT = "unknown_unit"
    MALFORMED = "malformed"
    NOT_A_WEIGHT = "not_a_weight"
    NO_VALUE = "no_value"
    WRONG_LINE_SETTINGS = "wrong_line_settings"


class Indicated(msgspec.Struct, frozen=True, kw_only=True, tag="indicated"):
    """A whole, checked frame with a value and known flags."""

    indication: Quantity
    stability: Stability
    kind: Kind = Kind.UNKNOWN
    high_resolution: bool = False
    tare: Quantity | None = None
    frame: bytes


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """A frame, or a run of bytes where a frame should be, that gives no number."""

    reason: str
    """one English sentence for the technician"""
    state: State
    frame: bytes


class Measured(msgspec.Struct, frozen=True, kw_only=True, tag="measured"):
    """Several quantities of one instrument, read in one answer and therefore of one moment."""

    values: dict[str, Indicated | Refused]
    """by the name of the channel, the instrument's main one first; each may be refused by itself"""
    frame: bytes


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, tag="acknowledged"):
    """The answer to a declared command such as zero or tare, or the promise of an answer to a request."""

    command: str
    """the first command that is answered so; empty when an indication is promised"""
    done: bool
    final: bool = True
    """False: accepted, a second answer follows when the job is done"""
    frame: bytes


Event = Indicated | Measured | Refused | Acknowledged


class Decoder(Protocol):
    """Turns received bytes into events. Bounded memory; any split of the bytes gives the same events."""

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far while looking for the start of a frame."""

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""

    def end(self) -> None:
        """The connection ended: a half frame in the buffer will never be completed and is skipped."""
