"""Home: what is connected, what is to be done, what waits for the registry, what needs attention.

Enter begins or takes up the job that is marked, R puts its order right while nothing was tested.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from bench.desk import InstrumentLine, JobLine, JobState, OutboxLine, StandardLine
from bench.legible import on_one_line
from bench.registration import kinds
from bench.tui.screens.dialogs import PICK_KEYS, Pick, Tell
from bench.tui.screens.face import MAIN, NARROW, Face, Panel, Part
from bench.tui.screens.job_rows import cut, end, job_state, named, spelled_out
from bench.tui.screens.registration import RegistrationScreen
from drivers.errors import PlainError
from drivers.protocols import Refused
from drivers.reading import Stability

LIVE_S: Final = 0.25
LISTS_S: Final = 2.0
SOON_DAYS: Final = 30
ROOMY: Final = 9
"""Lines of the jobs' panel from which on the marked one is spelled out below the list."""
OPENS: Final = frozenset({JobState.WAITING, JobState.UNFINISHED, JobState.MEASURED})
"""Jobs that Enter begins or takes up."""
MARKED: Final = OPENS | {JobState.VOIDED}
"""Jobs that the mark goes over: of a run without a verdict, the seal is still to come."""


class HomeScreen(Face):
    """The first and last screen of a day."""

    def __init__(self) -> None:
        """Begin with nothing; the desk is asked when the screen is shown."""
        super().__init__()
        self._jobs: tuple[JobLine, ...] = ()
        self._waiting: tuple[OutboxLine, ...] = ()
        self._standards: tuple[StandardLine, ...] = ()
        self._marked = ""

    def panels(self) -> Sequence[Widget]:
        """Instruments, jobs beside the registry, warnings."""
        return (
            Panel(id="instruments", classes="box"),
            Horizontal(
                Panel(id="jobs", classes="box"),
                Vertical(
                    Panel(id="registry", classes="box"), Panel(id="standards", classes="box"), id="side"
                ),
                id="lower",
            ),
            Panel(id="warnings", classes="box"),
        )

    def on_mount(self) -> None:
        """Ask the desk and follow it."""
        self._ask_desk()
        self.set_interval(LIVE_S, self._live)
        self.set_interval(LISTS_S, self._again)

    def on_screen_resume(self) -> None:
        """Ask the desk again after a run."""
        self._ask_desk()

    def _live(self) -> None:
        if self.is_current:
            self._paint_instruments()

    def _again(self) -> None:
        if self.is_current:
            self._ask_desk()
            self.paint()

    def _ask_desk(self) -> None:
        desk = self.bench.desk
        self._jobs, self._waiting, self._standards = desk.jobs(), desk.outbox(), desk.standards()
        markable = [job.key for job in self._jobs if job.state in MARKED]
        if self._marked not in markable:
            unfinished = [job.key for job in self._jobs if job.state is JobState.UNFINISHED]
            openable = [job.key for job in self._jobs if job.state in OPENS]
            self._marked = next(iter((*unfinished, *openable, *markable)), "")

    # ------------------------------------------------------------------ keys

    def pressed(self, key: str) -> None:
        """Begin, choose, look."""
        actions: dict[str, Callable[[], None]] = {
            MAIN: self._begin,
            "+": lambda: self._mark_next(1),
            "down": lambda: self._mark_next(1),
            "-": lambda: self._mark_next(-1),
            "up": lambda: self._mark_next(-1),
            "l": self._resume,
            "x": self._void,
            "n": self._register,
            "r": self._correct,
            "p": self.bench.choose_officer,
            "d": self._choose_instrument,
            "k": self.bench.open_outbox,
            "f1": lambda: self.bench.show(Tell("help.title", self.labels.text("help.home"))),
            "f10": self.bench.ask_quit,
            "/": self._menu,
        }
        if key in actions:
            actions[key]()
            self.paint()

    def _begin(self) -> None:
        if self._marked:
            job = self._job_marked()
            (self.bench.void if job.state is JobState.VOIDED else self.bench.begin)(job)

    def _resume(self) -> None:
        unfinished = [job for job in self._jobs if job.state is JobState.UNFINISHED]
        if unfinished:
            self.bench.begin(unfinished[0])

    def _mark_next(self, step: int) -> None:
        markable = [job.key for job in self._jobs if job.state in MARKED]
        if markable:
            self._marked = markable[(markable.index(self._marked) + step) % len(markable)]

    def _job_marked(self) -> JobLine:
        return next(job for job in self._jobs if job.key == self._marked)

    def _void(self) -> None:
        """Only a run that was begun and has no verdict can be closed without one."""
        if self._marked and self._job_marked().state in {JobState.UNFINISHED, JobState.VOIDED}:
            self.bench.void(self._job_marked())
        else:
            self.bench.show(Tell("void.title", self.labels.text("void.only_unfinished")))

    def _register(self) -> None:
        keyed = zip(PICK_KEYS, kinds(), strict=False)
        entries = [(key, self.labels.word("kind", kind), kind) for key, kind in keyed]
        self.bench.show(Pick("registration.title", entries, self.labels.text("registration.kind")), self._ask)

    def _ask(self, kind: str | None) -> None:
        if kind is not None:
            self.bench.show(RegistrationScreen(kind, self._registered))

    def _correct(self) -> None:
        """The desk tells which order may be put right."""
        if self._marked:
            job = self._job_marked().key
            try:
                kind, said = self.bench.desk.said(job)
            except PlainError as fault:
                self.bench.tell(fault)
            else:
                self.bench.show(RegistrationScreen(kind, self._registered, job=job, said=said))

    def _registered(self, job: str) -> None:
        self._ask_desk()
        self._marked = next((one.key for one in self._jobs if one.id == job), self._marked)

    def _choose_instrument(self) -> None:
        lines = [line for line in self.bench.desk.instruments() if line.port]
        entries = [
            (str(key), f"{line.name}  {line.driver}", line.name)
            for key, line in enumerate(lines[:9], start=1)
        ]
        words = self.labels.text("home.workbench" if lines else "home.no_line")
        self.bench.show(Pick("menu.workbench", entries, words), self._watch)

    def _watch(self, instrument: str | None) -> None:
        if instrument is not None:
            self.bench.open_workbench(instrument)

    def _make_safe(self) -> None:
        self.bench.make_safe()

    def _menu(self) -> None:
        text = self.labels.text
        entries: list[tuple[str, str, Callable[[], None]]] = [
            ("1", text("menu.begin"), self._begin),
            ("2", text("menu.outbox"), self.bench.open_outbox),
            ("3", text("menu.register"), self._register),
            ("4", text("menu.sound"), self.bench.toggle_sound),
            ("5", text("menu.language"), self.bench.switch_language),
            ("6", text("menu.officer"), self.bench.choose_officer),
            ("7", text("menu.workbench"), self._choose_instrument),
            ("8", text("menu.void"), self._void),
            ("9", text("menu.make_safe"), self._make_safe),
            ("*", text("menu.correct"), self._correct),
            ("0", text("menu.quit"), self.bench.ask_quit),
        ]
        self.bench.show(Pick("menu.title", entries), lambda chosen: chosen() if chosen else None)

    # ------------------------------------------------------------------ painting

    def paint(self) -> None:
        """Bring every panel up to date."""
        desk, labels = self.bench.desk, self.labels
        moment = labels.moment(self.bench.local_time())
        sound = "" if not self.bench.muted else "  " + labels.text("sound.off")
        officer = cut(desk.officer, self.size.width // 3)
        self.frame(
            f"{desk.bench}  {desk.office}",
            f"{officer}   {moment}   {labels.language.upper()}{sound}",
            labels.text("home.keys" if self.size.width > NARROW else "home.keys_short", enter=self._enter()),
        )
        self._paint_instruments()
        self._paint_jobs()
        self._paint_registry()
        self._paint_standards()
        warnings = self._warnings()
        self.query_one("#warnings").display = bool(warnings)
        lines = [part for line in warnings for part in ((f"▲ {on_one_line(line)}", "$warning"), "\n")]
        self.panel("warnings").show(*lines[:-1], title=labels.text("home.warnings"))

    def _enter(self) -> str:
        """What Enter does to the marked job."""
        new = not self._marked or self._job_marked().state is JobState.WAITING
        return self.labels.text("home.enter_begin" if new else "home.enter_go_on")

    def _paint_instruments(self) -> None:
        lines = self.bench.desk.instruments()
        width = self.panel("instruments").content_size.width
        parts: list[Part] = []
        for line in lines:
            parts += [*self._instrument(line, width), "\n"]
        if not lines:
            parts = [(self.labels.text("home.no_instruments"), "dim"), "\n"]
        self.panel("instruments").show(*parts[:-1], title=self.labels.text("home.instruments"))

    def _instrument(self, line: InstrumentLine, width: int) -> list[Part]:
        text = self.labels.text
        name, driver, port = 20, (22 if width > NARROW else 0), (16 if width > NARROW else 11)
        cells: list[Part] = [(f"{cut(line.name, name - 1):<{name}}", "bold")]
        if driver:
            cells.append((f"{cut(line.driver, driver - 1):<{driver}}", ""))
        cells.append((f"{end(line.port or text('home.no_port'), port - 1):<{port}}", "dim"))
        if line.fault:
            return [*cells, (f"✘ {on_one_line(line.fault)}", "bold $error")]
        match line.shown:
            case None:
                cells.append((text("home.by_hand" if not line.port else "home.silent"), "dim"))
            case Refused() as refused:
                cells.append((f"▲ {self.labels.word('state', refused.state)}", "bold $warning"))
            case reading:
                word = "live.rest" if reading.stability is not Stability.MOVING else "live.moving"
                style = "$accent" if reading.stability is not Stability.MOVING else "$warning"
                cells.append((f"{self.labels.quantity(reading.indication):>14}  ", "bold"))
                cells.append((f"{text(word):<11}", style))
        if line.age_s is not None:
            cells.append((text("home.age", seconds=self.labels.tenths(line.age_s)), "dim"))
        if line.evidence == "unconfirmed":
            cells.append((f" ▲ {text('home.unconfirmed')}", "$warning"))
        return cells

    def _paint_jobs(self) -> None:
        labels, panel = self.labels, self.panel("jobs")
        width, height = panel.content_size
        about = self._about_marked(width) if height >= ROOMY else []
        room = max(height - 2 - len(about), 1)
        last = len(self._jobs) - 1  # the newest, where nothing is to be done
        marked = next((index for index, job in enumerate(self._jobs) if job.key == self._marked), last)
        start = min(max(marked - room // 2, 0), max(len(self._jobs) - room, 0))
        waiting = sum(job.state in OPENS for job in self._jobs)
        parts: list[Part] = [
            labels.text("home.job_count", waiting=waiting, done=self.bench.desk.totals().sealed),
            "\n",
        ]
        for job in self._jobs[start : start + room]:
            parts += [*self._job(job, width), "\n"]
        if not self._jobs:
            parts.append((labels.text("home.no_jobs"), "dim"))
        panel.show(*parts, *about, title=labels.text("home.jobs"))

    def _about_marked(self, width: int) -> list[Part]:
        """What tells the marked instrument from one like it, a line each."""
        if not self._marked:
            return []
        return [(f"\n{line}", "dim") for line in spelled_out(self.labels, self._job_marked(), width)]

    def _job(self, job: JobLine, width: int) -> list[Part]:
        mark = "▶" if job.key == self._marked else " "
        state, style = job_state(self.labels, job.state, job.outcome, job.replaced)
        room = max(width - len(state) - 5, 8)
        return [
            (f"{mark} {named(job, room):<{room}}", "bold reverse" if mark == "▶" else ""),
            ("  " + state, style),
        ]

    def _paint_registry(self) -> None:
        labels = self.labels
        states = [line.state for line in self._waiting]
        failed = [line for line in self._waiting if line.problem and line.state is not JobState.DELIVERED]
        waiting = sum(state in {JobState.SEALED, JobState.QUEUED, JobState.REFUSED} for state in states)
        parts: list[Part] = [
            labels.text("home.outbox_waiting", count=waiting) + "\n",
            labels.text("home.outbox_delivered", count=self.bench.desk.totals().delivered) + "\n",
        ]
        if failed:
            parts.append((f"▲ {failed[0].number}: {failed[0].problem}\n", "$warning"))
        parts.append(("\n" + labels.text("home.outbox_key"), "dim"))
        self.panel("registry").show(*parts, title=labels.text("home.registry"))

    def _paint_standards(self) -> None:
        parts: list[Part] = []
        for standard in self._standards:
            soon = "$warning" if standard.days_left <= SOON_DAYS else ""
            style = "$error" if standard.days_left < 0 else soon
            sign = "▲" if style else "✔"
            parts += [(f"{sign} {on_one_line(standard.id):<7} ", style), (_due(standard.due), "dim"), "\n"]
        self.panel("standards").show(*parts[:-1], title=self.labels.text("home.standards"))

    def _warnings(self) -> list[str]:
        text = self.labels.text
        found = [text("home.unsafe", instrument=name) for name in self.bench.desk.unsafe()]
        if changed := self.bench.desk.changed_files():
            found.append(text("home.files_changed", files=", ".join(changed)))
        found += [
            text("home.unfinished", title=job.title, number=job.number or job.run)
            for job in self._jobs
            if job.state is JobState.UNFINISHED
        ]
        for standard in self._standards:
            if standard.days_left < 0:
                found.append(text("home.standard_expired", id=standard.id, due=_due(standard.due)))
            elif standard.days_left <= SOON_DAYS:
                found.append(text("home.standard_due", id=standard.id, days=standard.days_left))
        return found


def _due(written: str) -> str:
    """A date of the desk as this country writes it; anything else as it is."""
    try:
        return f"{date.fromisoformat(written):%d-%m-%Y}"
    except ValueError:
        return written
