"""Measures, tanks and nozzles of a scenario: what stands in them, and what is read off them."""

import pytest

from drivers.errors import DescriptionError
from drivers.quantity import Quantity
from drivers.twins.playing import plant_of, vessels_of
from drivers.twins.scenario import Scenario, read_scenario
from drivers.twins.vessels import NozzleEntry, VesselEntry, Vessels

FILE = """
[vessel.uut]
nominal = "20 L"
holds = "20.004 L"
stands = "3 mL"
empty = "12.5 kg"
under_test = true
[vessel.B-10]
nominal = "10 L"
holds = "10.0005 L"
[vessel.B-5]
nominal = "5 L"
[nozzle.1]
error = 0.006
meter = "IC"
[nozzle.2]
meter = "IC"
"""


@pytest.fixture
def vessels(tmp_path) -> Vessels:
    file = tmp_path / "a.toml"
    file.write_text(FILE, "utf-8")
    scenario = read_scenario(file)
    assert plant_of(scenario, at=0.0) is not None
    return vessels_of(scenario)


def millilitres(number: str) -> Quantity:
    return Quantity(number, "mL")


def test_a_vessel_is_filled_past_its_line_as_far_as_its_hand_does(vessels):
    vessels.fill("uut", Quantity(20, "L"))
    assert vessels.above_line("uut") == millilitres("3")
    vessels.drain("uut")
    assert vessels.above_line("uut") == millilitres("-20004")


def test_what_is_under_test_is_filled_from_the_measure_that_stands_full(vessels):
    for _ in range(2):
        vessels.fill("B-10")
        vessels.fill("uut", Quantity(10, "L"))
        vessels.drain("B-10")
    assert vessels.above_line("uut") == millilitres("-3")  # 2 × 10.0005 L in one that holds 20.004 L


def test_one_measure_is_not_filled_from_another(vessels):
    vessels.fill("B-10")
    vessels.fill("B-5")
    assert vessels.content("B-10") == Quantity("10.0005", "L")
    assert vessels.above_line("B-5") == millilitres("0")


def test_the_scale_carries_the_vessel_that_has_a_mass(vessels):
    vessels.fill("uut")
    mass = vessels.on_scale(Quantity("995.2", "kg/m3"))
    assert mass == Quantity("32.4109664", "kg")  # 12.5 + 20.007 · 0.9952
    assert Vessels({"a": VesselEntry(nominal=Quantity(1, "L"))}).on_scale(Quantity(1000, "kg/m3")) is None


def test_a_nozzle_shows_more_than_it_gives_and_one_totaliser_counts_both(vessels):
    came_out = vessels.deliver("1", Quantity("20.12", "L"))
    assert came_out == Quantity(20, "L")
    assert vessels.shown["1"] == Quantity("20.12", "L")
    vessels.deliver("2", Quantity(20, "L"))
    assert vessels.totals == {"IC": Quantity("1040.12", "L")}


def test_an_adjustment_mends_what_is_under_test_and_nothing_else(vessels):
    vessels.adjust()
    assert vessels.holds("uut") == Quantity(20, "L")
    assert vessels.holds("B-10") == Quantity("10.0005", "L")
    assert vessels.deliver("1", Quantity(20, "L")) == Quantity(20, "L")


def test_a_vessel_of_no_scenario_is_told(vessels):
    with pytest.raises(DescriptionError) as refused:
        vessels.fill("B-99")
    assert refused.value.code == "twin.vessel"
    assert "uut, B-10, B-5" in str(refused.value)


def test_a_scenario_without_vessels_has_none():
    assert vessels_of(Scenario()) is None
    assert plant_of(Scenario(), at=0.0) is None
    assert NozzleEntry().error == 0
