"""A serial line: a local port, or one behind a network (`socket://`, `rfc2217://`), by pyserial.

pyserial blocks, so a thread reads and hands the bytes to the event loop. This works where an event loop
cannot watch a port itself (Windows) and for every kind of address alike.
"""

import asyncio
import os
import re
import socket
import sys
import threading
from typing import Any, Final

import serial

from drivers.errors import DescriptionError, LinkLostError
from drivers.instrument import LineSettings
from drivers.transports.catching_up import caught_up
from drivers.transports.inbox import Inbox
from drivers.transports.serial_fault import PORT_FAULTS, blocked, cannot_open, closed, lost, no_address

_POLL_S: Final = 0.2  # longest wait for the reading thread where a blocked read cannot be cancelled
_WRITE_TIMEOUT_S: Final = 3.0
_FORMAT: Final = re.compile(r"([5-8])([NEOMS])(1|1\.5|2)")
_FLOWS: Final = ("none", "xon-xoff", "rts-cts")
_PSEUDO_TERMINALS: Final = ("/dev/pts/", "/dev/ttys")


class SerialPort:
    """One serial line and its only owner."""

    def __init__(self, address: str, line: LineSettings | None = None) -> None:
        """Keep the address and the settings; nothing is opened yet.

        Args:
            address: `COM3`, `/dev/ttyUSB0`, `socket://host:port` or `rfc2217://host:port`.
            line: how the line is set before it is opened.

        Raises:
            DescriptionError: the settings describe no serial line.
        """
        self._address = address
        self._settings = pyserial_settings(address, line or LineSettings())
        self._line = line or LineSettings()
        self._port: serial.Serial | None = None
        self._opening: asyncio.Future[serial.Serial] | None = None
        self._reader: threading.Thread | None = None
        self._stop = threading.Event()
        self._behind = False
        """the thread holds bytes that had waited for it"""
        self._inbox = Inbox(closed(address))
        self._came = 0

    @property
    def name(self) -> str:
        """The address as the laboratory writes it."""
        return self._address

    async def open(self) -> None:
        """Take the port for this program alone.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """
        await self.close()
        loop = asyncio.get_running_loop()
        self._opening = loop.run_in_executor(None, self._take)
        # A cancelled opening goes on in its thread; close() waits for it and gives the port back.
        self._port = await asyncio.shield(self._opening)
        self._opening = None
        self._inbox.open()
        self._stop = threading.Event()
        self._reader = threading.Thread(
            target=self._read, args=(self._port, self._stop, loop), name=f"reads {self._address}", daemon=True
        )
        self._reader.start()

    async def send(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            LinkLostError: the line is gone, or its handshake does not let anything through.
        """
        port = self._port
        if port is None:
            raise self._inbox.fault or closed(self._address)
        try:
            await asyncio.get_running_loop().run_in_executor(None, port.write, data)
        except serial.SerialTimeoutException:
            raise blocked(self._address, self._line.flow) from None
        except PORT_FAULTS as fault:
            raise lost(self._address, fault) from fault

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone; bytes that came before are handed out first.
        """
        return await self._inbox.take()

    async def caught_up(self) -> None:
        """Return when all that had come before this call was handed out."""
        await caught_up(lambda: self._came, self._waiting)

    async def close(self) -> None:
        """Stop reading and give the port back; closing twice is harmless."""
        if self._opening is not None:
            opening, self._opening = self._opening, None
            await asyncio.wait([opening])
            self._port = None if opening.exception() else opening.result()
        port, self._port = self._port, None
        reader, self._reader = self._reader, None
        if port is not None:
            self._stop.set()
            self._inbox.lose(closed(self._address))
            await asyncio.get_running_loop().run_in_executor(None, _give_back, port, reader)

    def _take(self) -> serial.Serial:
        if wrong := no_address(self._address):
            raise wrong
        try:
            port = serial.serial_for_url(_url(self._address), do_not_open=True, **self._settings)
        except ValueError as fault:
            raise cannot_open(self._address, fault) from fault
        # Before open(): some indicators restart when these lines toggle.
        if self._line.dtr is not None:
            port.dtr = self._line.dtr
        if self._line.rts is not None:
            port.rts = self._line.rts
        try:
            port.open()
        except PORT_FAULTS as fault:
            _give_back(port, None)
            raise cannot_open(self._address, fault) from fault
        return port

    def _read(self, port: serial.Serial, stop: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while not stop.is_set():
                waiting: int = port.in_waiting
                self._behind = waiting > 0
                data = port.read(max(1, waiting))
                if data and not stop.is_set():
                    loop.call_soon_threadsafe(self._take_in, data, stop)
                self._behind = False
        except PORT_FAULTS as fault:
            if not stop.is_set():
                loop.call_soon_threadsafe(self._lose, lost(self._address, fault), stop)
        except RuntimeError:
            return  # the event loop is over; nobody is left to hand bytes to

    def _waiting(self) -> bool:
        if self._port is None or self._inbox.fault is not None:
            return False
        try:
            return self._behind or self._port.in_waiting > 0
        except PORT_FAULTS:
            return False  # gone, as whoever receives is told

    def _take_in(self, data: bytes, stop: threading.Event) -> None:
        if stop is self._stop and not stop.is_set():
            self._came += len(data)
            self._inbox.put(data)

    def _lose(self, fault: LinkLostError, stop: threading.Event) -> None:
        if stop is self._stop and not stop.is_set():
            self._inbox.lose(fault)


def is_pseudo_terminal(address: str) -> bool:
    """Whether a port is a pair of pipes that only looks like a serial port."""
    return sys.platform != "win32" and os.path.realpath(address).startswith(_PSEUDO_TERMINALS)


def pyserial_settings(address: str, line: LineSettings) -> dict[str, Any]:
    """The settings in pyserial's words.

    Raises:
        DescriptionError: they describe no serial line.
    """
    found = _FORMAT.fullmatch(line.format)
    if found is None or line.flow not in _FLOWS or line.baud <= 0:
        raise DescriptionError(
            "line.settings",
            "{baud} baud, {format}, flow {flow} is no serial line.",
            "Write baud as a number, format as 8N1 or 7E1, and flow as none, xon-xoff or rts-cts.",
            baud=line.baud,
            format=line.format,
            flow=line.flow,
        )
    bits, parity, stop_bits = int(found[1]), found[2], float(found[3])
    if is_pseudo_terminal(address):
        bits, parity = 8, "N"  # a pseudo-terminal carries whole bytes; the kernel refuses anything else
    settings: dict[str, Any] = {
        "baudrate": line.baud,
        "bytesize": bits,
        "parity": parity,
        "stopbits": stop_bits if stop_bits % 1 else int(stop_bits),
        "xonxoff": line.flow == "xon-xoff",
        "rtscts": line.flow == "rts-cts",
        "timeout": _POLL_S,
        "exclusive": True,
    }
    if not address.lower().startswith("rfc2217:"):  # pyserial 3.5 refuses a write time-out there
        settings["write_timeout"] = _WRITE_TIMEOUT_S
    return settings


def _url(address: str) -> str:
    if not address.lower().startswith("rfc2217://") or "ign_set_control" in address:
        return address
    # A server whose port has no modem lines never answers a request to set them; do not wait for it.
    return f"{address}{'&' if '?' in address else '?'}ign_set_control"


def _give_back(port: serial.Serial, reader: threading.Thread | None) -> None:
    if reader is not None:
        cancel = getattr(port, "cancel_read", None)  # only local ports have it
        if cancel is not None and reader.is_alive():
            cancel()
        reader.join()
    # pyserial 3.5 forgets to close a socket whose other end is already gone.
    inner: object = getattr(port, "_socket", None)
    port.close()
    if isinstance(inner, socket.socket):
        inner.close()
