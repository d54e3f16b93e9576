"""Buoyancy, weighing cycles and volumes agree with the recommendations, and survive empty and odd series."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.conformity import decide
from procedures.errors import ProcedureError
from procedures.physics.air import simplified
from procedures.physics.expansion import Vessel, material, materials
from procedures.physics.volume import (
    by_master,
    delivered_liquid,
    delivered_water,
    gravimetric_volume,
    transferred_volume,
    volume_per_mass,
)
from procedures.physics.water import tanaka
from procedures.physics.weighing_cycle import (
    ab_to_bna,
    aba,
    abba,
    deviation_of_few,
    drift,
)
from procedures.physics.weight import (
    buoyancy,
    buoyancy_uncertainty,
    conventional_mass,
    density_limits,
    true_mass,
)
from procedures.point import Outcome
from procedures.regulation import by_id
from procedures.tolerance import symmetric
from procedures.weights import WeightRules

CONVENTIONAL = {
    8400: 1.000007143929,
    21500: 1.000094200177,
    2700: 0.999705511382,
    7950: 0.999999056462,
    8000: 1.0,
    7100: 0.999980983063,
    4400: 0.999877254315,
}


@pytest.mark.parametrize(("density", "mass"), CONVENTIONAL.items())
def test_conventional_mass_of_a_kilogram(density, mass):
    assert conventional_mass(1.0, density).number == pytest.approx(mass, abs=1e-12)
    assert true_mass(mass, density).number == pytest.approx(1, abs=1e-12)


BUOYANCY = {
    "a light weight": (1.15, 7100, 8000, -7.922535e-7),
    "a dense one": (1.10, 8400, 8000, 5.952381e-7),
    "two light ones": (1.10, 7200, 7950, -1.310273e-6),
    "standard air": (1.2, 7100, 8000, 0.0),
    "one density": (1.1, 7800, 7800, 0.0),
}


@pytest.mark.parametrize(("air", "tested", "reference", "expected"), BUOYANCY.values(), ids=BUOYANCY)
def test_the_buoyancy_correction(air, tested, reference, expected):
    assert buoyancy(air, tested, reference).number == pytest.approx(expected, rel=1e-6, abs=1e-18)


def test_the_uncertainty_of_buoyancy():
    found = buoyancy_uncertainty(1e6, (1.15, 0.01), (7100, 300), (8000, 15), 1.2)
    assert float(found) == pytest.approx(0.337322, rel=1e-6)
    far = buoyancy_uncertainty(1e6, (1.19, 0.0), (8000, 0), (8000, 50), 1.0)
    assert float(far) == 0


def test_air_far_from_the_standard_warns():
    assert not buoyancy(1.10, 8000, 7900).warnings
    assert buoyancy(0.95, 8000, 7900).warnings[0].facts["quantity"] == "air density"
    with pytest.raises(ProcedureError, match="no possible air density"):
        buoyancy(1200, 8000, 7900)


# Table 5 of OIML R 111-1:2004 in 1000 kg/m³, with its last digit; its row from 100 g up is that of 200 g.
DENSITIES = {
    ("100 g", "E1"): (7.934, 8.067, 0.001), ("50 g", "E1"): (7.921, 8.081, 0.001),
    ("20 g", "E1"): (7.837, 8.170, 0.001), ("50 g", "F1"): (7.273, 8.889, 0.001),
    ("50 mg", "E1"): (3.429, None, 0.001), ("200 g", "E2"): (7.81, 8.21, 0.01),
    ("200 g", "F1"): (7.39, 8.73, 0.01), ("200 g", "F2"): (6.4, 10.7, 0.1),
    ("50 g", "E2"): (7.74, 8.28, 0.01),
    ("50 g", "F2"): (6.0, 12.0, 0.1), ("20 g", "E2"): (7.50, 8.57, 0.01), ("20 g", "F2"): (4.8, 24.0, 0.1),
    ("50 g", "M1"): (4.0, None, 0.1), ("20 g", "M1"): (2.6, None, 0.1), ("200 g", "M1"): (4.4, None, 0.1),
    ("200 g", "M2"): (2.3, None, 0.1),
}  # fmt: skip


@pytest.mark.parametrize(("piece", "limits"), DENSITIES.items(), ids=map(" ".join, DENSITIES))
def test_density_limits_follow_from_a_quarter_of_the_permitted_error(piece, limits):
    nominal, accuracy_class = piece
    permitted = by_id("oiml-r111-1-2004", WeightRules)[0].limits[nominal][accuracy_class]
    found = density_limits(float(Quantity.parse(nominal).to("mg").value), float(permitted.value))
    lower, upper, last_digit = limits
    assert found.lower / 1000 == pytest.approx(lower, abs=last_digit)
    if upper is None:
        assert found.upper is None
    else:
        assert found.upper is not None
        assert found.upper / 1000 == pytest.approx(upper, abs=last_digit)


def test_cycles_take_a_steady_drift_away():
    assert float(abba([0.00, 1.01, 1.02, 0.03])) == pytest.approx(1, abs=1e-12)
    assert float(aba([0.00, 1.01, 0.02])) == pytest.approx(1, abs=1e-12)
    assert float(abba([0.012, 0.157, 0.161, 0.020])) == pytest.approx(0.143, abs=1e-12)
    assert ab_to_bna([0.0, 1.01, 2.02, 3.03, 0.04]) == pytest.approx([1, 2, 3], abs=1e-12)


@given(st.floats(-1, 1), st.lists(st.floats(-5, 5), min_size=1, max_size=5), st.floats(-10, 10))
def test_any_steady_drift_and_any_level_vanish(rate, differences, level):
    times = np.arange(len(differences) + 2) * rate + level
    readings = times + np.array([0, *differences, 0])
    assert ab_to_bna(readings) == pytest.approx(differences, abs=1e-12)
    if len(differences) == 1:
        assert float(aba(readings)) == pytest.approx(float(ab_to_bna(readings)[0]), abs=1e-12)
    assert float(drift(times)) == pytest.approx(rate * (len(differences) + 1), abs=1e-12)


def test_a_session_of_many_cycles_is_one_array():
    cycles = np.array([[0.0, 1.01, 1.02, 0.03], [0.012, 0.157, 0.161, 0.020]])
    assert abba(cycles) == pytest.approx([1, 0.143], abs=1e-12)
    assert abba(np.empty((0, 4))).shape == (0,)


CYCLES = {
    "three weighings for ABBA": (abba, [1, 2, 3]),
    "four for ABA": (aba, [1, 2, 3, 4]),
    "no test weight": (ab_to_bna, [1, 2]),
    "six test weights": (ab_to_bna, [0] * 8),
    "nothing": (aba, []),
}


@pytest.mark.parametrize(("cycle", "readings"), CYCLES.values(), ids=CYCLES)
def test_a_cycle_with_other_weighings_is_refused(cycle, readings):
    with pytest.raises(ValueError, match="cycle"):
        cycle(readings)


def test_the_range_of_three_cycles_stands_for_their_deviation():
    assert deviation_of_few([0.1, 0.4, 0.2]) == pytest.approx(0.3 / (2 * 3**0.5))
    with pytest.raises(ValueError, match="too few"):
        deviation_of_few([0.1, 0.4])


# Gilson Pipetman manual, table of Z (ISO 8655-6) in µL/mg; pressures in hPa.
Z_PRESSURES = (800, 853, 907, 960, 1013, 1067)
Z_TABLE = {
    15: (1.0018, 1.0018, 1.0019, 1.0019, 1.0020, 1.0020),
    20: (1.0026, 1.0027, 1.0027, 1.0028, 1.0029, 1.0029),
    25: (1.0038, 1.0038, 1.0039, 1.0039, 1.0040, 1.0041),
    28: (1.0046, 1.0046, 1.0047, 1.0048, 1.0048, 1.0049),
    30: (1.0052, 1.0052, 1.0053, 1.0053, 1.0054, 1.0055),
}


@pytest.mark.parametrize("t", Z_TABLE)
def test_volume_per_mass_is_that_of_a_printed_table(t):
    air = simplified(t, np.array(Z_PRESSURES) * 100.0, 0.5).value
    assert volume_per_mass(tanaka(t).value, air).value == pytest.approx(Z_TABLE[t], abs=1e-4)


Z_STANDARD_AIR = {15: 1.001951521, 20: 1.002851791, 25: 1.004019672, 28: 1.004838724, 30: 1.005431353}


@pytest.mark.parametrize(("t", "z"), Z_STANDARD_AIR.items())
def test_volume_per_mass_in_standard_air(t, z):
    assert volume_per_mass(tanaka(t).value, 1.2).number == pytest.approx(z, abs=1e-9)


def test_forgetting_buoyancy_costs_a_tenth_of_a_percent():
    naive = 1000 / tanaka(28).number
    assert volume_per_mass(tanaka(28).value, 1.2).number / naive - 1 == pytest.approx(0.00105, abs=5e-5)


def test_a_vessel_weighed_warm_is_smaller_at_its_reference_temperature():
    water, air = tanaka(28), simplified(28, 101_325, 0.7)
    at_28 = Vessel(expansion=51.8e-6, temperature=28, reference_temperature=28)
    at_20 = Vessel(expansion=51.8e-6, temperature=28, reference_temperature=20)
    held, referred = (gravimetric_volume(19.9, water, air, vessel).number for vessel in (at_28, at_20))
    assert held == pytest.approx(19.9 * volume_per_mass(water.value, air.value).number)
    assert referred / held == pytest.approx(1 - 51.8e-6 * 8, abs=1e-12)


def test_a_vessel_filled_from_itself_keeps_its_volume():
    vessel = Vessel(expansion=47.7e-6, temperature=28, reference_temperature=20)
    found = transferred_volume(20.0, vessel, vessel)
    assert found.number == pytest.approx(20, abs=1e-5)
    five = transferred_volume(20.0, vessel, vessel, fills=5)
    assert five.number == pytest.approx(5 * found.number)


def test_water_that_cools_on_its_way_shrinks():
    standard = Vessel(expansion=0.0, temperature=30, reference_temperature=20)
    tank = Vessel(expansion=0.0, temperature=28, reference_temperature=20)
    ratio = tanaka(30).number / tanaka(28).number
    assert transferred_volume(1.0, standard, tank).number == pytest.approx(ratio)
    assert delivered_water(1.0, standard, 28).number == pytest.approx(ratio)
    assert transferred_volume(
        1.0, Vessel(expansion=0, temperature=45, reference_temperature=20), tank
    ).warnings


DISPENSER = {
    "stainless steel": (47.7e-6, 0.0, None, 20.045512, -0.227045),
    "mild steel": (33.5e-6, 0.0, None, 20.042383, -0.211466),
    "petrol cooler at the dispenser": (47.7e-6, 1.2e-3, 30.0, 20.021458, -0.107174),
}


@pytest.mark.parametrize(("gamma", "beta", "meter", "volume", "error"), DISPENSER.values(), ids=DISPENSER)
def test_the_volume_in_a_measure_behind_a_dispenser(gamma, beta, meter, volume, error):
    measure = Vessel(expansion=gamma, temperature=31.0, reference_temperature=20.0)
    found = float(delivered_liquid(20.035, measure, beta, meter))
    assert found == pytest.approx(volume, abs=6e-7)
    assert (20.0 - found) / found * 100 == pytest.approx(error, abs=1e-6)


def test_a_master_meter_is_corrected_by_its_own_error():
    volume = float(by_master(100.25, -0.12))
    assert volume == pytest.approx(100.370445, abs=6e-7)
    assert (100.9 - volume) / volume * 100 == pytest.approx(0.527601, abs=1e-6)
    assert by_master([100.0, 100.0], [0.0, 1.0]) == pytest.approx([100, 99.009901])


CAPACITY = {"19.998 L": Outcome.CONFORMS, "19.99 L": Outcome.CONFORMS, "19.9899 L": Outcome.DOES_NOT_CONFORM}


@pytest.mark.parametrize(("volume", "outcome"), CAPACITY.items())
def test_a_measure_of_20_litres_may_be_wrong_by_a_two_thousandth(volume, outcome):
    nominal = Quantity("20", "L")
    error = Quantity.parse(volume) - nominal
    assert decide(error, error, symmetric(nominal * Decimal("0.0005"), "OIML R 120:2010")) is outcome


def test_materials_have_a_source_and_say_what_nobody_checked():
    table = materials()
    assert table.source
    assert table.verified or table.unverified
    assert material("stainless_steel_316").expansion == Decimal("47.7e-6")
    assert all(0 < one.expansion < 1 for one in table.materials.values())
    with pytest.raises(ProcedureError, match="no material wood"):
        material("wood")
