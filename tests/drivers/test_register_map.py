"""A register map is read as it is meant, refuses what it must, and names every mistake of its file."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.protocols import Acknowledged, Indicated, Measured, Refused, State
from drivers.protocols.modbus import Fault, rtu
from drivers.protocols.modbus_exchange import GarbageError, RtuFraming, TcpFraming
from drivers.register_description import read_register_description
from drivers.register_example import frame_of

MAP = """
id = "meter"
name = "a meter"
kind = "flow_meter"
evidence = "manual"
source = "tests"
[modbus]
unit = 5
word_order = "swapped"
[[prove]]
name = "type"
function = "holding"
at = "40051"
is = [42]
[[read]]
function = "holding"
first = "40008"
count = 6
[[read.quantity]]
number = { at = 7, type = "int32", scale = "0.01" }
unit = { at = 9, bits = "0-1", is = { 0 = "m3", 1 = "L" } }
stable = { at = 9, bits = "2", is = { 0 = true, 1 = false } }
state = { at = 10, each = { 0 = "overload", 1 = "error" }, ignore = "8-15" }
no_value = [0x7FFFFFFF]
least = "-1000"
most = "100000"
heartbeat = { at = 11, answers = 2 }
[do.zero]
function = "holding"
at = "40101"
value = 1
[[example]]
registers = [1234, 0, 0, 0, 1, 0]
is = { value = "12.34", unit = "m3", stable = true }
[[example]]
registers = [1234, 0, 5, 0xFF00, 2, 0]
is = { value = "12.34", unit = "L", stable = false }
[[example]]
registers = [1234, 0, 0, 1, 3, 0]
is = { state = "overload" }
"""


def events(driver, *registers):
    block = driver.registers.blocks[0]
    data = b"".join(word.to_bytes(2, "big") for word in registers)
    answer = bytes((block.request[0], len(data))) + data
    return events_of(driver, rtu(5, block.request) + rtu(5, answer))


@pytest.fixture(scope="module")
def meter():
    return make_driver(MAP.encode(), "meter.toml")


REFUSED = {
    "its code for no value": ((0xFFFF, 0x7FFF, 0, 0, 1, 0), State.NO_VALUE),
    "a unit that is not listed": ((1, 0, 2, 0, 1, 0), State.UNKNOWN_FLAG),
    "a fault bit that is not listed": ((1, 0, 0, 4, 1, 0), State.UNKNOWN_FLAG),
    "a fault bit that is listed": ((1, 0, 0, 2, 1, 0), State.ERROR),
    "a value that it cannot measure": ((0xFFFF, 0x00FF, 0, 0, 1, 0), State.OUT_OF_RANGE),
    "too few registers": ((1, 0, 0, 0), State.MALFORMED),
    "too many registers": ((1, 0, 0, 0, 1, 0, 0), State.MALFORMED),
}


@pytest.mark.parametrize("why", REFUSED)
def test_an_answer_that_is_no_reading_says_why(why, meter):
    registers, state = REFUSED[why]
    (event,) = events(meter, *registers)
    assert isinstance(event, Refused)
    assert event.state is state


def test_a_spare_register_may_be_left_out(meter):
    request = meter.registers.blocks[0].requests[1]
    answer = rtu(5, bytes((3, 10)) + bytes.fromhex("04D20000000000000001"))
    (event,) = events_of(meter, rtu(5, request) + answer)
    assert str(event.indication) == "12.34 m3"


def test_a_value_that_outlives_its_instrument_is_refused(meter):
    decoder = meter.decoder()
    frame = meter.render(events(meter, 1234, 0, 0, 0, 7, 0)[0])
    for _ in range(3):
        decoder.receive(frame)
    kinds = [decoder.next_event() for _ in range(3)]
    assert [type(event) for event in kinds] == [Indicated, Indicated, Refused]
    assert kinds[2].state is State.NO_VALUE
    decoder.receive(meter.render(events(meter, 1234, 0, 0, 0, 8, 0)[0]))
    assert isinstance(decoder.next_event(), Refused), "the twin repeats the heartbeat of its first example"
    request = rtu(5, meter.registers.blocks[0].request)
    decoder.receive(request + rtu(5, bytes((3, 12)) + bytes.fromhex("04D2 0000 0000 0000 0008 0000")))
    assert isinstance(decoder.next_event(), Indicated)


def test_an_answer_without_its_request_gives_no_number():
    driver = catalogue.load("xy-md02")
    answer = rtu(1, bytes.fromhex("040401310222"))
    (event,) = events_of(driver, answer)
    assert event.state is State.MALFORMED
    assert "request" in event.reason


LINES = {
    "wrong unit": (5, 6, b"\x03\x0c" + bytes(12), State.MALFORMED),
    "wrong function": (5, 5, b"\x04\x0c" + bytes(12), State.MALFORMED),
    "exception": (5, 5, b"\x83\x02", State.ERROR),
    "busy": (5, 5, b"\x83\x06", State.BUSY),
}


@pytest.mark.parametrize("why", LINES)
def test_a_recorded_exchange_that_went_wrong_says_how(why, meter):
    asked, answered, answer, state = LINES[why]
    (event,) = events_of(meter, rtu(asked, meter.registers.blocks[0].request) + rtu(answered, answer))
    assert event.state is state


def test_a_request_that_nobody_answered_does_not_take_the_answer_to_the_next(meter):
    request = rtu(5, meter.registers.blocks[0].request)
    good = meter.render(events(meter, 1234, 0, 0, 0, 7, 0)[0])
    first, second = events_of(meter, request + good)
    assert isinstance(first, Refused)
    assert str(second.indication) == "12.34 m3"


def test_a_declared_command_is_recognised_and_no_other_is(meter):
    send = meter.commands["zero"].send
    assert send == bytes.fromhex("0600640001")
    (event,) = events_of(meter, rtu(5, send) * 2)
    assert event == Acknowledged(command="zero", done=True, frame=rtu(5, send) * 2)
    assert not events_of(meter, rtu(5, b"\x06\x00\x64\x00\x02") * 2)


@given(st.binary(max_size=400), st.data())
def test_random_bytes_give_no_reading_and_no_split_changes_an_event(noise, data):
    meter = make_driver(MAP.encode(), "meter.toml")
    good = meter.render(events(meter, 1234, 0, 0, 0, 7, 0)[0])
    whole = noise + good + good
    at = data.draw(st.integers(0, len(whole)))
    decoder = meter.decoder()
    found = []
    for part in (whole[:at], whole[at:]):
        decoder.receive(part)
        found += iter(decoder.next_event, None)
    decoder.end()
    found += iter(decoder.next_event, None)
    assert found == events_of(meter, whole)
    assert not [event for event in events_of(meter, noise) if isinstance(event, Indicated)]


PROOF = MAP[MAP.index("[[prove]]") : MAP.index("[[read]]")]
MISTAKES = {
    "a flag in another request": (
        "at = 10, each",
        "at = 70, each",
        "read[0].quantity[0].state[0].at",
        "70 (40071)",
    ),
    "bits beyond the register": ('bits = "2"', 'bits = "16"', "quantity[0].stable.bits", "0 to 15"),
    "a unit that is none": ('0 = "m3"', '0 = "kubik"', "quantity[0].unit", "kubik"),
    "a state that is none": ('0 = "overload"', '0 = "overlod"', "quantity[0].state[0]", "overload"),
    "an address of another table": ('first = "40008"', 'first = "30008"', "read[0].first", "input"),
    "too many registers": ("count = 6", "count = 126", "read[0].count", "125"),
    "a type that is none": ('type = "int32"', 'type = "int23"', "quantity[0].number", "int32"),
    "a misspelt entry": ("no_value", "novalue", "read[0].quantity[0]", "no_value"),
    "no proof and no reason": (PROOF, "", "prove", "no_proof"),
    "a misspelt table": ("[[prove]]", "[[proove]]", "the top", "prove"),
    "a scale of nothing": ('scale = "0.01"', 'scale = "0"', "number.scale", "0.1"),
    "a value listed twice": ('1 = "L"', '"0-1" = "L"', "unit.is", "twice"),
    "a value that the bits cannot hold": ('1 = "L"', '4 = "L"', "unit.is", "largest is 3"),
    "no unit number": ("unit = 5", "unit = 300", "modbus.unit", "247"),
    "an example that means something else": (
        'value = "12.34", unit = "m3"',
        'value = "12.35"',
        "example[0]",
        "12.35",
    ),
    "an example of another length": (
        "[1234, 0, 0, 0, 1, 0]",
        "[1234, 0]",
        "example[0].registers",
        "6 are read",
    ),
    "a code for no value that is too wide": ("0x7FFFFFFF", "0x17FFFFFFF", "no_value", "0x8000"),
    "a command that cannot be sent": ("value = 1\n", "value = 70000\n", "do.zero.value", "65535"),
    "no example in motion": ("stable = false }", "stable = true }", "example[1]", "stab"),
    "no example without a number": (
        'is = { state = "overload" }',
        'is = { state = "error" }',
        "example[2]",
        "error",
    ),
}


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_names_its_place_the_reason_and_a_correction(why):
    old, new, path, hint = MISTAKES[why]
    assert old in MAP
    with pytest.raises(DescriptionError) as caught:
        make_driver(MAP.replace(old, new).encode(), "meter.toml")
    facts = caught.value.facts
    assert path in facts["path"]
    assert hint in f"{facts['mistake']} {facts['correction']}"


MODELS = ["hbm-wtx-modbus", "tuf-2000m", "xy-md02", "pzem-004t"]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_a_register_map_whose_addresses_are_shown_both_ways(name):
    lines = list(catalogue.load(name).table())
    assert all("(" in line for line in lines if not line.startswith("no proof"))


def test_the_flow_that_a_meter_itself_distrusts_is_not_read():
    """A feed of a real TUF-2000M; its publisher gives temperature and signal quality."""
    driver = catalogue.load("tuf-2000m")
    feed = read_register_description(driver.text.encode(), "tuf-2000m.toml").example[0]
    (event,) = events_of(driver, frame_of(feed, driver, "example[0]"))
    assert isinstance(event, Measured)
    assert event.values["flow"].state is State.NO_VALUE
    assert str(event.values["temperature"].indication) == "7.1011734 °C"


def test_a_tcp_answer_to_an_older_request_is_passed_over():
    framing = TcpFraming()
    first = framing.ask(1, bytes.fromhex("0300640002"))
    second = framing.ask(1, bytes.fromhex("0300C80002"))
    old = first[:4] + b"\x00\x07\x01\x03\x04\x00\x64\x00\x65"
    new = second[:4] + b"\x00\x07\x01\x03\x04\x00\xc8\x00\xc9"
    assert framing.hear(old) is None
    assert framing.strangers == {1}
    assert framing.hear(new[:5]) is None
    assert framing.hear(new[5:]) == rtu(1, bytes.fromhex("030400C800C9"))


def test_what_is_not_modbus_ends_a_tcp_connection():
    framing = TcpFraming()
    framing.ask(1, bytes.fromhex("0300640002"))
    with pytest.raises(GarbageError):
        framing.hear(b"HTTP/1.1 400 Bad Request\r\n")


LEFT = {
    "a length one too large": "0001 0000 0008 01 03 04 0064 0065",
    "a length one too small": "0001 0000 0006 01 03 04 0064 0065",
    "cut off": "0001 0000 0007 01 03",
}


@pytest.mark.parametrize("why", LEFT)
def test_a_tcp_connection_ends_before_the_rest_of_an_answer_can_swallow_the_next_one(why):
    framing = TcpFraming()
    framing.ask(1, bytes.fromhex("0300640002"))
    assert framing.hear(bytes.fromhex(LEFT[why])) in (None, Fault.OTHER_LENGTH)
    with pytest.raises(GarbageError):
        framing.ask(1, bytes.fromhex("0300640002"))
    framing.reset()  # as a new connection does
    assert framing.ask(1, bytes.fromhex("0300640002"))


@given(st.binary(max_size=300))
def test_no_noise_is_taken_for_an_answer(noise):
    framing = RtuFraming()
    framing.ask(1, bytes.fromhex("0300640002"))
    assert framing.hear(noise) in (None, *Fault)


def test_readings_of_scales_keep_their_form():
    """A channel is added only where an instrument has several."""
    meter = make_driver(MAP.encode(), "meter.toml")
    assert meter.channels == [""]
    assert isinstance(events(meter, 1, 0, 0, 0, 1, 0)[0], Indicated)
    assert msgspec.structs.fields(Indicated)[0].name == "indication"
