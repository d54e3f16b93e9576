"""`tera compute --explain` and `tera procedures`: points explained, what a laboratory may do and why not."""

import json

import pytest

from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def case(tmp_path):
    printed = tera("procedures", "show", "scales", "--case")
    file = tmp_path / "case.toml"
    file.write_text(printed.stdout, "utf-8")
    return file


def test_each_point_is_explained_in_a_sentence_with_its_whole_budget(case):
    told = tera("compute", str(case), "--explain", "--lang", "en").stdout
    for words in ("Source:", "repeatability", "rounding of the indication", "ν_eff", "k = ", "U = "):
        assert words in told


def test_a_program_gets_the_same_budgets(case):
    told = json.loads(tera("compute", str(case), "--explain", "--json").stdout)
    stated = {p["label"]: p["uncertainty"] for p in told["points"] if p["uncertainty"]}
    assert {one["point"] for one in told["budgets"]} == stated.keys()
    for one in told["budgets"]:
        assert one["reported"] == stated[one["point"]]
        combined = sum(part["contribution"] ** 2 for part in one["components"]) ** 0.5
        assert combined == pytest.approx(one["standard_uncertainty"])
        assert one["expanded"] == pytest.approx(one["coverage_factor"] * one["standard_uncertainty"])
    assert "budgets" not in json.loads(tera("compute", str(case), "--json").stdout)


@pytest.mark.parametrize("kind", ["scales", "mechanical_scales"])
def test_a_test_is_shown_on_paper_before_anything_is_touched(kind, tmp_path):
    told = json.loads(tera("procedures", "show", kind, "--json", lab=tmp_path).stdout)
    assert told["test"]["points"]
    assert told["test"]["formulas"]
    assert told["test"]["standards"]
    assert told["ready"] is None  # no laboratory here
    assert all(table["clauses"] for table in told["rules"])


def test_the_list_says_what_this_laboratory_may_do_and_why_not(tmp_path):
    lab = tmp_path / "lab"
    tera("init", str(lab))
    able = {
        one["id"]: one for one in map(json.loads, tera("procedures", "--json", lab=lab).stdout.splitlines())
    }
    assert able["scales"]["ready"] is True
    file = lab / "laboratory.toml"
    file.write_text(file.read_text("utf-8").replace("2099-12-31", "2020-12-31"), "utf-8")
    late = {
        one["id"]: one for one in map(json.loads, tera("procedures", "--json", lab=lab).stdout.splitlines())
    }
    assert late["scales"]["ready"] is False
    assert "S-01" in " ".join(late["scales"]["lacks"])
    file.write_text(file.read_text("utf-8").replace('roles = ["uut"]', 'roles = ["other"]'), "utf-8")
    without = {
        one["id"]: one for one in map(json.loads, tera("procedures", "--json", lab=lab).stdout.splitlines())
    }
    assert any("uut" in lack for lack in without["scales"]["lacks"])


def test_an_order_of_another_kind_is_refused(tmp_path):
    lab = tmp_path / "lab"
    tera("init", str(lab))
    done = tera(
        "procedures", "show", "mechanical_scales", "--uut", str(lab / "orders" / "contoh.toml"), lab=lab
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_runs_of_a_folder_that_is_no_laboratory_are_a_usage_error(tmp_path):
    done = tera("runs", lab=tmp_path / "nowhere")
    assert done.returncode == 2
    assert "tera init" in done.stderr


def test_check_names_what_cannot_be_right_about_a_standard(tmp_path):
    lab = tmp_path / "lab"
    tera("init", str(lab))
    file = lab / "laboratory.toml"
    file.write_text(
        file.read_text("utf-8").replace('accuracy_class = "M1"', 'accuracy_class = "M9"'), "utf-8"
    )
    done = tera("check", lab=lab)
    assert done.returncode == 1
    assert "M9" in done.stdout
