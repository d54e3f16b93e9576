"""A million verdicts in whole numbers are the same as one by one with decimals."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.acceptance import GUARDED_THIRD, AcceptanceRule, accept
from procedures.errors import ProcedureError
from procedures.point import Activity, Outcome
from procedures.regulation import by_id
from procedures.scales.rules import ScaleRules
from procedures.tolerance import Band, limit_at, symmetric
from procedures.verdict_array import (
    OUTCOMES,
    counted,
    decide_array,
    limits_at,
    settled_counts,
)
from procedures.weights import WeightRules

STEP = Quantity("0.001", "g")
III = (Band(up_to=500, limit=Decimal("0.5")), Band(up_to=2000, limit=Decimal(1)), Band(limit=Decimal("1.5")))
MANY = 1_000_000


def around(values, generator):
    """Each value exactly, one step off, or anywhere below its double."""
    off = generator.integers(-1, 2, values.size)
    anywhere = (values * generator.uniform(0, 2, values.size)).astype(np.int64)
    return np.maximum(np.where(generator.random(values.size) < 0.75, values + off, anywhere), 0)


def slowly(load, e, error, bands, factor):
    for upper, limit in bands:
        if upper is None or load <= e * upper:
            return 0 if abs(error) <= e * limit * factor else 1
    raise AssertionError("beyond the table")


@pytest.mark.parametrize("table", ["kepdirjen-pktn-240-2023", "kepdirjen-spk-131-2015", "oiml-r76-1-2006"])
def test_a_million_verdicts_on_a_scale_table_agree_with_decimals_one_by_one(table):
    rules, _ = by_id(table, ScaleRules)
    generator = np.random.default_rng(76)
    cases = [
        (rule.bands, rules.tolerance.factor[activity])
        for rule in rules.classes.values()
        for activity in Activity
    ]
    for bands, factor in cases:
        size = MANY // len(cases) + 1
        e = generator.choice([1, 2, 5, 10, 20, 50, 100, 500], size) * 20
        edges = np.array([band.up_to or 2 * bands[-2].up_to for band in bands])
        load = around(edges[generator.integers(0, edges.size, size)] * e, generator)
        load = np.minimum(load, e * edges[-1])
        limits = limits_at(load, e, bands, factor)
        error = around(limits, generator) * generator.choice([-1, 1], size)
        codes = decide_array(error, error, -limits, limits)
        place = Decimal("0.001")
        plain = [(band.up_to, band.limit) for band in bands]
        slow = [
            slowly(place * a, place * b, place * c, plain, factor)
            for a, b, c in zip(load.tolist(), e.tolist(), error.tolist(), strict=True)
        ]
        assert codes.tolist() == slow
        assert set(slow) == {0, 1}


def test_a_million_guarded_verdicts_on_the_table_of_weights_agree_with_decimals_one_by_one():
    rules, _ = by_id("oiml-r111-1-2004", WeightRules)
    step = Quantity("0.0001", "mg")
    limits = counted([limit for row in rules.limits.values() for limit in row.values()], step)
    generator = np.random.default_rng(111)
    limit = limits[generator.integers(0, limits.size, MANY)]
    u = around(limit // 3, generator)
    error = around(np.maximum(limit - u, 0), generator) * generator.choice([-1, 1], MANY)
    codes = decide_array(error, error, -limit, limit, uncertainty=u, rule=GUARDED_THIRD)
    place = step.value
    slow = [
        2 if place * c * 3 > place * b else (0 if abs(place * a) <= place * b - place * c else 1)
        for a, b, c in zip(error.tolist(), limit.tolist(), u.tolist(), strict=True)
    ]
    assert codes.tolist() == slow
    assert set(slow) == {0, 1, 2}


whole = arrays.arrays(np.int64, 20, elements=st.integers(-10_000, 10_000))


rules = st.builds(
    AcceptanceRule,
    guard=st.decimals(min_value=-2, max_value=2, places=2),
    least_ratio=st.none() | st.decimals(min_value="0.1", max_value=10, places=1),
)


@given(whole, whole, whole, whole, rules)
def test_an_array_is_decided_as_its_elements_are(first, second, limits, expanded, rule):
    low, high = np.minimum(first, second), np.maximum(first, second)
    limit, u = np.abs(limits), np.abs(expanded)
    codes = decide_array(low, high, -limit, limit, uncertainty=u, rule=rule)
    for place, code in enumerate(codes):
        lowest, highest, tolerance, uncertainty = (
            Quantity(int(number[place]), "mg") for number in (low, high, limit, u)
        )
        one = accept(lowest, highest, symmetric(tolerance, ""), uncertainty, rule)
        assert OUTCOMES[code] is one.outcome


@given(st.lists(st.integers(0, 15_000), min_size=1, max_size=20), st.sampled_from([2, 10, 20]))
def test_limits_of_an_array_are_the_limits_of_its_elements(loads, e):
    found = limits_at(np.array(loads), e, III, Decimal(2))
    for load, limit in zip(loads, found.tolist(), strict=True):
        assert Quantity(limit, "g") == limit_at(Quantity(load, "g"), Quantity(e, "g"), III, Decimal(2))


def test_the_limit_of_a_band_includes_its_upper_end():
    e = 10
    assert limits_at([5000, 5001, 20_000, 20_001], e, III, Decimal(1)).tolist() == [5, 10, 10, 15]


def test_every_load_may_have_its_own_scale_interval():
    limits = limits_at([400, 1600, 2100, 4250, 5100, 15000], [2, 2, 4, 4, 20, 20], III, Decimal(1))
    # Doubled grams: e = 1, 2, 10 g of a multi-interval scale up to 2, 5, 15 kg.
    assert limits.tolist() == [1, 2, 4, 4, 10, 20]


def test_a_load_beyond_the_table_is_named():
    table = (Band(up_to=100, limit=Decimal(1)),)
    with pytest.raises(ProcedureError, match="ends before 101 with e = 1"):
        limits_at([100, 101], 1, table, Decimal(1))


REFUSED = {
    "floats": (lambda: decide_array([0.5], [0.5], -1, 1), TypeError, "whole numbers"),
    "truth values": (lambda: decide_array([True], [True], -1, 1), TypeError, "whole numbers"),
    "numbers beyond 64 bits": (lambda: decide_array([2**70], [2**70], -1, 1), TypeError, "whole numbers"),
    "an interval backwards": (lambda: decide_array([1], [0], -1, 1), ValueError, "backwards"),
    "a negative uncertainty": (
        lambda: decide_array(0, 0, -1, 1, uncertainty=-1, rule=GUARDED_THIRD), ValueError, "negative"),
    "a product that does not fit": (
        lambda: decide_array(0, 0, -1, 1, uncertainty=2**62, rule=GUARDED_THIRD), OverflowError, "coarser"),
    "a limit between two steps": (lambda: limits_at([1], 1, III, Decimal(1)), ValueError, "finer step"),
    "a float that is no number": (
        lambda: settled_counts(np.array([np.nan]), Decimal("0.1")), ValueError, "cannot be counted"),
    "a float too large for its step": (
        lambda: settled_counts(np.array([1e9]), Decimal("1e-9")), ValueError, "cannot be counted"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_decided_exactly_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_no_uncertainty_where_the_rule_needs_one_decides_nothing():
    codes = decide_array(
        np.zeros((2, 3), dtype=np.int64), np.zeros((2, 3), dtype=np.int64), -1, 1, rule=GUARDED_THIRD
    )
    assert codes.shape == (2, 3)
    assert {OUTCOMES[code] for code in codes.flat} == {Outcome.INDETERMINATE}


def test_nothing_to_decide_gives_nothing():
    empty = np.array([], dtype=np.int64)
    assert decide_array(empty, empty, -1, 1).size == 0
    assert decide_array(empty, empty, -1, 1, uncertainty=empty, rule=GUARDED_THIRD).size == 0
    assert limits_at(empty, 2, III, Decimal(1)).size == 0
    assert counted([], STEP).size == 0


def test_one_meter_row_meets_one_limit_a_flow():
    errors = np.array([[49, 19, 19], [51, 19, 21]])
    limits = np.array([50, 20, 20])
    codes = decide_array(errors, errors, -limits, limits)
    assert [[OUTCOMES[code] is Outcome.CONFORMS for code in row] for row in codes] == [
        [True, True, True],
        [False, True, False],
    ]


def test_quantities_are_counted_exactly_or_not_at_all():
    assert counted([Quantity("0.5", "kg"), Quantity("-1", "mg")], STEP).tolist() == [500_000, -1]
    with pytest.raises(UnitError, match="not a whole number"):
        counted([Quantity("0.0005", "g")], STEP)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
def test_float_noise_is_taken_away_before_counting(counts):
    noisy = np.array(counts) * 0.001 + 1e-9
    assert settled_counts(noisy, Decimal("0.001")).tolist() == counts
