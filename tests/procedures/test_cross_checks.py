"""Other programs, written by others from the same sources, come to the same figures.

They are needed by these tests only, and each is skipped with a reason where its program is not installed.
"""

import importlib
import warnings
from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.physics.air import cipm_2007
from procedures.physics.water import compression, tanaka
from procedures.uncertainty.budget import Component, combine
from procedures.uncertainty.coverage import coverage_factor
from procedures.uncertainty.evaluation import Evaluated, repeated
from procedures.uncertainty.model import linearise


def foreign(name):
    """Another program's module; its own warnings are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            return pytest.skip(f"{name} is not installed; it is in the dependency group test or foreign")


def ratio(a, b, c, d):
    return a * b / c + d**2


u_and_freedom = st.tuples(st.floats(0.001, 0.2), st.integers(3, 60))
four = st.lists(u_and_freedom, min_size=4, max_size=4)
ESTIMATES = (2.0, 3.0, 1.5, 0.7)


def ours(uncertain):
    inputs = [Evaluated(u, freedom) for u, freedom in uncertain]
    found = linearise(ratio, ESTIMATES, inputs)
    return combine(
        [
            Component(
                name=str(i), standard=one.standard, sensitivity=c, degrees_of_freedom=one.degrees_of_freedom
            )
            for i, (one, c) in enumerate(zip(inputs, found.sensitivities, strict=True))
        ],
        probability=0.95,
    )


@settings(max_examples=30, deadline=None)
@given(four)
def test_gtc_has_the_same_budget(uncertain):
    gtc = foreign("GTC")
    x = [gtc.ureal(x, u, freedom) for x, (u, freedom) in zip(ESTIMATES, uncertain, strict=True)]
    result, budget = ratio(*x), ours(uncertain)
    assert budget.standard == pytest.approx(result.u, rel=1e-4)
    assert budget.effective_degrees_of_freedom == pytest.approx(result.df, rel=1e-3)
    # A gust of noise may put the degrees of freedom on either side of a whole number.
    factor = gtc.reporting.k_factor(float(int(budget.effective_degrees_of_freedom)), 95)
    assert budget.coverage_factor == pytest.approx(factor, rel=1e-8)


@settings(max_examples=10, deadline=None)
@given(four)
def test_metrolopy_has_the_same_budget(uncertain):
    metrolopy = foreign("metrolopy")
    x = [metrolopy.gummy(x, u, dof=freedom) for x, (u, freedom) in zip(ESTIMATES, uncertain, strict=True)]
    result, budget = ratio(*x), ours(uncertain)
    assert budget.standard == pytest.approx(result.u, rel=1e-4)
    assert budget.effective_degrees_of_freedom == pytest.approx(result.dof, rel=1e-3)


def test_gtc_has_the_same_coverage_factors():
    gtc = foreign("GTC")
    for freedom in (1, 2, 5, 10, 16, 50, 500):
        for p in (0.68, 0.95, 0.9545, 0.99):
            factor = gtc.reporting.k_factor(float(freedom), p * 100)
            assert coverage_factor(freedom, p) == pytest.approx(factor, rel=1e-7)
    assert coverage_factor(inf, 0.95) == pytest.approx(gtc.reporting.k_factor(inf, 95), rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.99, 0.99), st.floats(0.01, 1), st.floats(0.01, 1))
def test_gtc_has_the_same_correlated_sum(r, u, v):
    gtc = foreign("GTC")
    a, b = gtc.ureal(1.0, u, independent=False), gtc.ureal(2.0, v, independent=False)
    gtc.set_correlation(r, a, b)
    parts = [
        Component(name="a", standard=u, sensitivity=2.0),
        Component(name="b", standard=v, sensitivity=-1.0),
    ]
    budget = combine(parts, correlations={("a", "b"): r}, coverage=2)
    assert budget.standard == pytest.approx((2 * a - b).u, rel=1e-9, abs=1e-12)


CLIMATES = [(20, 101_325, 0.5), (20, 101_325, 0.0), (25, 101_325, 0.4), (15, 90_000, 0.2), (30, 101_325, 0.8)]


@pytest.mark.parametrize("climate", CLIMATES)
def test_coolprop_has_the_same_air(climate):
    coolprop = foreign("CoolProp.CoolProp")
    t, p, h = climate
    dry_volume = coolprop.HAPropsSI("Vha", "T", t + 273.15, "P", p, "R", h)
    assert cipm_2007(t, p, h).number == pytest.approx(1 / dry_volume, abs=6e-5)


@pytest.mark.parametrize("t", [0.01, 5, 10, 15, 20, 25, 28, 30, 35, 40])
def test_iapws_95_has_the_same_water(t):
    iapws = foreign("iapws")
    at_rest = iapws.IAPWS95(T=t + 273.15, P=0.101325).rho
    assert tanaka(t).number == pytest.approx(at_rest, abs=0.0012)
    under_pressure = iapws.IAPWS95(T=t + 273.15, P=0.401325).rho
    assert float(compression(t, 401_325)) == pytest.approx(under_pressure / at_rest, abs=1e-6)


def test_coolprop_has_the_same_water():
    coolprop = foreign("CoolProp.CoolProp")
    t = np.linspace(1, 39, 20)
    found = coolprop.PropsSI("D", "T", t + 273.15, "P", np.full(t.shape, 101_325.0), "Water")
    assert tanaka(t).value == pytest.approx(found, abs=0.0012)


def test_gtc_has_the_same_type_a():
    gtc = foreign("GTC")
    readings = [5.007, 4.994, 5.005, 4.990, 4.999]
    other = gtc.type_a.estimate(readings)
    mine = repeated(readings)
    assert (mine.mean, mine.of_mean().standard) == pytest.approx((other.x, other.u), rel=1e-12)
    assert mine.of_mean().degrees_of_freedom == other.df
    assert mine.deviation == pytest.approx(other.u * sqrt(5), rel=1e-12)
