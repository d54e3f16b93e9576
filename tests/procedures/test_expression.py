"""A model as text means what it means in arithmetic, and nothing else can be written in it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.errors import ProcedureError
from procedures.uncertainty.expression import FUNCTIONS, expression

NAMES = {"a": 1.25, "b": -0.5, "c_1": 3.0, "ρ": 8.0}
leaves = st.sampled_from([*NAMES, "2", "0.5", "1e-3", "pi"])
models = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"-({text})"),
        inner.map(lambda text: f"sin({text})"),
    ),
    max_leaves=12,
)


@given(models)
def test_a_model_has_the_value_that_arithmetic_gives_it(text):
    by_hand = eval(text, {"__builtins__": {}}, NAMES | {"pi": math.pi, "sin": math.sin})  # noqa: S307 - our text
    assert float(expression(text)(NAMES)) == pytest.approx(by_hand, rel=1e-12, abs=1e-12)


def test_a_power_binds_before_a_sign_and_to_the_right():
    assert float(expression("-2**2")({})) == -4
    assert float(expression("2**3**2")({})) == 512


def test_numbers_and_arrays_go_through_alike():
    model = expression("sqrt(a**2 + b**2) * exp(-b) + ln(a) - log10(a)")
    a, b = np.array([3.0, 5.0]), np.array([4.0, 12.0])
    whole = model({"a": a, "b": b})
    assert whole.tolist() == [float(model({"a": x, "b": y})) for x, y in zip(a, b, strict=True)]
    assert model.names == {"a", "b"}


def test_an_input_called_pi_goes_before_the_number():
    assert float(expression("pi")({"pi": 3.0})) == 3.0
    assert float(expression("2 * pi")({})) == pytest.approx(2 * math.pi)


REFUSED = [
    *("", "a +", "a; b", "a = 1", "lambda: 1", "a if b else c", "[1, 2]", "a[0]", "a.real", "f'{a}'", "'a'"),
    *("eval(a)", "__import__('os')", "sqrt(a, b)", "sqrt(x=a)", "(lambda: 1)()", "a ^ 2", "a // 2", "a % 2"),
    *("True", "None", "1j", "a and b", "a < b", "not a", "~a", "a := 1", "*a", "9" * 400, "a +" * 700 + "a"),
    *("(" * 150 + "a" + ")" * 150 + "+", "-" * 300 + "a", "a" + "+a" * 300, "a\x00"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_whatever_is_no_formula_is_refused_in_plain_words(text):
    with pytest.raises(ProcedureError) as refused:
        expression(text)
    assert refused.value.code == "uncertainty.expression"


def test_a_great_power_is_no_number_and_takes_no_time():
    assert not np.isfinite(expression("9**9**9**9")({}))
    assert not np.isfinite(expression("1 / a")({"a": 0.0}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_takes_one_number(name):
    assert np.isfinite(expression(f"{name}(a)")({"a": 0.5}))
