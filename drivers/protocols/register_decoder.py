"""The decoder of register maps: requests with their answers, as they stand on an RTU line, become events.

An answer does not say which registers it holds, so it is read only together with the request before it, and
a value only after the settings that decide about it; the frames of all of them are the reading's frame. The
same decoder reads a live line, the frames of a sealed record, and a recording of a bus with many instruments.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused, State
from drivers.protocols.address import unpacked
from drivers.protocols.channel import Channel
from drivers.protocols.modbus import BUSY_CODES, REFUSAL, SHORTEST, Fault, crc, fault_of, refusal, rtu_length
from drivers.protocols.registers import Block, RegisterMap

_REQUEST: Final = 8  # bytes of a request to read, and of the shortest to write
_WORDS: Final = {
    Fault.OTHER_FUNCTION: "the answer is of another function than was asked",
    Fault.OTHER_LENGTH: "the answer holds another number of registers than was asked",
    Fault.STALE: "the answer repeats another request",
    Fault.OTHER_UNIT: "another unit answered",
    Fault.BAD_CHECK: "the check of the answer is wrong",
    Fault.SILENT: "the request is not answered",
    Fault.CHANGED: "a setting that decides about the value changed while the value was read",
}
NOTHING_ASKED: Final = "an answer without its request does not say which registers it holds"


def explain(fault: Fault) -> str:
    """What is wrong with an answer, a clause for the technician."""
    return _WORDS[fault]


def state_of(fault: Fault) -> State:
    """The state by which a faulty answer gives no number."""
    states = {Fault.BAD_CHECK: State.BAD_CHECK, Fault.CHANGED: State.BUSY}
    return states.get(fault, State.MALFORMED)


class RegisterDecoder:
    """Decodes one connection; make a fresh one for each."""

    def __init__(self, registers: RegisterMap, commands: Mapping[bytes, str]) -> None:
        """Keep the map.

        Args:
            registers: what is read.
            commands: the writing requests that are declared, by function and data.
        """
        self._blocks = {request: block for block in registers.blocks for request in block.requests}
        self._others = {proof.request for proof in registers.proofs} - self._blocks.keys()
        self._settings = {setting.request: setting for setting in registers.settings}
        self._told: dict[int, dict[bytes, tuple[bytes, bytes]]] = {}
        """words and frame of each setting, by unit number and request"""
        self._others |= self._settings.keys()
        self._commands = commands
        self._codes = {request[0] for request in self._blocks}
        self._buffer = bytearray()
        self._ready: deque[Event] = deque()
        self._skipped = 0
        self._ended = False
        self._beats: dict[tuple[int, str], tuple[int, int]] = {}

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far because they belong to no request of this map."""
        return self._skipped

    def exchanged(self, frame: bytes, settings: Iterable[bytes] = ()) -> Event | None:
        """The event of one whole exchange that the bus has checked already; None for one that gives none.

        Args:
            frame: request and answer.
            settings: the exchanges by which the settings were asked, checked too.
        """
        for told in settings:
            self._answered(told[1:6], told[_REQUEST + 1 : -2], told)
        self._answered(frame[1:6], frame[_REQUEST + 1 : -2], frame)
        return self._ready.popleft() if self._ready else None

    def told(self) -> Iterator[tuple[str, str]]:
        """Each setting that was told so far, by name."""
        for settings in self._told.values():
            for request, (words, _) in settings.items():
                yield from self._settings[request].told(words)

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def end(self) -> None:
        """No byte will follow."""
        self._ended = True

    def next_event(self) -> Event | None:
        """The next event, or None when more bytes are needed."""
        while not self._ready:
            if not self._buffer or not self._step():
                return None
        return self._ready.popleft()

    def _step(self) -> bool:
        """Take one exchange or one stray byte off the buffer; False when more bytes are needed."""
        buffer = self._buffer
        size = _write_size(buffer)
        if len(buffer) < size and not self._ended:
            return False
        request = bytes(buffer[1 : size - 2])
        known = request in self._blocks or request in self._others or request in self._commands
        if not known or len(buffer) < size or crc(buffer[:size]):
            return self._stray()
        length = rtu_length(buffer[size : size + 3])
        if length and len(buffer) >= size + length and not crc(buffer[size : size + length]):
            frame = bytes(buffer[: size + length])
            if frame[0] != frame[size]:
                self._refuse(request, Fault.OTHER_UNIT, len(frame))
            else:
                del buffer[: size + length]
                self._answered(request, frame[size + 1 : -2], frame)
            return True
        return self._unanswered(request, size, length)

    def _unanswered(self, request: bytes, size: int, length: int | None) -> bool:
        """No answer with a right check follows the request: say which it is, once that is certain."""
        here = len(self._buffer) - size
        if here < _REQUEST and not self._ended:
            return False
        if length == 0 or self._is_request(bytes(self._buffer[size : size + _REQUEST])):
            self._refuse(request, Fault.SILENT, size)
        elif length is not None and here >= length:
            self._refuse(request, Fault.BAD_CHECK, size + length)
        elif self._ended:
            self._refuse(request, Fault.SILENT, len(self._buffer))
        else:
            return False
        return True

    def _answered(self, request: bytes, answer: bytes, frame: bytes) -> None:
        if (fault := fault_of(request, answer)) is not None:
            self._say(request, state_of(fault), explain(fault), frame)
        elif answer[0] & REFUSAL:
            state = State.BUSY if answer[1] in BUSY_CODES else State.ERROR
            self._say(request, state, refusal(answer), frame)
        elif request in self._commands:
            self._ready.append(Acknowledged(command=self._commands[request], done=True, frame=frame))
        elif (setting := self._settings.get(request)) is not None:
            words = unpacked(setting.table, setting.count, answer[2:])
            self._told.setdefault(frame[0], {})[request] = words, frame
        elif (block := self._blocks.get(request)) is not None:
            self._ready.append(self._valued(block, answer[2:], frame))

    def _valued(self, block: Block, data: bytes, frame: bytes) -> Event:
        """What the data of an answer says, with the settings that were told before it."""
        unit, settings = frame[0], self._told.get(frame[0], {})
        frame = b"".join(told for _, told in settings.values()) + frame
        untold = [setting for setting in block.settings if setting.request not in settings]
        if untold:
            reason = f"{untold[0].name} at {untold[0].where} is not known, which decides about the value"
            return block.refused(State.NO_VALUE, reason, frame)
        nothing = b"", b""
        beside = b"".join(
            settings.get(request, nothing)[0] or bytes(2 * setting.count)
            for request, setting in self._settings.items()
        )
        return self._alive(block, block.read(data, beside, frame), data, unit)

    def _alive(self, block: Block, event: Event, data: bytes, unit: int) -> Event:
        """The event, unless the register that shows life stands still."""
        for channel in block.channels:
            if channel.heartbeat is None or not self._stands_still(channel, data, unit):
                continue
            reason = f"{channel.heartbeat} stand still, so the value may be an old one"
            dead = Refused(reason=reason, state=State.NO_VALUE, frame=event.frame)
            if isinstance(event, Measured):
                event = Measured(values=event.values | {channel.name: dead}, frame=event.frame)
            elif isinstance(event, Indicated):
                event = dead
        return event

    def _stands_still(self, channel: Channel, data: bytes, unit: int) -> bool:
        if channel.heartbeat is None:
            return False
        beat = channel.heartbeat.read(data)
        last, times = self._beats.get((unit, channel.name), (None, 0))
        times = times + 1 if beat == last else 1
        self._beats[unit, channel.name] = (beat, times)
        return times > channel.heartbeat_answers

    def _is_request(self, data: bytes) -> bool:
        return len(data) == _REQUEST and data[1:6] in (*self._blocks, *self._others) and not crc(data)

    def _refuse(self, request: bytes, fault: Fault, length: int) -> None:
        frame = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._say(request, state_of(fault), explain(fault), frame)

    def _say(self, request: bytes, state: State, reason: str, frame: bytes) -> None:
        self._told.get(frame[0], {}).pop(request, None)
        if (block := self._blocks.get(request)) is not None:
            self._ready.append(block.refused(state, reason, frame))
        elif request in self._commands:
            self._ready.append(Refused(reason=reason, state=state, frame=frame))

    def _stray(self) -> bool:
        """Give up the first byte, or a whole answer that stands alone."""
        length = rtu_length(self._buffer)
        if length is None and not self._ended:
            return False
        if length and length > SHORTEST and self._buffer[1] in self._codes:
            if len(self._buffer) < length and not self._ended:
                return False
            frame = bytes(self._buffer[:length])
            if len(frame) == length and not crc(frame):
                del self._buffer[:length]
                self._ready.append(Refused(reason=NOTHING_ASKED, state=State.MALFORMED, frame=frame))
                return True
        del self._buffer[0]
        self._skipped += 1
        return True


def _write_size(buffer: bytearray) -> int:
    """Bytes of the request at the start of the buffer: more than eight where it writes several registers."""
    several = len(buffer) > 6 and buffer[1] in (15, 16)  # noqa: PLR2004 -- the byte count stands seventh
    return 9 + buffer[6] if several else _REQUEST
