"""What goes wrong with a simulated instrument, and when: a scenario is data, and the same each time.

A fault changes how an instrument answers, or that it does; it never makes the bench's own program misbehave.
"""

from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """What goes wrong."""

    LATE = "late"
    SILENT = "silent"
    LOST_LINK = "lost_link"
    STUCK = "stuck"
    NO_VALUE = "no_value"
    BUSY = "busy"
    NOISE = "noise"
    DAMAGED = "damaged"
    SHORT = "short"
    OTHER_UNIT = "other_unit"
    TWICE = "twice"


class FaultEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[fault]]`: one kind of trouble for some time."""

    kind: FaultKind
    at_s: float = 0.0
    """seconds after the twin was switched on"""
    for_s: float = float("inf")
    by_s: float = 0.0
    """how late, where the kind is `late`"""

    def holds(self, age_s: float) -> bool:
        """Whether it goes wrong now."""
        return self.at_s <= age_s < self.at_s + self.for_s


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one quantity of a simulated meter does; everything in the unit that its driver shows."""

    start: str
    """the value at the beginning, as the instrument writes it: its digits are the digits shown"""
    per_s: str = "0"
    """how much it grows each second: a total under flow"""
    noise: str = "0"
    """standard deviation"""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scenario: what the quantities do, and what goes wrong."""

    seed: int = 1
    quantity: dict[str, Story] = {}
    """by name; an instrument with one quantity has it under the empty name"""
    fault: tuple[FaultEntry, ...] = ()
    answer_delay_s: float = 0.01


class Faults:
    """The faults of a scenario at the present moment."""

    def __init__(self, entries: tuple[FaultEntry, ...]) -> None:
        self._entries = entries
        self._given: list[FaultEntry] = []

    def give(self, kind: FaultKind, *, by_s: float = 0.0) -> None:
        """Let something go wrong from now on."""
        self._given.append(FaultEntry(kind=kind, by_s=by_s))

    def mend(self) -> None:
        """End what `give` began."""
        self._given.clear()

    def at(self, age_s: float) -> dict[FaultKind, FaultEntry]:
        """Everything that goes wrong at this age."""
        entries = (*self._entries, *self._given)
        return {entry.kind: entry for entry in entries if entry.holds(age_s)}
