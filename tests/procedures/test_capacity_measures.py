"""Capacity measures: oracles of R 120 and of weighed water, transfer, limits that nobody has read yet."""

import tomllib
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.capacity_measures.case import budgets, compute
from procedures.capacity_measures.example_case import EXAMPLE
from procedures.capacity_measures.outlining import outline
from procedures.capacity_measures.task import plan, prepare
from procedures.errors import ProcedureError, StandardError
from procedures.physics.water import tanaka
from procedures.point import Outcome
from procedures.standard import WorkingStandard
from tests.procedures.scales_at_hand import DAY, TERA

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
LOCAL, R120 = "syarat-teknis-bejana-ukur-takaran", "oiml-r120-2010"


def content(*fillings: str, rules: str = LOCAL, uut: str = 'nominal = "20 L"'):
    head = f'kind = "capacity_measures"\nactivity = "initial_verification"\nrules = "{rules}"\n[uut]\n{uut}\n'
    return tomllib.loads(head + "".join(f"[[filling]]\n{one}\n" for one in fillings), parse_float=Decimal)


def poured(volume: str, *, fills: int = 1, nominal: str = "20 L", **more: str) -> str:
    said = "".join(f', {name} = "{value}"' for name, value in more.items())
    return (
        f'poured = [{{ nominal = "{nominal}", volume = "{volume}", above = "0 mL", fills = {fills}{said} }}]'
    )


def accuracy(conclusion):
    return [point for point in conclusion.points if point.section == "accuracy"]


HALF_PER_MILLE = {
    "2 mL short": ("19.998 L", C),
    "10.1 mL short": ("19.9899 L", N),
    "10 mL short is the limit": ("19.990 L", C),
    "10 mL too much is the other limit": ("20.010 L", C),
    "a nanolitre beyond": ("19.989999999 L", N),
}


@pytest.mark.parametrize("rules", [LOCAL, R120])
@pytest.mark.parametrize(("volume", "outcome"), HALF_PER_MILLE.values(), ids=HALF_PER_MILLE)
def test_a_measure_of_20_litres_may_be_10_millilitres_off(volume, outcome, rules):
    (point,) = accuracy(compute(content(poured(volume), rules=rules)))
    assert point.outcome is outcome
    assert point.tolerance.upper == Quantity(10, "mL")
    assert point.error == Quantity(20, "L") - Quantity.parse(volume)


def test_water_above_its_own_line_is_no_part_of_its_volume():
    for side, volume in (("above", "19.997 L"), ("below", "20.003 L")):
        (point,) = accuracy(compute(content(f'{side} = "3 mL"\n{poured("20.000 L")}')))
        assert point.reference == Quantity.parse(volume)


Z_FACTORS = {
    "15": "1.001951521",
    "20": "1.002851791",
    "25": "1.004019672",
    "28": "1.004838724",
    "30": "1.005431353",
}


@pytest.mark.parametrize(("temperature", "factor"), Z_FACTORS.items(), ids=Z_FACTORS)
def test_weighed_water_becomes_a_volume_by_the_published_factor(temperature, factor):
    row = f'temperature = "{temperature} °C"\nweighed = {{ mass = "10 kg", air_density = "1.2 kg/m3" }}'
    uut = 'nominal = "10 L"\nexpansion = 0'
    (point,) = accuracy(compute(content(row, uut=uut)))
    assert abs(point.reference.value - Decimal(factor) * 10) < Decimal("2e-8")


def test_a_weighed_volume_is_taken_to_the_reference_temperature_of_the_measure():
    row = 'temperature = "30 °C"\nweighed = { mass = "19.9 kg", air_density = "1.2 kg/m3" }'
    warm = 'nominal = "20 L"\nmaterial = "stainless_steel_304"'
    at = {
        name: accuracy(compute(content(row, uut=f'{warm}\nreference_temperature = "{name} °C"')))[
            0
        ].reference.value
        for name in ("20", "28", "30")
    }
    assert at["20"] < at["28"] < at["30"]
    assert float(at["20"] / at["30"]) == pytest.approx(1 - 51.8e-6 * 10, abs=1e-9)


def test_poured_water_keeps_its_mass():
    """Warmer water in the measure under test takes more room: ρ(25)/ρ(30)."""
    cold = {"temperature": "25 °C", "reference_temperature": "25 °C"}
    row = f'temperature = "30 °C"\n{poured("10 L", fills=2, nominal="10 L", **cold)}'
    (point,) = accuracy(compute(content(row)))
    expected = 20 * tanaka(25).number / tanaka(30).number
    assert float(point.reference.value) == pytest.approx(expected, abs=1e-8)


def test_without_temperatures_the_digits_are_added_and_the_result_says_so():
    conclusion = compute(content(poured("10.0005 L", fills=2, nominal="10 L")))
    assert accuracy(conclusion)[0].reference == Quantity("20.001", "L")
    assert "vessel_temperature_missing" in {one.code for one in conclusion.notices}


@given(st.lists(st.integers(-12000, 12000), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_verdict_and_range_equal_whole_fractions_in_any_order(micro, chance):
    volumes = [Decimal(20_000_000 + one).scaleb(-6) for one in micro]
    conclusion = compute(content(*(poured(f"{one} L") for one in volumes)))
    assert [p.outcome for p in accuracy(conclusion)] == [C if abs(one) <= 10000 else N for one in micro]
    spread = Fraction(max(micro) - min(micro), 1000)
    (point,) = [p for p in conclusion.points if p.section == "repeatability"]
    assert point.outcome is (C if spread * 3 <= 10 else N)
    chance.shuffle(volumes)
    assert (
        compute(content(*(poured(f"{one} L") for one in volumes))).verdict.outcome
        is conclusion.verdict.outcome
    )


def test_a_limit_that_nobody_has_read_is_never_guessed():
    uut = 'type = "takaran"\nnominal = "1 L"\n'
    row = 'poured = [{ nominal = "1 L", above = "4 mL" }]'
    with pytest.raises(ProcedureError) as refused:
        compute(content(row, uut=uut))
    assert refused.value.code == "vessel.no_limit"
    with pytest.raises(ProcedureError) as sourceless:
        compute(content(row, uut=f'{uut}permitted = "5 mL"'))
    assert sourceless.value.code == "vessel.limit_source"
    own = f'{uut}permitted = "0.5 %"\npermitted_source = "decree in hand, Table 2"'
    conclusion = compute(content(row, uut=own))
    (point,) = accuracy(conclusion)
    assert (point.outcome, point.tolerance.citation) == (C, "decree in hand, Table 2")
    assert "limit_from_order" in {one.code for one in conclusion.notices}


MISTAKES = {
    "a typed error": (content(poured("20 L") + '\nerror = "1 mL"'), "case.typed_result"),
    "nothing went in": (content('temperature = "28 °C"'), "capacity_measures.reference_missing"),
    "no fill": (content(poured("20 L", fills=0)), "vessel.nothing_poured"),
    "a sign above its own line": (content(f'above = "-3 mL"\n{poured("20 L")}'), "vessel.sign"),
    "weighed water of no temperature": (
        content('weighed = { mass = "20 kg", air_density = "1.2 kg/m3" }'),
        "capacity_measures.condition_missing",
    ),
    "weighed water in no air": (
        content('temperature = "28 °C"\nweighed = { mass = "20 kg" }'),
        "capacity_measures.condition_missing",
    ),
    "a mass for a volume": (content(uut='nominal = "20 kg"'), "capacity_measures.mark"),
    "an unknown type": (content(uut='type = "gelas"\nnominal = "20 L"'), "capacity_measures.type"),
    "nothing seen": (content(), "subjects.empty"),
    "a material of no table": (
        content(uut='nominal = "20 L"\nmaterial = "steel"'),
        "physics.unknown_material",
    ),
    "an expansion without its power of ten": (
        content(uut='nominal = "20 L"\nexpansion = 51.8'),
        "physics.impossible",
    ),
    "a reference temperature that no water has": (
        content(uut='nominal = "20 L"\nreference_temperature = "280 °C"'),
        "physics.impossible",
    ),
    "a limit in kilograms": (
        content(uut='nominal = "20 L"\npermitted = "2 kg"\npermitted_source = "decree in hand"'),
        "vessel.limit_source",
    ),
    "grams for kilograms": (
        content('temperature = "28 °C"\nweighed = { mass = "19905 kg", air_density = "1.16 kg/m3" }'),
        "vessel.volume_impossible",
    ),
    "water too hot for a measure": (
        content('temperature = "280 °C"\nweighed = { mass = "19.905 kg", air_density = "1.16 kg/m3" }'),
        "physics.impossible",
    ),
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
    assert all(p.uncertainty is not None for p in accuracy(conclusion))
    (found,) = [one.facts for one in conclusion.notices if one.code == "volume_found"]
    assert (found["at"], found["fillings"]) == ("28 °C", "2")


def standard(name: str, **more) -> WorkingStandard:
    plate = {"kind": "vessel", "certificate": "BSML-1", "due": DAY} | more
    return WorkingStandard(id=name, **plate)


CUPBOARD = (
    standard("B-5", nominal=Quantity(5, "L"), uncertainty=Quantity("0.4", "mL")),
    standard("B-10", nominal=Quantity(10, "L"), uncertainty=Quantity("0.8", "mL")),
    standard("B-15", nominal=Quantity(15, "L"), uncertainty=Quantity("0.8", "mL")),
    standard("N-30", kind="scale", nominal=Quantity(30, "kg"), uncertainty=Quantity("0.5", "g")),
)


def assignment(**uut) -> Assignment:
    return Assignment(kind="capacity_measures", activity=TERA, uut={"nominal": "20 L"} | uut)


@pytest.mark.parametrize(("method", "name", "fills"), [("volumetric", "B-10", 2), ("gravimetric", "N-30", 1)])
def test_a_test_is_planned_as_it_stands_on_paper(method, name, fills):
    task = prepare(assignment(method=method), DAY, CUPBOARD)
    assert (task.standard.id, task.fills) == (name, fills)
    on_paper = outline(assignment(method=method), DAY)
    assert [p.label for p in on_paper.points] == [s.label for s in plan(task)]
    assert all(formula.citation for formula in on_paper.formulas)


GATE = {
    "no measure that fills it up": (CUPBOARD[2:], "standard.kind_missing"),
    "known too badly": (
        (standard("B", nominal=Quantity(20, "L"), uncertainty=Quantity(4, "mL")),),
        "standard.uncertainty_share.no_other",
    ),
    "overdue": (
        (
            standard(
                "B", nominal=Quantity(20, "L"), uncertainty=Quantity(1, "mL"), due=DAY.replace(year=2025)
            ),
        ),
        "standard.overdue.no_other",
    ),
}


@pytest.mark.parametrize(("cupboard", "code"), GATE.values(), ids=GATE)
def test_a_standard_that_will_not_do_stops_the_test(cupboard, code):
    with pytest.raises(StandardError) as refused:
        prepare(assignment(), DAY, cupboard)
    assert refused.value.code == code
