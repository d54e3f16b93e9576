"""Verdicts equal a slow reference in fractions, conversions are exact, no float reaches a comparison."""

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import UnitError
from drivers.quantity import Quantity
from drivers.units import UNITS
from procedures.conformity import decide
from procedures.point import Outcome, Tolerance
from tests.procedures.verdict_reference import TABLES, compare

ROOT = Path(__file__).resolve().parents[2]
BRIEF = 4000
"""cases a table in the suite; a million by `python tests/procedures/verdict_reference.py`"""


@pytest.mark.parametrize("table", TABLES)
def test_verdicts_on_each_table_equal_a_slow_reference(table):
    counts = compare(table, BRIEF)
    assert counts[Outcome.CONFORMS] > BRIEF / 5
    assert counts[Outcome.DOES_NOT_CONFORM] > BRIEF / 5


PAIRS = sorted((a, b) for a in UNITS for b in UNITS if UNITS[a][0] == UNITS[b][0] and a != b)


@pytest.mark.parametrize(("unit", "other"), PAIRS)
def test_a_conversion_is_exact_there_and_back_or_refused(unit, other):
    for text in ("1", "0.1", "3", "7.25", "-0.000001", "123456.789"):
        quantity = Quantity(text, unit)
        try:
            converted = quantity.to(other)
        except UnitError:
            continue
        factor = Fraction(UNITS[unit][1]) / Fraction(UNITS[other][1])
        assert Fraction(converted.value) == Fraction(Decimal(text)) * factor
        assert converted == quantity
        assert converted.to(unit).value == quantity.value


DIGITS = st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9)


@given(low=DIGITS, width=DIGITS, lower=DIGITS, upper=DIGITS)
def test_a_comparison_of_any_decimals_is_that_of_fractions(low, width, lower, upper):
    high = low + abs(width)
    lower, upper = sorted((lower, upper))
    limits = Tolerance(lower=Quantity(lower, "g"), upper=Quantity(upper, "g"))
    found = decide(Quantity(low, "g"), Quantity(high, "g"), limits)
    a, b, c, d = (Fraction(one) for one in (low, high, lower, upper))
    expected = Outcome.INDETERMINATE
    if c <= a and b <= d:
        expected = Outcome.CONFORMS
    elif a > d or b < c:
        expected = Outcome.DOES_NOT_CONFORM
    assert found is expected


DECIDING = (
    "conformity.py",
    "acceptance.py",
    "tolerance.py",
    "scales/assessment.py",
    "scales/basis.py",
    "scales/comparison.py",
    "scales/indication_error.py",
    "scales/substitution.py",
    "mechanical_scales/assessment.py",
    "mechanical_scales/permitted.py",
    "mechanical_scales/rules.py",
)
"""modules between a reading and its verdict"""


@pytest.mark.parametrize("module", DECIDING)
def test_no_float_stands_between_a_reading_and_its_verdict(module):
    tree = ast.parse((ROOT / "procedures" / module).read_text("utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    literals = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert "float" not in names
    assert literals == []
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert not imported & {"numpy", "math", "scipy"}


@pytest.mark.parametrize("value", [0.1, 5.0, float("nan")])
def test_a_quantity_takes_no_float(value):
    with pytest.raises(UnitError):
        Quantity(value, "g")
