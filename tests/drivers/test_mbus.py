"""Wired M-Bus: telegrams of real meters, every coding, and whatever must never give a number."""

import contextlib
import io
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.checking import try_capture
from drivers.errors import DescriptionError
from drivers.example import events_of
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Acknowledged, Indicated, Refused, State
from drivers.protocols.mbus_link import ACK, RSP_UD, long, opened, short
from drivers.protocols.mbus_number import date_of, field_at
from drivers.protocols.mbus_record import Function, read_records
from drivers.protocols.mbus_telegram import Identity, RefusedError, maker_code, read_telegram
from drivers.protocols.mbus_unit import ShortError, read_unit

METERS = [name for name in catalogue.names() if isinstance(catalogue.load(name), MbusDriver)]
WATER = catalogue.load("mbus-water")
ITRON = bytes.fromhex(
    "683C3C68080872780349117704 0E160A0000000C7878034911041331D40000426C000044130000000004 6D0B0BCD13"
    "0227000009FD0E0209FD0F060F00017513D316"
)


def meter(body, *, address=1, medium=7, status=0, config=0, control=RSP_UD, maker="ZRI", version=1, ci=0x72):
    """A telegram with the long header around records in hexadecimal."""
    head = bytes((ci,)) + bytes.fromhex("78563412") + maker_code(maker).to_bytes(2, "little")
    head += bytes((version, medium, 1, status, 0, config))
    return long(control, address, head + bytes.fromhex(body))


def only(data, driver=WATER):
    (event,) = events_of(driver, data)
    return event


def records(body):
    return read_records(bytes.fromhex(body), 0).all


def driver_of(records, mbus="", tail=""):
    example = meter("0C1345230100").hex(" ")
    text = f"""id = "own"
name = "own"
kind = "water_meter"
evidence = "unconfirmed"
source = "a test"
[mbus]
{mbus}
{records}
{tail}
[[example]]
rx = "{example}"
is = {{ value = "12.345" }}
[[example]]
rx = "{meter("0C1345230100", status=8).hex(" ")}"
is = {{ state = "error" }}
"""
    return make_driver(text.encode(), "own.toml")


VOLUME = '[[record]]\nquantity = "volume"\nunit = "m3"\n'

CODINGS = {
    "8 bits": ("0113FF", "-0.001"),
    "16 bits": ("0213E803", "1.000"),
    "24 bits": ("031315 3100", "12.565"),
    "32 bits": ("041331D40000", "54.321"),
    "48 bits": ("0613FFFFFFFFFF7F", "140737488355.327"),
    "64 bits": ("07130100000000000000", "0.001"),
    "real": ("0516 00003A43", "186"),
    "real with a fraction": ("0516 33336643", "230.2"),
    "two digits": ("091499", "0.99"),
    "four digits": ("0A143412", "12.34"),
    "six digits": ("0B13270100", "0.127"),
    "eight digits": ("0C1327048502", "2850.427"),
    "twelve digits": ("0E13 010000000010", "100000000.001"),
    "negative digits": ("0B131800F0", "-0.018"),
    "variable, digits": ("0D13C345 2301", "12.345"),
    "variable, negative digits": ("0D13D345 2301", "-12.345"),
    "variable, binary": ("0D13E2E803", "1.000"),
}
NO_VALUES = {
    "the most negative 16 bits": "02130080",
    "the most negative 32 bits": "041300000080",
    "not a number": "05160000C07F",
    "infinity": "05160000807F",
    "a digit that is none": "0B1327A100",
    "every digit F": "0C13FFFFFFFF",
    "an F inside": "0C13270F8502",
    "no data": "0013",
    "a text": "0D1302 3132",
    "selection for readout": "0813",
}
UNITS = {
    "volume in millilitres": ("0C1078563412", "volume", "12345678", "mL"),
    "volume in tens of litres": ("041401000000", "volume", "0.01", "m3"),
    "volume from a factor": ("0493740A000000", "volume", "0.00010", "m3"),
    "volume by thousands": ("04937D0A000000", "volume", "10", "m3"),
    "flow per minute": ("02470300", "flow", "180", "m3/h"),
    "flow per second": ("024E0100", "flow", "3.6", "m3/h"),
    "energy in kWh": ("04062D010000", "energy", "301", "kWh"),
    "energy in MWh, extended": ("04FB0008000000", "energy", "800", "kWh"),
    "heat in GJ, extended": ("04FB0902000000", "energy", "2", "GJ"),
    "power": ("022D6400", "power", "10.0", "kW"),
    "mass": ("041B07000000", "mass", "7", "kg"),
    "difference": ("02610A00", "temperature_difference", "0.10", "K"),
    "temperature outside": ("02650A08", "external_temperature", "20.58", "°C"),
    "pressure": ("0269 F203", "pressure", "10.10", "bar"),
    "voltage": ("02FD48 4409", "voltage", "237.2", "V"),
    "hours from days": ("022302 00", "on_time", "48", "h"),
}
REFUSED = {
    "a permanent error": (meter("041331D40000", status=0x08), State.ERROR),
    "a temporary error": (meter("041331D40000", status=0x10), State.ERROR),
    "a flag of the maker": (meter("041331D4000002FD170400"), State.UNKNOWN_FLAG),
    "an application error": (meter("041331D40000", status=0x02), State.ERROR),
    "an abnormal condition": (meter("041331D40000", status=0x03), State.ERROR),
    "busy": (meter("041331D40000", status=0x01), State.BUSY),
    "a maker's bit": (meter("041331D40000", status=0x20), State.UNKNOWN_FLAG),
    "encrypted": (meter("041331D40000", config=0x05), State.ERROR),
    "a heat meter": (meter("041331D40000", medium=4), State.ERROR),
    "no such record": (meter("441331D40000"), State.NO_VALUE),
    "two such records": (meter("041331D40000041331D40000"), State.NO_VALUE),
    "the volume that flowed back": (meter("0493 3C31D40000"), State.NO_VALUE),
    "a maker's own volume": (meter("0493 7F31D40000"), State.NO_VALUE),
    "a maximum": (meter("141331D40000"), State.NO_VALUE),
    "a tariff": (meter("84101331D40000"), State.NO_VALUE),
    "no data available": (meter("0493 1531D40000"), State.NO_VALUE),
    "data overflow": (meter("0493 1631D40000"), State.OUT_OF_RANGE),
    "data error": (meter("0493 1831D40000"), State.ERROR),
    "a record cut off": (meter("041331D4"), State.ERROR),
    "a DIF without a VIF": (meter("041331D4000004"), State.ERROR),
    "eleven DIFE": (meter("84" + "80" * 11 + "1331D40000"), State.ERROR),
    "eleven VIFE": (meter("0493" + "BB" * 11 + "3B31D40000"), State.ERROR),
    "an unknown special DIF": (meter("3F041331D40000"), State.ERROR),
    "the high byte first": (meter("041331D40000", ci=0x76), State.ERROR),
    "a report of an error": (long(RSP_UD, 1, b"\x70\x03"), State.ERROR),
    "busy by its report": (long(RSP_UD, 1, b"\x70\x08"), State.BUSY),
    "an alarm telegram": (long(RSP_UD, 1, b"\x71\x03"), State.ERROR),
    "a header cut off": (long(RSP_UD, 1, bytes.fromhex("727856")), State.ERROR),
    "a control field of no answer": (meter("041331D40000", control=0x44), State.MALFORMED),
    "an address that no meter has": (meter("041331D40000", address=255), State.MALFORMED),
    "another meter than asked": (
        short(0x5B, 5) + meter("041331D40000", address=6),
        State.MALFORMED,
    ),
    "another identity than selected": (
        long(0x53, 253, bytes.fromhex("5211111111FFFFFFFF"))
        + bytes((ACK,))
        + short(0x7B, 253)
        + meter("041331D40000"),
        State.MALFORMED,
    ),
}


@pytest.mark.parametrize("case", CODINGS)
def test_every_coding_is_read_exactly_and_written_back(case):
    body, value = CODINGS[case]
    (record,) = records(body)
    assert f"{record.quantity('m3').value:f}" == value
    data = bytes.fromhex(body)
    assert record.raw(record.quantity("m3")) == data[record.field.first : record.field.last]


@pytest.mark.parametrize("case", NO_VALUES)
def test_what_stands_for_no_value_is_none(case):
    (record,) = records(NO_VALUES[case])
    assert record.number is None
    event = only(meter(NO_VALUES[case]))
    assert (type(event), event.state) == (Refused, State.NO_VALUE)


@pytest.mark.parametrize("case", UNITS)
def test_units_and_powers_of_ten_follow_the_standard(case):
    body, quantity, value, unit = UNITS[case]
    (record,) = records(body)
    assert record.unit.quantity == quantity
    assert f"{record.quantity(unit).value:f}" == value
    assert record.unit.vife == ()


@pytest.mark.parametrize("case", REFUSED)
def test_a_telegram_that_cannot_be_believed_gives_a_reason_and_no_number(case):
    data, state = REFUSED[case]
    event = only(data)
    assert isinstance(event, Refused)
    assert event.state is state
    assert event.reason


@pytest.mark.parametrize(
    "data",
    {
        "the low power bit, which the file ignores": meter("041331D40000", status=0x04),
        "fillers between records": meter("2F2F041331D400002F2F"),
        "what follows the records is the maker's": meter("041331D400000F123456"),
        "a header of no kind, where no maker is named": long(RSP_UD, 9, bytes.fromhex("78041331D40000")),
        "a fixed structure in litres": long(RSP_UD, 5, bytes.fromhex("73785634120A01E97E31D4000087000000")),
        "asked by the test address": short(0x5B, 254) + meter("041331D40000", address=6),
        "selected by a wildcard": long(0x53, 253, bytes.fromhex("5278F6FF12FFFFFFFF"))
        + bytes((ACK,))
        + short(0x7B, 253)
        + meter("041331D40000"),
        "woken, acknowledged and asked": short(0x40, 1)
        + bytes((ACK,))
        + short(0x7B, 1)
        + meter("041331D40000"),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_sound_telegram_gives_its_volume(data):
    title, frame = data
    driver = driver_of(VOLUME) if "no kind" in title else WATER
    event = only(frame, driver)
    assert isinstance(event, Indicated), event
    assert str(event.indication) == "54.321 m3"


def test_storage_tariff_and_subunit_are_counted_over_all_dife():
    (record,) = records("C4 D5 41 13 01000000")  # storage 1 + 5*2 + 1*32, tariff 1, subunit 0 then 1
    assert (record.storage, record.tariff, record.subunit) == (1 | 5 << 1 | 1 << 5, 1, 1 | 1 << 1)
    assert [r.function for r in records("0C1301000000 1C1301000000 2C1301000000 3C1301000000")] == list(
        Function
    )


def test_a_header_says_who_the_meter_is():
    telegram = read_telegram(opened(ITRON))
    assert telegram.identity == Identity("11490378", "ACW", 14, 0x16)
    assert str(telegram.identity) == "ACW 11490378 version 14 cold_water"
    assert telegram.identity.secondary == ITRON[7:15]
    assert [maker_code(letters) for letters in ("KAM", "ACW", "HYD")] == [0x2C2D, 0x0477, 0x2324]


def test_a_date_is_read_and_an_invalid_one_is_none():
    assert date_of(bytes.fromhex("CD13")) == "2014-03-13"
    assert date_of(bytes.fromhex("0B0BCD13")) == "2014-03-13T11:11"
    assert date_of(bytes(2)) == date_of(bytes.fromhex("8B0BCD13")) == ""


def test_a_unit_in_plain_text_is_known_or_matches_nothing():
    unit, at = read_unit(bytes.fromhex("FC0348522574"), 0)
    assert (unit.text, unit.quantity, unit.power, at) == ("%RH", "relative_humidity", -2, 6)
    unit, at = read_unit(b"\x7c\x01C", 0)
    assert (unit.text, unit.quantity, at) == ("C", "", 3)


def test_a_flag_of_the_maker_that_the_file_lists_says_nothing_against_a_value():
    driver = driver_of(VOLUME, mbus='ignore_errors = "2"')
    assert str(only(meter("041331D4000002FD170400"), driver).indication) == "54.321 m3"
    assert only(meter("041331D4000002FD170500"), driver).state is State.UNKNOWN_FLAG


def test_a_refused_telegram_is_explained_record_by_record():
    driver = catalogue.load("itron-bm-mbus")
    (refused, summary) = try_capture(driver, meter("441331D40000 04130A000000", maker="KAM"), why=True)
    why = "\n".join(refused["why"])
    assert "meter KAM 12345678 version 1 water, address 1, status 00" in why
    assert "--> volume: 0.010 m3" in why
    assert "    volume storage 1: 54.321 m3" in why
    assert summary["summary"]["refused"] == 1


def test_a_variable_length_of_no_known_kind_ends_the_reading():
    with pytest.raises(ShortError):
        field_at(bytes.fromhex("FA00"), 0, 0xD)


def chained(driver, *telegrams):
    data = short(0x40, 1) + bytes((ACK,))
    for control, telegram in zip((0x7B, 0x5B, 0x7B), telegrams, strict=False):
        data += short(control, 1) + telegram
    return events_of(driver, data)


def test_a_reading_of_two_telegrams_is_one_event():
    driver = driver_of(VOLUME.replace("quantity", 'name = ""\nquantity', 1), mbus="telegrams = 2")
    first, second = meter("01FD17001F"), meter("041331D40000")
    (event,) = chained(driver, first, second)
    assert str(event.indication) == "54.321 m3"
    assert event.frame == first + second
    (event,) = chained(driver, first, first, second)  # said again, as its frame count bit was not toggled
    assert str(event.indication) == "54.321 m3"


def test_a_chain_that_breaks_off_gives_no_number():
    driver = driver_of(VOLUME, mbus="telegrams = 3")
    (event,) = chained(driver, meter("041331D400001F"))
    assert (type(event), event.state) == (Refused, State.MALFORMED)
    asked_anew = short(0x40, 1) + short(0x7B, 1)
    events = events_of(driver, meter("041331D400001F") + asked_anew + meter("041331D40000"))
    assert [type(event) for event in events] == [Refused, Indicated]
    (event,) = chained(driver, meter("01FD17001F"), meter("041331D40000", maker="KAM"))
    assert event.state is State.ERROR  # two meters


def test_an_answer_that_comes_before_its_request_is_an_old_one():
    """The meter was given up, greeted anew, and only then sends what it had been asked for."""
    old, new = meter("041331D40000"), meter("041332D40000")
    greeted = short(0x40, 1) + bytes((ACK,))
    events = events_of(WATER, short(0x7B, 1) + greeted[:5] + old + greeted[5:] + short(0x7B, 1) + new)
    assert [type(event) for event in events] == [Refused, Indicated]
    assert events[0].state is State.MALFORMED
    assert str(events[1].indication) == "54.322 m3"
    events = events_of(WATER, short(0x7B, 1) + new + old)  # a second answer to one request
    assert [type(event) for event in events] == [Indicated, Refused]
    assert [type(event) for event in events_of(WATER, old + new)] == [Indicated] * 2  # a recording of answers


def test_a_converter_that_gives_every_request_back_changes_nothing():
    yes, volume = bytes((ACK,)), meter("041331D40000")
    by_address = ((short(0x40, 1), yes), (short(0x7B, 1), volume))
    by_number = ((long(0x53, 253, bytes.fromhex("52 78563412 FFFFFFFF")), yes), (short(0x7B, 253), volume))
    for talk in (by_address, by_number):
        plain = b"".join(request + answer for request, answer in talk)
        echoed = b"".join(request * 2 + answer for request, answer in talk)
        assert events_of(WATER, echoed) == events_of(WATER, plain)
        assert str(only(echoed).indication) == "54.321 m3"


def test_a_declared_command_is_acknowledged_and_nothing_else_is():
    driver = driver_of(VOLUME, tail='[do]\nreset = { send = "50" }')
    sent = driver.commands["reset"].send
    assert events_of(driver, sent + bytes((ACK,))) == [
        Acknowledged(command="reset", done=True, frame=bytes((ACK,)))
    ]
    assert not events_of(driver, bytes((ACK,)))
    assert not events_of(driver, long(0x53, 254, b"\x51\x00") + bytes((ACK,)))
    assert driver.render(Acknowledged(command="reset", done=True, frame=b"")) == sent + bytes((ACK,))


@pytest.mark.parametrize("name", METERS)
def test_every_split_gives_the_same_events(name):
    driver = catalogue.load(name)
    whole = b"".join(data for _, data in driver.examples)
    expected = events_of(driver, whole)
    cuts = [*range(0, len(whole), 7), len(whole)]
    decoder, events = driver.decoder(), []
    for first, last in pairwise(cuts):
        decoder.receive(whole[first:last])
        events += iter(decoder.next_event, None)
    decoder.end()
    events += iter(decoder.next_event, None)
    assert events == expected


@given(st.binary(max_size=80))
def test_no_bytes_behind_a_header_crash_the_reader(body):
    with contextlib.suppress(RefusedError):
        read_telegram(opened(meter(body.hex())))


@given(
    value=st.integers(1 - 10**7, 10**7),  # the sign takes a digit of the eight
    coding=st.sampled_from(["041300000000", "0C1300000000", "0613000000000000", "0E13000000000000"]),
)
def test_a_volume_that_is_written_is_read_back(value, coding):
    (record,) = records(coding)
    shown = record.quantity("m3")
    wanted = type(shown)(Decimal(value).scaleb(-3), "m3")
    data = record.raw(wanted)
    assert data is not None
    written = bytes.fromhex(coding)[: record.field.first] + data
    (again,) = read_records(written, 0).all
    assert again.quantity("m3") == wanted


MISTAKES = {
    "a quantity that is none": (VOLUME.replace("volume", "volumes"), "", "record[0].quantity"),
    "a unit that is none": (VOLUME.replace("m3", "cubic"), "", "record[0].unit"),
    "an address that is none": (VOLUME, "address = 251", "mbus.address"),
    "a medium that is none": (VOLUME, 'medium = ["wine"]', "mbus.medium"),
    "a maker in small letters": (VOLUME, 'manufacturer = "kam"', "mbus.manufacturer"),
    "a permanent error ignored": (VOLUME, 'ignore_status = "3"', "mbus.ignore_status"),
    "no name for two": (VOLUME * 2, "", "record"),
    "too many telegrams": (VOLUME, "telegrams = 99", "mbus.telegrams"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_file_is_named_with_its_place(case):
    text, mbus, path = MISTAKES[case]
    with pytest.raises(DescriptionError) as mistake:
        driver_of(text, mbus)
    assert mistake.value.facts["path"] == path
    assert mistake.value.remedy


@pytest.mark.parametrize("name", [name for name in METERS if name != "elvaco-cma10-mbus"])  # no volume
def test_a_foreign_decoder_reads_the_same_volumes(name):
    meterbus = pytest.importorskip("meterbus", reason="pyMeterBus is not installed: no second opinion")
    driver = catalogue.load(name)
    compared = 0
    for _, data in driver.examples:
        frame = data[data.index(b"\x68") :]
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = [one.interpreted for one in meterbus.load(frame).body.bodyPayload.records]
        for record in read_telegram(opened(frame)).records:
            if record.unit.quantity != "volume" or record.number is None or record.unit.vife:
                continue
            shown = record.quantity("m3").value
            near = [
                one
                for one in theirs
                if "VOLUME" in str(one["type"]) and abs(Decimal(str(one["value"])) - shown) < Decimal("1e-6")
            ]
            assert near, (record, theirs)
            compared += 1
    assert compared
