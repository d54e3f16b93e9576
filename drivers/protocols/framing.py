"""Where frames lie in a stream of bytes.

A cut is decided only by bytes that no later byte can change, so that any split of the stream gives the same
frames; only a check character that may be absent needs the byte after the frame, or the end.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

LONGEST_LINE: Final = 64
"""bytes kept while waiting for the end of a line; longer drivers keep twice their longest frame"""


class Cut(NamedTuple):
    """The next step through the buffer; nothing of either kind means more bytes are needed."""

    noise: int = 0
    """bytes at the front that belong to no frame"""
    frame: int = 0
    """length of the candidate frame at the front"""


class Framing(Protocol):
    """Finds candidate frames."""

    @property
    def by_line(self) -> bool:
        """Whether a frame is known by its end only, so that noise may stand before it."""

    def cut(self, buffer: bytearray, *, ended: bool) -> Cut:
        """The next step; `ended` says that no byte will follow."""


def _start_of(buffer: bytearray, start: bytes) -> int:
    """How many bytes at the front cannot belong to `start`."""
    found = buffer.find(start)
    if found >= 0:
        return found
    for kept in range(min(len(start) - 1, len(buffer)), 0, -1):
        if start.startswith(buffer[-kept:]):
            return len(buffer) - kept
    return len(buffer)


@dataclass(frozen=True, slots=True)
class FixedFraming:
    """Frames with a start mark and one length; a second start mark inside proves the first one false."""

    start: bytes
    end: bytes
    length: int
    """without an optional check"""
    optional_check: int = 0
    by_line: bool = False

    def cut(self, buffer: bytearray, *, ended: bool) -> Cut:
        """The next step through `buffer`."""
        noise = _start_of(buffer, self.start) or max(buffer.find(self.start, 1, self.length), 0)
        if noise or len(buffer) < self.length:
            return Cut(noise=noise)
        if not buffer.startswith(self.end, self.length - len(self.end)):
            return Cut(noise=1)
        return Cut(frame=self._whole(buffer[self.length :], ended=ended))

    def _whole(self, follows: bytearray, *, ended: bool) -> int:
        """The frame's length with the check that may follow it; 0 while that is not known."""
        if not self.optional_check or follows.startswith(self.start) or (ended and not follows):
            return self.length
        return self.length + self.optional_check if len(follows) >= self.optional_check else 0


@dataclass(frozen=True, slots=True)
class SpanFraming:
    """Frames between a start mark and an end mark, of several lengths."""

    start: bytes
    end: bytes
    longest: int = LONGEST_LINE
    by_line: bool = False

    def cut(self, buffer: bytearray, *, ended: bool) -> Cut:  # noqa: ARG002 - the port's signature
        """The next step through `buffer`."""
        if noise := _start_of(buffer, self.start):
            return Cut(noise=noise)
        inside = len(self.start)
        end = buffer.find(self.end, inside, self.longest)
        again = buffer.find(self.start, inside, end if end >= 0 else self.longest)
        if again > 0:
            return Cut(noise=again)
        if end >= 0:
            return Cut(frame=end + len(self.end))
        return Cut(noise=1) if len(buffer) >= self.longest else Cut()


@dataclass(frozen=True, slots=True)
class LineFraming:
    """Frames known by their end only."""

    end: bytes
    longest: int = LONGEST_LINE
    by_line: bool = True

    def cut(self, buffer: bytearray, *, ended: bool) -> Cut:  # noqa: ARG002 - the port's signature
        """The next step through `buffer`."""
        end = buffer.find(self.end)
        length = end + len(self.end) if end >= 0 else len(buffer)
        if length > self.longest:
            return Cut(noise=length - self.longest)
        return Cut(frame=length) if end >= 0 else Cut()
