"""The bytes of a line while a driver is tried on them: which were read, refused, or belong to nothing.

Every byte is in exactly one piece, in the order in which it came; what is kept is bounded. The same bytes can
be watched again with another driver, so that a corrected file shows at once what it makes of them.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from drivers.file_driver import FileDriver
from drivers.instrument import Driver
from drivers.protocols import Acknowledged, Event, Refused
from drivers.query_driver import Interviewee

_KEPT_BYTES: Final = 1 << 16
_KEPT_PIECES: Final = 500
_RATE_OVER_S: Final = 3.0


def reads_questions(driver: Driver) -> bool:
    """Whether answers of its instrument mean nothing without their questions."""
    return not isinstance(driver, FileDriver)


def speaks_characters(driver: Driver) -> bool:
    """Whether bytes that are no characters say that the line is set wrongly."""
    return isinstance(driver, FileDriver | Interviewee)


class Fate(StrEnum):
    """What became of some bytes."""

    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    SKIPPED = "skipped"
    PENDING = "pending"
    """came last, and belong to no whole frame yet"""
    SENT = "sent"
    """what this program asked"""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes with one fate."""

    number: int
    """counts all pieces of one watch, from 1"""
    at: float
    """clock time of the first of them, in s"""
    data: bytes
    fate: Fate
    event: Event | None = None


class Watch:
    """One driver over the bytes of one line."""

    def __init__(self, driver: Driver) -> None:
        """Begin without any bytes."""
        self.driver = driver
        self.counts = dict.fromkeys(Fate, 0)
        """pieces by fate; of what was skipped, bytes"""
        self._decoder = driver.decoder()
        self._hears_questions = reads_questions(driver)
        self._raw: deque[tuple[float, bytes, bool]] = deque()
        self._kept = 0
        self._pieces: deque[Piece] = deque(maxlen=_KEPT_PIECES)
        self._number = 0
        self._open = bytearray()
        self._opened: list[float] = []
        self._ended_at: deque[float] = deque(maxlen=_KEPT_PIECES)

    @property
    def pieces(self) -> list[Piece]:
        """What came, the oldest first; what is still open comes last."""
        pending = [self._piece(bytes(self._open), self._opened[0], Fate.PENDING)] if self._open else []
        return [*self._pieces, *pending]

    @property
    def raw(self) -> bytes:
        """The bytes that came and are kept."""
        return b"".join(data for _, data, asked in self._raw if not asked)

    @property
    def said(self) -> list[tuple[float, bytes, bool]]:
        """What is kept of both sides: when, the bytes, and whether this program sent them."""
        return list(self._raw)

    def frames_per_s(self, now: float) -> float:
        """How many whole frames came in each of the last seconds."""
        return sum(now - at <= _RATE_OVER_S for at in self._ended_at) / _RATE_OVER_S

    def again(self, driver: Driver) -> "Watch":
        """The same bytes with another driver."""
        other = Watch(driver)
        for at, data, asked in self._raw:
            (other.asked if asked else other.receive)(data, at)
        return other

    def asked(self, data: bytes, at: float) -> None:
        """Take what was sent; some instruments' answers mean nothing without their question."""
        self._keep(data, at, asked=True)
        self._skip()
        self._add(data, at, Fate.SENT)
        if self._hears_questions:
            self._decoder.receive(data)
            while self._decoder.next_event() is not None:
                continue  # a question is no answer

    def receive(self, data: bytes, at: float) -> None:
        """Take bytes as they came."""
        self._keep(data, at, asked=False)
        for byte in data:  # one by one, so that it is known with which byte a frame ends
            self._open.append(byte)
            self._opened.append(at)
            self._decoder.receive(bytes((byte,)))
            while (event := self._decoder.next_event()) is not None:
                self._end(event, at)
        if len(self._open) > _KEPT_PIECES * 2:
            self._skip(keep=_KEPT_PIECES)

    def _end(self, event: Event, at: float) -> None:
        size = min(len(event.frame), len(self._open))
        self._skip(keep=size)
        fate = Fate.READ
        if isinstance(event, Refused):
            fate = Fate.REFUSED
        elif isinstance(event, Acknowledged):
            fate = Fate.ACKNOWLEDGED
        self._add(bytes(self._open), self._opened[0] if self._opened else at, fate, event)
        self._ended_at.append(at)
        self._open.clear()
        self._opened.clear()

    def _skip(self, *, keep: int = 0) -> None:
        count = len(self._open) - keep
        if count > 0:
            data = bytes(islice(self._open, count))
            self._add(data, self._opened[0], Fate.SKIPPED)
            del self._open[:count], self._opened[:count]

    def _add(self, data: bytes, at: float, fate: Fate, event: Event | None = None) -> None:
        self._number += 1
        self.counts[fate] += len(data) if fate is Fate.SKIPPED else 1
        self._pieces.append(self._piece(data, at, fate, event))

    def _piece(self, data: bytes, at: float, fate: Fate, event: Event | None = None) -> Piece:
        return Piece(self._number + (fate is Fate.PENDING), at, data, fate, event)

    def _keep(self, data: bytes, at: float, *, asked: bool) -> None:
        self._raw.append((at, data, asked))
        self._kept += len(data)
        while self._kept > _KEPT_BYTES and len(self._raw) > 1:
            self._kept -= len(self._raw.popleft()[1])
