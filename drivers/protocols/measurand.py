"""One quantity of an instrument that is asked: its number, its unit, its flags, its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from drivers.errors import UnitError
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.digits import Digits, hex_value
from drivers.protocols.form import SAID
from drivers.protocols.meaning import Meaning, UnknownFlagError
from drivers.protocols.query import Refusal
from drivers.quantity import Quantity
from drivers.reading import Stability

_NOT_A_NUMBER: Final = Decimal("9.91E37")
_INFINITE: Final = Decimal("9.9E37")
"""SCPI-99 volume 1, 7.2.1: what stands for infinity and for no number"""
_RANK: Final = (Stability.MOVING, Stability.NOT_REPORTED, Stability.STABLE)
"""several flags must all say stable; one that does not is believed"""


@dataclass(frozen=True)
class Measurand:
    """One quantity of the instrument."""

    name: str
    query: int
    """which query holds its number"""
    number: str
    """the hole"""
    digits: Digits = Digits.DECIMAL
    unit: str | None = None
    """one of our units, when it is not asked for"""
    unit_query: int = 0
    unit_hole: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    stable: Meaning[Stability] = field(default_factory=Meaning)
    state: Meaning[State | str] = field(default_factory=Meaning)
    """by flag; `ok` where the value may be used"""
    sentinels: Mapping[Decimal, State] = field(default_factory=dict)
    least: Quantity | None = None
    most: Quantity | None = None
    guards: bool = False
    """where it gives no value, none of the others is believed"""

    @property
    def asks_unit(self) -> bool:
        """Whether its unit comes with another answer than its number."""
        return self.unit is None and self.unit_query != self.query

    def judged(self, held: Sequence[Mapping[str, str]], frame: bytes) -> Indicated | Refused:
        """Its value, or why there is none."""
        own = held[self.query]
        try:
            flagged = next((word for word in self.state.read(own) if isinstance(word, State)), None)
            stability = min(self.stable.read(own), key=_RANK.index, default=Stability.NOT_REPORTED)
            shown = Refusal(flagged, SAID[flagged]) if flagged else self._shown(own, held[self.unit_query])
        except UnknownFlagError as mistake:
            shown = Refusal(State.UNKNOWN_FLAG, str(mistake))
        except UnitError as mistake:
            shown = Refusal(State.NO_VALUE, str(mistake))
        if isinstance(shown, Refusal):
            return shown.of(frame)
        return Indicated(indication=shown, stability=stability, frame=frame)

    def _shown(self, own: Mapping[str, str], with_unit: Mapping[str, str]) -> Quantity | Refusal:
        text = own.get(self.number, "")
        value = number_in(text) if self.digits is Digits.DECIMAL else hex_value(text, self.digits)
        if value is None:
            return Refusal(State.NO_VALUE, f"'{text}' stands where its number should")
        if (state := self._sentinel(value)) is not None:
            return Refusal(state, SAID[state])
        spelled = with_unit.get(self.unit_hole, "")
        unit = self.unit or self.units.get(spelled.strip())
        if unit is None:
            return Refusal(State.UNKNOWN_UNIT, f"unit '{spelled}' is not among {', '.join(self.units)}")
        shown = Quantity(value, unit)
        if not self._plausible(shown):
            return Refusal(State.OUT_OF_RANGE, f"{shown} is beyond what this instrument can measure")
        return shown

    def value_of(self, text: str) -> Decimal | None:
        """The exact value of what stands in its hole; None when that is no number."""
        return number_in(text) if self.digits is Digits.DECIMAL else hex_value(text, self.digits)

    def _plausible(self, value: Quantity) -> bool:
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def _sentinel(self, value: Decimal) -> State | None:
        if value in self.sentinels:
            return self.sentinels[value]
        if value == _NOT_A_NUMBER:
            return State.NO_VALUE
        if abs(value) >= _INFINITE:
            return State.OVERLOAD if value > 0 else State.UNDERLOAD
        return None


def number_in(text: str) -> Decimal | None:
    """The exact value of a whole field; None when it is anything but one number."""
    bare = text.replace(" ", "")
    if not bare or bare.strip("+-.0123456789Ee") or " " in text.strip(" +-"):
        return None
    try:
        value = Decimal(bare)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None
