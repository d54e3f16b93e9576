"""The screen program: which screen is shown, what works on every screen, and how a run is begun and left.

It draws on standard error and prints nothing; it owns no instrument, the desk does.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from textual import events, work
from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.theme import Theme

from bench.desk import Desk, JobLine
from bench.labels import Labels
from bench.tui.presses import Presses
from bench.tui.screens.dialogs import Pick, Tell
from bench.tui.screens.face import Dialog, Face
from bench.tui.screens.home import HomeScreen
from bench.tui.screens.outbox import OutboxScreen
from bench.tui.screens.review import ReviewScreen
from bench.tui.screens.run import RunScreen
from bench.tui.screens.situation import UUT
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
LEAVING_S: Final = 0.5


class TeraApp(App[int]):
    """The bench in front of a person."""

    CSS_PATH = Path(__file__).parent / "styles.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "tera"

    def __init__(
        self,
        desk: Desk,
        labels: Labels,
        *,
        auto_capture: bool = False,
        clock: Clock | None = None,
        key_clock: Callable[[], float] | None = None,
        zone: tzinfo | None = None,
        first: str = "",
    ) -> None:
        """Take the desk and the language to begin in.

        Args:
            desk: the laboratory.
            labels: words; F2 switches the language.
            auto_capture: take a reading without a key once the expected load stands at rest.
            clock: the computer's own by default.
            key_clock: stamps keys and paints; by default Textual's own, which stamps a key as it arrives.
            zone: time zone of the wall clock on the screen; the computer's by default.
            first: the job, or the run, to begin with.
        """
        super().__init__()
        self.desk = desk
        self.labels = labels
        self.auto_capture = auto_capture
        self.clock: Clock = clock or SystemClock()
        self._key_clock = key_clock
        self.presses: defaultdict[str, Presses] = defaultdict(Presses)
        self.zone = zone
        self._first = first
        self.muted = False

    def on_mount(self) -> None:
        """Show the home screen."""
        self.register_theme(THEME)
        self.theme = THEME.name
        self.show(HomeScreen())
        for job in self.desk.jobs() if self._first else ():
            if self._first in {job.id, job.run}:
                self.begin(job)
                break

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
            if isinstance(screen, Face | Dialog):
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
        if not leave:
            return
        works = [screen.work for screen in self.screen_stack if isinstance(screen, RunScreen)]
        for one in works:
            if one is not None:
                one.pause()
        # A paused run leaves by itself within this time; the journal is sound in any case.
        self.set_timer(LEAVING_S if works else 0.01, self.exit)

    # ------------------------------------------------------------------ runs and records

    def begin(self, job: JobLine) -> None:
        """Begin or take up a job."""
        if not any(isinstance(screen, RunScreen) for screen in self.screen_stack):
            self._conduct(job)

    @work
    async def _conduct(self, job: JobLine) -> None:
        uut = [line for line in self.desk.instruments() if UUT in line.roles]
        screen = RunScreen(
            job.title, self.clock, manual=not any(line.port for line in uut), auto_capture=self.auto_capture
        )
        await self.push_screen(screen)
        problem, measured = None, None
        try:
            screen.work = await self.desk.begin(job.id, screen.operator, screen)
            measured = await screen.work.finished()
        except PlainError as error:
            problem = error
        except Exception as unforeseen:  # noqa: BLE001 - the run is kept; a person is told, never shown a traceback
            problem = PlainError(
                "program.unforeseen",
                "An unforeseen error stopped this run: {kind}: {error}.",
                "What was journaled is kept and the run can be resumed. Report this sentence.",
                kind=type(unforeseen).__name__,
                error=str(unforeseen),
            )
        while isinstance(self.screen, Dialog):
            await self.pop_screen()
        if measured is not None:
            await self.switch_screen(ReviewScreen(measured, screen.view))
        elif screen in self.screen_stack:
            await self.pop_screen()
        if problem is not None:
            self.tell(problem)

    def show(self, screen: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Put a screen on top; `then` gets its answer."""
        _ = self.push_screen(screen, then)

    def open_outbox(self) -> None:
        """Show the records on their way."""
        self.show(OutboxScreen())

    async def deliver(self) -> None:
        """Push what waits."""
        try:
            await self.desk.deliver()
        except PlainError as error:
            self.tell(error)
