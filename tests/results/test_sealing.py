"""Sealing: record from journal, three files, and the same files whatever moment the power fails."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from results.entry import Noted, Sealed
from results.errors import IntegrityError, RecordError, StorageError
from results.journal import Journal
from results.keys import FileKey
from results.sealing import SealedRun, seal
from tests.results.made_run import write_run

AT = "2026-11-21T10:00:00+07:00"


class PowerFails(BaseException):
    """What nothing in the program can catch."""


@pytest.fixture
def journal(tmp_path: Path):
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> FileKey:
    return FileKey.open(tmp_path_factory.mktemp("keys") / "bench.pem")


def seal_run(journal: Journal, key: FileKey, folder: Path, run: str = "run-1") -> SealedRun:
    return seal(journal, run, folder=folder, seals=[key], at=AT, elapsed=5.0)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".part"}


def test_a_concluded_run_becomes_three_files_and_a_journal_entry(
    journal: Journal, key: FileKey, tmp_path: Path
):
    write_run(journal)
    sealed = seal_run(journal, key, tmp_path / "records")
    assert sorted(files_of(tmp_path / "records")) == ["000001.h5", "000001.pdf", "000001.tera.json"]
    assert journal.sealed("000001") == Sealed(
        record_digest=sealed.verified.digest, evidence_digest=sealed.verified.evidence.digest
    )
    assert sealed.verified.record.certificate_number == "500.2.3.15/0001/CONTOH/XI/2026"
    assert journal.verify([sealed.verified.record.journal_head]) > 0


def _power_fails_at(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Each call by which a file becomes durable is one step; the one numbered `count` never returns."""
    left = [count]

    def after(real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise PowerFails
            return real(*arguments, **named)

        return step

    monkeypatch.setattr(os, "fsync", after(os.fsync))
    monkeypatch.setattr(Path, "replace", after(Path.replace))


@pytest.mark.parametrize("step", range(9))
def test_after_a_power_cut_at_any_step_sealing_gives_the_same_files(
    key: FileKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    expected = tmp_path / "expected"
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "journal.db").read_bytes())
    with Journal(copy) as journal:
        seal_run(journal, key, expected)
    with Journal(tmp_path / "journal.db") as journal, monkeypatch.context() as failing:
        _power_fails_at(failing, step)
        with pytest.raises(PowerFails):
            seal_run(journal, key, tmp_path / "records")
    with Journal(tmp_path / "journal.db") as journal:
        seal_run(journal, key, tmp_path / "records")
        assert files_of(tmp_path / "records") == files_of(expected)
        assert sum(isinstance(kept.entry, Sealed) for kept in journal.entries("run-1")) == 1
        journal.verify()


def test_the_power_cuts_above_cover_every_step(
    journal: Journal, key: FileKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_run(journal)
    with monkeypatch.context() as failing:
        _power_fails_at(failing, 9)
        seal_run(journal, key, tmp_path / "records")


def test_a_power_cut_before_the_journal_knows_is_made_good(
    journal: Journal, key: FileKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_run(journal)
    journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        seal_run(journal, key, tmp_path / "records")
    journal._connection.execute("PRAGMA query_only = OFF")
    assert "000001.pdf" not in files_of(tmp_path / "records")
    seal_run(journal, key, tmp_path / "records")
    assert sorted(files_of(tmp_path / "records")) == ["000001.h5", "000001.pdf", "000001.tera.json"]


def test_sealing_a_sealed_run_changes_nothing(journal: Journal, key: FileKey, tmp_path: Path):
    write_run(journal)
    first = seal_run(journal, key, tmp_path / "records")
    before, head = files_of(tmp_path / "records"), journal.head()
    assert seal_run(journal, key, tmp_path / "records") == first
    assert (files_of(tmp_path / "records"), journal.head()) == (before, head)


def test_what_is_noted_after_the_end_does_not_change_the_record(
    journal: Journal, key: FileKey, tmp_path: Path
):
    write_run(journal)
    one = seal_run(journal, key, tmp_path / "one")
    journal.append("run-1", Noted(what="printed"), at=AT, elapsed=6.0)
    two = seal_run(journal, key, tmp_path / "two")
    assert one.verified.payload == two.verified.payload


@pytest.mark.parametrize("lost", ["000001.h5", "000001.pdf", "000001.tera.json"])
def test_a_lost_file_is_made_again_just_as_it_was(journal: Journal, key: FileKey, tmp_path: Path, lost: str):
    write_run(journal)
    seal_run(journal, key, tmp_path / "records")
    before = files_of(tmp_path / "records")
    (tmp_path / "records" / lost).unlink()
    seal_run(journal, key, tmp_path / "records")
    assert files_of(tmp_path / "records") == before


def test_a_run_that_has_not_ended_cannot_be_sealed(journal: Journal, key: FileKey, tmp_path: Path):
    write_run(journal, end="open")
    with pytest.raises(RecordError) as refused:
        seal_run(journal, key, tmp_path / "records")
    assert refused.value.code == "record.not_ended"
    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("end", ["voided", "interrupted"])
def test_a_run_without_a_verdict_keeps_its_number_and_gets_a_record(
    journal: Journal, key: FileKey, tmp_path: Path, end: str
):
    write_run(journal, end=end)
    record = seal_run(journal, key, tmp_path / "records").verified.record
    assert (record.state, record.number, record.verdict, record.points) == (end, "000001", None, ())
    assert record.certificate_number == ""
    assert record.breaks[-1]["reason"] == "Listrik padam"


def test_records_form_a_chain_by_number(journal: Journal, key: FileKey, tmp_path: Path):
    digests = [""]
    for name in ("run-1", "run-2", "run-3"):
        write_run(journal, name)
        sealed = seal_run(journal, key, tmp_path / "records", name)
        assert sealed.verified.record.previous_record == digests[-1]
        digests.append(sealed.verified.digest)
    assert len(set(digests)) == 4


def test_training_is_no_link_of_the_chain_of_verifications(journal: Journal, key: FileKey, tmp_path: Path):
    for name, training in (("run-1", False), ("run-2", True), ("run-3", False)):
        write_run(journal, name, training=training)
    first, lesson, second = (
        seal_run(journal, key, tmp_path / "records", name).verified for name in ("run-1", "run-2", "run-3")
    )
    assert lesson.record.number == "L-000001"
    assert lesson.record.certificate_number == ""
    assert (first.record.sequence, second.record.sequence) == (1, 2)


def test_a_record_sealed_after_the_run_ended_is_not_named_as_the_one_before(
    journal: Journal, key: FileKey, tmp_path: Path
):
    write_run(journal, "run-1")
    write_run(journal, "run-2")
    seal_run(journal, key, tmp_path / "records", "run-1")
    assert seal_run(journal, key, tmp_path / "records", "run-2").verified.record.previous_record == ""


def test_breaks_and_retakes_stand_in_the_record(journal: Journal, key: FileKey, tmp_path: Path):
    write_run(journal)
    record = seal_run(journal, key, tmp_path / "records").verified.record
    retake, interruption = record.breaks
    assert (retake["kind"], retake["reason"], retake["by"]) == ("retake", "wrong_load", "Budi Contoh")
    assert (interruption["kind"], interruption["minutes"]) == ("interruption", 14)
    assert 0 < record.duration_s < 300, "the break itself is no work"


def test_a_record_in_place_of_the_sealed_one_is_noticed(journal: Journal, key: FileKey, tmp_path: Path):
    write_run(journal)
    seal_run(journal, key, tmp_path / "records")
    with Journal(tmp_path / "other.db") as other:
        write_run(other, failing=True)
        seal_run(other, key, tmp_path / "others")
    for name in ("000001.h5", "000001.tera.json"):
        (tmp_path / "others" / name).replace(tmp_path / "records" / name)
    with pytest.raises(IntegrityError) as found:
        seal_run(journal, key, tmp_path / "records")
    assert found.value.code == "record.not_the_sealed_one"


def test_the_rule_table_used_is_named_with_its_digest(journal: Journal, key: FileKey, tmp_path: Path):
    write_run(journal)
    rule = seal_run(journal, key, tmp_path / "records").verified.record.rule
    assert rule == {
        "id": "scales-example",
        "regulation": "Keputusan contoh untuk pengujian program",
        "citation": "Contoh 1/2026",
        "verified": False,
        "digest": "cd" * 32,
    }
