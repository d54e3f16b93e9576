"""drivers/README.md is complete and what it shows works."""

import re
import tomllib
from pathlib import Path

import pytest

from drivers import catalogue, checking
from drivers.description import ENTRIES
from drivers.instrument import inquiries_of
from drivers.mbus_description import MBUS_ENTRIES
from drivers.protocols.number import NumberStyle
from drivers.query_description import QUERY_ENTRIES
from drivers.register_description import REGISTER_ENTRIES
from drivers.units import UNITS

README = (Path(catalogue.__file__).parent / "README.md").read_text("utf-8")
STREAM, REQUEST, REGISTERS, *OTHERS = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
EVERY_FILE_SHOWS = {"id", "name", "kind", "evidence", "source", "rx", "is", "value", "tare", "done"}


def test_the_streaming_example_is_a_driver_that_passes_its_check(tmp_path):
    (tmp_path / "pasar.toml").write_text(STREAM, "utf-8")
    report = checking.check(tmp_path / "pasar.toml")
    assert report.ok, "\n".join(report.lines())


def test_the_register_example_is_a_driver_that_passes_its_check(tmp_path):
    (tmp_path / "pasar-meter.toml").write_text(REGISTERS, "utf-8")
    report = checking.check(tmp_path / "pasar-meter.toml")
    assert report.ok, "\n".join(report.lines())


def test_the_meter_example_is_a_driver_that_passes_its_check(tmp_path):
    (meter,) = (text for text in OTHERS if "[mbus]" in text)
    (tmp_path / "pasar-air.toml").write_text(meter, "utf-8")
    report = checking.check(tmp_path / "pasar-air.toml")
    assert report.ok, "\n".join(report.lines())


def test_the_example_of_several_questions_is_a_driver_that_passes_its_check(tmp_path):
    (standard,) = (text for text in OTHERS if "[[query]]" in text)
    (tmp_path / "pasar-tekanan.toml").write_text(standard, "utf-8")
    report = checking.check(tmp_path / "pasar-tekanan.toml")
    assert report.ok, "\n".join(report.lines())


def test_the_example_of_a_safe_state_is_a_driver_that_passes_its_check(tmp_path):
    (valves,) = (text for text in OTHERS if "[do.safe]" in text)
    (tmp_path / "pasar-katup.toml").write_text(valves, "utf-8")
    report = checking.check(tmp_path / "pasar-katup.toml")
    assert report.ok, "\n".join(report.lines())


def test_it_names_every_driver_whose_instrument_tells_its_serial_number_when_asked():
    (paragraph,) = (text for text in README.split("\n\n") if text.startswith("Their serial number tell"))
    drivers = {name: catalogue.load(name) for name in catalogue.names()}
    telling = {name for name, one in drivers.items() if inquiries_of(one) or getattr(one, "tells", None)}
    assert set(re.findall(r"`([\w-]+)`", paragraph)) == telling


def test_no_driver_of_the_program_claims_to_know_a_safe_state():
    assert [name for name in catalogue.names() if "safe" in catalogue.load(name).commands] == []


def test_the_asking_example_is_a_driver_that_passes_its_check(tmp_path):
    head = STREAM[: STREAM.index("[[reply]]")]
    examples = """
[[example]]
rx = 'S S     1.500 kg\\r\\n'
is = { value = "1.500", stable = true }
[[example]]
rx = 'S D     1.500 kg\\r\\n'
is = { value = "1.500", stable = false }
[[example]]
rx = 'S X     1.500 kg\\r\\n'
is = { state = "unknown_flag" }
"""
    (tmp_path / "pasar.toml").write_text(head + REQUEST + examples, "utf-8")
    assert checking.check(tmp_path / "pasar.toml").ok
    assert catalogue.load(tmp_path / "pasar.toml").request() == b"SI\r\n"


@pytest.mark.parametrize("name", catalogue.names())
def test_every_driver_of_the_program_is_listed(name):
    assert f"`{name}`" in README


def test_every_entry_of_a_driver_file_is_told():
    entries = {
        field
        for entry in (*ENTRIES, *REGISTER_ENTRIES, *MBUS_ENTRIES, *QUERY_ENTRIES)
        for field in entry.__struct_encode_fields__
    }
    assert NumberStyle in ENTRIES
    shown = set(re.findall(r"\w+", README))
    assert entries - shown - EVERY_FILE_SHOWS == set()
    assert tomllib.loads(STREAM).keys() <= entries


def test_every_unit_is_listed_and_every_listed_unit_is_one():
    listed = README[README.index("Units are spelled as the program spells them") :].split("\n\n")[0]
    told = set(re.findall("`([^`]+)`", listed)) - {"units"}
    assert told == set(UNITS)
