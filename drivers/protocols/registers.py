"""Register maps: the data of one answer becomes an event, and an event becomes such data.

Everything that decides about a value stands in the same answer: its status, its decimals, its unit, and the
other half of a total. Order of judgement: no flag refuses, every flag is known, the value is no code for "no
value", it lies within the range. Only then is there a reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import cached_property
from typing import Final, Literal, TypeVar

from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.address import Table, shown
from drivers.protocols.bit_flag import BitField, BitFlag
from drivers.protocols.form import SAID
from drivers.protocols.meaning import UnknownFlagError
from drivers.protocols.modbus import read_request
from drivers.protocols.word import NumberForm
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability

T = TypeVar("T")

EXACT: Final = Context(prec=400, traps=[Inexact, InvalidOperation, Overflow])
"""float64 parts of a total differ by hundreds of places at worst; a sum is exact or it is an error"""
OK: Final = "ok"
Condition = State | Literal["ok"]


@dataclass(frozen=True, slots=True)
class Part:
    """One number in the registers; a total may be the sum of several."""

    at: int
    """offset in the answer's data, in bytes"""
    form: NumberForm
    scale: Decimal

    def bytes_of(self, data: bytes) -> bytes:
        """The registers of this number."""
        return data[self.at : self.at + self.form.size]


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
    heartbeat: BitField | None = None
    """a register that changes as long as the instrument is alive"""
    heartbeat_answers: int = 0
    """how many answers in a row may show the same"""

    @property
    def extent(self) -> int:
        """Bytes of the answer's data up to the last one that is needed."""
        words = (self.unit, self.stable, self.kind, self.high_resolution, *self.conditions)
        fields = [word.bits for word in words if isinstance(word, BitFlag)]
        fields += [field for field in (self.decimals, self.heartbeat) if field is not None]
        ends = [field.at + field.size for field in fields]
        return max([*ends, *(part.at + part.form.size for part in self.parts)])

    def read(self, data: bytes, frame: bytes) -> Indicated | Refused:
        """The reading, or why there is none."""
        try:
            for flag in self.conditions:
                condition = flag.read(data)
                if condition not in (None, OK):
                    state = State(condition)
                    return Refused(reason=SAID.get(state, SAID[State.ERROR]), state=state, frame=frame)
            return self._value(data, frame)
        except UnknownFlagError as mistake:
            return Refused(reason=str(mistake), state=State.UNKNOWN_FLAG, frame=frame)

    def _value(self, data: bytes, frame: bytes) -> Indicated | Refused:
        first = self.parts[0]
        if self.no_value and first.form.raw(first.bytes_of(data)) in self.no_value:
            reason = "the instrument sends its code for no value"
            return Refused(reason=reason, state=State.NO_VALUE, frame=frame)
        value = Decimal(0)
        for part in self.parts:
            number = part.form.read(part.bytes_of(data))
            if number is None:
                reason = f"{part.bytes_of(data).hex(' ', 2)} is no {part.form.type.value} number"
                return Refused(reason=reason, state=State.NO_VALUE, frame=frame)
            scaled = EXACT.multiply(number, part.scale)
            value = scaled if part is first else EXACT.add(value, scaled)
        if self.decimals is not None:
            value = value.scaleb(-self._places(data))
        if self.offset:
            value = EXACT.add(value, self.offset)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            reason = f"{value:f} lies outside what this instrument can measure"
            return Refused(reason=reason, state=State.OUT_OF_RANGE, frame=frame)
        return Indicated(
            indication=Quantity(value, _word(self.unit, data)),
            stability=_word(self.stable, data),
            kind=_word(self.kind, data),
            high_resolution=_word(self.high_resolution, data),
            frame=frame,
        )

    def _places(self, data: bytes) -> int:
        if self.decimals is None:
            return 0
        said = self.decimals.read(data)
        if not self.places:
            return said
        if said not in self.places:
            raise UnknownFlagError(f"{self.decimals} hold {said}, which the driver file does not list")
        return self.places[said]


@dataclass(frozen=True, kw_only=True)
class Block:
    """One request, and what stands in its answer; all of it is of one moment."""

    table: Table
    first: int
    count: int
    channels: tuple[Channel, ...]
    needed: int = 0
    """how many registers from the first one the channels take; 0: all"""
    clears: bool = False
    """reading sets the counters to zero, so it is never repeated by itself"""
    template: bytes = b""
    """the data of an example, for registers of which nothing is said when the instrument is played"""
    samples: Mapping[State, bytes] = field(default_factory=dict)
    """data of examples that were refused"""

    @cached_property
    def request(self) -> bytes:
        """Function and data of the request."""
        return read_request(self.table, self.first, self.count)

    @cached_property
    def requests(self) -> tuple[bytes, ...]:
        """The request, and a shorter one where a register is read that nothing needs.

        Asked in turn, their answers differ in length: an old answer cannot pass for the new one.
        """
        if not 0 < self.needed < self.count or self.table not in (Table.INPUT, Table.HOLDING):
            return (self.request,)
        return (self.request, read_request(self.table, self.first, self.count - 1))

    def read(self, data: bytes, frame: bytes) -> Event:
        """The event in the data of an answer of the right length."""
        words = unpacked(self.table, self.count, data)
        if not self.channels[0].name:
            return self.channels[0].read(words, frame)
        return Measured(
            values={channel.name: channel.read(words, frame) for channel in self.channels}, frame=frame
        )

    def refused(self, state: State, reason: str, frame: bytes) -> Event:
        """The event of an answer that gives nothing of this block."""
        refused = Refused(reason=reason, state=state, frame=frame)
        if not self.channels[0].name:
            return refused
        return Measured(values={channel.name: refused for channel in self.channels}, frame=frame)

    def __str__(self) -> str:
        last = self.first + self.count - 1
        return f"{self.table.value} {shown(self.first, self.table)} to {shown(last, self.table)}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A constant that this instrument holds and others do not: asked before anything is believed."""

    name: str
    where: str
    """the register as a person finds it in the manual"""
    expected: str
    table: Table
    first: int
    count: int
    judge: Callable[[bytes], str | None]
    """None, or what stands there instead"""
    data: bytes
    """what the played instrument answers"""

    @cached_property
    def request(self) -> bytes:
        """Function and data of the request."""
        return read_request(self.table, self.first, self.count)


@dataclass(frozen=True)
class RegisterMap:
    """All that is read of one instrument."""

    blocks: tuple[Block, ...]
    proofs: tuple[Proof, ...] = ()

    @property
    def channels(self) -> Sequence[str]:
        """The names of all quantities; one empty name where there is only one."""
        return [channel.name for block in self.blocks for channel in block.channels]


def unpacked(table: Table, count: int, data: bytes) -> bytes:
    """The data of an answer with two bytes for each address, also where a coil takes one bit."""
    if table in (Table.INPUT, Table.HOLDING):
        return data
    bits = int.from_bytes(data, "little")
    return b"".join((bits >> at & 1).to_bytes(2, "big") for at in range(count))


def packed(table: Table, words: bytes) -> bytes:
    """The inverse of `unpacked`."""
    if table in (Table.INPUT, Table.HOLDING):
        return words
    bits = sum((words[at + 1] & 1) << at // 2 for at in range(0, len(words), 2))
    return bits.to_bytes((len(words) // 2 + 7) // 8, "little")


def _word(said: T | BitFlag[T], data: bytes) -> T:
    if not isinstance(said, BitFlag):
        return said
    word = said.read(data)
    if word is None:
        raise UnknownFlagError(f"{said.bits} say nothing")
    return word
