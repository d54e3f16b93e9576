"""Twins of register maps answer everybody: our bus, and masters that nobody here wrote."""

import asyncio
import sys
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from drivers.assembly import make_driver
from drivers.catalogue import load
from drivers.clock import PacedClock, PatientClock, SystemClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import Lines
from drivers.twins.faults import FaultEntry, FaultKind
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.register_twin import RegisterTwin, ScaleRegisterTwin
from drivers.twins.scenario import Scenario, Story
from drivers.twins.settings import TwinSettings

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")
LINES = {
    "RTU on a pseudo-terminal": (pty_line, False),
    "RTU over TCP": (TcpLine, False),
    "Modbus TCP": (TcpLine, True),
}
if sys.platform == "win32":
    del LINES["RTU on a pseudo-terminal"]


@asynccontextmanager
async def playing(simulated):
    await simulated.start()
    try:
        yield simulated
    finally:
        await simulated.close()


@asynccontextmanager
async def device(driver, address, clock):
    instrument = Device("uut", driver, Lines(clock).line(driver, address), clock, origin=Origin.TWIN)
    try:
        await instrument.start()
        yield instrument
    finally:
        await instrument.close()


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("unit", [1, 7])
def test_a_scale_on_modbus_settles_under_its_load(line, unit):
    kind, tcp = LINES[line]
    driver = load("hbm-wtx-modbus")
    settings = TwinSettings(max=Quantity(6, "kg"), d=Quantity(Decimal("0.001"), "kg"))

    async def story():
        clock = PacedClock(4)
        simulated = ScaleRegisterTwin(driver, settings, clock, kind(), tcp=tcp)
        simulated._slave.unit = unit
        async with playing(simulated), device(driver, simulated.address, clock) as instrument:
            simulated.place(Quantity(Decimal("1.234"), "kg"))
            return await instrument.settled(SettleRule(duration_s=1.0, timeout_s=20.0))

    assert str(asyncio.run(story()).reading.indication) == "1.234 kg"


def test_a_meter_follows_its_story_and_its_seed():
    driver = load("pzem-004t")
    scenario = Scenario(
        seed=7,
        quantity={"energy": Story(start="100", per_s="10"), "voltage": Story(start="230.0", noise="0.5")},
    )

    async def story():
        clock = SystemClock()
        async with (
            playing(RegisterTwin(driver, clock, TcpLine(), tcp=True, scenario=scenario)) as simulated,
            device(driver, simulated.address, clock) as instrument,
        ):
            first = await instrument.read(channel="energy")
            await asyncio.sleep(1)
            later = await instrument.read(channel="energy")
            return first, later, await instrument.read(channel="voltage")

    first, later, voltage = asyncio.run(story())
    grown = (later.indication - first.indication).value
    assert abs(grown - 10 * Decimal(later.elapsed - first.elapsed)) < 3
    assert voltage.indication != Quantity(230, "V") or voltage.indication.resolution == Decimal("0.1")
    assert abs(voltage.indication.value - 230) < 5


def test_a_story_of_a_quantity_that_is_not_there_is_a_mistake_that_is_named():
    async def story():
        RegisterTwin(
            load("xy-md02"), SystemClock(), TcpLine(), scenario=Scenario(quantity={"flow": Story(start="1")})
        )

    with pytest.raises(DescriptionError, match="temperature"):
        asyncio.run(story())


def test_a_fault_begins_and_ends_when_the_scenario_says():
    entry = FaultEntry(kind=FaultKind.SILENT, at_s=2, for_s=3)
    assert [age for age in range(8) if entry.holds(age)] == [2, 3, 4]


async def run(*command):
    process = await asyncio.create_subprocess_exec(*command, stdout=-1, stderr=-2)
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@posix_only
def test_another_makers_master_reads_our_registers_on_a_serial_line(program):
    """mbpoll, built on libmodbus; floats as it understands them."""

    async def story():
        simulated = RegisterTwin(load("tuf-2000m"), SystemClock(), pty_line())
        async with playing(simulated):
            simulated.tell("flow", Story(start="1.25"))
            common = ("-m", "rtu", "-b", "9600", "-P", "none", "-a", "1", "-0", "-1", "-t")
            values = await run(program("mbpoll"), *common, "4:float", "-r", "0", "-c", "1", simulated.address)
            beyond = await run(program("mbpoll"), *common, "4", "-r", "2000", "-c", "1", simulated.address)
            return values, beyond

    (code, values), (_, beyond) = asyncio.run(story())
    assert code == 0
    assert "1.25" in values
    assert "Illegal data address" in beyond


@posix_only
def test_a_strict_master_reads_our_registers(program):
    pytest.importorskip("minimalmodbus", reason="minimalmodbus is not installed")

    async def story():
        simulated = RegisterTwin(load("xy-md02"), SystemClock(), pty_line())
        async with playing(simulated):
            script = (
                "import minimalmodbus, sys; m = minimalmodbus.Instrument(sys.argv[1], 1);"
                "m.serial.baudrate = 9600; m.serial.timeout = 1;"
                "print(m.read_register(1, 1, functioncode=4, signed=True), m.read_registers(1, 2, 4))"
            )
            return await run(sys.executable, "-c", script, simulated.address)

    code, told = asyncio.run(story())
    assert code == 0, told
    assert told.strip() == "30.5 [305, 546]"


def test_another_makers_tcp_client_reads_our_registers():
    client = pytest.importorskip("pyModbusTCP.client", reason="pyModbusTCP is not installed")

    async def story():
        async with playing(RegisterTwin(load("pzem-004t"), SystemClock(), TcpLine(), tcp=True)) as simulated:
            port = int(simulated.address.rpartition(":")[2])
            peer = client.ModbusClient(host="127.0.0.1", port=port, unit_id=1, timeout=2)
            try:
                loop = asyncio.get_running_loop()
                read = await loop.run_in_executor(None, peer.read_input_registers, 0, 10)
                beyond = await loop.run_in_executor(None, peer.read_input_registers, 50, 1)
                return read, beyond, peer.last_except
            finally:
                peer.close()

    read, beyond, refusal = asyncio.run(story())
    assert read == [2200, 1000, 0, 2200, 0, 0, 0, 500, 100, 0]
    assert (beyond, refusal) == (None, 2)


def test_a_declared_command_is_done_while_the_scale_is_read():
    text = load("hbm-wtx-modbus").text.replace(
        "[[example]]", '[do.zero]\nfunction = "holding"\nat = "40010"\nvalue = 1\n[[example]]', 1
    )
    driver = make_driver(text.encode(), "scale.toml")
    settings = TwinSettings(
        max=Quantity(6, "kg"), d=Quantity(Decimal("0.001"), "kg"), zero_offset=Quantity(Decimal("0.02"), "kg")
    )

    async def story():
        clock = PacedClock(4)
        simulated = ScaleRegisterTwin(driver, settings, clock, TcpLine(), tcp=True)
        async with playing(simulated), device(driver, simulated.address, clock) as instrument:
            before = (await instrument.settled()).reading.indication
            done = await instrument.command("zero")
            after = (await instrument.settled()).reading.indication
            simulated.place(Quantity(3, "kg"))
            await instrument.settled()
            with pytest.raises(InstrumentError) as caught:
                await instrument.command("zero")  # outside the range of zero setting
            with pytest.raises(InstrumentError) as unknown:
                await instrument.command("calibrate")
            return before, done, after, caught.value.code, unknown.value.code

    before, done, after, refused, unknown = asyncio.run(story())
    assert (str(before), str(after)) == ("0.020 kg", "0.000 kg")
    assert done.done
    assert (refused, unknown) == ("device.command_refused", "device.no_command")


def test_a_reading_that_clears_is_asked_only_when_wanted():
    text = load("xy-md02").text.replace("count = 2", "count = 2\nclears = true")
    proof = '[[prove]]\nname = "x"\nfunction = "input"\nat = 9\nis = [9]\n[[read]]'
    text = text.replace("[[read]]", proof, 1)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("no_proof"))
    driver = make_driver(text.encode(), "counter.toml")

    async def story():
        clock = SystemClock()
        simulated = RegisterTwin(driver, clock, TcpLine(), tcp=True)
        asked = []
        async with playing(simulated), device(driver, simulated.address, clock) as instrument:
            receive = simulated._slave.heard
            simulated._slave.heard = lambda data: asked.append(data) or receive(data)
            await asyncio.sleep(0.3)
            unasked = len(asked)
            await instrument.read()
            await instrument.read()
            await asyncio.sleep(0.3)
            counted = [data for data in asked if data[7:] == driver.registers.blocks[0].request]
            simulated.faults.give(FaultKind.SILENT)
            with pytest.raises(InstrumentError) as caught:
                await instrument.read()
            return unasked, len(counted), caught.value.code

    assert asyncio.run(story()) == (0, 2, "device.counts_lost")


def test_a_bus_that_keeps_real_time_is_waited_for_however_fast_the_clock_of_its_twins_is():
    driver = load("hbm-wtx-modbus")
    settings = TwinSettings(
        max=Quantity(6, "kg"), d=Quantity(Decimal("0.001"), "kg"), answer_delay_s=Decimal("0.05")
    )

    async def story():
        late, fast = SystemClock(), PatientClock(10_000)
        async with (
            playing(ScaleRegisterTwin(driver, settings, late, TcpLine(), tcp=True)) as scale,
            device(driver, scale.address, fast) as instrument,
        ):
            return await instrument.read()

    assert asyncio.run(story()).indication == Quantity("0.000", "kg")
