"""The number on a wire: all of it, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.number import NumberStyle, read_number, write_number

NUMBERS = {
    "blanks between sign and digits": ("-  1.640", "-1.640"),
    "sign close to the digits": ("  -1.640", "-1.640"),
    "filled with zeros": ("+0001.2346", "1.2346"),
    "below centre of zero": ("-0000.00", "-0.00"),
    "point without digits after it": ("+000000.", "0"),
    "point without digits before it": ("  .360", "0.360"),
    "digits only": ("001560", "1560"),
}
NO_NUMBERS = {
    "auxiliary digit": "+007.12/3",
    "pounds and ounces": "12:07.50",
    "decimal comma that nobody declared": "1,5",
    "thousands": "1,234.5",
    "two points": "1.2.3",
    "two signs": "+-1.0",
    "blank between digits": "1 234",
    "sign after the digits": "1.0-",
    "left-aligned in its field": "1.0  ",
    "dashes of an overloaded display": "------",
    "blank": "      ",
    "a word": "  High",
    "exponent": "9E+19",
    "Arabic digits": "١٢",
    "empty": "",
}


@pytest.mark.parametrize("why", NUMBERS)
def test_a_number_is_read_digit_for_digit(why):
    text, value = NUMBERS[why]
    assert str(read_number(text)) == value


@pytest.mark.parametrize("why", NO_NUMBERS)
def test_what_is_not_wholly_a_number_is_none(why):
    assert read_number(NO_NUMBERS[why]) is None


def test_a_comma_is_read_only_where_it_is_declared():
    assert read_number("  1,50", comma=True) == Decimal("1.50")
    assert read_number("  1.50", comma=True) is None


def test_a_sign_in_the_digits_is_refused_where_the_sign_stands_elsewhere():
    assert read_number("-00100", signed=False) is None


STYLES = st.builds(NumberStyle, plus=st.booleans(), zeros=st.booleans(), sign_first=st.booleans())


@given(st.integers(-(10**6), 10**6), st.integers(0, 4), STYLES, st.booleans())
def test_every_style_of_writing_is_read_back(digits, places, style, comma):
    value = Decimal(digits).scaleb(-places)
    text = write_number(value, 10, style, comma=comma)
    assert text is not None
    assert len(text) == 10
    assert str(read_number(text, comma=comma)) == str(value)


def test_a_number_too_long_for_its_field_is_not_written():
    assert write_number(Decimal(123456), 5, NumberStyle()) is None
