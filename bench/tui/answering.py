"""What an instruction expects of the scale, and which instructions the bench can see carried out by itself.

Only what needs no judgement is answered without a key: an emptied receptor, a changeover that was heard, a
time that has passed, and, as an option of the laboratory, the expected load at rest.
"""

from dataclasses import dataclass

from bench.tui.gate import Gate, Watch
from drivers.quantity import Quantity
from procedures.action import (
    Action,
    AddSmallWeights,
    Adjust,
    ClearTare,
    PlaceLoad,
    PlaceWeight,
    Plumbing,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
    Wait,
)

BY_HAND = PlaceLoad | RemoveLoad | AddSmallWeights | RemoveSmallWeights | SetZero | SetTare | ClearTare
"""Instructions that, without a port, stand on the screen together with the question for the indication."""


def stands_with_question(action: Action, *, weighed_by_eye: bool) -> bool:
    """Whether an instruction needs no Enter of its own, because the answer to the question says it is done.

    Args:
        action: what is instructed.
        weighed_by_eye: the comparator has no port either.
    """
    return isinstance(action, BY_HAND) or (weighed_by_eye and isinstance(action, PlaceWeight))


@dataclass
class Scale:
    """One scale under test as the screen follows it through the instructions."""

    watch: Watch
    auto_capture: bool
    tare: Quantity | None = None
    """the tare load that stands on the receptor and is tared away"""
    before: Quantity | None = None
    """the indication when the instruction was given"""
    taken_at: Quantity | None = None
    """the load that auto-capture took last, until the indication has left it"""
    unit: str = "g"
    instructed_at: float = 0.0
    """monotonic time in seconds at which the instruction was given"""

    def instructed(self, action: Action, now: float) -> None:
        """Note the state when an instruction is given."""
        self.before, self.instructed_at = self.watch.indication(), now
        if isinstance(action, ClearTare):
            self.tare = None

    def carried_out(self, action: Action) -> None:
        """Note what an answered instruction changed."""
        if isinstance(action, SetTare):
            self.tare = action.load
        if isinstance(action, PlaceLoad):
            self.taken_at = action.load

    def expected(self, action: Action) -> Quantity | None:
        """What the scale should show, coarsely, when the instruction is carried out; None: anything."""
        nothing = Quantity(0, self.unit)
        match action:
            case PlaceLoad():
                return action.load
            case RemoveLoad():
                return nothing if self.tare is None else -self.tare
            case SetZero() | SetTare() | ClearTare():
                return nothing
            case _:
                return None

    def follow(self) -> None:
        """Take note of what the scale shows now: whether the load that was taken has left."""
        if (
            self.taken_at is not None
            and self.watch.indication() is not None
            and not self.watch.near(self.taken_at)
        ):
            self.taken_at = None

    def gate(self, action: Action, now: float) -> Gate:
        """Whether an Enter may pass."""
        if isinstance(action, Wait):
            return Gate.TOO_EARLY if self.remaining_s(action, now) > 0 else Gate.OPEN
        if isinstance(action, Adjust | PlaceWeight | Plumbing):
            return Gate.OPEN
        return self.watch.judge(self.expected(action), now)

    def remaining_s(self, wait: Wait, now: float) -> float:
        """How long is still to be waited, in seconds."""
        return max(0.0, self.instructed_at + float(wait.duration.to("s").value) - now)

    def sees_done(self, action: Action, now: float) -> bool:
        """Whether the bench sees by itself that the instruction is carried out."""
        if self.gate(action, now) is not Gate.OPEN:
            return False
        match action:
            case RemoveLoad() | Wait():
                return True
            case AddSmallWeights(count=count) if count > 1:
                return False  # the first few may change it and more are still to come
            case AddSmallWeights() | RemoveSmallWeights():
                return self._changed()
            case PlaceLoad():
                return self.auto_capture and self.taken_at is None
            case _:
                return False

    def _changed(self) -> bool:
        shown = self.watch.indication()
        return shown is not None and self.before is not None and shown != self.before
