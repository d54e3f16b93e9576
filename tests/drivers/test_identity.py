"""An instrument is known by what it says of itself, and by nothing that it does not say."""

import pytest

from drivers.catalogue import load
from drivers.identity import Told, told_by
from drivers.protocols import Indicated, Measured
from drivers.protocols.escape import typed_to_bytes
from drivers.quantity import Quantity
from drivers.reading import Stability

VOLUME = Indicated(indication=Quantity("12.000", "m3"), stability=Stability.NOT_REPORTED, frame=b"")
PRESSURE = Indicated(indication=Quantity("1.25", "bar"), stability=Stability.NOT_REPORTED, frame=b"")

TOLD = {
    "a meter on M-Bus": ("mbus-water", VOLUME, "11490378"),
    "a register of its map": ("keller-30", Measured(values={"pressure": PRESSURE}, frame=b""), "123456"),
}


@pytest.mark.parametrize("case", TOLD)
def test_the_serial_number_comes_with_the_reading(case):
    name, event, serial = TOLD[case]
    driver = load(name)
    assert told_by(driver, driver.render(event)) == Told(serial=serial)


def test_an_instrument_that_says_nothing_of_itself_tells_nothing():
    assert told_by(load("st-gs"), typed_to_bytes(r"ST,GS,   1.500kg\r\n")) == Told()


def test_a_frame_that_is_none_tells_nothing():
    assert told_by(load("mbus-water"), b"\x68\x03") == Told()
    assert told_by(load("keller-30"), b"\x01\x03") == Told()


SAME = {
    "spelled otherwise": ("0011490378", "1149-0378", True),
    "with letters": ("b123", "B 123", True),
    "another": ("11490379", "11490378", False),
    "it does not tell": ("", "11490378", True),
    "the laboratory does not know": ("11490378", "", True),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_number_is_the_same_however_it_is_spelled(case):
    told, known, same = SAME[case]
    assert Told(serial=told).is_of(known) is same
