"""The audit trail: what happened outside of runs, chained with the runs, and checked by a command."""

import ast
import hashlib
import json
import shutil

import apsw
import pytest

from bench.labels import Labels
from bench.laboratory import Folders
from results.entry import BENCH, Concluded, Noted
from results.errors import IntegrityError
from results.journal import Journal
from results.keys import FileKey, keyid_of, read_public
from tests.bench.forked import ROOT
from tests.bench.lab_bench import tera
from tests.bench.signing_lab import PEOPLE, PINS, made, typed
from tests.bench.signing_lab import noted as facts_of
from tests.results.made_run import write_run
from tests.results.own_certificate import PASSWORD, write_p12

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    return root


def void_again(lab):
    return tera("void", "000001", "--reason", "salah", lab=lab)


def noted(lab):
    with Journal(Folders(lab).journal, read_only=True) as journal:
        return [kept.entry for kept in journal.entries(BENCH)]


def shown(lab, *options):
    told = tera("audit-trail", "show", *options, lab=lab)
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_of_a_run_that_was_never_begun_nothing_is_told_as_if_nothing_had_happened(lab):
    for options in ((), ("--json",)):
        told = tera("audit-trail", "show", "--run", "000002", *options, lab=lab)
        assert (told.returncode, told.stdout) == (2, "")
        assert "Tidak ada pengujian 000002" in told.stderr
    with Journal(Folders(lab).journal, read_only=True) as journal:
        (run,) = journal.runs()
    by_id = shown(lab, "--run", run.run)
    assert by_id == shown(lab, "--run", "000001") != ""
    assert {line.split()[2] for line in by_id.splitlines()} == {"000001"}


def test_start_and_stop_of_the_program_are_kept(lab):
    assert [entry.what for entry in noted(lab)] == ["configuration", "started", "stopped"]


def test_nothing_is_kept_twice_when_nothing_changed(lab):
    assert void_again(lab).returncode == 0
    assert void_again(lab).returncode == 2
    assert void_again(lab).returncode == 2
    assert [entry.what for entry in noted(lab)][-4:] == ["stopped", "started", "failed", "stopped"]


def test_a_changed_standard_person_and_file_are_named_with_old_and_new(lab):
    file = lab / "laboratory.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('roles = ["penera"]', 'roles = ["penera", "teknisi"]'), "utf-8")
    assert tera("void", "000001", "--reason", "salah", lab=lab).returncode == 0
    changed = {entry.facts["what"]: entry.facts for entry in noted(lab) if entry.what == "changed"}
    assert {"laboratory.toml", "person penera1"} <= set(changed)
    assert not any(name.startswith(("standard", "driver", "instrument")) for name in changed)
    assert (changed["person penera1"]["old"], changed["person penera1"]["new"]) == (
        "penera",
        "penera, teknisi",
    )


def test_a_failure_is_kept_with_its_code(lab):
    assert tera("void", "000009", "--reason", "x", lab=lab).returncode == 2
    assert [entry.facts["code"] for entry in noted(lab) if entry.what == "failed"] == ["run.unknown"]


def test_the_trail_is_read_in_words_and_as_json(lab):
    assert tera("void", "000001", "--reason", "salah alat", lab=lab).returncode == 0
    text = shown(lab)
    assert "program dibuka" in text
    assert "salah alat" in text
    entries = [json.loads(line) for line in shown(lab, "--json").splitlines()]
    assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))


def test_verify_counts_and_a_changed_entry_is_named(lab):
    told = tera("audit-trail", "verify", "--json", lab=lab)
    assert (told.returncode, json.loads(told.stdout)["sound"]) == (0, True)
    with apsw.Connection(str(Folders(lab).journal)) as file:
        file.execute("DROP TRIGGER entry_stays")
        file.execute("UPDATE entry SET at = '2020-01-01T00:00:00+07:00' WHERE sequence = 2")
    told = tera("audit-trail", "verify", lab=lab)
    assert told.returncode == 5
    assert "2" in told.stderr


DAMAGE = {
    "an entry deleted": "DROP TRIGGER entry_kept; DELETE FROM entry WHERE sequence = 2",
    "two entries swapped": "DROP TRIGGER entry_stays; "
    "UPDATE entry SET sequence = -sequence WHERE sequence IN (2, 3); "
    "UPDATE entry SET sequence = CASE sequence WHEN -2 THEN 3 ELSE 2 END WHERE sequence < 0",
    "another number": "DROP TRIGGER number_stays; UPDATE number SET count = 9 WHERE count = 1",
}


def damage(lab, statement):
    with apsw.Connection(str(Folders(lab).journal)) as file:
        trigger = statement.split()[2].rstrip(";")
        made = file.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,)).get
        file.execute(statement)
        file.execute(made)  # so that only the rows tell


def rows(lab):
    with apsw.Connection(str(Folders(lab).journal)) as file:
        return [list(file.execute(f"SELECT * FROM {table}")) for table in ("entry", "number", "ordered")]  # noqa: S608


@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE)
def test_the_check_of_the_laboratory_tells_a_damaged_journal(lab, statement):
    count = json.loads(tera("audit-trail", "verify", "--json", lab=lab).stdout)["entries"]
    told = tera("check", lab=lab)
    assert told.returncode == 0
    assert f"✔ catatan jurnal: {count}" in told.stdout.splitlines()
    damage(lab, statement)
    told = tera("check", lab=lab)
    assert told.returncode == 5
    assert "✘ catatan jurnal: " in told.stdout
    assert "✔ kunci bench" in told.stdout, "all else is told too"
    assert tera("audit-trail", "verify", lab=lab).returncode == 5


@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE)
def test_no_test_begins_with_a_damaged_journal_and_no_number_is_consumed(lab, statement):
    damage(lab, statement)
    before = rows(lab)
    told = tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab)
    assert told.returncode == 5
    assert len(told.stderr.splitlines()) == 2
    assert rows(lab) == before


OPENERS = {
    "a run that goes on": ("resume", "000001"),
    "a run closed": ("void", "000001", "--reason", "salah"),
    "a key": ("key", "new", "penera1"),
    "a complaint": ("complaint", "receive", "--by", "penera1", "--text", "kurang", "--due", "2199-12-31"),
}


@pytest.mark.parametrize("words", OPENERS.values(), ids=OPENERS)
def test_nothing_is_written_into_a_damaged_journal_and_it_can_be_read(lab, words):
    damage(lab, DAMAGE["an entry deleted"])
    before = rows(lab)
    told = tera(*words, lab=lab)
    assert (told.returncode, len(told.stderr.splitlines())) == (5, 2), told.stderr
    assert rows(lab) == before
    assert json.loads(tera("runs", "--json", lab=lab).stdout)["record"] == "000001"
    assert tera("outbox", lab=lab).returncode == 0
    assert tera("audit-trail", "verify", lab=lab).returncode == 5


def test_nothing_is_amended_with_a_damaged_journal(tmp_path):
    lab = made(tmp_path)
    damage(lab, DAMAGE["an entry deleted"])
    told = typed(lab, "amend", "000001", "--serial", "A-17", "--reason", "salah ketik", pin=PINS["budi"])
    assert told.returncode == 5
    assert "Begin no test" in told.stderr


def test_the_check_of_a_laboratory_without_a_journal_makes_none(tmp_path):
    assert tera("init", str(tmp_path)).returncode == 0
    told = tera("check", lab=tmp_path)
    assert (told.returncode, "catatan jurnal" in told.stdout) == (0, False)
    assert not Folders(tmp_path).journal.exists()


def test_a_trusted_key_that_the_journal_never_saw_made_or_used_is_named(lab, tmp_path):
    assert void_again(lab).returncode == 0
    assert tera("audit-trail", "verify", lab=lab).returncode == 0
    for name in ("bench@2024-01-01-00000000", "officer-budi@2024-01-01-00000000"):
        FileKey.open(tmp_path / f"{name}.pem")
        shutil.copy(tmp_path / f"{name}.pub", Folders(lab).keys)
    strange = {keyid_of(read_public(file)) for file in tmp_path.glob("*.pub")}
    told = tera("audit-trail", "verify", lab=lab)
    assert told.returncode == 5
    assert all(keyid[:16] in told.stderr for keyid in strange)
    assert told.stderr.count("tera: Kunci") == 2


BAD_KEYS = {
    "another's": ("officer-budi@2024.pub", b"no key", 1),
    "the bench's own": ("bench.pub", b"", 2),  # of the key that it stands for nothing is known either
    "when another was revoked": ("officer-penera1.revoked", b"kemarin", 1),
}


@pytest.mark.parametrize(("name", "content", "most"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_file_that_is_no_key_is_named_and_the_journal_is_checked_all_the_same(lab, name, content, most):
    assert void_again(lab).returncode == 0
    (Folders(lab).keys / name).write_bytes(content)
    told = tera("audit-trail", "verify", "--json", lab=lab)
    assert told.returncode == 5
    said = json.loads(told.stdout)
    assert (said["sound"], said["sealed"], said["entries"] > 5) == (False, 1, True)
    assert name in told.stderr
    assert len(said["faults"]) == len(set(said["faults"])) <= most
    strange = FileKey.open(lab / "officer-x.pem")
    shutil.copy(lab / "officer-x.pub", Folders(lab).keys)
    assert strange.keyid[:16] in tera("audit-trail", "verify", lab=lab).stderr  # trusted, and never seen
    damage(lab, DAMAGE["an entry deleted"])
    assert "journal.db" in tera("audit-trail", "verify", lab=lab).stderr


def test_a_key_of_a_person_that_was_made_before_it_was_needed_is_known(lab):
    assert tera("key", "new", "penera1", lab=lab).returncode == 0
    assert tera("audit-trail", "verify", lab=lab).returncode == 0


def test_a_laboratory_without_a_journal_is_told(tmp_path):
    assert tera("audit-trail", "show", lab=tmp_path).returncode == 2


def test_an_update_inside_a_run_breaks_the_order(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, end="open")
        at, elapsed = "2026-11-21T11:00:00+07:00", 1e6
        software = {"sha256:drivers": "another"}
        note = Noted(what="configuration", facts={"configuration": software})
        journal.append(BENCH, note, at=at, elapsed=elapsed)
        assert journal.verify() > 0
        journal.append("run-1", Concluded(conclusion={}), at=at, elapsed=elapsed)
        with pytest.raises(IntegrityError) as caught:
            journal.verify()
    assert caught.value.code == "journal.updated"


def test_every_printing_is_kept_before_the_paper_is_handed_out(lab, tmp_path):
    assert void_again(lab).returncode == 0
    record = lab / "data/records/000001.tera.json"
    first = (lab / "data/records/000001.pdf").read_bytes()
    for name in ("a.pdf", "b.pdf"):
        assert tera("certificate", str(record), "-o", str(tmp_path / name), lab=lab).returncode == 0
    printed = [entry for entry in noted(lab) if entry.what in {"printed", "reprinted"}]
    assert [entry.what for entry in printed] == ["printed", "reprinted", "reprinted"]
    digest = hashlib.sha256(first).hexdigest()
    assert {(entry.facts["record"], entry.facts["paper"]) for entry in printed} == {("000001", digest)}
    assert [entry.facts.get("to") for entry in printed[1:]] == [
        str(tmp_path / "a.pdf"),
        str(tmp_path / "b.pdf"),
    ]


def test_nobody_prints_past_the_trail_by_naming_another_laboratory(lab, tmp_path):
    assert void_again(lab).returncode == 0
    record = lab / "data/records/000001.tera.json"
    keys = ("--keys", str(lab / "data/keys"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert (
        tera("certificate", str(record), *keys, "-o", str(tmp_path / "x.pdf"), lab=elsewhere).returncode == 0
    )
    assert [entry.what for entry in noted(lab)][-1] == "reprinted"


def test_nothing_is_printed_while_the_trail_cannot_be_written(lab, tmp_path):
    assert void_again(lab).returncode == 0
    record = lab / "data/records/000001.tera.json"
    with Journal(Folders(lab).journal):
        assert tera("certificate", str(record), "-o", str(tmp_path / "x.pdf"), lab=lab).returncode == 3
    assert not (tmp_path / "x.pdf").exists()


def test_each_entry_says_whether_the_clock_followed_another(lab):
    entries = noted(lab)
    assert {entry.facts["synchronised"] for entry in entries} <= {"yes", "no", "unknown"}
    (started,) = [entry for entry in entries if entry.what == "started"]
    assert started.facts["clock"]["synchronised"] == started.facts["synchronised"]


WRITERS = {
    "approve": ("approve", "000001", "--person", "siti", "--meaning", "mengesahkan", "--p12", "siti.p12"),
    "complaint": ("complaint", "receive", "--by", "siti", "--text", "kurang 50 g", "--due", "2199-12-31"),
    "key": ("key", "new", "bench"),
    "retention, refused": ("retention", "release", "000001", "--by", "siti", "--reason", "x"),
    "certificate": ("certificate", "000001", "-o", "siti.pdf"),
}


@pytest.mark.parametrize("case", WRITERS)
def test_roles_changed_for_one_command_stand_in_the_trail_before_what_it_does(tmp_path, monkeypatch, case):
    root, folder = made(tmp_path / "lab"), tmp_path
    monkeypatch.setenv("TERA_PASSPHRASE", PASSWORD)
    write_p12(folder / "siti.p12", "Siti Contoh")
    line = [str(folder / word) if word.startswith("siti.") else word for word in WRITERS[case]]
    pin = "000000" if "refused" in case else PINS["siti"]
    assert typed(root, "key", "new", "bench").returncode == 0  # the first that is noted here
    (root / "laboratory.toml").write_text(
        PEOPLE.replace('Budi Contoh"', 'Budi Contoh"\nroles = ["penera", "kepala"]'), "utf-8"
    )
    told = typed(root, *line, pin=pin)
    assert (told.returncode == 0) == ("refused" not in case), told.stderr
    (root / "laboratory.toml").write_text(PEOPLE, "utf-8")
    assert typed(root, "key", "new", "bench").returncode == 0
    changed = [(one["old"], one["new"]) for one in facts_of(root, "changed") if one["what"] == "person budi"]
    assert changed == [("penera; PIN", "penera, kepala; PIN"), ("penera, kepala; PIN", "penera; PIN")]
    with Journal(Folders(root).journal, read_only=True) as journal:
        whats = [kept.entry.what for kept in journal.entries(BENCH)]
    assert whats.index("changed") == 2  # after the first configuration and the first key
    assert whats[-1] == "key_made"


def test_a_command_without_instruments_changes_nothing_that_is_known_of_them(lab):
    assert tera("key", "new", "bench", lab=lab).returncode == 0
    assert void_again(lab).returncode == 0
    assert not [entry for entry in noted(lab) if entry.what == "changed" and "key" not in entry.facts["what"]]


def test_instruments_that_are_told_first_after_a_command_without_them_have_not_changed(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("key", "new", "bench", lab=root).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    said = [entry.facts["what"] for entry in noted(root) if entry.what == "changed"]
    assert [name for name in said if not name.startswith("key ")] == []


def test_every_fact_that_is_noted_has_its_word():
    """A fact without one would stand in the list under the program's own name for it."""
    told = {"changes", "configuration"}  # a line or a word for each of what is in it
    named = {
        keyword.arg
        for file in (ROOT / "bench").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note"
        for keyword in node.keywords
        if keyword.arg is not None
    }
    assert len(named) > 20
    labels = Labels("id")
    assert [name for name in sorted(named - told) if labels.known(f"trail_fact.{name}") is None] == []
