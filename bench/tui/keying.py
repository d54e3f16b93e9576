"""A number being keyed by hand: the nominal stands as a question, digits overwrite it, + and − step one d.

Comma and dot are the same decimal mark; a second one is refused. Nothing here is a reading: the person's Enter is.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity

LONGEST: Final = 12
"""Digits and mark that fit the big display."""


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
        state = replace(self, refused="")
        match key:
            case "," | ".":
                if "." in state.typed:
                    return replace(state, refused="keying.second_mark")
                return state._with(f"{state.typed or '0'}.")
            case "+":
                return state._stepped(1)
            case "-" if not state.typed and state.proposal is None:
                return state._with("-")
            case "-":
                return state._stepped(-1)
            case "backspace":
                return replace(state, typed=state.typed[:-1])
            case _ if len(key) == 1 and key.isascii() and key.isdigit():
                return state._with(state.typed + key)
        return self

    def _with(self, typed: str) -> "Keying":
        if len(typed) > LONGEST:
            return replace(self, refused="keying.too_long")
        return replace(self, typed=typed)

    def _stepped(self, direction: int) -> "Keying":
        value = self.quantity()
        if value is None or self.step is None:
            return replace(self, refused="keying.no_step")
        stepped = value + self.step * direction
        return replace(self, proposal=stepped.to(self.unit), typed="")

    def quantity(self) -> Quantity | None:
        """What Enter would give; None while there is no number."""
        if not self.typed:
            return self.proposal
        digits = self.typed.removesuffix(".")
        return Quantity(Decimal(digits), self.unit) if digits.strip("-") else None

    def shown(self) -> str:
        """The characters on the display, with the dot as mark."""
        if self.typed:
            return self.typed
        return "" if self.proposal is None else f"{self.proposal.value:f}"

    @property
    def asks(self) -> bool:
        """Whether the display shows the untouched proposal: a question, not yet an indication."""
        return not self.typed and self.proposal is not None
