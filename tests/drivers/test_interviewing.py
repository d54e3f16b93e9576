"""An instrument that is asked in several questions, on a real line: its twin answers, and goes wrong."""

import asyncio
import sys
from contextlib import asynccontextmanager

import pytest

from drivers import catalogue
from drivers.clock import PatientClock
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.interview_writing import by_channel
from drivers.quantity import Quantity
from drivers.query_driver import QueryDriver
from drivers.reading import Origin, Reading
from drivers.transports.lines import serial_line
from drivers.twins.faults import FaultKind
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.query_twin import QueryTwin
from drivers.twins.scenario import Scenario, Story

PACE = 50
LINES = ["tcp"] if sys.platform == "win32" else ["tcp", "pty"]
NAMES = [name for name in catalogue.names() if isinstance(catalogue.load(name), QueryDriver)]
ECHOING = [name for name in NAMES if catalogue.load(name).interview.manner.echo.value == "either"]


class Bench:
    def __init__(self, twin, device, clock):
        self.twin, self.device, self.clock = twin, device, clock
        self.seen = []
        device.subscribe(self.seen.append)

    async def until(self, wanted, seconds=60):
        """Wait until something that was told fulfils a condition; everything told until then."""
        limit = self.clock.monotonic() + seconds
        while not any(wanted(one) for one in self.seen):
            assert self.clock.monotonic() < limit, self.seen
            await self.clock.sleep(0.05)
        return self.seen


@asynccontextmanager
async def bench(name, line=LINES[-1], scenario=None, echo=None, *, alone=True, pace=PACE):
    driver, clock = catalogue.load(name), PatientClock(pace)
    twin = QueryTwin(driver, clock, TcpLine() if line == "tcp" else pty_line(), scenario)
    if echo is not None:
        twin.echo = echo
    await twin.start()
    device = Device("uut", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
    try:
        await device.start()
        yield Bench(twin, device, clock)
    finally:
        await device.close()
        await twin.close()
        assert not alone or asyncio.all_tasks() == {asyncio.current_task()}, "a task was left behind"


async def all_read(line, names, **how):
    """What is wrong with each instrument, several of them at work at a time."""
    at_a_time = asyncio.Semaphore(8)

    async def read(name):
        async with at_a_time, bench(name, line, alone=False, pace=8, **how) as one:
            shown = by_channel(one.twin._driver.examples[0].event)
            for channel, event in shown.items():
                for patience in (2, 1, 0):  # a busy computer may be slower than an instrument's time-out
                    try:
                        reading = await one.device.read(channel=channel)
                        break
                    except InstrumentError as trouble:
                        if not patience:
                            return f"{name} {channel}: {trouble}"
                if str(reading.indication) != str(event.indication):
                    return f"{name} {channel}: {reading.indication} instead of {event.indication}"
                if not reading.frame.startswith(one.twin._driver.request()):
                    return f"{name}: the frame is {reading.frame}"
        return ""

    wrong = await asyncio.gather(*map(read, names))
    return [one for one in wrong if one]


@pytest.mark.parametrize("line", LINES)
def test_the_twin_of_every_file_is_read_over_every_kind_of_line(line):
    assert asyncio.run(all_read(line, NAMES)) == []


def test_an_instrument_that_echoes_is_read_like_one_that_does_not():
    assert asyncio.run(all_read(LINES[-1], ECHOING, echo=True)) == []


def test_an_echo_that_nobody_declared_gives_no_number():
    async def read():
        async with bench("hart-1521", echo=True) as one:
            await one.until(lambda told: isinstance(told, Refused))
            await one.clock.sleep(3)
            assert not [told for told in one.seen if isinstance(told, Reading)]

    asyncio.run(read())


def test_the_declared_settings_are_sent_once_and_nothing_else_is():
    async def read():
        async with bench("vaisala-ptb330") as one:
            await one.device.read()
            await one.device.read()
            assert one.twin.settings == [
                "SMODE STOP",
                'FORM 4.2 "P=" P " " U3 " " ERR " " PSTAB " " CS4 #RN',
            ]

    asyncio.run(read())


def test_a_story_of_the_scenario_is_what_the_instrument_shows():
    story = Scenario(quantity={"": Story(start="100.000", per_s="0.5")})

    async def read():
        async with bench("hart-1502a", scenario=story) as one:
            first = await one.device.read()
            await one.clock.sleep(2)
            second = await one.device.read()
            assert Quantity(100, "°C") <= first.indication < second.indication

    asyncio.run(read())


def test_a_line_that_nobody_asked_for_is_no_reading_and_the_next_one_is_right():
    async def read():
        async with bench("hart-1502a") as one:
            await one.device.read()
            for _ in range(3):
                await one.twin.say_unasked(b"t:  999.999 C\r\nt:  999.999 C")
                await one.clock.sleep(1.3)
            await one.until(lambda told: isinstance(told, Refused))
            assert str((await one.device.read()).indication) == "25.587 °C"

    asyncio.run(read())


def test_an_entry_in_the_error_queue_takes_the_reading_away_once():
    async def read():
        async with bench("hart-1529") as one:
            await one.device.read()
            one.seen.clear()
            one.twin.errors.append(('-113,"Undefined header"',))
            told = await one.until(lambda told: isinstance(told, Refused))
            (refused,) = [one for one in told if isinstance(one, Refused)]
            assert refused.state is State.ERROR
            assert "Undefined header" in refused.reason
            assert str((await one.device.read()).indication) == "25.5762 °C"

    asyncio.run(read())


def test_errors_from_before_the_line_was_opened_do_not_matter():
    async def read():
        driver, clock = catalogue.load("druck-pace"), PatientClock(PACE)
        twin = QueryTwin(driver, clock, TcpLine())
        twin.errors += [(':SYST:ERR -113,"Undefined header"',)] * 3
        await twin.start()
        device = Device("uut", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
        seen = []
        device.subscribe(seen.append)
        try:
            await device.start()
            assert str((await device.read()).indication) == "1013.2510 mbar"
            assert not twin.errors
            assert not [one for one in seen if isinstance(one, Refused)]
        finally:
            await device.close()
            await twin.close()

    asyncio.run(read())


def test_an_instrument_that_says_by_silence_that_it_has_no_value_is_understood():
    async def read():
        async with bench("fluke-1594a") as one:
            await one.device.read()
            one.seen.clear()
            one.twin.faults.give(FaultKind.NO_VALUE)
            told = await one.until(lambda told: isinstance(told, Refused))
            assert "Data corrupt or stale" in told[-1].reason
            assert told[-1].state is State.NO_VALUE
            one.twin.faults.mend()
            assert str((await one.device.read()).indication) == "419.5270 °C"

    asyncio.run(read())


def test_a_dead_instrument_is_told_and_comes_back_by_itself():
    async def read():
        async with bench("druck-dpi740") as one:
            await one.device.read()
            one.twin.faults.give(FaultKind.SILENT)
            with pytest.raises(InstrumentError) as told:
                await one.device.read()
            assert told.value.code == "device.silent"
            one.twin.faults.mend()
            assert str((await one.device.read()).indication) == "1000.00 mbar"

    asyncio.run(read())


def test_a_late_answer_never_passes_for_the_answer_to_a_later_question():
    """The answers come so late that each one arrives while the next question waits."""
    story = Scenario(quantity={"": Story(start="1000.00", per_s="1.00")})

    async def read():
        async with bench("druck-pace", scenario=story) as one:
            await one.device.read()
            one.seen.clear()
            one.twin.faults.give(FaultKind.LATE, by_s=one.device.driver.timeout_s + 0.3)
            await one.clock.sleep(12)
            one.twin.faults.mend()
            readings = [told for told in one.seen if isinstance(told, Reading)]
            assert len(readings) <= 1  # one may have been under way
            reading = await one.device.read()
            elapsed = Quantity(int(one.clock.monotonic()), "mbar")
            assert reading.indication > Quantity(1000, "mbar")
            assert reading.indication < Quantity(1010, "mbar") + elapsed

    asyncio.run(read())


def test_a_damaged_answer_is_refused_where_there_is_a_check():
    async def read():
        async with bench("vaisala-hmt330-serial") as one:
            await one.device.read()
            one.seen.clear()
            one.twin.faults.give(FaultKind.DAMAGED)
            await one.until(lambda told: isinstance(told, Refused))
            await one.clock.sleep(3)
            one.twin.faults.mend()
            assert {str(told.indication) for told in one.seen if isinstance(told, Reading)} <= {"98.4 %"}
            assert str((await one.device.read()).indication) == "98.4 %"

    asyncio.run(read())


def test_an_instrument_that_is_unplugged_is_greeted_again_when_it_comes_back():
    async def read():
        async with bench("hart-1502a", "tcp") as one:
            await one.device.read()
            await one.twin.unplug()
            await one.clock.sleep(1)
            await one.twin.replug()
            for _ in range(40):
                try:
                    reading = await one.device.read()
                    break
                except InstrumentError:
                    await one.clock.sleep(1)
            assert str(reading.indication) == "25.587 °C"
            assert one.twin.settings == ["SA=0", "SA=0"]

    asyncio.run(read())


def test_a_question_that_nobody_declared_stays_unanswered():
    async def read():
        async with bench("druck-pace") as one:
            assert one.twin._reply(b":CAL:PRES:ZERO:AUTO 1\r", {}) is None
            assert one.twin._reply(b"FETC?\r", {}) is None

    asyncio.run(read())


def test_the_first_example_shows_what_a_twin_shows():
    for name in NAMES:
        first = by_channel(catalogue.load(name).examples[0].event).values()
        assert all(isinstance(one, Indicated) for one in first)


async def slow_thermometer(reader, writer, every):
    """A 1529 that measures once in so many questions, and says of all others that it said so before."""
    asked = 0
    while line := await reader.readuntil(b"\r"):
        if line == b"FETC? 1\r":
            new, measured = asked % every == 0, asked // every
            writer.write(f"{int(new)},1,{20 + measured}.0000,C,14,5,35,2000,9,5\r".encode())
            asked += 1
        elif line == b"SYST:ERR?\r":
            writer.write(b'0,"No error"\r')


def test_a_measurement_that_was_given_before_is_no_second_reading():
    """Else a thermometer that measures every ten seconds is at rest after two, whatever the bath does."""

    async def story():
        async def serve(reader, writer):
            try:
                await slow_thermometer(reader, writer, every=4)
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        driver, clock = catalogue.load("hart-1529"), PatientClock(PACE)
        line = serial_line(f"socket://127.0.0.1:{port}", driver.line)
        device = Device("uut", driver, line, clock, origin=Origin.INSTRUMENT)
        seen = []
        device.subscribe(seen.append)
        await device.start()
        while len(seen) < 5:
            await clock.sleep(0.5)
        await device.close()
        server.close()
        return seen

    seen = asyncio.run(asyncio.wait_for(story(), 30))
    assert not [one for one in seen if isinstance(one, Refused)]
    shown = [one.indication.value for one in seen]
    assert len(set(shown)) == len(shown), "a measurement was handed out twice"
