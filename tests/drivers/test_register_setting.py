"""What decides about a value and stands too far away for one request is asked before it and after it."""

import asyncio
import struct
from contextlib import asynccontextmanager

import pytest

from drivers.assembly import make_driver
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError
from drivers.example import events_of
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.address import Table
from drivers.protocols.modbus import rtu
from drivers.reading import Origin
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine
from drivers.twins.register_twin import RegisterTwin

MAP = """
id = "meter"
name = "a meter"
kind = "flow_meter"
evidence = "manual"
source = "tests"
interval_ms = 10
[modbus]
no_proof = "tests"
word_order = { setting = "order", is = { 0 = "big", 1 = "swapped", 2 = "bytes_swapped", 3 = "little" } }
[[setting]]
name = "order"
function = "holding"
at = "40521"
twin = 1
[[setting]]
name = "total unit"
function = "holding"
at = 1437
twin = 0
[[setting]]
name = "multiplier"
function = "holding"
at = 1438
twin = 3
[[setting]]
name = "k factor"
function = "holding"
at = 1450
type = "float32"
word_order = "swapped"
twin = 1.5
[[setting]]
name = "serial number"
function = "holding"
at = 1600
words = 4
twin = "AB12"
[[read]]
function = "holding"
first = 8
count = 5
[[read.quantity]]
name = "total"
number = [{ at = 8, type = "int32" }, { at = 10, type = "float32" }]
decimals = { setting = "multiplier", is = { 2 = 1, 3 = 0, 4 = -1 } }
unit = { setting = "total unit", is = { 0 = "m3", 1 = "L" } }
[[example]]
registers = [123, 0, 0x0000, 0x3F00, 0]
are = { total = { value = "123.5", unit = "m3" } }
[[example]]
registers = [0, 123, 0x3F00, 0x0000, 0]
setting = { order = 0, multiplier = 2, "total unit" = 1 }
are = { total = { value = "12.35", unit = "L" } }
[[example]]
registers = [123, 0, 0x0000, 0x3F00, 0]
setting = { multiplier = 4 }
are = { total = { value = "1235", unit = "m3" } }
[[example]]
registers = [123, 0, 0, 0, 0]
setting = { multiplier = 9 }
are = { total = { state = "unknown_flag" } }
"""


@pytest.fixture(scope="module")
def meter():
    return make_driver(MAP.encode(), "meter.toml")


def total(event):
    return event.values["total"]


VALUE = struct.pack(">HHHHH", 123, 0, 0, 0x3F00, 0)


def answered(meter, *without):
    """The frames of one reading, less the exchanges for some settings."""
    frames = b""
    for setting in meter.registers.settings:
        if setting.fields[0].name not in without:
            frames += rtu(1, setting.request) + rtu(1, bytes((3, len(setting.data))) + setting.data)
    block = meter.registers.blocks[0]
    return frames + rtu(1, block.request) + rtu(1, bytes((3, len(VALUE))) + VALUE)


def test_neighbouring_settings_are_one_request(meter):
    asked = [(setting.name, setting.first, setting.count) for setting in meter.registers.settings]
    assert asked == [
        ("order", 520, 1),
        ("total unit, multiplier", 1437, 2),
        ("k factor", 1450, 2),
        ("serial number", 1600, 4),
    ]
    assert [setting.name for setting in meter.registers.blocks[0].settings] == asked_names(asked[:2])


def asked_names(asked):
    return [name for name, *_ in asked]


def test_the_frame_of_a_reading_holds_its_settings_and_can_be_read_again(meter):
    (event,) = events_of(meter, answered(meter))
    assert str(total(event).indication) == "123.5 m3"
    (again,) = events_of(meter, total(event).frame)
    assert again == event
    assert meter.remembered(total(event).frame) == {
        "order": "1",
        "total unit": "0",
        "multiplier": "3",
        "k factor": "1.5",
        "serial number": "AB12",
    }


@pytest.mark.parametrize("name", ["order", "total unit"])
def test_without_what_decides_about_it_a_value_is_none(meter, name):
    (event,) = events_of(meter, answered(meter, name))
    assert isinstance(total(event), Refused)
    assert total(event).state is State.NO_VALUE
    assert name in total(event).reason


def test_what_is_only_remembered_may_be_missing(meter):
    (event,) = events_of(meter, answered(meter, "k factor"))
    assert isinstance(total(event), Indicated)
    assert "k factor" not in meter.remembered(total(event).frame)


def test_a_setting_that_is_refused_later_is_no_longer_known(meter):
    refused = rtu(1, meter.registers.settings[0].request) + rtu(1, b"\x83\x02")
    value = answered(meter, *[each.fields[0].name for each in meter.registers.settings])
    first, second = events_of(meter, answered(meter) + refused + value)
    assert isinstance(total(first), Indicated)
    assert isinstance(total(second), Refused)


def test_the_setting_of_one_unit_says_nothing_of_another_on_the_line(meter):
    """A recording of a bus: unit 1 counts in cubic metres, unit 2 in litres, and unit 3 told nothing."""

    def exchanges(unit, request, data):
        return rtu(unit, request) + rtu(unit, bytes((3, len(data))) + data)

    block, told = meter.registers.blocks[0], b""
    for unit, litres in ((1, 0), (2, 1)):
        for setting in meter.registers.settings:
            data = bytes((0, litres)) + setting.data[2:] if setting.first == 1437 else setting.data
            told += exchanges(unit, setting.request, data)
    values = b"".join(exchanges(unit, block.request, VALUE) for unit in (1, 2, 3))
    first, second, third = map(total, events_of(meter, told + values))
    assert (str(first.indication), str(second.indication)) == ("123.5 m3", "123.5 L")
    assert isinstance(third, Refused)


@asynccontextmanager
async def played(meter):
    clock = SystemClock()
    twin = RegisterTwin(meter, clock, TcpLine(), tcp=True)
    await twin.start()
    instrument = Device("uut", meter, Lines(clock).line(meter, twin.address), clock, origin=Origin.TWIN)
    try:
        await instrument.start()
        yield twin, instrument
    finally:
        await instrument.close()
        await twin.close()


def test_a_twin_and_the_bench_agree_about_settings(meter):
    async def story():
        async with played(meter) as (_, instrument):
            return await instrument.read()

    reading = asyncio.run(story())
    assert str(reading.indication) == "123.5 m3"
    assert meter.remembered(reading.frame)["serial number"] == "AB12"


def test_a_setting_that_changes_gives_no_wrong_value_and_then_the_right_one(meter):
    """The unit is changed at the keypad while the bench reads: litres are never called cubic metres."""

    async def story():
        async with played(meter) as (twin, instrument):
            seen = [await instrument.read()]
            words = twin._words
            litres = {(Table.HOLDING, 1437): b"\x00\x01"}
            twin._words = lambda *known: words(*known) | litres
            for _ in range(20):
                try:
                    seen.append(await instrument.read())
                except InstrumentError:
                    continue
                if seen[-1].indication.unit == "L":
                    break
            return [(str(each.indication), meter.remembered(each.frame)["total unit"]) for each in seen]

    told = asyncio.run(story())
    assert told[0] == ("123.5 m3", "0")
    assert told[-1] == ("123.5 L", "1")
    assert set(told) == {told[0], told[-1]}


def test_an_instrument_that_refuses_a_setting_is_another_instrument(meter):
    other = make_driver(
        MAP.replace("at = 1437", "at = 1537").replace("at = 1438", "at = 1538").encode(), "m.toml"
    )

    async def story():
        clock = SystemClock()
        twin = RegisterTwin(other, clock, TcpLine(), tcp=True)
        await twin.start()
        line = Lines(clock).line(meter, twin.address)
        instrument = Device("uut", meter, line, clock, origin=Origin.TWIN)
        try:
            await instrument.start()
            with pytest.raises(InstrumentError) as caught:
                await instrument.read()
            return caught.value
        finally:
            await instrument.close()
            await twin.close()

    error = asyncio.run(story())
    assert error.code == "device.not_this_instrument"
    assert "total unit" in error.message


MISTAKES = {
    "no such setting": ('setting = "multiplier", is', 'setting = "multiplikator", is', "multiplikator"),
    "the same name twice": ('name = "multiplier"', 'name = "order"', "twice"),
    "a value that does not fit": ("twin = 3", "twin = 70000", "does not fit"),
    "a text that does not fit": ('"AB12"', '"AB12AB12A"', "does not fit"),
    "a float as a code": ('setting = "multiplier", is', 'setting = "k factor", is', "no code"),
    "a place said twice": ('setting = "multiplier", is', 'setting = "multiplier", at = 9, is', "said twice"),
    "an order that no setting tells": ('{ setting = "order", is', "{ at = 9, is", "setting"),
    "a setting that a request brings": ('at = 1450\ntype = "float32"', "at = 8\nwords = 5", "[[read]]"),
    "an example of a setting that is not there": ("{ multiplier = 9 }", "{ mult = 9 }", "mult"),
}


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_about_settings_is_named(why):
    old, new, hint = MISTAKES[why]
    assert old in MAP
    with pytest.raises(DescriptionError) as caught:
        make_driver(MAP.replace(old, new, 1).encode(), "meter.toml")
    assert hint in str(caught.value)
