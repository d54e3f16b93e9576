"""Oil is corrected as API MPMS 11.1 of 2004 and the tables of 1980 have it.

The figures were computed with other programs; two independent families of formulas check one another.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.errors import ProcedureError
from procedures.physics import petroleum_1980
from procedures.physics.petroleum import (
    Oil,
    correction,
    density_at,
    density_at_60_f,
    density_of_gravity,
    fahrenheit_of,
    on_ipts_68,
    volume_correction,
)
from procedures.physics.petroleum_1980 import Table

# group, density, °F, psi: CTL, Fp, CPL
FACTORS = {
    "crude at base": (Oil.CRUDE, 850, 60, 0, 1.0, 0.49926648, 1.0),
    "warm crude": (Oil.CRUDE, 850, 100, 0, 0.98100812, 0.57096057, 1.0),
    "crude under pressure": (Oil.CRUDE, 850, 100, 500, 0.98100812, 0.57096057, 1.002863),
    "light gasoline": (Oil.GASOLINE, 740, 86, 0, 0.98220105, 0.84535649, 1.0),
    "gasoline": (Oil.GASOLINE, 750, 86, 0, 0.98256094, 0.80567250, 1.0),
    "transition": (Oil.TRANSITION, 780, 86, 0, 0.98487368, 0.70511763, 1.0),
    "jet": (Oil.JET, 820, 86, 0, 0.98717716, 0.60357045, 1.0),
    "fuel oil": (Oil.FUEL_OIL, 850, 86, 0, 0.98795491, 0.54476641, 1.0),
    "lubricant": (Oil.LUBRICANT, 880, 150, 0, 0.96396659, 0.60730617, 1.0),
}


@pytest.mark.parametrize("row", FACTORS.values(), ids=FACTORS)
def test_the_factors_of_2004(row):
    oil, density, fahrenheit, psi, thermal, compressibility, pressure = row
    found = correction(oil, density, fahrenheit, psi)
    assert found.thermal.number == pytest.approx(thermal, abs=6e-9)
    assert float(found.compressibility) == pytest.approx(compressibility, abs=6e-9)
    assert float(found.pressure) == pytest.approx(pressure, abs=6e-7)
    assert not found.thermal.warnings


def test_both_factors_are_multiplied_unrounded():
    assert float(correction(Oil.CRUDE, 850, 100, 500).both) == pytest.approx(0.98381672, abs=6e-9)


def test_the_density_chooses_among_the_products():
    densities = [740, 780, 820, 850]
    alone = [correction(oil, rho, 86).thermal.number for oil, rho in zip(
        (Oil.GASOLINE, Oil.TRANSITION, Oil.JET, Oil.FUEL_OIL), densities, strict=True)]  # fmt: skip
    assert correction(Oil.PRODUCT, densities, 86).thermal.value.tolist() == alone


def test_api_gravity_is_a_density():
    assert density_of_gravity([30, 40]) == pytest.approx([875.298848, 824.261015], abs=6e-7)
    assert float(density_of_gravity(10)) == pytest.approx(999.016)


# density at 15 °C, t °C: table 54B, 2004 at the base of 15 °C
TABLES = {
    (730, 30): (0.981131, 0.981126),
    (740, 28): (0.983994, 0.983989),
    (740, 30): (0.981519, 0.981514),
    (750, 30): (0.981892, 0.981887),
    (780, 30): (0.984293, 0.984226),
    (820, 30): (0.986686, 0.986679),
    (840, 30): (0.987296, 0.987295),
    (850, 28): (0.989166, 0.989164),
    (850, 30): (0.987493, 0.987492),
    (870, 30): (0.987869, 0.987868),
}


@pytest.mark.parametrize(("condition", "factors"), TABLES.items(), ids=map(str, TABLES))
def test_table_54b_and_the_algorithm_of_2004(condition, factors):
    density, t = condition
    assert petroleum_1980.volume_correction(Table.PRODUCT, density, t).number == pytest.approx(
        factors[0], abs=6e-7
    )
    assert volume_correction(Oil.PRODUCT, density, t).number == pytest.approx(factors[1], abs=6e-7)


def test_table_54a_for_crude_oil():
    assert petroleum_1980.volume_correction(Table.CRUDE, 850, 30).number == pytest.approx(0.987206, abs=6e-7)
    assert volume_correction(Oil.CRUDE, 850, 30).number == pytest.approx(0.987200, abs=6e-7)


def test_table_54d_for_lubricants_is_near_the_algorithm_of_2004():
    old = petroleum_1980.volume_correction(Table.LUBRICANT, 880, 30).number
    assert old == pytest.approx(volume_correction(Oil.LUBRICANT, 880, 30).number, abs=1e-4)


def test_a_crude_observed_at_42_degrees():
    base = density_at_60_f(Oil.CRUDE, 920, fahrenheit_of(42))
    assert base.number == pytest.approx(937.416940, abs=6e-7)
    at_20 = density_at(Oil.CRUDE, base.value, 68).number
    assert at_20 / 1000 == pytest.approx(0.934503, abs=6e-7)
    assert 920 / at_20 == pytest.approx(0.984481, abs=6e-7)
    # A public program without the shift of temperature scales has these.
    assert (base.number, at_20 / 1000) == pytest.approx((937.433172, 0.934516), rel=2e-5)


@given(st.floats(620, 1150), st.floats(-50, 300), st.floats(0, 1500))
def test_base_density_and_density_are_inverse(density, fahrenheit, psi):
    observed = density_at(Oil.CRUDE, density, fahrenheit, psi).number
    assert density_at_60_f(Oil.CRUDE, observed, fahrenheit, psi).number == pytest.approx(density, rel=1e-8)


@given(st.sampled_from(list(Oil)), st.floats(810, 1000))
def test_at_the_base_nothing_is_corrected(oil, density):
    assert correction(oil, density, 60).thermal.number == pytest.approx(1, abs=1e-8)
    assert volume_correction(oil, density, 15).number == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("table", Table)
def test_at_15_degrees_the_tables_correct_nothing(table):
    assert petroleum_1980.volume_correction(table, 850, 15).number == 1


EDGES = {770.5: -0.00336312 + 2680.3206 / 770.5**2, 787.5: 594.5418 / 787.5**2}


@pytest.mark.parametrize(("density", "alpha"), EDGES.items())
def test_an_edge_belongs_to_the_upper_zone(density, alpha):
    assert float(petroleum_1980.expansion(Table.PRODUCT, density)) == pytest.approx(alpha, rel=1e-12)


def test_beyond_the_ranges_it_warns():
    found = correction(Oil.GASOLINE, 780, 320, 1600).thermal.warnings
    assert [w.facts["quantity"] for w in found] == ["density of gasoline", "temperature", "gauge pressure"]
    old = petroleum_1980.volume_correction(Table.CRUDE, 1100, 160).warnings
    assert [w.facts["quantity"] for w in old] == ["density at 15 °C", "temperature"]


WRONG = {
    "a relative density": lambda: correction(Oil.CRUDE, 0.85, 60),
    "an absolute temperature": lambda: petroleum_1980.volume_correction(Table.CRUDE, 850, 303),
    "no number": lambda: correction(Oil.CRUDE, float("nan"), 60),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_another_unit_is_refused(call):
    with pytest.raises(ProcedureError, match="no possible"):
        call()


def test_an_observation_that_no_base_density_explains_is_refused():
    with pytest.raises(ProcedureError, match="No density at 60 °F of lubricant"):
        density_at_60_f(Oil.LUBRICANT, 500, 60)


def test_many_observations_are_referred_at_once():
    base = density_at_60_f(Oil.PRODUCT, [700, 760, 800, 830], fahrenheit_of([28, 29, 30, 31]))
    back = density_at(Oil.PRODUCT, base.value, fahrenheit_of([28, 29, 30, 31]))
    assert back.value == pytest.approx([700, 760, 800, 830], abs=1e-6)


def test_a_pressure_without_solution_is_refused():
    with pytest.raises(ProcedureError, match="too high"):
        correction(Oil.GASOLINE, 400, 200, 15_000)


def test_the_two_temperature_scales_differ_by_thousandths():
    assert float(on_ipts_68(60)) == pytest.approx(60.0068749, abs=1e-6)
    assert np.abs(on_ipts_68(np.linspace(-58, 302, 100)) - np.linspace(-58, 302, 100)).max() < 0.08
