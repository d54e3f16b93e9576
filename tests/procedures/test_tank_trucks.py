"""Tank trucks on paper: fillings, what is taken out again, sensitivity, plate, limits nobody has read."""

import tomllib
from decimal import Decimal
from fractions import Fraction

import msgspec
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


METERED = {
    # V = Vm / (1 + e), then with its mass to the tank (Tanaka: 995.3424 kg/m3 at 31 °C, 996.2353 at 28 °C)
    "nothing corrected but its error": ('volume = "1000.8 L", error = "0.08 %"', "1000 L"),
    "a meter that shows too little": ('volume = "998 L", error = "-0.2 %"', "1000 L"),
    "in cubic metres": ('volume = "1.0008 m3", error = "0.08 %"', "1000 L"),
    "warmer in the meter": ('volume = "1000.8 L", error = "0.08 %", temperature = "31 °C"', "999.1037 L"),
}


@pytest.mark.parametrize(("meter", "volume"), METERED.values(), ids=METERED)
def test_what_a_master_meter_let_in_is_corrected_for_its_error_and_its_warmth(meter, volume):
    filled = f'id = "1"\n[[compartment.filling]]\ntemperature = "28 °C"\nmetered = [{{ {meter} }}]\n'
    (point,) = accuracy(compute(content(filled)))
    assert abs(point.reference - Quantity.parse(volume)) < Quantity("0.1", "mL")


def test_measures_and_a_meter_fill_a_compartment_together():
    both = 'metered = [{ volume = "100 L" }]'
    (point,) = accuracy(compute(content(filling("900 L", more=both))))
    assert point.reference == Quantity(1000, "L")


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
    "nothing seen": (content(), "subjects.empty"),
    "walls of no table": (content(uut=f'{LIMIT}material = "steel"\n'), "physics.unknown_material"),
    "half as often as it takes": (content(filling("1000 L", compartment="2")), "vessel.volume_impossible"),
    "a meter in litres of error": (
        content('id = "1"\n[[compartment.filling]]\nmetered = [{ volume = "1000 L", error = "0.8 L" }]'),
        "vessel.metered",
    ),
    "a meter that ran backwards": (
        content('id = "1"\n[[compartment.filling]]\nmetered = [{ volume = "-1000 L" }]'),
        "vessel.metered",
    ),
    "water too hot for a tank": (
        content(
            'id = "1"\n[[compartment.filling]]\ntemperature = "280 °C"\n'
            'poured = [{ nominal = "1000 L", above = "0 mL", temperature = "28 °C" }]'
        ),
        "physics.impossible",
    ),
    "a master meter without a flow": (
        content(uut=f'{LIMIT}method = "master"\n'),
        "tank_trucks.filling_flow",
    ),
    "a flow in litres": (content(uut=f'{LIMIT}filling_flow = "600 L"\n'), "tank_trucks.filling_flow"),
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


def assignment(**more: object) -> Assignment:
    uut = {
        "permitted": "2 L",
        "permitted_source": "decree in hand",
        "compartments": [{"id": "1", "nominal": "1500 L"}, {"id": "2", "nominal": "2000 L"}],
    }
    return Assignment(kind="tank_trucks", activity=TERA_ULANG, uut=uut | more)


def poured(task) -> list[list[tuple[str, int]]]:
    return [[(pour.standard, pour.fills) for pour in one.pours] for one in task.plan]


def test_several_measures_fill_up_a_compartment_the_largest_first():
    cupboard = (measure("B-1000", 1000, 200), measure("B-180", 180, 40), measure("B-320", 320, 60))
    task = prepare(assignment(), DAY, cupboard)
    # 1500 L: one of 1000 L leaves 500 L, which 320 L and 180 L make
    assert poured(task) == [[("B-1000", 1), ("B-320", 1), ("B-180", 1)], [("B-1000", 2)]]
    # √(200² + 60² + 40²) mL
    assert task.plan[0].uncertainty == Quantity("213", "mL")


def test_a_volume_that_no_measures_make_is_refused_at_once():
    sizes = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
    cupboard = tuple(measure(f"B-{size}", size, 0) for size in sizes)
    odd = assignment(compartments=[{"id": "1", "nominal": "24000.5 L"}])
    with pytest.raises(StandardError):
        prepare(odd, DAY, cupboard)


def test_no_measures_fill_up_a_compartment():
    with pytest.raises(StandardError) as refused:
        prepare(assignment(), DAY, (measure("B-1000", 1000, 200), measure("B-400", 400, 80)))
    assert refused.value.code == "standard.kind_missing"


def test_a_test_is_planned_as_it_stands_on_paper_with_the_largest_measure_that_fills_up():
    cupboard = (measure("B-500", 500, 100), measure("B-1000", 1000, 200), measure("B-20", 20, 4))
    task = prepare(assignment(), DAY, cupboard)
    assert poured(task) == [[("B-1000", 1), ("B-500", 1)], [("B-1000", 2)]]
    assert [p.label for p in outline(assignment(), DAY).points] == [s.label for s in plan(task)]


def test_a_measure_that_is_known_too_badly_stops_the_test():
    with pytest.raises(StandardError) as refused:
        prepare(assignment(), DAY, (measure("B-500", 500, 300),))
    assert refused.value.code == "standard.uncertainty_share.no_other"


def meter(uncertainty: str = "0.03 %", lowest: str = "200 L/min") -> WorkingStandard:
    return WorkingStandard(
        id="MI-1",
        kind="master_meter",
        certificate="BSML-2",
        due=DAY,
        uncertainty=Quantity.parse(uncertainty),
        scale_interval=Quantity("0.1", "L"),
        lowest=Quantity.parse(lowest),
    )


def test_a_test_through_a_master_meter_is_planned_with_its_flow_and_its_register():
    through = assignment(method="master", filling_flow="600 L/min")
    task = prepare(through, DAY, (meter(), measure("B-500", 500, 100)))
    assert poured(task) == [[("MI-1", 1)], [("MI-1", 1)]]
    # k = 2: √(0.03² + (2 · 100 · 0.1 L / 1500 L · √2 / √12)²) = 0.0305 %, rounded up
    assert task.plan[0].uncertainty == Quantity("0.0305", "%")
    formulas = {one.name for one in outline(through, DAY).formulas}
    assert "master" in formulas
    assert "volumetric" not in formulas


@pytest.mark.parametrize(
    ("standard", "code"),
    [(meter("0.1 %"), "uncertainty_share"), (meter(lowest="700 L/min"), "range")],
    ids=["known too badly", "its certificate begins above the flow"],
)
def test_a_master_meter_that_will_not_do_stops_the_test(standard, code):
    with pytest.raises(StandardError) as refused:
        prepare(assignment(method="master", filling_flow="600 L/min"), DAY, (standard,))
    assert refused.value.code == f"standard.{code}.no_other"


def test_a_tank_without_compartments_is_refused():
    with pytest.raises(ProcedureError) as refused:
        prepare(Assignment(kind="tank_trucks", activity=TERA_ULANG, uut={"compartments": []}), DAY, ())
    assert refused.value.code == "tank_trucks.no_compartments"


def test_a_measure_whose_walls_cannot_be_is_refused_before_anything_is_filled():
    wrong = msgspec.structs.replace(measure("B-500", 500, 100), expansion=Decimal("51.8"))
    with pytest.raises(ProcedureError) as refused:
        prepare(assignment(), DAY, (wrong,))
    assert refused.value.code == "physics.impossible"
