"""Hands that switch a load: the phases that a plant has, its power, and the energy that goes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.operators.plant_hands import switch
from drivers.errors import DescriptionError
from drivers.quantity import Quantity
from drivers.twins.plant import CourseEntry, Plant
from procedures.action import SetLoad

THREE = ("current_1", "current_2", "current_3")


def plant(*wired):
    return Plant({name: CourseEntry(start=Quantity(0, "A")) for name in wired}, at=0.0)


def load(current, factor="1", phases="all"):
    return SetLoad(
        voltage=Quantity(230, "V"), current=Quantity(current, "A"), power_factor=factor, phases=phases
    )


LOADS = {
    "three phases": (THREE, load("5"), "3450 W", ["5 A"] * 3),
    "one phase alone": (THREE, load("5", phases="L2"), "1150 W", ["0 A", "5 A", "0 A"]),
    "inductive": (THREE, load("10", "0.5 ind"), "3450 W", ["10 A"] * 3),
    "a bench of one phase": (THREE[:1], load("5"), "1150 W", ["5 A"]),
    "voltage only": (THREE, load("0"), "0 W", ["0 A"] * 3),
    "a phase that the bench does not have": (THREE[:1], load("5", phases="L3"), "0 W", ["0 A"]),
}


@pytest.mark.parametrize("case", LOADS)
def test_a_load_runs_in_the_phases_that_are_there(case):
    wired, action, power, currents = LOADS[case]
    one = plant(*wired)
    switch(one, action, at=1.0)
    assert one.true("power", at=2.0) == Quantity.parse(power)
    assert [one.true(name, at=2.0) for name in wired] == list(map(Quantity.parse, currents))
    assert one.true("voltage", at=2.0) == Quantity(230, "V")


@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 3600)), min_size=1, max_size=8))
def test_the_energy_is_the_sum_of_power_and_time(loads):
    one, now, expected = plant(*THREE), 0.0, 0
    for amperes, seconds in loads:
        switch(one, load(str(amperes)), at=now)
        now += seconds
        expected += 690 * amperes * seconds
    switch(one, load("0"), at=now)
    through = one.true("energy", at=now + 1000) * 3600
    assert abs(through - Quantity(expected, "Wh")) < Quantity("0.000001", "Wh")


def test_energy_is_never_set_and_water_is_no_energy():
    one = plant(*THREE)
    with pytest.raises(DescriptionError, match="power"):
        one.set("energy", Quantity(1, "Wh"), at=0.0)
    one.set("flow", Quantity(1, "L/s"), at=0.0)
    assert one.true("energy", at=10.0) == Quantity(0, "Wh")
    assert one.true("volume", at=10.0) == Quantity(10, "L")
