"""The run screen: what to do, what the scale shows, what was found; Enter captures, through the gate.

An Enter while the scale still moves is held until it rests; one for a wrong load or a dead line is refused in
words.
"""

import math
from collections.abc import Callable
from typing import Final

from bench import events
from bench.desk import Work
from bench.operator import Prompt
from bench.resumption_words import told
from bench.tui.answering import stands_with_question
from bench.tui.gate import Gate
from bench.tui.operator import TuiOperator
from bench.tui.reply import DIGITS, Reply
from bench.tui.screens import run_panels as draw
from bench.tui.screens.dialogs import Pick, Tell, Write, retake_dialog
from bench.tui.screens.face import MAIN
from bench.tui.screens.run_face import PAINT_S, RunFace
from bench.tui.screens.situation import UUT, Situation
from drivers.clock import Clock
from procedures.action import Answer, Done, Instruction, Wait

HELD_S: Final = 20.0
"""An Enter is held no longer than this."""


class RunScreen(RunFace):
    """One run under way; observer of its events and owner of its operator."""

    def __init__(
        self, title: str, clock: Clock, *, manual: bool, weighed_by_eye: bool, auto_capture: bool
    ) -> None:
        """Take the job.

        Args:
            title: what is tested, until the run says it.
            clock: the time of the instruments.
            manual: the instrument under test has no port.
            weighed_by_eye: the comparator, where there is one, has no port.
            auto_capture: the option of the laboratory.
        """
        super().__init__(title, clock, manual=manual, auto_capture=auto_capture)
        self._weighed_by_eye = weighed_by_eye
        self._reply: Reply | None = None
        self._refused = ""
        self._held_until: float | None = None
        self.work: Work | None = None
        self.operator = TuiOperator(self._prompt_changed)

    def on_mount(self) -> None:
        """Begin to follow the scale."""
        self.set_interval(PAINT_S, self._tick)

    # ------------------------------------------------------------------ observer and operator

    def notice(self, event: events.Event) -> None:
        """Take one event; what it changed is painted at the next tick."""
        self.view = self.view.fold(event)
        self._changed = self._changed or not isinstance(event, events.Live)
        if isinstance(event, events.Live) and event.role == UUT:
            self.scale.watch.take(event.shown, self._clock.monotonic())
            self.scale.follow()
        elif isinstance(event, events.RunStarted):
            self.scale.unit = self.view.unit() or self.scale.unit
        if self.is_attached:
            self.bench.ring(draw.bells(event))
        if isinstance(event, events.RunResumed):
            self._tell_break()

    def _prompt_changed(self, prompt: Prompt | None) -> None:
        self._refused, self._held_until, self._reply = "", None, None
        self._changed = True
        if prompt is None:
            return
        self._reply = Reply(prompt.action, self.view.unit() or self.scale.unit)
        if prompt.kind == "instruct":
            self.scale.instructed(prompt.action, self._clock.monotonic())
        self.painted_at = math.inf
        if self._manual and stands_with_question(prompt.action, weighed_by_eye=self._weighed_by_eye):
            self.call_later(self._give, prompt, Done())
        else:
            self.call_later(self._paint_prompt)

    def _paint_prompt(self) -> None:
        self.paint()
        self.await_paint()

    def _tick(self) -> None:
        now = self._clock.monotonic()
        prompt = self.operator.prompt
        seen = Wait if self._manual else Instruction
        if prompt is not None and isinstance(prompt.action, seen) and not self.bench.locked:
            self._let_pass(prompt, now)
        if self._changed:
            self.paint()
        else:
            self.paint_live()

    def _let_pass(self, prompt: Prompt, now: float) -> None:
        """Answer what the bench sees by itself, and an Enter that was held."""
        if self.painted_at < math.inf and self.scale.sees_done(prompt.action, now):
            self._give(prompt, Done())
        elif self._held_until is not None:
            gate = self.scale.gate(prompt.action, now)
            if gate is Gate.OPEN:
                self._give(prompt, Done())
            elif not gate.passes_by_itself or now > self._held_until:
                self._refuse(prompt, gate)

    def _give(self, prompt: Prompt, answer: Answer) -> None:
        if self.operator.give(prompt, answer):
            self.scale.carried_out(prompt.action)

    # ------------------------------------------------------------------ keys

    def guarded(self, key: str) -> bool:
        """Besides Enter: a digit that answers at once."""
        return key == MAIN or (key in DIGITS and self._reply is not None and self._reply.at_once)

    def pressed(self, key: str) -> None:
        """Main key, digits, and the ways out of a step."""
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
            case "backspace" if self._reply is None or not self._reply.typing:
                self._retake()
            case _:
                self._answered_by(key)
        self.paint()

    def _answered_by(self, key: str) -> None:
        prompt = self.operator.prompt
        if prompt is None or self._reply is None:
            return
        if prompt.kind == "instruct":
            if key == MAIN:
                self._enter(prompt)
            return
        answer = self._reply.press(key)
        self._refused = self.labels.text(self._reply.refused) if self._reply.refused else ""
        if answer is not None:
            self._give(prompt, answer)

    def _enter(self, prompt: Prompt) -> None:
        now = self._clock.monotonic()
        gate = self.scale.gate(prompt.action, now)
        if gate is Gate.OPEN:
            self._give(prompt, Done())
        elif gate.passes_by_itself:
            self._refused, self._held_until = "", now + HELD_S
        else:
            self._refuse(prompt, gate)

    def _refuse(self, prompt: Prompt, gate: Gate) -> None:
        shown, expected = self.scale.watch.indication(), self.scale.expected(prompt.action)
        facts = {"shown": "—" if shown is None else shown, "expected": "—" if expected is None else expected}
        self._held_until = None
        self._refused = self.labels.text(f"gate.{gate}", **facts)

    # ------------------------------------------------------------------ ways out of the step

    def _explain(self) -> None:
        last = self.view.last
        sentence = self.labels.text("explain.nothing_yet") if last is None else self.labels.explain(last)
        self.bench.show(Tell("explain.title", sentence, self.labels.text("explain.keys")))

    def _tell_break(self) -> None:
        """What the break cost: in one piece before the first step, and again from the menu."""
        event = self.view.broken_off
        if event is None:
            self._refused = self.labels.text("run.not_broken_off")
        else:
            self.bench.show(Tell("resumption.title", *told(self.labels, event), alarm=True))

    def _pause(self) -> None:
        entries = (("0", self.labels.text("pause.leave"), True),)
        self.bench.show(Pick("pause.title", entries, self.labels.text("pause.text")), self._paused)

    def _paused(self, leave: bool | None) -> None:
        if leave and self.work is not None:
            self.work.pause()

    def _retake(self) -> None:
        if self.view.captured or self.view.points():
            alone = self.work is not None and self.work.may_take_back
            self.bench.show(retake_dialog(self.labels, may_take_back=alone), self._retake_because)
        else:
            self._refused = self.labels.text("retake.nothing_yet")

    def _retake_because(self, reason: str | None) -> None:
        if reason == "other":
            self.bench.show(Write("retake.title"), lambda note: self._ask_retake(reason, note))
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
            ("7", text("menu.break"), self._tell_break),
            ("0", text("menu.pause"), self._pause),
        ]
        self.bench.show(Pick("menu.title", entries), lambda chosen: chosen() if chosen else None)

    def _as_it_is(self) -> None:
        """Go on although the load looks wrong: a scale may be that far out."""
        prompt = self.operator.prompt
        if prompt is None or prompt.kind != "instruct":
            return
        gate = self.scale.gate(prompt.action, self._clock.monotonic())
        if gate.may_be_overruled:
            self._give(prompt, Done())
        else:
            self._refuse(prompt, gate)

    def situation(self) -> Situation:
        """The moment, from the view, the scale and what was keyed so far."""
        return Situation(
            labels=self.labels,
            view=self.view,
            scale=self.scale,
            prompt=self.operator.prompt,
            reply=self._reply,
            manual=self._manual,
            weighed_by_eye=self._weighed_by_eye,
            refused=self._refused,
            held=self._held_until is not None,
            now=self._clock.monotonic(),
        )
