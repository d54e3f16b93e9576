"""What goes wrong with a simulated instrument, and when: data, and the same each time.

A fault changes how an instrument answers, or that it does; it never makes the bench's own program misbehave.
"""

import asyncio
import math
import random
from enum import StrEnum
from typing import Final

import msgspec

_TICK_S: Final = 0.1
"""a fault that comes and goes by `share` is decided anew so often"""


class FaultKind(StrEnum):
    """What goes wrong."""

    LATE = "late"
    SILENT = "silent"
    LOST_LINK = "lost_link"
    STUCK = "stuck"
    NO_VALUE = "no_value"
    OVERLOAD = "overload"
    BUSY = "busy"
    WRONG_UNIT = "wrong_unit"
    """shows its value in another unit of measurement"""
    WRONG_BAUD = "wrong_baud"
    """speaks with another speed or format than its driver says"""
    GARBAGE = "garbage"
    """sends bytes that mean nothing in place of its frame"""
    NOISE = "noise"
    """sends its frame with a few stray bytes before it"""
    DAMAGED = "damaged"
    """one bit of the frame is another one: a check finds it, where there is a check"""
    SHORT = "short"
    OTHER_UNIT = "other_unit"
    """another unit number answers on the Modbus line"""
    TWICE = "twice"


class FaultEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[fault]]`: one kind of trouble for some time."""

    kind: FaultKind
    at_s: float = 0.0
    """seconds after the twin was switched on"""
    for_s: float = float("inf")
    share: float = 1.0
    """how much of that time it holds, at random"""
    by_s: float = 0.0
    """how late, where the kind is `late`"""
    baud: int | None = None
    """what the instrument is set to, where the kind is `wrong_baud`; None: a quarter of what it should be"""
    format: str | None = None

    def holds(self, age_s: float, seed: int = 1) -> bool:
        """Whether it goes wrong now."""
        if not self.at_s <= age_s < self.at_s + self.for_s:
            return False
        if self.share >= 1:
            return True
        tick = math.floor(age_s / _TICK_S)
        generator = random.Random(f"{seed}/{self.kind}/{self.at_s}/{tick}")  # noqa: S311 -- no secret
        return generator.random() < self.share


Wrong = dict[FaultKind, FaultEntry]
"""everything that goes wrong at one moment"""


class Faults:
    """The faults of a scenario at the present moment."""

    def __init__(self, entries: tuple[FaultEntry, ...] = (), *, seed: int = 1) -> None:
        """Take them from a scenario."""
        self._entries = entries
        self._seed = seed
        self._given: list[FaultEntry] = []
        self.given = asyncio.Event()
        """set by every `give` and `mend`"""

    def give(self, kind: FaultKind, *, by_s: float = 0.0) -> None:
        """Let something go wrong from now on."""
        self._given.append(FaultEntry(kind=kind, by_s=by_s))
        self.given.set()

    def mend(self) -> None:
        """End what `give` began."""
        self._given.clear()
        self.given.set()

    def ever(self, kind: FaultKind) -> bool:
        """Whether this may go wrong without being given."""
        return any(entry.kind is kind for entry in self._entries)

    def at(self, age_s: float) -> Wrong:
        """Everything that goes wrong at this age."""
        entries = (*self._entries, *self._given)
        return {entry.kind: entry for entry in entries if entry.holds(age_s, self._seed)}
