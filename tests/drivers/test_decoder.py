"""The decoder of driver files: any split, noise, cuts, damage and nonsense give the same numbers or none."""

import random
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import catalogue
from drivers.description import read_description
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.protocols import Acknowledged, Indicated, Refused, State
from drivers.protocols.escape import typed_to_bytes
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from tests.drivers.frames_seen import NO_FAMILY_HERE, READINGS, ROWS

LOADED = {name: catalogue.load(name) for name in catalogue.names()}
DRIVERS = {name: one for name, one in LOADED.items() if isinstance(one, FileDriver) and not one.keyed}
SAID = [seen.data for seen in ROWS.values()] + list(NO_FAMILY_HERE.values())
EVERY_DRIVER = pytest.mark.parametrize("name", DRIVERS)


def in_parts(driver, data, cuts):
    decoder = driver.decoder()
    events = []
    edges = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(edges):
        decoder.receive(data[start:end])
        events += iter(decoder.next_event, None)
    decoder.end()
    events += iter(decoder.next_event, None)
    return events, decoder.skipped


def accounted(events, skipped):
    return sum(len(event.frame) for event in events) + skipped


@EVERY_DRIVER
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_split_of_the_bytes_gives_the_same_events(name, data):
    pieces = st.one_of(st.sampled_from(SAID), st.binary(max_size=40))
    stream = b"".join(data.draw(st.lists(pieces, max_size=8)))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    whole = in_parts(DRIVERS[name], stream, [])
    assert in_parts(DRIVERS[name], stream, cuts) == whole
    assert in_parts(DRIVERS[name], stream, range(1, len(stream))) == whole
    assert accounted(*whole) == len(stream)


@EVERY_DRIVER
def test_damaged_frames_give_only_numbers_that_could_be_sent(name):
    """A number that comes out of damage is written again as a whole frame of the same instrument."""
    chance = random.Random(76)  # noqa: S311 - a repeatable test
    driver = DRIVERS[name]
    examples = read_description(driver.text.encode("utf-8"), name).example
    own = [typed_to_bytes(example.rx) for example in examples]
    own += [seen.data for seen in ROWS.values() if seen.driver == name]
    for _ in range(300):
        frame = bytearray(chance.choice(own))
        for _ in range(chance.randrange(1, 3)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        for event in events_of(driver, bytes(frame)):
            if isinstance(event, Indicated):
                assert event.frame in bytes(frame)
                assert event.indication.value.is_finite()


def at_rest(driver, unit):
    """A frame at rest: an instrument that leaves the unit blank in motion has named it before."""
    return driver.render(
        Indicated(indication=Quantity(0, unit), stability=Stability.STABLE, kind=Kind.GROSS, frame=b"")
    )


def indications(driver):
    own = [seen.unit for seen in READINGS.values() if seen.driver == driver.mark.id]
    unit = own[0] if own else "kg"
    return st.builds(
        lambda digits, places, rest, kind: Indicated(
            indication=Quantity(Decimal(digits).scaleb(-places), unit), stability=rest, kind=kind, frame=b""
        ),
        st.integers(-99999, 99999),
        st.integers(0, 4),
        st.sampled_from(Stability),
        st.sampled_from(Kind),
    )


@EVERY_DRIVER
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_reading_what_the_twin_writes_gives_back_what_was_said(name, data):
    driver = DRIVERS[name]
    event = data.draw(indications(driver))
    try:
        frame = driver.render(event)
    except DescriptionError:
        return
    _, back = events_of(driver, at_rest(driver, event.indication.unit) + frame)
    assert isinstance(back, Indicated)
    assert back.frame == frame
    assert str(back.indication) == str(event.indication)
    assert back.stability in (event.stability, Stability.NOT_REPORTED)
    untared = {Kind.NET} if event.kind is Kind.GROSS else set()  # some wires only know the net weight
    assert back.kind in {event.kind, Kind.UNKNOWN, *untared}


@EVERY_DRIVER
def test_every_instrument_can_say_rest_motion_and_negative_weights(name):
    driver = DRIVERS[name]
    for rest in (Stability.STABLE, Stability.MOVING):
        for value in ("0.000", "1.234", "-0.002"):
            weight = Indicated(indication=Quantity(value, "kg"), stability=rest, kind=Kind.GROSS, frame=b"")
            _, back = events_of(driver, at_rest(driver, "kg") + driver.render(weight))
            assert isinstance(back, Indicated)
            assert str(back.indication) == f"{value} kg"
            assert back.stability in (rest, Stability.NOT_REPORTED)


@pytest.mark.parametrize("name", ["sma", "toledo-continuous"])
def test_an_instrument_with_a_finer_display_says_so_on_the_wire(name):
    finer = Indicated(
        indication=Quantity("1.2345", "kg"), stability=Stability.STABLE, kind=Kind.GROSS,
        high_resolution=True, frame=b"",
    )  # fmt: skip
    (back,) = events_of(DRIVERS[name], DRIVERS[name].render(finer))
    assert msgspec.structs.replace(back, frame=b"") == finer


def test_an_instrument_without_a_mark_for_the_finer_display_cannot_say_it():
    finer = Indicated(
        indication=Quantity("1.2345", "kg"), stability=Stability.STABLE, high_resolution=True, frame=b""
    )
    with pytest.raises(DescriptionError, match="yaohua-a9 cannot say"):
        DRIVERS["yaohua-a9"].render(finer)
    with pytest.raises(DescriptionError, match="finer display"):
        DRIVERS["st-gs"].request(high_resolution=True)


@pytest.mark.parametrize("name", ["mt-sics", "st-gs", "cas-22", "and-standard", "sma", "sartorius-sbi"])
def test_overload_is_said_as_overload(name):
    frame = DRIVERS[name].render(Refused(reason="", state=State.OVERLOAD, frame=b""))
    (back,) = events_of(DRIVERS[name], frame)
    assert isinstance(back, Refused)
    assert back.state is State.OVERLOAD


def test_one_mark_for_over_and_under_is_said_as_out_of_range():
    for state in (State.OVERLOAD, State.UNDERLOAD):
        frame = DRIVERS["toledo-continuous"].render(Refused(reason="", state=state, frame=b""))
        (back,) = events_of(DRIVERS["toledo-continuous"], frame)
        assert isinstance(back, Refused)
        assert back.state is State.OUT_OF_RANGE


def test_the_answers_to_a_command_are_told_apart_from_readings():
    driver = DRIVERS["mt-sics"]
    events = events_of(driver, b"Z A\r\nS S       0.00 g\r\nZ I\r\n")
    assert [type(event) for event in events] == [Acknowledged, Indicated, Acknowledged]
    assert [event.done for event in events if isinstance(event, Acknowledged)] == [True, False]
    refused = Acknowledged(command="zero", done=False, frame=b"")
    assert driver.render(refused) == b"Z I\r\n"


def test_an_answer_that_ends_a_foreign_line_is_no_answer():
    assert not [e for e in events_of(DRIVERS["mt-sics"], b"XYZ A\r\n") if isinstance(e, Acknowledged)]


NOISE = {
    "line noise at power-on": (b"\x00\x00\x7f\x7f", True),
    "the end of a foreign line": (b"kg\r\n", True),
    "a digit too many is not noise": (b"9", False),
}


@pytest.mark.parametrize("why", NOISE)
@pytest.mark.parametrize("name", ["ohaus-defender3000", "sartorius-sbi", "st-gs", "sma", "yaohua-a9"])
def test_noise_before_a_frame_is_counted_and_never_part_of_a_number(name, why):
    noise, whole = NOISE[why]
    seen = next(seen for seen in READINGS.values() if seen.driver == name)
    events = events_of(DRIVERS[name], noise + seen.data)
    numbers = [str(event.indication) for event in events if isinstance(event, Indicated)]
    assert set(numbers) <= {f"{seen.value} {seen.unit}"}
    assert numbers or not whole


def even_parity(data):
    return bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in data)


@EVERY_DRIVER
def test_seven_bits_with_parity_read_as_eight_bits_is_a_wrong_line_and_never_a_number(name):
    weight = Indicated(
        indication=Quantity("-24.78", "kg"), stability=Stability.STABLE, kind=Kind.GROSS, frame=b""
    )
    frame = bytes(byte & 0x7F for byte in DRIVERS[name].render(weight))
    events = events_of(DRIVERS[name], even_parity(frame * 8))
    assert not [event for event in events if isinstance(event, Indicated)]
    assert State.WRONG_LINE_SETTINGS in {event.state for event in events if isinstance(event, Refused)}


def test_a_line_that_never_ends_is_not_kept():
    decoder = DRIVERS["st-gs"].decoder()
    for _ in range(1_000):
        decoder.receive(b"no line end ")
        assert decoder.next_event() is None
    assert len(decoder._buffer) < 100
    assert decoder.skipped > 11_000


def test_a_frame_after_an_endless_line_is_believed_only_by_its_head():
    endless = b"1" * 500
    assert [type(e) for e in events_of(DRIVERS["st-gs"], endless + b"ST,GS,   245.6 g\r\n")] == [Indicated]
    fixed = events_of(DRIVERS["ohaus-defender3000"], endless + b"   0.360 kg    G\r\n")
    assert [type(e) for e in fixed] == [Refused]
