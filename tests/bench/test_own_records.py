"""A record that passes for one of a bench must be the one that its journal sealed, where that is at hand."""

import json
import shutil

import pytest

from bench.amending import amend
from bench.laboratory import Folders
from results.journal import Journal
from results.verification import load_record
from tests.bare_rights import bound
from tests.bench.lab_bench import tera
from tests.bench.test_amending import Lab
from tests.results.made_run import seal_with, write_run

pytestmark = pytest.mark.timeout(120)
SUFFIXES = (".tera.json", ".h5", ".pdf")
NO_SUCH_SEAL = "tidak menyegel rekaman bernomor ini"


def made(root, *runs, keys=None, bench="BENCH-02"):
    """A laboratory with a sealed record of each run, of which those failed that are True."""
    assert tera("init", str(root)).returncode == 0
    file, folders = root / "laboratory.toml", Folders(root)
    file.write_text(file.read_text("utf-8").replace("BENCH-01", bench), "utf-8")
    folders.make()
    if keys is not None:
        shutil.copytree(keys, folders.keys, dirs_exist_ok=True)
    with Journal(folders.journal) as journal:
        for place, failing in enumerate(runs):
            write_run(journal, f"{root.name}-{place}", officer_id="budi", failing=failing)
            seal_with(journal, folders.keys, folders.records, f"{root.name}-{place}")
    return folders


@pytest.fixture
def lab(tmp_path):
    """A laboratory whose instrument failed, beside a copy of the folder in which it passed."""
    folders = made(tmp_path / "lab", True)
    made(tmp_path / "copy", False, False, keys=folders.keys)
    return tmp_path / "lab"


def taken(lab, folder, number="000001", *, called=""):
    """What the copy sealed under a number, laid into a folder."""
    folder.mkdir(exist_ok=True)
    called = called or number
    for suffix in SUFFIXES:
        shutil.copy(lab.parent / f"copy/data/records/{number}{suffix}", folder / f"{called}{suffix}")
    return str(folder / f"{called}.tera.json")


def verified(lab, file, *options):
    """The exit code, and what is said of the journal's part: None when no journal was asked."""
    told = tera("record", "verify", file, *options, "--json", lab=lab)
    return told.returncode, json.loads(told.stdout)["checks"].get("journal")


COMMANDS = {
    "show": ("record", "show"),
    "verify": ("record", "verify"),
    "export": ("record", "export"),
    "certificate": ("certificate", "-o", "out.pdf"),
    "approve": ("approve", "--person", "penera1", "--p12", "own.p12"),
    "amend": ("amend", "--reason", "salah ketik", "--serial", "A-17"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_record_of_a_copy_of_the_folder_is_refused_where_another_was_sealed(lab, case):
    taken(lab, Folders(lab).records)
    told = tera(*COMMANDS[case], "000001", lab=lab)
    assert told.returncode == 5, told
    assert "menyegel rekaman lain dengan nomor ini" in told.stderr
    assert "✔ SAH" not in told.stdout
    assert {file.name for file in Folders(lab).records.iterdir()} == {f"000001{one}" for one in SUFFIXES}


def test_it_is_found_too_by_a_file_elsewhere_and_by_the_papers_of_the_folder(lab, tmp_path):
    elsewhere = taken(lab, tmp_path / "stick")
    paper = Folders(lab).records / "000001.ttd.pdf"
    shutil.copy(elsewhere.replace(".tera.json", ".pdf"), paper)
    other = str(lab.parent / "copy/data/records/000001.tera.json")
    for file in (elsewhere, str(paper), other):
        code, said = verified(lab, file)
        assert (code, "another record under this number" in said) == (5, True)
    assert verified(lab, "000001") == (0, "holds")
    shutil.copy(Folders(lab).records / "000001.pdf", Folders(lab).records / "000007.pdf")
    assert "named 000007" in verified(lab, str(Folders(lab).records / "000007.pdf"))[1]


def test_no_certificate_is_printed_of_a_record_of_this_bench_that_it_never_sealed(lab, tmp_path):
    """Signed with keys that somebody laid among those of the bench."""
    forged = taken(lab, tmp_path / "stick", "000002")
    told = tera("certificate", forged, "-o", str(tmp_path / "out.pdf"), lab=lab)
    assert (told.returncode, NO_SUCH_SEAL in told.stderr) == (5, True)
    assert not (tmp_path / "out.pdf").exists()


def test_what_is_of_elsewhere_is_held_against_no_journal(lab, tmp_path):
    foreign = made(tmp_path / "foreign", False, bench="BENCH-02")
    named = ("--keys", str(foreign.keys))
    file = str(shutil.copytree(foreign.records, tmp_path / "sent") / "000001.tera.json")
    assert verified(lab, file, *named) == (0, None)  # other keys: another office's bench of the same name
    other = (lab / "laboratory.toml").read_text("utf-8").replace("BENCH-02", "BENCH-03")
    (lab / "laboratory.toml").write_text(other, "utf-8")
    assert verified(lab, taken(lab, tmp_path / "stick")) == (0, None)  # of another bench
    assert verified(lab, taken(lab, Folders(lab).records, called="dari-bench-02")) == (0, None)
    Folders(lab).journal.unlink()
    taken(lab, Folders(lab).records)
    assert verified(lab, "000001") == (0, None)


def test_a_bench_at_work_is_not_disturbed(lab):
    with Journal(Folders(lab).journal) as journal:
        write_run(journal, "at-work", end="open", officer_id="budi")
        assert verified(lab, "000001") == (0, "holds")


def test_a_record_of_after_the_backup_is_left_open_where_a_bench_was_restored_from_it(tmp_path):
    folders = made(tmp_path / "lab", False)
    assert tera("backup", str(tmp_path), lab=tmp_path / "lab").returncode == 0
    (backup,) = tmp_path.glob("tera-*")
    with Journal(folders.journal) as journal:
        write_run(journal, "later", officer_id="budi")
        seal_with(journal, folders.keys, folders.records, "later")
    stick = tmp_path / "stick"
    stick.mkdir()
    for suffix in SUFFIXES:
        shutil.copy(folders.records / f"000002{suffix}", stick)
    shutil.rmtree(tmp_path / "lab")
    assert tera("restore", str(backup), "--into", str(tmp_path / "lab")).returncode == 0
    told = tera("record", "verify", str(stick / "000002.tera.json"), lab=tmp_path / "lab")
    assert told.returncode == 3, told.stdout + told.stderr
    assert "▲ Bench ini dipulihkan dari cadangan sebelum rekaman ini" in told.stdout
    assert "✘" not in told.stdout
    assert tera("record", "verify", "000001", lab=tmp_path / "lab").returncode == 0


@pytest.fixture
def corrected(tmp_path):
    """A laboratory whose record 000001 was corrected by 000003; 000002 is another's."""
    folders = made(tmp_path / "lab", False, False)
    with Journal(folders.journal) as journal:
        old = load_record(folders.records / "000001.tera.json")
        Lab(journal, folders.journal.parent).amend(old, owner__name="Toko Sari Darat")
    return tmp_path / "lab"


@pytest.mark.parametrize("file", ["000001", "paper"])
def test_a_record_that_another_replaces_is_not_told_as_one_that_holds(corrected, file):
    named = str(Folders(corrected).records / "000001.pdf") if file == "paper" else file
    told = tera("record", "verify", named, lab=corrected)
    assert (told.returncode, "✘" in told.stdout) == (3, False), told.stdout + told.stderr
    assert "▲ Catatan ini sudah diganti catatan 000003" in told.stdout
    last = told.stdout.strip().splitlines()[-1]
    assert last == "▲ Kesimpulan: 000001 asli dan utuh, tetapi sudah diganti: yang berlaku catatan 000003"
    said = json.loads(tera("record", "verify", named, "--json", lab=corrected).stdout)
    assert (said["sound"], said["superseded_by"]) == (True, "000003")


def test_what_a_replaced_record_says_is_shown_with_the_number_of_the_new_one(corrected):
    told = tera("record", "show", "000001", lab=corrected)
    assert (told.returncode, "▲ Catatan ini sudah diganti catatan 000003" in told.stdout) == (0, True)
    said = json.loads(tera("record", "show", "000001", "--json", lab=corrected).stdout)
    assert said["superseded_by"] == "000003"


@pytest.mark.parametrize("number", ["000002", "000003"])
def test_neither_another_record_nor_the_new_one_is_told_as_replaced(corrected, number):
    assert verified(corrected, number) == (0, "holds")
    for command in ("verify", "show"):
        told = tera("record", command, number, "--json", lab=corrected)
        assert json.loads(told.stdout)["superseded_by"] is None


def test_a_correction_that_is_not_sealed_yet_replaces_nothing(tmp_path):
    folders = made(tmp_path / "lab", False)
    with Journal(folders.journal) as journal:
        old = load_record(folders.records / "000001.tera.json")
        around = Lab(journal, folders.journal.parent).around
        amend(around, old, {"owner.name": "Toko Sari Darat"}, "salah ketik")
    assert verified(tmp_path / "lab", "000001") == (0, "holds")


def test_the_list_of_runs_says_which_record_replaces_another(corrected):
    first, second, third = tera("runs", lab=corrected).stdout.splitlines()
    marked = ["▲ diganti catatan 000003" in line for line in (first, second, third)]
    assert marked == [True, False, False]
    said = [json.loads(line) for line in tera("runs", "--json", lab=corrected).stdout.splitlines()]
    assert [one["superseded_by"] for one in said] == ["000003", None, None]


def unwritable(lab, *options):
    """What `record verify` says of the first record where nothing of the laboratory can be written."""
    data = Folders(lab).journal.parent
    data.chmod(0o555)
    try:
        return bound("-m", "bench", "record", *options, "--lab", str(lab))
    finally:
        data.chmod(0o755)


def test_a_record_on_media_that_cannot_be_written_is_checked_with_its_journal(corrected):
    assert "000003" in unwritable(corrected, "show", "000001").stdout
    told = unwritable(corrected, "verify", "000002")
    assert (told.returncode, told.stderr) == (0, "")


def test_a_journal_that_cannot_be_read_stays_open_and_the_rest_is_checked(lab):
    data = Folders(lab).journal.parent
    (data / "journal.db-wal").write_bytes(b"of a bench at work")
    paper = str(Folders(lab).records / "000001.pdf")
    told = unwritable(lab, "verify", paper, "--keys", str(Folders(lab).keys))
    assert (told.returncode, "✘" in told.stdout) == (3, False), told.stdout + told.stderr
    assert "▲ Jurnal bench ini tidak dapat dibaca di sini, jadi tidak ditanyai: " in told.stdout
    last = told.stdout.strip().splitlines()[-1]
    assert last.endswith("belum pasti semuanya asli: jurnal bench ini tidak dapat dibaca di sini")
    said = json.loads(unwritable(lab, "verify", paper, "--json").stdout)
    assert (said["sound"], said["unchecked"]) == (True, ["unread_journal"])
    assert unwritable(lab, "export", "000001").returncode == 3  # handed on only with the journal's word


def test_of_a_record_replaced_twice_the_last_one_counts_and_the_first_is_named_too(corrected):
    folders = Folders(corrected)
    with Journal(folders.journal) as journal:
        again = load_record(folders.records / "000003.tera.json")
        Lab(journal, folders.journal.parent).amend(again, place="Kantor")
    told = tera("record", "verify", "000001", lab=corrected)
    assert told.returncode == 3, told.stdout + told.stderr
    assert "▲ Catatan ini sudah diganti catatan 000003, dan itu pun sudah diganti;" in told.stdout
    assert told.stdout.strip().endswith("tetapi sudah diganti: yang berlaku catatan 000004")
    assert "tera record show 000004" in tera("record", "show", "000001", lab=corrected).stdout
    said = json.loads(tera("record", "verify", "000001", "--json", lab=corrected).stdout)
    assert said["superseded_by"] == "000003"
    told = tera("record", "verify", "000003", lab=corrected).stdout
    assert "▲ Catatan ini sudah diganti catatan 000004; yang berlaku" in told
