"""Budgets agree with the printed examples of the GUM and EA-4/02, whatever order they are written in.

Published figures are those of the guides, as remembered; the digits beyond them come from other programs.
"""

from math import hypot, inf, log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.errors import ProcedureError
from procedures.uncertainty.batch import combine_array, coverage_array
from procedures.uncertainty.budget import Component, combine, component, explain
from procedures.uncertainty.covariance import (
    correlation_of,
    covariance_from,
    covariance_of_means,
    propagate,
)
from procedures.uncertainty.coverage import coverage_factor, trapezoidal_coverage_factor
from procedures.uncertainty.evaluation import (
    Evaluated,
    arcsine,
    degrees_from_reliability,
    expanded,
    pooled,
    rectangular,
    repeated,
    resolution,
    trapezoidal,
    triangular,
)
from procedures.uncertainty.model import linearise, second_order_terms


def near(value, rel=1e-6, tol=0.0):
    return pytest.approx(value, rel=rel, abs=tol)


def part(standard, freedom=inf, sensitivity=1.0, name=""):
    return Component(
        name=name or str(standard), standard=standard, degrees_of_freedom=freedom, sensitivity=sensitivity
    )


T_TABLE = {
    1: (1.84, 6.31, 12.71, 13.97, 63.66, 235.78),
    2: (1.32, 2.92, 4.30, 4.53, 9.92, 19.21),
    5: (1.11, 2.02, 2.57, 2.65, 4.03, 5.51),
    10: (1.05, 1.81, 2.23, 2.28, 3.17, 3.96),
    20: (1.03, 1.72, 2.09, 2.13, 2.85, 3.42),
}


@pytest.mark.parametrize("freedom", T_TABLE)
def test_coverage_factors_are_those_of_gum_table_g_2(freedom):
    probabilities = (0.6827, 0.90, 0.95, 0.9545, 0.99, 0.9973)
    found = [round(coverage_factor(freedom, p), 2) for p in probabilities]
    assert found == [near(printed, rel=1e-4, tol=1e-9) for printed in T_TABLE[freedom]]


def test_degrees_of_freedom_are_truncated_and_never_rounded():
    assert coverage_factor(16.99) == coverage_factor(16) > coverage_factor(17)
    assert coverage_factor(inf) == near(2.0000024, rel=1e-7)
    assert coverage_array(np.array([1.99, 16.99, 2e5, inf])).tolist() == [
        coverage_factor(1), coverage_factor(16), near(coverage_factor(2e5)), near(coverage_factor(inf))
    ]  # fmt: skip


@pytest.mark.parametrize("freedom", [0.99, 0, -1, float("nan")])
def test_without_a_degree_of_freedom_there_is_no_interval(freedom):
    with pytest.raises(ValueError, match="degrees of freedom"):
        coverage_factor(freedom)
    with pytest.raises(ValueError, match="degree of freedom"):
        coverage_array(np.array([5.0, freedom]))


def gauge_block():
    difference = combine([part(5.8, 24), part(3.9, 5), part(6.7, 8)], coverage=1)
    theta = combine([part(0.2), component("swing", arcsine(0.5))], coverage=1)
    inputs = [
        Evaluated(25, 18),
        Evaluated(difference.standard, difference.effective_degrees_of_freedom),
        rectangular(2e-6),
        Evaluated(theta.standard),
        rectangular(1e-6, 50),
        rectangular(0.05, 2),
    ]

    def length(*inputs):
        standard, d, alpha, theta, delta_alpha, delta_theta = inputs
        return standard + d - standard * (delta_alpha * theta + alpha * delta_theta)

    return difference, theta, length, [50_000_623, 215, 11.5e-6, -0.1, 0, 0], inputs


def test_the_gauge_block_of_gum_h_1():
    difference, theta, length, estimates, inputs = gauge_block()
    assert difference.standard == near(9.68194)
    assert difference.effective_degrees_of_freedom == near(25.447, rel=1e-4)
    assert theta.standard == near(0.406202)
    found = linearise(length, estimates, inputs)
    parts = [
        component(str(i), one, c) for i, (one, c) in enumerate(zip(inputs, found.sensitivities, strict=True))
    ]
    budget = combine(parts, probability=0.99)
    assert found.value == 50_000_838
    assert budget.standard == near(31.6638, rel=1e-5)
    assert budget.effective_degrees_of_freedom == near(16.752, rel=1e-4)
    assert budget.coverage_factor == near(2.9208, rel=1e-5)
    assert budget.expanded == near(92.48, rel=1e-4)


def test_the_terms_of_second_order_of_gum_h_1():
    _, _, length, estimates, inputs = gauge_block()
    terms = second_order_terms(length, estimates, inputs)
    assert sqrt(terms[3, 4]) == near(11.726, rel=1e-4)
    assert sqrt(terms[2, 5]) == near(1.667, rel=1e-3)
    parts = [part(31.6638)]
    assert combine(parts, second_order=sum(terms.values()), coverage=1).standard == near(33.81, rel=1e-3)


VOLTAGE = [5.007, 4.994, 5.005, 4.990, 4.999]
CURRENT = [19.663e-3, 19.639e-3, 19.640e-3, 19.685e-3, 19.678e-3]
PHASE = [1.0456, 1.0438, 1.0468, 1.0428, 1.0433]


def impedance(inputs):
    v, i, phi = inputs
    return np.array([v / i * np.cos(phi), v / i * np.sin(phi), v / i])


def test_resistance_reactance_and_impedance_of_gum_h_2():
    means, covariance = covariance_of_means(np.column_stack([VOLTAGE, CURRENT, PHASE]))
    assert means == near([4.9990, 0.019661, 1.04446])
    assert np.sqrt(np.diag(covariance)) == near([0.0032094, 9.4710e-6, 7.5206e-4], rel=1e-4)
    r = correlation_of(covariance)
    assert [r[0, 1], r[0, 2], r[1, 2]] == near([-0.3553, 0.8576, -0.6451], rel=2e-4)
    values, spread = propagate(impedance, means, covariance)
    assert values == near([127.73217, 219.84651, 254.25970], rel=1e-7)
    assert np.sqrt(np.diag(spread)) == near([0.071071, 0.295582, 0.236336], rel=1e-5)
    r = correlation_of(spread)
    assert [r[0, 1], r[0, 2], r[1, 2]] == near([-0.58843, -0.48526, 0.99251], rel=2e-5)


def test_h_2_from_the_rounded_figures_that_the_guide_prints():
    covariance = covariance_from(
        [0.0032, 9.5e-6, 7.5e-4], [[1, -0.36, 0.86], [-0.36, 1, -0.65], [0.86, -0.65, 1]]
    )
    _, spread = propagate(impedance, [4.9990, 0.019661, 1.04446], covariance)
    assert np.sqrt(np.diag(spread)) == near([0.0699787, 0.295717, 0.236603], rel=1e-5)
    r = correlation_of(spread)
    assert [r[0, 1], r[0, 2], r[1, 2]] == near([-0.591485, -0.490624, 0.992797], rel=1e-5)


def test_correlated_readings_count_as_one_part_in_the_degrees_of_freedom():
    means, covariance = covariance_of_means(np.column_stack([VOLTAGE, CURRENT, PHASE]))
    r, u = correlation_of(covariance), np.sqrt(np.diag(covariance))
    found = linearise(lambda *x: impedance(x)[0], means.tolist(), [Evaluated(float(one)) for one in u])
    parts = [part(float(u[i]), 4, found.sensitivities[i], name) for i, name in enumerate("VIf")]
    budget = combine(parts, correlations={("V", "I"): r[0, 1], ("V", "f"): r[0, 2], ("I", "f"): r[1, 2]})
    assert budget.standard == near(0.071071, rel=1e-5)
    assert budget.effective_degrees_of_freedom == near(4)


def test_three_parts_may_be_strongly_correlated_with_one_another():
    parts = [part(1.0, name=name) for name in "abc"]
    pairs = {("a", "b"): 0.9, ("a", "c"): 0.9, ("b", "c"): 0.9}
    assert combine(parts, correlations=pairs).standard == near(sqrt(3 + 6 * 0.9))


def test_the_calibrated_weight_of_ea_4_02_s2():
    budget = combine(
        [
            component("standard", expanded(45, 2)),
            component("drift", rectangular(15)),
            component("difference", Evaluated(25 / sqrt(3))),
            component("eccentricity", rectangular(10)),
            component("buoyancy", rectangular(10)),
        ],
        coverage=2,
    )
    assert budget.standard == near(29.26, tol=0.05)
    assert round(budget.expanded) == 59


def test_the_vernier_caliper_of_ea_4_02_s9():
    k = trapezoidal_coverage_factor((50 - 25) / (50 + 25))
    assert k == near(1.8339, rel=1e-4)
    budget = combine([part(0.46), part(2.0), part(14.4), part(28.9)], coverage=k)
    assert budget.standard == near(32.34, rel=1e-3)
    assert round(budget.expanded / 1000, 2) == 0.06
    assert rectangular(50).standard == near(28.9, rel=2e-3)
    assert trapezoidal(75, 1 / 3).standard == near(
        sqrt(rectangular(50).standard ** 2 + rectangular(25).standard ** 2)
    )


def test_a_trapezoid_ends_in_a_rectangle_and_a_triangle():
    assert trapezoidal_coverage_factor(1) == near(1.6454, rel=1e-4)
    assert trapezoidal_coverage_factor(0) == near(1.9018, rel=1e-4)
    joint = 0.95 / (2 - 0.95)
    assert trapezoidal_coverage_factor(joint - 1e-9) == near(trapezoidal_coverage_factor(joint + 1e-9))
    assert trapezoidal(1, 1).standard == near(rectangular(1).standard)
    assert trapezoidal(1, 0).standard == near(triangular(1).standard)
    with pytest.raises(ValueError, match="no ratio"):
        trapezoidal_coverage_factor(1.1)


def test_the_ratio_of_an_x_ray_fluorescence_measurement():
    inputs = [Evaluated(0.00093, 9), Evaluated(0.00058, 19), Evaluated(0.0026, 19)]
    found = linearise(lambda a, b, y: a / b * y, [0.1820, 0.1823, 0.6978], inputs)
    parts = [
        component(str(i), one, c) for i, (one, c) in enumerate(zip(inputs, found.sensitivities, strict=True))
    ]
    budget = combine(parts, probability=0.95)
    assert found.value == near(0.6967, tol=5e-5)
    assert budget.standard == near(0.00494, tol=1e-5)
    assert budget.effective_degrees_of_freedom == near(27.7, tol=0.3)
    assert budget.expanded == near(0.0101, tol=5e-5)
    assert combine([part(0.57, 9), part(0.25)]).effective_degrees_of_freedom == near(12.8, tol=0.05)


def test_a_weighing_instrument_in_the_manner_of_cg_18():
    ecc = 0.2 / (2 * 100 * sqrt(3))
    indication = combine(
        [
            component("display at zero", resolution(0.1)),
            component("display at load", resolution(0.1)),
            part(0.05),
            part(200 * ecc, name="eccentricity"),
        ],
        coverage=2,
    )
    reference = combine(
        [
            component("certificate", expanded(0.1)),
            component("buoyancy", rectangular(0.3 / 4)),
            component("drift", rectangular(0.1)),
        ],
        coverage=2,
    )
    assert indication.standard == near(0.132288, rel=1e-5)
    assert reference.standard == near(0.087797, rel=1e-4)
    whole = combine([part(indication.standard, name="I"), part(reference.standard, name="m")], coverage=2)
    assert whole.standard == near(0.158771, rel=1e-5)
    assert whole.expanded == near(0.317543, rel=1e-5)


def test_readings_give_mean_deviation_and_degrees_of_freedom():
    found = repeated(VOLTAGE)
    assert found.mean == near(4.9990)
    assert found.of_mean() == (near(0.0032094, rel=1e-4), 4, "student", 0.0)
    assert repeated([7.0, 7.0, 7.0]).of_mean().standard == 0
    with pytest.raises(ProcedureError, match="1 readings say nothing"):
        repeated([1.0])
    with pytest.raises(ProcedureError, match="0 readings say nothing"):
        repeated([])
    with pytest.raises(ProcedureError, match="1 readings say nothing"):
        covariance_of_means([[1.0, 2.0]])


def test_series_are_pooled_by_their_degrees_of_freedom():
    found = pooled([repeated([1.0, 3.0]), repeated([1.0, 2.0, 3.0])])
    assert found.standard == near(sqrt((1 * 2 + 2 * 1) / 3))
    assert found.degrees_of_freedom == 3
    with pytest.raises(ValueError, match="no series"):
        pooled([])


def test_a_doubtful_half_width_has_few_degrees_of_freedom():
    assert degrees_from_reliability(0.1) == 50
    assert degrees_from_reliability(0.5) == 2
    assert degrees_from_reliability(0) == inf


def test_a_table_explains_the_budget_largest_part_first():
    budget = combine([part(3.0, name="small"), part(2.0, sensitivity=-2.0, name="large")], coverage=2)
    rows = explain(budget)
    assert [row.component.name for row in rows] == ["large", "small"]
    assert [row.contribution for row in rows] == [4, 3]
    assert sum(row.share for row in rows) == near(1)
    assert explain(combine([part(0.0)], coverage=2))[0].share == 0


IMPOSSIBLE = {
    "a negative uncertainty": part(-1.0),
    "an infinite one": part(inf),
    "one that is no number": part(float("nan")),
    "no degree of freedom": part(1.0, 0),
    "an infinite sensitivity": part(1.0, sensitivity=inf),
}


@pytest.mark.parametrize("wrong", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_impossible_component_is_named(wrong):
    with pytest.raises(ProcedureError, match=f"component {wrong.name} is impossible"):
        combine([part(1.0), wrong])
    with pytest.raises(ValueError, match="impossible"):
        combine_array([[1.0, wrong.standard]], [1.0, wrong.sensitivity], [inf, wrong.degrees_of_freedom])


CORRELATIONS = {
    "beyond one": {("a", "b"): 1.1},
    "a part with itself": {("a", "a"): 0.5},
    "three that contradict one another": {("a", "b"): -1.0, ("a", "c"): -1.0, ("b", "c"): -1.0},
    "three whose contradiction does not show in the sum": {
        ("a", "b"): 1.0,
        ("a", "c"): 1.0,
        ("b", "c"): -1.0,
    },
}


@pytest.mark.parametrize("correlations", CORRELATIONS.values(), ids=CORRELATIONS)
def test_an_impossible_correlation_is_named(correlations):
    parts = [part(1.0, name=name) for name in "abc"]
    with pytest.raises(ProcedureError, match="are impossible: a and"):
        combine(parts, correlations=correlations)


def test_full_correlation_adds_or_takes_away():
    parts = [part(3.0, name="a"), part(4.0, name="b"), part(1.0, 10, name="c")]
    assert combine(parts[:2], correlations={("a", "b"): 1.0}).standard == near(7)
    assert combine(parts[:2], correlations={("a", "b"): -1.0}).standard == near(1)
    gone = [part(2.0, 3, name="a"), part(2.0, 3, name="b"), part(1.0, 10, name="c")]
    budget = combine(gone, correlations={("a", "b"): -1.0})
    assert budget.standard == near(1)
    assert budget.effective_degrees_of_freedom == near(10)


def test_too_few_readings_behind_a_result_are_told():
    with pytest.raises(ProcedureError, match="coverage interval"):
        combine([part(1.0, 0.5)])
    assert combine([part(1.0, 0.5)], coverage=2).expanded == 2


def test_nothing_uncertain_is_no_uncertainty():
    assert combine([]).expanded == 0
    assert combine([part(0.0, 5)]).effective_degrees_of_freedom == inf
    assert combine_array(np.zeros((2, 3))).expanded.tolist() == [0, 0]
    assert combine_array(np.zeros((0, 3))).expanded.size == 0


# Below 1e-60 a square vanishes in a float before anything physical is that small.
slopes = st.floats(-10, 10).filter(lambda slope: not 0 < abs(slope) < 1e-60)
parts = st.lists(
    st.builds(part, st.floats(0.01, 100), st.one_of(st.just(inf), st.floats(2, 100)), slopes),
    min_size=1,
    max_size=6,
)


@given(parts, st.randoms(use_true_random=False))
def test_the_order_of_components_does_not_matter(components, chance):
    mixed = list(components)
    chance.shuffle(mixed)
    first, second = combine(components), combine(mixed)
    assert first.standard == near(second.standard, rel=1e-12, tol=1e-300)
    assert first.effective_degrees_of_freedom == near(second.effective_degrees_of_freedom, rel=1e-9)


@given(parts)
def test_a_batch_agrees_with_budgets_one_by_one(components):
    one = combine(components)
    table = [[p.standard for p in components]] * 3
    many = combine_array(
        table, [p.sensitivity for p in components], [p.degrees_of_freedom for p in components]
    )
    assert many.standard.tolist() == [near(one.standard, rel=1e-12, tol=1e-300)] * 3
    assert many.effective_degrees_of_freedom == near(one.effective_degrees_of_freedom, rel=1e-9)
    assert many.expanded.tolist() == [near(many.coverage_factor[0] * one.standard, rel=1e-12, tol=1e-300)] * 3


@given(parts, st.floats(0.001, 1000))
def test_another_unit_scales_the_uncertainty_and_nothing_else(components, factor):
    scaled = [part(p.standard, p.degrees_of_freedom, p.sensitivity * factor) for p in components]
    first, second = combine(components, coverage=2), combine(scaled, coverage=2)
    assert second.standard == near(first.standard * factor, rel=1e-9, tol=1e-300)
    assert second.effective_degrees_of_freedom == near(first.effective_degrees_of_freedom, rel=1e-6)


@given(st.floats(-3, 3), st.floats(0.1, 5), st.floats(1e-6, 1e-2))
def test_sensitivities_are_the_derivatives(x, y, u):
    found = linearise(lambda a, b: np.sin(a) * b**3, [x, y], [Evaluated(u), Evaluated(u)])
    assert found.sensitivities == near((np.cos(x) * y**3, 3 * np.sin(x) * y**2), rel=1e-6, tol=1e-7)


def test_an_input_that_is_exact_has_no_sensitivity():
    assert linearise(lambda a, b: a * b, [2.0, pi], [Evaluated(0.0), Evaluated(0.1)]).sensitivities[0] == 0
    _, spread = propagate(lambda x: x[0] * x[1], [2.0, pi], np.diag([0.0, 0.01]))
    assert spread[0, 0] == near(0.04)
    assert correlation_of(np.diag([0.0, 4.0])).tolist() == [[1, 0], [0, 1]]


@given(st.integers(1, 500), st.floats(1e-120, 1e120))
def test_the_noise_of_binary_arithmetic_does_not_cost_a_degree_of_freedom(freedom, u):
    exact = coverage_factor(freedom)
    assert combine([part(u, freedom)]).coverage_factor == exact
    assert combine_array([[u]], 1.0, [freedom]).coverage_factor.tolist() == [exact]


def test_a_model_too_curved_for_a_budget_is_told():
    with pytest.raises(ProcedureError, match="too curved"):
        combine([part(1.0)], second_order=-1.1)


def test_the_terms_of_second_order_of_the_mass_calibration_of_jcgm_101_9_3():
    def calibrated(reference, difference, air, tested, standard):
        return (reference + difference) * (1 + (air - 1.2) * (1 / tested - 1 / standard)) - 100_000

    estimates = [100_000.0, 1.234, 1.2, 8000.0, 8000.0]
    inputs = [Evaluated(0.05), Evaluated(0.02), rectangular(0.1), rectangular(1000), rectangular(50)]
    found = linearise(calibrated, estimates, inputs)
    parts = [
        Component(name=str(n), standard=one.standard, sensitivity=slope)
        for n, (one, slope) in enumerate(zip(inputs, found.sensitivities, strict=True))
    ]
    first = combine(parts, probability=0.95)
    assert (found.value, first.standard) == (near(1.234), near(0.053852, rel=1e-5))
    more = sum(second_order_terms(calibrated, estimates, inputs).values())
    both = combine(parts, probability=0.95, second_order=more)
    assert both.standard == near(0.074963, tol=2e-6)
    assert both.standard == near(0.0750, tol=5e-5)
    ends = [found.value - both.expanded, found.value + both.expanded]
    assert ends == [near(1.0870, tol=1e-4), near(1.3810, tol=1e-4)]


CURVED = {
    "a logarithm of a wide rectangle (NPL)": (log, [0.6], [rectangular(0.5)], -0.511, 0.481),
    "a magnitude near zero (GUM S2)": (hypot, [0.001, 0.0], [Evaluated(0.01)] * 2, 0.001, 0.010),
    "a root near its end": (sqrt, [1.0], [Evaluated(0.9)], 1.0, 0.45),
    "a reciprocal": (lambda x: 1 / x, [1.0], [Evaluated(0.5)], 1.0, 0.5),
}


@pytest.mark.parametrize(("model", "at", "inputs", "value", "standard"), CURVED.values(), ids=CURVED)
def test_a_sensitivity_is_the_slope_at_the_estimate_however_curved_the_model(
    model, at, inputs, value, standard
):
    found = linearise(model, at, inputs)
    parts = [
        part(one.standard, sensitivity=slope) for one, slope in zip(inputs, found.sensitivities, strict=True)
    ]
    assert found.value == near(value, tol=5e-4)
    assert combine(parts, coverage=1).standard == near(standard, tol=5e-4 if standard < 0.1 else 6e-4)
    _, spread = propagate(
        lambda x: model(*x), at, covariance_from([one.standard for one in inputs], np.eye(len(at)))
    )
    assert sqrt(spread[0, 0]) == near(combine(parts, coverage=1).standard)


def test_an_uncertainty_in_the_last_digits_keeps_its_slope():
    found = linearise(lambda a: 3 * a, [1e9], [Evaluated(1e-4)])
    assert found.sensitivities[0] == near(3, rel=1e-2)


def test_a_square_at_zero_has_only_terms_of_second_order():
    terms = second_order_terms(lambda a: a * a, [0.0], [Evaluated(0.3)])
    assert terms[0, 0] == near(2 * 0.3**4)
