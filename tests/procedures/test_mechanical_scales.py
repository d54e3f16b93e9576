"""Mechanical scales: interval and limit by rule, exact limits, a run of keyed readings to a sealed record."""

import json
import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.errors import ProcedureError, StandardError
from procedures.mechanical_scales.case import budgets, compute
from procedures.mechanical_scales.example_case import EXAMPLE
from procedures.mechanical_scales.instrument import read_scale
from procedures.mechanical_scales.outlining import outline
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import choose_rules
from procedures.mechanical_scales.task import plan, prepare
from procedures.point import Outcome
from tests.bench.lab_bench import tera
from tests.procedures.scales_at_hand import DAY, TERA, TERA_ULANG, mass, standard, weights

RULES = "kepdirjen-spk-131-2015-mechanical"


def permitted(plate: dict[str, str], activity=TERA) -> Permitted:
    return Permitted(read_scale(plate), choose_rules(RULES, DAY)[0], activity)


# the worked exercise on ST TBO 131/2015 (case D1)
EXERCISE = {
    "meja 25 kg": ({"type": "meja", "max": "25 kg"}, "25 g", None, None),
    "meja 10 kg": ({"type": "meja", "max": "10 kg"}, "10 g", "10 kg", "10 g"),
    "dacin whose marks are not e": ({"type": "dacin", "max": "10 kg", "d": "100 g"}, "10 g", None, None),
    "dacin 100 kg": ({"type": "dacin", "max": "100 kg"}, "100 g", "25 kg", "50 g"),
    "neraca obat 500 g": ({"type": "neraca_obat", "max": "500 g"}, "0.05 g", None, None),
    "neraca obat 250 g": ({"type": "neraca_obat", "max": "250 g"}, "0.025 g", "100 g", "0.025 g"),
    "neraca emas 100 g": ({"type": "neraca_emas", "max": "100 g"}, "0.02 g", "50 g", "0.025 g"),
    "sentisimal in class III": (
        {"type": "sentisimal", "max": "300 kg", "d": "100 g"},
        "100 g",
        "150 kg",
        "100 g",
    ),
    "sentisimal at the first step": (
        {"type": "sentisimal", "max": "300 kg", "d": "100 g"},
        "100 g",
        "50 kg",
        "50 g",
    ),
    "sentisimal above the second step": (
        {"type": "sentisimal", "max": "300 kg", "d": "100 g"},
        "100 g",
        "200.1 kg",
        "150 g",
    ),
}


@pytest.mark.parametrize(("plate", "e", "load", "limit"), EXERCISE.values(), ids=EXERCISE.keys())
def test_interval_and_limit_follow_the_worked_exercise(plate, e, load, limit):
    found = permitted(plate)
    assert found.e == mass(e)
    if load is not None:
        assert found.stated(mass(load)) == mass(limit)
        assert permitted(plate, TERA_ULANG).stated(mass(load)) == mass(limit) * 2


def test_a_limit_without_end_is_stated_cut_off_and_compared_exactly():
    found = permitted({"type": "meja", "max": "25 kg"})
    assert found.exactly(mass("5 kg")) == Fraction(35000, 3000)
    assert str(found.stated(mass("5 kg"))) == "11.666666 g"
    assert found.decide(mass("11.6666666666 g"), mass("5 kg")) is Outcome.CONFORMS
    assert found.decide(mass("11.6666666667 g"), mass("5 kg")) is Outcome.DOES_NOT_CONFORM
    assert found.decide(mass("-11.6666666666 g"), mass("5 kg")) is Outcome.CONFORMS


def test_the_extra_load_of_the_sensitivity_test_is_never_more_than_due():
    found = permitted({"type": "meja", "max": "25 kg"})
    assert str(found.extra_load(mass("5 kg"))) == "4.6 g"  # 0.4 × 11.666… g


def content(text: str = EXAMPLE) -> dict[str, Any]:
    return tomllib.loads(text, parse_float=Decimal)


def test_the_example_case_conforms_and_each_reading_states_its_uncertainty():
    conclusion = compute(content())
    assert conclusion.verdict.outcome is Outcome.CONFORMS
    assert conclusion.valid_until is not None
    stated = {p.label for p in conclusion.points if p.uncertainty is not None}
    assert stated == {one.point for one in budgets(content())}
    assert {p.section for p in conclusion.points if p.label in stated} == {"accuracy", "repeatability"}


FAULTS = {
    "out of balance": ({"balanced": False}, "balance"),
    "not sensitive": ({"sensitivity": [{"load": "10 kg", "moved": False}]}, "sensitivity/10 kg"),
    "one milligram beyond the limit": (
        {"accuracy": [{"load": "10 kg", "indication": "10020.001 g"}]},
        "accuracy/10 kg",
    ),
    "results far apart": (
        {
            "repeatability": [
                {"load": "10 kg", "indication": "9989 g"},
                {"load": "10 kg", "indication": "10009.5 g"},
            ]
        },
        "repeatability/range",
    ),
    "a part that sticks": ({"visual": {"moving_parts_free": False}}, "visual/moving_parts_free"),
}


@pytest.mark.parametrize(("change", "label"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_fails_the_scale_by_its_own_point(change, label):
    conclusion = compute(content() | change)
    assert conclusion.verdict.outcome is Outcome.DOES_NOT_CONFORM
    assert conclusion.verdict.failing == (label,)
    assert conclusion.valid_until is None


def test_the_limit_itself_conforms():
    (point,) = compute(
        {**content(), "accuracy": [{"load": "10 kg", "indication": "10020 g"}], "repeatability": []}
        | {"visual": {}, "sensitivity": []}
    ).points[1:]
    assert point.outcome is Outcome.CONFORMS
    assert point.error == point.tolerance.upper


def test_an_extra_load_other_than_due_proves_nothing():
    for extra, moved in (("9 g", True), ("7 g", False)):  # 8 g is due
        row = {"load": "10 kg", "extra": extra, "moved": moved}
        points = {p.label: p for p in compute(content() | {"sensitivity": [row]}).points}
        assert points["sensitivity/10 kg"].outcome is Outcome.INDETERMINATE


MISTAKES = {
    "a typed verdict": {"verdict": "sah"},
    "a typed error in a row": {"accuracy": [{"load": "1 kg", "indication": "1 kg", "error": "0 g"}]},
    "a load beyond Max": {"accuracy": [{"load": "11 kg", "indication": "11 kg"}]},
    "a volume for a mass": {"accuracy": [{"load": "1 L", "indication": "1 kg"}]},
    "pounds": {"accuracy": [{"load": "1 kg", "indication": "2 lb"}]},
    "a type that does not exist": {"uut": {"type": "digital", "max": "10 kg"}},
    "marks where the interval is d, and no d": {"uut": {"type": "pegas", "max": "10 kg"}},
    "an unknown line of the checklist": {"visual": {"colour": True}},
    "no date and no table": {"date": None},
    "nothing seen": dict.fromkeys(("visual", "sensitivity", "accuracy", "repeatability", "balanced")),
}


@pytest.mark.parametrize("change", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_in_plain_words(change):
    case = {name: value for name, value in (content() | change).items() if value is not None}
    with pytest.raises(ProcedureError):
        compute(case)


def assignment(**plate: str) -> Assignment:
    return Assignment(kind="mechanical_scales", activity=TERA_ULANG, uut=plate)


@pytest.mark.parametrize(
    "plate",
    [
        {"type": "meja", "max": "10 kg"},
        {"type": "dacin", "max": "10 kg", "d": "100 g"},
        {"type": "pegas", "max": "10 kg", "d": "50 g"},
        {"type": "bobot_ingsut", "max": "20 kg", "d": "10 g"},
        {"type": "neraca_emas", "max": "100 g"},
    ],
    ids=lambda plate: plate["type"],
)
def test_a_test_is_planned_as_it_stands_on_paper(plate):
    small = standard("S-09", weights=weights("50 mg", "20 mg*2", "10 mg", "5 mg", "2 mg*2", "1 mg"))
    cupboard = (standard(), standard("S-08", weights=weights("10 kg*2", "5 kg")), small)
    task = prepare(assignment(**plate), DAY, cupboard)
    on_paper = outline(assignment(**plate), DAY)
    assert [p.section for p in on_paper.points] == [s.section for s in plan(task)]
    assert all(p.tolerance is not None for p in on_paper.points if p.section == "accuracy")
    assert {p.load for p in task.accuracy} >= {mass(plate["max"])}


def test_weights_that_are_due_or_too_few_are_refused_before_anything_is_touched():
    with pytest.raises(StandardError):
        prepare(assignment(type="meja", max="50 kg"), DAY, (standard(),))


SCRIPT = """
inspect = "conforms"
balance = "balanced"
sensitivity = "moved"
adjust = "reject"
[path]
"conditions/ambient_temperature/settled" = "28.5 °C"
"conditions/humidity/settled" = "71 %"
"""


def keyed(uut: dict[str, str], errors: dict[str, str]) -> str:
    """A script of keyed readings: each shows its load, but for the errors."""
    cupboard = (standard(), standard("S-08", weights=weights("10 kg*2", "5 kg")))
    lines = []
    for step in plan(prepare(assignment(**uut), DAY, cupboard)):
        if step.section in {"accuracy", "eccentricity", "repeatability"} and step.load is not None:
            shown = step.load + Quantity.parse(errors.get(step.label, "0 g"))
            lines.append(f'"{step.label}/settled" = "{shown}"')
    return SCRIPT + "\n".join(lines)


ORDER = """
kind = "mechanical_scales"
activity = "subsequent_verification"
order = "0002"
[uut]
type = "meja"
max = "10 kg"
[identity]
maker = "Contoh"
serial = "M-1"
[owner]
name = "Kios Sari"
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("errors", "code", "outcome"),
    [({"accuracy/10000 g": "-8 g"}, 0, "conforms"), ({"accuracy/5000 g": "14 g"}, 1, "does_not_conform")],
    ids=["within the limits", "beyond the limit at one load"],
)
def test_keyed_readings_lead_to_a_sealed_record(tmp_path, errors, code, outcome):
    lab = tmp_path / "lab"
    assert tera("init", str(lab)).returncode == 0
    order, script = tmp_path / "order.toml", tmp_path / "answers.toml"
    order.write_text(ORDER, "utf-8")
    script.write_text(keyed({"type": "meja", "max": "10 kg"}, errors), "utf-8")
    done = tera(
        *("run", "mechanical_scales", "--uut", str(order), "--operator", f"script:{script}", "--json"),
        lab=lab,
    )
    assert done.returncode == code, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["outcome"] == outcome
    notices = {notice["code"]: notice["facts"] for notice in told["notices"]}
    assert notices["manual_readings"]
    assert notices["test_conditions"] == {"conditions": "28.5 °C, 71 %"}
    assert all(p["uncertainty"] for p in told["points"] if p["section"] == "accuracy")
    record = told["files"]["record"]
    assert tera("record", "verify", record, lab=lab).returncode == 0
    audited = tera("audit", record, lab=lab)
    assert audited.returncode == 0, audited.stdout + audited.stderr
