"""The uncertainty of the points of a scale: oracle, defaults, what it may and may not change."""

import tomllib
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from procedures.errors import ProcedureError
from procedures.explanation import PointBudget
from procedures.point import Activity, Outcome
from procedures.scales.assessment import Sheet
from procedures.scales.basis import Basis
from procedures.scales.budget import Knowledge, ScaleBudgets
from procedures.scales.case import budgets, compute
from procedures.scales.example_case import EXAMPLE
from procedures.scales.observation import Accuracy, Observations
from procedures.scales.rules import choose_rules
from tests.procedures.scales_at_hand import DAY, mass

BALANCE = """
kind = "scales"
activity = "initial_verification"
date = 2026-11-21
rules = "oiml-r76-1-2006"
[uut]
class = "I"
max = "220 g"
e = "1 mg"
d = "0.1 mg"
[[accuracy]]
load = "200 g"
indication = "200.0003 g"
[uncertainty]
repeatability = "0.05 mg"
eccentricity = "0.2 mg"
eccentricity_load = "100 g"
adjusted_before = true
drift = "0.1 mg"
[[uncertainty.references]]
load = "200 g"
certified = [{ uncertainty = "0.1 mg", coverage_factor = 2 }]
limit = "0.3 mg"
"""


def content(text: str) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def parts(one: PointBudget) -> dict[str, float]:
    return {part.name: abs(part.contribution) for part in one.budget.components}


def test_a_balance_with_a_certified_weight_has_the_budget_of_the_oracle():
    (one,) = budgets(content(BALANCE))
    found = parts(one)
    assert sum(found[n] ** 2 for n in ("rounding", "zero", "repeatability", "eccentricity")) ** 0.5 == (
        pytest.approx(0.132288, abs=5e-7)
    )
    assert sum(found[n] ** 2 for n in ("weights", "drift", "buoyancy")) ** 0.5 == pytest.approx(
        0.087797, abs=5e-7
    )
    assert one.budget.standard == pytest.approx(0.158771, abs=5e-7)
    assert one.budget.expanded == pytest.approx(0.317543, abs=1e-6)
    assert (one.unit, str(one.coverage_factor)) == ("mg", "2.00")


def test_the_points_state_u_rounded_up_and_k_and_every_reading_has_a_budget():
    case = content(EXAMPLE)
    points = {point.label: point for point in compute(case).points}
    found = {one.point: one for one in budgets(case)}
    assert {label for label, point in points.items() if point.uncertainty is not None} == found.keys()
    assert {point.section for point in points.values() if point.uncertainty is None} == {
        "visual",
        "discrimination",
        "repeatability",  # the range compares two readings
    }
    for label, one in found.items():
        assert points[label].uncertainty == one.expanded
        assert points[label].coverage_factor == one.coverage_factor
        stated = float(one.expanded.value)
        assert one.budget.expanded * (1 - 1e-9) <= stated <= one.budget.expanded * 1.1


def test_few_weighings_give_a_larger_k():
    spread = {one.point: one for one in budgets(content(EXAMPLE))}["accuracy/up/2500 g"]
    part = next(p for p in spread.budget.components if p.name == "repeatability")
    assert part.degrees_of_freedom == 2
    assert part.standard == pytest.approx(5 / 3**0.5)  # 0, 5, 0 g
    assert spread.budget.coverage_factor > 2.5


def test_the_uncertainty_changes_no_outcome():
    plain, bad = content(EXAMPLE), content(EXAMPLE)
    bad["uncertainty"] = {"repeatability": "5 kg"}
    first, second = compute(plain), compute(bad)
    assert [p.outcome for p in first.points] == [p.outcome for p in second.points]
    assert first.verdict == second.verdict


def test_an_error_on_the_limit_conforms_whatever_its_uncertainty():
    case = content(BALANCE) | {"accuracy": [{"load": "200 g", "indication": "200.0010 g"}]}
    (point,) = compute(case).points
    assert point.outcome is Outcome.CONFORMS
    assert point.error == point.tolerance.upper


def test_a_changeover_is_known_within_one_small_weight_at_load_and_at_zero():
    case = content(BALANCE)
    case["uut"] = {"class": "III", "max": "15 kg", "e": "5 g"}
    case["zero"] = [{"indication": "0 g", "added": "2.5 g"}]
    case["accuracy"] = [{"load": "5 kg", "indication": "5000 g", "added": "2 g"}]
    case["uncertainty"] = {"weights_class": "M1"}
    found = {one.point: one for one in budgets(case)}
    one = found["accuracy/5 kg"]
    assert one.model == "E = I + ½d − ΔL − L − E0"
    assert parts(one)["changeover"] == parts(one)["zero"] == pytest.approx(0.5 / 3**0.5)
    assert parts(one)["weights_class"] == pytest.approx(0.25 / 3**0.5)  # 5 kg M1: 250 mg


def test_known_errors_of_weights_are_counted_because_nobody_corrects_them():
    case = content(BALANCE)
    case["uncertainty"]["references"][0]["error"] = "0.06 mg"
    (one,) = budgets(case)
    assert parts(one)["weights_error"] == pytest.approx(0.06 / 3**0.5)


def test_rules_that_ask_for_a_ratio_get_a_notice_and_the_same_verdict():
    rules, _ = choose_rules("oiml-r76-1-2006", DAY)
    strict = msgspec.structs.replace(
        rules, uncertainty=msgspec.structs.replace(rules.uncertainty, least_ratio=Decimal(3))
    )
    scale_case = content(BALANCE)
    points = compute(scale_case).points  # U = 0.32 mg, limit 1 mg
    seen = Observations(accuracy=(Accuracy(load=mass("200 g"), indication=mass("200.0003 g")),))
    from procedures.scales.instrument import read_scale

    def told(rules: Any) -> list[str]:
        basis = Basis(read_scale(scale_case["uut"]), rules, Activity.INITIAL_VERIFICATION, seen)
        return [one.code for one in ScaleBudgets(Sheet(basis)).notices(points)]

    assert told(strict) == []  # 3 × 0.32 mg ≤ 1 mg
    stricter = msgspec.structs.replace(
        strict, uncertainty=msgspec.structs.replace(strict.uncertainty, least_ratio=Decimal(5))
    )
    assert told(stricter) == ["uncertainty_above_share"]
    assert told(rules) == []


IMPOSSIBLE = {
    "a coverage factor of zero": {
        "references": [{"load": "200 g", "certified": [{"uncertainty": "1 mg", "coverage_factor": 0}]}]
    },
    "a negative spread": {"repeatability": "-1 mg"},
    "one reading has no spread": {"repeatability": "1 mg", "repeatability_readings": 1},
    "eccentricity without its load": {"eccentricity": "1 mg"},
    "a class that does not exist": {"weights_class": "M9"},
    "no mass": {"drift": "1 L"},
    "a misspelt entry": {"repeatabilty": "1 mg"},
}


@pytest.mark.parametrize("known", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_impossible_knowledge_is_refused_in_plain_words(known):
    with pytest.raises(ProcedureError):
        compute(content(BALANCE) | {"uncertainty": known})


def test_without_anything_known_the_budget_names_its_assumptions():
    case = content(BALANCE)
    del case["uncertainty"]
    (one,) = budgets(case)
    sources = {part.name: part.source for part in one.budget.components}
    assert sources["repeatability"] == "assumed: 0.3 e"
    assert sources["eccentricity"].startswith("not measured")
    assert sources["weights_class"].startswith("class limit")
    assert Knowledge().repeatability is None
