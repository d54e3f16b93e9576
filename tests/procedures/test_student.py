"""Draws of Student's t: the distribution itself, its tails, and that a seed gives the same draws."""

import numpy as np
import pytest
from scipy import stats

from procedures.uncertainty.student import student

FREEDOMS = {
    "heavier than Cauchy": 0.5,
    "four readings": 3.0,
    "not whole": 4.7,
    "ten readings": 9.0,
    "many": 200.0,
    "nearly normal": 1e6,
    "normal": float("inf"),
}


@pytest.mark.parametrize("freedom", FREEDOMS.values(), ids=FREEDOMS.keys())
def test_draws_follow_the_distribution(freedom):
    draws = student(np.random.default_rng(20261121), freedom, 300_000)
    law = stats.norm() if freedom == float("inf") else stats.t(freedom)
    assert stats.kstest(draws, law.cdf).pvalue > 1e-4


@pytest.mark.parametrize("freedom", [3.0, 9.0, 50.0])
def test_the_tails_are_as_heavy_as_they_should_be(freedom):
    draws = np.abs(student(np.random.default_rng(5), freedom, 2_000_000))
    for chance in (0.05, 1e-2, 1e-3, 1e-4):
        beyond = int((draws > stats.t.ppf(1 - chance / 2, freedom)).sum())
        expected = chance * draws.size
        assert abs(beyond - expected) < 5 * expected**0.5


def test_positive_and_negative_draws_are_alike():
    draws = student(np.random.default_rng(6), 5.0, 1_000_000)
    assert stats.kstest(draws[draws > 0], -draws[draws < 0]).pvalue > 1e-4


def test_a_seed_gives_the_same_draws_and_sizes_may_be_small():
    first, second = (student(np.random.default_rng(7), 9.0, 1000) for _ in range(2))
    assert (first == second).all()
    assert [student(np.random.default_rng(7), 9.0, size).size for size in (0, 1, 2)] == [0, 1, 2]


def test_successive_draws_are_independent():
    draws = student(np.random.default_rng(8), 9.0, 1_000_000)
    for lag in (1, 2, 7):
        assert abs(np.corrcoef(draws[lag:], draws[:-lag])[0, 1]) < 5e-3
        assert abs(np.corrcoef(np.abs(draws[lag:]), np.abs(draws[:-lag]))[0, 1]) < 5e-3
