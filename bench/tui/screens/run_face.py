"""How a run looks: what to do, what the instrument shows, what was found; painted from the view alone.

Nothing on this screen is green: a run is measured here, not sealed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from textual.containers import Horizontal
from textual.widget import Widget

from bench.tui.answering import Scale
from bench.tui.gate import Watch
from bench.tui.screens import run_panels as draw
from bench.tui.screens.face import NARROW, Face, Panel
from bench.tui.screens.situation import Situation
from bench.tui.view import RunView
from bench.tui.widgets.digits import ROWS
from bench.tui.widgets.receptor import receptor
from drivers.clock import Clock

PAINT_S: Final = 0.1
"""Live values are painted ten times a second, the latest wins."""
COUNT_S: Final = 0.5
"""How often the time is counted that is worked."""
SHORT: Final = 28
"""Below this many rows the display gives up its margin."""


class RunFace(Face):
    """The panels of one run; `RunScreen` says what its situation is and acts on keys."""

    def __init__(self, title: str, clock: Clock, *, manual: bool, auto_capture: bool) -> None:
        """Take what is painted besides the view; see `RunScreen`."""
        super().__init__()
        self._job = title
        self._clock = clock
        self._manual = manual
        self._large = False
        self._changed = False
        self._seen_at: datetime | None = None
        self._worked = timedelta()
        self.scale = Scale(Watch(), auto_capture)
        self.view = RunView()

    def situation(self) -> Situation:
        """The moment to be painted."""
        raise NotImplementedError

    def panels(self) -> Sequence[Widget]:
        """Instruction above, display and point in the middle, table and plot below."""
        return (
            Horizontal(Panel(id="instruction"), Panel(id="receptor"), id="ask"),
            Panel(id="large"),
            Horizontal(Panel(id="display", classes="box"), Panel(id="point", classes="box"), id="middle"),
            Horizontal(Panel(id="table", classes="box"), Panel(id="plot", classes="box"), id="lower"),
            Panel(id="progress"),
        )

    def on_mount(self) -> None:
        """Begin to count the time that is worked."""
        self._seen_at = self._clock.utc()
        self.set_interval(COUNT_S, self._count_work)

    def _count_work(self) -> None:
        """Add the time since the last count, unless a question waited behind the lock or a dialog."""
        now = self._clock.utc()
        if self._seen_at is not None and (self.app.screen is self or not self.situation().asks_person):
            self._worked += max(now - self._seen_at, timedelta())
        self._seen_at = now

    @property
    def training(self) -> bool:
        """Whether desk or run says so; either is enough."""
        return self.bench.desk.training or self.view.training

    def paint(self) -> None:
        """Bring every panel up to date."""
        self._changed = False
        labels, view = self.labels, self.view
        situation = self.situation()
        self.frame(
            "  ".join((f"{labels.text('run.title')} {view.number}".rstrip(), view.title or self._job)),
            self._standing(),
            labels.text(situation.keys() + ("_short" if self.size.width <= NARROW else "")),
        )
        self.query_one("#ask").border_title = situation.section()
        self.set_class(self._large, "-large")
        self.set_class(situation.inspecting, "-inspecting")
        self.set_class(self.size.height < SHORT, "-short")
        self.set_class(self.size.width <= NARROW, "-narrow")
        self.paint_live()
        self._paint_point()
        self._paint_lower(situation)
        self._paint_progress()

    def _standing(self) -> str:
        """That nothing is sealed yet, and how long the run was broken off."""
        event = self.view.broken_off
        if event is None:
            return self.labels.text("run.unsealed")
        return self.labels.text("run.resumed_after", minutes=event.minutes)

    def paint_live(self) -> None:
        """What changes ten times a second: the display, and what Enter would do."""
        situation = self.situation()
        asked = self.panel("instruction")
        asked.show(*situation.instruction(asked.content_size.width))
        places = [row.step.position for row in self.view.rows if row.step.position]
        position = draw.position_of(self.view)
        self.panel("receptor").show("\n".join(receptor(position, places)) if position is not None else "")
        panel = self.panel("large" if self._large else "display")
        size = panel.content_size
        below = situation.state(size.width, max(size.height - ROWS, 1))
        if self._large:
            below = [*below, "\n\n", *draw.verdict(self.labels, self.view, size.height)]
        lines = draw.display(*situation.display(), size.width, size.height, below)
        panel.show(*lines, title=situation.title())

    def _paint_point(self) -> None:
        panel = self.panel("point")
        lines = draw.point(self.labels, self.view, panel.content_size.width)
        panel.show(*lines, title=self.labels.text("run.point_title"))

    def _paint_lower(self, situation: Situation) -> None:
        table, plot = self.panel("table"), self.panel("plot")
        plot.display = not situation.inspecting
        if situation.inspecting and situation.reply is not None:
            table.show(*draw.checklist(self.labels, situation.reply), title=self.labels.text("inspect.title"))
            return
        lines, title = draw.table(self.labels, self.view, table.content_size, situation.retaken())
        table.show(*lines, title=title)
        lines, title = draw.error_plot(self.labels, self.view, plot.content_size)
        plot.show(*lines, title=title)

    def _paint_progress(self) -> None:
        sound = self.labels.text("sound.off" if self.bench.muted else "sound.on")
        auto = "  " + self.labels.text("run.auto") if self.scale.auto_capture and not self._manual else ""
        room = self.size.width - len(sound) - len(auto) - 6
        self._count_work()  # also what came since the timer did: the same run shows the same minutes
        bar = draw.progress(self.labels, self.view, room, self._worked)
        self.panel("progress").show(" ", *bar, f"  {sound}{auto}")
