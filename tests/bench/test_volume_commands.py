"""The command line for dispensers, capacity measures and tank trucks: example, computation, plan, words."""

import json

import pytest

from procedures.capacity_measures.example_case import EXAMPLE as MEASURE
from procedures.fuel_dispensers.example_case import EXAMPLE as DISPENSER
from procedures.tank_trucks.example_case import EXAMPLE as TRUCK
from tests.bench.lab_bench import tera

EXAMPLES = {"fuel_dispensers": DISPENSER, "capacity_measures": MEASURE, "tank_trucks": TRUCK}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_that_is_printed_is_computed_with_its_whole_budget(kind, tmp_path):
    shown = tera("procedures", "show", kind, "--case")
    assert shown.stdout.strip() == EXAMPLES[kind].strip()
    case = tmp_path / "case.toml"
    case.write_text(shown.stdout, "utf-8")
    told = tera("compute", str(case), "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[-1])["outcome"] == "conforms"
    explained = tera("compute", str(case), "--explain")
    assert "bejana (sertifikat)" in explained.stdout
    assert "ν_eff" in explained.stdout


SHORT = """
kind = "fuel_dispensers"
activity = "subsequent_verification"
date = 2026-11-21
[[nozzle]]
[[nozzle.delivery]]
at = "fast"
indication = "{shown}"
vessel = {{ nominal = "{size}", {side} = "{amount}" }}
"""
FINDINGS = {
    "80 mL short in 20 L": ("20 L", "80 mL", 0),
    "the same in 5 L": ("5 L", "80 mL", 1),
}


@pytest.mark.parametrize(("size", "amount", "code"), FINDINGS.values(), ids=FINDINGS)
def test_a_finding_of_the_field_is_judged_with_the_size_of_its_measure(size, amount, code, tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(SHORT.format(shown=size, size=size, side="below", amount=amount), "utf-8")
    assert tera("compute", str(case)).returncode == code


def test_a_reading_with_a_bare_sign_is_refused_in_plain_words(tmp_path):
    case = tmp_path / "case.toml"
    text = SHORT.format(shown="20 L", size="20 L", side="scale", amount="-35 mL")
    case.write_text(text, "utf-8")
    told = tera("compute", str(case))
    assert told.returncode not in {0, 1}
    assert "di sisi mana garisnya" in told.stderr
