"""Readings as entries keep them: checked and tabled without becoming numbers, and saying the same."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.notation import to_plain
from drivers.quantity import Quantity
from drivers.reading import Reading
from results.kept_reading import WrittenQuantity, WrittenReading

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)


@given(number=NUMBERS, places=st.integers(0, 4))
def test_what_a_quantity_writes_is_read_back_as_it_stands(number: Decimal, places: int) -> None:
    value = f"{number:.{places}f}"
    assert WrittenQuantity(value, "g").digits == f"{Quantity(value, 'g').value:f}" == value


@pytest.mark.parametrize("value", ["+5", "007", ".5", "5.", "1E+3", " 5", "-0", "0.00", "-00.5"])
def test_numbers_in_another_form_are_told_as_a_quantity_tells_them(value: str) -> None:
    assert WrittenQuantity(value, "g").digits == f"{Quantity(value, 'g').value:f}"


@pytest.mark.parametrize(
    ("value", "unit"), [("five", "g"), ("NaN", "g"), ("", "g"), ("5", "stone"), ("1e999", "g")]
)
def test_what_is_no_quantity_is_refused(value: str, unit: str) -> None:
    with pytest.raises(UnitError):
        _ = WrittenQuantity(value, unit).digits


def test_a_written_reading_has_the_fields_of_a_reading() -> None:
    """Whatever a reading gets, its written form must get too, or sealing refuses it."""
    written, whole = (
        {field.name: field.required for field in msgspec.structs.fields(kind)}
        for kind in (WrittenReading, Reading)
    )
    assert written == whole
    assert to_plain(Quantity("1.20", "kg")) == {"value": "1.20", "unit": "kg"}
