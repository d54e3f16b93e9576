"""How fast does an instrument become a `Reading`, and how fast are other programs? All in one run.

    python tests/benchmarks/instrument_path.py

Prints ratios with the bound that each should keep: on a shared machine times say little, ratios of the same
minute more. Peers that are not installed are left out. Nothing depends on it.
"""

import asyncio
import dataclasses
import fcntl
import os
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import termios
import time
import tty
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.instrument import Driver
from drivers.protocols.modbus_exchange import RtuFraming
from drivers.reading import Origin, Reading
from drivers.register_driver import RegisterDriver
from drivers.transports.bus_unit import BusUnit
from drivers.transports.lines import Lines
from drivers.transports.modbus_bus import ModbusBus
from drivers.transports.wires import FileWire, character_s

HERE = Path(__file__).resolve().parent
SLAVE, MASTER = (HERE.parent / "drivers" / f"modbus_{side}.c" for side in ("slave", "master"))
PACED = HERE / "paced_line.c"
FIRST, COUNT = 100, 10
BAUD = 9600
ON_WIRE = 8 + 5 + 2 * COUNT
"""characters of a request and its answer"""
SILENCE = 3.5
ROUNDS = 5

MAP = """
id = "ten"
name = "ten registers"
kind = "pulse_counter"
evidence = "captured"
source = "tests"
interval_ms = 1
timeout_ms = 500
[modbus]
unit = 1
no_proof = "measured without"
[[read]]
function = "holding"
first = 100
count = 10
[[read.quantity]]
number = { at = 100, type = "uint32" }
unit = "1"
[[example]]
registers = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109]
is = { value = "6553701" }
[[example]]
exception = 2
is = { state = "error" }
"""
ANSWER = b"S S    123.45 kg\r\n"
EXPECTED = 100 << 16 | 101


def asap(driver: Driver) -> Any:
    """The same driver, asking as soon as it has been answered."""
    return dataclasses.replace(driver, interval_s=0.0)  # type: ignore[type-var]  # every driver is a dataclass


def ten(unit: int = 1) -> RegisterDriver:
    driver = make_driver(MAP.encode(), "ten.toml")
    assert isinstance(driver, RegisterDriver)
    return dataclasses.replace(driver, interval_s=0.0, unit=unit)


# ---------------------------------------------------------------------- peers


class Line:
    """The near end of a pseudo-terminal that stays open while clients come and go."""

    def __init__(self, near: int) -> None:
        self._near = near

    def port(self) -> str:
        """Its name, for the next client: free and quiet, whatever the one before had asked for last."""
        time.sleep(0.1)
        termios.tcflush(self._near, termios.TCIOFLUSH)
        fcntl.ioctl(self._near, termios.TIOCNXCL)
        return os.ttyname(self._near)


class Peers:
    """The other programs, compiled once."""

    def __init__(self, folder: Path) -> None:
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=False
        )
        self.libmodbus = flags.returncode == 0
        self.slave, self.master, self.paced = folder / "slave", folder / "master", folder / "paced"
        self._make(PACED, self.paced, ["-pthread"])
        if self.libmodbus:
            self._make(SLAVE, self.slave, shlex.split(flags.stdout))
            self._make(MASTER, self.master, shlex.split(flags.stdout))

    @staticmethod
    def _make(source: Path, program: Path, flags: list[str]) -> None:
        subprocess.run(["gcc", "-O2", "-o", program, source, *flags], check=True)

    @contextmanager
    def running(self, *command: object, files: tuple[int, ...] = ()) -> Iterator[None]:
        words = [str(word) for word in command]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, pass_fds=files) as peer:
            try:
                assert peer.stdout is not None
                assert peer.stdout.readline() == "ready\n"
                yield
            finally:
                peer.kill()

    @contextmanager
    def line(self, *, baud: int = 0) -> Iterator["Line"]:
        """The port of a libmodbus slave; with `baud` each byte takes its time, and every unit answers."""
        far, near = os.openpty()
        tty.setraw(near)
        ours, theirs = socket.socketpair()
        try:
            if not baud:
                with self.running(self.slave, "fd", far, 1, files=(far,)):
                    yield Line(near)
                return
            with (
                self.running(self.slave, "fd", theirs.fileno(), 0, files=(theirs.fileno(),)),
                self.running(self.paced, baud, far, ours.fileno(), files=(far, ours.fileno())),
            ):
                yield Line(near)
        finally:
            for end in (far, near):
                os.close(end)
            ours.close()
            theirs.close()


# ---------------------------------------------------------------------- clients: seconds of each read


async def readings(device: Device, count: int) -> list[float]:
    """Seconds from each reading to the next."""
    came: list[float] = []
    done = asyncio.Event()

    def take(shown: object) -> None:
        assert isinstance(shown, Reading), shown
        came.append(time.perf_counter())
        if len(came) == count + 1:
            done.set()

    leave = device.subscribe(take)
    await device.start()
    try:
        await asyncio.wait_for(done.wait(), 60)
    finally:
        leave()
        await device.close()
    return [after - before for before, after in pairwise(came[: count + 1])]


def ours(port: str, times: int) -> list[float]:
    """Request, answer, checks, decoding, `Reading`, subscriber: everything between a port and a screen."""
    clock = SystemClock()

    async def story() -> list[float]:
        driver = ten()
        device = Device("uut", driver, Lines(clock).line(driver, port), clock, origin=Origin.TWIN)
        return await readings(device, times)

    return asyncio.run(story())


def libmodbus(peers: Peers) -> Callable[[str, int], list[float]]:
    def run(port: str, times: int) -> list[float]:
        said = subprocess.run(
            [peers.master, port, str(BAUD), "1", str(FIRST), str(COUNT), str(times)],
            capture_output=True,
            text=True,
            check=True,
        )
        return [float(line) / 1e6 for line in said.stdout.splitlines()[1:]]

    return run


def pymodbus_async(port: str, times: int) -> list[float]:
    from pymodbus.client import AsyncModbusSerialClient

    async def story() -> list[float]:
        client = AsyncModbusSerialClient(port, baudrate=BAUD, timeout=1, retries=0)
        assert await client.connect()
        took = []
        for _ in range(times):
            began = time.perf_counter()
            answer = await client.read_holding_registers(FIRST, count=COUNT, device_id=1)
            took.append(time.perf_counter() - began)
            assert answer.registers[0] == FIRST
        client.close()
        return took

    return asyncio.run(story())


def minimal(port: str, times: int) -> list[float]:
    import minimalmodbus

    line = minimalmodbus.Instrument(port, 1)
    line.serial.baudrate, line.serial.timeout = BAUD, 1
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert line.read_registers(FIRST, COUNT)[0] == FIRST
        took.append(time.perf_counter() - began)
    line.serial.close()
    return took


def modbus_tk(port: str, times: int) -> list[float]:
    import serial
    from modbus_tk import defines, modbus_rtu

    master = modbus_rtu.RtuMaster(serial.Serial(port, BAUD, timeout=1))
    master.set_timeout(1.0)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        assert master.execute(1, defines.READ_HOLDING_REGISTERS, FIRST, COUNT)[0] == FIRST
        took.append(time.perf_counter() - began)
    master.close()
    return took


def others(peers: Peers) -> dict[str, Callable[[str, int], list[float]]]:
    return {
        "libmodbus, C": libmodbus(peers),
        "pymodbus, async": pymodbus_async,
        "modbus-tk": modbus_tk,
        "minimalmodbus": minimal,
    }


def medians(
    line: Line, clients: dict[str, Callable[[str, int], list[float]]], times: int
) -> dict[str, float]:
    """The median of all reads of each client, in rounds that take turns."""
    took: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(ROUNDS):
        for name in list(took):
            try:
                took[name] += clients[name](line.port(), times)
            except ImportError as absent:
                print(f"  {name}: {absent.name} is not installed")
                del took[name]
    found = {name: statistics.median(all_) for name, all_ in took.items()}
    for name, median in found.items():
        print(f"  {name:18} {median * 1e6:9.1f} µs")
    return found


def ratio(what: str, value: float, bound: float) -> None:
    print(f"  {what}: {value:.3f}, should be at most {bound}: {'kept' if value <= bound else 'NOT KEPT'}")


# ---------------------------------------------------------------------- the measurements


def registers(peers: Peers) -> None:
    print(f"{COUNT} registers over a pseudo-terminal, up to a Reading; the others up to bare numbers")
    clients = {"ours": ours, **others(peers)}
    del clients["minimalmodbus"]  # keeps a silence that a pseudo-terminal does not need
    with peers.line() as line:
        found = medians(line, clients, 1000)
    for name, bound in (("pymodbus, async", 0.6), ("libmodbus, C", 4.0)):
        if name in found:
            ratio(f"ours / {name}", found["ours"] / found[name], bound)


def paced(peers: Peers) -> None:
    print(
        f"the same from a peer paced at {BAUD} baud; the wire alone takes {ON_WIRE * 10 / BAUD * 1e3:.2f} ms"
    )
    with peers.line(baud=BAUD) as line:
        found = medians(line, {"ours": ours, **others(peers)}, 12)
    best = min(found, key=lambda name: (name == "ours", found[name]))
    ratio(f"ours / {best}", found["ours"] / found[best], 1.03)


def thirty(peers: Peers) -> None:
    """As on a real port: with the silence before each request."""
    units, rounds = 30, 4
    settings = ten().line
    assert (settings.baud, settings.format) == (BAUD, "8N1")
    character = character_s(settings)
    least = units * (ON_WIRE + SILENCE) * character
    print(f"{units} units on one bus paced at {BAUD} baud; computed least {least * 1e3:.0f} ms a round")

    async def story(port: str) -> list[float]:
        clock = SystemClock()
        wire = FileWire(port, settings)
        wire.character_s = character
        bus = ModbusBus(wire, RtuFraming(), clock)
        came: dict[int, list[float]] = {unit: [] for unit in range(1, units + 1)}
        devices, done = [], asyncio.Event()

        def take(times: list[float]) -> None:
            times.append(time.perf_counter())
            if min(map(len, came.values())) >= rounds + 3:
                done.set()

        for unit, times in came.items():
            driver = ten(unit)
            device = Device(str(unit), driver, BusUnit(bus, driver), clock, origin=Origin.TWIN)
            device.subscribe(lambda _, times=times: take(times))
            devices.append(device)
        for device in devices:
            await device.start()
        await asyncio.wait_for(done.wait(), 60)
        for device in devices:
            await device.close()
        return [(times[rounds + 2] - times[2]) / rounds for times in came.values()]

    with peers.line(baud=BAUD) as line:
        took = statistics.median(asyncio.run(story(line.port())))
    print(f"  ours               {took * 1e3:9.1f} ms a round")
    ratio("ours / computed least", took / least, 1.05)


def many(peers: Peers) -> None:
    devices_, hertz, seconds = 64, 10, 5
    print(f"{devices_} devices over TCP, each {hertz} times a second")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

    async def story() -> tuple[float, float]:
        clock = SystemClock()
        count = 0

        def take(shown: object) -> None:
            nonlocal count
            assert isinstance(shown, Reading), shown
            count += 1

        devices = []
        for _ in range(devices_):
            driver = dataclasses.replace(ten(), interval_s=1 / hertz)
            unit = Lines(clock).line(driver, f"tcp://127.0.0.1:{port}")
            device = Device("uut", driver, unit, clock, origin=Origin.TWIN)
            device.subscribe(take)
            devices.append(device)
        await asyncio.gather(*(device.start() for device in devices))
        await asyncio.sleep(0.5)
        count = 0
        began, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        spent = time.perf_counter() - began
        share, rate = (time.process_time() - used) / spent, count / spent / devices_
        for device in devices:
            await device.close()
        return share, rate

    with peers.running(peers.slave, "many", port, 1):
        share, rate = asyncio.run(story())
    print(f"  {rate:.2f} readings a second of each")
    ratio("share of one core", share, 0.5)


def ascii_line(peers: Peers) -> None:
    print("a line of text: request, answer, reading; against a loop of os.read that looks for the line end")
    driver = asap(make_driver(LINE.encode(), "line.toml"))
    far, near = os.openpty()
    tty.setraw(near)
    line = Line(near)

    def raw(times: int) -> list[float]:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            os.write(near, b"SI\r\n")
            heard = b""
            while not heard.endswith(b"\r\n"):
                heard += os.read(near, 64)
            took.append(time.perf_counter() - began)
            assert heard == ANSWER
        return took

    def through_us(times: int) -> list[float]:
        clock = SystemClock()

        async def story() -> list[float]:
            port = Lines(clock).line(driver, line.port())
            return await readings(Device("uut", driver, port, clock, origin=Origin.TWIN), times)

        return asyncio.run(story())

    ours_took: list[float] = []
    raw_took: list[float] = []
    with peers.running(sys.executable, "-c", ANSWERING, far, files=(far,)):
        for _ in range(ROUNDS):
            raw_took += raw(1000)
            ours_took += through_us(1000)
            line.port()
    os.close(far)
    os.close(near)
    mine, bare = statistics.median(ours_took), statistics.median(raw_took)
    print(f"  ours               {mine * 1e6:9.1f} µs\n  raw os.read loop   {bare * 1e6:9.1f} µs")
    ratio("ours / raw loop", mine / bare, 2.5)


ANSWERING = f"""
import os, sys
far, heard = int(sys.argv[1]), b""
print("ready", flush=True)
while True:
    heard += os.read(far, 64)
    while b"\\r\\n" in heard:
        _, _, heard = heard.partition(b"\\r\\n")
        os.write(far, {ANSWER!r})
"""
"""a peer that answers each line"""
LINE = """
id = "line"
name = "a line"
kind = "scale"
evidence = "captured"
source = "tests"
interval_ms = 1
units = { kg = "kg" }
[frame]
end = '\\r\\n'
[ask]
send = 'SI\\r\\n'
[[reply]]
match = 'S {flag=S|D} {number} {unit}'
stable = { flag = { S = true, D = false } }
show = { width = 10 }
[[example]]
rx = 'S S    123.45 kg\\r\\n'
is = { value = "123.45", unit = "kg", stable = true }
[[example]]
rx = 'S D    123.45 kg\\r\\n'
is = { value = "123.45", unit = "kg", stable = false }
[[example]]
rx = 'S X    123.45 kg\\r\\n'
is = { state = "unknown_flag" }
"""


def main() -> None:
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what other programs warn of
        peers = Peers(Path(folder))
        parts: dict[str, Callable[[], None]] = {
            "registers": lambda: registers(peers),
            "ascii": lambda: ascii_line(peers),
            "paced": lambda: paced(peers),
            "thirty": lambda: thirty(peers),
            "many": lambda: many(peers),
        }
        for name, part in parts.items():
            if not wanted or name in wanted:
                part()


if __name__ == "__main__":
    main()
