"""The decoder of every driver file: bytes in, events out.

Fail closed: what is not a whole, checked, wholly known frame gives no number. Bytes outside frames are
counted, and sixteen of them in a row are judged for the marks of a wrongly set line.
"""

from collections import deque
from typing import Final

from drivers.protocols import Event, Indicated, Refused, State
from drivers.protocols.escape import PRINTABLE
from drivers.protocols.form import Miss
from drivers.protocols.frames import Frames
from drivers.protocols.line_signs import SPOILED, wrong_line

_LINE_ENDS: Final = b"\r\n"
_DIGITS: Final = b"0123456789."
_WINDOW: Final = 16
"""bytes of noise judged together"""


class FrameDecoder:
    """Decodes one stream; make a fresh one for each connection."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._buffer = bytearray()
        self._noise = bytearray()
        self._ready: deque[Event] = deque()
        self._skipped = 0
        self._unit: str | None = None
        self._line_cut = False
        self._ended = False

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far while looking for the start of a frame."""
        return self._skipped

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow: whole frames still come out, a half frame is skipped."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while not self._ready:
            cut = self._frames.framing.cut(self._buffer, ended=self._ended)
            if cut.noise:
                self._line_cut = self._frames.framing.by_line
                self._skip(cut.noise)
            elif cut.frame:
                frame = bytes(self._buffer[: cut.frame])
                del self._buffer[: cut.frame]
                self._take(frame)
                self._line_cut = False
            elif self._ended and self._buffer:
                # a start mark may stand inside the half frame, so only its first byte is given up
                self._skip(len(self._buffer) if self._frames.framing.by_line else 1)
            else:
                if self._ended:
                    self._settle_noise()
                return None
        return self._ready.popleft()

    def _skip(self, count: int) -> None:
        self._noise += self._buffer[:count]
        del self._buffer[:count]
        while len(self._noise) >= _WINDOW:
            window = bytes(self._noise[:_WINDOW])
            del self._noise[:_WINDOW]
            if reason := wrong_line(window):
                self._ready.append(Refused(reason=reason, state=State.WRONG_LINE_SETTINGS, frame=window))
            else:
                self._skipped += _WINDOW

    def _settle_noise(self) -> None:
        self._skipped += len(self._noise)
        self._noise.clear()

    def _take(self, frame: bytes) -> None:
        event = self._frames.read(frame, self._unit, after_noise=self._line_cut)
        if isinstance(event, Miss) and event.rank == 0 and self._frames.framing.by_line:
            event = self._after_noise(frame) or event
        if isinstance(event, Miss):
            if not frame.strip(b"\r\n"):
                self._noise += frame
                self._settle_noise()
                return
            reason, state = event.reason, event.state
            if wrong := wrong_line(frame):
                reason, state = wrong, State.WRONG_LINE_SETTINGS
            event = Refused(reason=reason, state=state, frame=frame)
        self._settle_noise()
        if isinstance(event, Indicated):
            self._unit = event.indication.unit
        self._ready.append(event)

    def _after_noise(self, line: bytes) -> Event | None:
        """A whole frame at the end of a line that begins with noise.

        A form without a head is believed only after a byte that can be neither part of a line nor the end of
        another kind of line. One with a head is also believed after a spoiled character, and after a digit,
        where a line broke off, but not after words: the `S` of `T S` and the `T` of `PT` are no heads.
        """
        for at in range(1, len(line)):
            before = line[at - 1]
            if before in PRINTABLE and before not in _DIGITS:
                continue
            headed_only = before in _DIGITS or before in _LINE_ENDS or before in SPOILED
            event = self._frames.read(line[at:], self._unit, after_noise=headed_only)
            if not isinstance(event, Miss):
                self._skip_from(line[:at])
                return event
        return None

    def _skip_from(self, noise: bytes) -> None:
        self._buffer[:0] = noise
        self._skip(len(noise))
