"""The moment of a run that is painted, in words: what to do, what Enter would do, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.labels import Labels
from bench.operator import Prompt
from bench.tui.answering import Scale
from bench.tui.gate import Gate
from bench.tui.reply import Reply
from bench.tui.screens import run_panels as draw
from bench.tui.screens.face import Part
from bench.tui.view import RunView
from procedures.action import Action, Choose, Inspect, KeyAdded, KeyIndication, KeyQuantity, PlaceLoad

UUT: Final = "uut"
"""Role of the instrument under test."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that the painting of a run depends on."""

    labels: Labels
    view: RunView
    scale: Scale
    prompt: Prompt | None
    reply: Reply | None
    manual: bool
    """the instrument under test has no port"""
    refused: str
    """why the last key had no effect"""
    held: bool
    """an Enter waits for rest"""
    now: float

    @property
    def unit(self) -> str:
        """The unit of the display."""
        if self.reply is not None and self.reply.keying is not None:
            return self.reply.keying.unit
        shown = self.scale.watch.indication()
        return shown.unit if shown is not None else self.view.unit()

    def section(self) -> str:
        """The name of the part of the test under way."""
        current = self.view.current()
        if current is None:
            return self.labels.text("run.ready")
        return self.labels.section(self.view.rows[current].step.section)

    def told(self) -> Sequence[Action]:
        """The instructions to be read now; without a port they stand together with the question."""
        if self.prompt is None:
            return self.view.standing[-1:]
        if self.manual and isinstance(self.prompt.action, KeyIndication | KeyAdded | KeyQuantity):
            return (*self.view.standing, self.prompt.action)
        return (self.prompt.action,)

    def instruction(self) -> list[Part]:
        """What to do, the choices if there are any, and what the main key does."""
        parts: list[Part] = []
        for action in self.told():
            parts += [(self.labels.instruction(action), "bold"), "\n"]
        if self.prompt is not None and isinstance(self.prompt.action, Choose):
            for index, choice in enumerate(self.prompt.action.choices, start=1):
                parts += [(f" {index} ", "bold reverse"), f" {self.labels.word('choice', choice)}   "]
            parts.append("\n")
        return [*parts, self.hint()]

    def hint(self) -> Part:
        """Why the last key was refused, or what the main key does now."""
        text = self.labels.text
        if self.refused:
            return f"▲ {self.refused}", "bold $warning"
        if self.held:
            return text("run.held"), "bold $accent"
        if self.prompt is None and self.view.lost:
            return f"▲ {text('run.link_lost')}", "bold $warning"
        if self.prompt is None:
            return text("run.settling" if self.view.settling else "run.working"), "$accent"
        return self._enter(self.prompt.action), "$accent"

    def _enter(self, action: Action) -> str:
        asks = self.reply is not None and self.reply.asks
        failing = 0 if self.reply is None else len(self.reply.failing)
        match action:
            case Inspect():
                name = "enter_fails" if failing else "enter_conforms"
            case Choose():
                name = "pick"
            case KeyAdded():
                name = "count"
            case KeyQuantity():
                name = "enter_quantity_agrees" if asks else "enter_quantity"
            case KeyIndication():
                name = "enter_agrees" if asks else "enter_keyed"
            case PlaceLoad() if self.scale.auto_capture:
                name = "auto_place" if self.scale.taken_at is None else "auto_lift"
            case _:
                name = f"enter_{action.__struct_config__.tag}"
        return self.labels.text(f"run.{name}", count=failing)

    def display(self) -> tuple[str, str]:
        """The characters of the big display, and their style."""
        if self.reply is not None and self.reply.keying is not None:
            keyed = draw.keyed(self.labels, self.reply.keying)
            return keyed, "$warning" if self.reply.asks else "bold"
        lost = self.scale.watch.judge(None, self.now) is Gate.NO_SIGNAL
        return draw.indication(self.labels, self.view.live.get(UUT), lost=lost)

    def state(self) -> list[Part]:
        """The line under the display: rest, the expected load, or the number keyed."""
        if self.reply is not None and self.reply.keying is not None:
            counted = self.reply.keying.quantity()
            return ["" if counted is None else f"= {self.labels.quantity(counted)}"]
        if self.manual:
            return [(self.labels.text("live.by_hand"), "dim")]
        expected = self.scale.expected(self.prompt.action) if self.prompt is not None else None
        watch = self.scale.watch
        return [draw.stability(self.labels, watch, self.now), draw.match(self.labels, watch, expected)]

    def retaken(self) -> str:
        """The note that something was done again."""
        if not self.view.retaken:
            return ""
        reason = self.labels.word("retake", self.view.retaken[-1].reason)
        return self.labels.text("run.retaken", count=len(self.view.retaken), reason=reason)
