"""When an indication is at rest: the instrument's own flag on every frame, and the span over time.

No stability flag means "constant": inside one unbroken run of stable frames a display may walk several steps,
and streams repeat each value, so that equal samples in a row prove nothing. Both tests are needed, and the
second one counts seconds, not samples.
"""

from collections import deque
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Final

import msgspec

from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import Reading, Stability

_LEAST_FRAMES: Final = 3
_NUMBER: Final = attrgetter("indication.value")


class SettleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What counts as rest for one kind of work."""

    duration_s: float = 2.0
    """the indication must have rested this long"""
    span: Quantity | None = None
    """largest difference allowed within that time; None: `span_steps` of the finest last digit shown in it"""
    span_steps: int = 1
    timeout_s: float = 30.0
    freshness_s: float = 0.5
    """oldest age at which a reading may still be handed over"""


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A reading at rest with the frames that prove it."""

    reading: Reading
    """the last of `samples`"""
    samples: tuple[Reading, ...]
    """every reading of the window, oldest first"""
    span: Quantity
    """difference between the largest and the smallest of them"""
    inferred: bool
    """True: the instrument reports no stability, so rest was judged by the span alone"""


class Unrest(StrEnum):
    """What kept an indication from counting as settled."""

    MOVING = "moving"
    SPAN = "span"
    REFUSED = "refused"
    RESOLUTION = "resolution"
    CHANGED = "changed"
    SHORT = "short"


class Window:
    """The longest run of readings up to now that all belong to one state of rest."""

    def __init__(self, rule: SettleRule, *, high_resolution: bool = False) -> None:
        """Begin with an empty window."""
        self._rule = rule
        self._high_resolution = high_resolution
        self._resting: deque[Reading] = deque()
        self._last_digits: deque[Decimal] = deque()
        """of the readings at rest: how fine each was shown"""
        self._recent: deque[Reading] = deque()
        self.unrest = Unrest.SHORT
        """why the window is not yet settled"""
        self.refused: Refused | None = None
        """the last refused frame"""
        self.last: Reading | None = None

    @property
    def span_seen(self) -> Quantity | None:
        """The difference within the last `duration_s`, whether allowed or not."""
        return _span(self._recent) if self._recent else None

    def refuse(self, refused: Refused) -> None:
        """Take a frame without a reading: rest begins anew."""
        self.refused = refused
        self._restart(Unrest.REFUSED)

    def take(self, reading: Reading) -> Settled | None:
        """Take the next reading; gives the proof as soon as it is complete."""
        self.last = reading
        if reading.high_resolution is not self._high_resolution:
            self._restart(Unrest.RESOLUTION)
            return None
        if reading.stability is Stability.MOVING:
            self._restart(Unrest.MOVING)
            return None
        if self._resting and _shown_as(self._resting[-1]) != _shown_as(reading):
            self._restart(Unrest.CHANGED)
        self._remember(reading)
        self._resting.append(reading)
        self._last_digits.append(reading.indication.resolution)
        while _span(self._resting) > self._limit():
            self._resting.popleft()
            self._last_digits.popleft()
            self.unrest = Unrest.SPAN
        return self._proof()

    def _proof(self) -> Settled | None:
        samples = tuple(self._resting)
        rested = samples[-1].elapsed - samples[0].elapsed
        if len(samples) < _LEAST_FRAMES or rested < self._rule.duration_s:
            return None
        return Settled(
            reading=samples[-1],
            samples=samples,
            span=_span(samples),
            inferred=samples[-1].stability is Stability.NOT_REPORTED,
        )

    def _restart(self, why: Unrest) -> None:
        self._resting.clear()
        self._last_digits.clear()
        self._recent.clear()
        self.unrest = why

    def _remember(self, reading: Reading) -> None:
        self._recent.append(reading)
        while reading.elapsed - self._recent[0].elapsed > self._rule.duration_s:
            self._recent.popleft()

    def _limit(self) -> Quantity:
        """The finest last digit counts: `25` between 24.9 and 25.1 is a float that happens to be whole."""
        if self._rule.span is not None:
            return self._rule.span
        return Quantity(min(self._last_digits) * self._rule.span_steps, self._resting[-1].indication.unit)


def _span(readings: "deque[Reading] | tuple[Reading, ...]") -> Quantity:
    """Of readings in one unit: a change of it begins a new window."""
    return max(readings, key=_NUMBER).indication - min(readings, key=_NUMBER).indication


def _shown_as(reading: Reading) -> tuple[object, ...]:
    return reading.stability, reading.kind, reading.indication.unit
