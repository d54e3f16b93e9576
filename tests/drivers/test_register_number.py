"""Numbers of register maps: some bits, a range that stands for a span, counters that begin anew."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.bit_flag import BitField
from drivers.protocols.channel import Channel
from drivers.protocols.modbus import rtu
from drivers.protocols.register_number import Part
from drivers.protocols.word import NumberForm, NumberType
from drivers.quantity import Quantity

MAP = """
id = "module"
name = "a module"
kind = "pulse_counter"
evidence = "manual"
source = "tests"
[modbus]
word_order = "swapped"
[[prove]]
name = "frequency of the mains"
function = "input"
at = 50
type = "uint16"
least = 450
most = 650
[[read]]
function = "input"
first = 0
count = 8
[[read.quantity]]
name = "count"
number = { at = 0, type = "uint32" }
unit = "pcs"
wraps_at = "4294967296"
[[read.quantity]]
name = "quality"
number = { at = 2, type = "uint16", bits = "0-7" }
unit = "%"
most = "99"
[[read.quantity]]
name = "temperature"
number = { at = 3, type = "uint16", scale = "200", over = 65535, step = "0.01" }
offset = "-50"
unit = "°C"
[[read.quantity]]
name = "serial"
number = { at = 4, type = "bcd64", word_order = "big" }
unit = "1"
[[example]]
registers = { 0 = [7, 1], 2 = [0x0326], "30004" = [0x8000], 4 = [0x1234, 0x5678, 0x9012, 0x3456] }
are = { count = { value = "65543" }, quality = { value = "38" }, temperature = { value = "50.00" }, serial = { value = "1234567890123456" } }
[[example]]
registers = { 2 = [0xFF64] }
are = { quality = { state = "out_of_range" }, temperature = { value = "-50.00" }, count = { value = "0" } }
"""  # noqa: E501 -- a file as a technician writes it


@pytest.fixture(scope="module")
def module():
    return make_driver(MAP.encode(), "module.toml")


def read(module, registers):
    block = module.registers.blocks[0]
    data = b"".join(word.to_bytes(2, "big") for word in registers)
    (event,) = events_of(module, rtu(1, block.request) + rtu(1, bytes((4, len(data))) + data))
    return event.values


@given(st.integers(0, 0xFFFF))
def test_a_full_range_stands_for_a_span_to_the_last_step(raw):
    module = make_driver(MAP.encode(), "module.toml")
    shown = read(module, [0, 0, 0, raw, 0, 0, 0, 0])["temperature"].indication
    assert abs(shown.value - (Decimal(raw) * 200 / 65535 - 50)) <= Decimal("0.005")
    assert shown.resolution == Decimal("0.01")


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_writing_some_bits_leaves_the_others(before, value):
    part = Part(0, NumberForm(NumberType.UINT16), Decimal(1), low=4, width=5)
    words = bytearray(before.to_bytes(2, "big"))
    fits = part.write(words, Decimal(value))
    assert fits is (value < 32)
    after = int.from_bytes(words, "big")
    assert after & ~0x1F0 == before & ~0x1F0
    assert not fits or part.read(words) == value


def test_the_twin_says_a_value_that_lies_between_two_steps(module):
    (event,) = events_of(module, module.render(events_of(module, frame(module))[0]))
    shown = event.values["temperature"]
    assert isinstance(shown, Indicated)
    assert shown.indication == Quantity("50.00", "°C")


def frame(module):
    return module.render(read_event(module))


def read_event(module):
    block = module.registers.blocks[0]
    return events_of(module, rtu(1, block.request) + rtu(1, b"\x04\x10" + block.template))[0]


def test_a_counter_says_where_it_begins_anew(module):
    assert module.wraps_at("count") == Quantity(4294967296, "pcs")
    assert module.wraps_at("temperature") is None


def test_more_than_a_counter_can_hold_is_refused():
    small = make_driver(MAP.replace('"4294967296"', '"100000"').encode(), "module.toml")
    value = read(small, [0xFFFF, 0xFFFF, 0, 0, 0, 0, 0, 0])["count"]
    assert isinstance(value, Refused)
    assert value.state is State.OUT_OF_RANGE


PROOFS = {500: None, 450: None, 650: None, 449: "449", 0: "0", 65535: "65535"}


@pytest.mark.parametrize("held", PROOFS)
def test_a_proof_may_be_a_range(held, module):
    (proof,) = module.registers.proofs
    assert proof.judge(held.to_bytes(2, "big")) == PROOFS[held]
    assert proof.judge(proof.data) is None
    assert "450" in proof.expected


MISTAKES = {
    "a counter of pulses that does not say where it begins anew": (
        'wraps_at = "4294967296"\n',
        "",
        "wraps_at",
    ),
    "a counter that holds nothing": ('"4294967296"', '"0"', "wraps_at"),
    "a quotient without an end": (', step = "0.01"', "", "step"),
    "a step without a range": (", over = 65535", "", "over"),
    "bits of a number with a sign": ('"uint16", bits', '"int16", bits', "has no bits"),
    "bits beyond the number": ('"0-7"', '"0-16"', "0 to 15"),
    "a proof by range and by value": ("least = 450\n", "least = 450\nis = [500]\n", "said twice"),
    "a proof that nothing can pass": ("least = 450", "least = 650", "between"),
    "an example beyond the request": ('"30004" = [0x8000]', '"30010" = [0x8000]', "not read"),
}


@pytest.mark.parametrize("why", MISTAKES)
def test_a_mistake_about_numbers_is_named(why):
    old, new, hint = MISTAKES[why]
    assert old in MAP
    with pytest.raises(DescriptionError) as caught:
        make_driver(MAP.replace(old, new, 1).encode(), "module.toml")
    assert hint in f"{caught.value} {caught.value.facts['path']}"


@pytest.mark.parametrize(
    ("held", "shown"), [(0, "1234"), (2, "12.34"), (12, "0.000000001234"), (13, None), (0xFFFD, None)]
)
def test_a_register_of_decimals_that_holds_something_else_is_refused_and_stops_nothing(held, shown):
    place = BitField(at=2, size=2, swapped=False, low=0, width=16, shown="40002")
    number = Part(at=0, form=NumberForm(NumberType.UINT16), scale=Decimal(1))
    channel = Channel(name="flow", parts=(number,), decimals=place, unit="kg")
    read = channel.read((1234).to_bytes(2, "big") + held.to_bytes(2, "big"), b"")
    if shown is None:
        assert isinstance(read, Refused)
        assert read.state is State.UNKNOWN_FLAG
    else:
        assert isinstance(read, Indicated)
        assert read.indication == Quantity(shown, "kg")
