"""Who may approve: the right role, not whoever tested, and never a training record."""

import dataclasses
import json

import msgspec
import pytest

from bench.approving import approve_paper, approver
from bench.errors import LaboratoryError
from bench.laboratory import BenchEntry, Folders, Laboratory
from bench.people import Person
from bench.trail import Trail
from results.entry import BENCH
from results.journal import Journal
from tests.bench.lab_bench import tera
from tests.results.made_run import OFFICE, seal_with, write_run

BUDI = Person(id="budi", name="Budi", roles=("penera", "kepala"))
SITI = Person(id="siti", name="Siti", roles=("kepala",))
ANI = Person(id="ani", name="Ani", roles=("pereviu",))


class Pen:
    """Signs with ink."""

    def sign(self, paper, act):
        return paper + f"\n% {act.meaning} {act.name}\n".encode()


def laboratory(*people):
    return Laboratory(office=OFFICE, bench=BenchEntry(id="BENCH-02"), person=people)


@pytest.fixture
def sealed(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, end="concluded", officer_id="budi")
        yield journal, seal_with(journal, tmp_path, tmp_path)


def sign(sealed, people, who, meaning="mengesahkan", **record):
    journal, files = sealed
    verified = files.verified
    if record:
        verified = dataclasses.replace(verified, record=msgspec.structs.replace(verified.record, **record))
    trail = Trail(
        journal,
        at=lambda: "2026-11-21T12:00:00+07:00",
        elapsed=lambda: 1e6,
        officer=who,
        clock_state=lambda: {"synchronised": "yes"},
    )
    return approve_paper(
        laboratory(*people), files.record, verified, signer=Pen(), who=who, meaning=meaning, trail=trail
    )


def notes(sealed):
    return [kept.entry.facts for kept in sealed[0].entries(BENCH)]


def test_the_approved_paper_lies_beside_the_plain_one_and_stands_in_the_trail(sealed):
    plain = sealed[1].certificate.read_bytes()
    approved = sign(sealed, (BUDI, SITI), "siti")
    assert approved.name == "000001.ttd.pdf"
    assert approved.read_bytes() == plain + b"\n% mengesahkan Siti\n"
    assert sealed[1].certificate.read_bytes() == plain
    said = {"by": "siti", "record": "000001", "person": "siti", "meaning": "mengesahkan"}
    assert notes(sealed) == [{**said, "synchronised": "yes"}]


def test_a_further_signature_is_added_to_the_first(sealed):
    sign(sealed, (BUDI, SITI, ANI), "ani", "memeriksa")
    approved = sign(sealed, (BUDI, SITI, ANI), "siti").read_bytes()
    assert approved.endswith(b"% memeriksa Ani\n\n% mengesahkan Siti\n")


def test_whoever_tested_cannot_approve_where_somebody_else_can(sealed):
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI), "budi")
    assert (caught.value.code, caught.value.facts["known"]) == ("approval.same_person", "siti")
    assert notes(sealed) == []


@pytest.mark.parametrize(
    "name", ["BUDI  Contoh", "budi contoh ", "\uff22udi Contoh"], ids=["capitals", "a space", "wide letters"]
)
def test_whoever_tested_cannot_approve_under_a_second_id(sealed, name):
    second = Person(id="budi2", name=name, roles=("kepala",))
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI, second), "budi2")
    assert (caught.value.code, caught.value.facts["known"]) == ("approval.same_person", "siti")
    sign(sealed, (BUDI, second), "budi2")
    assert notes(sealed)[0]["exception"] == "tester"


def test_another_person_of_the_same_name_has_another_nip_and_may_approve(sealed):
    other = Person(id="budi2", name="Budi Contoh", nip="1988 0101", roles=("kepala",))
    sign(sealed, (BUDI, SITI, other), "budi2")
    same = Person(id="budi3", name="B. Contoh", nip="199001012015031002", roles=("kepala",))
    with pytest.raises(LaboratoryError):
        sign(sealed, (BUDI, SITI, same), "budi3")


def test_where_there_is_only_one_the_exception_is_recorded(sealed):
    sign(sealed, (BUDI, ANI), "budi")
    assert notes(sealed)[0]["exception"] == "tester"


@pytest.mark.parametrize(
    ("who", "meaning"), [("ani", "mengesahkan"), ("siti", "memeriksa"), ("x", "mengesahkan")]
)
def test_each_meaning_has_its_role(sealed, who, meaning):
    with pytest.raises(LaboratoryError) as caught:
        approver(laboratory(BUDI, SITI, ANI), sealed[1].verified, who, meaning)
    assert caught.value.code == "approval.role"


@pytest.mark.parametrize("record", [{"training": True}, {"verdict": None}], ids=["training", "no verdict"])
def test_what_is_no_verification_is_never_approved(sealed, record):
    with pytest.raises(LaboratoryError) as caught:
        sign(sealed, (BUDI, SITI), "siti", **record)
    assert caught.value.code == "approval.no_verification"


@pytest.mark.timeout(120)
def test_the_command_tells_what_is_missing_and_changes_nothing(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    assert tera("void", "000001", "--reason", "salah alat", lab=root).returncode == 0
    record = str(Folders(root).records / "000001.tera.json")
    for options in ((), ("--p12", "x.p12"), ("--token", "t"), ("--service", "http://127.0.0.1:9")):
        told = tera("approve", record, "--person", "penera1", *options, lab=root)
        assert told.returncode == 2
        assert "Traceback" not in told.stderr
    assert not (Folders(root).records / "000001.ttd.pdf").exists()
    shown = tera("audit-trail", "show", "--json", lab=root).stdout
    assert "approved" not in [json.loads(line)["entry"].get("what") for line in shown.splitlines()]
