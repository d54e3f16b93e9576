"""Numbers of a driver file that no line or instrument can have are refused, whatever protocol it is for."""

import pytest

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.errors import DescriptionError

SENSELESS = {
    "no time between frames": ("st-gs", "interval_ms", 0, "1 to 86400000 ms"),
    "less than no time": ("tuf-2000m", "interval_ms", -1, "1 to 86400000 ms"),
    "no patience": ("mt-sics", "timeout_ms", 0, "10 to 300000 ms"),
    "the patience of an hour": ("mbus-water", "timeout_ms", 3600000, "10 to 300000 ms"),
    "no patience on a bus": ("tuf-2000m", "timeout_ms", 0, "10 to 300000 ms"),
    "no patience with a question": ("hart-1502a", "timeout_ms", -5, "10 to 300000 ms"),
    "a pause of less than nothing": ("tuf-2000m", "modbus.gap_ms", -1, "0 to 60000 ms"),
    "an answer that is late by days": ("tuf-2000m", "modbus.late_ms", 10**30, "0 to 600000 ms"),
    "a pause of an hour": ("hart-1502a", "talk.gap_ms", 3600000, "0 to 60000 ms"),
    "answers of no length": ("hart-1502a", "talk.longest", 0, "1 to 65536 characters"),
}


def changed(name: str, path: str, value: int) -> bytes:
    """A driver of the program with another number in one entry."""
    table, _, key = path.rpartition(".")
    own, mark, family = catalogue.load(name).text.partition("#= the family")
    lines = [line for line in own.splitlines() if not line.startswith(f"{key} =")]
    at = lines.index(f"[{table}]") + 1 if table else 0
    return "\n".join([*lines[:at], f"{key} = {value}", *lines[at:], mark + family]).encode()


@pytest.mark.parametrize("why", SENSELESS)
def test_a_number_without_sense_is_told_with_what_is_allowed(why, tmp_path):
    name, path, value, allowed = SENSELESS[why]
    file = tmp_path / f"{name}.toml"
    file.write_bytes(changed(name, path, value).partition(b"#= the family")[0])
    with pytest.raises(DescriptionError) as caught:
        catalogue.load(file)
    assert caught.value.message.endswith(f", at {path}: {value} makes no sense here.")
    assert caught.value.remedy == f"Write {allowed}."


def test_the_driver_in_a_sealed_record_is_read_again_whatever_times_it_names():
    assert make_driver(changed("mt-sics", "interval_ms", 0), "own.toml").interval_s == 0


NUMBERS = {
    "a counter without end": (
        "icp-m7084",
        'wraps_at = "4294967296"',
        "wraps_at = inf",
        "read[0].quantity[0].wraps_at: Infinity is no number",
    ),
    "a limit that is no number": (
        "icp-m7084",
        'wraps_at = "4294967296"',
        "wraps_at = 'nan'",
        "NaN is no number",
    ),
    "a twin that holds none": ("tuf-2000m", "twin = 0", "twin = nan", "setting[0].twin: nan is no number"),
    "a number that stands nowhere": (
        "eh-promass-83",
        'number = { at = 2006, type = "float32" }',
        "number = []",
        "nothing says where the number stands",
    ),
}


@pytest.mark.parametrize("why", NUMBERS)
def test_what_is_no_number_is_a_sentence_and_no_crash(why):
    name, right, wrong, said = NUMBERS[why]
    text = catalogue.load(name).text
    assert right in text
    with pytest.raises(DescriptionError) as caught:
        make_driver(text.replace(right, wrong, 1).encode(), "own.toml")
    assert said in caught.value.message


@pytest.mark.parametrize("baud", [50, 110, 300, 10400, 14400, 28800, 31250, 76800, 921600, 4000000])
def test_speeds_of_real_instruments_are_taken(baud):
    assert make_driver(changed("st-gs", "serial.baud", baud), "own.toml").line.baud == baud
