"""One quantity of a register map: its entries become a channel, checked against the request they stand in."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from drivers.description import REST, Rest
from drivers.protocols import State
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.channel import OK, Channel, Condition
from drivers.protocols.register_number import Part
from drivers.protocols.setting import Setting
from drivers.protocols.word import FLOATS, NumberForm, NumberType, WordOrder
from drivers.quantity import known_unit
from drivers.reading import Stability
from drivers.register_description import BitsAt, FlagEntry, NumberEntry, QuantityEntry
from drivers.register_place import EntryError, Place, numbers, ranges
from drivers.register_setting import find_setting

T = TypeVar("T")
_WITHOUT_SIGN: Final = (NumberType.UINT16, NumberType.UINT32, NumberType.UINT64)


@dataclass(frozen=True)
class QuantityMaker:
    """One `[[read.quantity]]` on its way to a channel."""

    said: QuantityEntry
    place: Place
    settings: tuple[Setting, ...]
    order: WordOrder | FlagEntry[WordOrder]
    path: str
    used: set[str] = field(default_factory=set)
    """settings that decide about the value, by name"""

    def channel(self) -> Channel:
        """The channel.

        Raises:
            EntryError: an entry that cannot be meant.
        """
        said = self.said
        listed = said.number if isinstance(said.number, tuple) else (said.number,)
        conditions = said.state if isinstance(said.state, tuple) else (said.state,)
        beat = said.heartbeat
        if not listed:
            correction = "Write its register as at, and its type."
            raise EntryError(f"{self.path}.number", "nothing says where the number stands", correction)
        if said.wraps_at is not None and said.wraps_at <= 0:
            correction = "Write the first number that it cannot show, as in '65536'."
            raise EntryError(f"{self.path}.wraps_at", f"no counter holds {said.wraps_at}", correction)
        return Channel(
            name=said.name,
            parts=tuple(self._part(entry, at) for at, entry in enumerate(listed)),
            offset=said.offset,
            decimals=self._bits(said.decimals),
            places=self._places(said.decimals),
            unit=self._unit(),
            stable=self._stable(),
            kind=self._flag(said.kind, "kind") if isinstance(said.kind, FlagEntry) else said.kind,
            high_resolution=(
                self._flag(said.high_resolution, "high_resolution")
                if isinstance(said.high_resolution, FlagEntry)
                else said.high_resolution
            ),
            conditions=tuple(self._condition(entry, at) for at, entry in enumerate(conditions)),
            no_value=frozenset(said.no_value),
            least=said.least,
            most=said.most,
            wraps_at=said.wraps_at,
            heartbeat=self.place.bits(beat.at, "", 1, f"{self.path}.heartbeat") if beat else None,
            heartbeat_answers=beat.answers if beat else 0,
        )

    def _part(self, entry: NumberEntry, at: int) -> Part:
        path = f"{self.path}.number" + (f"[{at}]" if isinstance(self.said.number, tuple) else "")
        form = NumberForm(entry.type, entry.word_order or self.place.order)
        if entry.scale == 0:
            raise EntryError(f"{path}.scale", "it makes every value nothing", "Write it as in '0.1'.")
        if entry.over < 1 or (entry.over > 1) != (entry.step is not None) or (entry.step or 1) <= 0:
            correction = "Write over = 65535 together with step = '0.01', the last digit that counts."
            raise EntryError(f"{path}.over", "over and step belong together", correction)
        widest = 1 << 8 * form.size
        if at == 0 and any(not 0 <= raw < widest for raw in self.said.no_value):
            correction = "Write the bare bits, as in 0x8000."
            raise EntryError(f"{self.path}.no_value", f"it is wider than {entry.type.value}", correction)
        offset = self.place.offset(entry.at, form.size // 2, path)
        low, width = self._some_bits(entry, form, path)
        flagged = isinstance(self.order, FlagEntry) and entry.word_order is None and form.size > 2  # noqa: PLR2004 -- one register has no order
        return Part(
            offset, form, entry.scale, self._order() if flagged else None, low, width, entry.over, entry.step
        )

    def _some_bits(self, entry: NumberEntry, form: NumberForm, path: str) -> tuple[int, int]:
        if not entry.bits:
            return 0, 0
        if entry.type not in _WITHOUT_SIGN:
            raise EntryError(f"{path}.bits", f"{entry.type.value} has no bits", "Write type = 'uint16'.")
        (low, high), *more = ranges(entry.bits, f"{path}.bits")
        if more or high >= 8 * form.size:
            correction = f"Write one run of bits from 0 to {8 * form.size - 1}, as in '0-7'."
            raise EntryError(f"{path}.bits", f"{entry.bits!r} are no bits of this number", correction)
        return low, high - low + 1

    def _order(self) -> BitFlag[WordOrder] | None:
        if not isinstance(self.order, FlagEntry):
            return None
        if not self.order.setting or self.order.each:
            correction = 'Write { setting = "…", is = { 0 = "big", 1 = "swapped" } }.'
            raise EntryError("modbus.word_order", "it is either one order or told by a setting", correction)
        return self._flag(self.order, "modbus.word_order", own=False)

    def _field(self, entry: BitsAt | FlagEntry[T], bits: str, words: int, path: str) -> BitField:
        """The bits that an entry means, in the answer or in a setting."""
        if bool(entry.setting) == (entry.at is not None):
            raise EntryError(path, "its register is not said, or said twice", "Write at = or setting =.")
        if entry.at is not None:
            if words > 1 and isinstance(self.order, FlagEntry):
                correction = "Take the registers one by one, as several state entries."
                raise EntryError(f"{path}.type", "the order of its words is not known", correction)
            return self.place.bits(entry.at, bits, words, path)
        request, own = find_setting(self.settings, entry.setting, f"{path}.setting")
        if own.form is None or own.form.type in FLOATS or own.size > 4:  # noqa: PLR2004 -- two registers
            correction = "Only a whole number of one or two registers can be listed."
            raise EntryError(f"{path}.setting", f"{entry.setting!r} is no code", correction)
        self.used.add(entry.setting)
        place = Place(request.table, request.first, request.count, own.form.order)
        found = place.bits(request.first + own.at // 2, bits, own.size // 2, path)
        return replace(found, at=2 * self.place.count + request.at + own.at)

    def _bits(self, entry: BitsAt | None) -> BitField | None:
        if entry is None:
            return None
        return self._field(entry, entry.bits, 1, f"{self.path}.decimals")

    def _places(self, entry: BitsAt | None) -> Mapping[int, int]:
        if entry is None:
            return {}
        return self._listed(entry.values, f"{self.path}.decimals.is")

    def _unit(self) -> str | BitFlag[str]:
        unit = self.said.unit
        words = unit.values.values() if isinstance(unit, FlagEntry) else (unit,)
        for word in words:
            if not known_unit(word):
                correction = "Write it as in kg, m3/h, °C; drivers/README.md lists the units."
                raise EntryError(f"{self.path}.unit", f"{word!r} is no unit of this program", correction)
        return self._flag(unit, "unit") if isinstance(unit, FlagEntry) else unit

    def _stable(self) -> Stability | BitFlag[Stability]:
        stable = self.said.stable
        if isinstance(stable, FlagEntry):
            flag: BitFlag[Rest] = self._flag(stable, "stable")
            words = {value: REST[rest] for value, rest in flag.words.items()}
            return BitFlag(flag.bits, words)
        return Stability.NOT_REPORTED

    def _condition(self, entry: FlagEntry[str], at: int) -> BitFlag[Condition]:
        flag = self._flag(entry, f"state[{at}]")
        words: dict[str, Condition] = {state.value: state for state in State} | {OK: OK}
        for said in (*flag.words.values(), *(flag.each or {}).values()):
            if said not in words:
                near = difflib.get_close_matches(said, words, n=1, cutoff=0)
                path = f"{self.path}.state[{at}]"
                raise EntryError(path, f"{said!r} is no state", f"Did you mean {near[0]!r}?")
        each = None if flag.each is None else {bit: words[said] for bit, said in flag.each.items()}
        return BitFlag(
            flag.bits, {value: words[said] for value, said in flag.words.items()}, each, flag.ignored
        )

    def _flag(self, entry: FlagEntry[T], name: str, *, own: bool = True) -> BitFlag[T]:
        path = f"{self.path}.{name}" if own else name
        if bool(entry.values) == bool(entry.each):
            correction = "Write is = { 0 = …, 1 = … } for values, or each = { 3 = … } for single bits."
            raise EntryError(path, "the meaning of its bits is not said, or said twice", correction)
        bits = self._field(entry, entry.bits, 2 if entry.type == "uint32" else 1, path)
        if not entry.each:
            words = self._listed(entry.values, f"{path}.is")
            self._possible(words, (1 << bits.width) - 1, bits, f"{path}.is")
            return BitFlag(bits, words)
        if entry.bits:
            raise EntryError(f"{path}.bits", "each counts the bits of the register", "Leave bits out.")
        each = self._listed(entry.each, f"{path}.each")
        ignored = list(numbers(entry.ignore, f"{path}.ignore")) if entry.ignore else []
        self._possible(dict.fromkeys([*each, *ignored]), bits.width - 1, bits, f"{path}.each")
        return BitFlag(bits, each=each, ignored=sum(1 << bit for bit in set(ignored)))

    def _possible(self, words: Mapping[int, object], most: int, bits: BitField, path: str) -> None:
        if max(words) > most:
            raise EntryError(path, f"{bits} cannot be {max(words)}", f"The largest is {most}.")

    def _listed(self, words: Mapping[str, T], path: str) -> dict[int, T]:
        found: dict[int, T] = {}
        for typed, word in words.items():
            for value in numbers(typed, path):
                if value in found:
                    raise EntryError(path, f"{value} is listed twice", "Keep one of them.")
                found[value] = word
        return found
