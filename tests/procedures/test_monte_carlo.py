"""Trials agree with JCGM 101, stop when they may, and repeat themselves for the same seed."""

from math import inf, pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.errors import ProcedureError
from procedures.uncertainty.budget import combine, component
from procedures.uncertainty.evaluation import (
    Distribution,
    Evaluated,
    arcsine,
    rectangular,
    trapezoidal,
    triangular,
)
from procedures.uncertainty.monte_carlo import (
    coverage_interval,
    numerical_tolerance,
    propagate,
    propagate_adaptively,
    validates,
)
from procedures.uncertainty.sampling import gaussian, independent

MANY = 1_000_000


def chance(seed=101):
    return np.random.default_rng(seed)


def student(standard, freedom):
    return Evaluated(standard, freedom, Distribution.STUDENT)


def total(*inputs):
    return sum(inputs)


ADDITIVE = {
    "four normal": ([Evaluated(1.0)] * 4, 2.00, 3.92),
    "four rectangular": ([rectangular(sqrt(3))] * 4, 2.00, 3.879407),
    "one rectangle ten times as wide": (
        [rectangular(sqrt(3))] * 3 + [rectangular(10 * sqrt(3))],
        10.149,
        17.01,
    ),
}


@pytest.mark.parametrize(("inputs", "standard", "end"), ADDITIVE.values(), ids=ADDITIVE)
def test_sums_of_jcgm_101_9_2(inputs, standard, end):
    found = propagate(total, independent([0.0] * 4, inputs), chance(), trials=MANY, interval="symmetric")
    assert found.estimate == pytest.approx(0, abs=0.005 * standard)
    assert found.standard == pytest.approx(standard, rel=0.003)
    assert (found.lower, found.upper) == pytest.approx((-end, end), rel=0.005)


def test_a_budget_is_not_confirmed_where_one_rectangle_outweighs_the_rest():
    inputs = [rectangular(sqrt(3))] * 3 + [rectangular(10 * sqrt(3))]
    budget = combine([component(str(i), one) for i, one in enumerate(inputs)], probability=0.95)
    assert budget.expanded == pytest.approx(19.891, rel=1e-4)
    found = propagate(total, independent([0.0] * 4, inputs), chance(), trials=100_000)
    assert not validates(found, -budget.expanded, budget.expanded, digits=2)
    sampler = independent([0.0] * 4, [Evaluated(1.0)] * 4)
    normal = propagate(total, sampler, chance(), trials=MANY, interval="symmetric")
    assert validates(normal, -3.92, 3.92, digits=2)


def calibrated_mass(*inputs):
    reference, added, air, tested, standard = inputs
    return (reference + added) * (1 + (air - 1.2) * (1 / tested - 1 / standard)) - 100_000


MASS = independent(
    [100_000.0, 1.234, 1.2, 8000.0, 8000.0],
    [Evaluated(0.050), Evaluated(0.020), rectangular(0.1), rectangular(1000), rectangular(50)],
)


def test_the_mass_calibration_of_jcgm_101_9_3():
    found = propagate(calibrated_mass, MASS, chance(), trials=MANY)
    assert found.estimate == pytest.approx(1.2340, abs=0.0003)
    assert found.standard == pytest.approx(0.0754, abs=0.0002)
    assert found.upper - found.lower == pytest.approx(0.299, abs=0.001)
    even = propagate(calibrated_mass, MASS, chance(), trials=MANY, interval="symmetric")
    assert (even.lower, even.upper) == pytest.approx((1.0845, 1.3835), abs=0.002)


def test_the_gauge_block_of_jcgm_101_9_5():
    inputs = [
        *(student(25, 18), student(6, 24), student(4, 5), student(7, 8)),
        *(rectangular(2e-6), Evaluated(0.2), arcsine(0.5), rectangular(1e-6, 50), rectangular(0.05, 2)),
    ]

    def deviation(*drawn):
        standard, d, d1, d2, alpha, theta, swing, delta_alpha, delta_theta = drawn
        length = standard + d + d1 + d2 - standard * (delta_alpha * (theta + swing) + alpha * delta_theta)
        return length - 50_000_000

    sampler = independent([50_000_623, 215, 0, 0, 11.5e-6, -0.1, 0, 0, 0], inputs)
    found = propagate(deviation, sampler, chance(), trials=MANY, probability=0.99)
    assert found.estimate == pytest.approx(838.0, abs=0.2)
    assert found.standard == pytest.approx(35.8, abs=0.15)
    assert (found.lower, found.upper) == pytest.approx((744.3, 931.6), abs=2)


def test_the_shortest_interval_of_a_logarithm_is_not_the_even_one():
    sampler = independent([0.6], [rectangular(0.5)])
    found = propagate(np.log, sampler, chance(), trials=MANY)
    assert (found.estimate, found.standard) == pytest.approx((-0.665, 0.606), abs=0.002)
    assert (found.lower, found.upper) == pytest.approx((-1.895, 0.095), abs=0.006)
    even = propagate(np.log, sampler, chance(), trials=MANY, interval="symmetric")
    assert even.upper - even.lower > found.upper - found.lower


def test_a_magnitude_near_zero_is_far_from_its_budget():
    sampler = gaussian([0.001, 0.0], np.diag([1e-4, 1e-4]))
    found = propagate(np.hypot, sampler, chance(), trials=MANY)
    assert (found.estimate, found.standard) == pytest.approx((0.013, 0.007), abs=0.0005)


def test_the_adaptive_stop_comes_late_for_many_digits_and_early_for_few():
    one = propagate_adaptively(calibrated_mass, MASS, chance(), digits=1)
    two = propagate_adaptively(calibrated_mass, MASS, chance(), digits=2, interval="symmetric")
    assert one.converged
    assert two.converged
    assert 20_000 <= one.trials < two.trials
    assert two.standard == pytest.approx(0.0754, abs=numerical_tolerance(0.0754, 2))


def test_an_end_without_convergence_is_told():
    found = propagate_adaptively(calibrated_mass, MASS, chance(), digits=4, most_trials=30_000)
    assert not found.converged
    assert found.trials == 30_000


def test_a_great_probability_takes_larger_blocks():
    found = propagate_adaptively(
        total, independent([0.0], [Evaluated(1.0)]), chance(), digits=1, probability=0.999
    )
    assert found.trials % 100_000 == 0


def test_something_exact_needs_two_blocks_and_has_no_width():
    found = propagate_adaptively(total, independent([5.0], [Evaluated(0.0)]), chance())
    assert (found.estimate, found.standard, found.lower, found.upper) == (5, 0, 5, 5)
    assert found.converged
    assert found.trials == 20_000


TOLERANCES = {0.35: 0.005, 0.0351: 0.0005, 0.000999: 0.00005, 9.96: 0.5, 35.8: 0.5, 1.0: 0.05, 0.0: 0.0}


@pytest.mark.parametrize(("standard", "tolerance"), TOLERANCES.items())
def test_the_numerical_tolerance_is_half_of_the_last_digit(standard, tolerance):
    assert numerical_tolerance(standard, 2) == pytest.approx(tolerance, rel=1e-12)


SHAPES = {
    "normal": Evaluated(2.0),
    "rectangular": rectangular(2.0),
    "triangular": triangular(2.0),
    "trapezoidal": trapezoidal(2.0, 0.4),
    "arcsine": arcsine(2.0),
}


@pytest.mark.parametrize("one", SHAPES.values(), ids=SHAPES)
def test_what_is_drawn_has_the_deviation_that_was_assumed(one):
    (drawn,) = independent([10.0], [one])(chance(), 400_000)
    assert drawn.mean() == pytest.approx(10, abs=0.01)
    assert drawn.std() == pytest.approx(one.standard, rel=0.005)
    if one.distribution is not Distribution.NORMAL:
        assert np.abs(drawn - 10).max() <= 2 * (1 + 1e-12)
        assert np.abs(drawn - 10).max() > 1.95


def test_limits_that_are_known_roughly_are_drawn_wider():
    (drawn,) = independent([0.0], [rectangular(0.05, 2)])(chance(), 400_000)
    assert np.abs(drawn).max() == pytest.approx(0.075, rel=0.01)
    spread = sqrt((0.05**2 + 0.025**2 / 3) / 3)
    assert drawn.std() == pytest.approx(spread, rel=0.01)


def test_few_readings_are_drawn_from_students_t():
    (drawn,) = independent([0.0], [student(1.0, 4)])(chance(), 400_000)
    assert np.quantile(np.abs(drawn), 0.95) == pytest.approx(2.776, rel=0.01)


@pytest.mark.parametrize("freedom", [1, 2])
def test_too_few_readings_have_no_variance_to_draw_from(freedom):
    with pytest.raises(ProcedureError, match="no variance"):
        independent([0.0], [student(1.0, freedom)])
    assert independent([0.0], [Evaluated(1.0, inf, Distribution.STUDENT)])(chance(), 10)[0].size == 10


def test_jointly_normal_inputs_keep_their_correlation():
    covariance = np.array([[4.0, -1.8], [-1.8, 1.0]])
    drawn = np.array(gaussian([1.0, 2.0], covariance)(chance(), 400_000))
    assert drawn.mean(axis=1) == pytest.approx([1, 2], abs=0.02)
    assert np.cov(drawn) == pytest.approx(covariance, abs=0.03)


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]]])
def test_what_is_no_covariance_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match="no covariance matrix"):
        gaussian([0.0, 0.0], matrix)


def test_the_same_seed_gives_the_same_trials_to_the_last_bit():
    first, second, other = (
        propagate(calibrated_mass, MASS, chance(seed), trials=25_000) for seed in (7, 7, 8)
    )
    assert first == second != other


def test_too_few_results_have_no_interval():
    with pytest.raises(ValueError, match="no interval"):
        coverage_interval(np.arange(5.0), 0.99, "shortest")


@settings(max_examples=30)
@given(st.integers(100, 2000), st.sampled_from([0.5, 0.9, 0.95]), st.integers(0, 2**32))
def test_no_interval_of_as_many_results_is_shorter(size, probability, seed):
    results = np.sort(chance(seed).exponential(size=size))
    lower, upper = coverage_interval(results, probability, "shortest")
    inside = int(probability * size + 0.5)
    assert upper - lower == min(results[i + inside] - results[i] for i in range(size - inside))
    even = coverage_interval(results, probability, "symmetric")
    assert upper - lower <= even[1] - even[0]
    assert np.count_nonzero((results >= lower) & (results <= upper)) >= inside


@settings(max_examples=30)
@given(st.integers(20, 3000), st.sampled_from([0.2, 0.5, 0.9, 0.95]), st.integers(0, 2**32))
def test_the_trials_that_propagation_leaves_unsorted_change_no_interval(size, probability, seed):
    for interval in ("shortest", "symmetric"):
        sampler = independent([0.0], [student(1.0, 5)])
        found = propagate(
            np.exp, sampler, chance(seed), trials=size, probability=probability, interval=interval
        )
        (drawn,) = sampler(chance(seed), size)
        every = np.sort(np.exp(drawn))
        assert (found.lower, found.upper) == coverage_interval(every, probability, interval)


def test_a_circle_is_known_by_its_area():
    (x,) = independent([0.0], [arcsine(1.0)])(chance(), 400_000)
    assert np.mean(np.abs(x)) == pytest.approx(2 / pi, rel=0.01)
