"""Boxes over a screen: pick one by a digit, read a sentence, write a reason.

Escape always goes back without an effect.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from bench.desk import SignerLine
from bench.events import MISTYPED
from bench.labels import RETAKE_REASONS, Labels
from bench.legible import on_one_line
from bench.tui.pin import PinEntry
from bench.tui.screens.face import MAIN, Dialog, Panel, Part

T = TypeVar("T")
PICK_KEYS: Final = "1234567890abcdefgh"
"""of the entries of a `Pick`, where they are as they come"""


class Pick(Dialog[T | None], Generic[T]):
    """Choose one of a few by its key."""

    def __init__(self, title: str, entries: Sequence[tuple[str, str, T]], text: str = "") -> None:
        """Take id of the title, entries of key, id or words, and result, and words above them."""
        super().__init__()
        self._title, self._entries, self._text = title, tuple(entries), text

    def paint(self) -> None:
        """Show the entries."""
        lines = [f"{self._text}\n\n"] if self._text else []
        rows = [
            part
            for key, words, _ in self._entries
            for part in ((f" {key} ", "bold reverse"), f"  {on_one_line(words)}\n")
        ]
        back = ("\n" + self.labels.text("key.back"), "dim")
        self.query_one("#dialog", Panel).show(*lines, *rows, back, title=self.labels.text(self._title))

    def guarded(self, key: str) -> bool:
        """Every entry decides something; Escape may be pressed as often as one likes."""
        return key != "escape"

    def pressed(self, key: str) -> None:
        """Give the entry of that key."""
        if key == "escape":
            self.answer(None)
        for mine, _, result in self._entries:
            if key == mine:
                self.answer(result)


class Tell(Dialog[None]):
    """A sentence or two; Enter or Escape closes."""

    def __init__(self, title: str, *lines: str, alarm: bool = False) -> None:
        """Take id of the title, and the sentences."""
        super().__init__()
        self._title, self._lines, self._alarm = title, lines, alarm

    def paint(self) -> None:
        """Show the sentences."""
        style = "bold $warning" if self._alarm else ""
        first, *rest = self._lines
        parts = [part for line in rest for part in ("\n\n", line)]
        close = ("\n\n" + self.labels.text("key.close"), "dim")
        self.query_one("#dialog", Panel).show(
            (first, style), *parts, close, title=self.labels.text(self._title)
        )

    def pressed(self, key: str) -> None:
        """Close."""
        if key in {MAIN, "escape", "f1"}:
            self.answer(None)


class Write(Dialog[str | None]):
    """A reason in the person's own words."""

    def __init__(self, title: str, words: str = "retake.write", facts: Mapping[str, str] = {}) -> None:
        """Take ids of the title and of what is to be written, and what its words name."""
        super().__init__()
        self._title, self._words, self._facts = title, words, facts

    def compose(self) -> ComposeResult:
        """Words and a line to write on."""
        yield Panel(id="dialog")
        yield Input(id="line", max_length=120)

    def paint(self) -> None:
        """Show what to write."""
        self.query_one("#dialog", Panel).show(
            self.labels.text(self._words, **self._facts), title=self.labels.text(self._title)
        )

    def takes(self, key: str) -> bool:
        """All other keys belong to the line."""
        return key == "escape"

    def pressed(self, key: str) -> None:  # noqa: ARG002 - there is only Escape
        """Leave without a word."""
        self.answer(None)

    @on(Input.Submitted)
    def written(self, event: Input.Submitted) -> None:
        """Take what was written; an empty line is no reason."""
        if event.value.strip():
            self.answer(event.value.strip())


def retake_dialog(labels: Labels, *, may_take_back: bool) -> Pick[str]:
    """Ask why the last reading is taken again: 1 to 4, 5 for the last answer alone, and 9 to write."""
    entries = [
        (key, labels.text("retake.alone") if reason == MISTYPED else labels.word("retake", reason), reason)
        for key, reason in zip("123459", RETAKE_REASONS, strict=True)
        if may_take_back or reason != MISTYPED
    ]
    return Pick("retake.title", tuple(entries), labels.text("retake.why"))


class AskPin(Dialog[str | None]):
    """The PIN of whoever signs, twice where it is new; `1` where none is needed."""

    def __init__(self, title: str, text: str, signer: SignerLine) -> None:
        """Take id of the title, what is signed, and who does."""
        super().__init__()
        self._title, self._text, self._signer = title, text, signer
        self._entry = PinEntry(new=signer.new)

    def paint(self) -> None:
        """Show what is signed and what was typed."""
        asks = self.labels.text(self._entry.asks, name=self._signer.name)
        parts: list[Part] = [self._text, "\n\n"]
        if self._signer.pin:
            parts += [(asks, "bold"), "\n", (self._entry.dots, "bold $accent")]
        else:
            parts.append((self.labels.text("pin.none"), "bold"))
        if self._entry.refused:
            parts.append((f"\n\n▲ {self.labels.text(self._entry.refused)}", "bold $warning"))
        parts.append(("\n\n" + self.labels.text("key.back"), "dim"))
        self.query_one("#dialog", Panel).show(*parts, title=self.labels.text(self._title))

    def pressed(self, key: str) -> None:
        """Type the PIN."""
        if key == "escape":
            self.answer(None)
            return
        if not self._signer.pin:
            if key == "1":
                self.answer("")
            return
        pin = self._entry.press(key)
        if pin is not None:
            self.answer(pin)
        self.paint()
