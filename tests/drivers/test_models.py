"""Every driver file against frames with a known meaning: its own, and those of all other instruments."""

import csv
from collections import Counter
from decimal import Decimal

import pytest

from drivers import catalogue
from drivers.description import read_description
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.protocols import Indicated, Refused
from drivers.protocols.escape import typed_to_bytes
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from tests.drivers.frames_seen import BY_THE_MANUAL, NO_FAMILY_HERE, READINGS, REFUSALS, ROWS

LOADED = {name: catalogue.load(name) for name in catalogue.names()}
BUILT_IN = [name for name, one in LOADED.items() if isinstance(one, FileDriver) and not one.keyed]
CAPTURES = {"ohaus-defender3000": 454, "tscale-nhb": 408, "tscale-qhw": 829}

INHERENT = {"yaohua-forward", "yaohua-reversed", "yaohua-a22"}
"""positive frames of the `=` formats have one shape; only a known weight tells them apart"""


@pytest.fixture(scope="module")
def drivers():
    return {name: LOADED[name] for name in BUILT_IN}


def numbers(driver, data):
    return {
        (event.indication.value, event.indication.unit)
        for event in events_of(driver, data)
        if isinstance(event, Indicated)
    }


def said(driver):
    """Frames of an instrument: the examples of its file, and what its twin says."""
    for example in read_description(driver.text.encode("utf-8"), driver.mark.id).example:
        yield typed_to_bytes(example.rx)
    for value in ("0.000", "12.345", "-3.210", "1560", "-0.02"):
        for unit in ("kg", "g"):
            for rest in (Stability.STABLE, Stability.MOVING):
                shown = Indicated(
                    indication=Quantity(value, unit), stability=rest, kind=Kind.GROSS, frame=b""
                )
                try:
                    yield driver.render(shown)
                except DescriptionError:
                    continue


@pytest.mark.parametrize("row", ROWS)
def test_a_frame_means_what_its_maker_or_its_display_says(row, drivers):
    seen = ROWS[row]
    events = events_of(drivers[seen.driver], seen.data)
    readings = [event for event in events if isinstance(event, Indicated)]
    if seen.value is None:
        assert not readings
        assert {event.state.value for event in events if isinstance(event, Refused)} == {seen.state}
        return
    (reading,) = readings
    assert f"{reading.indication.value:f}" == seen.value
    assert reading.indication.unit == seen.unit
    assert reading.stability.value == seen.rest
    assert reading.kind.value == seen.kind
    assert reading.high_resolution is seen.high_resolution


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_driver_sees_another_number_in_a_frame_of_another_instrument(name, drivers):
    wrong = []
    for row, data in [*((row, seen.data) for row, seen in ROWS.items()), *NO_FAMILY_HERE.items()]:
        if row in ROWS and {ROWS[row].driver, name} <= INHERENT:
            continue
        meant = {(Decimal(ROWS[row].value), ROWS[row].unit)} if row in ROWS and ROWS[row].value else set()
        if got := numbers(drivers[name], data) - meant:
            wrong.append((row, got))
    assert not wrong


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_other_driver_sees_another_number_in_what_an_instrument_says(name, drivers):
    for frame in set(said(drivers[name])):
        meant = numbers(drivers[name], frame)
        for other in drivers.keys() - {name}:
            if not {name, other} <= INHERENT:
                assert numbers(drivers[other], frame) <= meant, (other, frame)


def test_the_two_orders_of_the_equals_sign_format_are_told_apart_when_negative(drivers):
    assert not [e for e in events_of(drivers["yaohua-forward"], b"=00.1000-") if isinstance(e, Indicated)]
    assert not [e for e in events_of(drivers["yaohua-reversed"], b"=-0001.00") if isinstance(e, Indicated)]


@pytest.mark.parametrize("sum_line", ["0240    046   000", "0249    072   046", "021!!  1440   460"])
def test_toledo_frames_with_their_checksum_are_read_in_a_stream(sum_line, drivers):
    frame = b"\x02" + sum_line[2:].encode() + b"\r"
    checked = frame + bytes([-sum(frame) & 0x7F])
    events = events_of(drivers["toledo-continuous"], checked * 3)
    assert [type(event) for event in events] == [Indicated] * 3
    assert {len(event.frame) for event in events} == {18}


def test_a_unit_left_blank_is_the_one_that_the_balance_named_last(drivers):
    stable, moving = b"+    1.234 kg \r\n", b"+    1.300    \r\n"
    events = events_of(drivers["sartorius-sbi"], stable + moving)
    assert [str(event.indication) for event in events] == ["1.234 kg", "1.300 kg"]


def test_a_person_keys_what_a_scale_without_a_wire_shows():
    driver = catalogue.load("manual")
    assert driver.keyed
    assert driver.request() is None
    assert not [e for e in events_of(driver, b"S S     100.00 g\r\n") if isinstance(e, Indicated)]


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_whole_session_of_a_real_instrument_is_read(capture, shared_data, drivers):
    data = (shared_data / "captures" / f"{capture}.bin").read_bytes()
    name = capture if capture in drivers else "st-gs"
    counted = Counter(type(event) for event in events_of(drivers[name], data))
    assert counted[Indicated] == CAPTURES[capture]
    assert counted[Refused] <= 1  # the fragment at the join
    meant = numbers(drivers[name], data)
    assert not [other for other in drivers if numbers(drivers[other], data) - meant]


def test_the_rows_here_are_the_published_bytes(shared_data, drivers):
    with (shared_data / "captures" / "scales.tsv").open(encoding="utf-8") as file:
        published = {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    for row, seen in (READINGS | REFUSALS).items():
        assert seen.data.hex() == published[row]["hex"], row
    for row, data in NO_FAMILY_HERE.items():
        assert data.hex() == published[row]["hex"], row
    known = READINGS.keys() | REFUSALS.keys()
    for row, fields in published.items():
        if row in known:
            continue
        readers = [name for name, one in drivers.items() if numbers(one, bytes.fromhex(fields["hex"]))]
        assert not readers, row
    assert len(BY_THE_MANUAL) > len(known)
