"""A PIN being typed: short ones are refused before anything is tried, that of a new key is typed twice."""

from dataclasses import dataclass

from bench.pins import LONGEST_PIN, SHORTEST_PIN
from bench.tui.reply import DIGITS, ENTER


@dataclass
class PinEntry:
    """What stands of a PIN so far."""

    new: bool = False
    """it becomes the PIN of a key that does not exist yet"""
    typed: str = ""
    first: str = ""
    """what was typed the first time, of a new one"""
    refused: str = ""
    """id of the sentence that says why the last Enter had no effect"""

    @property
    def complete(self) -> bool:
        """Whether Enter would be taken."""
        return len(self.typed) >= SHORTEST_PIN

    @property
    def asks(self) -> str:
        """Id of the sentence that says what to type now."""
        if not self.new:
            return "pin.type"
        return "pin.type_again" if self.first else "pin.type_new"

    @property
    def dots(self) -> str:
        """One dot for each digit typed, and lines for those that are missing."""
        return " ".join(["●"] * len(self.typed) + ["_"] * (SHORTEST_PIN - len(self.typed)))

    def press(self, key: str) -> str | None:
        """Take a key; the PIN, when this key completes it."""
        if key == "backspace":
            self.typed = self.typed[:-1]
        elif key in DIGITS and len(self.typed) < LONGEST_PIN:
            self.typed, self.refused = self.typed + key, ""
        elif key == ENTER:
            return self._entered()
        return None

    def _entered(self) -> str | None:
        if not self.complete:
            self.refused = "pin.short"
            return None
        typed, self.typed, self.refused = self.typed, "", ""
        if self.new and not self.first:
            self.first = typed
            return None
        if self.new and typed != self.first:
            self.first, self.refused = "", "pin.differs"
            return None
        self.first = ""
        return typed
