"""An instrument that sends characters says who it is when it is asked, and nothing else passes for that."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.checking import check, try_capture
from drivers.clock import PacedClock, PatientClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError
from drivers.example import events_of
from drivers.identity import Told, told_by
from drivers.instrument import inquiries_of
from drivers.protocols import Indicated, Measured
from drivers.reading import Origin, Reading
from drivers.transports.lines import serial_line
from drivers.twins.faults import FaultKind
from drivers.twins.line import TcpLine
from drivers.twins.playing import play
from drivers.twins.scenario import Scenario
from tests.drivers.twin_bench import LINES, bench

PACE = 50
ASKED = [name for name in catalogue.names() if inquiries_of(catalogue.load(name))]
WEIGHT = b"S S     100.00 g\r\n"


class Stranger:
    """A scale of somebody else on a real socket: it answers as `answers` says, one byte at a time."""

    def __init__(self, answers, *, late_s=0.0):
        self._answers, self._late_s = answers, late_s
        self.asked = []

    async def serve(self, reader, writer):
        try:
            while line := await reader.readline():
                self.asked.append(line)
                answer = self._answers(line, self.asked.count(line))
                if line != b"SI\r\n" and self._late_s:
                    await asyncio.sleep(self._late_s)
                size = 1 if len(answer) < 100 else len(answer)
                for at in range(0, len(answer), size):
                    writer.write(answer[at : at + size])
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


def saying(*answers):
    """What a scale says that answers `I4` in this way, the last one for good."""

    def answer(line, nth):
        return WEIGHT if line == b"SI\r\n" else answers[min(nth, len(answers)) - 1]

    return answer


@asynccontextmanager
async def strange(answers, *, late_s=0.0, driver="mt-sics"):
    """A device before such a scale."""
    scale = Stranger(answers, late_s=late_s)
    server = await asyncio.start_server(scale.serve, "127.0.0.1", 0)
    # the scale takes real time; a clock that waits would wait for it
    driver, clock = catalogue.load(driver), PacedClock(8) if late_s else PatientClock(PACE)
    address = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    device = Device("uut", driver, serial_line(address, driver.line), clock, origin=Origin.INSTRUMENT)
    seen = []
    device.subscribe(seen.append)
    try:
        await device.start()
        yield device, scale, seen
    finally:
        await device.close()
        server.close()


def told_of(answers, **how):
    async def story():
        async with strange(answers, **how) as (device, scale, seen):
            told = await device.told()
            after = await device.read()
            assert str(after.indication) == "100.00 g"
            assert all(isinstance(one, Reading) for one in seen), seen  # no answer was taken for a reading
            return told, scale.asked.count(b"I4\r\n")

    return asyncio.run(story())


TELLS = {
    "as the manual shows it": ((b'I4 A "B123456789"\r\n',), "B123456789", 1),
    "another instrument": ((b'I4 A "Z9"\r\n',), "Z9", 1),
    "the first answer was noise": ((b"\x00\xff\x7f\r\n", b'I4 A "B1"\r\n'), "B1", 2),
    "a weight comes in between": ((WEIGHT + b'I4 A "B1"\r\n',), "B1", 1),
    "not now, then it does": ((b"I4 I\r\n", b'I4 A "B1"\r\n'), "B1", 2),
    "it does not know the question": ((b"ES\r\n",), "", 2),
    "a logical error": ((b"EL\r\n",), "", 2),
}


@pytest.mark.parametrize("case", TELLS)
def test_a_scale_is_asked_for_its_number_and_its_answer_may_come_byte_by_byte(case):
    answers, serial, times = TELLS[case]
    assert told_of(saying(*answers)) == (Told(serial=serial), times)


TELLS_NOTHING = {
    "it is silent": ((b"",), "device.command_unanswered"),
    "it cannot tell now, twice": ((b"I4 I\r\n",), "device.command_refused"),
    "an empty number": ((b'I4 A ""\r\n',), "device.command_unanswered"),
    "blanks for a number": ((b'I4 A "   "\r\n',), "device.command_unanswered"),
    "half an answer": ((b'I4 A "B1234\r\n',), "device.command_unanswered"),
    "another item": ((b'I3 A "B1234"\r\n',), "device.command_unanswered"),
    "letters that are none of ours": (('I4 A "Б123"\r\n'.encode(),), "device.command_unanswered"),
    "Arabic digits": (('I4 A "١٢٣"\r\n'.encode(),), "device.command_unanswered"),
    "a weight for an answer": ((WEIGHT,), "device.command_unanswered"),
    "a thousand characters": ((b'I4 A "' + b"9" * 1000 + b'"\r\n',), "device.command_unanswered"),
}


@pytest.mark.parametrize("case", TELLS_NOTHING)
def test_an_answer_that_tells_nothing_is_told_as_such_and_the_next_reading_is_right(case):
    answers, code = TELLS_NOTHING[case]

    async def story():
        async with strange(saying(*answers)) as (device, scale, _):
            with pytest.raises(InstrumentError) as caught:
                await device.told()
            assert scale.asked.count(b"I4\r\n") == 2
            assert str((await device.read()).indication) == "100.00 g"
            return caught.value.code

    assert asyncio.run(story()) == code


def test_an_answer_that_comes_too_late_is_never_a_reading():
    timeout_s = catalogue.load("mt-sics").timeout_s

    async def story():
        late_s = 1.2 * timeout_s / 8
        async with strange(saying(b'I4 A "B1"\r\n'), late_s=late_s) as (device, _, seen):
            with pytest.raises(InstrumentError):
                await device.told()
            for _ in range(3):
                assert str((await device.read()).indication) == "100.00 g"
            assert {str(one.indication) for one in seen if isinstance(one, Reading)} == {"100.00 g"}

    asyncio.run(story())


def test_a_scale_that_streams_is_asked_between_its_frames():
    text = catalogue.load("st-gs").text.replace('id = "st-gs"', 'id = "own"')
    text = text.replace("[[example]]", STREAMED + "[[example]]", 1)
    driver = make_driver(text.encode(), "own.toml")

    async def story():
        clock = PatientClock(PACE)
        twin = play(driver, Scenario(), clock, TcpLine())
        await twin.start()
        device = Device("uut", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
        try:
            await device.start()
            return await device.told()
        finally:
            await device.close()
            await twin.close()

    assert asyncio.run(story()) == Told(seal_counter="00042")


STREAMED = r"""
[[setting]]
name = "event counter"
send = 'TAC?\r\n'
answer = 'TAC={told:5}'
tells = "seal_counter"
twin = "00042"
"""


@pytest.mark.parametrize("name", ASKED)
def test_every_twin_tells_what_its_driver_says_or_what_it_is_given(name):
    driver = catalogue.load(name)
    other = "0000000077" if name == "sartorius-xbpi" else "77-A"  # ten decimal digits there

    async def story():
        if driver.kind == "scale":
            async with bench(name, LINES[-1]) as on:
                assert await on.device.told() == Told(serial=driver.inquiries[0].played)
                on.twin.tells["serial_number"] = other
                return await on.device.told()
        clock = PatientClock(PACE)
        twin = play(driver, Scenario(), clock, TcpLine())
        await twin.start()
        device = Device("ref", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
        try:
            await device.start()
            assert await device.told() == Told(serial=driver.inquiries[0].played)
            twin.tells["serial_number"] = other
            return await device.told()
        finally:
            await device.close()
            await twin.close()

    assert asyncio.run(story()) == Told(serial=other)


@pytest.mark.parametrize("name", ["mt-sics", "hart-1502a"])
def test_a_dead_instrument_is_told_before_it_is_asked_who_it_is(name):
    async def story():
        driver, clock = catalogue.load(name), PatientClock(PACE)
        twin = play(driver, Scenario(), clock, TcpLine())
        twin.faults.give(FaultKind.SILENT)
        await twin.start()
        device = Device("ref", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
        try:
            await device.start()
            with pytest.raises(InstrumentError) as caught:
                await device.told()
            return caught.value.code
        finally:
            await device.close()
            await twin.close()

    assert asyncio.run(story()) == "device.silent"


QUERIED = {
    "it tells": (b"HART,1502A,6A1202,1.10\r", Told(serial="6A1202")),
    "another model of the family": (b"HART,1504,6A1202,1.10\r", Told()),
    "an error": (b"?\r", Told()),
    "silence": (b"", "device.command_unanswered"),
}


@pytest.mark.parametrize("case", QUERIED)
def test_an_instrument_that_is_interviewed_is_asked_between_two_interviews(case):
    answer, expected = QUERIED[case]

    async def serve(reader, writer):
        try:
            while line := await reader.readuntil(b"\r"):
                said = {b"T\r": b"t:   25.587 C\r", b"*IDN?\r": answer}.get(line, b"")
                for byte in said:
                    writer.write(bytes((byte,)))
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def story():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        driver, clock = catalogue.load("hart-1502a"), PatientClock(PACE)
        address = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        device = Device("ref", driver, serial_line(address, driver.line), clock, origin=Origin.INSTRUMENT)
        try:
            await device.start()
            try:
                told = await device.told()
            except InstrumentError as fault:
                told = fault.code
            assert str((await device.read()).indication) == "25.587 °C"
            return told
        finally:
            await device.close()
            server.close()

    assert asyncio.run(story()) == expected


@pytest.mark.parametrize("name", ASKED)
@given(data=st.data())
def test_no_answer_and_no_damaged_answer_is_ever_a_reading_and_only_a_whole_one_tells(name, data):
    driver = catalogue.load(name)
    for inquiry in driver.inquiries:
        whole = inquiry.answer(inquiry.played)
        cut = data.draw(st.integers(0, len(whole) - 1))
        noise = data.draw(st.binary(max_size=4))
        for frame in (whole, whole[:cut] + noise, noise + whole[cut:]):
            assert not [one for one in events_of(driver, frame) if isinstance(one, Indicated | Measured)]
        told = inquiry.told(data.draw(st.binary(max_size=40)))
        assert told == told.strip()
        assert told.isascii()


def test_a_file_that_declares_a_question_passes_the_check_and_is_explained(tmp_path):
    driver = catalogue.load("mt-sics")
    file = tmp_path / "mt-sics.toml"
    file.write_text(driver.text, "utf-8")
    report = check(file)
    assert report.ok, report.findings
    assert "its answer tells the serial number, however it is split" in report.passed
    first, *_ = try_capture(driver, b'I4 A "B123"\r\n', why=True)
    assert "  it tells its serial number: B123" in first["why"]
    assert told_by(driver, b'I4 A "B123"\r\n') == Told(serial="B123")


SETTING = """
[[setting]]
name = "serial number"
send = 'I4\\r\\n'
answer = 'I4 A "{told}"'
refused = ['I4 I']
tells = "serial_number"
twin = "B123456789"
"""
MISTAKES = {
    "no place for what is told": ("answer = 'I4 A \"{told}\"'", "answer = 'I4 A'", "exactly once"),
    "nothing that only this answer has": (
        "answer = 'I4 A \"{told}\"'",
        "answer = '{told}'",
        "must stand in it",
    ),
    "nothing ends it": ("{told}\"'", "{told}{text}'", "ends {told}"),
    "it passes for a reading": ("answer = 'I4 A \"{told}\"'", "answer = 'S S     {told} g'", "reading"),
    "it passes for the answer to a command": (
        "answer = 'I4 A \"{told}\"'",
        "answer = 'Z {told}'",
        "another answer",
    ),
    "its twin cannot say it": ('twin = "B123456789"', "twin = 'B\"1'", "is read as"),
    "an empty number": ('twin = "B123456789"', "twin = ''", "is read as"),
    "the same is sent for a reading": (r"send = 'I4\r\n'", r"send = 'SI\r\n'", "something else"),
    "a refusal that tells": ("refused = ['I4 I']", "refused = ['I4 A \"X\"']", "passes for it"),
    "what is told twice": ("[[example]]", SETTING.replace("I4", "I5") + "[[example]]", "told twice"),
    "no such thing to tell": ('tells = "serial_number"', 'tells = "model"', "tells"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_file_may_not_say_what_could_be_mistaken(case):
    old, new, expected = MISTAKES[case]
    text = catalogue.load("mt-sics").text
    assert old in text
    text = text.replace(old, new, 1)
    if "Z {told}" in new:
        text = text.replace('twin = "B123456789"', 'twin = "A"')
    if "S S     {told} g" in new:
        text = text.replace('twin = "B123456789"', 'twin = "100.00"')
    with pytest.raises(DescriptionError) as caught:
        make_driver(text.encode(), "mt-sics.toml")
    assert expected in str(caught.value)
    assert "setting[" in caught.value.facts["path"]
