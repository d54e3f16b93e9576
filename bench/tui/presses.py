"""Tells a press from a key held down.

Terminals send no key releases, so a held key is a row of presses: the first at once, the next after the
repeat delay (250 to 1000 ms), then one every 30 to 90 ms. A press that could be the second of such a row
waits until the row would have shown itself. A key that was let go between its first repetition and the second
leaves the same two times as a hand that presses twice, and counts twice.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

REFRACTORY_S: Final = 0.3
"""Within this time after any press of the key nothing counts; each press begins it again."""
LONGEST_DELAY_S: Final = 1.0
"""After this silence no keyboard is still waiting to repeat."""
CONFIRM_S: Final = 0.12
"""A repeating key comes again within this time."""


class Judged(Enum):
    """What to make of a press."""

    COUNTS = auto()
    IGNORED = auto()
    WAITS = auto()
    """ask `confirm` after `CONFIRM_S`"""


@dataclass
class Presses:
    """The presses of one key."""

    last: float = float("-inf")
    waiting: float | None = None

    def press(self, at: float) -> Judged:
        """Judge a press at a monotonic time in seconds."""
        silence = at - self.last
        self.last = at
        self.waiting = None
        if silence < REFRACTORY_S:
            return Judged.IGNORED
        if silence < LONGEST_DELAY_S:
            self.waiting = at
            return Judged.WAITS
        return Judged.COUNTS

    def confirm(self, pressed_at: float) -> bool:
        """Whether the press that waited stayed alone; true once."""
        if self.waiting != pressed_at:
            return False
        self.waiting = None
        return True
