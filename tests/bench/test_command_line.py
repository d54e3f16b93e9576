"""Bad input gets one plain sentence, a remedy and the right exit code, and loses nothing."""

import json
import re
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.bench.forked import ENVIRONMENT
from tests.bench.lab_bench import laboratory, registry_key, tera

pytestmark = pytest.mark.timeout(120)
CASE = """
kind = "scales"
activity = "initial_verification"
date = 2026-11-21
[uut]
class = "III"
max = "6000 g"
min = "40 g"
e = "2 g"
d = "2 g"
[[accuracy]]
load = "1000 g"
indication = "{indication}"
{added}
"""


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    return root


def changed(lab, name, before, after):
    file = lab / name
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def told(done, code):
    """The two sentences on standard error; never a traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert re.match(r"tera: \S.*\n      \S", done.stderr), done.stderr
    return done.stderr


REGISTER = '[registry]\nurl = "http://user:geheim@register.example"\nkey = ""'
MISTAKES = {
    "a word that is no time zone": ("laboratory.toml", "Asia/Jakarta", "Asia/Jakata"),
    "an entry that does not exist": ("laboratory.toml", "training = false", "treining = false"),
    "a number where a text belongs": ("laboratory.toml", 'id = "BENCH-01"', "id = 5"),
    "a file that is no TOML": ("laboratory.toml", "[bench]", "[bench"),
    "a driver that does not exist": ("laboratory.toml", '"manual"', '"cas-23"'),
    "an instrument without a port": ("laboratory.toml", '"manual"', '"cas-22"'),
    "an expired standard": ("laboratory.toml", "2099-12-31", "2020-12-31"),
    "a password in an address": ("laboratory.toml", "[bench]", f"{REGISTER}\n[bench]"),
    "more years than a calendar has": ("laboratory.toml", "[bench]", "[retention]\nyears = 9000\n[bench]"),
    "tables in tables without end": ("laboratory.toml", "[bench]", f"x = {'[' * 100_000}\n[bench]"),
    "a number without end": ("laboratory.toml", "[bench]", f"x = {'9' * 5000}\n[bench]"),
    "weights that cannot make the loads": (
        "laboratory.toml",
        'nominal = "10 kg", count = 2',
        'nominal = "10 kg", count = 0',
    ),
    "a class that does not exist": ("orders/contoh.toml", '"III"', '"V"'),
    "a Max that the class does not allow": ("orders/contoh.toml", '"15 kg"', '"150 kg"'),
    "a quantity without a unit": ("orders/contoh.toml", 'e = "5 g"', 'e = "5"'),
    "an activity that does not exist": ("orders/contoh.toml", '"subsequent_verification"', '"tera"'),
}


@pytest.mark.one_in(5)
@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_file_is_told_before_a_number_is_consumed(lab, mistake):
    changed(lab, *mistake)
    told(tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab), 2)
    changed(lab, mistake[0], mistake[2], mistake[1])
    assert tera("runs", "--json", lab=lab).stdout == ""


def test_a_port_that_is_not_there_is_told_before_a_number_is_consumed(lab):
    changed(lab, "laboratory.toml", '"manual"', '"cas-22"')
    changed(lab, "laboratory.toml", 'port = ""', 'port = "/dev/ttyUSB-none"')
    told(tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab), 4)
    assert tera("runs", "--json", lab=lab).stdout == ""


def test_a_scale_that_never_settles_is_told_and_the_run_is_kept(tmp_path):
    with laboratory(tmp_path / "lab", "tcp", fault="drifting") as lab:
        changed(lab.root, "laboratory.toml", "duration_s = 0.04", "timeout_s = 2, duration_s = 0.5")
        sentence = told(lab.tera("run", "scales", "--uut", str(lab.order)), 4)
        assert "indikator" in sentence
        runs = json.loads(tera("runs", "--json", lab=lab.root).stdout)
        assert runs["state"] == "open"


@pytest.fixture
def lab_of_a_register(lab):
    """It names a register where nobody answers, and its penera has no NIP yet."""
    key = registry_key(lab / "registry")
    with (lab / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[registry]\nurl = "http://127.0.0.1:9"\nkey = "{key}"\n')
    return lab


def test_where_there_is_a_register_nobody_tests_without_a_nip(lab_of_a_register):
    lab = lab_of_a_register
    refused = tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab)
    assert refused.returncode == 2
    assert "tanpa NIP" in refused.stderr
    assert tera("runs", "--json", lab=lab).stdout == ""
    told = [json.loads(line) for line in tera("check", "--json", lab=lab).stdout.splitlines()]
    assert [one["ok"] for one in told if one["check"] == "person penera1"] == [False]


def test_without_a_register_a_missing_nip_is_only_told(lab):
    told = [json.loads(line) for line in tera("check", "--json", lab=lab).stdout.splitlines()]
    assert [one["ok"] for one in told if one["check"] == "person penera1"] == [None]


def test_a_registry_that_is_down_is_a_state_and_not_an_end(lab_of_a_register):
    lab = lab_of_a_register
    file = lab / "laboratory.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('name = "Nama Penera"\nnip = ""', 'name = "Nama Penera"\nnip = "1"'), "utf-8"
    )
    left = tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab)
    assert left.returncode == 3
    assert tera("void", "000001", "--reason", "salah alat", lab=lab).returncode == 0
    told(tera("push", lab=lab), 3)
    line = json.loads(tera("outbox", "--json", lab=lab).stdout)
    assert (line["record"], line["state"]) == ("000001", "antre")
    assert line["problem"]


def test_an_operator_that_leaves_leaves_a_run_that_can_be_resumed(lab):
    left = tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), "--json", lab=lab)
    assert left.returncode == 3
    run = json.loads(left.stdout)["run"]
    again = tera("resume", run, "--json", lab=lab)
    assert again.returncode == 3
    assert json.loads(again.stdout)["run"] == run


def test_a_standard_is_due_by_the_day_at_the_office_and_not_by_that_of_london(lab):
    """The two zones lie 25 hours apart, so their days never are the same."""
    west = datetime.now(ZoneInfo("Pacific/Pago_Pago")).date()
    changed(lab, "laboratory.toml", "2099-12-31", west.isoformat())
    changed(lab, "laboratory.toml", "Asia/Jakarta", "Pacific/Pago_Pago")
    assert tera("standards", lab=lab).stdout.startswith("✔  S-01")
    changed(lab, "laboratory.toml", "Pacific/Pago_Pago", "Pacific/Kiritimati")
    done = tera("standards", lab=lab)
    assert done.stdout.startswith("✘  S-01")
    assert done.stdout.rstrip().endswith(("lewat 1 hari", "lewat 2 hari"))
    assert not json.loads(tera("standards", "--json", lab=lab).stdout)["usable"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_sentences_come_in_the_language_that_was_asked_for(lab, language):
    done = tera("resume", "X", "--lang", language, lab=lab)
    sentence = told(done, 2)
    assert ("There is no run" in sentence) is (language == "en")


def compute(tmp_path, indication, added=""):
    case = tmp_path / "case.toml"
    case.write_text(CASE.format(indication=indication, added=added), "utf-8")
    return tera("compute", str(case), "--json")


def test_compute_decides_a_case_of_the_contract(tmp_path):
    done = compute(tmp_path, "1000 g", 'added = "0.8 g"')
    assert done.returncode == 0
    point = json.loads(done.stdout)["points"][0]
    assert point["error"] == {"value": "0.2", "unit": "g"}
    assert point["method"] == "changeover"


def test_compute_gives_the_exit_code_of_a_failing_case(tmp_path):
    assert compute(tmp_path, "1010 g").returncode == 1


def test_compute_refuses_a_case_file_with_a_mistake(tmp_path):
    told(compute(tmp_path, "1000"), 2)


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "9" * 5000, "x = 1e" + "9" * 30])
def test_compute_refuses_what_no_person_writes(tmp_path, text):
    (tmp_path / "case.toml").write_text(text, "utf-8")
    told(tera("compute", str(tmp_path / "case.toml")), 2)
    (tmp_path / "x.toml").write_text(text, "utf-8")
    assert "Traceback" not in tera("driver", "check", str(tmp_path / "x.toml")).stderr


def test_compute_refuses_a_file_that_is_not_there(tmp_path):
    told(tera("compute", str(tmp_path / "none.toml")), 2)


HEAVY = {"numpy", "scipy", "h5py", "pymodbus", "textual", "fastapi", "sqlalchemy", "typst", "serial"}


def test_help_imports_nothing_heavy():
    program = (
        "import sys\nfrom bench.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "argparse" in loaded
    assert not loaded & HEAVY
