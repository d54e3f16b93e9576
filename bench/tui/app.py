"""The screens of a bench: which one is shown, and how a run is begun and left.

It owns no instrument, the desk does.
"""

import asyncio
from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from textual import work
from textual.screen import Screen

from bench.desk import Desk, InstrumentLine, JobLine, JobState, PersonLine
from bench.labels import Labels
from bench.tui.screens.dialogs import PICK_KEYS, AskPin, Pick, Write
from bench.tui.screens.face import Dialog
from bench.tui.screens.home import OPENS, HomeScreen
from bench.tui.screens.lock import LockScreen
from bench.tui.screens.outbox import OutboxScreen
from bench.tui.screens.review import ReviewScreen
from bench.tui.screens.run import RunScreen
from bench.tui.screens.situation import COMPARATOR, UUT
from bench.tui.screens.workbench import WorkbenchScreen
from bench.tui.shell import Shell
from bench.tui.workbench import listen
from drivers.clock import Clock
from drivers.errors import PlainError

LEAVING_S: Final = 0.5
LOOKS_S: Final = 5.0
"""how often it is looked whether anybody is still there"""


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
        run_clock: Clock | None = None,
        told_pin: str = "",
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
            run_clock: the time of instruments and runs, when it is not the person's: twins can be faster.
            told_pin: the PIN that a demonstration tells whoever signs; it protects nothing.
        """
        super().__init__(labels, clock=clock, key_clock=key_clock, zone=zone)
        self.desk = desk
        self.auto_capture = auto_capture
        self._first = first
        self.told_pin = told_pin
        self._run_clock = run_clock or self.clock
        self._touched_at = self.clock.monotonic()
        self._unlocked = asyncio.Event()
        self._unlocked.set()

    def switch_language(self) -> None:
        """Indonesian to English and back, also what the desk tells."""
        self.desk.speak(self.labels.other())
        super().switch_language()

    def first_screen(self) -> Screen[None]:
        """Home."""
        return HomeScreen()

    def opened(self) -> None:
        """Begin with the job that was asked for, and look after a bench that is left alone."""
        self.set_interval(LOOKS_S, self.lock_when_idle)
        found = [job for job in self.desk.jobs() if self._first and self._first in {job.id, job.run}]
        found.sort(key=lambda job: job.state not in OPENS)  # one that goes on before one that has ended
        if found:
            self.begin(found[0])

    def _quit(self, leave: bool | None) -> None:
        if not leave:
            return
        works = [screen.work for screen in self.screen_stack if isinstance(screen, RunScreen)]
        for one in works:
            if one is not None:
                one.pause()
        # A paused run leaves by itself within this time; the journal is sound in any case.
        self.set_timer(LEAVING_S if works else 0.01, self.exit)

    # ------------------------------------------------------------------ who is there

    @property
    def locked(self) -> bool:
        """Whether the screen is covered until the officer's PIN is typed."""
        return not self._unlocked.is_set()

    def touched(self) -> None:
        """Somebody is there."""
        self._touched_at = self.clock.monotonic()

    def lock_when_idle(self) -> None:
        """Cover the screen after too long without a key, if there is a PIN that uncovers it."""
        idle_s, limit_s = self.clock.monotonic() - self._touched_at, self.desk.idle_lock_s
        if limit_s and idle_s >= limit_s and not self.locked and self.desk.can_lock():
            self._unlocked.clear()
            self.show(LockScreen())

    def unlock(self) -> None:
        """Let go on what was beneath; the screen that covers it goes by itself."""
        self._unlocked.set()
        self.touched()

    def ask_quit(self) -> None:
        """See `Shell`; whoever has not the PIN cannot leave either."""
        if not self.locked:
            super().ask_quit()

    def choose_officer(self) -> None:
        """Let another penera sit at the bench."""
        people = self.desk.people()
        entries = [(str(key), self._told(one), one.id) for key, one in enumerate(people[:9], start=1)]
        self.show(Pick("seat.title", entries, self.labels.text("seat.text")), self._seat)

    def _told(self, person: PersonLine) -> str:
        kinds = ", ".join(self.labels.word("kind", kind) for kind in person.competence)
        return f"{person.name}  ({kinds})" if kinds else person.name

    def _seat(self, person: str | None) -> None:
        if person is None:
            return
        try:
            self.desk.seat(person)
        except PlainError as error:
            self.tell(error)
        self._repaint()

    # ------------------------------------------------------------------ runs and records

    def begin(self, job: JobLine) -> None:
        """Begin or take up a job."""
        if not any(isinstance(screen, RunScreen) for screen in self.screen_stack):
            self._conduct(job)

    async def _players(self, job: JobLine) -> dict[str, InstrumentLine] | None:
        """Who plays each role in a job; where several could, a person chooses. None: nobody has chosen."""
        found: dict[str, InstrumentLine] = {}
        for role, lines in self.desk.players(job.key).items():
            known = list(lines)
            if len(known) > 1:
                by_hand = self.labels.text("home.by_hand")
                entries = [
                    (key, f"{line.name}  {f'{line.driver}  {line.port}' if line.port else by_hand}", line)
                    for key, line in zip(PICK_KEYS, known, strict=False)
                ]
                asked = self.labels.text("players.text", role=self.labels.role(role), title=job.title)
                chosen = await self.push_screen_wait(Pick("players.title", entries, asked))
                if chosen is None:
                    return None
                known = [chosen]
            found[role] = known[0]
        return found

    @work
    async def _conduct(self, job: JobLine) -> None:
        players = await self._players(job)
        if players is None:
            return
        ported = {role for role, line in players.items() if line.port}
        screen = RunScreen(
            job.title,
            self._run_clock,
            manual=UUT not in ported,
            weighed_by_eye=COMPARATOR not in ported,
            auto_capture=self.auto_capture,
        )
        await self.push_screen(screen)
        problem, measured = None, None
        try:
            chosen = {role: line.name for role, line in players.items()}
            screen.work = await self.desk.begin(job.key, screen.operator, screen, chosen=chosen)
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
        await self._unlocked.wait()
        while isinstance(self.screen, Dialog):
            await self.pop_screen()
        if measured is not None:
            await self.switch_screen(ReviewScreen(measured, screen.view))
        elif screen in self.screen_stack:
            await self.pop_screen()
        if problem is not None:
            self.tell(problem)

    def void(self, job: JobLine) -> None:
        """Close a run that was broken off, for a reason, and seal that."""
        if job.state is JobState.VOIDED:
            self._sign_void(job, "")
        else:
            asked = Write("void.title", "void.write", {"number": job.number, "title": job.title})
            self.show(asked, lambda why: self._sign_void(job, why) if why else None)

    def _sign_void(self, job: JobLine, reason: str) -> None:
        try:
            signer = self.desk.signer(job.run)
        except PlainError as error:
            self.tell(error)
            return
        text = self.labels.text("void.meaning", officer=signer.name, number=job.number)

        def sign(pin: str | None) -> None:
            if pin is not None:
                self._void(job, reason, pin)

        self.show(AskPin("void.title", text, signer), sign)

    @work
    async def _void(self, job: JobLine, reason: str, pin: str) -> None:
        try:
            await self.desk.void(job.run, reason, pin)
        except PlainError as error:
            self.tell(error)
        else:
            self.ring(2)
        self._repaint()

    @work(exclusive=True, group="workbench")
    async def open_workbench(self, instrument: str) -> None:
        """Show the bytes of an instrument's line; the bench reads it again when the screen is left."""
        try:
            async with self.desk.line_of(instrument) as lent:
                told = f"{lent.settings.baud} {lent.settings.format}"
                screen = WorkbenchScreen(lent.trial, self.clock, lent.line.name, told, lent.folder, lent=True)
                listening = asyncio.create_task(listen(lent.trial, lent.line, screen, self.clock))
                try:
                    await self.push_screen_wait(screen)
                finally:
                    listening.cancel()
                    await asyncio.wait([listening])
        except PlainError as error:
            self.tell(error)

    @work
    async def make_safe(self) -> None:
        """Send all that declares a safe state into it; what does not answer stands among the warnings."""
        try:
            await self.desk.make_safe()
        except PlainError as error:
            self.tell(error)
        self._repaint()

    def test_again(self, run: str) -> None:
        """Begin a new run of what an ended run tested."""
        for job in self.desk.jobs():
            if job.run == run:
                self.begin(job)

    def open_outbox(self) -> None:
        """Show the records on their way."""
        self.show(OutboxScreen())

    async def deliver(self) -> None:
        """Push what waits."""
        try:
            await self.desk.deliver()
        except PlainError as error:
            self.tell(error)
