"""Probabilities and risks agree with JCGM 106, with an integral, and with published tables."""

from math import exp, inf, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from procedures.risk import conformance_probability, global_risk, guard_band_risk, guard_for_risk

PROBABILITIES = {
    "breakdown voltage of a Zener diode": (-5.47, 0.05, -inf, -5.40, 0.919243),
    "burst pressure": (509.7, 8.6, 490.0, inf, 0.989010),
    "viscosity of an oil": (13.6, 1.8, 12.5, 16.3, 0.662630),
    "in the middle": (10.0, 0.4, 9.0, 11.0, 1 - 0.0124193),
    "off the middle": (10.5, 0.4, 9.0, 11.0, 1 - 0.105738),
    "outside": (12.0, 0.4, 9.0, 11.0, 1 - 0.993790),
    "on the limit": (11.0, 0.4, -inf, 11.0, 0.5),
}


@pytest.mark.parametrize(("y", "u", "lower", "upper", "expected"), PROBABILITIES.values(), ids=PROBABILITIES)
def test_the_probability_of_conformity(y, u, lower, upper, expected):
    assert float(conformance_probability(y, u, lower, upper)) == pytest.approx(expected, abs=1e-6)


def test_an_array_of_meters_has_an_array_of_probabilities():
    found = conformance_probability([[0.0, 2.0]], [[1.0], [0.5]], -2.0, 2.0)
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(0.9545, abs=1e-4)
    assert found[1, 1] == pytest.approx(0.5)


@pytest.mark.parametrize("u", [0.0, -1.0, float("nan")])
def test_without_uncertainty_there_is_no_probability(u):
    with pytest.raises(ValueError, match="above zero"):
        conformance_probability(0, u, -1, 1)


@given(st.floats(-50, 50), st.floats(0.01, 10), st.floats(0.01, 20))
def test_a_probability_is_the_same_seen_from_both_sides(y, u, limit):
    one, other = conformance_probability(y, u, -limit, limit), conformance_probability(-y, u, -limit, limit)
    assert 0 <= one <= 1
    assert one == pytest.approx(other, rel=1e-9, abs=1e-300)


def test_a_small_probability_far_outside_does_not_vanish():
    above = float(conformance_probability(10.0, 1.0, -1.0, 1.0))
    below = float(conformance_probability(-10.0, 1.0, -1.0, 1.0))
    assert above == below == pytest.approx(1.1286e-19, rel=1e-3)


GUARDS = {0: 0.5, 0.5: 0.158655, 0.83: 0.048457, 1: 0.022750, 1.5: 0.001350}


@pytest.mark.parametrize(("guard", "risk"), GUARDS.items())
def test_a_guard_band_keeps_the_risk_at_the_limit(guard, risk):
    assert float(guard_band_risk(guard)) == pytest.approx(risk, abs=1e-6)
    assert float(guard_for_risk(guard_band_risk(guard))) == pytest.approx(guard, abs=1e-9)


GLOBAL = {0.0: (0.0189422, 0.0372078), 0.04: (0.0043341, 0.1146566), 0.08: (0.00046863, 0.2476696)}


@pytest.mark.parametrize(("guard", "risks"), GLOBAL.items())
def test_global_risks_fall_and_rise_with_the_guard_band(guard, risks):
    found = global_risk(0, 0.12, 0.04, (-0.2, 0.2), (-0.2 + guard, 0.2 - guard))
    assert (found.consumer, found.producer) == pytest.approx(risks, abs=1e-7)
    assert found.conforming == pytest.approx(0.9044193, abs=1e-7)


RP_19 = {
    0.60: (4.83860326, 8.26008199),
    0.70: (3.92234109, 5.72322042),
    0.80: (2.85583037, 3.63227145),
    0.90: (1.59995312, 1.79880430),
    0.95: (0.87100925, 0.92389664),
    0.99: (0.19991684, 0.20243866),
}


@pytest.mark.parametrize(("in_tolerance", "percent"), RP_19.items())
def test_the_table_of_the_draft_of_rp_19(in_tolerance, percent):
    """The measurement's deviation is a quarter of the population's there."""
    deviation = 1 / float(ndtri((1 + in_tolerance) / 2))
    found = global_risk(0, deviation, deviation / 4, (-1, 1))
    assert (100 * found.consumer, 100 * found.consumer_among_accepted) == pytest.approx(percent, abs=1e-6)


def test_the_example_of_deaver():
    found = global_risk(0, 4, 1, (-8, 8))
    assert (found.consumer, found.producer) == pytest.approx((0.008, 0.015), abs=0.0005)


def integral(mean, deviation, u, tolerance, acceptance):
    def wrongly(x):
        accepted = ndtr((acceptance[1] - x) / u) - ndtr((acceptance[0] - x) / u)
        return exp(-(((x - mean) / deviation) ** 2) / 2) / deviation / sqrt(2 * pi) * accepted

    low, high = tolerance
    # The integrand is steep at the acceptance limits, so the tails are cut where it begins to fall.
    near = [
        (high, high + 6 * u),
        (high + 6 * u, high + 60 * u),
        (low - 6 * u, low),
        (low - 60 * u, low - 6 * u),
    ]
    return sum(quad(wrongly, a, b, epsabs=1e-13, limit=200)[0] for a, b in near)


@given(st.floats(-1, 1), st.floats(0.2, 2), st.floats(0.05, 1), st.floats(0.3, 2), st.floats(-0.2, 0.2))
def test_the_closed_form_is_the_integral(mean, deviation, u, half, guard):
    tolerance, acceptance = (-half, half), (-half + guard, half - guard)
    found = global_risk(mean, deviation, u, tolerance, acceptance)
    assert found.consumer == pytest.approx(integral(mean, deviation, u, tolerance, acceptance), abs=1e-9)
    assert found.consumer - found.producer == pytest.approx(found.accepted - found.conforming, abs=1e-12)


def test_one_limit_through_the_middle_has_equal_risks():
    found = global_risk(0, 1, 0.2, (-inf, 0))
    assert found.consumer == pytest.approx(found.producer) == pytest.approx(np.arctan(0.2) / (2 * pi))
    other = global_risk(0, 1, 0.2, (0, inf))
    assert other.consumer == pytest.approx(found.consumer)


def test_a_measurement_without_doubt_errs_never():
    found = global_risk(0, 1, 1e-9, (-1, 1))
    assert (found.consumer, found.producer) == pytest.approx((0, 0), abs=1e-9)


@pytest.mark.parametrize(("deviation", "u"), [(0, 1), (1, 0), (-1, 1)])
def test_a_population_without_spread_is_refused(deviation, u):
    with pytest.raises(ValueError, match="above zero"):
        global_risk(0, deviation, u, (-1, 1))


def test_nothing_accepted_is_no_risk_among_the_accepted():
    found = global_risk(0, 1, 0.1, (-1, 1), (50, 50))
    assert found.consumer_among_accepted == 0
