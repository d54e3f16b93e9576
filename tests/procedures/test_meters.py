"""Meters: relative errors are exact, flows are bands, limits are those of the recommendations."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.conformity import decide
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.rules import FuelDispenserRules
from procedures.meters import length_limits, measuring_system_limits, water_meter_limits
from procedures.meters.electricity import (
    energy_of_power,
    energy_of_pulses,
    no_load_hours,
    no_load_minutes_iec,
    pulse_spacing_seconds,
)
from procedures.meters.flow_rate import FlowBand, flow_rates
from procedures.meters.length_limits import LengthLimits
from procedures.meters.measuring_system_limits import permitted_range
from procedures.meters.relative_error import percent_of, relative_error
from procedures.meters.water_meter_limits import equal_signs, repeated_runs
from procedures.point import Outcome
from procedures.regulation import by_id
from procedures.tolerance import symmetric
from procedures.verdict_array import OUTCOMES, decide_relative, equal_signs_array
from procedures.water_meters.rules import WaterMeterRules

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
WATER = by_id("oiml-r49-1-2013", WaterMeterRules)[0]
FUEL = by_id("oiml-r117-1-2019", FuelDispenserRules)[0]
LENGTH = by_id("oiml-r35-1-2007", LengthLimits)[0]


def percent(*values):
    return [Quantity(value, "%") for value in values]


ERRORS = {
    "exactly the limit": ("20.1 L", "20 L", "0.5"),
    "in other units": ("20100 mL", "0.020 m3", "0.5"),
    "short delivery of 100 mL against what was delivered": ("20.000 L", "19.900 L", "0.502512562815"),
    "a quotient without end": ("20.050 L", "19.980 L", "0.350350350351"),
    "the same below": ("19.910 L", "19.980 L", "-0.350350350351"),
    "a preset delivery": ("20.150 L", "19.950 L", "1.002506265665"),
    "a small register": ("4.9 L", "4.984 L", "-1.685393258427"),
    "none": ("20 L", "20.000 L", "0"),
}


@pytest.mark.parametrize(("shown", "reference", "error"), ERRORS.values(), ids=ERRORS)
def test_a_relative_error_is_written_exactly_or_rounded_away_from_zero(shown, reference, error):
    assert relative_error(Quantity.parse(shown), Quantity.parse(reference)) == Quantity(error, "%")


def test_the_denominator_decides_a_short_delivery_of_100_ml():
    limit = symmetric(Quantity("0.5", "%"), "")
    shown, delivered, nominal = Quantity("20.000", "L"), Quantity("19.900", "L"), Quantity("20", "L")
    against_delivered = relative_error(shown, delivered)
    against_nominal = percent_of(shown - delivered, nominal)
    assert decide(against_delivered, against_delivered, limit) is N
    assert decide(against_nominal, against_nominal, limit) is C


volumes = st.integers(1, 10**9)


@given(volumes, volumes, st.decimals(min_value=-50, max_value=50, places=4))
def test_the_written_error_lies_on_the_same_side_of_every_limit_as_the_quotient(shown, reference, limit):
    error = relative_error(Quantity(shown, "mL"), Quantity(reference, "mL"))
    exact = Fraction(100 * (shown - reference), reference)
    if limit > 0:
        assert (error.value <= limit) is (exact <= Fraction(limit))
    if limit < 0:
        assert (error.value >= limit) is (exact >= Fraction(limit))
    assert abs(Fraction(error.value) - exact) < Fraction(1, 10**12)


@given(volumes, st.integers(-300, 300), st.sampled_from(["0.5", "2", "0.25"]))
def test_arrays_of_relative_errors_are_decided_as_single_ones(reference, off, limit):
    reference *= 800
    edge = int(reference * Fraction(limit) / 100)
    shown = [reference + edge + off, reference - edge + off, reference + edge, reference - edge]
    codes = decide_relative(shown, reference, -Decimal(limit), Decimal(limit))
    tolerance = symmetric(Quantity(limit, "%"), "")
    for one, code in zip(shown, codes, strict=True):
        if one >= 0:
            error = relative_error(Quantity(one, "mL"), Quantity(reference, "mL"))
            assert OUTCOMES[code] is decide(error, error, tolerance)


NOTHING = {"nothing": "0 L", "less than nothing": "-1 L"}


@pytest.mark.parametrize("reference", NOTHING.values(), ids=NOTHING)
def test_without_a_delivery_there_is_no_error(reference):
    with pytest.raises(ProcedureError, match="cannot be given"):
        relative_error(Quantity("1", "L"), Quantity.parse(reference))
    with pytest.raises(ValueError, match="above zero"):
        decide_relative([1], [0], Decimal(-1), Decimal(1))
    with pytest.raises(UnitError):
        relative_error(Quantity("1", "L"), Quantity("1", "kg"))


FLOWS = {
    ("2500 L/h", 80): (("31.25", "50", "3125"), ("31.25", "34.375", "50", "55", "2250", "2500")),
    ("2500 L/h", 100): (("25", "40", "3125"), ("25", "27.5", "40", "44", "2250", "2500")),
    ("4000 L/h", 160): (("25", "40", "5000"), ("25", "27.5", "40", "44", "3600", "4000")),
    ("1600 L/h", 100): (("16", "25.6", "2000"), ("16", "17.6", "25.6", "28.16", "1440", "1600")),
    ("1.6 m3/h", 50): (("0.032", "0.0512", "2"), ("0.032", "0.0352", "0.0512", "0.05632", "1.44", "1.6")),
}


@pytest.mark.parametrize(("marks", "flows"), FLOWS.items(), ids=map(str, FLOWS))
def test_flows_and_bands_follow_from_q3_and_r(marks, flows):
    q3, ratio = marks
    rates = flow_rates(Quantity.parse(q3), ratio)
    assert [rates.q1, rates.q2, rates.q4] == [Fraction(flow) for flow in flows[0]]
    ends = [end for band in rates.verification_bands() for end in (band.lower, band.upper)]
    assert ends == [Fraction(flow) for flow in flows[1]]


def test_the_logged_flow_must_lie_within_the_band_ends_included():
    band = flow_rates(Quantity("2.5", "m3/h"), 63).verification_bands()[0]
    assert band.lower == Fraction("2.5") / 63
    assert not band.holds(Quantity("39.68", "L/h"))
    assert band.holds(Quantity("39.69", "L/h"))
    exact = FlowBand(Fraction(25), Fraction("27.5"), "L/h")
    assert exact.holds_all([Quantity("25", "L/h"), Quantity("0.0275", "m3/h")])
    assert not exact.holds_all([Quantity("25", "L/h"), Quantity("27.50001", "L/h")])
    assert not exact.holds_all([])


ZONES = {
    "24.9": "outside",
    "25": "lower",
    "39.9": "lower",
    "40": "upper",
    "5000": "upper",
    "5000.1": "outside",
}


@pytest.mark.parametrize(("flow", "zone"), ZONES.items())
def test_a_flow_belongs_to_a_zone(flow, zone):
    assert flow_rates(Quantity("4000", "L/h"), 160).zone(Quantity(flow, "L/h")) == zone


@pytest.mark.parametrize(("q3", "ratio"), [("0 L/h", 80), ("2500 L/h", 0)])
def test_a_meter_without_flow_is_refused(q3, ratio):
    with pytest.raises(ProcedureError, match="cannot be"):
        flow_rates(Quantity.parse(q3), ratio)


LIMITS = {
    "class 2, lower zone": ("2", "lower", "25 °C", False, "5"),
    "class 2, lower zone, warm": ("2", "lower", "31 °C", False, "5"),
    "class 2, upper zone": ("2", "upper", "30 °C", False, "2"),
    "class 2, warm": ("2", "upper", "30.1 °C", False, "3"),
    "class 2 in service": ("2", "upper", "25 °C", True, "4"),
    "class 2 in service, lower": ("2", "lower", "25 °C", True, "10"),
    "class 2 in service, warm": ("2", "upper", "31 °C", True, "6"),
    "class 1": ("1", "upper", "25 °C", False, "1"),
    "class 1, warm": ("1", "upper", "50 °C", False, "2"),
    "class 1, lower zone": ("1", "lower", "25 °C", False, "3"),
}


@pytest.mark.parametrize(("meter", "zone", "temperature", "service", "limit"), LIMITS.values(), ids=LIMITS)
def test_limits_of_water_meters(meter, zone, temperature, service, limit):
    found = water_meter_limits.permitted_error(
        WATER, meter, zone, Quantity.parse(temperature), in_service=service
    )
    assert found == Quantity(limit, "%")


def test_a_flow_outside_both_zones_has_no_limit():
    with pytest.raises(ProcedureError, match="no limit"):
        water_meter_limits.permitted_error(WATER, "2", "outside", Quantity(25, "°C"))
    with pytest.raises(ProcedureError, match="class B"):
        water_meter_limits.permitted_error(WATER, "B", "upper", Quantity(25, "°C"))


SIGNS = {
    "all above half": (("4.9", "1.9", "1.9"), N),
    "one below half": (("4.9", "1.9", "0.9"), C),
    "one exactly half": (("4.9", "1.9", "1.0"), C),
    "the first exactly half": (("2.5", "1.9", "1.9"), C),
    "different signs": (("4.9", "-1.9", "1.9"), C),
    "all below": (("-4.9", "-1.9", "-1.9"), N),
    "one without error": (("4.9", "0", "1.9"), C),
}


@pytest.mark.parametrize(("errors", "outcome"), SIGNS.values(), ids=SIGNS)
def test_errors_of_one_sign_need_a_small_one_among_them(errors, outcome):
    assert equal_signs(percent(*errors), percent("5", "2", "2")) is outcome
    counts = np.array([int(Decimal(error) * 10) for error in errors])
    assert OUTCOMES[int(equal_signs_array(counts, [50, 20, 20]))] is outcome


def test_no_errors_have_no_sign():
    assert equal_signs([], []) is I
    assert equal_signs_array(np.empty((2, 0), dtype=np.int64), 5).tolist() == [2, 2]


RUNS = {
    "the first within": (("2.0",), C),
    "the first outside, no more runs": (("2.1",), I),
    "two of three and the mean": (("2.1", "1.9", "1.9"), C),
    "two of three, mean on the limit": (("2.2", "1.9", "1.9"), C),
    "two of three, mean outside": (("2.3", "1.9", "1.9"), N),
    "one of three": (("2.1", "2.1", "0"), N),
    "nothing": ((), I),
}


@pytest.mark.parametrize(("errors", "outcome"), RUNS.values(), ids=RUNS)
def test_a_run_outside_is_repeated_twice(errors, outcome):
    assert repeated_runs(percent(*errors), [Quantity(2, "%")] * len(errors)) is outcome


DELIVERIES = {"2": "50", "5": "50", "8": "50", "10": "50", "15": "75", "20": "100", "50": "250"}
SMALL = {"0.05": "2", "0.1": "2", "0.15": "3", "0.2": "4", "0.3": "4", "0.4": "4", "0.7": "7", "1": "10",
         "1.5": "10", "2": "10", "2.01": "10.05"}  # fmt: skip


@pytest.mark.parametrize(("volume", "limit"), DELIVERIES.items())
def test_limits_of_a_dispenser_with_a_minimum_of_5_litres(volume, limit):
    found = measuring_system_limits.permitted_error(
        FUEL, "0.5", Quantity(volume, "L"), minimum_quantity=Quantity(5, "L")
    )
    assert found == Quantity(limit, "mL")


@pytest.mark.parametrize(("volume", "limit"), SMALL.items())
def test_limits_of_small_deliveries(volume, limit):
    found = measuring_system_limits.permitted_error(FUEL, "0.5", Quantity(volume, "L"))
    assert found == Quantity(limit, "mL")


def test_the_minimum_quantity_and_the_scale_interval_widen_small_limits():
    two = Quantity(2, "L")
    found = [
        measuring_system_limits.permitted_error(FUEL, "0.5", Quantity(v, "L"), minimum_quantity=two)
        for v in (2, 10)
    ]
    assert found == [Quantity(20, "mL"), Quantity(50, "mL")]
    coarse = measuring_system_limits.permitted_error(FUEL, "0.5", two, scale_interval=Quantity("0.01", "L"))
    assert coarse == Quantity(20, "mL")
    half = measuring_system_limits.permitted_error(
        FUEL, "0.5", Quantity(1, "L"), minimum_quantity=Quantity("0.5", "L")
    )
    assert half == Quantity(10, "mL")
    meter = measuring_system_limits.permitted_error(FUEL, "0.5", Quantity(20, "L"), line="B")
    assert meter == Quantity(60, "mL")


REPEATS = {
    "a range of 0.19": (("-0.10", "0.05", "-0.14"), C),
    "a range of 0.20": (("-0.10", "0.10", "0"), C),
    "a range of 0.22": (("-0.12", "0.10", "0"), N),
}


@pytest.mark.parametrize(("errors", "outcome"), REPEATS.values(), ids=REPEATS)
def test_the_range_of_repeats_is_limited_to_two_fifths(errors, outcome):
    found = percent(*errors)
    limit = permitted_range(FUEL, "0.5", Quantity(20, "L"), Quantity(4, "L"))
    assert limit == Quantity("0.2", "%")
    assert permitted_range(FUEL, "0.5", Quantity(20, "L"), Quantity(5, "L")) is None
    spread = max(found) - min(found)
    assert decide(spread, spread, symmetric(limit, "")) is outcome


def test_an_unknown_class_and_an_empty_delivery_are_refused():
    with pytest.raises(ProcedureError, match=r"no accuracy class 0\.7"):
        measuring_system_limits.permitted_error(FUEL, "0.7", Quantity(5, "L"))
    with pytest.raises(ProcedureError, match="cannot be given"):
        measuring_system_limits.permitted_error(FUEL, "0.5", Quantity(0, "L"))


LENGTHS = {"0.5": "0.2 0.5 1.0", "1": "0.2 0.5 1.0", "1.2": "0.3 0.7 1.4", "2": "0.3 0.7 1.4",
           "5": "0.6 1.3 2.6", "10": "1.1 2.3 4.6"}  # fmt: skip


@pytest.mark.parametrize(("length", "limits"), LENGTHS.items())
def test_limits_of_measures_of_length(length, limits):
    for name, limit in zip(("I", "II", "III"), limits.split(), strict=True):
        found = length_limits.permitted_error(LENGTH, name, Quantity(length, "m"))
        assert found == Quantity(limit, "mm")
        served = length_limits.permitted_error(LENGTH, name, Quantity(length, "m"), in_service=True)
        assert served == found * 2


@pytest.mark.parametrize(("name", "length"), [("IV", 1), ("I", 0)])
def test_a_length_without_limit_is_refused(name, length):
    with pytest.raises(ProcedureError, match="no limit"):
        length_limits.permitted_error(LENGTH, name, Quantity(length, "m"))


NO_LOAD = {"A": (2.5, 0.7273), "B": (1.5, 1.2121), "C": (1.0, 1.8182), "D": (0.4, 4.5455)}


@pytest.mark.parametrize(("limit", "hours"), NO_LOAD.values(), ids=NO_LOAD)
def test_the_duration_of_a_no_load_test(limit, hours):
    assert no_load_hours(limit, 1000, 1, 220, 0.25) == pytest.approx(hours, abs=6e-5)


def test_no_load_and_starting_times_of_energy_meters():
    assert no_load_minutes_iec("1", 1000, 1, 220, 60) == pytest.approx(45.4545, abs=6e-5)
    assert no_load_minutes_iec("2", 1000, 1, 220, 60) == pytest.approx(36.3636, abs=6e-5)
    assert pulse_spacing_seconds(1000, 1, 220, 0.02) == pytest.approx(818.182, abs=6e-4)


def test_energies_of_pulses_and_of_power():
    meter, reference = energy_of_pulses(100, 1600), energy_of_power(2200.0, 102.0)
    assert (meter, reference) == pytest.approx((62.5, 62.3333), abs=6e-5)
    assert (meter / reference - 1) * 100 == pytest.approx(0.267380, abs=1e-6)
    by_pulses = energy_of_pulses(100, 1600) / energy_of_pulses(6215, 1e5) - 1
    assert by_pulses * 100 == pytest.approx(0.563154, abs=1e-6)
    turns = relative_error(Quantity(Decimal("40.48") / 148, "kWh"), Quantity("0.275", "kWh"))
    assert float(turns.value) == pytest.approx(-0.5405, abs=6e-5)


@pytest.mark.parametrize("table", [WATER, FUEL, LENGTH], ids=lambda table: table.id)
def test_every_table_cites_its_regulation_and_its_doubts(table):
    assert table.citation.startswith("OIML R ")
    assert not table.verified
    (notice,) = table.notices()
    assert "classes" in notice.facts["topics"]
