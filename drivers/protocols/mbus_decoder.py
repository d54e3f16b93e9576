"""The decoder of M-Bus drivers: the bytes of both sides of a line in, events out.

An answer is believed when its check holds, a slave sent it, and it comes from whoever was asked. Where the
requests are heard too, one request gives one answer, and what comes before it is an old one. Memory is
bounded: one frame, and as many telegrams as the driver reads.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final

from drivers.protocols import Acknowledged, Event, State
from drivers.protocols.mbus_link import (
    ACK,
    FCB,
    LAST_ADDRESS,
    SELECT,
    SELECTED,
    SND_NKE,
    SND_UD,
    Frame,
    opened,
    size_of,
)
from drivers.protocols.mbus_map import MbusMap, unread
from drivers.protocols.mbus_telegram import RefusedError, Telegram, read_telegram

_ANY_BYTE: Final = 0xFF
_UNASKED: Final = "the answer comes without a request, so it may be an old one"
_BROKEN_OFF: Final = "the meter did not send the rest of its telegrams"


class MbusDecoder:
    """Decodes one line; make a fresh one for each connection."""

    def __init__(self, records: MbusMap, commands: Mapping[bytes, str]) -> None:
        """Begin with an empty line.

        Args:
            records: what is read of the meter.
            commands: the name of each declared command by what it sends, control information first.
        """
        self._map = records
        self._commands = commands
        self._buffer = bytearray()
        self._ready: deque[Event] = deque()
        self._skipped = 0
        self._ended = False
        self._asked: int | None = None
        self._due = True
        """an answer may come: one was requested, or no request is ever heard"""
        self._mask = b""
        self._command: str | None = None
        self._acknowledgeable = False
        self._chain: list[tuple[Frame, Telegram]] = []

    @property
    def skipped(self) -> int:
        """Bytes that belong to no frame."""
        return self._skipped

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while not self._ready and self._buffer:
            size = size_of(self._buffer)
            if size is None and not self._ended:
                return None
            if not size:
                self._skip()
            elif size == 1:
                self._acknowledged()
            else:
                self._take(bytes(self._buffer[:size]))
        if not self._ready and self._ended and self._chain:
            self._break_off()
        return self._ready.popleft() if self._ready else None

    def _skip(self) -> None:
        del self._buffer[:1]
        self._skipped += 1

    def _acknowledged(self) -> None:
        if not self._acknowledgeable:
            self._skip()
            return
        del self._buffer[:1]
        self._acknowledgeable = False
        name, self._command = self._command, None
        if name is not None:
            self._ready.append(Acknowledged(command=name, done=True, frame=bytes((ACK,))))

    def _take(self, raw: bytes) -> None:
        frame = opened(raw)
        if frame is None:
            self._damaged(raw)
            return
        del self._buffer[: len(raw)]
        if frame.is_response:
            self._answered(frame)
        elif frame.control == SND_NKE:
            self._ask(frame.address)
            self._acknowledgeable = True
            self._mask = b"" if frame.address == SELECTED else self._mask
        elif frame.is_request:
            if not self._chain:
                self._ask(frame.address)
            self._asked, self._due = frame.address, True
        elif frame.control | FCB == SND_UD | FCB and frame.data:
            self._ask(frame.address)
            self._acknowledgeable = True
            self._command = self._commands.get(frame.data)
            if frame.data[0] == SELECT and frame.address == SELECTED:
                self._mask = frame.data[1:]
        else:
            reason = f"the control field {frame.control:02X}h is neither a request nor an answer with data"
            self._ready.append(self._map.refused(State.MALFORMED, reason, raw))

    def _ask(self, address: int) -> None:
        if self._chain:
            self._break_off()
        self._asked, self._command, self._due = address, None, False

    def _damaged(self, raw: bytes) -> None:
        """Refuse the bytes, up to where another frame may begin inside them."""
        inside = [at for at in range(1, len(raw)) if raw[at] == raw[0] and size_of(self._buffer[at:]) != 0]
        refused = raw[: inside[0]] if inside else raw
        del self._buffer[: len(refused)]
        reason = "the check does not belong to these bytes"
        self._ready.append(self._map.refused(State.BAD_CHECK, reason, refused))

    def _answered(self, frame: Frame) -> None:
        self._acknowledgeable = False
        if self._chain and self._chain[-1][0].raw == frame.raw:
            return  # said again, because the request before was not toggled
        if stranger := self._wrong_address(frame.address):
            self._ready.append(self._map.refused(State.MALFORMED, stranger, frame.raw))
            return
        if not self._due:
            self._ready.append(self._map.refused(State.MALFORMED, _UNASKED, frame.raw))
            return
        self._due = self._asked is None
        try:
            telegram = read_telegram(frame)
        except RefusedError as mistake:
            self._chain.clear()
            self._ready.append(self._map.refused(*unread(mistake), frame.raw))
            return
        if self._asked == SELECTED and not _fits(self._mask, telegram):
            reason = f"the meter {telegram.identity} answers, which was not selected"
            self._ready.append(self._map.refused(State.MALFORMED, reason, frame.raw))
            return
        self._chain.append((frame, telegram))
        if telegram.more and len(self._chain) < self._map.telegrams:
            return
        raw = b"".join(one.raw for one, _ in self._chain)
        telegrams = [one for _, one in self._chain]
        self._chain.clear()
        self._ready.append(self._map.read(telegrams, raw))

    def _wrong_address(self, address: int) -> str:
        if address > LAST_ADDRESS and address != SELECTED:
            return f"an answer comes from the address {address}, which no meter has"
        if self._asked is not None and self._asked <= LAST_ADDRESS and address != self._asked:
            return f"the meter {address} answers in place of the meter {self._asked}"
        return ""

    def _break_off(self) -> None:
        raw = b"".join(frame.raw for frame, _ in self._chain)
        self._chain.clear()
        self._ready.append(self._map.refused(State.MALFORMED, _BROKEN_OFF, raw))


def fits(mask: bytes, own: bytes) -> bool:
    """Whether a secondary address is meant by a mask: nibbles of F in the number, bytes of FF elsewhere.

    >>> fits(bytes.fromhex("78 56 FF FF FF FF FF 07"), bytes.fromhex("78 56 34 12 2D 2C 1B 07"))
    True
    """
    number = zip(mask[:4].hex(), own[:4].hex(), strict=False)
    rest = zip(mask[4:8], own[4:8], strict=False)
    return all(a in ("f", b) for a, b in number) and all(a in (_ANY_BYTE, b) for a, b in rest)


def _fits(mask: bytes, telegram: Telegram) -> bool:
    if not mask:
        return True
    return telegram.identity is not None and fits(mask, telegram.identity.secondary)
