"""Measures of length and level gauges on paper: oracles, limits at their edges, warmth and pull, mistakes."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.errors import ProcedureError
from procedures.length_measures import case as length
from procedures.length_measures.task import outline as length_outline
from procedures.level_gauges import case as level
from procedures.level_gauges.task import outline as level_outline
from procedures.point import Activity, Outcome

C, N = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM
MEASURE = 'class = "{}"\nlength = "50 m"\n'
TAPE = 'class = "II"\nform = "tape"\nlength = "50 m"\nexpansion = 11.5e-6\n'
PULLED = TAPE + "tension = 50\nsection = 2.5\nmodulus = 200000\n"
GAUGE = 'class = "2"\nrange = "12 m"\n'


def case(kind: str, marks: str, row: str, name: str) -> dict:
    head = f'kind = "{kind}"\nactivity = "initial_verification"\ndate = 2026-11-21\n'
    return tomllib.loads(f"{head}[uut]\n{marks}[[meter]]\n[[meter.{name}]]\n{row}", parse_float=Decimal)


def compared(marks: str, row: str):
    conclusion = length.compute(case("length_measures", marks, row, "comparison"))
    (point,) = conclusion.points
    return point, conclusion


ORACLE = {
    ("I", "0.5"): "0.2", ("II", "0.5"): "0.5", ("III", "1"): "1.0", ("II", "1.2"): "0.7",
    ("III", "2"): "1.4", ("I", "5"): "0.6", ("II", "5"): "1.3", ("I", "10"): "1.1", ("III", "10"): "4.6",
}  # fmt: skip


@pytest.mark.parametrize(("of", "metres"), ORACLE)
def test_the_limit_of_a_length_is_the_oracle_and_inclusive(of, metres):
    limit = Decimal(ORACLE[of, metres])
    for beside, outcome in (("0", C), ("0.000001", N)):
        for sign in (1, -1):
            reference = Decimal(metres) * 1000 + sign * (limit + Decimal(beside))
            row = f'nominal = "{metres} m"\nreference = "{reference} mm"'
            assert compared(MEASURE.format(of), row)[0].outcome is outcome


INTERVALS = {"1 mm, I": ("I", "1", "0.1"), "2 mm, II": ("II", "2", "0.4"), "10 mm, III": ("III", "10", "0.6")}


@pytest.mark.parametrize("name", INTERVALS)
def test_between_two_marks_other_limits_hold(name):
    of, nominal, limit = INTERVALS[name]
    for beside, outcome in (("0", C), ("0.000001", N)):
        reference = Decimal(nominal) + Decimal(limit) + Decimal(beside)
        row = f'nominal = "{nominal} mm"\nreference = "{reference} mm"\ninterval = true'
        assert compared(MEASURE.format(of), row)[0].outcome is outcome


def test_a_warm_tape_is_taken_to_20_degrees():
    """At 30 °C a steel tape is 11.5e-6 × 10 × 10 m = 1.15 mm longer than at 20 °C."""
    row = 'nominal = "10 m"\nreference = "10001.15 mm"\ntemperature = "30 °C"'
    point, _ = compared(TAPE, row)
    assert abs(point.error.value) < Decimal("0.001")


def test_a_standard_as_warm_and_of_the_same_metal_needs_no_correction():
    row = 'nominal = "10 m"\nreference = "10000 mm"\ntemperature = "30 °C"\nreference_expansion = 11.5e-6'
    assert abs(compared(TAPE, row)[0].error.value) < Decimal("0.0002")


def test_a_tape_pulled_harder_than_marked_is_shorter_than_it_looks():
    """50 N more on 2.5 mm² of 200 000 N/mm²: 1e-4 of 10 m, 1 mm."""
    row = 'nominal = "10 m"\nreference = "10001 mm"\ntemperature = "20 °C"\ntension = 100'
    point, _ = compared(PULLED, row)
    assert abs(point.error.value) < Decimal("0.0002")


def test_a_tape_whose_pull_nobody_noted_is_told():
    _, conclusion = compared(TAPE, 'nominal = "10 m"\nreference = "10000 mm"\ntemperature = "20 °C"')
    assert "tension_not_corrected" in {notice.code for notice in conclusion.notices}


def test_a_standard_that_is_not_known_well_enough_decides_nothing():
    row = 'nominal = "10 m"\nreference = "10000 mm"\nuncertainty = "{}"'
    assert compared(MEASURE.format("II"), row.format("0.7666 mm"))[0].outcome is C
    assert compared(MEASURE.format("II"), row.format("0.767 mm"))[0].reason == "uncertainty_too_large"


MISTAKES = {
    "longer than the measure": ('nominal = "51 m"\nreference = "51 m"', "compared_lengths.row_impossible"),
    "no length": ('nominal = "0 m"\nreference = "1 m"', "compared_lengths.row_impossible"),
    "a mass": ('nominal = "1 m"\nreference = "1 kg"', "compared_lengths.row_impossible"),
    "a typed error": ('nominal = "1 m"\nreference = "1 m"\nerror = "0 mm"', "case.typed_result"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    row, code = MISTAKES[name]
    with pytest.raises(ProcedureError) as refused:
        compared(MEASURE.format("II"), row)
    assert refused.value.code == code


def dip(shown: str, reference: str, direction: str = "up", at: str = "3000 mm") -> str:
    return f'level = "{at}"\ndirection = "{direction}"\nshown = "{shown}"\nreference = "{reference}"\n'


LEVELS = {
    "the least limit on a tank": (GAUGE, "3000 mm", "4"),
    "a part of a high level": (GAUGE, "11000 mm", "4.4"),
    "before installation": (GAUGE + 'installation = "before"\n', "3000 mm", "2"),
    "class 3": (GAUGE.replace('"2"', '"3"'), "3000 mm", "6"),
}


@pytest.mark.parametrize("name", LEVELS)
def test_the_limit_of_a_level_is_inclusive(name):
    marks, at, limit = LEVELS[name]
    for beside, outcome in (("0", C), ("0.000001", N)):
        shown = Decimal(at.split()[0]) + Decimal(limit) + Decimal(beside)
        (point,) = level.compute(case("level_gauges", marks, dip(f"{shown} mm", at, at=at), "dip")).points
        assert point.outcome is outcome


@given(up=st.integers(-4000, 4000), down=st.integers(-4000, 4000))
def test_hysteresis_is_the_difference_of_rising_and_falling(up, down):
    rows = dip(f"{Decimal(3000000 + up) / 1000} mm", "3000 mm")
    rows += "[[meter.dip]]\n" + dip(f"{Decimal(3000000 + down) / 1000} mm", "3000 mm", "down")
    found = level.compute(case("level_gauges", GAUGE, rows, "dip")).points
    (point,) = [one for one in found if one.section == "hysteresis"]
    assert Fraction(point.error.value) == Fraction(abs(up - down), 1000)
    assert (point.outcome is C) is (abs(up - down) <= 2000)


def test_a_level_below_zero_is_refused():
    with pytest.raises(ProcedureError) as refused:
        level.compute(case("level_gauges", GAUGE, dip("1 mm", "-1 mm"), "dip"))
    assert refused.value.code == "compared_lengths.row_impossible"


@pytest.mark.parametrize("module", [length, level])
def test_the_example_is_judged_and_has_budgets(module):
    content = tomllib.loads(module.EXAMPLE, parse_float=Decimal)
    conclusion = module.compute(content)
    assert conclusion.verdict.outcome is C
    assert conclusion.valid_until is not None
    assert module.budgets(content)


def test_outlines_have_all_points_of_a_complete_test():
    on, activity = date(2026, 11, 21), Activity.INITIAL_VERIFICATION
    told = length_outline(
        Assignment(kind="length_measures", activity=activity, uut={"length": "5 m", "class": "II"}), on
    )
    limits = [point.tolerance.upper for point in told.points if point.section == "accuracy"]
    assert limits == [Quantity(mm, "mm") for mm in ("0.7", "0.9", "1.1", "1.3")]
    told = level_outline(
        Assignment(kind="level_gauges", activity=activity, uut={"range": "12 m", "class": "2"}), on
    )
    assert {point.section for point in told.points} == {"visual", "accuracy", "hysteresis"}
