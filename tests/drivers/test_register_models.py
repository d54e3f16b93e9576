"""Every register map of the catalogue: read back from its twin, and packed by other means than its own."""

import asyncio
import struct
import tomllib

import pytest

from drivers import catalogue
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.example import events_of
from drivers.family import merged
from drivers.protocols import Indicated, Measured, Refused
from drivers.protocols.address import Table, unpacked
from drivers.protocols.modbus import rtu
from drivers.protocols.word import FLOATS
from drivers.reading import Origin
from drivers.register_driver import RegisterDriver
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine
from drivers.twins.register_twin import RegisterTwin

LOADED = {name: catalogue.load(name) for name in catalogue.names()}
MODELS = {name: one for name, one in LOADED.items() if isinstance(one, RegisterDriver)}
METERS = {name: one for name, one in MODELS.items() if one.kind != "scale"}
AT_ONCE = 12
FEWEST = 40
NANS = {4: (0x7FC00000, 0xFFC12345, 0x7F800000, 0xFF800000), 8: (0x7FF8 << 48, 0x7FF0 << 48)}


def values_of(driver, block, data, settings=None):
    """What an answer with these data says, by quantity."""
    answer = bytes((block.request[0], len(data))) + data
    told = driver.settings_frames(settings)
    (event,) = events_of(driver, told + rtu(driver.unit, block.request) + rtu(driver.unit, answer))
    return event.values if isinstance(event, Measured) else {"": event}


def shown(driver):
    """What the examples of the file show: by quantity, as its twin shows it."""
    found = {}
    for block in driver.registers.blocks:
        assert block.template, f"no [[example]] shows {block}"
        found |= values_of(driver, block, block.template)
    return {name: str(one.indication) for name, one in found.items() if isinstance(one, Indicated)}


def test_the_catalogue_has_the_register_maps_that_were_asked_for():
    assert len(MODELS) >= FEWEST
    kinds = {driver.kind for driver in MODELS.values()}
    assert kinds >= {
        "flow_meter",
        "pulse_counter",
        "energy_meter",
        "thermometer",
        "hygrometer",
        "pressure_gauge",
    }


async def read_all(driver, *, tcp):
    """Every quantity as the bench reads it from the twin."""
    clock = SystemClock()
    twin = RegisterTwin(driver, clock, TcpLine(), tcp=tcp)
    await twin.start()
    line = Lines(clock).line(driver, twin.address)
    instrument = Device("uut", driver, line, clock, origin=Origin.TWIN)
    try:
        await instrument.start()
        found = {}
        for block in driver.registers.blocks:
            reading = await instrument.read(channel=block.channels[0].name)
            (event,) = events_of(driver, reading.frame)  # the frame alone is enough to read it again
            values = event.values if isinstance(event, Measured) else {"": event}
            assert values[reading.channel].indication == reading.indication
            found |= {name: str(one.indication) for name, one in values.items() if isinstance(one, Indicated)}
        return found
    finally:
        await instrument.close()
        await twin.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("tcp", [True, False], ids=["Modbus TCP", "RTU"])
def test_every_meter_is_read_from_its_twin(tcp):
    async def story():
        places = asyncio.Semaphore(AT_ONCE)

        async def one(driver):
            async with places:
                return await read_all(driver, tcp=tcp)

        return await asyncio.gather(*map(one, METERS.values()), return_exceptions=True)

    told = dict(zip(METERS, asyncio.run(story()), strict=True))
    wrong = {name: got for name, got in told.items() if got != shown(METERS[name])}
    assert not wrong


@pytest.mark.parametrize("name", MODELS)
def test_addresses_are_shown_both_ways_and_every_quantity_is_in_the_table(name):
    lines = list(MODELS[name].table())
    assert all("(" in line for line in lines if not line.startswith("no proof"))
    for channel in MODELS[name].channels:
        assert any((channel or "reading") in line for line in lines)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_no_number_is_never_read_as_one(name):
    driver = MODELS[name]
    for block in driver.registers.blocks:
        words = bytearray(unpacked(block.table, block.count, block.template) + driver.registers.played)
        for channel in block.channels:
            for part in channel.parts:
                if part.form.type not in FLOATS:
                    continue
                for raw in NANS[part.form.size]:
                    spoiled = bytearray(words)
                    part.write_raw(spoiled, raw)
                    values = values_of(driver, block, bytes(spoiled[: 2 * block.count]))
                    assert isinstance(values[channel.name], Refused)


@pytest.mark.parametrize("name", MODELS)
def test_a_code_for_no_value_gives_none(name):
    driver = MODELS[name]
    for block in driver.registers.blocks:
        for channel in block.channels:
            for raw in channel.no_value:
                words = bytearray(
                    unpacked(block.table, block.count, block.template) + driver.registers.played
                )
                channel.parts[0].write_raw(words, raw)
                values = values_of(driver, block, bytes(words[: 2 * block.count]))
                assert isinstance(values[channel.name], Refused)


FORMATS = dict(
    zip(
        ("int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"),
        (">h", ">H", ">i", ">I", ">q", ">Q", ">f", ">d"),
        strict=True,
    )
)
ODD = {"int16": -321, "int32": -70001, "int64": -5_000_000_001, "float32": 12.375, "float64": 1234.0625}


def packed_by_hand(number, order, value):
    """Registers as a reader of the manual would pack them, with nothing of the program's."""
    data = struct.pack(FORMATS[number["type"]], value)
    words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    order = number.get("word_order", order)
    return words[::-1] if order in ("swapped", "CDAB") else words


def plain_quantities():
    """Every quantity that is one number with its own address, as the file's TOML says it."""
    for name, driver in MODELS.items():
        said = merged(driver.text.encode("utf-8"))
        order = said["modbus"].get("word_order", "big")
        for which, read in enumerate(said["read"]):
            for quantity in read["quantity"]:
                number = quantity["number"]
                plain = isinstance(number, dict) and number["type"] in FORMATS
                plain = plain and isinstance(order, str) and isinstance(quantity["unit"], str)
                if plain and not quantity.keys() & {"decimals", "state", "offset", "heartbeat"}:
                    yield name, which, read, quantity, order


def sent(address):
    """The address as it is sent: manuals count from 1 behind the digit of their table."""
    return address if isinstance(address, int) else int(address[1:]) - 1


def test_another_packing_of_every_plain_quantity_is_read_as_it_is_meant():
    checked = 0
    for name, which, read, quantity, order in plain_quantities():
        number = quantity["number"]
        if "over" in number or "bits" in number:
            continue
        value = ODD.get(number["type"], 12345)
        driver = MODELS[name]
        block = driver.registers.blocks[which]
        registers = [0] * read["count"]
        at = sent(number["at"]) - sent(read["first"])
        own = packed_by_hand(number, order, value)
        registers[at : at + len(own)] = own
        said = values_of(driver, block, b"".join(word.to_bytes(2, "big") for word in registers))
        one = said[quantity.get("name", "")]
        meant = value * float(number.get("scale", 1))
        if not float(quantity.get("least", "-inf")) <= meant <= float(quantity.get("most", "inf")):
            assert isinstance(one, Refused), name
            continue
        assert isinstance(one, Indicated), (name, quantity["name"], one)
        assert float(one.indication.value) == pytest.approx(meant, rel=1e-9), name
        checked += 1
    assert checked > 100


@pytest.mark.parametrize("name", [name for name, one in MODELS.items() if one.kind == "pulse_counter"])
def test_a_pulse_counter_says_where_it_begins_anew(name):
    driver = MODELS[name]
    for channel in driver.channels:
        modulus = driver.wraps_at(channel)
        assert modulus is not None
        assert modulus.value in (1 << 16, 1 << 32)


@pytest.mark.parametrize("name", MODELS)
def test_a_map_can_only_be_told_what_it_declares(name):
    """No register map of the catalogue writes, but for commands that its file lists."""
    said = tomllib.loads(MODELS[name].text.partition("#= the family")[0])
    assert set(MODELS[name].commands) == set(said.get("do", {}))
    tables = {block.table for block in MODELS[name].registers.blocks}
    assert tables <= {Table.HOLDING, Table.INPUT}


@pytest.mark.parametrize("name", MODELS)
def test_the_twin_says_every_example_and_a_damaged_one_gives_no_other_number(name):
    driver = MODELS[name]
    for block in driver.registers.blocks:
        answer = bytes((block.request[0], len(block.template))) + block.template
        frame = driver.settings_frames() + rtu(driver.unit, block.request) + rtu(driver.unit, answer)
        (event,) = events_of(driver, frame)
        assert numbers(driver, driver.render(event)) == numbers(driver, frame)
        for at in range(0, len(frame), 7):
            damaged = frame[:at] + bytes((frame[at] ^ 0x41,)) + frame[at + 1 :]
            assert not numbers(driver, damaged) - numbers(driver, frame)


def numbers(driver, data):
    """Every number in these bytes, with the name of its quantity."""
    events = (one.values if isinstance(one, Measured) else {"": one} for one in events_of(driver, data))
    return {
        (name, str(one.indication))
        for each in events
        for name, one in each.items()
        if isinstance(one, Indicated)
    }
