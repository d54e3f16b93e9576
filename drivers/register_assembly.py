"""Make a driver from a register map: addresses, bits and words are checked, and its examples are read.

Every mistake names its place, the reason and a correction. A file that leaves something unsaid that could
make a wrong number (the meaning of a flag, the proof of identity) is not a driver.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from drivers.description import REST, Rest, refuse
from drivers.family import FamilyError, merged
from drivers.instrument import Command
from drivers.line_entry import line_mistake
from drivers.protocols import State
from drivers.protocols.address import Table
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.modbus import write_request, written
from drivers.protocols.registers import OK, Block, Channel, Condition, Part, RegisterMap
from drivers.protocols.word import NumberForm, WordOrder
from drivers.quantity import known_unit
from drivers.reading import DriverMark, Stability
from drivers.register_description import (
    BitsAt,
    FlagEntry,
    NumberEntry,
    QuantityEntry,
    ReadEntry,
    RegisterDescription,
    WriteEntry,
    read_register_description,
)
from drivers.register_driver import RegisterDriver
from drivers.register_example import run_register_examples, with_samples
from drivers.register_place import EntryError, Place, address_of, numbers, place_of
from drivers.register_proof import make_proof

T = TypeVar("T")
_UNITS = range(1, 248)  # Modbus over Serial Line V1.02, 2.2


def is_register_map(data: bytes) -> bool:
    """Whether a driver file describes registers; a file that cannot be read says so to its own reader."""
    try:
        return "modbus" in merged(data)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, FamilyError):
        return False


def make_register_driver(data: bytes, file: str) -> RegisterDriver:
    """The driver in the file of a register map.

    Args:
        data: the file's bytes; their SHA-256 is the driver's digest.
        file: its name, for messages.

    Raises:
        DescriptionError: a mistake in the file, or an example that does not mean what it says.
    """
    said = read_register_description(data, file)
    try:
        driver = _driver(said, data)
        return with_samples(driver, said.example, run_register_examples(driver, said.example))
    except EntryError as wrong:
        raise refuse(file, wrong.path, wrong.mistake, wrong.correction) from None


def _driver(said: RegisterDescription, data: bytes) -> RegisterDriver:
    if wrong := line_mistake(said.serial):
        raise EntryError(*wrong)
    if said.modbus.unit not in _UNITS:
        raise EntryError("modbus.unit", f"{said.modbus.unit} is no unit", "Write a number from 1 to 247.")
    if not said.read:
        raise EntryError("read", "nothing is read", "Add [[read]] with its [[read.quantity]].")
    if bool(said.prove) == bool(said.modbus.no_proof):
        correction = (
            "Add [[prove]] with a register that holds a constant (identity, type, a configured unit); where "
            "the manual has none, say so in modbus.no_proof and compare with the display."
        )
        raise EntryError(
            "prove", "either something proves the instrument, or a reason says why not", correction
        )
    order = said.modbus.word_order
    blocks = tuple(_block(entry, order, f"read[{at}]") for at, entry in enumerate(said.read))
    if not said.prove and all(block.clears for block in blocks):
        correction = "Add [[prove]] with a register that holds a constant."
        raise EntryError(
            "prove", "every request clears what it reads, so none can prove the line", correction
        )
    names = [channel.name for block in blocks for channel in block.channels]
    if len(names) != len(set(names)) or (len(names) > 1 and "" in names):
        correction = "Give each quantity its own name = '…'."
        raise EntryError("read", "several quantities cannot be told apart", correction)
    timeout_s = said.timeout_ms / 1000
    late_ms = 2 * said.timeout_ms if said.modbus.late_ms is None else said.modbus.late_ms
    return RegisterDriver(
        mark=DriverMark(id=said.id, digest=hashlib.sha256(data).hexdigest()),
        name=said.name,
        kind=said.kind,
        evidence=said.evidence,
        source=said.source,
        text=data.decode("utf-8"),
        line=said.serial,
        registers=RegisterMap(
            blocks,
            tuple(make_proof(entry, order, f"prove[{at}]") for at, entry in enumerate(said.prove)),
        ),
        unit=said.modbus.unit,
        commands={name: _command(entry, f"do.{name}") for name, entry in said.do.items()},
        interval_s=said.interval_ms / 1000,
        timeout_s=timeout_s,
        gap_s=said.modbus.gap_ms / 1000,
        late_s=late_ms / 1000,
        no_proof=said.modbus.no_proof,
    )


def _block(entry: ReadEntry, order: WordOrder, path: str) -> Block:
    place = place_of(entry.function, entry.first, entry.count, order, path)
    if not entry.quantity:
        raise EntryError(f"{path}.quantity", "nothing is taken from it", "Add [[read.quantity]] below it.")
    channels = tuple(
        _Quantity(quantity, place, f"{path}.quantity[{at}]").channel()
        for at, quantity in enumerate(entry.quantity)
    )
    return Block(
        table=place.table,
        first=place.first,
        count=place.count,
        channels=channels,
        needed=max(channel.extent for channel in channels) // 2,
        clears=entry.clears,
    )


@dataclass(frozen=True)
class _Quantity:
    """One `[[read.quantity]]` on its way to a channel."""

    said: QuantityEntry
    place: Place
    path: str

    def channel(self) -> Channel:
        said = self.said
        listed = said.number if isinstance(said.number, tuple) else (said.number,)
        conditions = said.state if isinstance(said.state, tuple) else (said.state,)
        beat = said.heartbeat
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
            heartbeat=self.place.bits(beat.at, "", 1, f"{self.path}.heartbeat") if beat else None,
            heartbeat_answers=beat.answers if beat else 0,
        )

    def _part(self, entry: NumberEntry, at: int) -> Part:
        path = f"{self.path}.number" + (f"[{at}]" if isinstance(self.said.number, tuple) else "")
        form = NumberForm(entry.type, entry.word_order or self.place.order)
        if entry.scale == 0:
            raise EntryError(f"{path}.scale", "it makes every value nothing", "Write it as in '0.1'.")
        widest = 1 << 8 * form.size
        if at == 0 and any(not 0 <= raw < widest for raw in self.said.no_value):
            correction = "Write the bare bits, as in 0x8000."
            raise EntryError(f"{self.path}.no_value", f"it is wider than {entry.type.value}", correction)
        return Part(self.place.offset(entry.at, form.size // 2, path), form, entry.scale)

    def _bits(self, entry: BitsAt | None) -> BitField | None:
        if entry is None:
            return None
        return self.place.bits(entry.at, entry.bits, 1, f"{self.path}.decimals")

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

    def _flag(self, entry: FlagEntry[T], name: str) -> BitFlag[T]:
        path = f"{self.path}.{name}"
        if bool(entry.values) == bool(entry.each):
            correction = "Write is = { 0 = …, 1 = … } for values, or each = { 3 = … } for single bits."
            raise EntryError(path, "the meaning of its bits is not said, or said twice", correction)
        field = self.place.bits(entry.at, entry.bits, 2 if entry.type == "uint32" else 1, path)
        if not entry.each:
            words = self._listed(entry.values, f"{path}.is")
            self._possible(words, (1 << field.width) - 1, field, f"{path}.is")
            return BitFlag(field, words)
        if entry.bits:
            raise EntryError(f"{path}.bits", "each counts the bits of the register", "Leave bits out.")
        bits = self._listed(entry.each, f"{path}.each")
        ignored = list(numbers(entry.ignore, f"{path}.ignore")) if entry.ignore else []
        self._possible(dict.fromkeys([*bits, *ignored]), field.width - 1, field, f"{path}.each")
        return BitFlag(field, each=bits, ignored=sum(1 << bit for bit in set(ignored)))

    def _possible(self, words: Mapping[int, object], most: int, field: BitField, path: str) -> None:
        if max(words) > most:
            raise EntryError(path, f"{field} cannot be {max(words)}", f"The largest is {most}.")

    def _listed(self, words: Mapping[str, T], path: str) -> dict[int, T]:
        found: dict[int, T] = {}
        for typed, word in words.items():
            for value in numbers(typed, path):
                if value in found:
                    raise EntryError(path, f"{value} is listed twice", "Keep one of them.")
                found[value] = word
        return found


def _command(entry: WriteEntry, path: str) -> Command:
    address = address_of(entry.at, Table(entry.function), f"{path}.at")
    value = int(entry.value)
    most = 1 if entry.function == "coils" else 0xFFFF
    if not 0 <= value <= most:
        raise EntryError(f"{path}.value", f"{value} does not fit", f"Write a number from 0 to {most}.")
    send = write_request(Table(entry.function), address, value, several=entry.by == "several")
    return Command(send=send, done=(written(send),))
