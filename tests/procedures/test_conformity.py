"""The decision is exact, inclusive, and never a pass without evidence."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.conformity import decide, whole_digits, worst
from procedures.point import Outcome, Tolerance
from procedures.tolerance import symmetric

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate

LIMITS = symmetric(Quantity("0.05", "g"), "")

CASES = {
    "on the upper limit, where floats fail": ("0.05", "0.05", C),
    "on the lower limit": ("-0.05", "-0.05", C),
    "one digit beyond": ("0.0500000000000000000000000000001", "0.0500000000000000000000000000001", N),
    "below": ("-0.06", "-0.06", N),
    "interval filling the tolerance": ("-0.05", "0.05", C),
    "interval across the limit": ("0.04", "0.06", I),
    "interval that touches the limit from outside": ("0.05", "0.06", I),
    "interval that touches the lower limit from outside": ("-0.06", "-0.05", I),
    "interval wholly above": ("0.051", "0.06", N),
    "interval wholly below": ("-0.06", "-0.051", N),
    "interval wider than the tolerance": ("-1", "1", I),
}


@pytest.mark.parametrize(("low", "high", "outcome"), CASES.values(), ids=CASES)
def test_an_error_is_decided_with_inclusive_limits_and_no_rounding(low, high, outcome):
    assert decide(Quantity(low, "g"), Quantity(high, "g"), LIMITS) is outcome


def test_an_interval_written_backwards_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="cannot lie between"):
        decide(Quantity(1, "g"), Quantity(0, "g"), LIMITS)


decimals = st.decimals(min_value=-10000, max_value=10000, allow_nan=False, places=4)
mass_units = st.sampled_from(["g", "kg", "mg", "lb", "oz", "ct", "t"])
IN_GRAMS = {
    "g": Fraction(1),
    "kg": Fraction(1000),
    "mg": Fraction(1, 1000),
    "t": Fraction(10**6),
    "ct": Fraction(1, 5),
    "lb": Fraction("453.59237"),
    "oz": Fraction("28.349523125"),
}


@given(decimals, mass_units, st.decimals(min_value=0, max_value=10000, places=4), mass_units)
def test_the_decision_agrees_with_fractions_in_any_units(error, unit, limit, limit_unit):
    outcome = decide(Quantity(error, unit), Quantity(error, unit), symmetric(Quantity(limit, limit_unit), ""))
    within = abs(Fraction(error)) * IN_GRAMS[unit] <= Fraction(limit) * IN_GRAMS[limit_unit]
    assert outcome is (C if within else N)


@given(st.integers(1, 10**9), st.integers(-6, 3), st.sampled_from([1, -1]))
def test_an_error_that_equals_its_limit_always_conforms(count, place, sign):
    limit = Decimal(count).scaleb(place)
    error = Quantity(limit * sign, "g")
    assert decide(error, error, symmetric(Quantity(limit, "g"), "")) is C


def test_digits_are_counted_in_the_smallest_step_of_all():
    assert whole_digits(Quantity("-1.5", "kg"), Quantity("0.25", "g"), Quantity(0, "g")) == (-6000, 1, 0)


def test_masses_and_volumes_are_never_counted_together():
    with pytest.raises(UnitError, match="no common exact unit"):
        whole_digits(Quantity(1, "g"), Quantity(1, "mL"))


WORST = {
    "all conform": ([C, C], C),
    "one fails": ([C, I, N], N),
    "one is open": ([C, I], I),
    "nothing was seen": ([], I),
}


@pytest.mark.parametrize(("outcomes", "whole"), WORST.values(), ids=WORST)
def test_the_whole_is_as_good_as_its_worst_part(outcomes, whole):
    assert worst(outcomes) is whole


def test_a_one_sided_tolerance_is_decided_too():
    spread = Tolerance(lower=Quantity(0, "g"), upper=Quantity(5, "g"))
    assert decide(Quantity(5, "g"), Quantity(5, "g"), spread) is C
