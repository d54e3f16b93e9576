"""What the conductor tells its observers. A screen is a fold over these; losing one loses nothing."""

from typing import Final, Protocol

import msgspec

from bench.operator import Prompt
from drivers.protocols import Refused
from drivers.reading import Reading
from procedures.edition import PlannedStep
from procedures.point import Conclusion, Point

MISTYPED: Final = "mistyped"
"""why the last answer alone is taken back: nothing was moved, filled or emptied since it was given"""


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Common settings of all events."""


class RunStarted(_Event, frozen=True, kw_only=True, tag="run_started"):
    """A run begins or is taken up again."""

    run: str
    number: str
    title: str
    training: bool
    resumed: bool
    plan: tuple[PlannedStep, ...]


class RunResumed(_Event, frozen=True, kw_only=True, tag="run_resumed"):
    """After a break: what was lost, what is done again and what is checked first."""

    minutes: int
    lost: tuple[str, ...]
    repeated: tuple[str, ...]
    rechecks: tuple[str, ...]


class SeriesEntered(_Event, frozen=True, kw_only=True, tag="series_entered"):
    """A series is open."""

    path: str


class SeriesLeft(_Event, frozen=True, kw_only=True, tag="series_left"):
    """A series is complete, or abandoned and about to be done again."""

    path: str
    abandoned: bool = False
    reason: str = ""
    note: str = ""
    """the reason in the person's own words, where none of the named ones fits"""


class StepEntered(_Event, frozen=True, kw_only=True, tag="step_entered"):
    """A step is under way."""

    path: str


class Prompted(_Event, frozen=True, kw_only=True, tag="prompted"):
    """The operator is asked."""

    prompt: Prompt


class Answered(_Event, frozen=True, kw_only=True, tag="answered"):
    """The answer is on disk."""

    path: str


class Settling(_Event, frozen=True, kw_only=True, tag="settling"):
    """The bench waits for rest."""

    path: str
    role: str


class LinkLost(_Event, frozen=True, kw_only=True, tag="link_lost"):
    """The line of an instrument is gone while it is read; the bench goes on by itself when it is back."""

    path: str
    role: str


class Live(_Event, frozen=True, kw_only=True, tag="live"):
    """What an instrument shows now; a slow screen may drop these."""

    role: str
    shown: Reading | Refused


class Captured(_Event, frozen=True, kw_only=True, tag="captured"):
    """A reading is in the journal, on disk."""

    path: str
    reading: Reading
    replayed: bool


class Decided(_Event, frozen=True, kw_only=True, tag="decided"):
    """A point is decided: measured, not sealed."""

    path: str
    point: Point
    replayed: bool


class ConclusionReached(_Event, frozen=True, kw_only=True, tag="concluded"):
    """The verdict stands, measured but not sealed."""

    conclusion: Conclusion


class RecordSealed(_Event, frozen=True, kw_only=True, tag="sealed"):
    """The record is signed and on disk: from here on green is allowed."""

    number: str
    record_file: str
    certificate_file: str


class RecordDelivered(_Event, frozen=True, kw_only=True, tag="delivered"):
    """The registry's receipt was verified: terdaftar."""

    number: str
    address: str


class RunStopped(_Event, frozen=True, kw_only=True, tag="stopped"):
    """The run left the script without a verdict."""

    how: str
    reason: str


Event = (
    RunStarted
    | RunResumed
    | SeriesEntered
    | SeriesLeft
    | StepEntered
    | Prompted
    | Answered
    | Settling
    | LinkLost
    | Live
    | Captured
    | Decided
    | ConclusionReached
    | RecordSealed
    | RecordDelivered
    | RunStopped
)


class Observer(Protocol):
    """Takes events; must return at once and never raise."""

    def notice(self, event: Event) -> None:
        """Take one event."""
