"""Other makers' Modbus at the far end of real lines, and a line between that spoils answers on purpose."""

import asyncio
import os
import shutil
import subprocess
import tty
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.protocols.modbus import crc, rtu_length
from drivers.protocols.modbus_exchange import RtuFraming
from drivers.protocols.registers import Block
from drivers.register_driver import RegisterDriver
from drivers.transports.bus_unit import BusUnit
from drivers.transports.modbus_bus import ModbusBus
from drivers.transports.wires import serial_wire

SOURCE = Path(__file__).with_name("modbus_slave.c")

MAP = """
id = "slave"
name = "libmodbus slave whose registers hold their addresses"
kind = "pulse_counter"
evidence = "captured"
source = "tests"
interval_ms = 1
timeout_ms = {timeout}
[modbus]
unit = {unit}
gap_ms = {gap}
late_ms = {late}
{no_proof}
{prove}
[[read]]
function = "holding"
first = 100
count = 2
[[read.quantity]]
name = "first"
number = {{ at = 100, type = "uint32" }}
unit = "1"
[[read]]
function = "holding"
first = 200
count = 2
[[read.quantity]]
name = "second"
number = {{ at = 200, type = "uint32" }}
unit = "1"
[[read]]
function = "holding"
first = 900
count = 2
[[read.quantity]]
name = "requests"
number = {{ at = 900, type = "uint32" }}
unit = "1"
[[read]]
function = "holding"
first = 300
count = 4
[[read.quantity]]
name = "wide"
number = {{ at = 300, type = "uint64" }}
unit = "1"
[[example]]
registers = [100, 101]
are = {{ first = {{ value = "6553701" }} }}
[[example]]
exception = 2
are = {{ first = {{ state = "error" }} }}
"""
PROVE = """
[[prove]]
name = "its own address"
function = "holding"
at = 7
is = [7]
"""
FIRST, SECOND, REQUESTS, WIDE = range(4)
VALUES = {FIRST: 100 << 16 | 101, SECOND: 200 << 16 | 201, WIDE: 300 << 48 | 301 << 32 | 302 << 16 | 303}


def slave_driver(
    *,
    unit: int = 1,
    timeout: int = 60,
    late: int = 120,
    gap: int = 0,
    prove: bool = True,
    spare: bool = False,
) -> RegisterDriver:
    """A map of the slave; with `spare` each request takes one register that nothing needs."""
    no_proof = "" if prove else 'no_proof = "tried without"'
    text = MAP.format(
        timeout=timeout, unit=unit, gap=gap, late=late, prove=PROVE if prove else "", no_proof=no_proof
    )
    if spare:
        text = text.replace("count = 2", "count = 3").replace("count = 4", "count = 5")
        text = text.replace("[100, 101]", "[100, 101, 102]")
    driver = make_driver(text.encode(), "slave.toml")
    assert isinstance(driver, RegisterDriver)
    return driver


class AbsentError(Exception):
    """A program that the other maker's peer needs is not installed."""


def compiled(source: Path, folder: Path) -> Path:
    """A peer that uses libmodbus.

    Raises:
        AbsentError: it cannot be compiled here.
    """
    for program in ("gcc", "pkg-config"):
        if shutil.which(program) is None:
            raise AbsentError(f"{program} is not installed (.ci/packages names the Debian package)")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=False
    )
    if flags.returncode:
        raise AbsentError("libmodbus-dev is not installed (.ci/packages)")
    program = folder / source.stem
    subprocess.run(["gcc", "-O1", "-o", program, source, *flags.stdout.split()], check=True)
    return program


def _compiled_or_skipped(source: Path, folder: Path) -> Path:
    try:
        return compiled(source, folder)
    except AbsentError as absent:
        pytest.skip(str(absent))


@pytest.fixture(scope="session")
def modbus_slave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libmodbus slave, compiled; skips where it cannot be."""
    return _compiled_or_skipped(SOURCE, tmp_path_factory.mktemp("peer"))


@pytest.fixture(scope="session")
def modbus_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libmodbus master, compiled; skips where it cannot be."""
    return _compiled_or_skipped(SOURCE.with_name("modbus_master.c"), tmp_path_factory.mktemp("peer"))


@contextmanager
def running(*command: str | Path) -> Iterator[subprocess.Popen]:
    """A peer that says when it is ready."""
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as peer:
        try:
            assert peer.stdout is not None
            assert peer.stdout.readline() == "ready\n"
            yield peer
        finally:
            peer.kill()


class SpoilingLine:
    """Two pseudo-terminals with a hand between them: requests pass, and answers as `plan` says."""

    def __init__(self) -> None:
        self.plan: deque[Callable[[SpoilingLine, bytes, bytes], None]] = deque()
        """how to treat the next answers, given request and answer; afterwards they pass as they are"""
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        """what the slave said, by request"""
        self.spoiled = 0
        """how many answers did not pass as they were"""
        self._asked_at = 0.0
        self._slowest_s = 0.0
        self._to_master, master_end = os.openpty()
        self._to_slave, slave_end = os.openpty()
        for end in (master_end, slave_end):
            tty.setraw(end)
        self._ends = [self._to_master, master_end, self._to_slave, slave_end]
        self.master_port, self.slave_port = os.ttyname(master_end), os.ttyname(slave_end)
        self._loop = asyncio.get_running_loop()
        self._heard = bytearray()
        self._loop.add_reader(self._to_master, self._from_master)
        self._loop.add_reader(self._to_slave, self._from_slave)

    def slave_took(self, longest_s: float) -> bool:
        """Whether the slave itself took so long for an answer lately, or has not answered yet."""
        slowest_s, self._slowest_s = self._slowest_s, 0.0
        return slowest_s > longest_s or len(self.answers) < len(self.requests)

    def _from_master(self) -> None:
        self.ask(os.read(self._to_master, 512))

    def ask(self, request: bytes) -> None:
        """Pass a request on to the slave."""
        self.requests.append(request)
        self._asked_at = self._loop.time()
        os.write(self._to_slave, request)

    def _from_slave(self) -> None:
        self._heard += os.read(self._to_slave, 512)
        length = rtu_length(self._heard[:3])
        if length and len(self._heard) >= length:
            assert not crc(self._heard[:length]), "the foreign slave sends right frames"
            answer = bytes(self._heard[:length])
            del self._heard[:length]
            self.answers.append(answer)
            self._slowest_s = max(self._slowest_s, self._loop.time() - self._asked_at)
            treat = self.plan.popleft() if self.plan else SpoilingLine.passed
            self.spoiled += treat is not SpoilingLine.passed
            treat(self, self.requests[-1], answer)

    def passed(self, _request: bytes, answer: bytes) -> None:
        self.say(answer)

    def say(self, data: bytes, after_s: float = 0.0) -> None:
        """Send to the master."""
        if after_s:
            self._loop.call_later(after_s, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if self._ends:
            os.write(self._to_master, data)

    def close(self) -> None:
        for end in (self._to_master, self._to_slave):
            self._loop.remove_reader(end)
        ends, self._ends = self._ends, []
        for end in ends:
            os.close(end)


class SpoilingServer(SpoilingLine):
    """The same behind a device server: the master's side is a TCP connection that carries the RTU line."""

    def __init__(self) -> None:
        super().__init__()
        self._master: asyncio.Transport | None = None
        self._server: asyncio.Server | None = None

    async def listen(self) -> str:
        """The address for our bus."""
        self._server = await self._loop.create_server(lambda: _MastersEnd(self), "127.0.0.1", 0)
        return f"rtu+tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _write(self, data: bytes) -> None:
        if self._master is not None:
            self._master.write(data)

    def take(self, master: asyncio.Transport | None) -> None:
        self._master = master

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._master is not None:
            self._master.abort()
        super().close()


class _MastersEnd(asyncio.Protocol):
    def __init__(self, line: SpoilingServer) -> None:
        self._line = line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line.take(transport)

    def data_received(self, data: bytes) -> None:
        self._line.ask(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._line.take(None)


class Rig:
    """Our bus at one end of a spoiling line, libmodbus at the other."""

    def __init__(self, line: SpoilingLine, bus: ModbusBus, unit: BusUnit) -> None:
        self.line = line
        self.bus = bus
        self.unit = unit

    def block(self, which: int) -> Block:
        return self.unit.driver.registers.blocks[which]

    async def value(self, which: int) -> int:
        """The number read, as our driver decodes it."""
        exchange = await self.unit.read(self.block(which))
        return number_of(self.unit.driver, exchange.frame)


def number_of(driver: RegisterDriver, frame: bytes) -> int:
    decoder = driver.decoder()
    decoder.receive(frame)
    event = decoder.next_event()
    (shown,) = event.values.values()
    return int(shown.indication.value)


@asynccontextmanager
async def rig(program: Path, driver: RegisterDriver | None = None) -> AsyncIterator[Rig]:
    line = SpoilingLine()
    driver = driver or slave_driver()
    try:
        with running(program, "rtu", line.slave_port, str(driver.unit)):
            bus = ModbusBus(serial_wire(line.master_port, driver.line), RtuFraming(), SystemClock())
            unit = BusUnit(bus, driver)
            await unit.open()
            try:
                yield Rig(line, bus, unit)
            finally:
                await unit.close()
    finally:
        line.close()
