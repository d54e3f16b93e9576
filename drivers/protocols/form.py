"""One form of a frame: read strictly into an event, and written from one.

Order of judgement: the picture fits, no flag says overload or error, every flag is known, the unit is known,
the number is wholly a number. Only then is there a reading.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

from drivers.protocols import Event, Indicated, Refused, State
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.meaning import Domains, Meaning, UnknownFlagError
from drivers.protocols.number import NumberStyle, read_number, write_number
from drivers.protocols.picture import BLANKS, CHECK, NUMBERS, Piece
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

T = TypeVar("T")

_IN_A_NUMBER: Final = set(" +-.0123456789")

_SAID: Final = {
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
                return Refused(reason=_SAID.get(state, _SAID[State.ERROR]), state=state, frame=frame)
            self._closed(flags)
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
                shown = bytes_to_typed(flags[piece.name].encode("latin-1"))
                raise UnknownFlagError(f"{piece.name} is '{shown}', which the driver file does not list")

    def _indicated(
        self, held: Mapping[str, str], flags: Mapping[str, str], frame: bytes, last_unit: str | None
    ) -> Indicated | Miss:
        decimals = _one(self.decimals.read(flags))
        value = self._number(held["number"], decimals, _one(self.negative.read(flags)))
        if value is None:
            return Miss(1, State.NO_VALUE, f"'{held['number']}' is not a number")
        shown = held.get("unit", "").strip(" ")
        unit = self._unit(held, flags, last_unit)
        if unit is None:
            return Miss(3, State.UNKNOWN_UNIT, f"unit '{shown}' is not among {', '.join(self.units)}")
        tare = None
        if held.get("tare", "").strip(" "):
            tare_value = self._number(held["tare"], decimals, None)
            if tare_value is None:
                return Miss(1, State.NO_VALUE, f"tare '{held['tare']}' is not a number")
            tare = Quantity(tare_value, unit)
        kind = _one(self.kind.read(flags)) or Kind.UNKNOWN
        high_resolution = bool(_one(self.high_resolution.read(flags)))
        words = self.stable.read(flags)
        if self.stable_by_unit:
            words = [Stability.STABLE if shown else Stability.MOVING]
        # several flags must all say stable; one that does not is believed
        rank = (Stability.MOVING, Stability.NOT_REPORTED, Stability.STABLE)
        stability = min(words, key=rank.index, default=Stability.NOT_REPORTED)
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

    def _number(self, text: str, decimals: int | None, negative: bool | None) -> Decimal | None:
        signed = not (self.negative.by_flag or self.negative.constant is not None)
        value = read_number(text, comma=self.comma, signed=signed)
        if value is None:
            return None
        if decimals is not None:
            if "." in text:
                return None
            value = value.scaleb(-decimals)
        return value.copy_negate() if negative else value

    def write(self, event: Indicated) -> Iterator[str]:
        """Frames by which this form may say `event`; the caller reads each back before it is believed."""
        for unit in self._spellings(event.indication.unit):
            domains = self._domains()
            exponent = -int(event.indication.value.as_tuple().exponent)
            wanted = (
                self.state.narrow(domains, None),
                self.stable.narrow(domains, event.stability),
                self.kind.narrow(domains, event.kind),
                self.high_resolution.narrow(domains, event.high_resolution),
                self.negative.narrow(domains, event.indication.value.is_signed()),
                self.decimals.narrow(domains, max(exponent, 0)),
                self.unit.narrow(domains, event.indication.unit),
            )
            if all(wanted):
                held = self._held(event, unit, domains)
                if held is not None:
                    yield "".join(held.get(piece.name, piece.text) for piece in self.pieces)

    def _spellings(self, unit: str) -> list[str]:
        if any(piece.name == "unit" for piece in self.pieces):
            return [shown for shown, ours in self.units.items() if ours == unit]
        return [""]

    def _domains(self) -> Domains:
        domains: Domains = {piece.name: piece.values for piece in self.pieces if piece.values}
        for name, bits in self.bits.items():
            values = range(1 << bits.width) if bits.written is None else (bits.written,)
            domains[name] = tuple(map(str, values))
        return domains

    def _held(self, event: Indicated, unit: str, domains: Domains) -> dict[str, str] | None:
        held = {}
        for piece in self.pieces:
            if not piece.name:
                continue
            width = piece.width if piece.width is not None else self.style.width
            text: str | None
            if piece.name in NUMBERS:
                text = self._written(piece.name, event, width)
            elif piece.name == "unit":
                shown = "" if self.stable_by_unit and event.stability is not Stability.STABLE else unit
                text = shown.rjust(piece.width or 0) if self.unit_right else shown.ljust(piece.width or 0)
            elif piece.name in (BLANKS, CHECK):
                text = " " * piece.least
            elif any(bits.of == piece.name for bits in self.bits.values()):
                text = chr(
                    sum(int(domains[name][0]) << b.low for name, b in self.bits.items() if b.of == piece.name)
                )
            else:
                text = domains[piece.name][0] if piece.name in domains else "0" * piece.least
            if text is None:
                return None
            held[piece.name] = text
        return held

    def _written(self, name: str, event: Indicated, width: int) -> str | None:
        if name == "tare" and event.tare is None:
            return " " * width
        quantity = event.tare if name == "tare" and event.tare is not None else event.indication
        value = quantity.value
        if self.negative.by_flag:
            value = value.copy_abs()
        if self.decimals.by_flag or self.decimals.constant is not None:
            places = -int(event.indication.value.as_tuple().exponent)
            if self.decimals.constant not in (None, places):
                return None
            value = value.scaleb(places)
        return write_number(value, width, self.style, comma=self.comma)


def _one(words: Sequence[T]) -> T | None:
    if len(set(words)) > 1:
        raise UnknownFlagError(f"the flags contradict each other: {' and '.join(map(str, words))}")
    return words[0] if words else None
