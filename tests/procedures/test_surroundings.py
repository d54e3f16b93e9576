"""States of room, liquid and gas: what cannot be is read again, what is unusual is asked about."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.action import Answer, Choice, Question
from procedures.errors import ProcedureError
from procedures.run import Watched
from procedures.surroundings import (
    AIR_PRESSURE,
    FLUID,
    GAS_PRESSURE,
    HUMIDITY,
    LINE_PRESSURE,
    ROOM,
    WATER,
    Surroundings,
    refuse_impossible,
)

STATES = (ROOM, HUMIDITY, AIR_PRESSURE, FLUID, WATER, LINE_PRESSURE, GAS_PRESSURE)


def reading(text: str, origin: Origin = Origin.MANUAL) -> Reading:
    return Reading(
        instrument="thermometer",
        indication=Quantity.parse(text),
        stability=Stability.STABLE,
        origin=origin,
        driver=DriverMark(id="test", digest="0" * 64),
        received_at=datetime(2026, 11, 22, tzinfo=UTC),
        elapsed=0.0,
    )


@dataclass
class Keying:
    """A person who keys one value after another, and says of an unusual one what was planned."""

    values: list[str]
    says: str = "record"
    asked: list[str] = field(default_factory=list)

    async def settled(self, _role: str, **_details: object) -> Reading:
        return reading(self.values.pop(0))

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question.question)
        return Choice(self.says if self.says in question.choices else question.choices[0])


def taken(run: Keying, state, role: str = "ambient_temperature") -> str:
    return str(asyncio.run(Surroundings(run).taken(role, state)).indication)


IMPOSSIBLE = {
    "a room colder than any": (ROOM, "-20.5 °C", "27.5 °C"),
    "a room as hot as an oven": (ROOM, "250 °C", "27.5 °C"),
    "degrees for per cent": (ROOM, "60 %", "27.5 °C"),
    "no humidity at all": (HUMIDITY, "0 %", "60 %"),
    "more humidity than there can be": (HUMIDITY, "101 %", "100 %"),
    "a share keyed as per cent": (HUMIDITY, "0.6 %", "60 %"),
    "a gas colder than any pipe": (FLUID, "-273.15 °C", "25 °C"),
    "a liquid that is a vapour": (FLUID, "250 °C", "25 °C"),
    "frozen water": (WATER, "-0.1 °C", "25 °C"),
    "a gauge for overpressure": (GAS_PRESSURE, "20 hPa", "1013 hPa"),
    "millimetres of mercury keyed as hPa": (AIR_PRESSURE, "0.757 hPa", "1009 hPa"),
    "a pump that sucks": (LINE_PRESSURE, "-0.1 bar", "2 bar"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_asked_again_and_never_kept(case):
    state, wrong, right = case
    run = Keying([wrong, right])
    assert taken(run, state) == str(Quantity.parse(right))
    assert run.asked == ["cannot_be"]


@pytest.mark.parametrize("case", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_is_impossible_time_and_again_stops_the_run_in_one_sentence(case):
    state, wrong, _ = case
    with pytest.raises(ProcedureError) as refused:
        taken(Keying([wrong] * 9), state)
    assert refused.value.code == "surroundings.impossible"


UNUSUAL = {
    "a cold store": (ROOM, "2 °C"),
    "a sign keyed by mistake": (FLUID, "-20.5 °C"),
    "a very dry room": (HUMIDITY, "5 %"),
    "a mountain": (AIR_PRESSURE, "650 hPa"),
    "scalding water": (WATER, "90 °C"),
}


@pytest.mark.parametrize("case", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_kept_only_when_a_person_says_so_and_is_told(case):
    state, odd = case
    run = Keying([odd])
    around = Surroundings(run)
    assert str(asyncio.run(around.taken("x", state)).indication) == odd
    assert run.asked == ["unusual_state"]
    assert [(one.code, one.facts) for one in around.notices()] == [("unusual_state", {"values": odd})]
    again = Keying([odd, str(state.usual[1])], says="measure_again")
    assert taken(again, state) == str(state.usual[1])


@given(st.sampled_from(STATES), st.decimals(-1000, 5000, places=1))
def test_no_value_outside_its_bounds_is_ever_taken(state, value):
    found = Quantity(value, state.step.unit)
    run = Keying([str(found), str(state.usual[1])])
    result = Quantity.parse(taken(run, state))
    assert state.is_possible(result)
    assert result == found or not state.is_possible(found)
    assert bool(run.asked) is not (state.is_possible(found) and state.is_usual(found))


def test_a_log_in_which_an_instrument_showed_what_cannot_be_is_no_log():
    wire = [reading(text, Origin.INSTRUMENT) for text in ("25.0 °C", "850 °C", "25.1 °C")]
    seen = Watched(start=wire[0], during=(wire[1],), end=wire[2])
    assert asyncio.run(Surroundings(Keying([])).logged("temperature", seen, FLUID)) == ()


def test_an_instrument_that_logged_only_what_cannot_be_stops_the_run():
    wire = reading("2 hPa", Origin.INSTRUMENT)
    with pytest.raises(ProcedureError) as refused:
        asyncio.run(Surroundings(Keying([])).logged("pressure", Watched(start=wire, end=wire), GAS_PRESSURE))
    assert refused.value.code == "surroundings.impossible"


def test_an_unusual_log_is_kept_and_told():
    wire = reading("-20.5 °C", Origin.INSTRUMENT)
    around = Surroundings(Keying([]))
    found = asyncio.run(around.logged("temperature", Watched(start=wire, end=wire), FLUID))
    assert found == (wire, wire)
    assert [one.facts for one in around.notices()] == [{"values": "-20.5 °C"}]


def test_what_was_keyed_for_a_log_is_keyed_again_when_it_cannot_be():
    run = Keying(["25.3 °C"])
    seen = Watched(during=(reading("250 °C"),))
    found = asyncio.run(Surroundings(run).logged("temperature", seen, FLUID))
    assert [str(one.indication) for one in found] == ["25.3 °C"]
    assert run.asked == ["cannot_be"]


def test_a_case_file_with_an_impossible_state_is_refused_by_its_row():
    with pytest.raises(ProcedureError) as refused:
        refuse_impossible(Quantity.parse("250 °C"), FLUID, "$.meter[1].delivery[0]")
    assert refused.value.code == "surroundings.row"
    assert refused.value.facts["path"] == "$.meter[1].delivery[0]"
    refuse_impossible(None, FLUID, "$")
