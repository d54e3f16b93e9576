"""Tank trucks on paper: fillings, what is taken out again, sensitivity, plate, limits nobody has read."""

import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.errors import ProcedureError, StandardError
from procedures.point import Outcome
from procedures.standard import WorkingStandard
from procedures.tank_trucks.case import budgets, compute
from procedures.tank_trucks.example_case import EXAMPLE
from procedures.tank_trucks.outlining import outline
from procedures.tank_trucks.task import plan, prepare
from tests.procedures.scales_at_hand import DAY, TERA_ULANG

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
LIMIT = 'permitted = "2 L"\npermitted_source = "decree in hand, clause 3"\n'


def content(*rows: str, uut: str = LIMIT):
    head = f'kind = "tank_trucks"\nactivity = "subsequent_verification"\ndate = 2026-11-21\n[uut]\n{uut}'
    head += 'compartments = [{ id = "1", nominal = "1000 L" }, { id = "2", nominal = "2000 L" }]\n'
    return tomllib.loads(head + "".join(f"[[compartment]]\n{row}\n" for row in rows), parse_float=Decimal)


def filling(volume: str, fills: int = 1, more: str = "", compartment: str = "1") -> str:
    measure = f'{{ nominal = "1000 L", volume = "{volume}", above = "0 mL", fills = {fills} }}'
    return f'id = "{compartment}"\n[[compartment.filling]]\npoured = [{measure}]\n{more}'


def accuracy(conclusion):
    return [point for point in conclusion.points if point.section == "accuracy"]


EDGES = {
    "short by the limit": ("998 L", C),
    "over by the limit": ("1002 L", C),
    "a millilitre short of it": ("997.999 L", N),
    "a millilitre beyond it": ("1002.001 L", N),
}


@pytest.mark.parametrize(("volume", "outcome"), EDGES.values(), ids=EDGES)
def test_the_limit_itself_conforms(volume, outcome):
    (point,) = accuracy(compute(content(filling(volume))))
    assert point.outcome is outcome
    assert point.error == Quantity(1000, "L") - Quantity.parse(volume)
    assert point.tolerance.citation == "decree in hand, clause 3"


def test_what_is_taken_out_again_and_what_stands_above_the_mark_do_not_count():
    removed = 'removed = [{ nominal = "10 L", below = "20 mL", fills = 2 }]\nabove = "1.5 L"'
    (point,) = accuracy(compute(content(filling("1020 L", more=removed))))
    assert point.reference == Quantity("998.54", "L")  # 1020 − 2 × 9.98 − 1.5
    (missing,) = accuracy(compute(content(filling("998.5 L", more='below = "1.5 L"'))))
    assert missing.reference == Quantity(1000, "L")


@given(st.lists(st.integers(-3_000_000, 3_000_000), min_size=1, max_size=4))
def test_many_measures_equal_their_sum_in_whole_fractions(micro):
    """Compartment 2 of 2000 L from measures of 500 L, each off by so many microlitres."""
    volumes = [Fraction(500) + Fraction(one, 1_000_000) for one in micro]
    rows = ", ".join(
        f'{{ nominal = "500 L", volume = "{Decimal(500) + Decimal(one).scaleb(-6)} L", above = "0 mL" }}'
        for one in micro
    )
    rest = f', {{ nominal = "500 L", above = "0 mL", fills = {4 - len(micro)} }}' if len(micro) < 4 else ""
    row = f'id = "2"\n[[compartment.filling]]\npoured = [{rows}{rest}]'
    (point,) = accuracy(compute(content(row)))
    error = 2000 - sum(volumes) - 500 * (4 - len(micro))
    assert Fraction(point.error.to("L").value) == error
    assert point.outcome is (C if abs(error) <= 2 else N)


def test_each_compartment_has_its_outcome_and_the_truck_the_worst():
    conclusion = compute(content(filling("1000 L"), filling("1001.1 L", 2, compartment="2")))
    assert {one.id: one.outcome for one in conclusion.subjects} == {"1": C, "2": N}
    assert conclusion.verdict.outcome is N
    assert all(one.valid_until is None for one in conclusion.subjects)  # a truck is verified as a whole


RISES = {"4 mm": (C, "recorded"), "0 mm": (I, "not_sensitive")}


@pytest.mark.parametrize(("rise", "found"), RISES.items(), ids=RISES)
def test_sensitivity_is_recorded_without_a_limit_and_no_rise_leaves_it_open(rise, found):
    row = filling("1000 L", more=f'[[compartment.sensitivity]]\nadded = "10 L"\nrise = "{rise}"')
    conclusion = compute(content(row))
    (point,) = [p for p in conclusion.points if p.section == "sensitivity"]
    assert (point.outcome, point.reason) == found
    ratios = [one.facts["volume"] for one in conclusion.notices if one.code == "sensitivity_found"]
    assert ratios == (["2.500 L"] if rise == "4 mm" else [])


def test_the_plate_is_recorded_and_decides_nothing():
    row = filling("1000 L").replace('id = "1"\n', 'id = "1"\ndimensions = { t1 = "1650 mm", T = "1.4 m" }\n')
    points = compute(content(row)).points
    assert [(p.label, p.outcome) for p in points if p.section == "dimensions"] == [
        ("dimensions/1/t1", C),
        ("dimensions/1/T", C),
    ]


def test_a_limit_that_nobody_has_read_is_never_guessed():
    with pytest.raises(ProcedureError) as refused:
        compute(content(filling("1000 L"), uut=""))
    assert refused.value.code == "vessel.no_limit"
    with pytest.raises(ProcedureError) as sourceless:
        compute(content(filling("1000 L"), uut='permitted = "2 L"\n'))
    assert sourceless.value.code == "vessel.limit_source"


MISTAKES = {
    "a typed verdict": (content(filling("1000 L", more='verdict = "sah"')), "case.typed_result"),
    "a compartment that is not there": (
        content(filling("1000 L", compartment="3")),
        "tank_trucks.compartment_unknown",
    ),
    "nothing poured": (content('id = "1"\n[[compartment.filling]]\npoured = []'), "vessel.nothing_poured"),
    "more taken out than poured": (
        content(filling("1000 L", more='removed = [{ nominal = "1000 L", above = "0 mL" }]')),
        "vessel.volume_impossible",
    ),
    "a length that no plate has": (
        content('id = "1"\ndimensions = { zz = "1 mm" }'),
        "tank_trucks.dimension",
    ),
    "a volume for a length": (content('id = "1"\ndimensions = { t1 = "1 L" }'), "tank_trucks.dimension"),
    "a rise in litres": (
        content('id = "1"\n[[compartment.sensitivity]]\nadded = "10 L"\nrise = "4 L"'),
        "tank_trucks.raised",
    ),
    "two sheets of one compartment": (content(filling("1000 L"), filling("1000 L")), "case.content"),
    "nothing seen": (content(), "tank_trucks.empty"),
}


@pytest.mark.parametrize(("case", "code"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_plain_words(case, code):
    with pytest.raises(ProcedureError) as refused:
        compute(case)
    assert refused.value.code == code


def test_the_example_conforms_and_states_its_uncertainty():
    example = tomllib.loads(EXAMPLE, parse_float=Decimal)
    conclusion = compute(example)
    assert conclusion.verdict.outcome is C
    assert {one.point for one in budgets(example)} == {p.label for p in accuracy(conclusion)}
    assert "limit_from_order" in {one.code for one in conclusion.notices}


def measure(name: str, litres: int, millilitres: int) -> WorkingStandard:
    return WorkingStandard(
        id=name,
        kind="vessel",
        certificate="BSML-1",
        due=DAY,
        nominal=Quantity(litres, "L"),
        uncertainty=Quantity(millilitres, "mL"),
    )


def assignment() -> Assignment:
    uut = {
        "permitted": "2 L",
        "permitted_source": "decree in hand",
        "compartments": [{"id": "1", "nominal": "1500 L"}, {"id": "2", "nominal": "2000 L"}],
    }
    return Assignment(kind="tank_trucks", activity=TERA_ULANG, uut=uut)


def test_a_test_is_planned_as_it_stands_on_paper_with_the_largest_measure_that_fills_up():
    cupboard = (measure("B-500", 500, 100), measure("B-1000", 1000, 200), measure("B-20", 20, 4))
    task = prepare(assignment(), DAY, cupboard)
    assert [(one.standard, one.fills) for one in task.plan] == [("B-500", 3), ("B-1000", 2)]
    assert [p.label for p in outline(assignment(), DAY).points] == [s.label for s in plan(task)]


def test_a_measure_that_is_known_too_badly_stops_the_test():
    with pytest.raises(StandardError) as refused:
        prepare(assignment(), DAY, (measure("B-500", 500, 300),))
    assert refused.value.code == "standard.uncertainty_share.no_other"
