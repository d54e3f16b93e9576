"""Readings as entries keep them: checked and tabled without becoming numbers, and saying the same."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.notation import to_builtins, to_json, to_plain
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Kind, Origin, Reading, Stability
from results.entry import Done, Kept
from results.gathered import Gathered, gather, spread
from results.kept_reading import WrittenReading, digits_of, samples_of, written_readings
from results.malformed import MISFITS

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
QUANTITIES = st.builds(Quantity, NUMBERS, st.sampled_from(["g", "kg", "°C", "m3"]))
TIMES = st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
READINGS = st.builds(
    Reading,
    instrument=st.sampled_from(["timbangan", "suhu"]),
    indication=QUANTITIES,
    stability=st.sampled_from(Stability),
    kind=st.sampled_from(Kind),
    high_resolution=st.booleans(),
    origin=st.sampled_from(Origin),
    frame=st.binary(max_size=30),
    driver=st.builds(DriverMark, id=st.sampled_from(["a", "b"]), digest=st.just("0" * 64)),
    received_at=TIMES,
    elapsed=st.floats(0, 10**6) | st.integers(0, 10**9).map(lambda ms: ms / 1000),
    channel=st.sampled_from(["", "total"]),
    wraps_at=st.none() | QUANTITIES,
)


def kept(samples: object, *, verb: str = "watched", result: object = None) -> Kept:
    entry = Done(path="a/watched", verb=verb, arguments={}, result=result, samples=samples)
    again = msgspec.json.decode(to_json(entry), type=Done)
    return Kept(sequence=1, run="r", at="", elapsed=0.0, entry=again, body=b"", previous="", hash="")


@given(number=NUMBERS, places=st.integers(0, 4))
def test_what_a_quantity_writes_is_read_back_as_it_stands(number: Decimal, places: int) -> None:
    value = f"{number:.{places}f}"
    assert digits_of(value, "g") == f"{Quantity(value, 'g').value:f}" == value


@pytest.mark.parametrize("value", ["+5", "007", ".5", "5.", "1E+3", " 5", "-0", "0.00", "-00.5"])
def test_numbers_in_another_form_are_told_as_a_quantity_tells_them(value: str) -> None:
    assert digits_of(value, "g") == f"{Quantity(value, 'g').value:f}"


@pytest.mark.parametrize(
    ("value", "unit"), [("five", "g"), ("NaN", "g"), ("", "g"), ("5", "stone"), ("1e999", "g")]
)
def test_what_is_no_quantity_is_refused(value: str, unit: str) -> None:
    with pytest.raises(UnitError):
        digits_of(value, unit)


def test_a_written_reading_has_the_fields_of_a_reading() -> None:
    """Whatever a reading gets, its written form must get too, or sealing refuses it."""
    written, whole = (
        {field.name: field.required for field in msgspec.structs.fields(kind)}
        for kind in (WrittenReading, Reading)
    )
    assert written == whole
    assert to_plain(Quantity("1.20", "kg")) == {"value": "1.20", "unit": "kg"}


@given(readings=st.lists(READINGS, max_size=6))
def test_readings_come_back_from_their_columns(readings: list[Reading]) -> None:
    entry = kept(gather([to_plain(one) for one in readings])).entry
    assert isinstance(entry, Done)
    assert [to_json(one) for one in samples_of(entry)] == [to_json(one) for one in readings]


@given(readings=st.lists(READINGS, min_size=1, max_size=6))
def test_columns_and_readings_one_by_one_say_the_same(readings: list[Reading]) -> None:
    plain = [to_plain(one) for one in readings]
    by_columns, one_by_one = written_readings(kept(gather(plain))), written_readings(kept(tuple(plain)))
    assert by_columns == one_by_one
    assert by_columns.digits == [f"{one.indication.value:f}" for one in readings]
    assert by_columns.unit == [one.indication.unit for one in readings]
    assert by_columns.frame == [one.frame for one in readings]
    assert [said.driver for said in by_columns.said] == [one.driver.id for one in readings]


ONE = to_plain(
    Reading(
        instrument="timbangan",
        indication=Quantity("1.20", "kg"),
        stability=Stability.STABLE,
        origin=Origin.INSTRUMENT,
        driver=DriverMark("a", "0" * 64),
        received_at=datetime(2026, 11, 21, tzinfo=UTC),
        elapsed=1.0,
    )
)


def columns(*, each: object = None, **changes: object) -> dict[str, object]:
    whole = gather([ONE, {**ONE, "elapsed": 1.0 + 1e-7}])
    assert isinstance(whole, Gathered)
    same = {name: value for name, value in {**whole.same, **changes}.items() if value is not ...}
    return {"count": 2, "same": same, "each": each or whole.each}


MADE_UP = {
    "a column that no reading has": columns(colour="red"),
    "no stability": columns(stability=...),
    "a stability that is none": columns(stability="calm"),
    "a number in place of digits": columns(**{"indication.value": 1.2}),
    "digits that are none": columns(**{"indication.value": "1,2"}),
    "an end of counting that is none": columns(
        **{"wraps_at": ..., "wraps_at.value": "x", "wraps_at.unit": "g"}
    ),
    "an end of counting without its unit": columns(wraps_at=..., **{"wraps_at.value": "9"}),
    "a column that is too short": columns(each={"elapsed": [1.0]}),
    "a time that is text": columns(each={"elapsed": [1.0, "2"]}),
    "a count without readings": columns() | {"count": 3},
    "a column that stands there twice": columns(elapsed=1.0),
    "steps of what is no time": columns() | {"steps_ms": {"channel": [0, 1]}},
    "a day beyond all days": columns(received_at=...) | {"steps_ms": {"received_at": [0, 10**15]}},
    "a clock that has steps and no count": columns() | {"steps_ms": {"elapsed": [0]}},
}


@pytest.mark.parametrize("made_up", MADE_UP.values(), ids=MADE_UP)
def test_made_up_columns_are_refused(made_up: dict[str, object]) -> None:
    entry = kept(made_up)
    with pytest.raises((*MISFITS, UnitError)):
        written_readings(entry)


@pytest.mark.parametrize("count", [0, -1, 10**9])
def test_a_count_that_no_effect_has_is_refused_before_memory_is_filled(count: int) -> None:
    with pytest.raises(msgspec.ValidationError):
        kept(columns() | {"count": count})


def test_times_in_milliseconds_are_kept_as_steps() -> None:
    later = [
        {**ONE, "elapsed": 1.0 + place / 10, "received_at": f"2026-11-21T00:00:0{place}.5Z"}
        for place in range(9)
    ]
    whole = gather(
        [{**one, "received_at": to_builtins(datetime.fromisoformat(one["received_at"]))} for one in later]
    )
    assert isinstance(whole, Gathered)
    assert not whole.each
    assert whole.steps_ms["elapsed"] == [1000] + [100] * 8
    assert whole.steps_ms["received_at"][1:] == [1000] * 8
    assert [one["elapsed"] for one in spread(whole)] == [one["elapsed"] for one in later]


def test_readings_of_different_fields_are_not_gathered() -> None:
    with pytest.raises(ValueError, match="different fields"):
        gather([ONE, {**ONE, "colour": "red"}])


def test_nothing_is_gathered_from_nothing() -> None:
    assert gather([]) == ()
    assert spread(()) == ()
