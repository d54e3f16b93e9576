"""Every oracle is asked of `tera compute` as a stranger would ask it: a case file in, figures out."""

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from bench.catalogue import LANGUAGES, catalogue
from bench.cli.entry import run
from procedures.point import Outcome
from procedures.questions.catalogue import KINDS, questions
from procedures.questions.entry import as_toml
from tests.bench.oracles import DECISIONS, LIMITS, PHYSICS, RISKS, ROUNDINGS, TRIALS, UNCERTAINTY
from tests.procedures import test_energy_meters as energy
from tests.procedures import test_fuel_dispensers as fuel
from tests.procedures import test_scale_case as rows
from tests.procedures import test_water_meter_case as water
from tests.procedures import test_weights_comparison as weights

FAMILIES = {
    f"{kind}: {name}": (kind, rows)
    for kind, families in {
        "physics": PHYSICS,
        "limit": LIMITS,
        "uncertainty": UNCERTAINTY,
        "risk": RISKS,
        "rounding": ROUNDINGS,
    }.items()
    for name, rows in families.items()
}


CODES = {Outcome.CONFORMS: 0, Outcome.DOES_NOT_CONFORM: 1, Outcome.INDETERMINATE: 3}


def disc(name):
    """Turns of a disc against power and time."""
    turns, watt, _ = energy.DISC[name]
    body = energy.row(f'pulses = {turns}\nphase_power = ["{watt}", "{watt}", "{watt}"]\ntime = "300 s"')
    marks = 'class = "2"\nsystems = 3\nvoltage = "220 V"\nib = "5 A"\nimax = "20 A"\n'
    return energy.case(body, marks, constant=148)


def places(number):
    return len(number.partition(".")[2])


@pytest.fixture
def ask(tmp_path, capsys):
    """Answers of the command to a case file, and its exit code."""

    def asked(text, *options):
        file = tmp_path / "case.toml"
        file.write_text(text, "utf-8")
        code = run(["compute", str(file), "--json", *options])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else told.err

    return asked


def written(kind, rows):
    """A case file; every value as a person may write it, lists of tables inline."""
    lines = [f'kind = "{kind}"']
    for row in rows:
        lines += ["[[case]]", *(f"{name} = {as_toml(value)}" for name, value in row.items())]
    return "\n".join(lines)


@pytest.mark.parametrize(("kind", "rows"), FAMILIES.values(), ids=FAMILIES)
def test_a_family_of_oracles_comes_out_of_the_command(kind, rows, ask):
    code, told = ask(written(kind, [entries for entries, _ in rows]))
    assert code == 0, told
    for answer, (entries, expected) in zip(told["answers"], rows, strict=True):
        assert answer["formula"]
        assert answer["source"]
        for name, (value, tolerance) in expected.items():
            found = Decimal(answer["figures"][name]["value"])
            room = Decimal(repr(tolerance)) + Decimal("1e-15")
            assert abs(found - Decimal(repr(value))) <= room, (entries, name)


@pytest.mark.parametrize(("entries", "expected"), TRIALS.values(), ids=TRIALS)
def test_trials_come_out_of_the_command(entries, expected, ask):
    code, told = ask(written("uncertainty", [{"quantity": "monte_carlo", "trials": 400_000, **entries}]))
    assert code == 0, told
    for name, (value, tolerance) in expected.items():
        found = float(told["answers"][0]["figures"][name]["value"])
        assert found == pytest.approx(value, abs=tolerance), name


@pytest.mark.parametrize(("entries", "outcome"), DECISIONS.values(), ids=DECISIONS)
def test_a_decision_comes_out_of_the_command(entries, outcome, ask):
    code, told = ask(written("conformity", [entries]))
    assert (told["outcome"], code) == (outcome, CODES[Outcome(outcome)])


SCALE = {"class": "III", "max": "15 kg", "e": "5 g"}
R76 = {"kind": "scales", "activity": "initial_verification", "rules": "oiml-r76-1-2006"}
NATIONAL = {**R76, "rules": "kepdirjen-pktn-240-2023"}
FINE = {"class": "II", "max": "5 kg", "e": "0.1 g"}
CASES = {
    "T1": ({**R76, "uut": FINE, "accuracy": [rows.row("500 g", "500.1 g", "0.1 g")]}, ["0.05"], 0),
    "T4": ({**R76, "uut": SCALE, "accuracy": [rows.row("1000 g", "1000 g", "0 g")]}, ["2.5"], 0),
    "T5": ({**NATIONAL, "uut": SCALE, "accuracy": [rows.row("1000 g", "1000 g")]}, ["0"], 0),
    "1.1": (
        {
            **R76,
            "uut": SCALE,
            "zero": [rows.row("0 g", "0 g", "2 g")],
            "accuracy": [rows.row("1000 g", "1000 g", "1.5 g")],
        },
        ["0.5", "0.5"],
        0,
    ),
    "1.4": (
        {
            **R76,
            "uut": {"class": "III", "max": "30 kg", "e": "10 g"},
            "zero": [rows.row("0 g", "0 g", "4 g")],
            "accuracy": [rows.row(f"{load} g", f"{i} g", f"{dl} g") for load, i, dl, *_ in rows.TABLE_1_4],
        },
        ["1", *(corrected for *_, corrected, _ in rows.TABLE_1_4)],
        0,
    ),
    "1.5 repeatability": (
        {
            **R76,
            "uut": SCALE,
            "repeatability": [rows.row("7500 g", "7500 g", dl) for dl in ("2.5 g", "3.0 g")],
        },
        ["0.0", "-0.5", "0.5"],
        0,
    ),
    "1.6 discrimination": (
        {**R76, "uut": SCALE, "discrimination": [rows.row("5000 g", "5000 g", extra="7 g", after="5000 g")]},
        None,
        1,
    ),
    "2.5 EA-4/02 S2": (tomllib.loads(weights.TEN_KILOGRAMS, parse_float=Decimal), ["25"], 0),
    "A5": (tomllib.loads(weights.A5, parse_float=Decimal), ["0.19"], 0),
    **{
        f"A2 {name}": (water.case(text, d="0.1 L"), [e], 0)
        for name, (text, (_, e, _)) in water.PUBLISHED.items()
    },
    **{f"A3 {name}": (disc(name), [energy.DISC[name][2]], 0) for name in energy.DISC},
    **{
        f"A4 {name}": (fuel.content(text), [error], CODES[outcome])
        for name, (text, outcome, error) in fuel.PUBLISHED.items()
    },
    **{
        f"A6 {name}": (water.case(text), None, CODES[outcome])
        for name, (text, outcome) in water.BRANDS.items()
    },
    **{
        f"X1 {name}": (water.case(f'at = "Q3"\nvolume = "{a} L"\nreference = "{b} L"'), [error], 0)
        for name, error in water.FIXTURES.items()
        for a, b in [name.split()]
    },
}


@pytest.mark.parametrize(("content", "errors", "code"), CASES.values(), ids=CASES)
def test_observations_of_a_case_come_out_of_the_command_as_recomputed(content, errors, code, ask):
    text = "\n".join(f"{name} = {as_toml(value)}" for name, value in content.items())
    found, told = ask(text)
    assert found == code, told
    if errors is not None:
        numbers = [point.get("corrected_error") or point["error"] for point in told["points"]]
        rounded = [round(Decimal(n["value"]), places(e)) for n, e in zip(numbers, errors, strict=True)]
        assert rounded == [Decimal(e) for e in errors]


REFUSED = {
    "III below 500 e": {"class": "III", "max": "2 kg", "e": "5 g"},
    "III above 10 000 e": {"class": "III", "max": "15 kg", "e": "1 g"},
    "II below 5000 e": {"class": "II", "max": "400 g", "e": "0.1 g"},
}


@pytest.mark.parametrize("uut", REFUSED.values(), ids=REFUSED)
def test_1_3_a_scale_that_cannot_be_of_its_class_is_refused(uut, ask):
    text = "\n".join(f"{name} = {as_toml(value)}" for name, value in {**R76, "uut": uut}.items())
    code, told = ask(text)
    assert code == 2
    assert "n = " in told


def test_the_worst_of_several_decisions_gives_the_exit_code(ask):
    rows = [{"error": "0.1 g", "limit": "0.1 g"}, {"error": "0.11 g", "limit": "0.1 g"}]
    code, told = ask(written("conformity", rows))
    assert code == 1
    assert [one["outcome"] for one in told["answers"]] == ["conforms", "does_not_conform"]


MISTAKES = {
    "a quantity without a unit": (
        "physics",
        "question.no_unit",
        'quantity = "water_density"',
        "temperature = 20",
    ),
    "a unit of something else": (
        "physics",
        "question.unit",
        'quantity = "water_density"',
        'temperature = "20 kg"',
    ),
    "a decimal comma": (
        "physics",
        "question.unit",
        'quantity = "water_density"',
        'temperature = "20,5 °C"',
    ),
    "no number": (
        "physics",
        "question.no_number",
        'quantity = "water_density"',
        "temperature = nan",
    ),
    "a number beyond all measure": (
        "risk",
        "question.no_number",
        "estimate = 1e999999999",
        "standard = 1",
        "upper = 1",
    ),
    "an entry forgotten": (
        "physics",
        "question.missing",
        'quantity = "water_density"',
    ),
    "an entry misspelt": (
        "physics",
        "question.unknown_entry",
        'quantity = "water_density"',
        'temperatur = "20 °C"',
    ),
    "a quantity that there is not": (
        "physics",
        "question.unknown",
        'quantity = "water_colour"',
    ),
    "no quantity": (
        "physics",
        "question.unknown",
        'temperature = "20 °C"',
    ),
    "humidity in percent without its sign": (
        "physics",
        "physics.impossible",
        'quantity = "air_density"',
        'temperature = "20 °C"',
        'pressure = "1013 hPa"',
        "humidity = 50",
    ),
    "a wrong choice": (
        "physics",
        "question.choice",
        'quantity = "water_density"',
        'temperature = "20 °C"',
        'water_of = "river"',
    ),
    "a word for true": (
        "physics",
        "question.form",
        'quantity = "water_density"',
        'temperature = "20 °C"',
        'air_saturated = "yes"',
    ),
    "no weights without density": (
        "physics",
        "question.either",
        'quantity = "oil_factors"',
        'oil = "crude"',
        'temperature = "30 °C"',
    ),
    "a negative weight": (
        "physics",
        "question.not_positive",
        'quantity = "density_limits"',
        'nominal = "-1 g"',
        'permitted = "1 mg"',
    ),
    "a cycle too short": (
        "physics",
        "question.impossible",
        'quantity = "weighing_cycle"',
        'cycle = "ABBA"',
        'readings = ["1 g", "2 g"]',
    ),
    "half a flow": (
        "physics",
        "meter.impossible_flow",
        'quantity = "water_meter_flows"',
        'q3 = "2.5 m3/h"',
        "ratio = 0",
    ),
    "a weight that the table has not": (
        "limit",
        "question.no_limit",
        'quantity = "weight"',
        'nominal = "3 kg"',
        'accuracy_class = "E1"',
    ),
    "limits in another unit": (
        "conformity",
        "question.impossible",
        'error = "1 g"',
        'limit = "1 L"',
    ),
    "no limits": (
        "conformity",
        "question.either",
        'error = "1 g"',
    ),
    "no error": (
        "conformity",
        "question.either",
        'limit = "1 g"',
    ),
    "a negative uncertainty": (
        "conformity",
        "acceptance.negative_uncertainty",
        'error = "1 g"',
        'limit = "2 g"',
        'uncertainty = "-1 g"',
    ),
    "lists of unequal length": (
        "conformity",
        "question.lengths",
        'quantity = "same_sign"',
        'errors = ["1 %"]',
        'limits = ["1 %", "2 %"]',
    ),
    "creep without a beginning": (
        "conformity",
        "question.creep",
        'quantity = "creep"',
        "minutes = [5]",
        'results = ["1 g"]',
        'e = "1 g"',
        'permitted = "1 g"',
    ),
    "a probability above one": (
        "uncertainty",
        "question.impossible",
        'quantity = "coverage_factor"',
        'probability = "101 %"',
    ),
    "half a degree of freedom": (
        "uncertainty",
        "question.impossible",
        'quantity = "coverage_factor"',
        "degrees_of_freedom = 0.5",
    ),
    "an input that says nothing": (
        "uncertainty",
        "question.uncertainty_of_input",
        "[[input]]",
        'name = "a"',
    ),
    "an input that says two things": (
        "uncertainty",
        "question.uncertainty_of_input",
        "[[input]]",
        'name = "a"',
        "standard = 1",
        "half_width = 1",
    ),
    "an input in two units": (
        "uncertainty",
        "question.two_units",
        "[[input]]",
        'name = "a"',
        'value = "1 g"',
        'standard = "1 L"',
    ),
    "an entry of an input misspelt": (
        "uncertainty",
        "case.misspelt_field",
        "[[input]]",
        'name = "a"',
        "standart = 1",
    ),
    "one reading": (
        "uncertainty",
        "uncertainty.too_few_readings",
        "[[input]]",
        'name = "a"',
        "readings = [1]",
    ),
    "a model with an unknown name": (
        "uncertainty",
        "question.model_names",
        'model = "a + b"',
        "[[input]]",
        'name = "a"',
        "standard = 1",
    ),
    "an input that the model forgets": (
        "uncertainty",
        "question.model_names",
        'model = "a"',
        "[[input]]",
        'name = "a"',
        "standard = 1",
        "[[input]]",
        'name = "b"',
        "standard = 1",
    ),
    "a model that would run something": (
        "uncertainty",
        "uncertainty.expression",
        "model = \"__import__('os')\"",
        "[[input]]",
        'name = "a"',
        "standard = 1",
    ),
    "a model that divides by zero": (
        "uncertainty",
        "question.no_result",
        'model = "1 / a"',
        "[[input]]",
        'name = "a"',
        "value = 0",
        "standard = 0",
    ),
    "a correlation with nobody": (
        "uncertainty",
        "question.correlation_names",
        "[[input]]",
        'name = "a"',
        "standard = 1",
        "[[correlation]]",
        'between = ["a", "b"]',
        "coefficient = 0.5",
    ),
    "an impossible correlation": (
        "uncertainty",
        "uncertainty.impossible_correlation",
        "[[input]]",
        'name = "a"',
        "standard = 1",
        "[[input]]",
        'name = "b"',
        "standard = 1",
        "[[correlation]]",
        'between = ["a", "b"]',
        "coefficient = 1.5",
    ),
    "simultaneous readings of two lengths": (
        "uncertainty",
        "question.simultaneous",
        "simultaneous = true",
        "[[input]]",
        'name = "a"',
        "readings = [1, 2]",
        "[[input]]",
        'name = "b"',
        "readings = [1, 2, 3]",
    ),
    "no rows": (
        "physics",
        "question.rows",
        'quantity = "water_density"',
        "case = 3",
    ),
    "no digits": (
        "rounding",
        "question.count",
        "value = 1",
        "uncertainty = 1",
        "digits = 0",
    ),
    "no step": (
        "rounding",
        "question.impossible",
        'way = "up"',
        'quantity = "step"',
        "value = 1",
        "step = 0",
    ),
    "a trapezoid of nothing": (
        "uncertainty",
        "question.half_widths",
        'quantity = "coverage_factor_trapezoid"',
        "half_widths = [0, 0]",
    ),
}


@pytest.mark.parametrize(
    ("kind", "code", "lines"), [(k, c, t) for k, c, *t in MISTAKES.values()], ids=MISTAKES
)
def test_a_mistake_is_one_plain_sentence_with_a_remedy(kind, code, lines, ask):
    sentence = catalogue("id")[f"problem.{code}.sentence"].partition("{")[0]
    exit_code, told = ask("\n".join([f'kind = "{kind}"', *lines]))
    assert exit_code == 2
    assert "Traceback" not in told
    assert told.startswith(f"tera: {sentence}")
    assert len(told.splitlines()) == 2


@pytest.mark.parametrize("kind", ['"phisics"', '["physics"]', "3"])
def test_an_unknown_kind_is_told_with_procedures_and_questions(kind, ask):
    code, told = ask(f"kind = {kind}")
    assert code == 2
    assert all(name in told for name in (*KINDS, "scales", "level_gauges"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_printed_examples_of_a_kind_are_one_case_file_that_can_be_computed(kind, ask, capsys):
    assert run(["procedures", "show", kind, "--case"]) == 0
    text = capsys.readouterr().out
    code, told = ask(text, "--explain")
    assert code in {0, 1}
    assert [one["quantity"] for one in told["answers"]] == list(questions(kind))
    for answer in told["answers"]:
        assert all(catalogue(language)[f"asked.{answer['quantity']}"] for language in LANGUAGES)
        heads = {name.partition(" ")[0] for name in answer["figures"]}
        spelled = {name for name in heads if f"figure.{name}" not in catalogue("id")}
        assert not spelled or answer["quantity"] == "several_results"  # named by the file


@pytest.mark.parametrize("kind", KINDS)
def test_each_question_says_what_it_takes_and_prints_an_example_of_its_own(kind, ask, capsys):
    assert run(["procedures", "show", kind]) == 0
    listed = capsys.readouterr().out
    for one in questions(kind).values():
        assert one.id in listed
        assert run(["procedures", "show", f"{kind}/{one.id}", "--case"]) == 0
        assert capsys.readouterr().out.strip() == one.example().strip()
        assert ask(one.example())[0] in {0, 1}


def test_a_person_reads_figures_formula_source_and_warnings(tmp_path, capsys):
    file = tmp_path / "case.toml"
    entries = {"temperature": "28 °C", "pressure": "1009 hPa", "humidity": "70 %"}
    file.write_text(written("physics", [{"quantity": "air_density", **entries}]), "utf-8")
    assert run(["compute", str(file), "--explain"]) == 0
    told = capsys.readouterr().out
    for words in (
        "kerapatan udara",
        "1,15",
        "kg/m³",
        "ρ = ",
        "CIPM-2007",
        "Sumber",
        "28 °C di luar rentang",
        "400 ppm",
    ):
        assert words in told


def test_a_budget_is_explained_part_by_part(tmp_path, capsys):
    file = tmp_path / "case.toml"
    file.write_text(questions("uncertainty")["budget"].example(), "utf-8")
    assert run(["compute", str(file), "--explain", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    for words in ("certificate, k = 2", "71 %", "U = 0.054 g", "ν_eff"):
        assert words in told


def test_warnings_do_not_change_the_exit_code_and_stand_in_the_answer(ask):
    code, told = ask('kind = "physics"\nquantity = "water_density"\ntemperature = "45 °C"')
    assert code == 0
    (warning,) = told["answers"][0]["warnings"]
    assert (warning["code"], warning["facts"]["value"]) == ("outside_range", "45")


UNITS = {
    "fahrenheit": ("68 °F", "101325 Pa"),
    "kelvin and hectopascal": ("293.15 K", "1013.25 hPa"),
    "kilopascal": ("20 °C", "101.325 kPa"),
}


@pytest.mark.parametrize(("temperature", "pressure"), UNITS.values(), ids=UNITS)
def test_a_unit_changes_no_digit(temperature, pressure, ask):
    rows = [{"quantity": "air_density", "temperature": temperature, "pressure": pressure, "humidity": "0.5"}]
    assert ask(written("physics", rows))[1]["answers"][0]["result"] == {"value": "1.1993139", "unit": "kg/m³"}


README = Path(__file__).parents[2] / "bench" / "README.md"
SHOWN = [
    text for text in re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if "kind" in text
]


@pytest.mark.parametrize("text", SHOWN)
def test_the_examples_of_the_documentation_are_answered(text, ask):
    code, told = ask(text, "--explain")
    assert code == 0
    assert all(answer["result"]["value"] for answer in told["answers"])


def test_the_documentation_names_every_kind_and_every_quantity_but_those_of_physics():
    text = README.read_text("utf-8")
    assert len(SHOWN) == 2
    for kind in KINDS:
        assert f"| `{kind}` |" in text
        assert kind == "physics" or all(f"`{name}`" in text for name in questions(kind))
