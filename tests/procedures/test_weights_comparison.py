"""Weights by comparison: cycles, masses, budgets and verdicts, exact to the limit, also by case file."""

import json
import random
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.errors import ProcedureError, StandardError
from procedures.physics import weighing_cycle
from procedures.point import Activity, Outcome
from procedures.standard import Weight
from procedures.weights import CLASSES
from procedures.weights_comparison.assessment import assess, subjects
from procedures.weights_comparison.case import budgets, compute
from procedures.weights_comparison.difference import differences
from procedures.weights_comparison.example_case import EXAMPLE
from procedures.weights_comparison.instrument import read_set
from procedures.weights_comparison.judging import Judging
from procedures.weights_comparison.mass import Air, air_density, stated
from procedures.weights_comparison.observation import Found, Observations
from procedures.weights_comparison.outlining import outline
from procedures.weights_comparison.rules import choose_rules, limits_of
from procedures.weights_comparison.task import plan, prepare
from tests.bench.lab_bench import tera
from tests.procedures.scales_at_hand import DAY, TERA_ULANG, mass, standard

OIML = "oiml-r111-1-2004-weights"


def content(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def case(accuracy_class: str, weights: list[str], **more: Any) -> dict[str, Any]:
    uut = {"class": accuracy_class, "weights": weights, **more.pop("uut", {})}
    return {"kind": "weights", "activity": "subsequent_verification", "date": DAY, "uut": uut, **more}


def accuracy(conclusion):
    return [point for point in conclusion.points if point.section == "accuracy"]


TWO_KILOGRAM_WEIGHTS = (
    Weight(nominal=mass("2 kg"), uncertainty=mass("3 mg"), error=mass("-9 mg")),
    Weight(nominal=mass("2 kg"), uncertainty=mass("3 mg"), error=mass("9 mg")),
    Weight(nominal=mass("1 kg"), uncertainty=mass("1.5 mg"), error=mass("0 mg")),
)


def test_each_of_two_weights_of_one_nominal_mass_has_its_own_error():
    uut = {"class": "F2", "material": "stainless_steel", "air_density": "1.2 kg/m3", "weights": ["5 kg"]}
    uut["balance"] = {"d": "1 mg", "repeatability": "2 mg"}
    order = Assignment(kind="weights", activity=Activity.INITIAL_VERIFICATION, uut=uut)
    pieces = standard(accuracy_class="F1", weights=TWO_KILOGRAM_WEIGHTS)
    (comparison,) = prepare(order, DAY, (pieces,)).comparisons
    assert comparison.pieces == ("2 kg", "2 kg", "1 kg")
    assert comparison.reference.error == mass("0 mg")
    assert comparison.reference.uncertainty == mass("7.5 mg")
    lighter = msgspec.structs.replace(order, uut=uut | {"weights": ["2 kg"]})
    (alone,) = prepare(lighter, DAY, (pieces,)).comparisons
    assert alone.reference.error == mass("-9 mg")


def test_the_uncertainty_of_a_reference_is_told_with_two_whatever_its_certificate_has():
    uut = {"class": "F2", "material": "stainless_steel", "air_density": "1.2 kg/m3", "weights": ["1 kg"]}
    order = Assignment(kind="weights", activity=Activity.INITIAL_VERIFICATION, uut=uut)
    for k, expected in (("1", "3 mg"), ("2", "1.5 mg"), ("1.96", "1.530613 mg"), ("3", "1 mg")):
        pieces = standard(accuracy_class="F1", weights=TWO_KILOGRAM_WEIGHTS, coverage_factor=Decimal(k))
        (comparison,) = prepare(order, DAY, (pieces,)).comparisons
        assert comparison.reference.coverage_factor == 2
        assert mass(expected) <= comparison.reference.uncertainty <= mass(expected) + mass("0.0001 mg")


CYCLES = {
    "ABBA with drift": ("ABBA", "0.00 1.01 1.02 0.03", ("1",)),
    "ABA with drift": ("ABA", "0.00 1.01 0.02", ("1",)),
    "ABBA as read": ("ABBA", "0.012 0.157 0.161 0.020", ("0.143",)),
    "two weights between two references": ("AB1...BnA", "0.0 1.01 2.02 0.03", ("1", "2")),
    "a lighter one": ("ABA", "10.0 9.5 10.0", ("-0.5",)),
    "no difference at all": ("ABBA", "5 5 5 5", ("0",)),
}


@pytest.mark.parametrize(("cycle", "shown", "expected"), CYCLES.values(), ids=CYCLES)
def test_a_cycle_gives_exact_differences(cycle, shown, expected):
    found = differences(cycle, [Fraction(text) for text in shown.split()], len(expected))
    assert found == tuple(Fraction(text) for text in expected)


fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)


@given(fractions, fractions, st.lists(fractions, min_size=1, max_size=5))
def test_a_steady_drift_is_removed_exactly_and_the_level_does_not_matter(level, rate, put):
    def drifting(masses):
        return [level + rate * moment + one for moment, one in enumerate(masses)]

    assert differences("AB1...BnA", drifting([0, *put, 0]), len(put)) == tuple(put)
    assert differences("ABA", drifting([0, put[0], 0])) == (put[0],)
    assert differences("ABBA", drifting([0, put[0], put[0], 0])) == (put[0],)


WRONG_CYCLES = {
    "ABBA of three": ("ABBA", 3, 1),
    "ABBA of nothing": ("ABBA", 0, 1),
    "ABA of four": ("ABA", 4, 1),
    "two weights, one indication": ("AB1...BnA", 3, 2),
}


@pytest.mark.parametrize(("cycle", "count", "tested"), WRONG_CYCLES.values(), ids=WRONG_CYCLES)
def test_a_cycle_with_other_weighings_is_refused_with_a_sentence(cycle, count, tested):
    with pytest.raises(ProcedureError) as refused:
        differences(cycle, [Fraction(1)] * count, tested)
    assert refused.value.code == "weights.cycle_length"


@given(fractions)
def test_a_stated_error_is_never_smaller_than_the_exact_one_and_equal_where_it_ends(error):
    found = Fraction(stated(error).value)
    assert abs(error) <= abs(found) < abs(error) + Fraction(1, 10**12)
    assert (found < 0) is (error < 0)
    ends = error.denominator
    for prime in (2, 5):
        while ends % prime == 0:
            ends //= prime
    assert ends != 1 or found == error


# oracle 2.2: C of 1 kg, as the error that equal indications leave
BUOYANCY = {
    "cast iron against 8000": ("7100", "8000", "1.15", -7.922535e-7),
    "brass against 8000": ("8400", "8000", "1.10", 5.952381e-7),
    "light against steel": ("7200", "7950", "1.10", -1.310273e-6),
    "standard air": ("7100", "8000", "1.2", 0.0),
}


@pytest.mark.parametrize(("tested", "reference", "air", "expected"), BUOYANCY.values(), ids=BUOYANCY)
def test_buoyancy_moves_a_kilogram_by_its_oracle(tested, reference, air, expected):
    row = {
        "weights": ["1 kg"],
        "cycles": [["1 kg", "1 kg", "1 kg", "1 kg"]],
        "air_density": f"{air} kg/m3",
        "reference": {"uncertainty": "0.1 mg", "density": f"{reference} kg/m3"},
    }
    uut = {"density": f"{tested} kg/m3"}
    (point,) = accuracy(compute(case("M1", ["1 kg"], uut=uut, comparison=[row])))
    assert float(point.error.to("mg").value) == pytest.approx(expected * 1e6, rel=1e-6, abs=1e-9)


def test_the_uncertainty_of_buoyancy_is_that_of_its_oracle():
    row = {
        "weights": ["1 kg"],
        "cycles": [["1 kg", "1 kg", "1 kg", "1 kg"]] * 2,
        "air_density": "1.15 kg/m3",
        "air_density_uncertainty": "0.01 kg/m3",
        "reference": {
            "uncertainty": "0.1 mg",
            "density": "8000 kg/m3",
            "density_uncertainty": "30 kg/m3",
        },
    }
    uut = {"density": "7100 kg/m3", "density_uncertainty": "600 kg/m3"}
    (found,) = budgets(case("M1", ["1 kg"], uut=uut, comparison=[row]))
    parts = {part.name: part for part in found.budget.components}
    assert parts["buoyancy"].standard == pytest.approx(0.337322, rel=1e-6)


def test_the_air_is_that_of_the_oracle_and_a_warm_room_is_told():
    air = Air(temperature=mass("20 °C"), pressure=mass("1013.25 hPa"), humidity=mass("50 %"))
    assert air_density(air) == (Decimal("1.199314"), ())
    warm = Air(temperature=mass("30 °C"), pressure=mass("101325 Pa"), humidity=mass("80 %"))
    density, warnings = air_density(warm)
    assert density == Decimal("1.150012")
    assert [warning.code for warning in warnings] == ["outside_range"]


# oracle 2.5: EA-4/02, S2
TEN_KILOGRAMS = """
kind = "weights"
activity = "subsequent_verification"
date = 2026-11-21
[uut]
class = "M1"
weights = ["10 kg"]
[uut.balance]
repeatability = "25 mg"
eccentricity = "10 mg"
[[comparison]]
weights = ["10 kg"]
differences = ["10 mg", "30 mg", "20 mg"]
buoyancy = "10 mg"
[comparison.reference]
error = "5 mg"
uncertainty = "45 mg"
drift = "15 mg"
"""


def test_ten_kilograms_of_the_european_example():
    (point,) = accuracy(compute(content(TEN_KILOGRAMS)))
    assert point.error == mass("25 mg")
    assert point.outcome is Outcome.CONFORMS
    (found,) = budgets(content(TEN_KILOGRAMS))
    assert found.budget.standard == pytest.approx(29.26, abs=0.05)
    assert found.budget.expanded == pytest.approx(59, abs=0.5)
    assert found.expanded == mass("59 mg")


def test_a_stated_repeatability_never_hides_a_worse_series():
    worse = TEN_KILOGRAMS.replace('"10 mg", "30 mg"', '"-180 mg", "220 mg"')
    before, after = (budgets(content(text))[0].budget for text in (TEN_KILOGRAMS, worse))
    assert after.standard > 3 * before.standard
    assert after.effective_degrees_of_freedom < 4


# case A5
HUNDRED_GRAMS = case("F1", ["100 g"], found=[{"weight": "100 g", "conventional_mass": "100.00019 g"}])


def test_a_hundred_grams_of_class_f1_pass_whatever_their_admitted_uncertainty_is():
    conclusion = compute(HUNDRED_GRAMS)
    (point,) = conclusion.points
    assert point.error == mass("0.19 mg")
    assert (point.tolerance.lower, point.tolerance.upper) == (mass("-0.5 mg"), mass("0.5 mg"))
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    told = {notice.code: notice.facts for notice in conclusion.notices}
    assert told["uncertainty_assumed"] == {"weights": "100 g", "least_ratio": "3"}
    # the recommendation alone decides nothing without U
    assert compute({**HUNDRED_GRAMS, "rules": OIML}).verdict.outcome is Outcome.INDETERMINATE


def found_at(text: str, uncertainty: str | None, **more: Any):
    row = {"weight": "100 g", "conventional_mass": text}
    row |= {} if uncertainty is None else {"uncertainty": uncertainty}
    return accuracy(compute(case("F1", ["100 g"], found=[row], **more)))[0]


EDGES = {
    # class F1, 100 g: limit 0.5 mg, U at most 1/3 of it
    "on the acceptance limit": ("100.0004 g", "0.1 mg", Outcome.CONFORMS, ""),
    "a hair beyond it": ("100.0004000000001 g", "0.1 mg", Outcome.DOES_NOT_CONFORM, "guard_band"),
    "below nominal, on it": ("99.9996 g", "0.1 mg", Outcome.CONFORMS, ""),
    "below nominal, beyond it": ("99.9995999999999 g", "0.1 mg", Outcome.DOES_NOT_CONFORM, "guard_band"),
    "beyond the limit itself": ("100.00051 g", "0.1 mg", Outcome.DOES_NOT_CONFORM, ""),
    "exact": ("100 g", "0 mg", Outcome.CONFORMS, ""),
    "U just admitted": ("100 g", "0.16666666666666666666 mg", Outcome.CONFORMS, ""),
    "U a hair too large": (
        "100 g",
        "0.16666666666666666667 mg",
        Outcome.INDETERMINATE,
        "uncertainty_too_large",
    ),
    "U not stated, between": ("100.00034 g", None, Outcome.INDETERMINATE, "uncertainty_missing"),
    "U not stated, beyond all": ("100.00051 g", None, Outcome.DOES_NOT_CONFORM, ""),
}


@pytest.mark.parametrize(("text", "uncertainty", "outcome", "reason"), EDGES.values(), ids=EDGES)
def test_the_verdict_at_its_limits(text, uncertainty, outcome, reason):
    point = found_at(text, uncertainty)
    assert (point.outcome, point.reason) == (outcome, reason)


def test_a_standard_uncertainty_counts_twice_and_a_wider_interval_as_it_is():
    def judged(k: str):
        row = {"weight": "100 g", "conventional_mass": "100.0003 g", "uncertainty": "0.15 mg"}
        return accuracy(compute(case("F1", ["100 g"], found=[{**row, "coverage_factor": k}])))[0]

    assert (judged("2").outcome, judged("3").outcome) == (Outcome.CONFORMS, Outcome.CONFORMS)
    assert judged("1").reason == "uncertainty_too_large"
    assert judged("1").uncertainty == mass("0.3 mg")


def slow_verdict(limit: Fraction, error: Fraction, uncertainty: Fraction) -> Outcome:
    """The rule in fractions: U ≤ limit/3, |error| ≤ limit − U."""
    if 3 * uncertainty > limit:
        return Outcome.INDETERMINATE
    inside = -(limit - uncertainty) <= error <= limit - uncertainty
    return Outcome.CONFORMS if inside else Outcome.DOES_NOT_CONFORM


LIMITS = limits_of(choose_rules(None, DAY)[0]).table.limits


def test_every_class_and_mass_decides_as_the_slow_reference_does_also_on_the_limit():
    chance = random.Random(4)  # noqa: S311 - cases
    for nominal, row in LIMITS.items():
        for accuracy_class, permitted in row.items():
            limit = Fraction(permitted.to("mg").value)
            for _ in range(4):
                uncertainty = Decimal(permitted.value) * Decimal(
                    chance.choice(("0.1", "0.25", "0.33", "0.34"))
                )
                edge = Fraction(permitted.value) - Fraction(uncertainty)
                step = Fraction(chance.choice((-1, 0, 0, 1)), 10 ** chance.choice((3, 9, 15)))
                error = dec(edge + step) * chance.choice((-1, 1))
                found = {
                    "weight": nominal,
                    "conventional_mass": str(Quantity.parse(nominal).to("mg") + Quantity(error, "mg")),
                    "uncertainty": f"{uncertainty:f} mg",
                }
                (point,) = accuracy(compute(case(accuracy_class, [nominal], found=[found])))
                expected = slow_verdict(limit, Fraction(error), Fraction(uncertainty))
                assert point.outcome is expected, (nominal, accuracy_class, error, uncertainty)


def dec(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


readings = st.decimals(min_value=-50, max_value=50, places=2).map(lambda shown: f"{shown:f} mg")


@settings(deadline=None)  # other programs may have the machine
@given(
    st.lists(st.tuples(readings, readings, readings, readings), min_size=2, max_size=4),
    st.decimals(min_value=-30, max_value=30, places=3),
)
def test_a_compared_weight_decides_as_fractions_do(cycles, error):
    row = {
        "weights": ["1 kg"],
        "cycles": [list(cycle) for cycle in cycles],
        "reference": {"error": f"{error:f} mg", "uncertainty": "1 mg", "drift": "0 mg"},
        "air_density": "1.2 kg/m3",
    }
    uut = {"density": "8000 kg/m3"}
    row["reference"]["density"] = "8000 kg/m3"
    (point,) = accuracy(compute(case("M1", ["1 kg"], uut=uut, comparison=[row])))
    shown = [[Fraction(Quantity.parse(one).value) for one in cycle] for cycle in cycles]
    mean = sum((b + c - a - d) / 2 for a, b, c, d in shown) / len(shown)
    exact = mean + Fraction(error)
    assert abs(Fraction(point.error.to("mg").value) - exact) < Fraction(1, 10**11)
    assert point.outcome is slow_verdict(Fraction(50), exact, Fraction(point.uncertainty.value))


@given(st.lists(st.integers(-(10**6), 10**6), min_size=4, max_size=7))
def test_the_exact_differences_are_those_of_the_arrays(shown):
    exact = [Fraction(one) for one in shown]
    assert float(differences("ABBA", exact[:4])[0]) == pytest.approx(float(weighing_cycle.abba(shown[:4])))
    assert float(differences("ABA", exact[:3])[0]) == pytest.approx(float(weighing_cycle.aba(shown[:3])))
    several = differences("AB1...BnA", exact, len(shown) - 2)
    assert [float(one) for one in several] == pytest.approx(weighing_cycle.ab_to_bna(shown).tolist())


def test_the_order_of_the_cycles_decides_nothing():
    cycles = [["1", "2.5", "2.7", "1.1"], ["1.2", "2.2", "2.4", "1.3"], ["1.0", "2.1", "2.2", "1.2"]]
    seen = set()
    for some in permutations(cycles):
        row = {
            "weights": ["1 kg"],
            "cycles": [[f"{one} mg" for one in cycle] for cycle in some],
            "reference": {"uncertainty": "1 mg"},
        }
        (point,) = accuracy(compute(case("M1", ["1 kg"], comparison=[row])))
        seen.add((str(point.error), str(point.uncertainty), point.outcome))
    assert len(seen) == 1


def test_a_sensitivity_weight_scales_the_difference():
    row = {
        "weights": ["1 kg"],
        "cycles": [["0 mg", "10 mg", "10 mg", "0 mg"]],
        "sensitivity": {"mass": "20 mg", "change": "25 mg"},
        "reference": {"uncertainty": "1 mg"},
    }
    (point,) = accuracy(compute(case("M1", ["1 kg"], comparison=[row])))
    assert point.error == mass("8 mg")


def test_one_cycle_without_known_repeatability_decides_nothing():
    row = {
        "weights": ["1 kg"],
        "cycles": [["0 mg", "1 mg", "1 mg", "0 mg"]],
        "reference": {"uncertainty": "1 mg"},
    }
    (point,) = accuracy(compute(case("M1", ["1 kg"], comparison=[row])))
    assert (point.outcome, point.reason) == (Outcome.INDETERMINATE, "uncertainty_missing")
    known = {"balance": {"repeatability": "0.5 mg"}}
    (point,) = accuracy(compute(case("M1", ["1 kg"], uut=known, comparison=[row])))
    assert point.outcome is Outcome.CONFORMS


def test_a_lower_class_is_told_and_changes_no_verdict():
    point_case = case(
        "F1",
        ["100 g"],
        found=[{"weight": "100 g", "conventional_mass": "100.0007 g", "uncertainty": "0.1 mg"}],
    )
    conclusion = compute(point_case)
    assert conclusion.verdict.outcome is Outcome.DOES_NOT_CONFORM
    assert {n.code: n.facts for n in conclusion.notices}["lower_class"] == {"weights": "100 g: F2"}


def test_each_weight_of_a_set_has_its_own_outcome():
    found = [
        {"weight": "200 g", "conventional_mass": "200.0001 g", "uncertainty": "0.1 mg"},
        {"weight": "200 g*", "conventional_mass": "200.0021 g", "uncertainty": "0.1 mg"},
    ]
    conclusion = compute(case("F1", ["200 g", "200 g*", "1 g"], found=found))
    outcomes = {one.id: one.outcome for one in conclusion.subjects}
    assert outcomes["200 g"] is Outcome.CONFORMS
    assert outcomes["200 g*"] is Outcome.DOES_NOT_CONFORM
    assert outcomes["1 g"] is Outcome.INDETERMINATE
    assert [one.valid_until is None for one in conclusion.subjects] == [False, True, True]


def test_what_the_whole_set_lacks_leaves_each_of_its_weights_open():
    rules = choose_rules(OIML, DAY)[0]
    judging = Judging(read_set({"class": "F1", "weights": ["200 g"]}), rules, limits_of(rules), TERA_ULANG)
    good = Found(weight="200 g", conventional_mass=mass("200.0001 g"), uncertainty=mass("0.1 mg"))
    phase = assess(judging, Observations(found=(good,)), required=("visual", "accuracy"))
    assert phase.verdict.outcome is Outcome.INDETERMINATE
    assert [one.outcome for one in subjects(judging, phase)] == [Outcome.INDETERMINATE]


ROW: dict[str, Any] = {
    "weights": ["1 kg"],
    "cycles": [["0 mg", "1 mg", "1 mg", "0 mg"]],
    "reference": {"uncertainty": "1 mg"},
}
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no cycle at all": ({**ROW, "cycles": []}, "weights.no_cycles"),
    "both cycles and differences": ({**ROW, "differences": ["1 mg"]}, "weights.no_cycles"),
    "an empty cycle": ({**ROW, "cycles": [[]]}, "weights.cycle_length"),
    "a cycle that was broken off": ({**ROW, "cycles": [["0 mg", "1 mg"]]}, "weights.cycle_length"),
    "a weight that is not of the set": ({**ROW, "weights": ["2 kg"]}, "weights.unknown"),
    "no weight": ({**ROW, "weights": []}, "weights.tested"),
    "six weights in a cycle": ({**ROW, "weights": ["1 kg"] * 6}, "weights.tested"),
    "a volume": ({**ROW, "cycles": [["0 mL", "1 mg", "1 mg", "0 mg"]]}, "weights.no_mass"),
    "a small weight that changed nothing": (
        {**ROW, "sensitivity": {"mass": "1 mg", "change": "0 mg"}},
        "weights.sensitivity",
    ),
    "a material nobody knows": ({**ROW, "reference": {"material": "wood"}}, "weights.material"),
    "humidity above all": (
        {**ROW, "air": {"temperature": "20 °C", "pressure": "1000 hPa", "humidity": "150 %"}},
        "surroundings.row",
    ),
    "a pressure for a temperature": (
        {**ROW, "air": {"temperature": "20 hPa", "pressure": "1000 hPa", "humidity": "50 %"}},
        "weights.air",
    ),
    "a negative uncertainty": ({**ROW, "reference": {"uncertainty": "-1 mg"}}, "case.content"),
    "an uncertainty in another unit": ({**ROW, "reference": {"uncertainty": "1 °C"}}, "case.content"),
    "readings of a run": ({**ROW, "readings": ["x"]}, "case.typed_result"),
    "a typed error": ({**ROW, "errors": ["1 mg"]}, "case.typed_result"),
    "a misspelt entry": ({**ROW, "cycels": []}, "case.misspelt_field"),
}


@pytest.mark.parametrize(("row", "code"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_sentence(row, code):
    with pytest.raises(ProcedureError) as refused:
        compute(case("M1", ["1 kg"], comparison=[row]))
    assert refused.value.code == code


SETS: dict[str, tuple[dict[str, Any], str]] = {
    "no weight": ({"class": "M1", "weights": []}, "weights.ids"),
    "two alike": ({"class": "M1", "weights": ["200 g", "200 g"]}, "weights.ids"),
    "no class": ({"class": "X", "weights": ["200 g"]}, "weights.class"),
    "words": ({"class": "M1", "weights": ["a few"]}, "weights.written"),
    "a zero": ({"class": "M1", "weights": ["0 g"]}, "weights.value"),
    "an unknown unit": ({"class": "M1", "weights": ["5 furlong"]}, "weights.value"),
    "no cycles": ({"class": "M1", "weights": ["1 g"], "cycles": 0}, "weights.value"),
    "a density in grams": ({"class": "M1", "weights": ["1 g"], "density": "8 g"}, "weights.value"),
    "unknown entry": ({"class": "M1", "weights": ["1 g"], "colour": "red"}, "weights.set"),
}


@pytest.mark.parametrize(("uut", "code"), SETS.values(), ids=SETS)
def test_a_set_that_cannot_be_is_refused(uut, code):
    with pytest.raises(ProcedureError) as refused:
        read_set(uut)
    assert refused.value.code == code


def order(uut: dict[str, Any], **more: Any) -> Assignment:
    return Assignment(kind="weights", activity=TERA_ULANG, uut=uut, **more)


def f1(**more: Any):
    return standard("S-F1", "F1", **more)


def test_a_mass_without_a_limit_is_refused_before_anything_is_weighed():
    with pytest.raises(ProcedureError) as refused:
        outline(order({"class": "M3", "weights": ["1 mg"]}), DAY)
    assert refused.value.code == "weights.no_limit"


def test_references_are_single_weights_or_made_of_several_and_their_errors_are_corrected():
    known = tuple(
        Weight(nominal=mass(text), uncertainty=mass("0.1 mg"), error=mass(error), count=count)
        for text, error, count in (("200 g", "0.5 mg", 1), ("100 g", "-0.2 mg", 1), ("50 g", "0.1 mg", 2))
    )
    uut = {"class": "M1", "weights": ["200 g", "200 g*", "100 g"], "cycle": "AB1...BnA"}
    task = prepare(order(uut), DAY, (f1(weights=known, material="stainless_steel"),))
    by_mass = {one.nominal: one for one in task.comparisons}
    assert by_mass[mass("200 g")].weights == ("200 g", "200 g*")
    assert by_mass[mass("200 g")].reference.error == mass("0.5 mg")
    assert by_mass[mass("100 g")].pieces == ("100 g",)
    without_hundred = prepare(order(uut), DAY, (f1(weights=(known[0], known[2])),))
    made = next(one for one in without_hundred.comparisons if one.nominal == mass("100 g"))
    assert made.pieces == ("50 g", "50 g")
    assert made.reference.error == mass("0.2 mg")
    assert made.reference.uncertainty == mass("0.2 mg")
    assert task.cycles == 3
    assert [step.label for step in plan(task)][-3:] == ["accuracy/200 g", "accuracy/200 g*", "accuracy/100 g"]


def test_a_reference_without_certificate_figures_is_as_wrong_as_its_class_admits():
    task = prepare(order({"class": "M1", "weights": ["200 g"]}), DAY, (f1(),))
    reference = task.comparisons[0].reference
    assert reference.uncertainty == mass("1 mg")
    assert reference.coverage_factor == Decimal("1.7320508")


def test_a_class_that_nothing_is_better_than_is_refused():
    with pytest.raises(ProcedureError) as refused:
        prepare(order({"class": "E1", "weights": ["200 g"]}), DAY, (f1(),))
    assert refused.value.code == "weights.no_better_class"
    with pytest.raises(StandardError):
        prepare(order({"class": "F1", "weights": ["200 g"]}), DAY, (f1(),))


def test_the_outline_names_limits_cycles_and_references_before_anything_is_touched():
    found = outline(order({"class": "E2", "weights": ["200 g", "200 g*"]}), DAY)
    limits = [point.tolerance.upper for point in found.points if point.section == "accuracy"]
    assert limits == [mass("0.3 mg")] * 2
    assert [(one.accuracy_class, one.share) for one in found.standards] == [("E1", "1/3")]
    assert found.formulas[0].text.startswith("3 × A B B A")
    assert {item.label for item in found.points} >= {"visual/weight_not_magnetic"}


def test_the_example_runs_through_the_command_and_so_do_the_cases(tmp_path):
    for name, text, outcome in (
        ("example", EXAMPLE, "conforms"),
        ("ten kilograms", TEN_KILOGRAMS, "conforms"),
        ("a5", A5, "conforms"),
    ):
        file = tmp_path / f"{name}.toml"
        file.write_text(text, "utf-8")
        done = tera("compute", str(file), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["verdict"]["outcome"] == outcome
    told = tera("compute", str(tmp_path / "ten kilograms.toml"), "--explain").stdout
    assert "u = 29,3 mg" in told
    assert "U = 59 mg" in told


A5 = """
kind = "weights"
activity = "subsequent_verification"
date = 2026-11-21
[uut]
class = "F1"
weights = ["100 g"]
[[found]]
weight = "100 g"
conventional_mass = "100.00019 g"
"""


@pytest.mark.parametrize("table", ["kepdirjen-pdn-40-2010-weights", OIML])
def test_the_best_classes_ask_for_most_cycles(table):
    rules, _ = choose_rules(table, DAY)
    for cycle in ("ABBA", "ABA", "AB1...BnA"):
        counts = [rules.least_cycles(cycle, name) for name in CLASSES]
        assert counts == sorted(counts, reverse=True)
        assert counts[-1] == 1


def test_tera_and_tera_ulang_have_their_factor_from_the_table():
    rules, _ = choose_rules(None, date(2026, 1, 1))
    assert set(rules.factor) == set(Activity)
    assert not rules.verified
    assert "factor" in {doubt.topic for doubt in rules.unverified}
