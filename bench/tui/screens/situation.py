"""The moment of a run that is painted, in words: what to do, what Enter would do, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.labels import Labels
from bench.legible import on_one_line
from bench.operator import Prompt
from bench.tui.answering import Scale, stands_with_question
from bench.tui.gate import LOST_S, Gate
from bench.tui.reply import Reply
from bench.tui.screens import run_panels as draw
from bench.tui.screens.face import Part
from bench.tui.view import RunView
from drivers.reading import Reading
from procedures.action import (
    Action,
    AddSmallWeights,
    Choice,
    Choose,
    Inspect,
    KeyAdded,
    Keyed,
    KeyIndication,
    KeyQuantity,
    PlaceLoad,
    PlaceWeight,
    Plumbing,
    SetFlow,
    Wait,
)

UUT: Final = "uut"
"""Role of the instrument under test."""
COMPARATOR: Final = "comparator"
"""Role of the balance on which weights are compared."""
PULSES: Final = frozenset({"counter", "pulses"})
"""Roles of what counts pulses or turns."""
FLOW: Final = "flow"
"""Role of what shows the flow."""


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
    weighed_by_eye: bool
    """the comparator has no port"""
    refused: str
    """why the last key had no effect"""
    held: bool
    """an Enter waits for rest"""
    now: float

    @property
    def inspecting(self) -> bool:
        """Whether a checklist is on the table: there is nothing on the display then."""
        return self.prompt is not None and isinstance(self.prompt.action, Inspect)

    @property
    def role(self) -> str:
        """The instrument on the big display: the one under test, or that of the work at hand."""
        live = self.view.live
        action = self.prompt.action if self.prompt is not None else None
        if FLOW in live and isinstance(action, Plumbing):
            return FLOW
        if COMPARATOR in live and isinstance(action, PlaceWeight):
            return COMPARATOR
        return UUT if UUT in live else next(iter(live), UUT)

    def _live(self, role: str) -> Reading | None:
        """What an instrument shows, while it is fresh."""
        shown = self.view.live.get(role)
        return shown if isinstance(shown, Reading) and self.now - shown.elapsed <= LOST_S else None

    @property
    def unit(self) -> str:
        """The unit of the display."""
        if self.reply is not None and self.reply.keying is not None:
            return self.reply.keying.unit
        if self.role != UUT:
            shown = self.view.live[self.role]
            return shown.indication.unit if isinstance(shown, Reading) else ""
        indication = self.scale.watch.indication()
        return indication.unit if indication is not None else self.view.unit()

    def title(self) -> str:
        """The title of the display: whose number it is, and its unit."""
        if self.waiting is not None:
            return self.labels.text("run.remaining_title")
        keyed = self.reply is not None and self.reply.keying is not None
        shown = keyed or self._live(self.role) is not None
        pulses = self._pulses if keyed else self.role.partition("/")[0] in PULSES
        name = self.labels.text("run.pulses") if pulses else self.unit
        unit = f" ({name})" if name and shown else ""
        if keyed or self.role == UUT:
            return self.labels.text("run.keyed_title" if keyed else "run.indication_title", unit=unit)
        return f"{self.labels.role(self.role).capitalize()}{unit}"

    @property
    def _pulses(self) -> bool:
        """Whether what is keyed is a count of pulses or turns."""
        match self.prompt.action if self.prompt is not None else None:
            case KeyQuantity(question=question):
                return question.endswith("_pulses")
            case KeyIndication(role=role):
                return role.partition("/")[0] in PULSES
            case _:
                return False

    @property
    def waiting(self) -> Wait | None:
        """What is waited for, while a time must pass."""
        action = self.prompt.action if self.prompt is not None else None
        return action if isinstance(action, Wait) else None

    @property
    def asks_person(self) -> bool:
        """Whether nothing goes on before a person answers."""
        return self.prompt is not None and self.waiting is None

    def keys(self) -> str:
        """Id of the line of keys: which keys answer what is asked."""
        match self.prompt.action if self.prompt is not None else None:
            case Choose():
                return "run.keys_choosing"
            case Inspect():
                return "run.keys_inspecting"
            case None | Wait():
                return "run.keys_waiting"
            case action:
                keying = self.reply.keying if self.reply is not None else None
                if keying is None:
                    return "run.keys"
                if keying.quantity() is not None:
                    return "run.keys_keying"
                return "run.keys_counting" if isinstance(action, KeyAdded) else "run.keys_typing"

    def section(self) -> str:
        """The name of the part of the test under way; after an adjustment it says so."""
        path = (self.prompt.id if self.prompt is not None else self.view.step).split("/")
        names = (self.labels.known(f"section.{part.partition('~')[0]}") for part in path)
        name = next((known for known in names if known is not None), None) or self._planned_section()
        return f"{self.labels.text('run.as_left')} · {name}" if path[0] == "as_left" else name

    def _planned_section(self) -> str:
        current = self.view.current()
        if current is None:
            return self.labels.text("run.ready")
        return self.labels.section(self.view.rows[current].step.section)

    def told(self) -> Sequence[Action]:
        """The instructions to be read now; without a port they stand together with the question."""
        if self.prompt is None:
            return self.view.standing[-1:]
        if self.manual and isinstance(self.prompt.action, Choose | KeyIndication | KeyAdded | KeyQuantity):
            # what was carried out with an Enter of its own is not told again
            by_eye = self.weighed_by_eye
            standing = (one for one in self.view.standing if stands_with_question(one, weighed_by_eye=by_eye))
            return (*standing, self.prompt.action)
        return (self.prompt.action,)

    def instruction(self, columns: int = 100) -> list[Part]:
        """What to do, the choices if there are any, and what the main key does, in so many columns."""
        parts: list[Part] = []
        for action in self.told():
            parts += [(self.labels.instruction(action), "bold"), "\n"]
        if self.prompt is not None and isinstance(self.prompt.action, Choose):
            words = [self.labels.word("choice", choice) for choice in self.prompt.action.choices]
            choices = [[(f" {key} ", "bold reverse"), (f" {word}", "")] for key, word in enumerate(words, 1)]
            parts += [*draw.flowing(choices, columns), "\n"]
        return [*parts, *self._twin(), self.hint()]

    def _twin(self) -> list[Part]:
        """What the twin shows where a person reads by eye; only a twin ever says it."""
        match self.prompt.seen if self.prompt is not None else None:
            case Keyed(quantity=quantity):
                told = self.labels.quantity(quantity)
            case Choice(choice=choice):
                told = self.labels.choice(choice)
            case _:
                return []
        return [(f" {self.labels.text('training.twin_shows', told=told)} ", "reverse $warning"), "\n"]

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
            case Choose(choices=choices):
                name = "pick_only" if len(choices) == 1 else "pick"
            case KeyAdded():
                name = "count"
            case KeyQuantity() | KeyIndication() if self._nothing_keyed():
                name = "enter_nothing"
            case KeyQuantity():
                name = "enter_quantity_agrees" if asks else "enter_quantity"
            case KeyIndication():
                name = "enter_agrees" if asks else "enter_keyed"
            case AddSmallWeights(count=count) if count > 1:
                name = "enter_add_several"
            case PlaceLoad() if self.scale.auto_capture:
                name = "auto_place" if self.scale.taken_at is None else "auto_lift"
            case _:
                name = f"enter_{action.__struct_config__.tag}"
        return self.labels.text(f"run.{name}", count=failing)

    def _nothing_keyed(self) -> bool:
        keying = self.reply.keying if self.reply is not None else None
        return keying is not None and keying.quantity() is None

    def display(self) -> tuple[str, str]:
        """The characters of the big display, and their style."""
        if self.reply is not None and self.reply.keying is not None:
            keyed = draw.keyed(self.labels, self.reply.keying)
            return keyed, "$warning" if self.reply.asks else "bold"
        if self.waiting is not None:
            return draw.countdown(self.scale.remaining_s(self.waiting, self.now)), "bold"
        if self.role != UUT:
            return draw.indication(self.labels, self._live(self.role), lost=False)
        lost = self.scale.watch.judge(None, self.now) is Gate.NO_SIGNAL
        return draw.indication(self.labels, self.view.live.get(UUT), lost=lost)

    def state(self, columns: int = 100, lines: int = 1) -> list[Part]:
        """What stands under the display, in that room: rest, the expected load, or the number keyed."""
        if self.reply is not None and self.reply.keying is not None:
            counted = self.reply.keying.quantity()
            if counted is None:
                return [""]
            if self._pulses:
                return [f"= {self.labels.number(counted.value)} {self.labels.text('run.pulses')}"]
            return [f"= {self.labels.quantity(counted)}"]
        if self.view.live.keys() - {UUT}:
            return self._others(columns, lines)
        if self.manual:
            return [(self.labels.text("live.by_hand"), "dim")]
        expected = self.scale.expected(self.prompt.action) if self.prompt is not None else None
        watch = self.scale.watch
        return [draw.stability(self.labels, watch, self.now), draw.match(self.labels, watch, expected)]

    def _others(self, columns: int, lines: int) -> list[Part]:
        """Whether the flow is where it is wanted, and what the other instruments show, as far as it fits."""
        told: list[list[tuple[str, str]]] = []
        action = self.prompt.action if self.prompt is not None else None
        flow = self._live(FLOW)
        if isinstance(action, SetFlow) and flow is not None:
            low, high = action.lower, action.upper
            inside = (low is None or flow.indication >= low) and (high is None or flow.indication <= high)
            name, style = ("inside", "bold $accent") if inside else ("outside", "$warning")
            told.append([(self.labels.text(f"live.{name}"), style)])
        for role in (other for other in self.view.live if other != self.role):
            shown = self._live(role)
            number = "—" if shown is None else self.labels.quantity(shown.indication)
            told.append([(f"{self.labels.role(role)} {number}", "")])
        return draw.flowing(told, columns, lines)

    def retaken(self) -> str:
        """The note that something was done again."""
        if not self.view.retaken:
            return ""
        last = self.view.retaken[-1]
        reason = on_one_line(last.note) or self.labels.word("retake", last.reason)
        return self.labels.text("run.retaken", count=len(self.view.retaken), reason=reason)
