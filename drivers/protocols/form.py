"""One form of a frame, read strictly into an event.

Order of judgement: the picture fits, no flag says overload or error, every flag is known, the number is
wholly a number, its unit is known. Only then is there a reading.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from drivers.protocols import Acknowledged, Event, Indicated, Refused, State
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.meaning import Mapped, Meaning, UnknownFlagError
from drivers.protocols.number import NumberStyle, read_number
from drivers.protocols.picture import NO_FLAGS, NUMBERS, Piece
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

T = TypeVar("T")

_WITHIN_A_NUMBER: Final = set("+-.,0123456789")
_IN_A_NUMBER: Final = _WITHIN_A_NUMBER - {","} | {" "}

SAID: Final = {
    State.OVERLOAD: "the instrument reports overload",
    State.UNDERLOAD: "the instrument reports underload",
    State.OUT_OF_RANGE: "the instrument reports a load outside its range",
    State.BUSY: "the instrument cannot give a value now",
    State.ERROR: "the instrument reports an error",
    State.NOT_A_WEIGHT: "the frame carries something else than a weight",
    State.NO_VALUE: "the instrument shows no value that is live now",
    State.WRONG_LINE_SETTINGS: "a bit that is always set is missing: the line has too few data bits",
}


class Miss(NamedTuple):
    """Why a form does not give a reading; the last of several is the most telling one."""

    rank: int
    state: State
    reason: str


NO_FIT: Final = Miss(0, State.MALFORMED, "the bytes fit no form of the driver")


class Bits(NamedTuple):
    """A flag in some bits of a character."""

    of: str
    """the piece that holds the character"""
    low: int
    """lowest bit, 0 is the least significant"""
    width: int
    written: int | None
    """constant bits: written so, not judged when read"""


@dataclass(frozen=True)
class Form:
    """One form, ready for use."""

    pieces: tuple[Piece, ...]
    bits: Mapping[str, Bits]
    units: Mapping[str, str]
    """the wire's spelling to ours"""
    stable: Meaning[Stability] = field(default_factory=Meaning)
    stable_by_unit: bool = False
    """the unit is left blank while the load moves"""
    blank_unit: str | None = None
    """the unit of a frame without one, until the instrument has named it"""
    kind: Meaning[Kind] = field(default_factory=Meaning)
    high_resolution: Meaning[bool] = field(default_factory=Meaning)
    negative: Meaning[bool] = field(default_factory=Meaning)
    decimals: Meaning[int] = field(default_factory=Meaning)
    unit: Meaning[str] = field(default_factory=Meaning)
    state: Meaning[State] = field(default_factory=Meaning)
    style: NumberStyle = field(default_factory=NumberStyle)
    unit_right: bool = False
    comma: bool = False
    promises: bool = False
    """no answer yet: another frame follows"""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(f"({piece.pattern()})" for piece in self.pieces), re.DOTALL)

    @cached_property
    def longest(self) -> int:
        """The most characters it takes, or 0 when that is open."""
        return sum(piece.least for piece in self.pieces) if self.fixed else 0

    @cached_property
    def fixed(self) -> bool:
        """Whether every frame has the same length."""
        return all(piece.fixed() for piece in self.pieces)

    @cached_property
    def headed(self) -> bool:
        """Whether it begins with a character that cannot stand in a number, so that a cut frame is seen."""
        first = self.pieces[0]
        starts = first.values if first.name else (first.text,)
        return bool(starts) and all(start and start[0] not in _IN_A_NUMBER for start in starts)

    @cached_property
    def carries_number(self) -> bool:
        """Whether a reading can come out of it."""
        return any(piece.name == "number" for piece in self.pieces)

    @cached_property
    def _ignored_beside(self) -> tuple[tuple[str, int], ...]:
        """Ignored fields that touch a number, each with the place of the character that does."""
        found = []
        for left, right in pairwise(self.pieces):
            for number, other, place in ((left, right, 0), (right, left, -1)):
                looked_at = other.values or other.name in self._held_bits
                if number.name in NUMBERS and other.name and not looked_at and other.name not in NO_FLAGS:
                    found.append((other.name, place))
        return tuple(found)

    @cached_property
    def _held_bits(self) -> frozenset[str]:
        return frozenset(bits.of for bits in self.bits.values())

    def meanings(self) -> tuple[Mapped, ...]:
        """Everything that its flags say, the state first."""
        return (
            self.state, self.stable, self.kind, self.high_resolution, self.negative, self.decimals, self.unit,
        )  # fmt: skip

    def read(self, text: str, frame: bytes, last_unit: str | None) -> Event | Miss:
        """The event in a whole frame.

        Args:
            text: the frame's characters, in the order of the pieces.
            frame: the frame as it came, kept as evidence.
            last_unit: the unit this instrument named last, for frames without one.
        """
        found = self._pattern.fullmatch(text)
        if found is None:
            return NO_FIT
        held = {
            piece.name: part for piece, part in zip(self.pieces, found.groups(), strict=True) if piece.name
        }
        flags = self._flags(held)
        try:
            if self.state.constant is not None:
                self._closed(flags)  # nothing else tells this form from another
            for state in self.state.read(flags, closed=False):
                return Refused(reason=SAID.get(state, SAID[State.ERROR]), state=state, frame=frame)
            self._closed(flags)
            if self.promises:
                return Acknowledged(command="", done=True, final=False, frame=frame)
            return self._indicated(held, flags, frame, last_unit) if self.carries_number else NO_FIT
        except UnknownFlagError as mistake:
            return Miss(2, State.UNKNOWN_FLAG, str(mistake))

    def _flags(self, held: Mapping[str, str]) -> dict[str, str]:
        flags = dict(held)
        for name, bits in self.bits.items():
            if bits.written is None:
                flags[name] = str((ord(held[bits.of]) >> bits.low) & ((1 << bits.width) - 1))
        return flags

    def _closed(self, flags: Mapping[str, str]) -> None:
        for piece in self.pieces:
            if piece.values and flags[piece.name] not in piece.values:
                shown = _typed(flags[piece.name])
                raise UnknownFlagError(f"{piece.name} is '{shown}', which the driver file does not list")

    def _indicated(
        self, held: Mapping[str, str], flags: Mapping[str, str], frame: bytes, last_unit: str | None
    ) -> Indicated | Miss:
        for name, beside in self._ignored_beside:
            if held[name][beside] in _WITHIN_A_NUMBER:
                shown = _typed(held[name])
                return Miss(
                    1, State.NO_VALUE, f"'{shown}' in {name}, which is ignored, may belong to the number"
                )
        decimals = _one(self.decimals.read(flags))
        value = self._number(held["number"], decimals, _one(self.negative.read(flags)))
        if value is None:
            return Miss(1, State.NO_VALUE, f"'{_typed(held['number'])}' is not a number")
        shown = held.get("unit", "").strip(" ")
        unit = self._unit(held, flags, last_unit)
        if unit is None:
            return Miss(3, State.UNKNOWN_UNIT, f"unit '{_typed(shown)}' is not among {', '.join(self.units)}")
        tare = None
        if held.get("tare", "").strip(" "):
            tare_value = self._number(held["tare"], decimals, None)
            if tare_value is None:
                return Miss(1, State.NO_VALUE, f"tare '{_typed(held['tare'])}' is not a number")
            tare = Quantity(tare_value, unit)
        kind = _one(self.kind.read(flags)) or Kind.UNKNOWN
        high_resolution = bool(_one(self.high_resolution.read(flags)))
        words = self.stable.read(flags)
        if self.stable_by_unit:
            words = [Stability.STABLE if shown else Stability.MOVING]
        # several flags must all say stable; one that does not is believed
        rank = (Stability.MOVING, Stability.NOT_REPORTED, Stability.STABLE)
        stability = min(words, key=rank.index, default=Stability.NOT_REPORTED)
        if "unit" in held and not shown and stability is not Stability.MOVING:
            return Miss(3, State.UNKNOWN_UNIT, "the unit is blank although the instrument reports no motion")
        return Indicated(
            indication=Quantity(value, unit),
            stability=stability,
            kind=kind,
            high_resolution=high_resolution,
            tare=tare,
            frame=frame,
        )

    def _unit(self, held: Mapping[str, str], flags: Mapping[str, str], last_unit: str | None) -> str | None:
        if "unit" not in held:
            return _one(self.unit.read(flags))
        shown = held["unit"].strip(" ")
        if not shown and self.blank_unit:
            return last_unit or self.blank_unit
        return self.units.get(shown)

    def number_in(self, text: str) -> Decimal | None:
        """The number of a field as it is written, before any flag tells its sign or point."""
        sign_first = self.style.sign_first and not self.style.zeros
        return read_number(text, comma=self.comma, signed=not self.negative.by_flag, sign_first=sign_first)

    def _number(self, text: str, decimals: int | None, negative: bool | None) -> Decimal | None:
        value = self.number_in(text)
        if value is None or (decimals is not None and not text.strip(" +-").isdigit()):
            return None  # the point is either in the digits or told by a flag
        value = value.scaleb(-(decimals or 0))
        return value.copy_negate() if negative else value


def _typed(text: str) -> str:
    """The characters as a technician types them: none of them may steer the terminal that shows them."""
    return bytes_to_typed(text.encode("latin-1"))


def _one(words: Sequence[T]) -> T | None:
    if len(set(words)) > 1:
        raise UnknownFlagError(f"the flags contradict each other: {' and '.join(map(str, words))}")
    return words[0] if words else None
