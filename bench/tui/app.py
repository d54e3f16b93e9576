"""The screens of a bench: which one is shown, and how a run is begun and left.

It owns no instrument, the desk does.
"""

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from textual import work
from textual.screen import Screen

from bench.desk import Desk, JobLine
from bench.labels import Labels
from bench.tui.screens.face import Dialog
from bench.tui.screens.home import HomeScreen
from bench.tui.screens.outbox import OutboxScreen
from bench.tui.screens.review import ReviewScreen
from bench.tui.screens.run import RunScreen
from bench.tui.screens.situation import UUT
from bench.tui.shell import Shell
from drivers.clock import Clock
from drivers.errors import PlainError

LEAVING_S: Final = 0.5


class TeraApp(Shell):
    """The bench in front of a person."""

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
        super().__init__(labels, clock=clock, key_clock=key_clock, zone=zone)
        self.desk = desk
        self.auto_capture = auto_capture
        self._first = first

    def first_screen(self) -> Screen[None]:
        """Home."""
        return HomeScreen()

    def opened(self) -> None:
        """Begin with the job that was asked for."""
        for job in self.desk.jobs() if self._first else ():
            if self._first in {job.id, job.run}:
                self.begin(job)
                break

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

    def open_outbox(self) -> None:
        """Show the records on their way."""
        self.show(OutboxScreen())

    async def deliver(self) -> None:
        """Push what waits."""
        try:
            await self.desk.deliver()
        except PlainError as error:
            self.tell(error)
