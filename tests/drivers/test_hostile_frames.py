"""Bytes that somebody with a terminal could send: no driver finds a number that its frame does not say."""

import re
from itertools import islice

import pytest

from drivers.example import events_of
from drivers.protocols import Indicated, Measured
from tests.drivers.test_fuzz import DRIVERS, own_frames

ENDLESS = 20_000
SEPARATORS = (b",", b" ", b";", b"=", b"\r\n", b"\r", b"\n", b"\x02\x03", b"\x00", b"+", b"-", b".")
DIGITS = {
    "an Arabic digit": "٣".encode(),
    "an Arabic digit of Windows-1256": b"\xb3",
    "a wide digit": "３".encode(),
    "a raised two": b"\xb2",
    "the letter O": b"O",
    "a decimal comma more": b",",
    "a low line, as programmers write numbers": b"_",
    "NUL": b"\x00",
}
UNITS = {
    "Cyrillic": "кг".encode(),
    "one sign for kg": "㎏".encode(),
    "two bytes a letter": "kg".encode("utf-16-le"),
    "a micro sign": "µg".encode(),
    "a soft hyphen inside": b"k\xadg",
    "NUL inside": b"k\x00g",
}
STATUS_OF_BITS = {"toledo-continuous", "toledo-cardinal", "toledo-short"}
"""three characters behind the start are bits: another letter there is another status, and no digit"""


def numbers(driver, data):
    """Every number that a driver finds, with its unit."""
    found = set()
    for event in events_of(driver, data):
        values = event.values.values() if isinstance(event, Measured) else [event]
        found |= {str(one.indication) for one in values if isinstance(one, Indicated)}
    return found


def told(driver):
    """Frames that give numbers, each with these numbers."""
    frames = ((frame, numbers(driver, frame)) for frame in own_frames(driver))
    return list(islice(((frame, said) for frame, said in frames if said), 3))


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", DRIVERS)
def test_bytes_without_a_frame_give_no_number(name):
    driver = DRIVERS[name]
    first = own_frames(driver)[0]
    assert not numbers(driver, b"")
    for separator in SEPARATORS:
        assert not numbers(driver, separator * 100), separator
    for endless in (b"1", b" ", b"9.", first[:1], first[:2]):
        assert not numbers(driver, endless * (ENDLESS // len(endless))), endless


@pytest.mark.parametrize("name", DRIVERS)
def test_what_is_no_digit_is_not_read_as_one(name):
    driver = DRIVERS[name]
    for frame, said in told(driver):
        first = 4 if name in STATUS_OF_BITS else 0
        for at in [found.start() for found in re.finditer(rb"[0-9]", frame) if found.start() >= first][:12]:
            for why, digit in DIGITS.items():
                data = frame[:at] + digit + frame[at + 1 :]
                assert numbers(driver, data) <= said, f"{why} at {at + 1}: {data!r}"


@pytest.mark.parametrize("name", DRIVERS)
def test_a_decimal_comma_gives_the_same_number_or_none(name):
    driver = DRIVERS[name]
    for frame, said in told(driver):
        assert numbers(driver, frame.replace(b".", b",")) <= said
        assert numbers(driver, frame.replace(b",", b".")) <= said


@pytest.mark.parametrize("name", DRIVERS)
def test_a_unit_that_only_looks_like_one_gives_no_other_number(name):
    driver = DRIVERS[name]
    for frame, said in told(driver):
        for why, unit in UNITS.items():
            for width in (len(unit), 2, 3):
                data = frame.replace(b"kg", unit[:width].ljust(width))
                assert numbers(driver, data) <= said, f"{why}: {data!r}"


ZEROS = {
    "mt-sics": b"S S      -0.00 g\r\n",
    "st-gs": b"ST,GS,-  0.000kg\r\n",
    "radwag": b"S    -     0.00 g  \r\n",
    "sartorius-sbi": b"-     0.00 g  \r\n",
}


@pytest.mark.parametrize("name", ZEROS)
def test_a_zero_with_a_minus_is_zero(name):
    (event,) = events_of(DRIVERS[name], ZEROS[name])
    assert isinstance(event, Indicated), event
    assert event.indication.value == 0
    assert not event.indication.value < 0
