"""Numbers in hexadecimal: DCON counters, Veeder-Root floats; their checks, and what must give no number."""

import random
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.catalogue import load
from drivers.example import events_of
from drivers.protocols import Indicated, Measured, Refused
from drivers.protocols.answer_check import AnswerCheck, Summed
from drivers.protocols.digits import Digits, hex_text, hex_value
from drivers.twins.meter import MeterBody
from drivers.twins.scenario import Scenario, Story

COUNTERS = ["adam-4080", "adam-4080-checked", "adam-4080-frequency", "icp-i-7080"]
DCON = [*COUNTERS, "adam-4015-dcon", "icp-m-7015-dcon"]
ALL = [*DCON, "veeder-root-tls"]
CHECKED = ["adam-4080-checked", "veeder-root-tls"]

VALUES = {
    "a manual's 766": ("000002FE", Digits.HEX, Decimal(766)),
    "all bits": ("FFFFFFFF", Digits.HEX, Decimal(4294967295)),
    "small letters": ("0000ffff", Digits.HEX, Decimal(65535)),
    "a float": ("45A2D000", Digits.HEX_FLOAT, Decimal(5210)),
    "a float with a fraction": ("41EC0000", Digits.HEX_FLOAT, Decimal("29.5")),
    "a negative float": ("C0600000", Digits.HEX_FLOAT, Decimal("-3.5")),
    "no number": ("7FC00000", Digits.HEX_FLOAT, None),
    "infinity": ("7F800000", Digits.HEX_FLOAT, None),
    "a float too short": ("45A2D0", Digits.HEX_FLOAT, None),
    "a blank": (" 00002FE", Digits.HEX, None),
    "a sign": ("-00002FE", Digits.HEX, None),
    "a point": ("0000.2FE", Digits.HEX, None),
    "a letter that is none": ("00000G00", Digits.HEX, None),
    "a stroke under": ("0000_2FE", Digits.HEX, None),
    "nothing": ("", Digits.HEX, None),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_field_in_hexadecimal_is_one_number_or_none(case):
    text, digits, value = VALUES[case]
    assert hex_value(text, digits) == value


@given(st.integers(0, 2**32 - 1))
def test_a_count_is_written_as_it_is_read(count):
    assert hex_value(hex_text(Decimal(count), Digits.HEX, 8), Digits.HEX) == count


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_float_is_written_as_it_is_read(number):
    shown = hex_value(struct.pack(">f", number).hex(), Digits.HEX_FLOAT)
    assert hex_value(hex_text(shown, Digits.HEX_FLOAT, 8), Digits.HEX_FLOAT) == shown


def test_what_does_not_fit_into_the_field_is_not_written():
    too_much = (Decimal(2**32), Decimal(-1), Decimal("0.5"))
    assert [hex_text(value, Digits.HEX, 8) for value in too_much] == ["", "", ""]


def test_the_check_of_veeder_root_is_that_of_its_own_error_answer():
    assert AnswerCheck(Summed.NEGATED_SUM16, "check").of("\x019999") == "FF1B"
    assert AnswerCheck(Summed.SUM8, "check").of("#010") == "B4"


def numbers(driver, data):
    found = []
    for event in events_of(driver, data):
        values = event.values if isinstance(event, Measured) else {"": event}
        found += [(name, str(one.indication)) for name, one in values.items() if isinstance(one, Indicated)]
    return found


def transcript(driver):
    """Both sides of the line, as the first example of the file has them."""
    event = driver.examples[0].event
    return driver.render(event), {name for name, _ in numbers(driver, driver.render(event))}


@pytest.mark.parametrize("name", ALL)
def test_any_split_gives_the_same(name):
    driver = load(name)
    data, names = transcript(driver)
    assert names == set(driver.channels)
    expected = events_of(driver, data)
    for at in range(1, len(data)):
        decoder, events = driver.decoder(), []
        for part in (data[:at], data[at:]):
            decoder.receive(part)
            events += iter(decoder.next_event, None)
        decoder.end()
        events += iter(decoder.next_event, None)
        assert events == expected


@pytest.mark.parametrize("name", CHECKED)
def test_no_single_changed_byte_passes_the_check(name):
    driver = load(name)
    data, _ = transcript(driver)
    right = set(numbers(driver, data))
    for at in range(len(data)):
        for bit in range(8):
            damaged = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
            assert set(numbers(driver, damaged)) <= right, (at, bit)


@pytest.mark.parametrize("name", ALL)
def test_random_and_damaged_answers_never_crash(name):
    driver = load(name)
    data, _ = transcript(driver)
    right = set(numbers(driver, data))
    chance = random.Random(20261121)  # noqa: S311 - a repeatable test, not a secret
    for _ in range(300):
        damaged = bytearray(data)
        match chance.randrange(3):
            case 0:
                for _ in range(chance.randrange(1, 4)):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            case 1:
                del damaged[chance.randrange(len(damaged)) :]
            case _:
                damaged[chance.randrange(len(damaged)) :] = chance.randbytes(20)
        found = numbers(driver, bytes(damaged))
        if name in CHECKED:
            assert set(found) <= right
        assert all(Decimal(text.split()[0]).is_finite() for _, text in found)


@pytest.mark.parametrize("name", COUNTERS)
def test_a_module_in_the_other_mode_gives_no_number(name):
    driver = load(name)
    data, _ = transcript(driver)
    if name == "adam-4080-checked":
        other = data.replace(b"!01500640B1", b"!01510640B2")
    elif name == "adam-4080-frequency":
        other = data.replace(b"!0151", b"!0150")
    else:
        other = data.replace(b"!0150", b"!0151")
    assert other != data
    assert not numbers(driver, other)
    assert any(isinstance(event, Refused | Measured) for event in events_of(driver, other))


def test_a_console_in_other_units_gives_no_volume():
    driver = load("veeder-root-tls")
    shown = dict(numbers(driver, transcript(driver)[0]))
    assert shown["volume"] == "12345.5 L"
    values = [12345.5, 12280.25, 7654.5, 1210.5, 3.25, 85.25, 15.0]
    text = (
        "\x01i201012611212215011000007" + "".join(struct.pack(">f", v).hex().upper() for v in values) + "&&"
    )
    answer = text + AnswerCheck(Summed.NEGATED_SUM16, "check").of(text) + "\x03"
    assert not numbers(driver, b"\x01i20101\n" + answer.encode("latin-1"))


STORIES = {
    "zeros at the end": ("28.00", "28 °C"),
    "a whole number": ("28", "28 °C"),
    "more digits than a float holds": ("28.123456789", "28.123457 °C"),
    "a fraction": ("28.3", "28.3 °C"),
}


@pytest.mark.parametrize(("written", "shown"), STORIES.values(), ids=STORIES)
def test_a_twin_that_says_floats_answers_whatever_digits_its_story_is_written_with(written, shown):
    driver = load("veeder-root-tls")
    body = MeterBody(driver, Scenario(quantity={"temperature": Story(start=written)}), at=0.0)
    (answer,) = driver.answers(body.event(at=1.0, wrong={})).values()
    told = driver.interview.event((answer,), b"")
    assert str(told.values["temperature"].indication) == shown
