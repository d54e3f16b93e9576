"""Water meters on paper: published cases with their traps, the oracles of R 49, and mistakes in a file."""

import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.regulation import tables
from procedures.water_meters.case import EXAMPLE, budgets, compute
from procedures.water_meters.instrument import MeterMarks
from procedures.water_meters.rules import WaterMeterRules, choose_rules

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
OIML, LOCAL = "oiml-r49-1-2013", "syarat-teknis-meter-air"

HEAD = """
kind = "water_meters"
activity = "{activity}"
rules = "{rules}"
[uut]
class = "2"
q3 = "1.6 m3/h"
ratio = 50
d = "{d}"
[[meter]]
"""


def case(*rows: str, rules=LOCAL, activity="initial_verification", d="0.1 mL"):
    text = HEAD.format(rules=rules, activity=activity, d=d) + "\n".join(
        f"[[meter.delivery]]\n{r}" for r in rows
    )
    return tomllib.loads(text, parse_float=Decimal)


def run(at: str, percent: str, temperature: str = "25 °C") -> str:
    """A run with exactly this error."""
    volume = Decimal(100) + Decimal(percent)
    warmth = f'\ntemperature = "{temperature}"' if temperature else ""
    return f'at = "{at}"\nvolume = "{volume} L"\nreference = "100 L"{warmth}'


def accuracy(conclusion):
    return [point for point in conclusion.points if point.section == "accuracy"]


# ---------------------------------------------------------------- published readings with dial pictures

DIALS = """
flow = "{flow}"
start = "{start}"
end = "{end}"
vessel = {{ volume = "{nominal}", deviation = "{deviation}" }}
"""
PUBLISHED = {
    "Q1 into 5 L, 16 mL short": (
        DIALS.format(
            flow="0.032 m3/h", start="1234567.1 L", end="1234572.0 L", nominal="5 L", deviation="-16 mL"
        ),
        ("4.984 L", "-1.68539", "5"),
    ),
    "Q2 into 10 L, 17.5 mL more": (
        DIALS.format(
            flow="0.0512 m3/h", start="1234582.0 L", end="1234591.9 L", nominal="10 L", deviation="17.5 mL"
        ),
        ("10.0175 L", "-1.17295", "2"),
    ),
}


@pytest.mark.parametrize(("row", "found"), PUBLISHED.values(), ids=PUBLISHED)
def test_dial_pictures_come_out_as_recomputed(row, found):
    reference, error, limit = found
    conclusion = compute(case(row, d="0.1 L"))
    (point,) = accuracy(conclusion)
    assert point.reference == Quantity.parse(reference)
    assert round(point.error.value, 5) == Decimal(error)
    assert point.tolerance.upper == Quantity(limit, "%")
    assert point.outcome is C
    codes = {notice.code for notice in conclusion.notices}
    assert {"volume_too_small", "temperature_not_stated", "sections_absent"} <= codes


def test_a_register_without_its_sub_dial_changes_the_sign():
    row = 'flow = "0.032 m3/h"\nstart = "1234567 L"\nend = "1234572 L"\n'
    row += 'vessel = { volume = "5 L", deviation = "-16 mL" }'
    (point,) = accuracy(compute(case(row, d="1 L")))
    assert round(point.error.value, 3) == Decimal("0.321")


BRANDS = {
    "3.8 % at Qmin": (run("Q1", "3.8", "31 °C"), C),
    "2.5 % in warm water": (run("Q2", "2.5", "31 °C"), C),
    "2.5 % in water of 30 °C": (run("Q2", "2.5", "30 °C"), N),
    "2.5 % and nobody took the temperature": (run("Q2", "2.5", ""), I),
    "1.9 % needs no temperature": (run("Q2", "1.9", ""), C),
    "3.1 % fails at any temperature": (run("Q2", "3.1", ""), N),
    "-0.87 %": (run("Q3", "-0.87"), C),
    "exactly the limit": (run("Q2", "2.0"), C),
    "the last digit beyond it": (run("Q2", "2.0000000001"), N),
}


@pytest.mark.parametrize(("row", "outcome"), BRANDS.values(), ids=BRANDS)
def test_the_water_temperature_decides_between_two_limits(row, outcome):
    conclusion = compute(case(row))
    assert [point.outcome for point in accuracy(conclusion)] == [outcome]


FIXTURES = {
    "20.050 19.980": "0.3504",
    "20.080 20.010": "0.3498",
    "20.040 19.990": "0.2501",
    "20.150 19.950": "1.0025",
}


@pytest.mark.parametrize(("volumes", "error"), FIXTURES.items(), ids=FIXTURES)
def test_fixtures_of_deliveries_are_computed_and_never_typed(volumes, error):
    shown, went = volumes.split()
    row = f'at = "Q3"\nvolume = "{shown} L"\nreference = "{went} L"'
    (point,) = accuracy(compute(case(row)))
    assert round(point.error.value, 4) == Decimal(error)
    with pytest.raises(ProcedureError) as refused:
        compute(case(f'{row}\nerror = "0.75 %"'))
    assert refused.value.code == "case.typed_result"


# ---------------------------------------------------------------- oracles of the recommendation

SIGNS = {
    "all above, none within half": (("4.9", "1.9", "1.9"), N),
    "one within half": (("4.9", "1.9", "0.9"), C),
    "exactly half": (("4.9", "1.9", "1.0"), C),
    "signs differ": (("4.9", "-1.9", "1.9"), C),
    "all below, none within half": (("-4.9", "-1.9", "-1.1"), N),
    "one without error has no sign": (("4.9", "0", "1.9"), C),
}


@pytest.mark.parametrize("rules", [OIML, LOCAL])
@pytest.mark.parametrize(("errors", "outcome"), SIGNS.values(), ids=SIGNS)
def test_when_all_errors_have_one_sign_one_must_be_within_half_its_limit(errors, outcome, rules):
    rows = [run(flow, error) for flow, error in zip(("Q1", "Q2", "Q3"), errors, strict=True)]
    conclusion = compute(case(*rows, rules=rules))
    assert conclusion.verdict.sections["accuracy"] is C
    assert conclusion.verdict.sections["same_sign"] is outcome
    assert conclusion.subjects[0].outcome is outcome


def test_the_rule_of_signs_waits_until_every_flow_was_run():
    conclusion = compute(case(run("Q1", "4.9"), run("Q2", "1.9")))
    assert "same_sign" not in conclusion.verdict.sections


IN_SERVICE = {
    "lower": ("Q1", "10", "25 °C"),
    "upper": ("Q2", "4", "25 °C"),
    "upper, warm": ("Q3", "6", "31 °C"),
}


@pytest.mark.parametrize("rules", [OIML, LOCAL])
@pytest.mark.parametrize(("flow", "limit", "temperature"), IN_SERVICE.values(), ids=IN_SERVICE)
def test_a_periodic_verification_has_the_limits_of_meters_in_service(flow, limit, temperature, rules):
    content = case(run(flow, limit, temperature), rules=rules, activity="subsequent_verification")
    (point,) = accuracy(compute(content))
    assert point.tolerance.upper == Quantity(limit, "%")
    assert point.outcome is C


REPEATS = {
    "one run within": (("1.0",), [C], C),
    "one run outside is not yet decided": (("2.5",), [I], I),
    "two of three and the mean": (("2.5", "1.0", "1.0"), [C, C, C], C),
    "two of three, but not the mean": (("9", "1.0", "1.0"), [N, C, C], N),
    "one of three": (("2.5", "2.5", "1.0"), [N, N, C], N),
}


@pytest.mark.parametrize(("errors", "outcomes", "whole"), REPEATS.values(), ids=REPEATS)
def test_repeats_decide_together_where_the_table_says_so(errors, outcomes, whole):
    conclusion = compute(case(*(run("Q2", error) for error in errors), rules=OIML))
    assert [point.outcome for point in accuracy(conclusion)] == outcomes
    assert conclusion.verdict.outcome is whole


def test_each_run_decides_where_the_table_says_so():
    conclusion = compute(case(*(run("Q2", error) for error in ("2.5", "1.0", "1.0"))))
    assert [point.outcome for point in accuracy(conclusion)] == [N, C, C]
    assert conclusion.verdict.outcome is N


FLOWS = {
    ("2.5 m3/h", "80"): ("31.25", "34.375", "50", "55", "2250", "2500"),
    ("2.5 m3/h", "100"): ("25", "27.5", "40", "44", "2250", "2500"),
    ("4.0 m3/h", "160"): ("25", "27.5", "40", "44", "3600", "4000"),
    ("1.6 m3/h", "100"): ("16", "17.6", "25.6", "28.16", "1440", "1600"),
}


@pytest.mark.parametrize("marks", FLOWS)
def test_each_flow_has_its_band_and_its_ends_belong_to_it(marks):
    q3, ratio = marks
    ends = FLOWS[marks]
    for number, flow in enumerate(("Q1", "Q2", "Q3")):
        for end in ends[2 * number : 2 * number + 2]:
            content = case(f'flow = "{end} L/h"\nvolume = "100 L"\nreference = "100 L"')
            content["uut"] |= {"q3": q3, "ratio": int(ratio)}
            (point,) = accuracy(compute(content))
            assert point.label == f"accuracy/1/{flow}/1"


def test_a_flow_that_left_its_band_decides_nothing():
    row = (
        'at = "Q1"\nflow = "33 L/h"\nflow_log = ["32 L/h", "35.3 L/h"]\nvolume = "100 L"\nreference = "100 L"'
    )
    conclusion = compute(case(row))
    (point,) = accuracy(conclusion)
    assert (point.outcome, point.reason) == (I, "flow_outside_band")
    assert conclusion.verdict.outcome is I


MASTER = 'at = "Q3"\ntemperature = "25 °C"\nvolume = "{shown}"\n'
MASTER += 'master = {{ volume = "{master}", error = "{error}" }}'


def test_a_master_meter_is_corrected_for_its_own_error():
    (point,) = accuracy(compute(case(MASTER.format(shown="100.9 L", master="100.25 L", error="-0.12 %"))))
    assert round(point.reference.value, 6) == Decimal("100.370445")
    assert round(point.error.value, 6) == Decimal("0.527601")


def test_a_master_meter_s_correction_flips_no_error_that_lies_on_the_limit():
    content = case(MASTER.format(shown="102 L", master="99.7 L", error="-0.3 %"))
    (point,) = accuracy(compute(content))
    assert point.error == Quantity(2, "%")
    assert point.outcome is C


Z = {"15": "1.001951521", "20": "1.002851791", "25": "1.004019672", "28": "1.004838724", "30": "1.005431353"}


@pytest.mark.parametrize(("temperature", "factor"), Z.items(), ids=Z)
def test_weighed_water_is_corrected_for_buoyancy(temperature, factor):
    row = f'at = "Q3"\nvolume = "1 L"\ntemperature = "{temperature} °C"\n'
    row += 'weighed = { mass = "1 kg", air_density = "1.2 kg/m3" }'
    (point,) = accuracy(compute(case(row)))
    assert abs(point.reference.value - Decimal(factor)) <= Decimal("1e-8")


def test_water_in_a_measure_is_taken_to_the_temperature_of_the_meter():
    row = 'at = "Q3"\nvolume = "10 L"\ntemperature = "28 °C"\n'
    row += 'vessel = { volume = "10 L", temperature = "30 °C", reference_temperature = "28 °C", '
    row += 'material = "stainless_steel_316" }'
    (point,) = accuracy(compute(case(row)))
    expected = 10 * (1 + 47.7e-6 * 2) * 995.648797 / 996.235299
    assert abs(float(point.reference.value) - expected) < 1e-6


# ---------------------------------------------------------------- uncertainty


def test_a_reference_that_is_known_too_badly_decides_nothing():
    row = run("Q2", "1.0") + '\nuncertainty = "0.67 L"'  # a third of 2 % of 100 L is 0.667 L
    conclusion = compute(case(row))
    assert [point.reason for point in accuracy(conclusion)] == ["uncertainty_too_large"]
    assert conclusion.verdict.outcome is I


def test_a_reference_that_is_known_well_enough_gives_each_error_its_uncertainty():
    row = run("Q2", "1.0") + '\nuncertainty = "0.2 L"'
    content = case(row, d="0.1 L")
    (point,) = accuracy(compute(content))
    (budget,) = budgets(content)
    register = 0.1 / 12**0.5 * 2**0.5
    assert abs(budget.budget.expanded - 2 * (0.1**2 + register**2) ** 0.5) < 1e-3
    assert point.uncertainty == budget.expanded
    assert {part.name for part in budget.budget.components} == {"reference", "register"}


# ---------------------------------------------------------------- the file


def test_the_example_is_a_case():
    conclusion = compute(tomllib.loads(EXAMPLE, parse_float=Decimal))
    assert conclusion.verdict.outcome is C
    assert conclusion.valid_until.year == 2031


MISTAKES = {
    "a misspelt entry": ('at = "Q1"\nvolum = "1 L"', "case.misspelt_field"),
    "a typed outcome": ('at = "Q1"\noutcome = "conforms"', "case.typed_result"),
    "a typed error": ('at = "Q1"\nerror = "1 %"', "case.typed_result"),
    "a journal path": ('at = "Q1"\nreadings = ["x"]', "case.typed_result"),
    "no unit": ('at = "Q1"\nvolume = "1"', "case.content"),
    "a mass": ('at = "Q1"\nvolume = "1 kg"\nreference = "1 L"', "water_meters.indication_impossible"),
    "no indication": ('at = "Q1"\nreference = "1 L"', "water_meters.indication_missing"),
    "two indications": (
        'at = "Q1"\nvolume = "1 L"\npulses = 1\nreference = "1 L"', "water_meters.indication_missing"
    ),
    "half a register": ('at = "Q1"\nstart = "1 L"\nreference = "1 L"', "water_meters.indication_missing"),
    "a register that ran backwards": (
        'at = "Q1"\nstart = "2 L"\nend = "1 L"\nreference = "1 L"', "water_meters.indication_impossible"
    ),
    "pulses of unknown volume": ('at = "Q1"\npulses = 10\nreference = "1 L"', "water_meters.pulse_unknown"),
    "no reference": ('at = "Q1"\nvolume = "1 L"', "water_meters.reference_missing"),
    "a reference of nothing": (
        'at = "Q1"\nvolume = "1 L"\nreference = "0 L"', "water_meters.reference_impossible"
    ),
    "an unknown flow": ('at = "Q5"\nvolume = "1 L"\nreference = "1 L"', "water_meters.flow_unknown"),
    "a flow of no band": ('flow = "500 L/h"\nvolume = "1 L"\nreference = "1 L"', "water_meters.flow_unknown"),
    "water without a temperature": (
        'at = "Q1"\nvolume = "1 L"\nweighed = { mass = "1 kg", air_density = "1.2 kg/m3" }',
        "water_meters.condition_missing",
    ),
    "an impossible master meter": (
        'at = "Q1"\nvolume = "1 L"\nmaster = { volume = "1 L", error = "-100 %" }',
        "water_meters.master_error",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "code"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_case_is_named(row, code):
    with pytest.raises(ProcedureError) as refused:
        compute(case(row))
    assert refused.value.code == code
    assert "Traceback" not in str(refused.value)


OLDER = {
    "class B, small": ({"qn": "1.5 m3/h", "metrological_class": "B"}, ("30", "120", "1350")),
    "class B, large": ({"qn": "15 m3/h", "metrological_class": "B"}, ("450", "3000", "13500")),
    "given flows": ({"qn": "1.5 m3/h", "qmin": "30 L/h", "qt": "0.12 m3/h"}, ("30", "120", "1350")),
}


@pytest.mark.parametrize(("marks", "flows"), OLDER.values(), ids=OLDER)
def test_older_marks_give_qmin_qt_and_qn(marks, flows):
    rows = [f'flow = "{flow} L/h"\nvolume = "100 L"\nreference = "100 L"' for flow in flows]
    content = case(*rows)
    content["uut"] = marks
    assert [point.label for point in accuracy(compute(content))] == [
        f"accuracy/1/{flow}/1" for flow in ("Qmin", "Qt", "Qn")
    ]


@pytest.mark.parametrize(
    "marks", [{}, {"q3": "1.6 m3/h"}, {"qn": "1.5 m3/h", "metrological_class": "Z"}], ids=str
)
def test_marks_without_flows_are_refused(marks):
    content = case(run("Q1", "0"))
    content["uut"] = marks
    with pytest.raises(ProcedureError) as refused:
        compute(content)
    assert refused.value.code == "water_meters.flows"


@pytest.mark.parametrize("table", [header.id for header in tables("water_meters")])
def test_every_part_of_a_table_cites_its_source(table):
    rules, _ = choose_rules(table, None)
    parts = [rules.repeats, rules.same_sign, rules.start_flow, rules.flow_log, rules.standards, rules.visual]
    assert all(part.citation for part in parts)
    assert rules.limits_citation
    assert not rules.verified
    topics = {doubt.topic for doubt in rules.unverified}
    assert {"classes", "flows", "repeats", "same_sign", "start_flow", "standards", "validity_years"} <= topics


@given(
    volume=st.decimals(min_value="0.001", max_value=10**6, places=3),
    reference=st.decimals(min_value="0.001", max_value=10**6, places=3),
)
def test_an_outcome_equals_a_slow_comparison_in_fractions(volume, reference):
    row = f'at = "Q2"\nvolume = "{volume} L"\nreference = "{reference} L"\ntemperature = "25 °C"'
    (point,) = accuracy(compute(case(row)))
    within = abs(volume - reference) * 50 <= reference
    blind = reference < Decimal("0.005")  # 0.1 mL, a step of the dial, is more than the limit
    assert point.outcome is (I if blind else C if within else N)


def test_marks_read_as_numbers_of_a_file_stay_decimals():
    rules: WaterMeterRules = choose_rules(LOCAL, None)[0]
    rates = rules.rates(MeterMarks(q3=Quantity("2.5", "m3/h"), ratio=Decimal("31.5")))
    assert (
        rates.q1 * Decimal("31.5").as_integer_ratio()[0] == rates.q3 * Decimal("31.5").as_integer_ratio()[1]
    )
