"""Quantities that no instrument shows: refused as a mistake of the file, never a fault of the program."""

from decimal import Decimal

import pytest

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
