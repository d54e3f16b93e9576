"""The capture gate: whether what the instrument shows now may be taken, and if not, why in a word.

It closes in doubt. The window around the expected load is coarse on purpose: it finds the wrong weight, never
a wrong scale; whether an error is within its tolerance is decided by the procedure alone.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import Reading, Stability

FRESH_S: Final = 0.5
"""An older indication is not taken."""
LOST_S: Final = 3.0
"""After this silence the instrument is said not to answer."""
REST_S: Final = 1.0
"""So long must the indication stay within one displayed digit before the bench calls it rest."""
TENTH: Final = Decimal("0.1")
HALF: Final = Decimal("0.5")
WINDOW_DIGITS: Final = 100
"""Displayed digits around a small load; never so many that no load at all would pass for one."""


class Gate(StrEnum):
    """Open, or what keeps it closed; the values are ids of sentences."""

    OPEN = "open"
    MOVING = "moving"
    STALE = "stale"
    WRONG_LOAD = "wrong_load"
    REFUSED = "refused"
    NO_SIGNAL = "no_signal"
    TOO_EARLY = "too_early"

    @property
    def passes_by_itself(self) -> bool:
        """Waiting is enough: an Enter may be held until the gate opens."""
        return self in {Gate.MOVING, Gate.STALE}

    @property
    def may_be_overruled(self) -> bool:
        """A person may know better: a scale can be that far out, a wait can have begun before."""
        return self in {Gate.OPEN, Gate.WRONG_LOAD, Gate.TOO_EARLY}


@dataclass
class Watch:
    """The last indications of one instrument, with the times at which the screen got them."""

    shown: Reading | Refused | None = None
    at: float = float("-inf")
    rest_from: float = float("-inf")
    """since when the indication has stayed within one displayed digit"""
    lowest: Quantity | None = None
    highest: Quantity | None = None
    """of the indications since `rest_from`; None while there is no rest"""

    def take(self, shown: Reading | Refused, at: float) -> None:
        """Take what the instrument shows at a monotonic time in seconds."""
        gap = at - self.at
        self.shown, self.at = shown, at
        if isinstance(shown, Refused) or shown.stability is Stability.MOVING:
            self.rest_from, self.lowest, self.highest = at, None, None
        elif gap > REST_S or not self._stays(shown.indication):
            self.rest_from, self.lowest, self.highest = at, shown.indication, shown.indication

    def _stays(self, indication: Quantity) -> bool:
        """Widen the span by an indication, if it is then still rest."""
        if self.lowest is None or self.highest is None or self.lowest.unit != indication.unit:
            return False
        low, high = min(self.lowest, indication), max(self.highest, indication)
        if high.value - low.value > indication.resolution:
            return False
        self.lowest, self.highest = low, high
        return True

    def rest_s(self, now: float) -> float:
        """For how long the instrument and the bench have both seen rest, in seconds."""
        return max(0.0, now - self.rest_from)

    def at_rest(self, now: float) -> bool:
        """Whether the instrument does not deny rest and the bench has seen it long enough."""
        return isinstance(self.shown, Reading) and self.rest_s(now) >= REST_S

    def indication(self) -> Quantity | None:
        """What is shown, when it is a number."""
        return self.shown.indication if isinstance(self.shown, Reading) else None

    def near(self, expected: Quantity) -> bool:
        """Whether the indication is in the window of the expected load."""
        indication = self.indication()
        if indication is None or indication.dimension != expected.dimension:
            return False
        window = Quantity(indication.resolution * WINDOW_DIGITS, indication.unit)
        if expected:
            load = abs(expected)
            window = max(load * TENTH, min(window, load * HALF))
        return abs(indication - expected) <= window

    def judge(self, expected: Quantity | None, now: float) -> Gate:
        """Whether a reading may be taken now."""
        age = now - self.at
        if self.shown is None or age > LOST_S:
            return Gate.NO_SIGNAL
        if isinstance(self.shown, Refused):
            return Gate.REFUSED
        if age >= FRESH_S:
            return Gate.STALE
        if not self.at_rest(now):
            return Gate.MOVING
        if expected is not None and not self.near(expected):
            return Gate.WRONG_LOAD
        return Gate.OPEN
