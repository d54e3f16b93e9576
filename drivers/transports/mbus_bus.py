"""One wired M-Bus line and the meters on it: each has its turn, from the first request to its last telegram.

What the line brings while nobody has the turn, or after a turn is over, is a late answer and is dropped.
Times are those of EN 13757-2: a turn ends at the latest when its driver gives up.
"""

import asyncio
from collections import deque
from typing import Final

from drivers.clock import Clock
from drivers.errors import LinkLostError
from drivers.mbus_driver import MbusDriver
from drivers.protocols.mbus_link import (
    ACK,
    FCB,
    LAST_ADDRESS,
    REQ_UD2,
    SELECT,
    SELECTED,
    SND_NKE,
    SND_UD,
    long,
    opened,
    short,
    size_of,
)
from drivers.protocols.mbus_telegram import RefusedError, read_telegram
from drivers.transports import Transport
from drivers.transports.inbox import Inbox
from drivers.transports.serial_fault import closed

_LONGEST: Final = 261


class MbusBus:
    """The owner of one line; meters join and leave it."""

    def __init__(self, port: Transport, clock: Clock) -> None:
        """Take the line; it is opened when the first meter joins."""
        self._port = port
        self.clock = clock
        self.turn = asyncio.Lock()
        self.holder: MbusLine | None = None
        """whose turn it is"""
        self._lines: set[MbusLine] = set()
        self._opening = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The port as the laboratory writes it."""
        return self._port.name

    async def join(self, line: "MbusLine") -> None:
        """Open the line for a meter.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """
        async with self._opening:
            if self._reader is None or self._reader.done():
                await self._port.close()
                await self._port.open()
                self._reader = asyncio.create_task(self._read(), name=f"reads {self.name}")
            self._lines.add(line)

    async def leave(self, line: "MbusLine") -> None:
        """A meter is no longer wanted; the last one closes the line."""
        self._lines.discard(line)
        async with self._opening:
            reader = self._reader
            if self._lines or reader is None:
                return
            self._reader = None
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._port.close()

    async def send(self, frame: bytes) -> None:
        """Write one frame.

        Raises:
            LinkLostError: the line is gone.
        """
        await self._port.send(frame)

    async def _read(self) -> None:
        try:
            while True:
                data = await self._port.receive()
                if self.holder is not None:
                    await self.holder.take(data)
        except LinkLostError as lost:
            for line in self._lines:
                line.lose(lost)


class MbusLine:
    """One meter's place on a line: a whole line to whoever talks with it.

    What it hands on begins with the requests, so that the decoder knows whom they were for.
    """

    def __init__(self, bus: MbusBus, driver: MbusDriver, address: int | None, number: str = "") -> None:
        """Take a place.

        Args:
            bus: the line.
            driver: how the meter is read.
            address: its primary address; None: as in the driver file.
            number: instead, its eight digits, with F for any digit: it is selected by them.
        """
        self._bus = bus
        self._telegrams = driver.records.telegrams
        self._patience_s = driver.timeout_s
        self._address = SELECTED if number else driver.address if address is None else address
        self._mask = bytes.fromhex(number)[::-1] + b"\xff\xff\xff\xff" if number else b""
        self._steps: deque[bytes] = deque()
        self._sent = b""
        self._heard = bytearray()
        self._answers = 0
        self._fcb = FCB
        self._inbox = Inbox(closed(bus.name))
        self._watch: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The port as the laboratory writes it."""
        return self._bus.name

    async def open(self) -> None:
        """Join the line.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """
        self._inbox.open()
        await self._bus.join(self)

    async def close(self) -> None:
        """Leave the line; closing twice is harmless."""
        self._release()
        await self._bus.leave(self)

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone.
        """
        return await self._inbox.take()

    async def caught_up(self) -> None:
        """Nothing to wait for: a meter speaks when it has the turn, and what comes late is dropped."""

    async def send(self, data: bytes) -> None:
        """Wait for the turn, and send the request or the command with all that goes before it.

        Raises:
            LinkLostError: the line is gone.
        """
        self._release()  # whoever talks with the meter has given the last turn up
        await self._bus.turn.acquire()
        self._bus.holder = self
        self._watch = asyncio.create_task(self._give_up(), name=f"turn on {self.name}")
        self._heard.clear()
        self._sent, self._answers, self._fcb = b"", 0, FCB
        first = self._first()
        frame = opened(data)
        if frame is not None and frame.data:
            self._steps = deque((*first, long(SND_UD, self._address, frame.data)))
            self._answers = self._telegrams  # a command is answered by one character
        else:
            self._steps = deque((*first, short(REQ_UD2 | FCB, self._address)))
        await self._step()

    def _first(self) -> list[bytes]:
        """What makes the meter listen and begin with its first telegram."""
        if self._mask:
            return [long(SND_UD, SELECTED, bytes((SELECT,)) + self._mask)]
        return [short(SND_NKE, self._address)]

    async def take(self, data: bytes) -> None:
        """Bytes of the line while it is this meter's turn."""
        self._inbox.put(self._sent + data)
        self._sent = b""
        self._heard += data
        while self._heard:
            size = size_of(self._heard)
            if size is None and len(self._heard) <= _LONGEST:
                return
            raw = bytes(self._heard[: size or 1])
            del self._heard[: size or 1]
            if size:
                await self._answered(raw)

    async def _answered(self, raw: bytes) -> None:
        if len(raw) == 1:
            if raw[0] == ACK and self._steps:
                await self._step()
            elif self._answers >= self._telegrams:
                self._release()
            return
        frame = opened(raw)
        if frame is None or not frame.is_response or self._steps:
            return
        self._answers += 1
        try:
            more = read_telegram(frame).more
        except RefusedError:
            more = False
        if more and self._answers < self._telegrams:
            self._fcb ^= FCB
            self._steps.append(short(REQ_UD2 | self._fcb, self._address))
            await self._step()
        else:
            self._release()

    async def _step(self) -> None:
        frame = self._steps.popleft()
        self._sent += frame
        await self._bus.send(frame)

    def lose(self, lost: LinkLostError) -> None:
        """The line is gone."""
        self._inbox.lose(lost)
        self._release()

    async def _give_up(self) -> None:
        await self._bus.clock.sleep(self._patience_s)
        self._watch = None
        self._release()

    def _release(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
        if self._bus.holder is self:
            self._bus.holder = None
            self._bus.turn.release()


def is_address(address: int) -> bool:
    """Whether a meter can be asked by this primary address."""
    return 0 <= address <= LAST_ADDRESS or address == SELECTED + 1
