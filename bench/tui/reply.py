"""The reply to a question while a person keys it: a number, ticks on a checklist, one of a few.

Each key gives an answer or none; nothing here draws and nothing is stored before the answer is given.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from bench.tui.keying import Keying
from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.action import (
    Action,
    Answer,
    Choice,
    Choose,
    Inspect,
    KeyAdded,
    Keyed,
    KeyIndication,
    KeyQuantity,
)

ENTER: Final = "enter"
DIGITS: Final = "0123456789"
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""a number as this country writes thousands"""
_FIRST_STEPPED: Final = 10
"""The first number of small weights that one digit cannot say."""


@dataclass
class Reply:
    """What stands so far as the reply to one question."""

    action: Action
    unit: str
    """unit of a keyed number when the question names none"""
    keying: Keying | None = None
    failing: frozenset[str] = frozenset()
    cursor: int = 0
    refused: str = ""
    """id of the sentence that says why the last key had no effect"""
    doubted: Quantity | None = None
    """what was keyed and asked about; keyed once more it is the answer"""
    at_once: bool = field(init=False)
    """whether a single digit answers"""

    def __post_init__(self) -> None:
        """Begin with the nominal as a question, or with nothing."""
        self.at_once = isinstance(self.action, Choose | KeyAdded)
        match self.action:
            case KeyIndication(expect=expect, step=step):
                unit = next((known.unit for known in (expect, step) if known is not None), self.unit)
                self.keying = Keying(unit=unit, proposal=expect, step=step)
            case KeyQuantity(unit=unit, expect=expect, step=step):
                proposal = expect if expect is None or expect.unit == unit else expect.to(unit)
                self.keying = Keying(unit=unit, proposal=proposal, step=step)
            case KeyAdded(step=step):
                self.keying = Keying(unit=step.unit)
            case _:
                pass

    @property
    def asks(self) -> bool:
        """Whether the nominal stands there untouched, as a question."""
        return self.keying is not None and self.keying.asks

    @property
    def typing(self) -> bool:
        """Whether Backspace has a digit to delete."""
        return self.keying is not None and bool(self.keying.typed)

    def press(self, key: str) -> Answer | None:
        """Take a key; the answer, when this key completes it."""
        self.refused = ""
        match self.action:
            case Inspect(items=items):
                return self._ticked(items, key)
            case Choose(choices=(only,)) if key == ENTER:
                return Choice(only)
            case Choose(choices=choices):
                picked = int(key) if key in DIGITS else 0
                return Choice(choices[picked - 1]) if 1 <= picked <= len(choices) else None
            case KeyAdded(step=step):
                return self._counted(step, key)
            case KeyIndication() | KeyQuantity():
                return self._keyed(key)
            case _:
                return None

    def _ticked(self, items: tuple[str, ...], key: str) -> Answer | None:
        if key == ENTER:
            return Choice(",".join(item for item in items if item in self.failing) or "conforms")
        if key in {"+", "down"}:
            self.cursor = (self.cursor + 1) % len(items)
        elif key in {"-", "up"}:
            self.cursor = (self.cursor - 1) % len(items)
        elif key == "*":
            self.failing ^= {items[self.cursor]}
        elif key in DIGITS and 1 <= int(key) <= len(items):
            self.cursor = int(key) - 1
            self.failing ^= {items[self.cursor]}
        return None

    def _counted(self, step: Quantity, key: str) -> Answer | None:
        """A digit is the number of small weights; ten and more are stepped with + and agreed with Enter."""
        counted = self.keying.quantity() if self.keying is not None else None
        if key in DIGITS:
            return Keyed(step * int(key))
        if key in {"+", "-"}:
            if counted is None:
                self.keying = Keying(step.unit, proposal=step * _FIRST_STEPPED, step=step)
            elif self.keying is not None:
                self.keying = self.keying.press(key)
        elif key == ENTER and counted is not None:
            return Keyed(counted)
        return None

    def _keyed(self, key: str) -> Answer | None:
        if self.keying is None:
            return None
        if key != ENTER:
            self.keying = self.keying.press(key)
            self.refused = self.keying.refused
            return None
        if self.keying.held:
            self.refused = self.keying.refused
            return None
        quantity = self.keying.quantity()
        if quantity is None:
            self.refused = "keying.nothing"
            return None
        doubt = self._doubt(quantity, self.keying.typed)
        if doubt and quantity != self.doubted:
            self.doubted, self.refused = quantity, doubt
            return None
        return Keyed(quantity)

    def _doubt(self, quantity: Quantity, typed: str) -> str:
        """Why what was typed may not be what was read; empty: nothing speaks against it."""
        step = self.action.step if isinstance(self.action, KeyIndication | KeyQuantity) else None
        if step and _THOUSANDS.fullmatch(typed) and quantity.resolution < step.resolution:
            return "keying.thousands"
        return "keying.between_steps" if self._between_steps(quantity) else ""

    def _between_steps(self, quantity: Quantity) -> bool:
        """Whether a display would not show this: a digit too few, or a dot that was meant for thousands."""
        match self.action:
            case KeyIndication(expect=Quantity(), step=Quantity() as step) if step:
                try:
                    quantity.counted_in(step)
                except UnitError:
                    return True
        return False
