"""A refused frame is explained part by part: where it stands, what was wanted, what came."""

import pytest

from drivers import catalogue, checking
from drivers.example import events_of
from drivers.explaining import explain
from drivers.file_driver import FileDriver

DRAWN = [
    name
    for name in catalogue.names()
    if isinstance(one := catalogue.load(name), FileDriver) and not one.keyed
]
WHY = {
    "a comma too few": ("st-gs", b"ST,GS    245.6 g\r\n", "14-16  unit", "is none of 'g', 'kg'"),
    "a letter in the number": ("st-gs", b"ST,GS,   24X.6 g\r\n", "7-14  number", "is no number"),
    "a decimal comma": ("st-gs", b"ST,GS,   245,6 g\r\n", "7-14  number", "a comma; say comma = true"),
    "an unknown flag": ("st-gs", b"ST,GZ,   245.6 g\r\n", "4-5  which", "is none of 'GS', 'NT', 'TR'"),
    "a flag that means overload": ("cas-22", b"OL,GS,1\x84,  9999.9 kg\r\n", "1-2  rest", "means overload"),
    "a line too short": ("radwag", b"SI ?       18.5 kg\r\n", "17-19  unit", "is none of"),
    "wrong check characters": ("yaohua-a9", b"\x02+001560018\x03", "10-11  check", "should be '19'"),
    "a wrong optional check": ("toledo-continuous", b"\x0240    046   000\rA", "18  check", "should be"),
    "bits that are not listed": (
        "toledo-continuous", b"\x0200    046   000\r", "2  swa", "point = 0 is not listed",
    ),
    "bits that mean out of range": (
        "toledo-continuous", b"\x0244    046   000\r", "3  swb", "range = 1 means out_of_range",
    ),
    "a form of open width": ("mt-sics", b"S S      1,234 g\r\n", "5-14  number", "a comma; say comma = true"),
    "no form at all": ("mt-sics", b"T S 12 g\r\n", "1-10  fixed", "should be 'S'"),
}  # fmt: skip


@pytest.mark.parametrize("why", WHY)
def test_the_part_that_is_wrong_is_named_with_its_column(why):
    name, frame, where, said = WHY[why]
    driver = catalogue.load(name)
    (event,) = events_of(driver, frame)
    wrong = [line for line in explain(driver, event) if line.startswith("  >>>")]
    assert any(where in line and said in line for line in wrong), "\n".join(explain(driver, event))


def test_a_reading_needs_no_explanation():
    driver = catalogue.load("st-gs")
    (event,) = events_of(driver, b"ST,GS,   245.6 g\r\n")
    assert not list(explain(driver, event))


def test_parity_read_as_data_is_named_instead_of_columns():
    driver = catalogue.load("st-gs-7e1")
    data = bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in b"ST,GS,   245.6 g\r\n" * 3)
    event = events_of(driver, data)[0]
    assert any("set it to 7E1" in line for line in explain(driver, event))


@pytest.mark.parametrize("name", DRAWN)
def test_every_refused_example_can_be_explained(name):
    driver = catalogue.load(name)
    for frame in (b"?\r\n", b"\x02\x03", b"ST,GS,   245.6 g\r\n", b"=999", b"\x02+001560018\x03", bytes(40)):
        for event in events_of(driver, frame):
            assert all(isinstance(line, str) for line in explain(driver, event))


def test_trying_a_capture_tells_why_when_asked():
    driver, data = catalogue.load("st-gs"), b"ST,GZ,   245.6 g\r\n"
    quiet, _ = checking.try_capture(driver, data)
    told, _ = checking.try_capture(driver, data, why=True)
    assert "why" not in quiet
    assert any("which" in line for line in told["why"])
