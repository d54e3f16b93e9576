"""A number being keyed by hand: the nominal stands as a question, digits overwrite it, + and − step one d.

Comma and dot are the same decimal mark; a second one is refused, and what follows it too, until something
is deleted: the rest of `1.000,00` must not go on with the one that was begun. Nothing here is a reading yet;
the person's Enter makes it one.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity

LONGEST: Final = 12
"""Digits and mark that fit the big display."""
_HOLDING: Final = ("keying.second_mark", "keying.too_long")
"""refusals after which what stands on the display is not what was keyed"""


@dataclass(frozen=True)
class Keying:
    """What stands on the display while a person keys; each key gives the next state."""

    unit: str
    proposal: Quantity | None = None
    step: Quantity | None = None
    typed: str = ""
    refused: str = ""
    """id of the sentence that says why the last key had no effect"""

    def press(self, key: str) -> "Keying":
        """Take one key: a digit, `,`, `.`, `+`, `-` or `backspace`."""
        match key:
            case "backspace":
                following = self._with(self.typed[:-1])
            case _ if self.held:
                following = self
            case "," | ".":
                following = self._marked()
            case "-" if not self.typed and self.proposal is None:
                following = self._with("-")
            case "+" | "-":
                following = self._stepped(1 if key == "+" else -1)
            case _ if len(key) == 1 and key.isascii() and key.isdigit():
                following = self._with(self.typed + key)
            case _:
                following = self
        return following

    def _marked(self) -> "Keying":
        if "." in self.typed:
            return replace(self, refused="keying.second_mark")
        return self._with(f"{self.typed or '0'}.")

    def _with(self, typed: str) -> "Keying":
        if len(typed) > LONGEST:
            return replace(self, refused="keying.too_long")
        return replace(self, typed=typed, refused="")

    def _stepped(self, direction: int) -> "Keying":
        value = self.quantity()
        if value is None or self.step is None:
            return replace(self, refused="keying.no_step")
        stepped = value + self.step * direction
        return replace(self, proposal=stepped.to(self.unit), typed="", refused="")

    def quantity(self) -> Quantity | None:
        """What Enter would give; None while there is no number."""
        if not self.typed:
            return self.proposal
        digits = self.typed.removesuffix(".")
        return Quantity(Decimal(digits), self.unit) if digits.strip("-") else None

    @property
    def held(self) -> bool:
        """Whether a key had no place, so that the display shows less than was keyed."""
        return self.refused in _HOLDING

    def shown(self) -> str:
        """The characters on the display, with the dot as mark."""
        if self.typed:
            return self.typed
        return "" if self.proposal is None else self.proposal.digits

    @property
    def asks(self) -> bool:
        """Whether the display shows the untouched proposal: a question, not yet an indication."""
        return not self.typed and self.proposal is not None
