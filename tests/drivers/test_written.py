"""Drivers in Python: xBPI frames with their sums, and a label of fourteen lines."""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.identity import Told, told_by
from drivers.instrument import Driver, inquiries_of
from drivers.protocols import Acknowledged, Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from drivers.written import WRITTEN
from drivers.written.xbpi import GROSS, TARE, framed

XBPI: Driver = catalogue.load("sartorius-xbpi")
JIK: Driver = catalogue.load("jik6cab")
LABEL = (
    b"^KJIK000\r\n2023-11-07\r\n17:19:26\r\n  0.00 kg\r\n  1.94 kg\r\n0\r\n0\r\n"
    b"  1.94 kg\r\n  1.94 kg\r\n    0 pcs\r\n \r\n \r\nE\r\n~P1\r\n"
)
OTHER_DATE = LABEL.replace(b"2023-11-07", b"2023/11/07")


def numbers(driver, data):
    return [str(event.indication) for event in events_of(driver, data) if isinstance(event, Indicated)]


SESSION = {
    # frames of an MSE1203S (session run_60s) with what its display showed to three decimals
    "0b41484347f33333304205ee": ("199.950 g", Stability.MOVING),
    "0b41484347fc28f5304205ae": ("199.985 g", Stability.MOVING),
    "0b41484347f9581030424536": ("199.974 g", Stability.STABLE),
    "0b414843480083123042052b": ("200.002 g", Stability.MOVING),
    "0b41484347fcac0830424585": ("199.987 g", Stability.STABLE),
    "0b4148434802d0e53042054d": ("200.011 g", Stability.MOVING),
    "0b4148bba3d70a3d30824507": ("-0.005 g", Stability.STABLE),  # the document's reply, its sum corrected
}


@pytest.mark.parametrize("frame", SESSION)
def test_a_frame_of_a_real_balance_means_what_it_showed(frame):
    shown, rest = SESSION[frame]
    (event,) = events_of(XBPI, bytes.fromhex(frame))
    assert isinstance(event, Indicated)
    assert (str(event.indication), event.stability, event.kind) == (shown, rest, Kind.GROSS)


REFUSED = {
    "the sum as the document prints it": ("0b4148bba3d70a3d30824555", State.BAD_CHECK),
    "off scale": (framed(b"\x41\x48\x7f\xff\xff\xff\xff\x30\x82\x00").hex(), State.OUT_OF_RANGE),
    "an error": (framed(b"\x41\x01\x06").hex(), State.ERROR),
    "another register": ("0441210066", State.NOT_A_WEIGHT),
    "a status block": (framed(b"\x41\x48\x00\x00\x81\x88\x18\x10\x00\x42").hex(), State.NOT_A_WEIGHT),
    "newton": (framed(bytes.fromhex("41484347f33333305705")).hex(), State.UNKNOWN_UNIT),
    "plus beside a negative value": (framed(bytes.fromhex("4148bba3d70a3d304245")).hex(), State.UNKNOWN_FLAG),
    "both signs": (framed(bytes.fromhex("4148bba3d70a3d30c245")).hex(), State.UNKNOWN_FLAG),
    "half a digit": (framed(bytes.fromhex("41484347f33333004245")).hex(), State.NO_VALUE),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_no_weight_gives_no_number(why):
    frame, state = REFUSED[why]
    (event,) = events_of(XBPI, bytes.fromhex(frame))
    assert isinstance(event, Refused)
    assert event.state is state


def test_every_single_damaged_byte_is_found_by_the_sum():
    frame = bytes.fromhex("0b41484347f9581030424536")
    for at in range(len(frame)):
        for byte in set(range(256)) - {frame[at]}:
            assert not numbers(XBPI, frame[:at] + bytes((byte,)) + frame[at + 1 :])


def test_the_requests_are_those_of_the_document():
    written = (XBPI.request(), GROSS, TARE, framed(b"\x01\x09\x1e"))
    assert [frame.hex() for frame in written] == ["040109202e", "040109202e", "0401091422", "0401091e2c"]
    with pytest.raises(DescriptionError, match="finer display"):
        XBPI.request(high_resolution=True)


FACTORY = bytes.fromhex("0841450031801165b5")
"""of an MSE1203S that in SBI says SerNo. 0031801165"""


def test_a_balance_is_asked_for_the_makers_number_and_only_its_whole_frame_tells_it():
    (question,) = inquiries_of(XBPI)
    assert question.send.hex() == "040109010f"
    assert told_by(XBPI, FACTORY) == told_by(XBPI, b"\x08\x41" + FACTORY) == Told(serial="0031801165")
    assert question.answer("0031801165") == FACTORY
    assert told_by(XBPI, question.answer("SN-1")) == Told()
    assert told_by(XBPI, framed(FACTORY[1:3] + bytes(5))) == Told()  # nobody wrote one into it
    assert told_by(XBPI, framed(FACTORY[1:3] + b"\x00\x31\x8a\x11\x65")) == Told()
    assert not numbers(XBPI, FACTORY)
    for at in range(len(FACTORY)):
        for byte in set(range(256)) - {FACTORY[at]}:
            assert told_by(XBPI, FACTORY[:at] + bytes((byte,)) + FACTORY[at + 1 :]) == Told()
        assert told_by(XBPI, FACTORY[:at]) == Told()


def test_a_label_and_a_test_bench_say_nothing_of_themselves():
    assert not inquiries_of(JIK)
    assert not inquiries_of(catalogue.load("zera-mt"))


def test_a_tare_is_acknowledged():
    (event,) = events_of(XBPI, bytes.fromhex("03410044"))
    assert event == Acknowledged(command="tare", done=True, frame=bytes.fromhex("03410044"))
    assert event.frame in XBPI.commands["tare"].done


@given(
    digits=st.integers(-999_999, 9_999_999), places=st.integers(0, 4), unit=st.sampled_from(["g", "kg", "mg"])
)
def test_a_balance_says_any_weight_exactly(digits, places, unit):
    shown = Quantity(Decimal(digits).scaleb(-places), unit)
    said = Indicated(indication=shown, stability=Stability.STABLE, kind=Kind.GROSS, frame=b"")
    (back,) = events_of(XBPI, XBPI.render(said))
    assert isinstance(back, Indicated)
    assert str(back.indication) == str(shown)
    assert Fraction(back.indication.value) == Fraction(shown.value)


@pytest.mark.parametrize("label", [LABEL, OTHER_DATE])
def test_a_label_is_one_reading_with_its_tare(label):
    (event,) = events_of(JIK, b"\x00\xff" + label)
    assert isinstance(event, Indicated)
    assert (str(event.indication), str(event.tare)) == ("1.94 kg", "0.00 kg")
    assert (event.kind, event.stability) == (Kind.GROSS, Stability.NOT_REPORTED)


DAMAGED = {
    "a digit of the gross": (LABEL.replace(b"  1.94 kg\r\n0\r\n", b"  1.84 kg\r\n0\r\n"), State.ERROR),
    "one of the two nets": (LABEL.replace(b"1.94 kg\r\n    0 pcs", b"1.95 kg\r\n    0 pcs"), State.ERROR),
    "a letter": (LABEL.replace(b"  1.94", b"  1.9O", 1), State.MALFORMED),
    "a line missing": (LABEL.replace(b"0\r\n0\r\n", b"0\r\n"), State.MALFORMED),
    "pieces": (LABEL.replace(b"    0 pcs", b"   12 pcs"), State.MALFORMED),
}


@pytest.mark.parametrize("why", DAMAGED)
def test_a_damaged_label_gives_no_number(why):
    data, state = DAMAGED[why]
    (event,) = events_of(JIK, data)
    assert isinstance(event, Refused)
    assert event.state is state


def test_a_label_that_breaks_off_and_begins_anew_is_read_once():
    assert numbers(JIK, LABEL[:60] + LABEL) == ["1.94 kg"]
    assert numbers(JIK, LABEL[60:] + LABEL) == ["1.94 kg"]
    assert not numbers(JIK, LABEL[:-3])


def test_a_label_can_be_printed_by_the_twin():
    event = Indicated(
        indication=Quantity("2.61", "kg"), stability=Stability.NOT_REPORTED, kind=Kind.GROSS,
        tare=Quantity("0.50", "kg"), frame=b"",
    )  # fmt: skip
    (back,) = events_of(JIK, JIK.render(event))
    assert isinstance(back, Indicated)
    assert (back.indication, back.tare) == (event.indication, event.tare)
    with pytest.raises(DescriptionError):
        JIK.render(Refused(reason="", state=State.OVERLOAD, frame=b""))


@pytest.mark.parametrize("driver", [XBPI, JIK], ids=["xbpi", "label"])
def test_random_bytes_never_crash_and_memory_is_bounded(driver):
    chance = random.Random(7)  # noqa: S311 - a repeatable test
    own = LABEL if driver is JIK else bytes.fromhex("0b41484347f9581030424536")
    decoder, sent, heard = driver.decoder(), 0, 0
    for _ in range(3000):
        frame = bytearray(own if chance.random() < 0.5 else chance.randbytes(chance.randrange(30)))
        for _ in range(chance.randrange(3)):
            if frame:
                frame[chance.randrange(len(frame))] = chance.randrange(256)
        sent += len(frame)
        decoder.receive(bytes(frame))
        while (event := decoder.next_event()) is not None:
            heard += len(event.frame)
        assert len(decoder._buffer) <= 400 + len(own)
    decoder.end()
    while (event := decoder.next_event()) is not None:
        heard += len(event.frame)
    assert heard + decoder.skipped == sent


@pytest.mark.parametrize("driver", [XBPI, JIK], ids=["xbpi", "label"])
@given(data=st.data())
def test_any_split_of_the_bytes_gives_the_same_events(driver, data):
    own = LABEL if driver is JIK else bytes.fromhex("0b41484347f9581030424536")
    parts = st.one_of(st.just(own), st.binary(max_size=12), st.just(own[: len(own) // 2]))
    stream = b"".join(data.draw(st.lists(parts, max_size=5)))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6))
    decoder, events = driver.decoder(), []
    for start, end in pairwise([0, *sorted(cuts), len(stream)]):
        decoder.receive(stream[start:end])
        events += iter(decoder.next_event, None)
    decoder.end()
    events += iter(decoder.next_event, None)
    assert events == events_of(driver, stream)


def test_other_drivers_see_no_number_in_these_frames():
    streams = (LABEL * 2, b"".join(bytes.fromhex(frame) for frame in SESSION))
    for name in catalogue.names():
        for own, stream in zip((JIK, XBPI), streams, strict=True):
            if name != own.mark.id:
                meant = set(numbers(own, stream))
                assert set(numbers(catalogue.load(name), stream)) <= meant, name


@pytest.mark.parametrize("name", WRITTEN)
def test_the_source_that_a_record_keeps_gives_the_driver_again(name):
    driver = catalogue.load(name)
    assert make_driver(driver.text.encode("utf-8"), "evidence").mark == driver.mark


def test_the_source_of_another_release_is_not_run():
    text = catalogue.load("zera-mt").text + "\n# another release\n"
    with pytest.raises(DescriptionError) as refused:
        make_driver(text.encode("utf-8"), "evidence:zera-mt")
    assert refused.value.code == "driver.other_release"
