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


STRANGE = {
    "nothing at all": ("st-gs", b"", "Nothing was recorded"),
    "how many bytes": ("st-gs", b"W 1.250 kg;" * 3, "among these 33 bytes"),
    "an end mark that never comes": ("st-gs", b"W 1.250 kg;" * 3, r"the end mark '\r\n' came 0 times"),
    "another line end": ("st-gs", b"W 1.250 kg\n" * 3, r"'\n' came 3 times: perhaps its frames end so"),
    "a start mark that never comes": ("yaohua-a9", b"+00156\x03" * 3, r"the start mark '\x02' came 0 times"),
    "marks at another distance": ("yaohua-a9", b"\x02+0\x03" * 4, "never stand as far apart"),
    "high bits": ("st-gs", b"W 1.250 kg\xb0;" * 3, "3 of these bytes have the highest bit set"),
    "an instrument that must be asked": ("mt-sics", b"hello", "answers only when asked"),
    "another driver": ("st-gs", b"hello", "`tera driver new NAME --from FILE`"),
    "a meter": ("mbus-water", b"\x00\x68\x00", "came 1 times"),
    "registers": ("tuf-2000m", b"\x01\x03\x00", "questions and answers together"),
    "an interview": ("hart-1502a", b"t: 25.5 C\r", "questions and answers together"),
}


@pytest.mark.parametrize("why", STRANGE)
def test_bytes_without_any_frame_are_told_by_what_was_seen_and_what_to_try(why):
    name, data, said = STRANGE[why]
    (told,) = checking.try_capture(catalogue.load(name), data, why=True)
    assert any(said in line for line in told["why"]), told


def test_nothing_is_told_of_bytes_that_hold_a_frame():
    *_, summary = checking.try_capture(catalogue.load("st-gs"), b"ST,GS,   245.6 g\r\nxx", why=True)
    assert "why" not in summary
