"""A report is rounded in the way that is named, and never before the verdict."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.rounding import (
    Reported,
    Rounding,
    expanded_quantity,
    limits_told,
    report,
    settled,
    to_digits,
    to_step,
)

EVEN, HALF_UP, UP = Rounding.HALF_EVEN, Rounding.HALF_UP, Rounding.UP

STEPS = {
    "a half to even": ("2.5", "1", EVEN, "2"),
    "a half away from zero": ("2.5", "1", HALF_UP, "3"),
    "a negative half away from zero": ("-2.5", "1", HALF_UP, "-3"),
    "any rest away from zero": ("2.01", "1", UP, "3"),
    "a negative rest away from zero": ("-2.01", "1", UP, "-3"),
    "no rest stays": ("2", "1", UP, "2"),
    "two places to even": ("0.125", "0.01", EVEN, "0.12"),
    "two places half up": ("0.125", "0.01", HALF_UP, "0.13"),
    "a step of five": ("12.5", "5", HALF_UP, "15"),
    "a step of five to even": ("12.5", "5", EVEN, "10"),
    "just above a half, far behind the point": ("0.12500000000000000000000000001", "0.01", EVEN, "0.13"),
}


@pytest.mark.parametrize(("value", "step", "way", "rounded"), STEPS.values(), ids=STEPS)
def test_a_value_is_rounded_to_a_step_in_the_way_that_is_named(value, step, way, rounded):
    assert to_step(Decimal(value), Decimal(step), way) == Decimal(rounded)


DIGITS = {
    "an uncertainty up": ("92.48", 2, UP, "93"),
    "an uncertainty of EA-4/02": ("58.52", 2, UP, "59"),
    "carried into a new digit": ("0.996", 2, HALF_UP, "1.0"),
    "large": ("1234", 2, UP, "1.3E+3"),
    "small": ("0.00012345", 2, EVEN, "0.00012"),
    "zero": ("0", 2, UP, "0"),
}


@pytest.mark.parametrize(("value", "digits", "way", "rounded"), DIGITS.values(), ids=DIGITS)
def test_significant_digits_are_as_many_as_asked(value, digits, way, rounded):
    assert str(to_digits(Decimal(value), digits, way)) == rounded


REPORTS = {
    "GUM H.1": ("50000837.9", "92.48", Reported(Decimal(50000838), Decimal(93))),
    "uncertainty larger than ten": ("10000025.04", "58.52", Reported(Decimal(10000025), Decimal(59))),
    "trailing zero kept": ("1.2", "0.098", Reported(Decimal("1.200"), Decimal("0.098"))),
    "a half away from zero": ("-0.25", "0.11", Reported(Decimal("-0.25"), Decimal("0.11"))),
    "no uncertainty": ("-0.25", "0", Reported(Decimal("-0.25"), Decimal(0))),
}


@pytest.mark.parametrize(("value", "uncertainty", "reported"), REPORTS.values(), ids=REPORTS)
def test_value_and_uncertainty_end_at_the_same_place(value, uncertainty, reported):
    found = report(Decimal(value), Decimal(uncertainty))
    assert [str(part) for part in found] == [str(part) for part in reported]


@given(st.decimals(min_value="0.000001", max_value=10**6, places=9), st.integers(1, 4))
def test_an_uncertainty_rounded_up_is_never_smaller(uncertainty, digits):
    assert to_digits(uncertainty, digits, UP) >= uncertainty


@given(st.decimals(min_value=-1000, max_value=1000, places=6), st.sampled_from(list(Rounding)))
def test_rounding_moves_by_less_than_one_step_and_is_done_once(value, way):
    step = Decimal("0.005")
    rounded = to_step(value, step, way)
    assert abs(rounded - value) < step
    assert to_step(rounded, step, way) == rounded
    assert to_step(-value, step, way) == -rounded


def test_noise_does_not_make_an_uncertainty_larger():
    assert str(expanded_quantity(0.1 + 0.2, "mg")) == "0.30 mg"
    assert str(expanded_quantity(0.3000001, "mg")) == "0.31 mg"
    assert str(expanded_quantity(0.0, "mg")) == "0 mg"


def test_float_noise_does_not_reach_a_comparison():
    noisy = 500.1 + 0.05 - 0.1 - 500
    assert noisy > 0.05
    assert settled(noisy, Decimal("1e-9")) == Decimal("0.05")
    assert str(settled(-1e-15, Decimal("1e-9"))) == "0E-9"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        settled(value, Decimal("0.1"))


def test_no_step_and_no_digit_are_mistakes_of_the_program():
    with pytest.raises(ValueError, match="no step"):
        to_step(Decimal(1), Decimal(0), UP)
    with pytest.raises(ValueError, match="nothing"):
        to_digits(Decimal(1), 0, UP)


TOLD = {
    # lower, upper, what is compared with them, and both as told
    "made by arithmetic": ("-11.106666 g", "11.106666 g", "10 g", "-11.10 g", "11.10 g"),
    "a point inside that four digits would put outside": (
        "-11.106666 g",
        "11.106666 g",
        "11.105 g",
        "-11.106 g",
        "11.106 g",
    ),
    "a point outside stays outside": ("-11.106666 g", "11.106666 g", "11.106667 g", "-11.10 g", "11.10 g"),
    "a point at the limit stays at it": ("-1.00005 %", "1.00005 %", "1.00005 %", "-1.00005 %", "1.00005 %"),
    "written in a rule": ("-12.5 g", "12.5 g", "1 g", "-12.5 g", "12.5 g"),
    "of one side alone": ("0.50333 L", "0.55555 L", "0.52 L", "0.5034 L", "0.5555 L"),
    "both below zero": ("-3.77777 mL", "-1.11111 mL", "-2 mL", "-3.777 mL", "-1.112 mL"),
    "in the unit of what is compared": (
        "-0.032000000 m3/h",
        "0.032000000 m3/h",
        "8 L/h",
        "-32 L/h",
        "32 L/h",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_limits_are_told_with_few_digits_and_never_wider(case):
    lower, upper, compared, *told = TOLD[case]
    parsed = Quantity.parse(lower), Quantity.parse(upper), Quantity.parse(compared)
    assert [str(one) for one in limits_told(*parsed)] == told


@given(
    lower=st.decimals("-1000", "1000", places=9),
    room=st.decimals("0", "1000", places=9),
    part=st.decimals("-0.5", "1.5", places=12),
)
def test_no_limit_that_is_told_is_wider_or_moves_a_point_to_its_other_side(lower, room, part):
    low, high, error = (Quantity(one, "g") for one in (lower, lower + room, lower + room * part))
    told_low, told_high = limits_told(low, high, error)
    assert low <= told_low <= told_high <= high
    assert (told_low <= error, error <= told_high) == (low <= error, error <= high)
