"""Numbers, certificate numbers and the file names made from them."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.errors import RecordError
from results.number import certificate_number, file_stem, is_training, number_of, sequence_of
from tests.results.made_run import OFFICE


@given(sequence=st.integers(1, 10**9), training=st.booleans())
def test_a_number_gives_back_what_it_was_made_from(sequence: int, training: bool):
    number = number_of(sequence, training=training)
    assert (sequence_of(number), is_training(number)) == (sequence, training)
    assert file_stem(number) == number


@pytest.mark.parametrize("number", ["", "1", "L-1", "00000x", "-000001", "L000001", "٠٠٠٠٠١"])
def test_anything_else_is_no_number(number: str):
    with pytest.raises(RecordError):
        sequence_of(number)


MONTHS = dict(enumerate(["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"], 1))


@pytest.mark.parametrize(("month", "roman"), MONTHS.items())
def test_the_month_is_written_in_roman_numerals(month: int, roman: str):
    at = datetime.fromisoformat(f"2026-{month:02d}-21T09:00:00+07:00")
    number = certificate_number(OFFICE, sequence=17, bench="BENCH-02", at=at)
    assert number == f"500.2.3.15/0017/CONTOH/{roman}/2026"


@pytest.mark.parametrize(
    "pattern",
    ["{nothing}", "{", "{0}", "{sequence.real.x}", "{sequence:zz}", "{year:999999999d}", "{bench.__class__}"],
)
def test_a_pattern_with_a_mistake_is_told_plainly(pattern: str):
    office = msgspec.structs.replace(OFFICE, certificate_number=pattern)
    with pytest.raises(RecordError, match="pattern"):
        certificate_number(
            office, sequence=1, bench="B", at=datetime.fromisoformat("2026-01-01T00:00:00+07:00")
        )


@given(st.text())
def test_any_number_makes_a_safe_file_name(number: str):
    stem = file_stem(number)
    assert stem
    assert not set(stem) & set('/\\:*?"<>| \0')
    assert not stem.startswith(".")
