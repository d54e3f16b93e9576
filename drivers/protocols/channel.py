"""One quantity of a register map: the words of an answer become a reading, or the reason why there is none.

Order of judgement: no flag refuses, every flag is known, the value is no code for "no value", it lies within
the range. Only then is there a reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, TypeVar

from drivers.protocols import Indicated, Refused, State
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.form import SAID
from drivers.protocols.meaning import UnknownFlagError
from drivers.protocols.register_number import EXACT, Part
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

T = TypeVar("T")

OK: Final = "ok"
_MOST_DECIMALS: Final = 12
"""digits that any display has"""
Condition = State | Literal["ok"]


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One quantity in the answer."""

    name: str
    parts: tuple[Part, ...]
    offset: Decimal = Decimal(0)
    decimals: BitField | None = None
    """bits that say how many decimals the whole number has"""
    places: Mapping[int, int] = field(default_factory=dict)
    """what those bits mean; empty: the number of decimals itself"""
    unit: str | BitFlag[str]
    stable: Stability | BitFlag[Stability] = Stability.NOT_REPORTED
    kind: Kind | BitFlag[Kind] = Kind.UNKNOWN
    high_resolution: bool | BitFlag[bool] = False
    conditions: tuple[BitFlag[Condition], ...] = ()
    no_value: frozenset[int] = frozenset()
    """bare bits of the first part that stand for no value"""
    least: Decimal | None = None
    most: Decimal | None = None
    wraps_at: Decimal | None = None
    """a counter begins anew at zero when it reaches this"""
    heartbeat: BitField | None = None
    """a register that changes as long as the instrument is alive"""
    heartbeat_answers: int = 0
    """how many answers in a row may show the same"""

    @property
    def fields(self) -> list[BitField]:
        """Every bit field that something of this quantity is read from."""
        words = (self.unit, self.stable, self.kind, self.high_resolution, *self.conditions)
        found = [word.bits for word in words if isinstance(word, BitFlag)]
        found += [part.order.bits for part in self.parts if part.order is not None]
        return found + [each for each in (self.decimals, self.heartbeat) if each is not None]

    def extent(self, size: int) -> int:
        """Bytes up to the last one that is needed of an answer's first `size`; settings stand behind."""
        ends = [each.at + each.size for each in self.fields if each.at < size]
        return max([*ends, *(part.at + part.form.size for part in self.parts)])

    def read(self, words: bytes, frame: bytes) -> Indicated | Refused:
        """The reading, or why there is none."""
        try:
            for flag in self.conditions:
                condition = flag.read(words)
                if condition not in (None, OK):
                    state = State(condition)
                    return Refused(reason=SAID.get(state, SAID[State.ERROR]), state=state, frame=frame)
            return self._value(words, frame)
        except UnknownFlagError as mistake:
            return Refused(reason=str(mistake), state=State.UNKNOWN_FLAG, frame=frame)

    def _value(self, words: bytes, frame: bytes) -> Indicated | Refused:
        first = self.parts[0]
        if self.no_value and first.raw(words) in self.no_value:
            reason = "the instrument sends its code for no value"
            return Refused(reason=reason, state=State.NO_VALUE, frame=frame)
        value = Decimal(0)
        for part in self.parts:
            number = part.read(words)
            if number is None:
                reason = f"{part.bytes_of(words).hex(' ', 2)} is no {part.form.type.value} number"
                return Refused(reason=reason, state=State.NO_VALUE, frame=frame)
            value = number if part is first else EXACT.add(value, number)
        if self.decimals is not None:
            value = value.scaleb(-self.decimal_places(words))
        if self.offset:
            value = EXACT.add(value, self.offset)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            reason = f"{value:f} lies outside what this instrument can measure"
            return Refused(reason=reason, state=State.OUT_OF_RANGE, frame=frame)
        if self.wraps_at is not None and value >= self.wraps_at:
            reason = f"{value:f} is more than this counter can hold"
            return Refused(reason=reason, state=State.OUT_OF_RANGE, frame=frame)
        return Indicated(
            indication=Quantity(value, _word(self.unit, words)),
            stability=_word(self.stable, words),
            kind=_word(self.kind, words),
            high_resolution=_word(self.high_resolution, words),
            frame=frame,
        )

    def decimal_places(self, words: bytes | bytearray) -> int:
        """How many of the digits stand behind the dot; less than none where the number counts tens.

        Raises:
            UnknownFlagError: a code that is not listed, or more decimals than any display has.
        """
        if self.decimals is None:
            return 0
        said = self.decimals.read(words)
        if not self.places:
            if abs(said) > _MOST_DECIMALS:
                raise UnknownFlagError(f"{self.decimals} hold {said}, which is no number of decimals")
            return said
        if said not in self.places:
            raise UnknownFlagError(f"{self.decimals} hold {said}, which the driver file does not list")
        return self.places[said]


def _word(said: T | BitFlag[T], words: bytes) -> T:
    if not isinstance(said, BitFlag):
        return said
    word = said.read(words)
    if word is None:
        raise UnknownFlagError(f"{said.bits} say nothing")
    return word
