"""Densities of air and water agree with published figures and warn outside their range.

Figures without another source were computed with programs that share nothing with this one.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.errors import ProcedureError
from procedures.physics.air import (
    at_altitude,
    cipm_2007,
    compressibility_factor,
    enhancement_factor,
    jones_1978,
    saturation_pressure,
    simplified,
    vapour_fraction,
)
from procedures.physics.computed import gathered
from procedures.physics.water import TAP_WATER, air_saturation, compression, expansion, tanaka

MERCURY_PA = 101_325 / 760

# t °C, p Pa, h: density, saturation pressure, f, x, Z, simplified density
AIR = {
    "a laboratory": (20, 101_325, 0.5, 1.199314, 2339.1632, 1.0040256, 0.01158934, 0.99961477, 1.199294),
    "lower pressure": (20, 100_000, 0.5, 1.183557, 2339.1632, 1.0039840, 0.01174241, 0.99961931, 1.183543),
    "dry": (20, 101_325, 0.0, 1.204557, 2339.1632, 1.0040256, 0.0, 0.99964314, 1.204494),
    "warmer": (25, 101_325, 0.4, 1.178710, 3169.7570, 1.0041516, 0.01256518, 0.99966067, 1.178746),
    "a hot and humid one": (
        30,
        101_325,
        0.8,
        1.150012,
        4246.7990,
        1.0043056,
        0.03367449,
        0.99962774,
        1.149955,
    ),
}


@pytest.mark.parametrize("row", AIR.values(), ids=AIR)
def test_air_by_cipm_2007_step_by_step(row):
    t, p, h, density, saturated, f, x, z, simple = row
    assert cipm_2007(t, p, h).number == pytest.approx(density, abs=6e-7)
    assert float(saturation_pressure(t)) == pytest.approx(saturated, abs=6e-5)
    assert float(enhancement_factor(t, p)) == pytest.approx(f, abs=6e-8)
    assert float(vapour_fraction(t, p, h)) == pytest.approx(x, abs=6e-9)
    assert float(compressibility_factor(t, p, x)) == pytest.approx(z, abs=6e-9)
    assert simplified(t, p, h).number == pytest.approx(simple, abs=6e-7)


def test_an_array_of_climates_is_computed_at_once():
    t, p, h = np.array([row[:3] for row in AIR.values()]).T
    assert cipm_2007(t, p, h).value == pytest.approx([row[3] for row in AIR.values()], abs=6e-7)


def test_carbon_dioxide_and_the_newer_gas_constant():
    assert cipm_2007(20, 101_325, 0.5, carbon_dioxide=0.00043).number == pytest.approx(1.199329, abs=6e-7)
    newer = cipm_2007(20, 101_325, 0.5, gas_constant=8.314462618)
    assert newer.number == pytest.approx(1.199315, abs=6e-7)


EARLIER = {
    "a NIST example": (22.3, 748.1, 0.37, 1.17194, 1.171939, 1.171998),
    "another, at altitude": (23.4, 612.3, 0.23, 0.95632, 0.956327, 0.956305),
}


@pytest.mark.parametrize("row", EARLIER.values(), ids=EARLIER)
def test_air_as_older_certificates_have_it(row):
    t, mercury, h, printed, jones, cipm = row
    assert jones_1978(t, mercury * MERCURY_PA, h).number == pytest.approx(jones, abs=6e-7)
    assert jones_1978(t, mercury * MERCURY_PA, h).number == pytest.approx(printed, abs=1e-5)
    assert cipm_2007(t, mercury * MERCURY_PA, h).number == pytest.approx(cipm, abs=6e-7)


def test_air_of_a_printed_table():
    assert cipm_2007(10, 730 * MERCURY_PA, 0.4).number == pytest.approx(1.19569, abs=6e-6)
    assert cipm_2007(40, 760 * MERCURY_PA, 0.4).number == pytest.approx(1.11497, abs=1e-4)


@given(st.floats(15, 27), st.floats(90_000, 110_000), st.floats(0, 0.8))
def test_the_simplified_formula_stays_within_its_uncertainty(t, p, h):
    full, simple = cipm_2007(t, p, h), simplified(t, p, h)
    assert simple.relative_uncertainty == 2e-4
    assert simple.number == pytest.approx(full.number, rel=2.2e-4)
    assert not full.warnings


def test_28_degrees_is_outside_cipm_2007_and_only_warns():
    (warning,) = cipm_2007([20, 28], 101_325, 0.6).warnings
    assert warning.code == "outside_range"
    assert warning.facts["formula"] == "CIPM-2007"
    assert [warning.facts[name] for name in ("quantity", "value", "lower", "upper", "unit")] == [
        "temperature", "28", "15", "27", "°C",
    ]  # fmt: skip
    assert not simplified(28, 101_325, 0.6).warnings
    assert {w.facts["quantity"] for w in simplified(31, 80_000, 0.9).warnings} == {
        "temperature", "pressure", "humidity",
    }  # fmt: skip


def test_a_fraction_of_carbon_dioxide_ten_times_too_large_warns():
    (warning,) = cipm_2007(20, 101_325, 0.5, carbon_dioxide=0.004).warnings
    assert warning.facts["value"] == "0.004"


WRONG_UNIT = {
    "humidity in percent": (20, 101_325, 50),
    "pressure in hPa": (20, 1013.25, 0.5),
    "temperature in kelvin": (293, 101_325, 0.5),
    "no number": (float("nan"), 101_325, 0.5),
}


@pytest.mark.parametrize("arguments", WRONG_UNIT.values(), ids=WRONG_UNIT)
@pytest.mark.parametrize("formula", [cipm_2007, simplified, jones_1978])
def test_what_cannot_be_is_refused(formula, arguments):
    with pytest.raises(ProcedureError, match="no possible") as refused:
        formula(*arguments)
    assert "Check the unit" in refused.value.remedy


def test_air_thins_with_altitude():
    assert at_altitude(0).number == 1.2
    assert at_altitude(1000).number == pytest.approx(1.068, abs=0.001)


TANAKA = {
    0.01: 999.843503, 4: 999.974948, 5: 999.966783, 10: 999.702702, 15: 999.102572, 18: 998.598361,
    20: 998.206746, 21: 997.995019, 22: 997.772977, 25: 997.047022, 28: 996.235299, 30: 995.648797,
    35: 994.032601, 40: 992.215209, 3.983035: 999.974950,
}  # fmt: skip
IAPWS_95 = {0.01: 999.843762, 10: 999.702470, 20: 998.207150, 28: 996.235952, 40: 992.216353}


def test_water_by_tanaka():
    found = tanaka(list(TANAKA))
    assert found.value == pytest.approx(list(TANAKA.values()), abs=1e-6)
    assert not found.warnings
    assert np.argmax(tanaka(np.arange(0, 40, 0.01)).value) == 398


def test_water_is_near_the_equation_of_state():
    assert tanaka(list(IAPWS_95)).value == pytest.approx(list(IAPWS_95.values()), abs=0.0012)


def test_dissolved_air_makes_water_lighter():
    assert air_saturation([20, 28, 30]) == pytest.approx([-0.002492, -0.001644, -0.001432], abs=1e-9)
    difference = tanaka(20, air_saturated=True).number - tanaka(20).number
    assert difference == pytest.approx(-0.002492, abs=1e-9)
    assert tanaka(28, air_saturated=True).warnings


def test_pressure_makes_water_denser():
    assert compression(20, [201_325, 401_325]) == pytest.approx([1.000045884, 1.000137652], abs=1e-9)
    assert tanaka(20, pressure=401_325).number == pytest.approx(998.206746 * 1.000137652, abs=1e-5)


def test_water_from_a_tap_is_a_little_lighter_by_its_isotopes():
    assert tanaka(20).number - tanaka(20, greatest=TAP_WATER).number == pytest.approx(0.00294, abs=1e-5)


def test_water_expands():
    assert expansion(28).number == pytest.approx(2.854e-4, abs=5e-8)
    assert expansion(3.983035).number == pytest.approx(0, abs=1e-12)


@given(st.floats(0.1, 39.9))
def test_the_expansion_of_water_is_the_slope_of_its_density(t):
    step = 1e-3
    slope = (tanaka(t - step).number - tanaka(t + step).number) / (2 * step) / tanaka(t).number
    assert expansion(t).number == pytest.approx(slope, abs=1e-9)


def test_warm_water_warns_and_boiling_kelvin_is_refused():
    (warning,) = tanaka(45).warnings
    assert warning.facts["value"] == "45"
    assert gathered(tanaka(45), tanaka(45), tanaka(20)) == (warning,)
    with pytest.raises(ProcedureError, match="301 °C is no possible water temperature"):
        tanaka(301)
