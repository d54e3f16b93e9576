"""Meters on a real line: asked by address and by number, one line for several, faults, a foreign master."""

import asyncio
import sys
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from drivers.assembly import make_driver
from drivers.catalogue import load
from drivers.clock import PatientClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError, LinkLostError
from drivers.protocols.mbus_link import RSP_UD, long, short
from drivers.protocols.mbus_telegram import maker_code
from drivers.reading import Origin
from drivers.transports.lines import Lines
from drivers.twins.faults import FaultKind
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.mbus_twin import MbusTwin
from drivers.twins.scenario import Scenario, Story

PACE = 20
WATER = load("mbus-water")
LINES = ["tcp"] if sys.platform == "win32" else ["tcp", "pty"]


def telegram(body, number="12345678"):
    head = b"\x72" + bytes.fromhex(number)[::-1] + maker_code("ZRI").to_bytes(2, "little")
    return long(RSP_UD, 1, head + bytes((1, 7, 1, 0, 0, 0)) + bytes.fromhex(body))


def meter(*examples, mbus="", tail=""):
    """A driver whose meter sends these telegrams."""
    refused = telegram("0C1300000000")[:-1] + b"\x16"
    text = f"""id = "own"
name = "own"
kind = "water_meter"
evidence = "unconfirmed"
source = "a test"
[mbus]
{mbus}
{tail}
[[record]]
name = "volume"
quantity = "volume"
unit = "m3"
[[record]]
name = "before"
quantity = "volume"
unit = "m3"
storage = 1
[[example]]
rx = "{b"".join(examples).hex(" ")}"
are = {{ volume = {{ value = "1.000" }}, before = {{ value = "0.500" }} }}
[[example]]
rx = "{refused.hex(" ")}"
are = {{ before = {{ state = "no_value" }} }}
"""
    return make_driver(text.encode(), "own.toml")


class Wire:
    """One line on which several twins listen."""

    def __init__(self):
        self.line, self.ears = TcpLine(), []

    def hear(self, data):
        for ear in self.ears:
            ear(data)


class Tap:
    """The end of a shared line at one twin."""

    def __init__(self, wire):
        self.wire, self.ear = wire, None

    @property
    def address(self):
        return self.wire.line.address

    async def open(self, receive):
        self.ear = receive
        self.wire.ears.append(receive)
        if len(self.wire.ears) == 1:
            await self.wire.line.open(self.wire.hear)

    def write(self, data):
        self.wire.line.write(data)

    async def close(self):
        if self.ear in self.wire.ears:
            self.wire.ears.remove(self.ear)
            if not self.wire.ears:
                await self.wire.line.close()


@asynccontextmanager
async def bench(driver, line="tcp", where="", **stories):
    """A twin and a device that reads it."""
    clock = PatientClock(PACE)
    scenario = Scenario(quantity={name: Story(start=value) for name, value in stories.items()})
    twin = MbusTwin(driver, clock, TcpLine() if line == "tcp" else pty_line(), scenario)
    await twin.start()
    place = Lines(clock).line(driver, twin.address + where)
    device = Device("meter", driver, place, clock, origin=Origin.TWIN)
    await device.start()
    try:
        yield twin, device
    finally:
        await device.close()
        await twin.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}, "a task was left behind"


def read(driver, line="tcp", where="", channel=None, **stories):
    async def once():
        async with bench(driver, line, where, **stories) as (_, device):
            return await device.read(channel=channel)

    return asyncio.run(once())


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("where", ["", "?address=8", "?address=254", "?id=11490378", "?id=1149FFFF"])
def test_a_meter_is_read_by_its_address_and_by_its_number(line, where):
    reading = read(WATER, line, where, **{"": "60.125"})
    assert str(reading.indication) == "60.125 m3"
    assert reading.origin is Origin.TWIN


@pytest.mark.parametrize("where", ["?address=9", "?id=11490379"])
def test_a_meter_that_is_not_meant_stays_silent(where):
    with pytest.raises(InstrumentError) as silence:
        read(WATER, where=where)
    assert silence.value.code == "device.silent"


@pytest.mark.parametrize("where", ["?address=251", "?address=300"])
def test_an_address_that_no_meter_has_is_refused(where):
    with pytest.raises(LinkLostError) as refused:
        Lines(PatientClock(PACE)).line(WATER, "COM3" + where)
    assert refused.value.code == "link.meter_address"


def test_two_meters_that_want_other_line_settings_do_not_share_a_line():
    lines = Lines(PatientClock(PACE))
    lines.line(WATER, "COM3?address=1")
    with pytest.raises(DescriptionError):
        lines.line(load("pzem-004t"), "COM3?unit=1")


def test_a_reading_of_two_telegrams_comes_whole():
    driver = meter(telegram("0413E80300001F"), telegram("4413F4010000"), mbus="telegrams = 2")
    assert str(read(driver, channel="before", volume="7.250", before="6.000").indication) == "6.000 m3"
    assert str(read(driver, channel="volume", volume="7.250").indication) == "7.250 m3"


def test_several_meters_share_a_line_and_are_never_mixed_up():
    async def go():
        wire, clock = Wire(), PatientClock(PACE)
        drivers = [meter(telegram("0413E80300004413F4010000", number)) for number in ("11111111", "22222222")]
        twins = [
            MbusTwin(
                driver,
                clock,
                Tap(wire),
                Scenario(quantity={"volume": Story(start=f"{at}.000")}),
                address=at,
            )
            for at, driver in enumerate(drivers, 1)
        ]
        for twin in twins:
            await twin.start()
        lines = Lines(clock)
        places = [f"{twins[0].address}?{where}" for where in ("address=1", "address=2", "id=22222222")]
        devices = [
            Device(place, drivers[0], lines.line(drivers[0], place), clock, origin=Origin.TWIN)
            for place in places
        ]
        try:
            for device in devices:
                await device.start()
            for _ in range(3):
                shown = [str((await device.read()).indication) for device in devices]
                assert shown == ["1.000 m3", "2.000 m3", "2.000 m3"]
        finally:
            for one in (*devices, *twins):
                await one.close()

    asyncio.run(go())


def test_a_late_answer_is_never_taken_for_the_next_one():
    async def go():
        async with bench(WATER, **{"": "10.000"}) as (twin, device):
            assert str((await device.read()).indication) == "10.000 m3"
            twin.faults.give(FaultKind.LATE, by_s=4.0)
            with pytest.raises(InstrumentError):
                await device.read()
            twin.tell("", Story(start="20.000"))
            twin.faults.mend()
            for _ in range(4):
                try:
                    assert str((await device.read()).indication) == "20.000 m3"
                    break
                except InstrumentError:
                    continue
            else:
                pytest.fail("it does not come back")

    asyncio.run(go())


def test_a_damaged_answer_gives_no_number_and_the_next_one_is_right():
    async def go():
        async with bench(WATER, **{"": "10.000"}) as (twin, device):
            twin.faults.give(FaultKind.DAMAGED)
            with pytest.raises(InstrumentError):
                await device.read()
            twin.faults.mend()
            assert str((await device.read()).indication) == "10.000 m3"

    asyncio.run(go())


def test_a_line_that_was_pulled_out_is_read_again_once_it_is_back():
    async def go():
        async with bench(WATER, "tcp", **{"": "10.000"}) as (twin, device):
            await device.read()
            await twin.unplug()
            with pytest.raises(InstrumentError):
                await device.read()
            await twin.replug()
            for _ in range(20):
                try:
                    reading = await device.read()
                except InstrumentError:
                    continue
                assert str(reading.indication) == "10.000 m3"
                return
            pytest.fail("it does not come back")

    asyncio.run(go())


def test_a_declared_command_is_carried_out_and_no_other():
    async def go():
        driver = meter(telegram("0413E80300004413F4010000"), tail='[do]\nreset = { send = "50" }')
        async with bench(driver) as (_, device):
            done = await device.command("reset")
            assert done is not None
            assert done.done
            with pytest.raises(InstrumentError):
                await device.command("set_address")

    asyncio.run(go())


def test_the_played_meter_keeps_the_frame_count_bit():
    driver = meter(telegram("0413E80300001F"), telegram("4413F4010000"), mbus="telegrams = 2")
    twin = MbusTwin(driver, PatientClock(PACE), TcpLine(), Scenario())

    def answer(frame):
        from drivers.protocols.mbus_link import opened

        return twin._answer(opened(frame))

    assert answer(short(0x40, 1)) == b"\xe5"
    first = answer(short(0x7B, 1))
    assert answer(short(0x7B, 1)) == first
    second = answer(short(0x5B, 1))
    assert second != first
    assert answer(short(0x40, 2)) == b""
    assert answer(short(0x7B, 253)) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="the foreign master wants a pseudo-terminal")
def test_a_foreign_master_reads_the_played_meter():
    meterbus = pytest.importorskip("meterbus", reason="pyMeterBus is not installed: no foreign master")
    import serial

    def ask(port):
        with serial.Serial(port, 2400, timeout=5) as line:
            meterbus.send_ping_frame(line, 8)
            assert line.read(1) == b"\xe5"
            meterbus.send_request_frame(line, 8)
            frame = meterbus.load(meterbus.recv_frame(line, 5))
        volume = next(r for r in frame.body.bodyPayload.records if "VOLUME" in str(r.interpreted["type"]))
        return Decimal(str(volume.interpreted["value"]))

    async def go():
        twin = MbusTwin(WATER, PatientClock(PACE), pty_line(), Scenario(quantity={"": Story(start="60.125")}))
        await twin.start()
        try:
            return await asyncio.to_thread(ask, twin.address)
        finally:
            await twin.close()

    assert asyncio.run(go()) == Decimal("60.125")
