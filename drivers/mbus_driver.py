"""A driver made from the file of an M-Bus meter: it reads the meter, and plays it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.errors import cannot
from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused
from drivers.protocols.mbus_decoder import MbusDecoder
from drivers.protocols.mbus_link import ACK, FCB, REQ_UD2, short
from drivers.protocols.mbus_map import MbusMap
from drivers.protocols.mbus_writing import write_telegrams
from drivers.reading import DriverMark


@dataclass(frozen=True)
class MbusDriver:
    """The driver port over one M-Bus file."""

    mark: DriverMark
    name: str
    kind: str
    evidence: Evidence
    source: str
    text: str
    """the driver file as it was read; the digest is of these bytes"""
    line: LineSettings
    records: MbusMap
    address: int
    """the primary address that is asked where the laboratory names no other"""
    commands: Mapping[str, Command]
    interval_s: float
    timeout_s: float
    templates: tuple[bytes, ...] = ()
    """what the meter sent in examples, the one with most values first: the model of what is played"""
    examples: tuple[tuple[str, bytes], ...] = ()
    """each example as it is written and as it is on the line"""

    @property
    def keyed(self) -> bool:
        """Never: it is on a wire."""
        return False

    @property
    def has_high_resolution(self) -> bool:
        """Never on request."""
        return False

    @property
    def channels(self) -> Sequence[str]:
        """The names of its quantities, the main one first; one empty name where there is only one."""
        return self.records.channels

    def request(self, *, high_resolution: bool = False) -> bytes | None:
        """The request for user data of class 2.

        Raises:
            DescriptionError: the finer display is wanted, which cannot be asked for.
        """
        if high_resolution:
            raise cannot(self.mark.id, "give the finer display on request")
        return short(REQ_UD2 | FCB, self.address)

    def decoder(self) -> MbusDecoder:
        """A fresh decoder of what both sides say."""
        sent = {command.send[6:-2]: name for name, command in self.commands.items()}
        return MbusDecoder(self.records, sent)

    def render(self, event: Event) -> bytes:
        """The telegrams, or the character, by which this meter says `event`.

        Raises:
            DescriptionError: it has no way to say it.
        """
        if isinstance(event, Acknowledged):
            if event.done and event.final and event.command in self.commands:
                return self.commands[event.command].send + bytes((ACK,))
        elif isinstance(event, Measured | Indicated | Refused):
            data = write_telegrams(self.records, self.templates, event)
            if data is not None:
                return data
        raise cannot(self.mark.id, f"say {event}")
