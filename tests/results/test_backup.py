"""A backup is a backup when it was restored: everything comes back, and every damage is found and named."""

import contextlib
import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from results.backup import MANIFEST, back_up, restore, room_beside
from results.drill import examine
from results.errors import IntegrityError, RecordError, StorageError
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys
from tests.results.made_run import begun, seal_with, write_run

AT = "2026-11-21T16:00:00+07:00"


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory):
    """Three numbers: a verdict, a voided run, and one that is still open."""
    root = tmp_path_factory.mktemp("lab")
    data = root / "data"
    (root / "laboratory.toml").write_text("# ours\n", "utf-8")
    with Journal(data / "journal.db") as journal:
        for run, end in (("run-1", "concluded"), ("run-2", "voided")):
            write_run(journal, run, end=end)
            seal_with(journal, data / "keys", data / "records", run)
        journal.begin("run-3", begun(), at=AT, elapsed=0.0)
    FileKey.open(data / "keys" / "officer-siti.pem", pin="123456")
    (data / "records" / "000009.h5.part").write_bytes(b"half")
    return root


@pytest.fixture
def backup(laboratory, tmp_path):
    back_up(laboratory, tmp_path / "backup", at=AT)
    return tmp_path / "backup"


def drill(backup, tmp_path):
    target = tmp_path / "restored"
    return examine(target, restore(backup, target))


def test_a_restored_backup_holds_every_entry_and_every_record(laboratory, backup, tmp_path):
    found = drill(backup, tmp_path)
    assert found.sound, (found.missing, found.faults)
    assert found.records == 2
    with Journal(laboratory / "data/journal.db", read_only=True) as ours:
        assert found.manifest.head == ours.head()
    with Journal(tmp_path / "restored/data/journal.db") as restored:
        assert [run.begun.number for run in restored.runs()] == ["000001", "000002", "000003"]


def test_a_backup_is_made_while_another_program_tests(laboratory, tmp_path):
    with Journal(laboratory / "data/journal.db"):
        back_up(laboratory, tmp_path / "backup", at=AT)
    assert drill(tmp_path / "backup", tmp_path).sound


def test_a_private_key_without_a_pin_is_left_out_and_named(backup):
    names = {path.name for path in backup.rglob("*") if path.is_file()}
    assert "officer-siti.pem" in names
    assert names.isdisjoint({"bench.pem", "officer-budi.pem", "000009.h5.part"})
    assert json.loads((backup / MANIFEST).read_bytes())["left_out"] == [
        "data/keys/bench.pem",
        "data/keys/officer-budi.pem",
    ]


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX has a file such a mode")
def test_a_key_and_who_complains_stay_private_in_a_backup_and_after_a_restore(laboratory, tmp_path):
    root = tmp_path / "lab"
    shutil.copytree(laboratory, root)
    who = root / "data/complaints/22222-22222/complainant.json"
    who.parent.mkdir(parents=True)
    who.write_bytes(b"{}")
    back_up(root, tmp_path / "backup", at=AT)
    restore(tmp_path / "backup", tmp_path / "restored")
    for place in (tmp_path / "backup", tmp_path / "restored"):
        files = [path for path in place.rglob("*") if path.is_file()]
        private = {path.name for path in files if not path.stat().st_mode & 0o077}
        assert private == {"officer-siti.pem", "complainant.json"}


def test_any_file_that_is_missing_or_changed_is_named(backup, tmp_path):
    for name in json.loads((backup / MANIFEST).read_bytes())["files"]:
        content = (backup / name).read_bytes()
        (backup / name).unlink()
        found = drill(backup, tmp_path)
        assert name in found.missing
        shutil.rmtree(tmp_path / "restored")
        (backup / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        found = drill(backup, tmp_path)
        assert any(fault.startswith(name) for fault in found.faults)
        shutil.rmtree(tmp_path / "restored")
        (backup / name).write_bytes(content)
    assert drill(backup, tmp_path).sound


def test_the_folder_of_all_backups_names_the_newest_of_them(backup, tmp_path):
    for name in ("tera-20261120-080000", "tera-20261121-080000"):
        shutil.copytree(backup, tmp_path / "all" / name)
    with pytest.raises(StorageError) as told:
        restore(tmp_path / "all", tmp_path / "target")
    assert told.value.facts["backup"] == "tera-20261121-080000"


def test_a_backup_that_was_broken_off_has_no_manifest_and_counts_for_nothing(backup, tmp_path):
    (backup / MANIFEST).unlink()
    with pytest.raises(StorageError):
        restore(backup, tmp_path / "restored")


@pytest.mark.parametrize("name", ["../outside", "/outside"])
def test_a_manifest_that_names_files_elsewhere_is_refused(backup, tmp_path, name):
    manifest = json.loads((backup / MANIFEST).read_bytes())
    manifest["files"][name] = {"size": 0, "sha256": ""}
    (backup / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(IntegrityError):
        restore(backup, tmp_path / "restored")


def test_nothing_is_written_over(laboratory, backup, tmp_path):
    with pytest.raises(StorageError):
        back_up(laboratory, backup, at=AT)
    with pytest.raises(StorageError):
        restore(backup, laboratory)


def test_a_damaged_journal_is_never_called_a_backup(laboratory, tmp_path):
    root = tmp_path / "lab"
    shutil.copytree(laboratory, root)
    file = root / "data/journal.db"
    content = bytearray(file.read_bytes())
    place = content.index(b"concluded")
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(RecordError):
        back_up(root, tmp_path / "backup", at=AT)
    assert not (tmp_path / "backup" / MANIFEST).exists()


def test_a_revoked_key_is_still_revoked_after_a_restore(laboratory, tmp_path):
    """Whoever restores an old computer must not make a stolen key good again."""
    root = tmp_path / "lab"
    shutil.copytree(laboratory, root)
    (root / "data/keys/bench.revoked").write_text("2026-11-21T12:00:00+07:00 laptop hilang\n", "utf-8")
    back_up(root, tmp_path / "backup", at=AT)
    assert drill(tmp_path / "backup", tmp_path).sound
    keys = read_trusted_keys(tmp_path / "restored/data/keys")
    assert [key.revoked is not None for key in keys.values() if not key.person] == [True]


def test_validation_reports_and_what_came_with_complaints_are_in_the_backup(laboratory, tmp_path):
    root = tmp_path / "lab"
    shutil.copytree(laboratory, root)
    names = ("data/validations/a.validation.json", "data/complaints/22222-22222/complainant.json")
    for name in names:
        (root / name).parent.mkdir(parents=True)
        (root / name).write_bytes(b"{}")
    back_up(root, tmp_path / "backup", at=AT)
    assert drill(tmp_path / "backup", tmp_path).sound
    assert all((tmp_path / "restored" / name).read_bytes() == b"{}" for name in names)


@contextlib.contextmanager
def nobodys_power():
    """What root may write, nobody may not."""
    if os.name != "posix":
        pytest.skip("permissions as on POSIX")
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_an_empty_folder_in_one_that_may_not_be_written_to_is_told_with_what_to_do():
    """An administrator makes the folder and gives it to the penera; the one that it lies in is not theirs."""
    with TemporaryDirectory() as name:  # pytest's own folders are for their maker alone
        parent = Path(name)
        target = parent / "bench"
        target.mkdir()
        target.chmod(0o777)
        parent.chmod(0o555)
        with nobodys_power(), pytest.raises(StorageError) as told:
            room_beside(target)
        parent.chmod(0o755)
        assert told.value.code == "backup.no_room_beside"
        assert room_beside(target) == parent / "bench.part"
        assert room_beside(target) == parent / "bench.part"  # an empty one is nothing that was left over
