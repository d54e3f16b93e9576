"""What every program of screens shares: language, sound, the time of a key, and keys that mean the same.

It draws on standard error and prints nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from bench.labels import Labels
from bench.tui.presses import Presses
from bench.tui.screens.dialogs import Pick, Tell
from bench.tui.screens.face import Dialog, Face
from drivers.clock import Clock, SystemClock
from drivers.errors import PlainError

T = TypeVar("T")

THEME: Final = Theme(
    name="bench",
    primary="#5f9fd7",
    accent="#6fb7e9",
    foreground="#e4e4e4",
    background="#10141a",
    surface="#161b22",
    panel="#1d242d",
    warning="#e5b454",
    error="#f0736a",
    success="#6fdc8c",
)
"""`success` is green and stands for sealed, nothing else."""

BELL_GAP_S: Final = 0.18


class Shell(App[int]):
    """A program of screens in front of a person."""

    CSS_PATH = Path(__file__).parent / "styles.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "tera"

    def __init__(
        self,
        labels: Labels,
        *,
        clock: Clock | None = None,
        key_clock: Callable[[], float] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """Take the language to begin in.

        Args:
            labels: words; F2 switches the language.
            clock: the computer's own by default.
            key_clock: stamps keys and paints; by default Textual's own, which stamps a key as it arrives.
            zone: time zone of the wall clock on the screen; the computer's by default.
        """
        super().__init__()
        self.labels = labels
        self.clock: Clock = clock or SystemClock()
        self._key_clock = key_clock
        self.presses: defaultdict[str, Presses] = defaultdict(Presses)
        self.zone = zone
        self.muted = False

    def on_mount(self) -> None:
        """Take the colours, then show the first screen."""
        self.register_theme(THEME)
        self.theme = THEME.name
        self.show(self.first_screen())
        self.opened()

    def opened(self) -> None:
        """The first screen is on its way: go on with what was asked for."""

    def first_screen(self) -> Screen[None]:
        """The screen to begin with."""
        raise NotImplementedError

    @property
    def locked(self) -> bool:
        """Whether the screen is covered and nothing may be answered."""
        return False

    def touched(self) -> None:
        """A key was pressed."""

    def key_time(self, event: events.Key) -> float:
        """When a key arrived, in seconds of the clock of `stamp`."""
        return event.time if self._key_clock is None else self._key_clock()

    def stamp(self) -> float:
        """The time now, comparable with the time of a key."""
        return Message().time if self._key_clock is None else self._key_clock()

    def local_time(self) -> datetime:
        """The wall time where the bench stands."""
        return self.clock.utc().astimezone(self.zone)

    # ------------------------------------------------------------------ on every screen

    def global_key(self, key: str) -> bool:
        """Act on a key that means the same everywhere."""
        match key:
            case "f2":
                self.switch_language()
            case "f4":
                self.toggle_sound()
            case "ctrl+q":
                self.ask_quit()
            case _:
                return False
        return True

    @property
    def unforeseen(self) -> Exception | None:
        """What ended the screens before they were left."""
        error = self._exception
        within = error.error if isinstance(error, WorkerFailed) else None
        return within if isinstance(within, Exception) else error

    def _fatal_error(self) -> None:
        """End without Textual's page of the error: it shows what variables hold, and one may hold a PIN."""
        self.bell()
        self._close_messages_no_wait()

    async def action_quit(self) -> None:
        """Leave through the question, so that a run under way is paused, never lost."""
        self.ask_quit()

    def switch_language(self) -> None:
        """Indonesian to English and back."""
        self.labels = self.labels.other()
        self._repaint()

    def toggle_sound(self) -> None:
        """Mute the bell, or not; the screen shows which."""
        self.muted = not self.muted
        self._repaint()

    def _repaint(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Face | Dialog) and screen.is_mounted:
                screen.paint()

    def ring(self, times: int) -> None:
        """One bell for captured, two for done, three for trouble."""
        if self.muted or not times:
            return
        self.bell()
        for count in range(1, times):
            self.set_timer(count * BELL_GAP_S, self.bell)

    def tell(self, error: PlainError) -> None:
        """Show an error in two sentences."""
        self.ring(3)
        sentence, remedy = self.labels.problem(error)
        self.show(Tell("notice.title", sentence, remedy, alarm=True))

    def ask_quit(self) -> None:
        """Ask before closing; what is under way is kept."""
        entries = (("0", self.labels.text("quit.leave"), True),)
        self.show(Pick("quit.title", entries, self.labels.text("quit.text")), self._quit)

    def _quit(self, leave: bool | None) -> None:
        if leave:
            self.exit()

    def show(self, screen: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Put a screen on top; `then` gets its answer."""
        _ = self.push_screen(screen, then)
