"""Questions: whatever stands in a case file, the answer is a figure or one plain sentence."""

import tomllib
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.catalogue import catalogue
from procedures.errors import ProcedureError
from procedures.questions.catalogue import KINDS, answers, questions
from procedures.questions.question import figure
from procedures.questions.unit import UNITS, number_in

QUESTIONS = {f"{kind}/{name}": one for kind in KINDS for name, one in questions(kind).items()}
STRANGE = [
    *(0, -1, 1, 10**80, Decimal("1e60"), Decimal("-1e-60"), Decimal("nan"), Decimal("inf"), True, None),
    *(
        "",
        "x",
        "1",
        "-1",
        "0",
        "1e60 kg",
        "20 °C",
        "1 kg",
        "5 L",
        "50 %",
        "0 g",
        "-5 g",
        "1e400 g",
        "9" * 500,
    ),
    *(
        [],
        {},
        [1],
        ["1 g"],
        ["1 g", "2 L"],
        [[1]],
        [{}],
        [{"name": "a"}],
        {"a": "b"},
        {"R": "a"},
        date(2026, 1, 1),
    ),
]


def example(one):
    content = tomllib.loads(one.example(), parse_float=Decimal)
    return content | ({"trials": 1000} if one.id == "monte_carlo" else {})


@pytest.mark.parametrize("one", QUESTIONS.values(), ids=QUESTIONS)
def test_nothing_in_an_entry_ends_in_anything_but_an_answer_or_a_plain_sentence(one):
    for entry in one.entries:
        for strange in STRANGE:
            content = example(one) | {entry.name: strange}
            if strange is None:
                del content[entry.name]
            with suppress(ProcedureError):
                assert answers(content)[0].figures


INPUT = {"name": "a", "value": "1 g", "standard": "1 g"}


@pytest.mark.parametrize("name", ["value", "standard", "sensitivity", "coverage_factor", "degrees_of_freedom",
                                  "reliability", "readings", "half_width", "resolution", "deviation", "count",
                                  "distribution", "top", "expanded", "unit", "name", "source"])  # fmt: skip
def test_nothing_in_an_input_of_a_budget_ends_otherwise(name):
    for strange in STRANGE:
        content = {"kind": "uncertainty", "input": [INPUT | {name: strange}]}
        for more in ({}, {"model": "a * 2"}, {"quantity": "monte_carlo", "model": "a * 2", "trials": 1000}):
            with suppress(ProcedureError):
                assert answers(content | more)[0].figures


@pytest.mark.parametrize("one", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question_states_formula_and_source_and_names_each_figure_once(one):
    (answer,) = answers(example(one))
    names = [found.name for found in answer.figures]
    assert len(set(names)) == len(names)
    assert answer.formula
    assert answer.source


def test_no_kind_of_question_hides_a_procedure():
    assert not set(KINDS) & catalogue().keys()


def test_the_same_seed_gives_the_same_trials():
    content = example(QUESTIONS["uncertainty/monte_carlo"])
    assert answers(content) == answers(content)
    assert answers(content)[0].figures != answers(content | {"seed": 2})[0].figures


@given(
    st.decimals(-100, 100, places=6), st.sampled_from([name for name, one in UNITS.items() if one.dimension])
)
def test_a_number_in_its_own_unit_keeps_its_digits(value, unit):
    assert number_in(unit, f"{value} {unit}", "x") == pytest.approx(float(value), rel=1e-15, abs=1e-15)


@given(st.floats(-1e12, 1e12), st.integers(1, 15))
def test_a_figure_is_the_number_to_its_digits(value, digits):
    assert float(figure("x", value, digits=digits).value) == pytest.approx(
        value, rel=10.0 ** (1 - digits), abs=0
    )


def test_rows_share_what_stands_above_them():
    content = {
        "kind": "physics",
        "quantity": "air_density",
        "pressure": "1000 hPa",
        "humidity": "50 %",
        "case": [{"temperature": "20 °C", "label": "a"}, {"temperature": "21 °C", "pressure": "990 hPa"}],
    }
    first, second = answers(content)
    assert (first.label, first.given["pressure"], second.given["pressure"]) == ("a", "1000 hPa", "990 hPa")
    assert first.figures[0].value > second.figures[0].value


def test_many_inputs_are_summed_and_terms_of_second_order_are_for_few():
    many = [{"name": f"x{number}", "value": 1, "standard": 1} for number in range(100)]
    content = {"kind": "uncertainty", "model": "+".join(one["name"] for one in many), "input": many}
    (answer,) = answers(content)
    assert [float(one.value) for one in answer.figures[:2]] == [100, 10]
    with pytest.raises(ProcedureError, match="second order"):
        answers(content | {"second_order": True})
