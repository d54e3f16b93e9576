"""Who sits at the bench, and what they may test."""

import json
from datetime import date

import pytest

from bench.errors import LaboratoryError
from bench.laboratory import Folders
from bench.people import Person, check_competence, seated
from results.journal import Journal
from tests.bench.lab_bench import tera

pytestmark = pytest.mark.timeout(120)
DAY = date(2026, 11, 21)
BUDI = Person(id="budi", name="Budi", competence={"scales": DAY})
ANI = Person(id="ani", name="Ani")
HEAD = Person(id="siti", name="Siti", roles=("kepala",))

REFUSED = {
    "another kind": ("water-meters", DAY, "person.not_competent"),
    "a day too late": ("scales", date(2026, 11, 22), "person.competence_expired"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_without_a_valid_competence_nothing_is_begun(case):
    kind, on, code = REFUSED[case]
    with pytest.raises(LaboratoryError) as caught:
        check_competence(BUDI, kind, on)
    assert caught.value.code == code


def test_the_last_day_still_counts_and_no_register_asks_nothing():
    check_competence(BUDI, "scales", DAY)
    check_competence(ANI, "scales", DAY)


def test_whoever_is_named_sits_first():
    assert seated((BUDI, HEAD, ANI), "ani") == (ANI, BUDI, HEAD)


@pytest.mark.parametrize("who", ["siti", "nobody", ""])
def test_only_a_penera_sits_there(who):
    with pytest.raises(LaboratoryError) as caught:
        seated((BUDI, HEAD, ANI), who)
    assert caught.value.code == "person.no_officer"
    assert caught.value.facts["known"] == "budi, ani"


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file = root / "laboratory.toml"
    text = file.read_text("utf-8")
    second = '[[person]]\nid = "ani"\nname = "Ani"\ncompetence = { water-meters = 2099-01-01 }\n\n'
    file.write_text(text.replace("[[person]]", second + "[[person]]", 1), "utf-8")
    return root


def test_the_run_is_theirs_who_said_so_and_a_refusal_consumes_no_number(lab):
    order = str(lab / "orders/contoh.toml")
    refused = tera("run", "scales", "--uut", order, lab=lab)
    assert refused.returncode == 2
    assert "Ani" in refused.stderr
    assert tera("run", "scales", "--uut", order, "--as", "nobody", lab=lab).returncode == 2
    assert tera("run", "scales", "--uut", order, "--as", "penera1", lab=lab).returncode == 3
    told = [json.loads(line) for line in tera("runs", "--json", lab=lab).stdout.splitlines()]
    assert [line["record"] for line in told] == ["000001"]
    with Journal(Folders(lab).journal, read_only=True) as journal:
        assert journal.runs()[0].begun.officer_id == "penera1"
