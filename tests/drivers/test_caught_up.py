"""What a streaming instrument sent before it was asked is never taken for what it shows now.

A computer that was busy finds old indications waiting in its buffers; a slow one never stops finding them.
"""

import asyncio
import os
import socket
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from drivers.clock import PacedClock, SystemClock
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.instrument import LineSettings
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import serial_line
from drivers.transports.serial_port import SerialPort
from tests.drivers.twin_bench import driver_named

OLD, NEW = b"ST,GS,     100 g\r\n", b"ST,GS,    7505 g\r\n"
BUSY_S = 0.4
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")


class Stream:
    """An indicator that prints without a pause, from a thread of its own."""

    def __init__(self, write, every_s: float = 0.0005) -> None:
        self.frame, self._write, self._every_s = OLD, write, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._print)
        self._changed = threading.Lock()

    def _print(self) -> None:
        while not self._over.wait(self._every_s):
            with self._changed:
                try:
                    self._write(self.frame)
                except BlockingIOError:
                    pass
                except OSError:
                    return

    def change(self) -> None:
        """From the return of this call on, no old frame is sent any more."""
        with self._changed:
            self.frame = NEW

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self._thread.join()


@contextmanager
def printing_over_tcp():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        joined = []

        def write(data: bytes) -> None:
            if not joined:
                joined.append(server.accept()[0])
            joined[0].sendall(data)

        try:
            with Stream(write) as stream:
                yield f"socket://127.0.0.1:{server.getsockname()[1]}", stream
        finally:
            for one in joined:
                one.close()


@contextmanager
def printing_on_a_terminal():
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    try:
        with Stream(lambda data: os.write(ours, data)) as stream:
            yield os.ttyname(theirs), stream
    finally:
        os.close(ours)
        os.close(theirs)


LINES = {
    "network": (printing_over_tcp, serial_line),
    "terminal": (printing_on_a_terminal, serial_line),
    "terminal, by a thread": (printing_on_a_terminal, SerialPort),
}


@posix_only
@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("how", ["read", "settled"])
def test_what_waited_while_the_computer_was_busy_is_no_answer(kind, how):
    printing, line = LINES[kind]

    async def story(address, stream):
        driver = driver_named("st-gs")
        device = Device("uut", driver, line(address, LineSettings()), SystemClock(), origin=Origin.INSTRUMENT)
        await device.start()
        try:
            assert str((await device.read()).indication) == "100 g"
            for _ in range(3):
                time.sleep(BUSY_S)  # noqa: ASYNC251 -- the busy computer
                stream.change()
                if how == "read":
                    shown = [await device.read()]
                else:
                    rest = await device.settled(SettleRule(duration_s=0.0005, span_steps=1000))
                    shown = [rest.reading, *rest.samples]
                assert {str(one.indication) for one in shown} == {"7505 g"}
                stream.frame = OLD
        finally:
            await device.close()

    with printing() as (address, stream):
        asyncio.run(story(address, stream))


class TooFast:
    """A line whose buffers are never found empty."""

    name = "COM7"

    async def open(self) -> None:
        pass

    async def send(self, data: bytes) -> None:
        pass

    async def receive(self) -> bytes:
        await asyncio.sleep(0.01)
        return OLD

    async def caught_up(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        pass


def test_a_line_that_is_too_fast_for_the_computer_gives_no_reading():
    async def story():
        device = Device("uut", driver_named("st-gs"), TooFast(), PacedClock(200), origin=Origin.INSTRUMENT)
        await device.start()
        try:
            with pytest.raises(InstrumentError) as told:
                await device.read()
            return told.value
        finally:
            await device.close()

    told = asyncio.run(story())
    assert told.code == "device.behind"
    assert told.message == "This computer does not keep up with what comes from COM7."
