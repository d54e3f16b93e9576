"""Fuel dispensers on paper: published cases with their traps, R 117, price, totaliser, shared meters."""

import tomllib
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.errors import ProcedureError, StandardError
from procedures.fuel_dispensers.assessment import assess, subjects
from procedures.fuel_dispensers.case import Case, budgets, compute
from procedures.fuel_dispensers.delivered import Limits
from procedures.fuel_dispensers.example_case import EXAMPLE
from procedures.fuel_dispensers.instrument import Dispenser, read_dispenser
from procedures.fuel_dispensers.observation import Delivery
from procedures.fuel_dispensers.outlining import outline
from procedures.fuel_dispensers.rules import choose_rules
from procedures.fuel_dispensers.task import plan, prepare
from procedures.point import Outcome
from procedures.regulation import tables
from procedures.standard import WorkingStandard
from procedures.vessels.measured import Measured
from tests.procedures.scales_at_hand import DAY, TERA, TERA_ULANG

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
FIELD, BEFORE, OIML = "kepdirjen-pktn-5-2026", "kepdirjen-pktn-121-2020", "oiml-r117-1-2019"


def content(*rows: str, rules: str = FIELD, uut: str = "", more: str = ""):
    head = (
        f'kind = "fuel_dispensers"\nactivity = "subsequent_verification"\nrules = "{rules}"\n[uut]\n{uut}\n'
    )
    body = "".join(f"[[nozzle.delivery]]\n{row}\n" for row in rows)
    return tomllib.loads(f'{head}{more}\n[[nozzle]]\nid = "1"\n{body}', parse_float=Decimal)


def row(indication: str, *, size: str = "20 L", at: str = "fast", **reading: str) -> str:
    said = ", ".join(f'{name} = "{value}"' for name, value in ({"nominal": size} | reading).items())
    return f'at = "{at}"\nindication = "{indication}"\nvessel = {{ {said} }}'


def accuracy(conclusion):
    return [point for point in conclusion.points if point.section == "accuracy"]


# ---------------------------------------------------------------- published findings (case A4)

PUBLISHED = {
    "P1 premium at 20 L/min, 0.133 %": (row("20.0266 L", above="0 mL"), C, "0.133"),
    "P2 premium at 40 L/min, 0.309 %": (row("20.0618 L", above="0 mL"), C, "0.309"),
    "P3 pertamax, −0.067 %": (row("19.9866 L", above="0 mL"), C, "-0.067"),
    "P4 170 mL short before adjusting": (row("20 L", below="170 mL"), N, "0.85"),
    "P5 140 mL short, published as passed": (row("20 L", below="140 mL"), N, "0.7"),
    "P5 40 mL, as it was probably meant": (row("20 L", below="40 mL"), C, "0.2"),
    "P6 120 mL short": (row("20 L", below="120 mL"), N, "0.6"),
    "P7 80 mL in 20 L": (row("20 L", below="80 mL"), C, "0.4"),
    "P7 80 mL in 5 L": (row("5 L", size="5 L", below="80 mL"), N, "1.6"),
    "P7 25 mL in 5 L is the limit": (row("5 L", size="5 L", below="25 mL"), C, "0.5"),
    "P8 100 mL short in 20 L is the limit": (row("20.000 L", below="100 mL"), C, "0.5"),
    "P8 a hundredth of a millilitre beyond": (row("20.000 L", below="100.01 mL"), N, "0.50005"),
    "P8 100 mL too much is the other limit": (row("20.000 L", above="100 mL"), C, "-0.5"),
    "P9 50 mL in 10 L": (row("10 L", size="10 L", above="50 mL"), C, "-0.5"),
    "X1 computed, not typed": (row("20.150 L", below="50 mL"), N, "1"),
}


@pytest.mark.parametrize(("delivery", "outcome", "error"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_findings_come_out_as_the_field_rule_has_them(delivery, outcome, error):
    (point,) = accuracy(compute(content(delivery)))
    assert (point.outcome, point.error.value) == (outcome, Decimal(error))
    assert point.tolerance.upper == Quantity("0.5", "%")


def test_a_hundred_millilitres_short_depends_on_the_denominator_and_the_result_says_so():
    on_the_line = row("20.000 L", below="100 mL")
    nominal, reference = (compute(content(on_the_line, rules=rules)) for rules in (FIELD, OIML))
    assert [p.outcome for p in accuracy(nominal) + accuracy(reference)] == [C, N]
    assert round(accuracy(reference)[0].error.value, 5) == Decimal("0.50251")
    for conclusion in (nominal, reference):
        (told,) = [one for one in conclusion.notices if one.code == "denominator_decides"]
        assert told.facts["point"] == "accuracy/1/fast/1"
    harmless = compute(content(row("20.000 L", below="90 mL")))
    assert "denominator_decides" not in {one.code for one in harmless.notices}


FIXTURES = {
    "20.050 19.980": "0.3504",
    "20.080 20.010": "0.3498",
    "20.040 19.990": "0.2501",
    "20.150 19.950": "1.0025",
}


@pytest.mark.parametrize(("volumes", "error"), FIXTURES.items(), ids=FIXTURES)
def test_fixtures_divided_by_the_volume_in_the_measure(volumes, error):
    shown, went = volumes.split()
    (point,) = accuracy(compute(content(row(f"{shown} L", volume=f"{went} L", above="0 mL"), rules=OIML)))
    assert round(point.error.value, 4) == Decimal(error)


def test_nothing_is_rounded_before_the_comparison():
    inside, outside = row("20.1 L", above="0 mL"), row("20.1008 L", above="0 mL")
    assert [accuracy(compute(content(one)))[0].outcome for one in (inside, outside)] == [C, N]
    (point,) = accuracy(compute(content(outside)))
    assert point.error == Quantity("0.504", "%")
    barely = accuracy(compute(content(row("20.10000000001 L", above="0 mL"))))[0]
    assert barely.outcome is N
    assert barely.error > barely.tolerance.upper


def test_a_range_of_three_tenths_over_the_nozzle_is_the_limit():
    def three(last: str):
        rows = [row("20.00 L", above="0 mL"), row("20.02 L", at="medium", above="0 mL")]
        return compute(content(*rows, row(last, at="slow", above="0 mL")))

    for last, outcome in (("20.06 L", C), ("20.060001 L", N), ("19.96 L", C)):
        (point,) = [p for p in three(last).points if p.section == "repeatability"]
        assert (point.outcome, point.label) == (outcome, "repeatability/1")


# ---------------------------------------------------------------- oracles of R 117

OIML_UUT = 'max_flow = "40 L/min"\nmmq = "5 L"'
LIMITS = {"2 L": "50", "5 L": "50", "8 L": "50", "10 L": "50", "15 L": "75", "20 L": "100", "50 L": "250"}


@pytest.mark.parametrize(("volume", "limit"), LIMITS.items(), ids=LIMITS)
def test_the_limit_of_a_quantity_with_its_minimum(volume, limit):
    rules, _ = choose_rules(OIML, DAY)
    permitted = Limits(Dispenser(mmq=Quantity(5, "L")), rules, TERA).permitted(Quantity.parse(volume))
    assert permitted == Quantity(limit, "mL")


VESSELS = {
    "SS316": ("47.7e-6", "", "", "20.045512", "-0.227045"),
    "mild steel": ("33.5e-6", "", "", "20.042383", "-0.211466"),
    "SS316 and the petrol 1 °C cooler at the dispenser": (
        ("47.7e-6", "30 °C", "1.2e-3", "20.021458", "-0.107174")
    ),
}


@pytest.mark.parametrize(("gamma", "product", "beta", "volume", "error"), VESSELS.values(), ids=VESSELS)
def test_a_warm_measure_holds_more_and_the_liquid_is_taken_back_to_the_dispenser(
    gamma, product, beta, volume, error
):
    delivery = (
        'at = "fast"\nindication = "20.00 L"\n'
        + (f'product_temperature = "{product}"\n' if product else "")
        + 'vessel = { nominal = "20 L", above = "35 mL", temperature = "31.0 °C", '
        + f'reference_temperature = "20 °C", expansion = {gamma} }}'
    )
    uut = f'{OIML_UUT}\nnozzles = [{{ id = "1"{f", expansion = {beta}" if beta else ""} }}]'
    (point,) = accuracy(compute(content(delivery, rules=OIML, uut=uut)))
    assert abs(point.reference.value - Decimal(volume)) < Decimal("1e-6")
    assert abs(point.error.value - Decimal(error)) < Decimal("1e-6")
    uncorrected = compute(content(delivery, rules=FIELD, uut=uut))
    assert accuracy(uncorrected)[0].reference.value > Decimal("20.04")  # the field rule leaves the liquid


def test_petrol_by_name_and_by_density_expands_alike():
    rules, _ = choose_rules(OIML, DAY)
    named = rules.liquid_expansion(nozzle('liquid = "petrol"'))
    dense = rules.liquid_expansion(nozzle('density = "740 kg/m3"'))
    assert named == pytest.approx(1.2e-3)
    assert dense == pytest.approx(1.2e-3, rel=0.05)


def nozzle(entry: str):
    uut = f'nozzles = [{{ id = "1", {entry} }}]'
    return read_dispenser(tomllib.loads(uut, parse_float=Decimal)).nozzles[0]


OIL = {
    "petrol 740 from 30 °C": ("740", "30 °C", "0.981519", "0.981514"),
    "petrol 740 from 28 °C": ("740", "28 °C", "0.983994", "0.983989"),
    "transition 780": ("780", "30 °C", "0.984293", "0.984226"),
    "kerosene 820": ("820", "30 °C", "0.986686", "0.986679"),
    "diesel 850": ("850", "30 °C", "0.987493", "0.987492"),
}


@pytest.mark.parametrize(("density", "warm", "table", "algorithm"), OIL.values(), ids=OIL)
def test_oil_of_known_density_is_corrected_by_table_54b(density, warm, table, algorithm):
    """Oil as warm as it came, taken back to a dispenser at 15 °C, where the table has its base."""
    delivery = (
        'at = "fast"\nindication = "20 L"\nproduct_temperature = "15 °C"\n'
        f'vessel = {{ nominal = "20 L", above = "0 mL", temperature = "{warm}", expansion = 0 }}'
    )
    uut = f'{OIML_UUT}\nnozzles = [{{ id = "1", density = "{density} kg/m3" }}]'
    (point,) = accuracy(compute(content(delivery, rules=OIML, uut=uut)))
    assert abs(point.reference.value / 20 - Decimal(table)) < Decimal("1e-6")
    assert abs(point.reference.value / 20 - Decimal(algorithm)) < Decimal("8e-5")


REPEATS = {
    "0.19 %": (("19.980", "20.010", "19.972"), C),
    "0.22 %": (("19.976", "20.020", "20.000"), N),
    "0.2 % is the limit": (("19.980", "20.020", "20.000"), C),
}


@pytest.mark.parametrize(("shown", "outcome"), REPEATS.values(), ids=REPEATS)
def test_two_fifths_of_the_limit_is_the_range_of_repeats(shown, outcome):
    rows = [row(f"{one} L", above="0 mL") for one in shown]
    points = compute(content(*rows, rules=OIML, uut='mmq = "2 L"')).points
    (point,) = [p for p in points if p.section == "repeatability"]
    assert point.outcome is outcome
    turned = compute(content(*rows[::-1], rules=OIML, uut='mmq = "2 L"')).points
    assert [p.error for p in turned if p.section == "repeatability"] == [point.error]
    small = compute(content(*rows, rules=OIML, uut=OIML_UUT)).points  # 20 L is less than 5 × 5 L
    assert "repeatability" not in {p.section for p in small}


# ---------------------------------------------------------------- price, preset, totaliser, shared meters

PRICED = (
    'price_interval = 1\nd = "0.01 L"\ntotaliser_step = "0.1 L"\nnozzles = [{ id = "1", unit_price = 10000 }]'
)
PRICES = {"200500": C, "200501": C, "200499": C, "200502": N, "200498": N, "20050": N}


@pytest.mark.parametrize(("price", "outcome"), PRICES.items(), ids=PRICES)
def test_the_price_is_unit_price_times_volume_to_one_interval(price, outcome):
    delivery = f"price = {price}\n{row('20.05 L', above='0 mL')}"
    (point,) = [p for p in compute(content(delivery, uut=PRICED)).points if p.section == "price"]
    assert point.outcome is outcome
    assert point.reference.value == 200500


@given(st.integers(1, 99999), st.decimals("0.01", "99.99", places=2))
def test_a_price_is_never_off_by_the_arithmetic_itself(unit_price: int, litres: Decimal):
    exact = litres * unit_price
    delivery = (
        f"unit_price = {unit_price}\nprice = {exact}\n{row(f'{litres} L', above='0 mL', size=f'{litres} L')}"
    )
    (point,) = [p for p in compute(content(delivery, uut=PRICED)).points if p.section == "price"]
    assert point.error.value == 0


def test_a_price_without_its_unit_price_is_refused():
    with pytest.raises(ProcedureError) as refused:
        compute(content(f"price = 200500\n{row('20.05 L', above='0 mL')}"))
    assert refused.value.code == "fuel_dispensers.unit_price"


@pytest.mark.parametrize(("shown", "outcome"), [("20.01 L", C), ("20.02 L", N), ("19.98 L", N)])
def test_a_preset_stops_within_one_step_of_the_display(shown, outcome):
    delivery = f'preset = "20 L"\n{row(shown, above="0 mL")}'
    (point,) = [p for p in compute(content(delivery, uut=PRICED)).points if p.section == "preset"]
    assert point.outcome is outcome


TOTALS = {
    "equal": ('after = "1020.0 L"', C),
    "one step": ('after = "1020.1 L"', C),
    "two steps": ('after = "1020.2 L"', N),
    "a delivery that stands in no row": ('after = "1040.0 L"', N),
    "the same, named": ('after = "1040.0 L"\nbesides = "20 L"', C),
}


@pytest.mark.parametrize(("after", "outcome"), TOTALS.values(), ids=TOTALS)
def test_the_totaliser_counts_what_the_display_showed(after, outcome):
    total = f'[[totaliser]]\nnozzles = ["1"]\nbefore = "1000.0 L"\n{after}\n'
    points = compute(content(row("20 L", above="0 mL"), uut=PRICED, more=total)).points
    assert [p.outcome for p in points if p.section == "totaliser"] == [outcome]


SHARED = """
kind = "fuel_dispensers"
activity = "subsequent_verification"
rules = "{rules}"
[uut]
totaliser_step = "0.1 L"
nozzles = [{{ id = "1", meter = "IC" }}, {{ id = "2", meter = "IC" }}, {{ id = "3" }}]
[[totaliser]]
nozzles = ["1", "2"]
before = "1000 L"
after = "{after}"
[[nozzle]]
id = "1"
[[nozzle.delivery]]
at = "fast"
indication = "20 L"
vessel = {{ nominal = "20 L", below = "{first}" }}
[[nozzle]]
id = "2"
[[nozzle.delivery]]
at = "fast"
indication = "20 L"
vessel = {{ nominal = "20 L", above = "0 mL" }}
[[nozzle]]
id = "3"
[[nozzle.delivery]]
at = "fast"
indication = "20 L"
vessel = {{ nominal = "20 L", above = "0 mL" }}
"""


def shared(after: str = "1040 L", first: str = "0 mL"):
    return compute(tomllib.loads(SHARED.format(rules=FIELD, after=after, first=first), parse_float=Decimal))


def test_a_totaliser_belongs_to_all_nozzles_of_its_meter():
    assert [one.outcome for one in shared().subjects] == [C, C, C]
    off = shared(after="1060 L")
    assert [one.outcome for one in off.subjects] == [N, N, C]
    assert off.subjects[0].failing == off.subjects[1].failing == ("totaliser/1+2",)


def test_a_nozzle_that_fails_stands_alone_and_the_shared_meter_is_named():
    found = shared(first="120 mL")
    assert [one.outcome for one in found.subjects] == [N, C, C]
    told = [one.facts for one in found.notices if one.code == "meter_shared"]
    assert {"nozzle": "2", "others": "1", "meter": "IC"} in told
    assert len(told) == 2


def test_under_a_rule_of_together_a_nozzle_takes_the_others_of_its_meter_with_it():
    case = from_builtins(tomllib.loads(SHARED.format(rules=FIELD, after="1040 L", first="120 mL")), Case)
    rules, _ = choose_rules(FIELD, DAY)
    shared_meter = msgspec.structs.replace(rules.shared_meter, accuracy="together")
    limits = Limits(case.uut, msgspec.structs.replace(rules, shared_meter=shared_meter), TERA_ULANG)
    found = subjects(limits, assess(limits, case), case)
    assert [one.outcome for one in found] == [N, N, C]


# ---------------------------------------------------------------- mistakes in a file

MISTAKES = {
    "a typed error": (content(row("20 L", above="0 mL") + '\nerror = "0.7 %"'), "case.typed_result"),
    "a sign on an amount": (content(row("20 L", above="-35 mL")), "vessel.sign"),
    "no side of the line": (content(row("20 L", scale="35 mL")), "vessel.reading_missing"),
    "no size of the measure": (
        content('at = "fast"\nindication = "20 L"\nvessel = { above = "0 mL" }'),
        "case.content",
    ),
    "a flow of no test": (content(row("20 L", at="warp", above="0 mL")), "fuel_dispensers.flow_unknown"),
    "nothing shown": (content(row("0 L", above="0 mL")), "fuel_dispensers.indication"),
    "a delivery of another size than the measure": (
        content(row("5 L", above="0 mL")),
        "fuel_dispensers.vessel_size",
    ),
    "a measure of another size than the delivery": (
        content(row("20 L", size="5 L", above="0 mL")),
        "fuel_dispensers.vessel_size",
    ),
    "a fuel too hot for a measure": (
        content(row("20 L", above="0 mL", temperature="280 °C")),
        "physics.impossible",
    ),
    "a mass shown": (content(row("20 kg", above="0 mL")), "fuel_dispensers.indication"),
    "no rows": (content(), "subjects.empty"),
    "two nozzles alike": (content(uut='nozzles = [{ id = "1" }, { id = "1" }]'), "fuel_dispensers.ids"),
    "a flow for a volume": (content(uut='mmq = "5 L/min"'), "fuel_dispensers.mark"),
    "a nozzle that is not listed": (
        content(row("20 L", above="0 mL"), uut='nozzles = [{ id = "7" }]'),
        "fuel_dispensers.nozzle_unknown",
    ),
    "an unknown table": (content(rules="no-such"), "rules.unknown"),
    "a totaliser that ran backwards": (
        content(more='[[totaliser]]\nnozzles = ["1"]\nbefore = "9 L"\nafter = "8 L"\n'),
        "fuel_dispensers.totaliser",
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
    stated = {p.label for p in conclusion.points if p.uncertainty is not None}
    assert stated == {one.point for one in budgets(example)} == {p.label for p in accuracy(conclusion)}


def test_a_measure_known_too_badly_decides_nothing():
    delivery = row("20 L", above="0 mL") + '\nuncertainty = "34 mL"'
    (point,) = accuracy(compute(content(delivery)))
    assert (point.outcome, point.reason) == (I, "uncertainty_too_large")
    (point,) = accuracy(compute(content(delivery.replace("34", "33.3"))))
    assert point.outcome is C


# ---------------------------------------------------------------- property: exact in whole fractions

amounts = st.decimals("0", "1.9", places=5)


@given(
    st.sampled_from([FIELD, BEFORE, OIML]),
    st.sampled_from(["5 L", "10 L", "20 L"]),
    amounts,
    amounts,
    st.booleans(),
)
def test_a_verdict_equals_a_comparison_of_fractions(table, size, off, shown_off, above):
    rules, _ = choose_rules(table, DAY)
    nominal = Quantity.parse(size)
    amount = min(Quantity(off, "L"), nominal * Decimal("0.1"))
    measure = Measured(nominal=nominal, **{"above" if above else "below": amount})
    shown = nominal + Quantity(shown_off - 1, "L")
    run = Limits(Dispenser(), rules, TERA_ULANG).run(
        "1", 1, Delivery(at="fast", indication=shown, vessel=measure), "$"
    )
    volume = Fraction(nominal.value) + (1 if above else -1) * Fraction(amount.to("L").value)
    whole = {"nominal": Fraction(nominal.value), "reference": volume, "indicated": Fraction(shown.value)}
    within = abs(Fraction(shown.value) - volume) * 200 <= whole[rules.denominator]
    assert run.outcome is (C if within else N)
    assert (abs(run.error.value) <= Decimal("0.5")) is within


# ---------------------------------------------------------------- plan and outline


def measure(name: str = "B-20", **more) -> WorkingStandard:
    plate = {"nominal": Quantity(20, "L"), "uncertainty": Quantity(4, "mL"), "certificate": "BSML-1"}
    return WorkingStandard(id=name, kind="vessel", **(plate | {"due": DAY} | more))


def order(rules: str | None = None, **uut) -> Assignment:
    plate = {"max_flow": "40 L/min", "nozzles": [{"id": "1"}, {"id": "2"}]} | uut
    return Assignment(kind="fuel_dispensers", activity=TERA_ULANG, uut=plate, rules=rules)


@pytest.mark.parametrize("table", [one.id for one in tables("fuel_dispensers")])
def test_a_test_is_planned_as_it_stands_on_paper(table):
    cupboard = (measure(), measure("B-5", nominal=Quantity(5, "L"), uncertainty=Quantity(1, "mL")))
    assignment = order(table, mmq="5 L")
    task = prepare(assignment, DAY, cupboard)
    on_paper = outline(assignment, DAY)
    planned = [step.label for step in plan(task) if step.section in {"accuracy", "visual"}]
    assert sorted(planned) == sorted(point.label for point in on_paper.points)
    assert {formula.name for formula in on_paper.formulas} >= {"accuracy", "price", "totaliser"}
    assert all(formula.citation for formula in on_paper.formulas)


GATE = {
    "no measure": ((), "standard.kind_missing"),
    "too small": ((measure(nominal=Quantity(10, "L")),), "standard.kind_missing"),
    "overdue": ((measure(due=DAY.replace(year=2025)),), "standard.overdue.no_other"),
    "known too badly": ((measure(uncertainty=Quantity("0.2", "%")),), "standard.uncertainty_share.no_other"),
    "without certificate": ((measure(certificate=" "),), "standard.no_certificate.no_other"),
}


@pytest.mark.parametrize(("cupboard", "code"), GATE.values(), ids=GATE)
def test_a_measure_that_will_not_do_stops_the_test(cupboard, code):
    with pytest.raises(StandardError) as refused:
        prepare(order(), DAY, cupboard)
    assert refused.value.code == code


def test_a_flow_that_the_plate_must_tell_is_asked_for():
    with pytest.raises(ProcedureError) as refused:
        prepare(order(OIML), DAY, (measure(),))
    assert (refused.value.code, refused.value.facts["name"]) == ("fuel_dispensers.mark_missing", "mmq")
