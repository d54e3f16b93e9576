"""Energy meters: oracles and a published case, every method against fractions, and mistakes in a file."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.__main__ import main
from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.energy_meters.case import EXAMPLE, budgets, compute
from procedures.energy_meters.outlining import outline
from procedures.energy_meters.task import prepare, ruled_task
from procedures.errors import ProcedureError
from procedures.point import Activity, Outcome

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
OIML, LOCAL = "oiml-r46-1-2012", "syarat-teknis-meter-kwh"
IEC = 'class = "1"\nvoltage = "220 V"\nib = "5 A"\nimax = "60 A"\n'
R46 = 'class = "{}"\nvoltage = "220 V"\nist = "0.02 A"\nimin = "0.25 A"\nitr = "5 A"\nimax = "60 A"\n'


def case(body: str, marks: str = IEC, constant: object = 1600, rules: str = LOCAL) -> dict:
    head = f'kind = "energy_meters"\nactivity = "initial_verification"\nrules = "{rules}"\n'
    text = f"{head}[uut]\n{marks}constant = {constant}\n[[meter]]\n{body}"
    return tomllib.loads(text, parse_float=Decimal)


def row(entries: str, current: str = "5 A") -> str:
    return f'[[meter.comparison]]\ncurrent = "{current}"\n{entries}\n'


def only(conclusion):
    (point,) = [one for one in conclusion.points if one.section in {"accuracy", "no_load", "starting"}]
    return point


ORACLES = {
    "power and time": ('pulses = 100\npower = "2200.0 W"\ntime = "102.0 s"', "0.267380"),
    "pulse comparison": (
        "pulses = 100\nreference_pulses = 6215\nreference_constant = 100000",
        "0.563154",
    ),
    "register": ('start = "10 kWh"\nend = "20 kWh"\nreference_energy = "9.9 kWh"', "1.010101"),
    "comparator": ('shown = "0.31 %"', "0.310000"),
    "comparator whose reference shows too much": ('shown = "0.31 %"\nreference_error = "1 %"', "1.313100"),
}


@pytest.mark.parametrize("name", ORACLES)
def test_each_method_gives_the_error_of_its_oracle(name):
    entries, percent = ORACLES[name]
    error = only(compute(case(row(entries)))).error
    assert round(error.value, 6) == Decimal(percent)


DISC = {
    "run 1, published with the sign turned round": ("40.48", "1100 W", "-0.5405"),
    "run 2, published after rounding in between": ("36.42", "990 W", "-0.5733"),
}


@pytest.mark.parametrize("name", DISC)
def test_the_published_disc_revolutions_come_out_as_recomputed(name):
    turns, watt, percent = DISC[name]
    body = row(f'pulses = {turns}\nphase_power = ["{watt}", "{watt}", "{watt}"]\ntime = "300 s"')
    marks = 'class = "2"\nsystems = 3\nvoltage = "220 V"\nib = "5 A"\nimax = "20 A"\n'
    point = only(compute(case(body, marks, constant=148)))
    assert round(point.error.value, 4) == Decimal(percent)
    assert point.outcome is C


def test_a_case_of_the_command_line_gives_the_same(tmp_path, capsys):
    file = tmp_path / "case.toml"
    file.write_text(EXAMPLE, "utf-8")
    assert main(["compute", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "0.5631" in json.dumps(told)


NO_LOAD_R46 = {"A": "0.7273", "B": "1.2121", "C": "1.8182", "D": "4.5455"}


@pytest.mark.parametrize("name", NO_LOAD_R46)
def test_no_load_lasts_as_long_as_r_46_says(name):
    hours = Decimal(NO_LOAD_R46[name])
    for beside, outcome in ((Decimal("-0.0001"), I), (Decimal("0.0001"), C)):
        body = f'no_load = {{ duration = "{hours + beside} h", pulses = 0 }}'
        assert only(compute(case(body, R46.format(name), 1000, OIML))).outcome is outcome


NO_LOAD_IEC = {"1": "45.4545", "2": "36.3636"}


@pytest.mark.parametrize("name", NO_LOAD_IEC)
def test_no_load_lasts_as_long_as_iec_says(name):
    minutes = Decimal(NO_LOAD_IEC[name])
    marks = IEC.replace('"1"', f'"{name}"')
    for beside, outcome in ((Decimal("-0.0001"), I), (Decimal("0.0001"), C)):
        body = f'no_load = {{ duration = "{minutes + beside} min", pulses = 1 }}'
        assert only(compute(case(body, marks, 1000))).outcome is outcome


def test_two_pulses_without_load_fail_however_short_the_test():
    assert only(compute(case('no_load = { duration = "1 min", pulses = 2 }'))).outcome is N


STARTS = {
    "two in time": ('["818 s", "1227 s"]', "", C),
    "the second too late": ('["818 s", "1227.5 s"]', "", N),
    "one, and then too little patience": ('["818 s"]', 'waited = "1000 s"', I),
    "one, and then none": ('["818 s"]', 'waited = "1228 s"', N),
    "none": ("[]", 'waited = "1228 s"', N),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_meter_starts_within_one_and_a_half_times_818_seconds(name):
    intervals, waited, outcome = STARTS[name]
    body = f"[meter.starting]\nintervals = {intervals}\n{waited}"
    assert only(compute(case(body, R46.format("A"), 1000, OIML))).outcome is outcome


LIMITS = {
    "A at Itr": (R46.format("A"), "5 A", "1", "2.0", OIML),
    "A just below Itr": (R46.format("A"), "4.999 A", "1", "2.5", OIML),
    "B at Imin, inductive": (R46.format("B"), "0.25 A", "0.5 ind", "1.8", OIML),
    "C below Imin": (R46.format("C"), "0.1 A", "1", "2.5", OIML),
    "D at Imax, capacitive": (R46.format("D"), "60 A", "0.8 cap", "0.3", OIML),
    "1 at a tenth of Ib": (IEC, "0.5 A", "1", "1.0", LOCAL),
    "1 just below a tenth of Ib": (IEC, "0.499 A", "1", "1.5", LOCAL),
    "1 inductive at a fifth of Ib": (IEC, "1 A", "0.5 ind", "1.0", LOCAL),
    "1 inductive just below": (IEC, "0.99 A", "0.5 ind", "1.5", LOCAL),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_of_a_load_is_inclusive(name):
    marks, current, factor, limit, rules = LIMITS[name]
    for beside, outcome in (("0", C), ("0.000001", N)):
        shown = Decimal(limit) + Decimal(beside)
        for sign in ("", "-"):
            body = row(f'power_factor = "{factor}"\nshown = "{sign}{shown} %"', current)
            assert only(compute(case(body, marks, 1000, rules))).outcome is outcome


@given(
    pulses=st.integers(1, 10**6),
    counted=st.integers(1, 10**7),
    constants=st.tuples(st.integers(1, 10**5), st.integers(1, 10**8)),
    reference_error=st.decimals("-2", "2", places=3),
)
def test_pulses_are_compared_as_fractions_are(pulses, counted, constants, reference_error):
    own, other = constants
    body = row(
        f"pulses = {pulses}\nreference_pulses = {counted}\nreference_constant = {other}\n"
        f'reference_error = "{reference_error} %"'
    )
    point = only(compute(case(body, constant=own)))
    reference = Fraction(counted, other) / (1 + Fraction(reference_error) / 100)
    exact = (Fraction(pulses, own) / reference - 1) * 100
    assert abs(Fraction(point.error.value) - exact) <= Fraction(1, 10**12)
    blind = counted < 100  # one pulse of the reference is more than the limit
    assert point.outcome is (I if blind else C if abs(exact) <= 1 else N)


@given(
    current=st.decimals("0.02", "0.249", places=3),
    beside=st.integers(-2, 2),
)
def test_below_imin_the_limit_grows_and_is_compared_exactly(current, beside):
    """The limit 1.5 Imin / I need not end; an error on it conforms, one a billionth beyond does not."""
    exact = Fraction("1.5") * Fraction("0.25") / Fraction(current)
    ratio = 1 + exact / 100 + Fraction(beside, 10**12)
    body = row(
        f"pulses = {ratio.numerator}\nreference_pulses = {ratio.denominator}\nreference_constant = 1000",
        f"{current} A",
    )
    point = only(compute(case(body, R46.format("B"), 1000, OIML)))
    assert (point.outcome is C) is (beside <= 0)


def test_a_reference_that_is_not_known_well_enough_decides_nothing():
    known = row('shown = "0.1 %"\nuncertainty = "0.33 %"')
    doubtful = row('shown = "0.1 %"\nuncertainty = "0.34 %"')
    assert only(compute(case(known))).outcome is C
    assert only(compute(case(doubtful))).reason == "uncertainty_too_large"


def test_one_phase_alone_has_its_own_limit():
    marks = IEC + "systems = 3\n"
    assert only(compute(case(row('shown = "1.9 %"\nphases = "L2"'), marks))).outcome is C
    assert only(compute(case(row('shown = "1.9 %"'), marks))).outcome is N


def test_an_error_that_nobody_believes_is_told():
    conclusion = compute(case(row('shown = "47.07 %"')))
    assert only(conclusion).outcome is N
    assert "implausible_error" in {notice.code for notice in conclusion.notices}


FINE = {
    "a perfect meter whose first and last pulse lie just outside": ("1.00000", "2.00099", 1000, C),
    "a perfect meter with a pulse just before the first reading": ("1.00000", "1.00099", 0, I),
    "one step and one pulse apart": ("1.00000", "1.00101", 0, I),
    "a step more": ("1.00000", "1.00102", 0, N),
    "one pulse of ten came before the first reading": ("1.00000", "1.00900", 10, C),
    "the register counts a fifth too much": ("1.00000", "1.01200", 10, N),
    "the register stands still": ("1.00000", "1.00000", 10, N),
}
"""of a register in steps of 0.01 Wh on a meter of 1000 pulses per kWh: a pulse is a hundred steps;
without any pulse they may agree, but so would a register that stands still"""


@pytest.mark.parametrize("name", FINE)
def test_a_register_finer_than_a_pulse_is_held_against_what_pulses_can_tell(name):
    start, end, pulses, outcome = FINE[name]
    body = f'register = {{ start = "{start} kWh", end = "{end} kWh", pulses = {pulses} }}'
    (point,) = compute(case(body, IEC + 'd = "0.01 Wh"\n', 1000)).points
    assert point.outcome is outcome


def test_the_register_agrees_within_one_step_and_one_pulse():
    for end, outcome in (("2.00", C), ("2.01", C), ("2.02", N), ("1.98", N)):
        body = f'register = {{ start = "1.00 kWh", end = "{end} kWh", pulses = 1600 }}'
        (point,) = compute(case(body, IEC + 'd = "0.01 kWh"\n')).points
        assert point.outcome is outcome


MISTAKES = {
    "no method": (row("pulses = 100"), IEC, "energy_meters.row_unclear"),
    "two methods": (row('shown = "1 %"\npulses = 1\nreference_pulses = 1'), IEC, "energy_meters.row_unclear"),
    "power without time": (row('pulses = 1\npower = "5 W"'), IEC, "energy_meters.row_unclear"),
    "no time at all": (
        row('pulses = 1\npower = "5 W"\ntime = "0 s"'), IEC, "energy_meters.row_impossible"
    ),
    "a length as power": (
        row('pulses = 1\npower = "5 m"\ntime = "1 s"'), IEC, "energy_meters.row_impossible"
    ),
    "beyond Imax": (row('shown = "1 %"', "61 A"), IEC, "energy_meters.no_limit"),
    "below all limits": (row('shown = "1 %"', "0.2 A"), IEC, "energy_meters.no_limit"),
    "a power factor below 0.5": (
        row('shown = "1 %"\npower_factor = "0.4 ind"'), IEC, "energy_meters.no_limit"
    ),
    "a power factor without side": (
        row('shown = "1 %"\npower_factor = "0.5"'), IEC, "energy_meters.power_factor"
    ),
    "an unknown class": (row('shown = "1 %"'), IEC.replace('"1"', '"7"'), "energy_meters.class_unknown"),
    "both markings": (row('shown = "1 %"'), IEC + 'itr = "5 A"\n', "energy_meters.impossible"),
    "falling currents": (row('shown = "1 %"'), IEC.replace("60", "4"), "energy_meters.impossible"),
    "a voltage in amperes": (row('shown = "1 %"'), IEC.replace("220 V", "220 A"), "subjects.mark"),
    "no Imax": (row('shown = "1 %"'), IEC.replace('imax = "60 A"', ""), "energy_meters.mark_missing"),
    "a typed error": (row('shown = "1 %"\nverdict = "sah"'), IEC, "case.typed_result"),
    "typed readings": (row('shown = "1 %"\nreadings = []'), IEC, "case.typed_result"),
    "a misspelt entry": (row('shown = "1 %"\npulse = 2'), IEC, "case.misspelt_field"),
    "nothing seen": ("", IEC, "subjects.empty"),
    "two meters of one id": (row('shown = "1 %"') + "[[meter]]\n", IEC, "subjects.ids"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    body, marks, code = MISTAKES[name]
    with pytest.raises(ProcedureError) as refused:
        compute(case(body, marks))
    assert refused.value.code == code


def order(**more: object) -> Assignment:
    uut = {"class": "B", "constant": 1600, "systems": 3, "voltage": "230 V", "ist": "0.02 A"}
    uut |= {"imin": "0.25 A", "itr": "5 A", "imax": "60 A", "reference_constant": 1000000, **more}
    activity = Activity.INITIAL_VERIFICATION
    return Assignment(kind="energy_meters", activity=activity, uut=uut, rules=OIML)


def test_so_many_pulses_are_counted_that_one_of_the_reference_is_a_tenth_of_the_limit():
    for load in ruled_task(order(), date(2026, 11, 21)).loads:
        counted = Fraction(load.pulses, 1600) * 1000000
        assert 100 / counted <= Fraction(load.permitted.value) / 10


def test_each_phase_is_loaded_alone_on_a_meter_of_three_and_not_on_one_of_one():
    three = {load.phases for load in ruled_task(order(), date(2026, 11, 21)).loads}
    assert three == {"all", "L1", "L2", "L3"}
    one = {load.phases for load in ruled_task(order(systems=1), date(2026, 11, 21)).loads}
    assert one == {"all"}


def test_loads_beyond_imax_are_left_out():
    names = [load.name for load in ruled_task(order(imax="40 A"), date(2026, 11, 21)).loads]
    assert not [name for name in names if name.startswith("10 Itr")]


def test_the_outline_says_limits_counts_and_demands():
    told = outline(order(), date(2026, 11, 21))
    limits = {point.label: point.tolerance for point in told.points if point.section == "accuracy"}
    assert limits["accuracy/1/Imin/1"].upper == Quantity("1.5", "%")
    assert all(formula.citation for formula in told.formulas)
    assert {demand.share for demand in told.standards} == {"1/3"}


def test_the_budget_of_a_pulse_comparison_has_certificate_and_pulse():
    body = row("pulses = 100\nreference_pulses = 6215\nreference_constant = 100000\n"
               'uncertainty = "0.1 %"')  # fmt: skip
    (found,) = budgets(case(body))
    parts = {one.name: one.standard for one in found.budget.components}
    assert parts["certificate"] == pytest.approx(0.05)
    assert parts["pulses"] == pytest.approx(100 / 6215 / 3**0.5)


IMPOSSIBLE = {
    "an interval in amperes": '[meter.starting]\nintervals = ["380 mA", "391 s"]',
    "an interval below zero": '[meter.starting]\nintervals = ["-5 s", "391 s"]',
    "waited for an energy": '[meter.starting]\nwaited = "700 Wh"',
    "a starting current of nothing": '[meter.starting]\ncurrent = "0 A"\nintervals = ["1 s"]',
    "fewer pulses than none": '[meter.no_load]\nduration = "30 min"\npulses = -3',
    "no load for an ampere": '[meter.no_load]\nduration = "30 A"\npulses = 0',
    "no load for no time": '[meter.no_load]\nduration = "0 s"\npulses = 0',
    "a register that runs backwards": '[meter.register]\nstart = "2 kWh"\nend = "1 kWh"\npulses = 16',
    "a register of litres": '[meter.register]\nstart = "1 kWh"\nend = "2 L"\npulses = 16',
    "a current in volts": '[[meter.comparison]]\ncurrent = "5 V"\nshown = "1 %"',
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_row_that_nobody_can_have_seen_is_named_and_never_judged(name):
    with pytest.raises(ProcedureError) as refused:
        compute(case(IMPOSSIBLE[name]))
    assert refused.value.code == "energy_meters.row_impossible"
    assert "$.meter[1]." in refused.value.facts["path"]


def test_a_run_that_would_take_days_is_refused_before_anybody_waits():
    with pytest.raises(ProcedureError) as refused:
        prepare(order(method="dosage", d="0.01 kWh"), date(2026, 11, 21), ())
    assert refused.value.code == "energy_meters.too_long"
    assert int(refused.value.facts["hours"]) > 24
