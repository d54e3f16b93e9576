"""Register maps: the data of one answer becomes an event, and an event becomes such data.

Everything that decides about a value stands in the same answer: its status, its decimals, its unit, and the
other half of a total. What cannot is a setting, asked before and after; its words stand behind the answer's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from drivers.protocols import Event, Measured, Refused, State
from drivers.protocols.address import Table, shown, unpacked
from drivers.protocols.channel import Channel
from drivers.protocols.modbus import read_request
from drivers.protocols.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Block:
    """One request, and what stands in its answer; all of it is of one moment."""

    table: Table
    first: int
    count: int
    channels: tuple[Channel, ...]
    needed: int = 0
    """how many registers from the first one the channels take; 0: all"""
    settings: tuple[Setting, ...] = ()
    """what decides about its values and is asked before and after"""
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

    def read(self, data: bytes, beside: bytes, frame: bytes) -> Event:
        """The event in the data of an answer of the right length, and in the words of the settings."""
        words = unpacked(self.table, self.count, data)
        if beside:
            words = words.ljust(2 * self.count, b"\0") + beside  # a shorter request leaves out a spare one
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
    """by the words, two bytes for each address: None, or what stands there instead"""
    data: bytes
    """what the played instrument answers"""

    @cached_property
    def request(self) -> bytes:
        """Function and data of the request."""
        return read_request(self.table, self.first, self.count)

    def found(self, data: bytes) -> str | None:
        """None where the data of the answer prove the instrument, or what stands there instead."""
        return self.judge(unpacked(self.table, self.count, data))


@dataclass(frozen=True)
class RegisterMap:
    """All that is read of one instrument."""

    blocks: tuple[Block, ...]
    proofs: tuple[Proof, ...] = ()
    settings: tuple[Setting, ...] = ()

    @property
    def played(self) -> bytes:
        """The words of all settings as the played instrument holds them."""
        return b"".join(each.words for each in self.settings)

    @property
    def channels(self) -> Sequence[str]:
        """The names of all quantities; one empty name where there is only one."""
        return [channel.name for block in self.blocks for channel in block.channels]
