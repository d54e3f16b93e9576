"""Guard bands and the cap on the uncertainty are exact, and never in favour of what is not known."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.notation import from_toml
from drivers.quantity import Quantity
from procedures.acceptance import GUARDED_THIRD, SIMPLE, AcceptanceRule, accept
from procedures.errors import ProcedureError
from procedures.point import Outcome, Tolerance
from procedures.tolerance import symmetric

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
F1_100_G = symmetric(Quantity("0.5", "mg"), "")
GUARD_ONLY = AcceptanceRule(guard=Decimal(1))
CAP_ONLY = AcceptanceRule(least_ratio=Decimal(3))
ENFORCEMENT = AcceptanceRule(guard=Decimal(-1))


def decided(error, uncertainty, rule, tolerance=F1_100_G):
    found = Quantity(error, "mg")
    expanded = None if uncertainty is None else Quantity(uncertainty, "mg")
    return accept(found, found, tolerance, expanded, rule)


CASES = {
    "error at the limit less U": ("0.4", "0.1", GUARDED_THIRD, C, ()),
    "error one digit inside the guard band": ("0.401", "0.1", GUARDED_THIRD, N, ("guard_band",)),
    "the same below": ("-0.401", "0.1", GUARDED_THIRD, N, ("guard_band",)),
    "error beyond the limit": ("0.51", "0.1", GUARDED_THIRD, N, ()),
    "a real F1 weight of 100 g": ("0.19", "0.16", GUARDED_THIRD, C, ()),
    "U exactly a third, in grams": ("0.1", "0.5", AcceptanceRule(least_ratio=Decimal(1)), C, ()),
    "U a little above a third": ("0", "0.1667", GUARDED_THIRD, I, ("uncertainty_too_large",)),
    "U too large and the error far out": ("9", "0.2", GUARDED_THIRD, I, ("uncertainty_too_large",)),
    "no U where the rule needs one": ("0", None, GUARDED_THIRD, I, ("uncertainty_missing",)),
    "no U where only the cap needs one": ("0", None, CAP_ONLY, I, ("uncertainty_missing",)),
    "no U under simple acceptance": ("0.5", None, SIMPLE, C, ()),
    "U has no say under simple acceptance": ("0.5", "7", SIMPLE, C, ()),
    "the cap alone leaves the limit": ("0.5", "0.1", CAP_ONLY, C, ()),
    "guard bands that leave nothing": ("0", "0.51", GUARD_ONLY, I, ("guard_bands_overlap",)),
    "guard bands that leave one value": ("0", "0.5", GUARD_ONLY, C, ()),
    "in favour of the owner": ("0.6", "0.1", ENFORCEMENT, C, ("guard_band",)),
    "beyond doubt": ("0.601", "0.1", ENFORCEMENT, N, ()),
}


@pytest.mark.parametrize(("error", "uncertainty", "rule", "outcome", "reasons"), CASES.values(), ids=CASES)
def test_a_rule_decides_with_its_guard_band_and_cap(error, uncertainty, rule, outcome, reasons):
    decision = decided(error, uncertainty, rule)
    assert decision.outcome is outcome
    assert tuple(reason.code for reason in decision.reasons) == reasons


def test_the_acceptance_limits_are_told():
    decision = decided("0", "0.1", GUARDED_THIRD)
    assert decision.acceptance == Tolerance(lower=Quantity("-0.4", "mg"), upper=Quantity("0.4", "mg"))


def test_units_of_error_limit_and_uncertainty_may_differ():
    error, limit, u = Quantity("0.0004", "g"), symmetric(Quantity("0.0000005", "kg"), ""), Quantity(100, "mg")
    assert accept(error, error, limit, u * Decimal("0.001"), GUARDED_THIRD).outcome is C


def test_an_error_within_bounds_that_crosses_the_acceptance_limit_is_indeterminate():
    decision = accept(
        Quantity("0.3", "mg"), Quantity("0.45", "mg"), F1_100_G, Quantity("0.1", "mg"), GUARDED_THIRD
    )
    assert decision.outcome is I
    assert decision.reasons[0].code == "guard_band"


def test_a_negative_uncertainty_is_refused_with_a_remedy():
    with pytest.raises(ProcedureError, match=r"-0\.1 mg is negative"):
        decided("0", "-0.1", GUARDED_THIRD)


def test_a_rule_is_read_from_a_rule_table():
    text = 'guard = 1\nleast_ratio = 3\ncitation = "OIML R 111-1:2004, 5.2 and 5.3"'
    assert from_toml(text, AcceptanceRule, source="", error=ProcedureError) == GUARDED_THIRD
    assert msgspec.structs.asdict(AcceptanceRule())["guard"] == 0


steps = st.integers(-2000, 2000)


@given(
    steps,
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.decimals(min_value=-2, max_value=2, places=2),
    st.none() | st.decimals(min_value="0.1", max_value=10, places=1),
)
def test_every_decision_agrees_with_fractions(error, limit, expanded, guard, ratio):
    rule = AcceptanceRule(guard=guard, least_ratio=ratio)
    tolerance = symmetric(Quantity(limit, "mg"), "")
    outcome = accept(Quantity(error, "mg"), Quantity(error, "mg"), tolerance, Quantity(expanded, "mg"), rule)
    inner = limit - Fraction(guard) * expanded
    if (ratio is not None and expanded * Fraction(ratio) > limit) or inner < 0:
        assert outcome.outcome is I
    else:
        assert outcome.outcome is (C if abs(error) <= inner else N)


@given(steps, st.integers(0, 1000), st.integers(0, 300))
def test_a_wider_guard_band_never_turns_a_refusal_into_a_pass(error, limit, expanded):
    tolerance, u = symmetric(Quantity(limit, "mg"), ""), Quantity(expanded, "mg")
    narrow, wide = (
        accept(
            Quantity(error, "mg"), Quantity(error, "mg"), tolerance, u, AcceptanceRule(guard=guard)
        ).outcome
        for guard in (Decimal("0.5"), Decimal(1))
    )
    assert narrow is C or wide is not C
