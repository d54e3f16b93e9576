"""What screens need of the program that shows them; `bench.tui.app` and the workbench are such programs."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Protocol, TypeVar

from textual import events
from textual.screen import Screen
from textual.timer import Timer

from bench.desk import Desk, JobLine
from bench.labels import Labels
from bench.tui.presses import Presses
from drivers.errors import PlainError

T = TypeVar("T")


class Program(Protocol):
    """Every program of screens."""

    labels: Labels
    presses: dict[str, Presses]
    zone: tzinfo | None
    muted: bool

    @property
    def locked(self) -> bool:
        """Whether the screen is covered and nothing may be answered."""

    def touched(self) -> None:
        """A key was pressed."""

    def key_time(self, event: events.Key) -> float:
        """When a key arrived, in seconds of the clock of `stamp`."""

    def stamp(self) -> float:
        """The time now, comparable with the time of a key."""

    def local_time(self) -> datetime:
        """The wall time where the bench stands."""

    def global_key(self, key: str) -> bool:
        """Act on a key that means the same everywhere."""

    def set_timer(self, delay: float, callback: Callable[[], object]) -> Timer:
        """Call something later."""

    def call_later(self, callback: Callable[..., object], *args: object) -> bool:
        """Call something after what waits in the queue."""

    def switch_language(self) -> None:
        """Indonesian to English and back."""

    def toggle_sound(self) -> None:
        """Mute the bell, or not."""

    def ring(self, times: int) -> None:
        """One bell for captured, two for done, three for trouble."""

    def tell(self, error: PlainError) -> None:
        """Show an error in two sentences."""

    def ask_quit(self) -> None:
        """Ask before closing."""

    def show(self, screen: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Put a screen on top; `then` gets its answer."""


class Bench(Program, Protocol):
    """The program of a laboratory."""

    desk: Desk
    told_pin: str
    """the PIN that a demonstration tells whoever signs; empty everywhere else"""

    def begin(self, job: JobLine) -> None:
        """Begin or take up a job."""

    def test_again(self, run: str) -> None:
        """Begin a new run of what an ended run tested."""

    def void(self, job: JobLine) -> None:
        """Close a run that was broken off, for a reason."""

    def unlock(self) -> None:
        """Uncover what was beneath the lock."""

    def make_safe(self) -> object:
        """Send all that declares a safe state into it."""

    def choose_officer(self) -> None:
        """Let another penera sit at the bench."""

    def open_workbench(self, instrument: str) -> object:  # a worker of Textual, which nobody needs
        """Show the bytes of an instrument's line."""

    def open_outbox(self) -> None:
        """Show the records on their way."""

    async def deliver(self) -> None:
        """Push what waits."""
