"""The audit: whoever holds the keys can sign anything, and still every difference is named."""

import gc
import json
import shutil
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec
import pytest

from bench.__main__ import main
from bench.audit import Audit, audit
from bench.cli import audit as audit_command
from bench.laboratory import Folders, load
from drivers.notation import to_plain
from results.entry import Done, RunBegun
from results.gathered import gather, spread
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys
from results.sealing import seal
from results.verification import load_record
from tests.bench.lab_bench import laboratory, outcome, tera

pytestmark = pytest.mark.timeout(180)
RECORD = Path("data/records/000001.tera.json")
WEIGHING = "accuracy/up/15000 g/settled"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A laboratory with one sealed record; nothing here changes it."""
    root = tmp_path_factory.mktemp("audited") / "lab"
    with laboratory(root, "tcp") as found:
        outcome(found.tera("run", "scales", "--uut", str(found.order)))
    return root


@pytest.fixture
def copy(lab, tmp_path):
    return shutil.copytree(lab, tmp_path / "lab")


def forged(lab, root, change, *, deep=False) -> Audit:
    """Audit what the laboratory's own keys would seal if its journal said something else."""
    keys = Folders(lab).keys
    seals = [FileKey.open(file) for file in sorted(keys.glob("*.pem"))]
    trusted = read_trusted_keys(keys)
    with Journal(Folders(lab).journal, read_only=True) as journal:
        entries = journal.entries(journal.runs()[0].run)
    root.mkdir(exist_ok=True)
    with Journal(root / "journal.db") as journal:
        for kept in entries[:-1]:
            entry = change(kept.entry)
            if isinstance(entry, RunBegun):
                journal.begin(kept.run, entry, at=kept.at, elapsed=kept.elapsed)
            elif entry is not None:
                journal.append(kept.run, entry, at=kept.at, elapsed=kept.elapsed)
        sealed = seal(
            journal, entries[0].run, folder=root, seals=seals, keys=trusted, at=kept.at, elapsed=kept.elapsed
        )
    return audit(sealed.verified, deep=deep)


def beginning(**changes):
    """Change the entry with which the run began."""

    def change(entry):
        return msgspec.structs.replace(entry, **changes) if isinstance(entry, RunBegun) else entry

    return change


def weighing(**changes):
    """Change one reading's entry; None removes it."""

    def change(entry):
        if not isinstance(entry, Done) or entry.path != WEIGHING:
            return entry
        return msgspec.structs.replace(entry, **changes) if changes else None

    return change


def begun_of(lab) -> RunBegun:
    keys = read_trusted_keys(Folders(lab).keys)
    return load_record(lab / RECORD, keys).evidence.begun


def cupboard(lab):
    return tuple(to_plain(standard) for standard in load(lab).standard)


def names(found: Audit) -> set[str]:
    return {difference.where for difference in found.differences}


def test_what_was_sealed_comes_out_again(lab, tmp_path):
    found = forged(lab, tmp_path / "x", beginning(cupboard=cupboard(lab)), deep=True)
    assert found == Audit(differences=(), unchecked=())


@pytest.mark.parametrize("deep", [False, True])
def test_what_an_audit_needed_is_free_again_without_a_search_for_circles(lab, tmp_path, deep):
    forged(lab, tmp_path / "case", lambda entry: entry, deep=deep)  # all modules are loaded
    path = next((tmp_path / "case").glob("*.tera.json"))
    keys = read_trusted_keys(Folders(lab).keys)
    gc.collect()
    gc.disable()
    try:
        assert not audit(load_record(path, keys), deep=deep).differences
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_what_the_evidence_does_not_hold_is_said(lab, tmp_path):
    instruments = {
        role: {name: value for name, value in facts.items() if name != "settle"}
        for role, facts in begun_of(lab).instruments.items()
    }
    found = forged(lab, tmp_path / "x", beginning(cupboard=(), instruments=instruments), deep=True)
    assert found == Audit(differences=(), unchecked=("rest", "task"))


def test_another_edition_is_named_as_such(lab, tmp_path):
    found = forged(lab, tmp_path / "x", beginning(procedure_digest="0" * 64))
    assert found.differences == ()
    assert "0" * 64 in found.release.sealed


def test_a_rule_table_with_wider_limits_is_named_though_the_script_agrees(lab, tmp_path):
    task = begun_of(lab).task
    citation = dict.fromkeys(task["rules"]["tolerance"]["citation"], "x")
    rules = task["rules"] | {"tolerance": task["rules"]["tolerance"] | {"citation": citation}}
    assert "rules tolerance" in names(
        forged(lab, tmp_path / "x", beginning(task=task | {"rules": rules, "rules_digest": "0" * 64}))
    )


def test_a_rule_table_of_another_file_is_named(lab, tmp_path):
    task = begun_of(lab).task | {"rules_digest": "0" * 64}
    assert names(forged(lab, tmp_path / "x", beginning(task=task))) == {"rules digest", "task rules_digest"}


def test_a_rule_table_that_nobody_knows_is_named(lab, tmp_path):
    task = begun_of(lab).task
    assert "rules" in names(
        forged(lab, tmp_path / "x", beginning(task=task | {"rules": task["rules"] | {"id": "mine"}}))
    )


def test_standards_that_the_task_does_not_use_are_named(lab, tmp_path):
    used = [use | {"certificate": "x"} for use in begun_of(lab).standards]
    assert names(forged(lab, tmp_path / "x", beginning(standards=tuple(used)))) == {"standards"}


def test_a_task_that_does_not_follow_from_its_assignment_is_named(lab, tmp_path):
    task = begun_of(lab).task
    task |= {"weighings": task["weighings"] - 1}
    change = beginning(task=task, cupboard=cupboard(lab))
    assert "task weighings" in names(forged(lab, tmp_path / "x", change))


def test_a_task_for_which_there_were_no_weights_is_named(lab, tmp_path):
    few = tuple(standard | {"weights": standard["weights"][:1]} for standard in cupboard(lab))
    found = forged(lab, tmp_path / "x", beginning(cupboard=few))
    assert names(found) == {"task"}


def test_a_reading_that_is_not_there_is_asked_for_by_its_role(lab, tmp_path):
    found = forged(lab, tmp_path / "x", weighing())
    (difference,) = found.differences
    assert "a reading of uut" in difference.derived


NO_REST = {"no samples": lambda samples: (), "too short": lambda samples: samples[-2:]}


@pytest.mark.parametrize("cut", NO_REST.values(), ids=NO_REST)
def test_a_reading_whose_rest_cannot_be_shown_is_named(lab, tmp_path, cut):
    with Journal(Folders(lab).journal, read_only=True) as journal:
        entries = journal.entries(journal.runs()[0].run)
    samples = next(
        spread(kept.entry.samples)
        for kept in entries
        if isinstance(kept.entry, Done) and kept.entry.path == WEIGHING
    )
    assert len(samples) > 2
    found = forged(lab, tmp_path / "x", weighing(samples=gather(cut(samples))), deep=True)
    assert names(found) == {WEIGHING}
    assert "rest cannot be shown" in found.differences[0].derived


def test_readings_without_their_driver_file_are_named(lab, tmp_path):
    found = forged(lab, tmp_path / "x", beginning(drivers={}), deep=True)
    assert WEIGHING in names(found)
    assert "no driver file" in found.differences[0].derived


# ---------------------------------------------------------------------- the command


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def stray(lab, tmp_path):
    """A record that came by post, with a stranger's key beside it, and a folder that is no laboratory."""
    folder = tmp_path / "post"
    folder.mkdir()
    for file in ("000001.tera.json", "000001.h5"):
        shutil.copy(lab / "data/records" / file, folder)
    FileKey.open(folder / "bench.pem")
    FileKey.open(folder / "officer-penera1.pem")
    return folder / "000001.tera.json"


def test_a_key_beside_the_record_changes_nothing_and_the_exit_code_says_in_doubt(lab, stray, tmp_path):
    nowhere = tmp_path / "nowhere"
    verified = tera("record", "verify", str(stray), "--json", lab=nowhere)
    assert verified.returncode == 3, verified.stderr
    (found,) = lines(verified)
    assert (found["signatures_checked"], found["keys"], found["sound"]) == (False, None, True)
    audited = tera("audit", str(stray), "--json", lab=nowhere)
    assert audited.returncode == 3, audited.stderr
    assert {"signatures", "journal"} <= set(lines(audited)[0]["unchecked"])
    told = tera("audit", str(stray), "--lang", "en", lab=nowhere)
    assert "Signatures NOT checked" in told.stdout


def test_without_keys_nothing_is_handed_on(stray, tmp_path):
    nowhere = tmp_path / "nowhere"
    paper = tmp_path / "x.pdf"
    for command in (("certificate", str(stray), "-o", str(paper)), ("record", "export", str(stray))):
        refused = tera(*command, lab=nowhere)
        assert refused.returncode == 2
        assert "--keys" in refused.stderr
        assert refused.stdout == ""
    assert not paper.exists()
    assert tera("record", "show", str(stray), lab=nowhere).returncode == 0


def test_keys_that_a_person_names_are_trusted_and_no_others(lab, stray, tmp_path):
    own, strangers = str(lab / "data/keys"), str(stray.parent)
    verified = tera("record", "verify", str(stray), "--json", "--keys", own, lab=tmp_path)
    assert verified.returncode == 0, verified.stdout
    assert lines(verified)[0]["keys"] == own
    assert tera("record", "verify", str(stray), "--keys", strangers, lab=lab).returncode == 5
    assert tera("audit", str(stray), "--keys", own, lab=tmp_path).returncode == 0


def test_a_bad_file_does_not_hide_the_others(copy, tmp_path):
    records = copy / "data/records"
    (records / "000000.tera.json").write_bytes(b"{")
    (records / "000002.tera.json").write_bytes((copy / RECORD).read_bytes())
    files = [str(records / f"00000{number}.tera.json") for number in (0, 1, 2, 3)]
    done = tera("audit", *files, "--json", lab=copy)
    assert done.returncode == 5
    assert [line["ok"] for line in lines(done)] == [False, True, False, False, True]
    assert [Path(line["file"]).name for line in lines(done)][4] == "journal.db"
    assert "unforeseen" not in done.stderr


def test_a_folder_stands_for_its_records_and_many_are_told_in_order(copy, tmp_path):
    records = copy / "data/records"
    for number in range(2, 81):
        for suffix in (".tera.json", ".h5"):
            (records / f"copy{number:02d}{suffix}").write_bytes(
                (copy / RECORD).with_suffix("").with_suffix(suffix).read_bytes()
            )
    (records / "copy17.tera.json").write_bytes(b"{")
    done = tera("audit", str(records), "--json", lab=copy)
    assert done.returncode == 5
    *files, journal = lines(done)
    assert [Path(one["file"]).name[:6] for one in files] == [
        "000001",
        *(f"copy{n:02d}" for n in range(2, 81)),
    ]
    assert [Path(one["file"]).name[:6] for one in files if not one["ok"]] == ["copy17"]
    assert Path(journal["file"]).name == "journal.db"
    assert journal["ok"]


def test_a_folder_without_records_is_a_usage_error_and_hides_no_other(lab, tmp_path):
    done = tera("audit", str(tmp_path), "x" * 300, str(lab / RECORD), lab=lab)
    assert done.returncode in {2, 3}
    assert "data/records" in done.stdout
    assert [line[0] for line in done.stdout.splitlines() if line[0] != " "] == ["✘", "✘", "✔", "3", "✔"]
    assert "3 rekaman diperiksa, 1 tanpa cela" in done.stdout
    assert tera("audit", str(tmp_path), lab=tmp_path).returncode == 2


def test_where_no_processes_can_be_shared_one_does_it_all(copy, monkeypatch, capsys):
    def missing(*_args, **_named):
        raise NotImplementedError("no semaphores here")

    monkeypatch.setattr(audit_command, "ProcessPoolExecutor", missing)
    monkeypatch.setattr(audit_command, "_MANY", 1)
    assert main(["--lab", str(copy), "audit", str(copy / RECORD)]) == 0
    assert capsys.readouterr().out.startswith("✔")


def test_a_process_that_was_ended_is_told_and_the_journals_are_still_looked_at(copy, monkeypatch, capsys):
    class Ended:
        def __init__(self, *_args, **_named):
            pass

        def map(self, one, files, **_named):
            yield one(files[0])
            raise BrokenProcessPool

        def shutdown(self, **_named):
            pass

    monkeypatch.setattr(audit_command, "ProcessPoolExecutor", Ended)
    monkeypatch.setattr(audit_command, "_MANY", 1)
    assert main(["--lab", str(copy), "audit", *[str(copy / RECORD)] * 3]) == 3
    marks = [line[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "]
    assert marks == ["✔", "✔", "✘", "3", "✔"]


def test_a_record_whose_entries_the_journal_at_hand_does_not_hold_is_noticed(lab, copy):
    with Journal(Folders(lab).journal, read_only=True) as source:
        first = source.entries(source.runs()[0].run)[0]
    for file in Folders(copy).data.glob("journal.db*"):
        file.unlink()
    with Journal(Folders(copy).journal) as journal:
        journal.begin(first.run, first.entry, at=first.at, elapsed=first.elapsed)
    done = tera("audit", str(copy / RECORD), "--json", lab=copy)
    assert done.returncode == 5
    assert [line["ok"] for line in lines(done)] == [True, False]
