"""A driver made from a driver file: it reads the instrument, and plays it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.errors import cannot
from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Event
from drivers.protocols.decoder import FrameDecoder
from drivers.protocols.frames import Frames
from drivers.protocols.inquiry import Inquiry
from drivers.reading import DriverMark


@dataclass(frozen=True)
class FileDriver:
    """The driver port over one driver file."""

    mark: DriverMark
    name: str
    kind: str
    evidence: Evidence
    source: str
    text: str
    """the driver file as it was read; the digest is of these bytes"""
    keyed: bool
    """nothing on a wire: a person keys the reading"""
    line: LineSettings
    commands: Mapping[str, Command]
    interval_s: float
    timeout_s: float
    frames: Frames
    requests: Mapping[bool, bytes]
    """the request by whether the finer display is wanted"""
    inquiries: Sequence[Inquiry] = ()
    """what the instrument can be asked of itself"""

    @property
    def channels(self) -> Sequence[str]:
        """A frame of characters carries one quantity."""
        return ("",)

    @property
    def has_high_resolution(self) -> bool:
        """Whether the finer display can be asked for on the wire."""
        return True in self.requests

    def request(self, *, high_resolution: bool = False) -> bytes | None:
        """The bytes that ask for one indication; None when the instrument streams or is keyed.

        Raises:
            DescriptionError: the finer display is wanted and cannot be asked for.
        """
        if high_resolution and not self.has_high_resolution:
            raise cannot(self.mark.id, "give the finer display on request")
        return self.requests.get(high_resolution)

    def decoder(self) -> FrameDecoder:
        """A fresh decoder."""
        return FrameDecoder(self.frames)

    def render(self, event: Event) -> bytes:
        """The frame by which this instrument would say `event`.

        Raises:
            DescriptionError: this instrument has no way to say it.
        """
        frame = self.frames.write(event)
        if frame is None:
            raise cannot(self.mark.id, f"say {event}")
        return frame
