"""Answers that come after they were given up: never taken for the answer to a later question."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from itertools import chain, repeat

import pytest

from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.errors import InstrumentError
from drivers.reading import Origin
from drivers.transports.lines import serial_line

SCALE = r"""
id = "late"
name = "A scale that takes its time"
kind = "scale"
evidence = "manual"
source = "of this test"
interval_ms = 20
timeout_ms = 200
units = { kg = "kg" }
[serial]
baud = 9600
[frame]
end = '\r\n'
[ask]
send = 'SI\r\n'
[[reply]]
match = 'S {rest=S|D} {number:9} {unit:2}'
stable = { rest = { S = true, D = false } }
[[example]]
rx = 'S S     1.500 kg\r\n'
is = { value = "1.500", unit = "kg", stable = true }
[[example]]
rx = 'S D    -0.020 kg\r\n'
is = { value = "-0.020", unit = "kg", stable = false }
[[example]]
rx = 'S D   ------- kg\r\n'
is = { state = "no_value" }
"""


class Slow:
    """Answers each request after its own time, with how many requests had come when it was asked."""

    def __init__(self, latencies: Iterator[float]):
        self.latencies = latencies
        self.asked = 0
        self._answers: set[asyncio.Task[None]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readline():
                self.asked += 1
                answer = asyncio.create_task(self._answer(writer, self.asked, next(self.latencies)))
                self._answers.add(answer)
        except ConnectionError:
            pass
        finally:
            for answer in self._answers:
                answer.cancel()
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, count: int, latency: float) -> None:
        await asyncio.sleep(latency)
        writer.write(b"S S %9d kg\r\n" % count)


@asynccontextmanager
async def bench(*latencies: float, then: float = 0.005):
    slow = Slow(chain(latencies, repeat(then)))
    server = await asyncio.start_server(slow.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    driver = make_driver(SCALE.encode(), "late.toml")
    line = serial_line(f"socket://127.0.0.1:{port}", driver.line)
    device = Device("uut", driver, line, SystemClock(), origin=Origin.INSTRUMENT)
    try:
        await device.start()
        yield slow, device
    finally:
        await device.close()
        server.close()


LATE = {
    "one answer, a little too late": (0.005, 0.005, 0.27),
    "one answer, two time-outs late": (0.005, 0.005, 0.55),
    "several answers": (0.005, 0.3, 0.3, 0.45, 0.005, 0.25),
    "the first answer of all": (0.35,),
    "a spell of slowness": (0.005, 0.005, *[0.55] * 8),
}


@pytest.mark.parametrize("why", LATE)
def test_no_reading_answers_a_question_from_before_it_was_wanted(why):
    async def story() -> None:
        async with bench(*LATE[why]) as (slow, device):
            read = 0
            for _ in range(60):
                before = slow.asked
                try:
                    reading = await device.read()
                except InstrumentError:
                    continue
                read += 1
                assert int(reading.indication.value) > before, "it was asked before anybody wanted it"
                if slow.asked > len(LATE[why]) + 8:
                    break
            assert read > 3

    asyncio.run(story())


def test_answers_that_always_come_too_late_are_no_readings():
    async def story() -> None:
        async with bench(then=0.55) as (slow, device):
            for _ in range(3):
                with pytest.raises(InstrumentError):
                    await device.read()
            assert slow.asked > 2

    asyncio.run(story())


def test_an_instrument_that_takes_nearly_all_its_time_is_not_silent():
    """What was asked before a reading was wanted is answered first; the next answer is the reading."""

    async def story() -> None:
        async with bench(then=0.17) as (_, device):
            for _ in range(6):
                assert int((await device.read()).indication.value) > 0

    asyncio.run(story())
