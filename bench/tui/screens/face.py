"""What all screens share: head, training banner, line of keys, and how a key becomes a press.

A key that is older than the paint of what it answers is dropped, and a held Enter is one press.
"""

import math
from collections.abc import Sequence
from typing import Final, cast

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Static

from bench.labels import Labels
from bench.legible import made_legible, on_one_line
from bench.tui.presses import CONFIRM_S, Judged
from bench.tui.program import Bench

Part = str | tuple[str, str]
"""Text, or text with its style."""

MAIN: Final = "enter"
NARROW: Final = 94
"""Up to this many columns the short texts are shown."""

_SPELLED: Final = {
    "plus": "+",
    "add": "+",
    "minus": "-",
    "subtract": "-",
    "asterisk": "*",
    "multiply": "*",
    "slash": "/",
    "divide": "/",
    "comma": ",",
    "separator": ",",
    "full_stop": ".",
    "decimal": ".",
    "question_mark": "f1",
    "ctrl+h": "backspace",
    "delete": "backspace",
}
"""Names of the keys of a numpad, with and without the Kitty keyboard protocol."""


def spelled(event: events.Key) -> str:
    """The key by its legend: `enter`, `5`, `+`, `backspace`, `f5`, `j`."""
    name = _SPELLED.get(event.key, event.key)
    return name.lower() if len(name) == 1 else name


def _legible(part: Part | Content) -> Part | Content:
    """What is shown, whoever wrote it: nothing in it drives the terminal, and markup is text like any."""
    match part:
        case str(words):
            return made_legible(words)
        case (str(words), style):
            return made_legible(words), style
        case Content():
            return part


class Panel(Static):
    """Text in a box, repainted only when it changed."""

    def show(self, *parts: Part | Content, title: str | None = None) -> None:
        """Show the parts one after the other."""
        content = Content.assemble(*map(_legible, parts))
        if title is not None and self.border_title != title:
            self.border_title = Content(on_one_line(title))
        if content != self.content or content.spans != getattr(self.content, "spans", None):
            self.update(content, layout=self.styles.auto_dimensions)

    def on_resize(self) -> None:
        """What was said for another width is said anew."""
        if isinstance(self.screen, Face):
            self.screen.laid_out()


class Pressed(Screen[ScreenResultType]):
    """Turns key events into presses; the screen says what they mean in `pressed`."""

    painted_at: float = math.inf
    """when what the keys answer was painted; infinite until it is"""

    @property
    def bench(self) -> Bench:
        """The app, as screens know it."""
        return cast("Bench", self.app)

    @property
    def labels(self) -> Labels:
        """The words in the language chosen."""
        return self.bench.labels

    def await_paint(self) -> None:
        """Drop keys until the next paint has reached the terminal."""
        self.painted_at = math.inf
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self.painted_at = self.bench.stamp()

    def takes(self, key: str) -> bool:  # noqa: ARG002 - a screen with a line to write on leaves keys to it
        """Whether this screen itself acts on a key."""
        return True

    def guarded(self, key: str) -> bool:
        """Whether a held key must count once; a PIN's digits need not."""
        return key == MAIN

    def pressed(self, key: str) -> None:
        """Act on one press."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        """Judge a key and act on it."""
        key, at = spelled(event), self.bench.key_time(event)
        self.bench.touched()
        if not self.takes(key):
            return
        event.stop()
        if self.bench.global_key(key):
            return
        if self.guarded(key):
            presses = self.bench.presses[key]
            judged = presses.press(at)
            if judged is Judged.WAITS and at >= self.painted_at:
                self._confirm_later(key, at)
            if judged is not Judged.COUNTS:
                return
        if at >= self.painted_at:
            self.pressed(key)

    def _confirm_later(self, key: str, at: float) -> None:
        # One more hop through the queue: a repeat that arrived before the timer is judged before it.
        self.bench.set_timer(CONFIRM_S, lambda: self.call_later(self._confirmed, key, at))

    def _confirmed(self, key: str, at: float) -> None:
        if self.bench.stamp() < at + CONFIRM_S and self.bench.presses[key].waiting == at:
            self._confirm_later(key, at)
        elif self.bench.presses[key].confirm(at) and at >= self.painted_at and self.is_current:
            self.pressed(key)


class Face(Pressed[None]):
    """A full screen."""

    _outdated = False
    """the layout has changed, and the paint for it is still to come"""

    def compose(self) -> ComposeResult:
        """Head, banner, the screen's own panels, keys."""
        yield Panel(id="head")
        yield Panel(id="banner")
        yield from self.panels()
        yield Panel(id="keys")

    def panels(self) -> Sequence[Widget]:
        """The screen's own panels."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Paint for the first time."""
        self.paint()
        self.await_paint()

    def on_screen_resume(self) -> None:
        """Paint again after another screen."""
        self.paint()
        self.await_paint()

    def on_resize(self) -> None:
        """Paint for the new size."""
        self.laid_out()

    def laid_out(self) -> None:
        """Paint once for a layout that has changed, however many panels have another size now."""
        if not self._outdated:
            self._outdated = True
            self.call_after_refresh(self._paint_again)

    def _paint_again(self) -> None:
        self._outdated = False
        if self.query("#head"):  # else the screen was left meanwhile
            self.paint()

    def paint(self) -> None:
        """Bring every panel up to date."""
        raise NotImplementedError

    def leave(self) -> None:
        """Go back to the screen beneath."""
        _ = self.dismiss()

    @property
    def training(self) -> bool:
        """Whether what is shown is no verification."""
        return self.bench.desk.training

    def panel(self, name: str) -> Panel:
        """A panel by its id."""
        return self.query_one(f"#{name}", Panel)

    def frame(self, left: str, right: str, keys: str) -> None:
        """Paint head, banner and keys."""
        left, right = on_one_line(left), on_one_line(right)
        room = self.size.width - len(right) - 4
        shown = left if len(left) <= room else f"{left[: room - 1]}…"
        self.panel("head").show(("▌", "$accent"), (f"{shown:<{max(room, 0)}}", "bold"), " ", right)
        self.panel("banner").show((self.labels.text("training.banner"), "bold"))
        self.panel("banner").display = self.training
        self.panel("keys").show(" ", keys)


class Dialog(Pressed[ScreenResultType], ModalScreen[ScreenResultType]):
    """A box over the screen beneath, answered by one key."""

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel(id="dialog")

    def on_mount(self) -> None:
        """Paint and take keys."""
        self.paint()
        self.await_paint()

    def paint(self) -> None:
        """Show the words."""
        raise NotImplementedError

    def answer(self, result: ScreenResultType) -> None:
        """Close with a result."""
        _ = self.dismiss(result)
