"""Quantities that no instrument shows: refused as a mistake of the file, never a fault of the program."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.quantity import Quantity

ABSURD = {
    "forty digits": "1" * 40 + " g",
    "forty places": "0." + "0" * 39 + "1 g",
    "a million digits": "1" * 1_000_000 + " g",
}


@pytest.mark.parametrize("text", ABSURD.values(), ids=ABSURD)
def test_more_than_thirty_digits_are_no_quantity(text: str):
    with pytest.raises(UnitError, match="digits") as refused:
        Quantity.parse(text)
    assert len(str(refused.value)) < 100


def test_thirty_digits_are_a_quantity():
    assert str(Quantity.parse("1" * 15 + "." + "2" * 15 + " t")) == "1" * 15 + "." + "2" * 15 + " t"


BEYOND = {"a huge exponent": "1E+999999", "a tiny one": "1E-999999", "zero with an exponent": "0E+999999"}


@pytest.mark.parametrize("value", BEYOND.values(), ids=BEYOND)
def test_an_exponent_beyond_every_quantity_is_refused_before_its_digits_are_written_out(value: str):
    with pytest.raises(UnitError, match="beyond"):
        Quantity(value, "g")


def test_a_long_string_from_json_is_refused():
    with pytest.raises(UnitError, match="digits"):
        Quantity("0." + "1" * 1000, "g")


LARGE, SMALL = Quantity(Decimal("1E+50"), "g"), Quantity(Decimal("1E-50"), "g")
LONG = Quantity(Decimal("1" * 60), "lb")

INEXACT = {
    "a sum": lambda: LARGE + SMALL,
    "a difference": lambda: LARGE - SMALL,
    "a product": lambda: LONG * Decimal("1.1"),
    "a comparison": lambda: LONG < SMALL,
    "an equality": lambda: LONG == SMALL,
    "a conversion": lambda: LONG.to("g"),
    "a count of very many steps": lambda: LARGE.counted_in(SMALL),
    "a count of steps of nothing": lambda: LARGE.counted_in(Quantity(0, "g")),
}


@pytest.mark.parametrize("arithmetic", INEXACT.values(), ids=INEXACT)
def test_arithmetic_that_cannot_be_exact_is_an_error_of_quantities(arithmetic):
    with pytest.raises(UnitError):
        arithmetic()


BEYOND_ALL = {
    "too large": lambda: Quantity("1E+300", "g") * Decimal("1E+200"),
    "too small": lambda: Quantity("1E-300", "g") * Decimal("1E-200"),
    "too large in its first unit": lambda: Quantity("1E+400", "t") > Quantity("1", "g"),
    "by a binary float": lambda: Quantity("1", "g") * 0.5,
}


@pytest.mark.parametrize("arithmetic", BEYOND_ALL.values(), ids=BEYOND_ALL)
def test_no_arithmetic_leads_beyond_every_quantity(arithmetic):
    with pytest.raises((UnitError, TypeError)):
        arithmetic()


@given(st.decimals(-(10**12), 10**12, places=6), st.sampled_from(["g", "kg", "ct"]))
def test_the_digits_of_a_quantity_never_have_an_exponent(number: Decimal, unit: str):
    for value in (number, number.scaleb(9), number.scaleb(-9)):
        assert Quantity(value, unit).digits == f"{value:f}"


@given(st.integers(-(10**9), 10**9), st.sampled_from(["0.5 g", "20 mg", "0.1 kg", "1 lb"]), st.booleans())
def test_a_whole_number_of_steps_is_seen_in_any_unit(count: int, step: str, whole: bool):
    one = Quantity.parse(step)
    shown = one * count if whole else one * count + one * Decimal("0.001")
    assert shown.is_whole_in(one) is whole
    other = "g" if one.unit == "lb" else "mg"
    assert shown.to(other).is_whole_in(one) is whole


def test_nothing_is_counted_in_steps_of_another_dimension_or_of_nothing():
    for step in (Quantity("1", "L"), Quantity("0", "g")):
        with pytest.raises(UnitError):
            Quantity("5", "g").is_whole_in(step)
