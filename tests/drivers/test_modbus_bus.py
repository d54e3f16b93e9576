"""One bus, many instruments: fair, shared, found again when the line was lost, right with all slaves."""

import asyncio
import re
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import serial

from drivers.catalogue import load
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError, LinkLostError
from drivers.protocols.modbus import rtu
from drivers.reading import Origin
from drivers.transports.lines import Lines

if sys.platform == "win32":
    pytest.skip("only on POSIX there are pseudo-terminals", allow_module_level=True)

from drivers.twins.faults import FaultKind
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.register_twin import RegisterTwin
from drivers.twins.scenario import Scenario
from tests.drivers.modbus_peers import FIRST, VALUES, modbus_slave, running, slave_driver

__all__ = ["modbus_slave"]


@asynccontextmanager
async def device(driver, address, lines=None):
    lines = lines or Lines(SystemClock())
    instrument = Device("uut", driver, lines.line(driver, address), SystemClock(), origin=Origin.TWIN)
    try:
        await instrument.start()
        yield instrument
    finally:
        await instrument.close()


async def trouble(instrument):
    """The error of the first read that fails."""
    for _ in range(5):
        try:
            await instrument.read()
        except InstrumentError as error:
            return error
    pytest.fail("every read succeeded")


async def recovered(instrument, channel=None):
    """The first reading after trouble."""
    for _ in range(50):
        try:
            return await instrument.read(channel=channel)
        except InstrumentError:
            await asyncio.sleep(0.1)
    pytest.fail("it never recovered")


def test_a_libmodbus_slave_is_read_over_tcp(modbus_slave, free_port):
    async def story():
        async with device(slave_driver(), f"tcp://127.0.0.1:{free_port}") as on:
            return [await on.read(channel=name) for name in on.driver.channels]

    with running(modbus_slave, "tcp", str(free_port), "1"):
        first, second, requests, wide = asyncio.run(story())
    assert int(first.indication.value) == VALUES[FIRST]
    assert first.channel == "first"
    assert first.frame.startswith(rtu(1, bytes.fromhex("0300640002")))
    assert int(second.indication.value) == 200 << 16 | 201
    assert int(wide.indication.value) == 300 << 48 | 301 << 32 | 302 << 16 | 303
    assert 0 < int(requests.indication.value) < 100


@pytest.mark.filterwarnings("ignore:isSet:DeprecationWarning")  # modbus-tk calls it
def test_another_makers_slaves_on_one_line_are_told_apart_and_an_absent_one_says_so(program, tmp_path):
    """modbus-tk: several slaves on one line, silent for a number that nobody has."""
    modbus_rtu = pytest.importorskip("modbus_tk.modbus_rtu", reason="modbus-tk is not installed")
    defines = pytest.importorskip("modbus_tk.defines")
    ends = [tmp_path / "ours", tmp_path / "theirs"]

    async def story():
        lines, port = Lines(SystemClock()), str(ends[0])
        async with (
            device(slave_driver(unit=3), port, lines) as third,
            device(slave_driver(), f"{port}?unit=4", lines) as fourth,
            device(slave_driver(unit=9), port, lines) as nobody,
        ):
            readings = [await one.read() for one in (third, fourth) for _ in range(3)]
            with pytest.raises(InstrumentError) as caught:
                await nobody.read()
            readings.append(await third.read())
            return readings, caught.value

    words = [f"pty,raw,echo=0,link={end}" for end in ends]
    with subprocess.Popen([program("socat"), *words]) as cable:
        try:
            while not all(end.exists() for end in ends):
                time.sleep(0.01)
            slaves = modbus_rtu.RtuServer(serial.Serial(str(ends[1]), 9600, timeout=0.05))
            for unit in (3, 4):
                slave = slaves.add_slave(unit)
                slave.add_block("registers", defines.HOLDING_REGISTERS, 0, 1000)
                own = [at if at < 99 else at + unit - 3 for at in range(1000)]
                slave.set_values("registers", 0, own)
            slaves.start()
            try:
                readings, silence = asyncio.run(story())
            finally:
                slaves.stop()
        finally:
            cable.kill()
    assert silence.code == "device.unit_silent"
    assert "does not answer as unit 9." in silence.message
    assert "?unit=" in silence.remedy
    values = [int(reading.indication.value) for reading in readings]
    assert values == [100 << 16 | 101] * 3 + [101 << 16 | 102] * 3 + [100 << 16 | 101]


@asynccontextmanager
async def twin(name, line=None, *, tcp=False, unit=None, **scenario):
    simulated = RegisterTwin(
        load(name), SystemClock(), line or pty_line(), tcp=tcp, unit=unit, scenario=Scenario(**scenario)
    )
    await simulated.start()
    try:
        yield simulated
    finally:
        await simulated.close()


def test_a_dead_instrument_does_not_starve_the_others():
    """It costs its time-out now and then, and less and less often."""
    living = slave_driver(timeout=300)

    async def story():
        lines = Lines(SystemClock())
        simulated = RegisterTwin(living, SystemClock(), pty_line())
        await simulated.start()
        port = simulated.address
        try:
            async with (
                device(living, port, lines) as on,
                device(slave_driver(unit=2, timeout=300), port, lines) as dead,
                device(slave_driver(unit=3, timeout=300), port, lines) as dead_too,
            ):
                came = []
                on.subscribe(lambda _: came.append(time.monotonic()))
                await asyncio.sleep(4)
                return came, dead.latest, dead_too.latest
        finally:
            await simulated.close()

    came, *others = asyncio.run(story())
    assert others == [None, None]
    assert len(came) >= 10
    assert max(b - a for a, b in pairwise(came)) < 2.0


def test_two_instruments_with_one_number_are_a_mistake_that_is_named():
    async def story():
        async with twin("xy-md02") as on:
            lines = Lines(SystemClock())
            async with device(on._driver, on.address, lines) as first:
                await first.read()
                second = lines.line(on._driver, on.address)
                with pytest.raises(DescriptionError) as caught:
                    await second.open()
                return caught.value.code

    assert asyncio.run(story()) == "bus.unit_taken"


def test_the_reading_comes_back_by_itself_when_the_cable_does(tmp_path):
    async def story():
        port = tmp_path / "line"
        async with twin("xy-md02", pty_line(port)) as on, device(on._driver, str(port)) as instrument:
            before = await instrument.read()
            await on.unplug()
            assert isinstance(await trouble(instrument), LinkLostError)
            await on.replug()
            return before, await recovered(instrument)

    before, after = asyncio.run(story())
    assert before.indication == after.indication


def test_a_tcp_connection_that_breaks_is_made_again():
    async def story():
        async with twin("xy-md02", TcpLine(), tcp=True) as on, device(on._driver, on.address) as instrument:
            await instrument.read()
            await on.unplug()
            assert isinstance(await trouble(instrument), LinkLostError)
            await on.replug()
            return str((await recovered(instrument, "humidity")).indication)

    assert asyncio.run(story()) == "54.6 %"


def test_the_wrong_instrument_gives_no_reading():
    """A slave whose constant differs: it answers, and is not believed."""
    driver = load("tuf-2000m")

    async def story():
        async with twin("xy-md02", unit=1) as on:
            with pytest.raises(InstrumentError) as caught:
                async with device(driver, on.address) as instrument:
                    await instrument.read()
            return caught.value

    error = asyncio.run(story())
    assert error.code == "device.not_this_instrument"
    assert re.search(r"is not what tuf-2000m expects: .* \(4143\d\)", error.message)


def test_an_address_for_another_kind_of_driver_is_refused_with_a_remedy():
    lines = Lines(SystemClock())
    with pytest.raises(LinkLostError, match="does not speak Modbus"):
        lines.line(load("st-gs"), "tcp://127.0.0.1:502")
    with pytest.raises(LinkLostError, match="only 1 to 247"):
        lines.line(load("xy-md02"), "COM3?unit=300")


FAULTS = {
    FaultKind.NO_VALUE: "device.no_indication",
    FaultKind.BUSY: "device.no_indication",
    FaultKind.SILENT: "device.unit_silent",
    FaultKind.DAMAGED: "device.unreadable",
    FaultKind.SHORT: "device.unreadable",
    FaultKind.OTHER_UNIT: "device.unreadable",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_of_a_twin_gives_no_reading_and_its_end_gives_one(kind):
    async def story():
        async with twin("hbm-wtx-modbus") as on, device(on._driver, on.address) as instrument:
            before = await instrument.read()
            on.faults.give(kind)
            caught = await trouble(instrument)
            on.faults.mend()
            return before, caught.code, await recovered(instrument)

    before, code, after = asyncio.run(story())
    assert code == FAULTS[kind]
    assert before.indication == after.indication


@pytest.mark.parametrize("kind", [FaultKind.NOISE, FaultKind.TWICE, FaultKind.LATE])
def test_a_nuisance_of_a_twin_never_gives_another_value(kind):
    async def story():
        async with twin("pzem-004t") as on, device(on._driver, on.address) as instrument:
            on.faults.give(kind, by_s=0.7)
            values = []
            for _ in range(4):
                try:
                    values.append(str((await instrument.read(channel="voltage")).indication))
                except InstrumentError:
                    continue
            on.faults.mend()
            return values, str((await recovered(instrument, "frequency")).indication)

    values, after = asyncio.run(story())
    assert set(values) <= {"220.0 V"}
    assert after == "50.0 Hz"
