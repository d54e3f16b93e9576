"""Gas and flow meters on paper: limits at their edges, state of gas and liquid, mistakes in a file."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.assignment import Assignment
from procedures.errors import ProcedureError
from procedures.flow_meters import case as flow
from procedures.flow_meters.task import outline as flow_outline
from procedures.gas_meters import case as gas
from procedures.gas_meters.task import outline as gas_outline
from procedures.gas_meters.task import ruled_task
from procedures.point import Activity, Outcome

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
GAS = 'class = "1.5"\nqmin = "0.04 m3/h"\nqmax = "6 m3/h"\n'
LIQUID = 'class = "0.5"\nqmin = "2 m3/h"\nqmax = "20 m3/h"\nmmq = "100 L"\n'


def case(kind: str, marks: str, *rows: str, activity: str = "initial_verification") -> dict:
    body = "".join(f"[[meter.delivery]]\n{row}\n" for row in rows)
    head = f'kind = "{kind}"\nactivity = "{activity}"\ndate = 2026-11-21\n'
    return tomllib.loads(f"{head}[uut]\n{marks}[[meter]]\n{body}", parse_float=Decimal)


def points(conclusion, section="accuracy"):
    return [point for point in conclusion.points if point.section == section]


def at(name: str, percent: str, volume: str = "100") -> str:
    indicated = Decimal(volume) * (1 + Decimal(percent) / 100)
    return f'at = "{name}"\nvolume = "{indicated} L"\nreference = "{volume} L"'


ZONES = {
    "class 0.5 below Qt": ("0.5", "0.599", "1"),
    "class 0.5 at Qt": ("0.5", "0.6", "0.5"),
    "class 1.0 below Qt": ("1.0", "0.04", "2"),
    "class 1.0 at Qmax": ("1.0", "6", "1"),
    "class 1.5 just below Qt": ("1.5", "0.599999", "3"),
    "class 1.5 at Qt": ("1.5", "0.6", "1.5"),
}


@pytest.mark.parametrize("name", ZONES)
def test_the_limit_of_a_gas_meter_is_inclusive_and_changes_at_qt(name):
    accuracy_class, cubic, limit = ZONES[name]
    marks = GAS.replace("1.5", accuracy_class)
    for beside, outcome in (("0", C), ("0.000001", N)):
        percent = Decimal(limit) + Decimal(beside)
        for sign in (1, -1):
            volume = 100 + sign * percent
            row = f'flow = "{cubic} m3/h"\nvolume = "{volume} L"\nreference = "100 L"'
            (point,) = points(gas.compute(case("gas_meters", marks, row)))
            assert point.outcome is outcome


@given(
    indicated=st.integers(1, 10**7),
    master=st.integers(1, 10**7),
    pressures=st.tuples(st.integers(500, 2000), st.integers(500, 2000)),
    warmth=st.tuples(st.decimals("0", "50", places=1), st.decimals("0", "50", places=1)),
    error=st.decimals("-3", "3", places=2),
)
def test_gas_is_carried_from_master_to_meter_as_fractions_are(indicated, master, pressures, warmth, error):
    row = (
        f'at = "Qmax"\nvolume = "{indicated} mL"\ntemperature = "{warmth[0]} °C"\n'
        f'pressure = "{pressures[0]} hPa"\n'
        f'master = {{ volume = "{master} mL", error = "{error} %", temperature = "{warmth[1]} °C", '
        f'pressure = "{pressures[1]} hPa" }}'
    )
    (point,) = points(gas.compute(case("gas_meters", GAS, row)))
    zero = Fraction("273.15")
    here, there = (Fraction(one) + zero for one in warmth)
    reference = master / (1 + Fraction(error) / 100) * Fraction(pressures[1], pressures[0]) * here / there
    exact = (indicated / reference - 1) * 100
    assert abs(Fraction(point.error.value) - exact) <= Fraction(1, 10**12)
    assert (point.outcome is C) is (abs(exact) <= Fraction(3, 2))


WEIGHTED = {
    "k: 1.1 Qmin … Qmax": (("0", "0.6", "0.6"), C),
    "all at the limit of the mean": (("0.6", "0.6", "0.6"), C),
    "a little more": (("0.61", "0.61", "0.61"), N),
    "errors that cancel": (("2", "1.4", "-1.4"), C),
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_the_weighted_mean_error_has_a_limit_of_its_own(name):
    errors, outcome = WEIGHTED[name]
    rows = [at(flow, error) for flow, error in zip(("Qmin", "0.2 Qmax", "Qmax"), errors, strict=True)]
    (mean,) = points(gas.compute(case("gas_meters", GAS, *rows)), "weighted_mean")
    assert mean.outcome is outcome


def test_the_weights_are_those_of_the_recommendation():
    rows = [at("Qmin", "3"), at("0.2 Qmax", "1.2"), at("Qmax", "-0.9")]
    (mean,) = points(gas.compute(case("gas_meters", GAS, *rows)), "weighted_mean")
    k = (Fraction("0.04") / 6, Fraction(1, 5), Fraction("0.4"))
    exact = (k[0] * 3 + k[1] * Fraction("1.2") - k[2] * Fraction("0.9")) / sum(k)
    assert abs(Fraction(mean.error.value) - exact) <= Fraction(1, 10**12)


SIGNS = {
    "one sign, one above 1 %": (("0", "1.2", "0.1"), N),
    "one sign, both within": (("0", "0.9", "0.1"), C),
    "two signs": (("0", "1.2", "-0.4"), C),
    "zero has no sign": (("0", "1.2", "0"), C),
}


@pytest.mark.parametrize("name", SIGNS)
def test_errors_of_one_sign_above_qt_are_held_to_less(name):
    errors, outcome = SIGNS[name]
    rows = [at(flow, error) for flow, error in zip(("Qmin", "0.2 Qmax", "Qmax"), errors, strict=True)]
    (sign,) = points(gas.compute(case("gas_meters", GAS, *rows)), "same_sign")
    assert sign.outcome is outcome


DELIVERIES = {
    "class 0.5 at a large volume": (LIQUID, "1000", "0.5"),
    "the least limit below 200 L: 1 L": (LIQUID, "100", "1"),
    "the meter alone, line B": (LIQUID + 'part = "meter"\n', "1000", "0.3"),
    "class 0.3": (LIQUID.replace('"0.5"', '"0.3"'), "1000", "0.3"),
}


@pytest.mark.parametrize("name", DELIVERIES)
def test_the_limit_of_a_flow_meter_follows_class_line_and_minimum_quantity(name):
    marks, volume, limit = DELIVERIES[name]
    for beside, outcome in (("0", C), ("0.000001", N)):
        percent = str(Decimal(limit) + Decimal(beside))
        (point,) = points(flow.compute(case("flow_meters", marks, at("Qmax", percent, volume))))
        assert point.outcome is outcome


def test_the_liquid_is_carried_from_master_to_meter():
    row = (
        'at = "Qmax"\nvolume = "1000 L"\ntemperature = "30 °C"\n'
        'master = { volume = "1000 L", temperature = "29 °C" }'
    )
    (told,) = points(flow.compute(case("flow_meters", LIQUID + "liquid_expansion = 0.0012\n", row)))
    assert round(told.error.value, 6) == Decimal("-0.119856")
    untold = flow.compute(case("flow_meters", LIQUID, row))
    assert "liquid_expansion_unknown" in {notice.code for notice in untold.notices}


RANGES = {"two fifths of the class": ("0.2", C), "a little more": ("0.200001", N)}


@pytest.mark.parametrize("name", RANGES)
def test_repeats_lie_within_two_fifths_of_the_class(name):
    spread, outcome = RANGES[name]
    rows = [at("Qmax", error, "1000") for error in ("0", "0.1", spread)]
    (point,) = points(flow.compute(case("flow_meters", LIQUID, *rows)), "repeatability")
    assert point.outcome is outcome


def test_below_five_minimum_quantities_the_range_is_not_limited():
    rows = [at("Qmax", error, "499") for error in ("-0.3", "0.3")]
    assert points(flow.compute(case("flow_meters", LIQUID, *rows)), "repeatability") == []


MISTAKES = {
    "no reference": ("gas_meters", GAS, 'at = "Qmax"\nvolume = "1 L"', "throughput.reference_missing"),
    "no indication": ("gas_meters", GAS, 'at = "Qmax"\nreference = "1 L"', "throughput.indication_missing"),
    "a flow above Qmax": (
        "gas_meters", GAS, 'flow = "7 m3/h"\nvolume = "1 L"\nreference = "1 L"', "throughput.flow_unknown"
    ),
    "a name that no flow has": (
        "gas_meters", GAS, 'at = "Qx"\nvolume = "1 L"\nreference = "1 L"', "throughput.flow_unknown"
    ),
    "nothing went through": (
        "gas_meters", GAS, 'at = "Qmax"\nvolume = "1 L"\nreference = "0 L"', "throughput.row_impossible"
    ),
    "a mass": (
        "gas_meters", GAS, 'at = "Qmax"\nvolume = "1 kg"\nreference = "1 L"', "throughput.row_impossible"
    ),
    "a pressure below zero": (
        "gas_meters", GAS,
        'at = "Qmax"\nvolume = "1 L"\npressure = "-5 hPa"\nmaster = { volume = "1 L", pressure = "1 hPa" }',
        "gas_meters.gauge_pressure",
    ),
    "a pressure above that of the air": (
        "gas_meters", GAS,
        'at = "Qmax"\nvolume = "1 L"\npressure = "12 hPa"\nmaster = { volume = "1 L", pressure = "15 hPa" }',
        "gas_meters.gauge_pressure",
    ),
    "below absolute zero": (
        "gas_meters", GAS,
        'at = "Qmax"\nvolume = "1 L"\ntemperature = "-300 °C"\nmaster = { volume = "1 L" }',
        "surroundings.row",
    ),
    "flows that fall": ("gas_meters", GAS.replace("0.04", "40"), at("Qmax", "0"), "gas_meters.flows"),
    "liquid flows that fall": (
        "flow_meters", LIQUID.replace('"2 m3', '"200 m3'), at("Qmax", "0"), "flow_meters.flows"
    ),
    "an unknown class": ("gas_meters", GAS.replace("1.5", "9"), at("Qmax", "0"), "meter.unknown_class"),
    "an unknown class of a flow meter": (
        "flow_meters", LIQUID.replace('"0.5"', '"9"'), at("Qmax", "0"), "meter.unknown_class"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    kind, marks, row, code = MISTAKES[name]
    with pytest.raises(ProcedureError) as refused:
        {"gas_meters": gas, "flow_meters": flow}[kind].compute(case(kind, marks, row))
    assert refused.value.code == code


def test_a_flow_log_that_left_the_band_decides_nothing():
    row = 'flow_log = ["5.9 m3/h", "5.2 m3/h"]\n' + at("Qmax", "0")
    (point,) = points(gas.compute(case("gas_meters", GAS, row)))
    assert (point.outcome, point.reason) == (I, "flow_outside_band")


@pytest.mark.parametrize("module", [gas, flow])
def test_the_example_is_judged_and_has_budgets(module):
    content = tomllib.loads(module.EXAMPLE, parse_float=Decimal)
    assert module.compute(content).verdict.outcome is C
    assert [budget.point for budget in module.budgets(content)] == ["accuracy/1/Qmax/1"]


def order(kind: str, **uut: object) -> Assignment:
    return Assignment(kind=kind, activity=Activity.INITIAL_VERIFICATION, uut=uut)


def test_volumes_are_so_large_that_one_step_is_a_tenth_of_the_limit_and_a_minute_of_flow():
    task = ruled_task(order("gas_meters", qmin="0.04 m3/h", qmax="6 m3/h", d="0.2 L"), date(2026, 11, 21))
    for planned in task.flows:
        limit = Fraction(planned.volume.value) * Fraction(planned.permitted.value) / 100
        assert Fraction("0.2") <= limit / 10
        assert planned.volume.value >= Fraction(planned.upper.value) * 1000 / 60


def test_outlines_have_all_points_of_a_complete_test():
    on = date(2026, 11, 21)
    told = gas_outline(order("gas_meters", qmin="0.04 m3/h", qmax="6 m3/h"), on)
    assert {point.section for point in told.points} == {"visual", "accuracy", "weighted_mean", "same_sign"}
    told = flow_outline(order("flow_meters", qmin="2 m3/h", qmax="20 m3/h", d="1 L"), on)
    assert {point.section for point in told.points} == {"visual", "accuracy", "repeatability"}
    assert all(formula.citation for formula in told.formulas)
