"""The run screen: what to do, what the scale shows, what was found; Enter captures, through the gate.

An Enter while the scale still moves is held until it rests; one for a wrong load or a dead line is refused in
words. Nothing on this screen is green: a run is measured here, not sealed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from textual.containers import Horizontal
from textual.widget import Widget

from bench import events
from bench.desk import Work
from bench.operator import Prompt
from bench.tui.answering import BY_HAND, Scale
from bench.tui.gate import Gate, Watch
from bench.tui.keying import Keying
from bench.tui.operator import TuiOperator
from bench.tui.screens import run_panels as draw
from bench.tui.screens.dialogs import Pick, Tell, Write, retake_dialog
from bench.tui.screens.face import MAIN, NARROW, Face, Panel, Part
from bench.tui.view import RunView
from bench.tui.widgets.readings import readings
from bench.tui.widgets.receptor import receptor
from procedures.action import (
    Answer,
    Choice,
    Choose,
    Done,
    Inspect,
    Instruction,
    KeyAdded,
    Keyed,
    KeyIndication,
    PlaceLoad,
)
from procedures.point import Outcome

UUT: Final = "uut"
PAINT_S: Final = 0.1
"""Live values are painted ten times a second, the latest wins."""
HELD_S: Final = 20.0
"""An Enter is held no longer than this."""
DIGITS: Final = "0123456789"


class RunScreen(Face):
    """One run under way; observer of its events and owner of its operator."""

    def __init__(self, title: str, *, manual: bool, auto_capture: bool) -> None:
        """Take the job's title, whether the instrument under test has no port, and the option of the laboratory."""
        super().__init__()
        self._job = title
        self._manual = manual
        self.scale = Scale(Watch(), auto_capture)
        self._refused = ""
        self._held_until: float | None = None
        self._asked_at = 0.0
        self._keying: Keying | None = None
        self._failing: frozenset[str] = frozenset()
        self._cursor = 0
        self._large = False
        self._changed = False
        self.view = RunView()
        self.work: Work | None = None
        self.operator = TuiOperator(self._prompt_changed)
        self.began_at: datetime | None = None

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
        """Begin to follow the scale."""
        self.began_at = self.bench.clock.utc()
        self.set_interval(PAINT_S, self._tick)

    # ------------------------------------------------------------------ the observer

    def notice(self, event: events.Event) -> None:
        """Take one event; live values wait for the next paint."""
        self.view = self.view.fold(event)
        self._changed = self._changed or not isinstance(event, events.Live)
        match event:
            case events.Live(role=role) if role == UUT:
                self.scale.watch.take(event.shown, self.bench.clock.monotonic())
                self.scale.follow()
            case events.Captured(replayed=False):
                self.bench.ring(1)
            case events.Decided(replayed=False, point=point) if point.outcome is Outcome.DOES_NOT_CONFORM:
                self.bench.ring(3)
            case events.ConclusionReached():
                self.bench.ring(2)
            case events.RunStarted():
                self.scale.unit = self.view.unit() or self.scale.unit

    def _prompt_changed(self, prompt: Prompt | None) -> None:
        self._refused, self._held_until, self._keying = "", None, None
        self._failing, self._cursor = frozenset(), 0
        if prompt is None:
            return
        self._asked_at = self.bench.clock.monotonic()
        self._begin_keying(prompt)
        if prompt.kind == "instruct":
            self.scale.instructed(prompt.action)
        if self._manual and isinstance(prompt.action, BY_HAND):
            self.call_later(self._give, prompt, Done())
        self.paint()
        self.await_paint()

    def _begin_keying(self, prompt: Prompt) -> None:
        unit = self.view.unit() or self.scale.unit
        match prompt.action:
            case KeyIndication() as asked:
                known = next((one.unit for one in (asked.expect, asked.step) if one is not None), unit)
                self._keying = Keying(unit=known, proposal=asked.expect, step=asked.step)
            case KeyAdded() as asked:
                self._keying = Keying(unit=asked.step.unit)
            case _:
                pass

    def _tick(self) -> None:
        now = self.bench.clock.monotonic()
        prompt = self.operator.prompt
        if prompt is not None and not self._manual and isinstance(prompt.action, Instruction):
            self._let_pass(prompt, now)
        if self._changed:
            self.paint()
        else:
            self._paint_live()

    def _let_pass(self, prompt: Prompt, now: float) -> None:
        """Answer what the bench sees by itself, and an Enter that was held."""
        if self.painted_at <= now and self.scale.sees_done(prompt.action, now):
            self._give(prompt, Done())
        elif self._held_until is not None:
            gate = self.scale.gate(prompt.action, now)
            if gate is Gate.OPEN:
                self._give(prompt, Done())
            elif not gate.passes_by_itself or now > self._held_until:
                self._refuse(prompt, gate)

    # ------------------------------------------------------------------ keys

    def guarded(self, key: str) -> bool:
        """Besides Enter: a digit that answers at once."""
        prompt = self.operator.prompt
        at_once = prompt is not None and isinstance(prompt.action, Choose | KeyAdded)
        return key == MAIN or (at_once and key in DIGITS)

    def pressed(self, key: str) -> None:
        """Main key, digits, and the ways out."""
        prompt = self.operator.prompt
        match key:
            case "f5":
                self._large = not self._large
            case "f1":
                self._explain()
            case "j" | "escape":
                self._pause()
            case "/":
                self._menu()
            case "backspace" if self._held_until is not None:
                self._held_until = None
            case "backspace" if self._keying is None or not self._keying.typed:
                self._retake()
            case _ if prompt is not None:
                self._answered_by(prompt, key)
        self.paint()

    def _answered_by(self, prompt: Prompt, key: str) -> None:
        match prompt.action:
            case Inspect() as action:
                self._inspect(prompt, action, key)
            case Choose() as action:
                if key in DIGITS and 1 <= int(key) <= len(action.choices):
                    self._give(prompt, Choice(action.choices[int(key) - 1]))
            case KeyAdded() as action:
                self._count(prompt, action, key)
            case KeyIndication():
                self._key(prompt, key)
            case action if key == MAIN:
                gate = self.scale.gate(action, self.bench.clock.monotonic())
                if gate is Gate.OPEN:
                    self._give(prompt, Done())
                elif gate.passes_by_itself:
                    self._refused = ""
                    self._held_until = self.bench.clock.monotonic() + HELD_S
                else:
                    self._refuse(prompt, gate)

    def _refuse(self, prompt: Prompt, gate: Gate) -> None:
        self._held_until = None
        shown = self.scale.watch.indication()
        expected = self.scale.expected(prompt.action)
        self._refused = self.labels.text(
            f"gate.{gate}", shown="—" if shown is None else shown, expected="—" if expected is None else expected
        )

    def _inspect(self, prompt: Prompt, action: Inspect, key: str) -> None:
        count = len(action.items)
        if key == MAIN:
            failing = [item for item in action.items if item in self._failing]
            self._give(prompt, Choice(",".join(failing) or "conforms"))
        elif key in {"+", "down"}:
            self._cursor = (self._cursor + 1) % count
        elif key in {"-", "up"}:
            self._cursor = (self._cursor - 1) % count
        elif key == "*":
            self._failing ^= {action.items[self._cursor]}
        elif key in DIGITS and 1 <= int(key) <= count:
            self._cursor = int(key) - 1
            self._failing ^= {action.items[self._cursor]}

    def _count(self, prompt: Prompt, action: KeyAdded, key: str) -> None:
        """A digit is the number of small weights; ten and more are stepped with + and agreed with Enter."""
        counted = self._keying.quantity() if self._keying is not None else None
        if key in DIGITS:
            self._give(prompt, Keyed(action.step * int(key)))
        elif key in {"+", "-"}:
            start = action.step * 9 if counted is None else counted
            self._keying = Keying(action.step.unit, proposal=start, step=action.step).press(key)
        elif key == MAIN and counted is not None:
            self._give(prompt, Keyed(counted))

    def _key(self, prompt: Prompt, key: str) -> None:
        if self._keying is None:
            return
        if key == MAIN:
            quantity = self._keying.quantity()
            if quantity is None:
                self._refused = self.labels.text("keying.nothing")
            else:
                self._give(prompt, Keyed(quantity))
            return
        self._keying = self._keying.press(key)
        self._refused = self.labels.text(self._keying.refused) if self._keying.refused else ""

    def _give(self, prompt: Prompt, answer: Answer) -> None:
        if self.operator.give(prompt, answer):
            self.scale.carried_out(prompt.action)

    # ------------------------------------------------------------------ ways out of the step

    def _explain(self) -> None:
        last = self.view.last
        lines = [self.labels.text("explain.nothing_yet") if last is None else self.labels.explain(last)]
        self.bench.push_screen(Tell("explain.title", *lines, self.labels.text("explain.keys")))

    def _pause(self) -> None:
        entries = (("0", self.labels.text("pause.leave"), True),)
        self.bench.push_screen(Pick("pause.title", entries, self.labels.text("pause.text")), self._paused)

    def _paused(self, leave: bool | None) -> None:
        if leave and self.work is not None:
            self.work.pause()

    def _retake(self) -> None:
        if not self.view.captured:
            self._refused = self.labels.text("retake.nothing_yet")
            return
        self.bench.push_screen(retake_dialog(self.labels), self._retake_because)

    def _retake_because(self, reason: str | None) -> None:
        if reason == "other":
            self.bench.push_screen(Write("retake.title"), lambda note: self._ask_retake(reason, note))
        elif reason is not None:
            self._ask_retake(reason, "")

    def _ask_retake(self, reason: str, note: str | None) -> None:
        if self.work is not None and note is not None:
            self.work.request_retake(reason, note)

    def _menu(self) -> None:
        text = self.labels.text
        entries: list[tuple[str, str, Callable[[], None]]] = [
            ("1", text("menu.explain"), self._explain),
            ("2", text("menu.retake"), self._retake),
            ("3", text("menu.large"), lambda: self.pressed("f5")),
            ("4", text("menu.sound"), self.bench.toggle_sound),
            ("5", text("menu.language"), self.bench.switch_language),
            ("6", text("menu.as_it_is"), self._as_it_is),
            ("0", text("menu.pause"), self._pause),
        ]
        self.bench.push_screen(Pick("menu.title", entries), lambda chosen: chosen() if chosen else None)

    def _as_it_is(self) -> None:
        """Go on although the load looks wrong: a scale may be that far out."""
        prompt = self.operator.prompt
        if prompt is None or not isinstance(prompt.action, Instruction):
            return
        gate = self.scale.gate(prompt.action, self.bench.clock.monotonic())
        if gate in {Gate.OPEN, Gate.WRONG_LOAD}:
            self._give(prompt, Done())
        else:
            self._refuse(prompt, gate)

    # ------------------------------------------------------------------ painting

    def paint(self) -> None:
        """Bring every panel up to date."""
        self._changed = False
        labels, view = self.labels, self.view
        current = view.current()
        where = labels.section(view.rows[current].step.section) if current is not None else ""
        keys = "run.keys_keying" if self._keying is not None else "run.keys"
        short = "_short" if self.size.width <= NARROW else ""
        self.frame(
            f"{labels.text('run.title')} {view.number}  {view.title or self._job}",
            labels.text("run.unsealed"),
            labels.text(keys + short),
        )
        self.query_one("#ask").border_title = where or labels.text("run.ready")
        self.set_class(self._large, "-large")
        self._paint_live()
        if not self._large:
            self._paint_point()
            self._paint_lower()
        took = self.bench.clock.utc() - self.began_at if self.began_at is not None else timedelta()
        sound = labels.text("sound.off" if self.bench.muted else "sound.on")
        auto = "  " + labels.text("run.auto") if self.scale.auto_capture and not self._manual else ""
        room = self.size.width - len(sound) - len(auto) - 6
        self.panel("progress").show(" ", *draw.progress(labels, view, room, took), f"  {sound}{auto}")

    def _paint_live(self) -> None:
        """What changes ten times a second: the display, and what Enter would do."""
        self._paint_ask()
        if self._large:
            self._paint_large()
        else:
            self._paint_display()

    def _paint_ask(self) -> None:
        labels, prompt = self.labels, self.operator.prompt
        parts: list[Part] = []
        for action in self._told():
            parts += [(labels.instruction(action), "bold"), "\n"]
        if prompt is not None and isinstance(prompt.action, Choose):
            for index, choice in enumerate(prompt.action.choices, start=1):
                parts += [(f" {index} ", "bold reverse"), f" {labels.word('choice', choice)}   "]
            parts.append("\n")
        parts.append(self._hint(prompt))
        self.panel("instruction").show(*parts)
        position = draw.position_of(self.view)
        places = [row.step.position for row in self.view.rows if row.step.position]
        self.panel("receptor").show("\n".join(receptor(position, places)))

    def _told(self) -> Sequence[object]:
        prompt = self.operator.prompt
        if prompt is None:
            return self.view.standing[-1:]
        if self._manual and prompt.kind == "ask" and isinstance(prompt.action, KeyIndication | KeyAdded):
            return (*self.view.standing, prompt.action)
        return (prompt.action,)

    def _hint(self, prompt: Prompt | None) -> Part:
        text = self.labels.text
        if self._refused:
            return f"▲ {self._refused}", "bold $warning"
        if self._held_until is not None:
            return text("run.held"), "bold $accent"
        if prompt is None:
            return text("run.settling" if self.view.settling else "run.working"), "$accent"
        match prompt.action:
            case Inspect():
                failing = len(self._failing)
                return text("run.enter_fails" if failing else "run.enter_conforms", count=failing), "$accent"
            case Choose():
                return text("run.pick"), "$accent"
            case KeyAdded():
                return text("run.count"), "$accent"
            case KeyIndication():
                return text("run.enter_agrees" if self._keying and self._keying.asks else "run.enter_keyed"), "$accent"
            case action:
                if self.scale.auto_capture and isinstance(action, PlaceLoad):
                    return text("run.auto_place" if self.scale.taken_at is None else "run.auto_lift"), "$accent"
                return text(f"run.enter_{action.__struct_config__.tag}"), "$accent"

    def _display(self) -> tuple[str, str]:
        if self._keying is not None:
            return draw.keyed(self.labels, self._keying), "$warning" if self._keying.asks else "bold"
        lost = self.scale.watch.judge(None, self.bench.clock.monotonic()) is Gate.NO_SIGNAL
        return draw.indication(self.labels, self.view.live.get(UUT), lost=lost)

    def _state(self) -> list[Part]:
        if self._keying is not None:
            counted = self._keying.quantity()
            return [f"= {self.labels.quantity(counted)}" if counted is not None else ""]
        if self._manual:
            return [(self.labels.text("live.by_hand"), "dim")]
        prompt = self.operator.prompt
        expected = self.scale.expected(prompt.action) if prompt is not None else None
        now = self.bench.clock.monotonic()
        return [
            draw.stability(self.labels, self.scale.watch, now),
            draw.match(self.labels, self.scale.watch, expected),
        ]

    def _unit(self) -> str:
        if self._keying is not None:
            return self._keying.unit
        shown = self.scale.watch.indication()
        return shown.unit if shown is not None else self.view.unit()

    def _paint_point(self) -> None:
        panel = self.panel("point")
        lines = draw.point(self.labels, self.view, panel.content_size.width)
        panel.show(*lines, title=self.labels.text("run.point_title"))

    def _paint_display(self) -> None:
        display = self.panel("display")
        text, style = self._display()
        rows = display.content_size.height
        number = draw.digits(text, display.content_size.width, max(rows - 1, 1), style)
        used = sum(part.count("\n") for part, *_ in (p if isinstance(p, tuple) else (p,) for p in number)) + 1
        key = "run.keyed_title" if self._keying is not None else "run.indication_title"
        gap = "\n" * max(rows - used, 1)
        display.show(*number, gap, *self._state(), title=self.labels.text(key, unit=self._unit()))

    def _paint_lower(self) -> None:
        labels, prompt = self.labels, self.operator.prompt
        table, plot = self.panel("table"), self.panel("plot")
        inspecting = prompt is not None and isinstance(prompt.action, Inspect)
        plot.display = not inspecting
        if prompt is not None and isinstance(prompt.action, Inspect):
            lines = draw.checklist(labels, prompt.action, self._failing, self._cursor)
            table.show(*lines, title=labels.text("inspect.title"))
            return
        size = table.content_size
        note = self._retake_note()
        lines = readings(self.view, labels, size.width, size.height - bool(note))
        table.show(*lines, (note, "$warning"), title=labels.text("run.table_title", unit=self.view.unit()))
        room = plot.content_size
        plot.show(
            *draw.error_plot(labels, self.view, room.width, room.height),
            title=labels.text("run.plot_title", unit=self.view.unit()),
        )

    def _retake_note(self) -> str:
        if not self.view.retaken:
            return ""
        last = self.view.retaken[-1]
        reason = self.labels.word("retake", last.reason)
        return self.labels.text("run.retaken", count=len(self.view.retaken), reason=reason)

    def _paint_large(self) -> None:
        panel = self.panel("large")
        text, style = self._display()
        size = panel.content_size
        number = draw.digits(text, size.width, max(size.height - 4, 1), style)
        last = self.view.last
        verdict: list[Part] = []
        if last is not None:
            verdict = draw.point(self.labels, self.view, size.width)[-6:]
        panel.show(*number, "\n\n", *self._state(), "\n", *verdict, title=f"{self._unit()}")
