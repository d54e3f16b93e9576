"""A driver made from a register map: it reads the instrument on a Modbus bus, and plays it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drivers.errors import cannot
from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused
from drivers.protocols.address import packed, shown
from drivers.protocols.modbus import rtu, written
from drivers.protocols.register_decoder import RegisterDecoder
from drivers.protocols.register_writing import write_block
from drivers.protocols.registers import Block, RegisterMap
from drivers.quantity import Quantity
from drivers.reading import DriverMark


@dataclass(frozen=True)
class RegisterDriver:
    """The driver port over one register map."""

    mark: DriverMark
    name: str
    kind: str
    evidence: Evidence
    source: str
    text: str
    """the driver file as it was read; the digest is of these bytes"""
    line: LineSettings
    registers: RegisterMap
    unit: int
    """the unit number it leaves the factory with"""
    commands: Mapping[str, Command]
    """function and data of a writing request, and of its answer"""
    interval_s: float
    timeout_s: float
    gap_s: float
    """least time between two requests to one instrument"""
    late_s: float
    """how late after its time-out an answer may still come"""
    no_proof: str
    """why nothing proves that this instrument is the right one; empty where something does"""
    tells: Mapping[str, str]
    """by the name of a setting, what it says of the instrument: `serial_number`, `seal_counter`"""

    @property
    def keyed(self) -> bool:
        """Never: it is on a wire."""
        return False

    @property
    def has_high_resolution(self) -> bool:
        """Never on request: no map tells a late answer from a finer one."""
        return False

    @property
    def channels(self) -> Sequence[str]:
        """The names of its quantities, the main one first; one empty name where there is only one."""
        return self.registers.channels

    def table(self) -> Iterator[str]:
        """What is read where, each address both as it is sent and as manuals print it."""
        for proof in self.registers.proofs:
            yield f"proof    {proof.where}: {proof.name} = {proof.expected}"
        if self.no_proof:
            yield f"no proof: {self.no_proof}"
        for setting in self.registers.settings:
            decides = any(setting in block.settings for block in self.registers.blocks)
            use = "setting " if decides else "remember"
            yield f"{use} {setting.where}: {setting.name}"
        for block in self.registers.blocks:
            yield f"request  {block}"
            for channel in block.channels:
                for part in channel.parts:
                    where = shown(block.first + part.at // 2, block.table)
                    name = channel.name or "reading"
                    order = part.form.order.value if part.order is None else "in the order of a setting"
                    yield f"  {name:12} {where:14} {part.form.type.value}, {order}"

    def request(self, *, high_resolution: bool = False) -> bytes | None:
        """The first request as it stands on an RTU line.

        Raises:
            DescriptionError: the finer display is wanted, which cannot be asked for.
        """
        if high_resolution:
            raise cannot(self.mark.id, "give the finer display on request")
        return rtu(self.unit, self.registers.blocks[0].request)

    def decoder(self) -> RegisterDecoder:
        """A fresh decoder of requests with their answers."""
        return RegisterDecoder(
            self.registers, {command.send: name for name, command in self.commands.items()}
        )

    def render(self, event: Event) -> bytes:
        """The request and the answer by which this instrument says `event`, as on an RTU line.

        Raises:
            DescriptionError: this instrument has no way to say it.
        """
        if isinstance(event, Acknowledged) and event.done and event.command in self.commands:
            send = self.commands[event.command].send
            return rtu(self.unit, send) + rtu(self.unit, written(send))
        for block, data in self.answers(event):
            answer = bytes((block.request[0], len(data))) + data
            return self.settings_frames() + rtu(self.unit, block.request) + rtu(self.unit, answer)
        raise cannot(self.mark.id, f"say {event}")

    def settings_frames(self, held: bytes | None = None) -> bytes:
        """The exchanges by which the settings are told, as on an RTU line.

        Args:
            held: the words of all settings; None: as the played instrument holds them.
        """
        held, frames = self.registers.played if held is None else held, b""
        for setting in self.registers.settings:
            data = packed(setting.table, held[setting.at : setting.at + 2 * setting.count])
            answer = bytes((setting.request[0], len(data))) + data
            frames += rtu(self.unit, setting.request) + rtu(self.unit, answer)
        return frames

    def remembered(self, frame: bytes) -> dict[str, str]:
        """What the frame of a reading says of the settings, by name: to be kept with the run."""
        decoder = self.decoder()
        decoder.receive(frame)
        decoder.end()
        while decoder.next_event() is not None:
            continue
        return dict(decoder.told())

    def wraps_at(self, channel: str) -> Quantity | None:
        """Where a counter begins anew at zero; None for a quantity that does not."""
        for block in self.registers.blocks:
            for each in block.channels:
                if each.name == channel and each.wraps_at is not None:
                    return Quantity(each.wraps_at, each.unit if isinstance(each.unit, str) else "1")
        return None

    def answers(self, event: Event) -> Iterator[tuple[Block, bytes]]:
        """The requests to which `event` may be the answer, each with the data of that answer."""
        for block in self.registers.blocks:
            names = {channel.name for channel in block.channels}
            if isinstance(event, Measured) and not event.values.keys() <= names:
                continue
            if isinstance(event, Measured | Indicated | Refused):
                data = write_block(block, event, self.registers.played)
                if data is not None:
                    yield block, data
