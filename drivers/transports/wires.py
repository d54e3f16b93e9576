"""Wires: they carry bytes both ways as fast as the system can, and tell when they break.

Received bytes are handed over from the event loop's own callback, without a queue: on a bus the answer to one
request decides when the next may be sent, and a line that streams is only worth what it says now.
"""

import asyncio
import os
import re
import sys
from collections.abc import Callable
from typing import Final, Protocol

import serial

from drivers.errors import LinkLostError
from drivers.instrument import LineSettings
from drivers.transports.catching_up import FULL
from drivers.transports.serial_fault import (
    CLOSED,
    PORT_FAULTS,
    blocked,
    cannot_open,
    closed,
    lost,
    no_address,
)
from drivers.transports.serial_port import SerialPort, is_pseudo_terminal, pyserial_settings
from drivers.transports.spoiled import Marks

_CONNECT_S: Final = 5.0
_SOCKET: Final = re.compile(r"socket://(\[[^\]]+\]|[^:/?]+):(\d{1,5})(?:[/?].*)?", re.IGNORECASE)
_EMPTY_READS: Final = 3
Hear = Callable[[bytes], None]
Lose = Callable[[LinkLostError], None]


class Wire(Protocol):
    """One line with any number of instruments; one owner."""

    @property
    def name(self) -> str:
        """The address as the laboratory writes it."""

    @property
    def character_s(self) -> float:
        """Seconds that one byte takes on the line; 0 where bytes have no length in time."""

    async def open(self, hear: Hear, lose: Lose) -> None:
        """Take the line; `hear` takes what comes, `lose` is told once when it is gone.

        Raises:
            LinkLostError: not there, in use, or refused.
        """

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            LinkLostError: the line is gone.
        """

    def drain(self) -> bytes | None:
        """What has come and was not handed over yet; None where only the event loop can tell."""

    async def close(self) -> None:
        """Give the line back; closing twice is harmless."""


class TcpWire:
    """A TCP connection: Modbus TCP, or a serial line behind a device server."""

    def __init__(self, name: str, host: str, port: int, line: LineSettings | None = None) -> None:
        """Keep the address; `line` is how the line behind a device server is set."""
        self.name = name
        self.character_s = character_s(line) if line is not None else 0.0
        self._host = host
        self._port = port
        self._transport: asyncio.Transport | None = None

    async def open(self, hear: Hear, lose: Lose) -> None:
        """Connect.

        Raises:
            LinkLostError: no address, nothing listens there, or it does not answer in five seconds.
        """
        await self.close()
        if wrong := no_address(self.name):
            raise wrong
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                transport, _ = await loop.create_connection(
                    lambda: _Stream(hear, lambda fault: lose(lost(self.name, fault))), self._host, self._port
                )
        except (
            OSError,
            UnicodeError,
            OverflowError,
        ) as fault:  # a time-out; no name of a host; no port number
            raise cannot_open(self.name, fault) from fault
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            LinkLostError: the connection is gone.
        """
        if self._transport is None or self._transport.is_closing():
            raise closed(self.name)
        self._transport.write(data)

    def drain(self) -> bytes | None:
        """Only the event loop can tell."""
        return None

    async def close(self) -> None:
        """Drop the connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
            await asyncio.sleep(0)  # lets the system's socket be closed before anybody connects again


class _Stream(asyncio.Protocol):
    def __init__(self, hear: Hear, lose: Callable[[Exception], None]) -> None:
        self._hear = hear
        self._lose = lose

    def data_received(self, data: bytes) -> None:
        self._hear(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(exc or CLOSED)


class PortWire:
    """A line of any kind that pyserial knows, read by a thread: Windows, `rfc2217://`."""

    def __init__(self, address: str, line: LineSettings) -> None:
        """Keep the address and the settings."""
        self.name = address
        self.character_s = character_s(line)
        self._port = SerialPort(address, line)
        self._pump: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._lose: Lose | None = None

    async def open(self, hear: Hear, lose: Lose) -> None:
        """Take the port.

        Raises:
            LinkLostError: not there, in use, or refused.
        """
        await self._port.open()
        self._lose = lose
        self._pump = asyncio.create_task(self._listen(hear, lose), name=f"hears {self.name}")

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            LinkLostError: the line is gone.
        """
        sending = asyncio.create_task(self._send(data), name=f"writes to {self.name}")
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    def drain(self) -> bytes | None:
        """Only the event loop can tell, after the thread."""
        return None

    async def close(self) -> None:
        """Give the port back."""
        pump, self._pump = self._pump, None
        tasks = [*self._sending] if pump is None else [pump, *self._sending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._port.close()

    async def _send(self, data: bytes) -> None:
        try:
            await self._port.send(data)
        except LinkLostError as gone:
            if self._lose is not None:
                self._lose(gone)

    async def _listen(self, hear: Hear, lose: Lose) -> None:
        try:
            while True:
                hear(await self._port.receive())
        except LinkLostError as gone:
            lose(gone)


if sys.platform != "win32":
    import termios

    class FileWire:
        """A local serial port on a system whose event loop can watch it itself."""

        def __init__(self, address: str, line: LineSettings) -> None:
            """Keep the address and the settings."""
            self.name = address
            # a pseudo-terminal has no line on which characters take their time
            self.character_s = 0.0 if is_pseudo_terminal(address) else character_s(line)
            self._settings = pyserial_settings(address, line) | {"timeout": 0}
            self._line = line
            self._port: serial.Serial | None = None
            self._file = -1
            self._empty_reads = 0
            self._marks = Marks()

        async def open(self, hear: Hear, lose: Lose) -> None:
            """Take the port for this program alone.

            Raises:
                LinkLostError: not there, in use, or refused.
            """
            await self.close()
            if wrong := no_address(self.name):
                raise wrong
            self._port = port = serial.Serial(**self._settings)
            # Before open(): some converters take their direction or their power from these lines.
            if self._line.dtr is not None:
                port.dtr = self._line.dtr
            if self._line.rts is not None:
                port.rts = self._line.rts
            port.port = self.name
            opening = asyncio.get_running_loop().run_in_executor(None, _open_marking, port)
            try:
                await asyncio.shield(opening)
            except asyncio.CancelledError:
                opening.add_done_callback(lambda _: port.close())  # it goes on in its thread
                raise
            except PORT_FAULTS as fault:
                raise cannot_open(self.name, fault) from fault
            self._file = port.fileno()
            self._empty_reads = 0
            self._marks = Marks()
            asyncio.get_running_loop().add_reader(self._file, self._readable, hear, lose)

        def write(self, data: bytes) -> None:
            """Send all of `data`.

            Raises:
                LinkLostError: the port is gone.
            """
            if self._file < 0:
                raise closed(self.name)
            try:
                sent = os.write(self._file, data)
            except BlockingIOError:
                sent = 0
            except OSError as fault:
                raise lost(self.name, fault) from fault
            if sent < len(data):
                raise blocked(self.name, self._line.flow)  # a request is far shorter than the system's buffer

        def drain(self) -> bytes | None:
            """What the system holds: it came before the next request."""
            pending = b""
            try:
                while self._file >= 0 and len(data := os.read(self._file, FULL)) > 0:
                    pending += data
            except OSError:
                pass  # nothing left; a line that is gone says so when it is written to
            return self._marks.taken_off(pending)

        async def close(self) -> None:
            """Give the port back."""
            port, self._port = self._port, None
            if port is not None:
                if self._file >= 0:
                    asyncio.get_running_loop().remove_reader(self._file)
                    self._file = -1
                port.close()

        def _readable(self, hear: Hear, lose: Lose) -> None:
            try:
                data = os.read(self._file, FULL)
            except BlockingIOError:
                return
            except OSError as fault:
                self._gone(lose, fault)
                return
            if data:
                self._empty_reads = 0
                line = self._marks.taken_off(data)
                if len(line) < len(data) == FULL:
                    line += self.drain() or b""  # fewer than `FULL` says that nothing was left
                if line:
                    hear(line)
                return
            self._empty_reads += 1  # once after a drain; again and again from a port that was pulled out
            if self._empty_reads >= _EMPTY_READS:
                self._gone(lose, CLOSED)

        def _gone(self, lose: Lose, fault: Exception) -> None:
            asyncio.get_running_loop().remove_reader(self._file)
            self._file = -1
            lose(lost(self.name, fault))

    def _open_marking(port: serial.Serial) -> None:
        """Open it, and have the system mark every character that comes spoiled; pyserial has that off."""
        port.open()
        try:
            attributes = termios.tcgetattr(port.fileno())
            attributes[0] &= ~(termios.IGNPAR | termios.IGNBRK | termios.BRKINT)
            attributes[0] |= termios.INPCK | termios.PARMRK
            termios.tcsetattr(port.fileno(), termios.TCSANOW, attributes)
        except termios.error:
            port.close()
            raise


def serial_wire(address: str, line: LineSettings) -> Wire:
    """The fastest wire for a serial address on this system."""
    return watched_wire(address, line) or PortWire(address, line)


def watched_wire(address: str, line: LineSettings) -> Wire | None:
    """The wire that the event loop watches itself; None where the system needs a thread for the address."""
    if found := _SOCKET.fullmatch(address):
        return TcpWire(address, found[1].strip("[]"), int(found[2]), line)
    if sys.platform == "win32" or "://" in address:
        return None
    else:  # noqa: RET505 -- the type checker reads the branch of each system
        return FileWire(address, line)


def character_s(line: LineSettings) -> float:
    """Seconds that one byte takes on a serial line."""
    parity = 0 if line.format[1] == "N" else 1
    return (1 + int(line.format[0]) + parity + float(line.format[2:])) / line.baud
