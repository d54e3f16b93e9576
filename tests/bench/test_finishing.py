"""Who signs, and what leaves the bench: the officer who tested, and only records that the journal knows."""

import json
import subprocess
import sys

import pytest

from bench.laboratory import Folders
from results.keys import read_trusted_keys
from results.registry.server import EmbeddedRegistry
from results.verification import load_record
from tests.bench.forked import ENVIRONMENT
from tests.bench.lab_bench import registry_key, tera
from tests.results.registry_bench import Bench

pytestmark = pytest.mark.timeout(120)
ANOTHER = """[[person]]
id = "penera2"
name = "Penera Lain"

[[person]]
id = "penera1\""""


@pytest.fixture
def lab(tmp_path):
    """A laboratory with a run that was begun by penera1 and left."""
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    return root


def change(lab, before, after):
    file = lab / "laboratory.toml"
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def void(lab):
    return tera("void", "000001", "--reason", "salah alat", lab=lab)


def outbox(lab):
    done = tera("outbox", "--json", lab=lab)
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_whoever_tested_signs_even_when_another_officer_sits_there_now(lab):
    change(lab, '[[person]]\nid = "penera1"', ANOTHER)
    assert void(lab).returncode == 0
    keys = read_trusted_keys(Folders(lab).keys)
    verified = load_record(Folders(lab).records / "000001.tera.json", keys)
    assert [keys[keyid].person for keyid in verified.signed_by] == ["", "penera1"]


def loaded_by(lab, *command):
    """The modules that a command has loaded when it ends; a person who is asked says nothing."""
    program = "import sys; from bench.__main__ import main; main(sys.argv[1:]); print('LOADED', *sys.modules)"
    line = [sys.executable, "-c", program, *command, "--lab", str(lab)]
    done = subprocess.run(line, input="", capture_output=True, text=True, env=ENVIRONMENT, check=True)
    return done.stdout.rpartition("LOADED")[2].split()


def test_no_verdict_waits_for_the_libraries_of_its_seal(lab):
    assert "h5py" not in loaded_by(lab, "runs")
    assert "h5py" in loaded_by(lab, "resume", "000001")


def test_a_run_of_an_officer_who_is_gone_is_told_and_kept(lab):
    change(lab, 'id = "penera1"', 'id = "penera2"')
    assert void(lab).returncode == 2
    assert json.loads(tera("runs", "--json", lab=lab).stdout)["state"] == "open"
    change(lab, 'id = "penera2"', 'id = "penera1"')
    assert void(lab).returncode == 0


def test_a_record_that_the_journal_did_not_seal_is_told_and_never_queued(lab):
    (Folders(lab).records / "000009.tera.json").write_bytes(Bench().seal())
    lines, told = outbox(lab)
    assert lines == []
    assert "000009.tera.json" in told
    assert void(lab).returncode == 0
    assert [line["record"] for line in outbox(lab)[0]] == ["000001"]


def test_a_paper_alone_is_checked_elsewhere_with_the_keys_that_the_office_published(lab, tmp_path):
    assert void(lab).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paper = elsewhere / "000001.pdf"
    paper.write_bytes((Folders(lab).records / "000001.pdf").read_bytes())
    keys = tmp_path / "published"
    keys.mkdir()
    for public in Folders(lab).keys.glob("*.pub"):
        (keys / public.name).write_bytes(public.read_bytes())
    checked = tera("record", "verify", str(paper), "--keys", str(keys), "--json", lab=elsewhere)
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["checks"]["paper"] == "holds"
    assert tera("record", "verify", str(paper), lab=elsewhere).returncode == 3  # nobody vouches for the keys
    paper.write_bytes(paper.read_bytes().replace(b"/Page", b"/Pagf", 1))
    changed = tera("record", "verify", str(paper), "--keys", str(keys), lab=elsewhere)
    assert changed.returncode == 5
    paper.write_bytes(b"halo")
    none = tera("record", "verify", str(paper), "--keys", str(keys), lab=elsewhere)
    assert none.returncode == 5
    assert none.stderr.startswith("tera: ")  # no line of the library that reads it
    assert "000001.pdf" in changed.stderr


def test_a_training_record_stays_where_it_is_and_keeps_no_registry_waiting(lab):
    key = registry_key(lab / "registry")
    change(lab, 'driver = "manual"', 'driver = "st-gs"\ntwin = { max = "15 kg", d = "5 g" }')
    with (lab / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[registry]\nurl = "http://127.0.0.1:9"\nkey = "{key}"\n')
    assert tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab).returncode == 3
    assert tera("void", "L-000001", "--reason", "latihan", lab=lab).returncode == 0
    assert tera("push", lab=lab).returncode == 0
    assert [(line["record"], line["attempts"]) for line in outbox(lab)[0]] == [("L-000001", 0)]
    for command in ("show", "verify"):
        assert tera("record", command, "L-000001", lab=lab).stdout.startswith("LATIHAN / TRAINING\n")
    assert "L-000001.tera.json  LATIHAN / TRAINING\n" in tera("audit", "L-000001", lab=lab).stdout


def test_what_was_sealed_without_a_nip_is_told_with_its_remedy_and_holds_nobody_once_its_key_is_enrolled(
    lab, tmp_path
):
    """Its bench knew no register then; the register takes numbers in their order, and none may be missing."""
    assert void(lab).returncode == 0
    change(lab, 'nip = ""\ntitle', 'nip = "1980"\ntitle')
    with EmbeddedRegistry(tmp_path / "registry", training=False) as registry:
        keys = {key.person: key for key in read_trusted_keys(Folders(lab).keys).values()}
        office = "UPTD Metrologi Legal Kabupaten Contoh"
        registry.store.enrol("BENCH-01", keys[""].public, office)
        registry.store.enrol("1970", Bench().key.public, office, role="officer")
        with (lab / "laboratory.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[registry]\nurl = "{registry.url}"\nkey = "{registry.key}"\n')
        assert tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab).returncode == 3
        assert tera("void", "000002", "--reason", "salah alat", lab=lab).returncode == 0
        assert tera("push", lab=lab).returncode == 3
        first, second = outbox(lab)[0]
        assert (first["state"], second["state"]) == ("ditolak", "tersegel")
        assert "belum terdaftar" in first["problem"]
        assert "Daftarkan kunci publik penera" in first["remedy"]
        assert "000001" in second["problem"]
        table = tera("outbox", lab=lab).stdout
        assert first["remedy"] in table
        assert second["problem"] in table
        registry.store.enrol("1980", keys["penera1"].public, office, role="officer")
        assert tera("push", lab=lab).returncode == 0
        assert [line["state"] for line in outbox(lab)[0]] == ["diterima", "diterima"]


def test_a_record_whose_evidence_was_changed_is_not_pushed(lab):
    key = registry_key(lab / "registry")
    with (lab / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[registry]\nurl = "http://127.0.0.1:9"\nkey = "{key}"\n')
    assert void(lab).returncode == 0
    evidence = Folders(lab).records / "000001.h5"
    evidence.write_bytes(evidence.read_bytes()[:-1] + b"?")
    pushed = tera("push", lab=lab)
    assert pushed.returncode == 3
    assert "000001.h5" in pushed.stderr
    assert "127.0.0.1" not in pushed.stderr
