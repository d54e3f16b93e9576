"""Sealing: record from journal, three files, and the same files whatever moment the power fails."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from results.composition import ended_part
from results.entry import Noted, Sealed
from results.errors import IntegrityError, RecordError, StorageError
from results.evidence import write_evidence
from results.journal import Journal
from results.sealing import seal
from tests.results.made_run import keys_in, seal_with, write_run

AT = "2026-11-21T10:00:00+07:00"


class PowerFails(BaseException):
    """What nothing in the program can catch."""


@pytest.fixture
def journal(tmp_path: Path):
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keys_in(folder)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".part"}


def test_a_concluded_run_becomes_three_files_and_a_journal_entry(
    journal: Journal, keys: Path, tmp_path: Path
):
    write_run(journal)
    sealed = seal_with(journal, keys, tmp_path / "records")
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
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    expected = tmp_path / "expected"
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "journal.db").read_bytes())
    with Journal(copy) as journal:
        seal_with(journal, keys, expected)
    with Journal(tmp_path / "journal.db") as journal, monkeypatch.context() as failing:
        _power_fails_at(failing, step)
        with pytest.raises(PowerFails):
            seal_with(journal, keys, tmp_path / "records")
    with Journal(tmp_path / "journal.db") as journal:
        seal_with(journal, keys, tmp_path / "records")
        assert files_of(tmp_path / "records") == files_of(expected)
        assert sum(isinstance(kept.entry, Sealed) for kept in journal.entries("run-1")) == 1
        journal.verify()


def test_the_power_cuts_above_cover_every_step(
    journal: Journal, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_run(journal)
    with monkeypatch.context() as failing:
        _power_fails_at(failing, 9)
        seal_with(journal, keys, tmp_path / "records")


def test_a_power_cut_before_the_journal_knows_is_made_good(
    journal: Journal, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_run(journal)
    journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        seal_with(journal, keys, tmp_path / "records")
    journal._connection.execute("PRAGMA query_only = OFF")
    assert "000001.pdf" not in files_of(tmp_path / "records")
    seal_with(journal, keys, tmp_path / "records")
    assert sorted(files_of(tmp_path / "records")) == ["000001.h5", "000001.pdf", "000001.tera.json"]


def test_sealing_a_sealed_run_changes_nothing(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    first = seal_with(journal, keys, tmp_path / "records")
    before, head = files_of(tmp_path / "records"), journal.head()
    assert seal_with(journal, keys, tmp_path / "records") == first
    assert (files_of(tmp_path / "records"), journal.head()) == (before, head)


def test_what_is_noted_after_the_end_does_not_change_the_record(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    one = seal_with(journal, keys, tmp_path / "one")
    journal.append("run-1", Noted(what="printed"), at=AT, elapsed=6.0)
    two = seal_with(journal, keys, tmp_path / "two")
    assert one.verified.payload == two.verified.payload


@pytest.mark.parametrize("lost", ["000001.h5", "000001.pdf", "000001.tera.json"])
def test_a_lost_file_is_made_again_just_as_it_was(journal: Journal, keys: Path, tmp_path: Path, lost: str):
    write_run(journal)
    seal_with(journal, keys, tmp_path / "records")
    before = files_of(tmp_path / "records")
    (tmp_path / "records" / lost).unlink()
    seal_with(journal, keys, tmp_path / "records")
    assert files_of(tmp_path / "records") == before


def test_a_run_that_has_not_ended_cannot_be_sealed(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal, end="open")
    with pytest.raises(RecordError) as refused:
        seal_with(journal, keys, tmp_path / "records")
    assert refused.value.code == "record.not_ended"
    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("end", ["voided", "interrupted"])
def test_a_run_without_a_verdict_keeps_its_number_and_gets_a_record(
    journal: Journal, keys: Path, tmp_path: Path, end: str
):
    write_run(journal, end=end)
    record = seal_with(journal, keys, tmp_path / "records").verified.record
    assert (record.state, record.number, record.verdict, record.points) == (end, "000001", None, ())
    assert record.certificate_number == ""
    assert record.breaks[-1]["reason"] == "Listrik padam"


def test_records_form_a_chain_by_number(journal: Journal, keys: Path, tmp_path: Path):
    digests = [""]
    for name in ("run-1", "run-2", "run-3"):
        write_run(journal, name)
        sealed = seal_with(journal, keys, tmp_path / "records", name)
        assert sealed.verified.record.previous_record == digests[-1]
        digests.append(sealed.verified.digest)
    assert len(set(digests)) == 4


def test_training_is_no_link_of_the_chain_of_verifications(journal: Journal, keys: Path, tmp_path: Path):
    for name, training in (("run-1", False), ("run-2", True), ("run-3", False)):
        write_run(journal, name, training=training)
    first, lesson, second = (
        seal_with(journal, keys, tmp_path / "records", name).verified for name in ("run-1", "run-2", "run-3")
    )
    assert lesson.record.number == "L-000001"
    assert lesson.record.certificate_number == ""
    assert (first.record.sequence, second.record.sequence) == (1, 2)


def test_a_record_sealed_after_the_run_ended_is_not_named_as_the_one_before(
    journal: Journal, keys: Path, tmp_path: Path
):
    write_run(journal, "run-1")
    write_run(journal, "run-2")
    seal_with(journal, keys, tmp_path / "records", "run-1")
    assert seal_with(journal, keys, tmp_path / "records", "run-2").verified.record.previous_record == ""


def test_breaks_and_retakes_stand_in_the_record(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    record = seal_with(journal, keys, tmp_path / "records").verified.record
    retake, interruption = record.breaks
    assert (retake["kind"], retake["reason"], retake["by"]) == ("retake", "wrong_load", "Budi Contoh")
    assert (interruption["kind"], interruption["minutes"]) == ("interruption", 14)
    assert 0 < record.duration_s < 300, "the break itself is no work"


def test_a_record_in_place_of_the_sealed_one_is_noticed(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    seal_with(journal, keys, tmp_path / "records")
    with Journal(tmp_path / "other.db") as other:
        write_run(other, failing=True)
        seal_with(other, keys, tmp_path / "others")
    for name in ("000001.h5", "000001.tera.json"):
        (tmp_path / "others" / name).replace(tmp_path / "records" / name)
    with pytest.raises(IntegrityError) as found:
        seal_with(journal, keys, tmp_path / "records")
    assert found.value.code == "record.not_the_sealed_one"


def test_the_rule_table_used_is_named_with_its_digest(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    rule = seal_with(journal, keys, tmp_path / "records").verified.record.rule
    assert rule == {
        "id": "scales-example",
        "regulation": "Keputusan contoh untuk pengujian program",
        "citation": "Contoh 1/2026",
        "verified": False,
        "digest": "cd" * 32,
    }


def _written_by_another_library(evidence: Path) -> None:
    """The same tables in a file of other bytes."""
    other = evidence.with_suffix(".other")
    with h5py.File(evidence) as old, h5py.File(other, "w") as new:
        for name in old:
            old.copy(name, new)
        new.attrs.update(old.attrs)
    assert other.read_bytes() != evidence.read_bytes()
    other.replace(evidence)


def test_after_a_power_cut_another_key_and_another_library_finish_the_work(
    journal: Journal, keys: Path, tmp_path: Path
):
    write_run(journal)
    own = shutil.copytree(keys, tmp_path / "keys")
    with Journal(tmp_path / "copy.db") as copy:
        write_run(copy)
        first = seal_with(copy, own, tmp_path / "records")
    (own / "officer-budi.pem").unlink()
    (own / "officer-budi.pub").rename(own / "officer-budi@2025.pub")
    first.certificate.unlink()
    before = files_of(tmp_path / "records")
    second = seal_with(journal, own, tmp_path / "records")
    assert files_of(tmp_path / "records") | before == files_of(tmp_path / "records")
    assert journal.sealed("000001").record_digest == second.verified.digest == first.verified.digest


def test_evidence_that_another_library_wrote_is_taken_as_it_is(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    write_evidence(tmp_path / "000001.h5", ended_part(journal.entries("run-1")))
    _written_by_another_library(tmp_path / "000001.h5")
    before = (tmp_path / "000001.h5").read_bytes()
    sealed = seal_with(journal, keys, tmp_path)
    assert sealed.evidence.read_bytes() == before
    assert sealed.verified.record.evidence_digest == hashlib.sha256(before).hexdigest()


def test_evidence_of_another_run_is_not_taken(journal: Journal, keys: Path, tmp_path: Path):
    with Journal(tmp_path / "other.db") as other:
        write_run(other, failing=True)
        write_evidence(tmp_path / "000001.h5", ended_part(other.entries("run-1")))
    write_run(journal)
    with pytest.raises(IntegrityError) as found:
        seal_with(journal, keys, tmp_path)
    assert found.value.code == "record.not_the_sealed_one"
    assert not (tmp_path / "000001.tera.json").exists()


LOST = {"the record": ("0" * 64, None), "the evidence": (None, "0" * 64)}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_what_this_release_would_write_otherwise_is_not_written_again(
    journal: Journal, keys: Path, tmp_path: Path, lost
):
    write_run(journal)
    with Journal(tmp_path / "copy.db") as copy:
        write_run(copy)
        known = seal_with(copy, keys, tmp_path / "copy").verified
    record, evidence = lost
    sealed = Sealed(record_digest=record or known.digest, evidence_digest=evidence or known.evidence.digest)
    journal.append("run-1", sealed, at=AT, elapsed=5.0)
    with pytest.raises(IntegrityError) as found:
        seal_with(journal, keys, tmp_path / "records")
    assert found.value.code == "record.not_made_again"
    assert not (tmp_path / "records" / "000001.tera.json").exists()


def test_a_record_is_read_back_with_the_trusted_keys(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    assert seal_with(journal, keys, tmp_path).verified.signatures_checked
    strangers, trusted = keys_in(tmp_path / "strangers")
    with pytest.raises(IntegrityError):
        seal(journal, "run-1", folder=tmp_path, seals=strangers, keys=trusted, at=AT, elapsed=6.0)


def test_another_paper_under_the_same_name_is_kept_and_told(journal: Journal, keys: Path, tmp_path: Path):
    write_run(journal)
    first = seal_with(journal, keys, tmp_path)
    assert first.other_certificate is None
    good = first.certificate.read_bytes()
    first.certificate.write_bytes(b"%PDF changed")
    for _ in range(2):
        again = seal_with(journal, keys, tmp_path)
        assert again.certificate.read_bytes() == b"%PDF changed"
        assert again.other_certificate is not None
        assert again.other_certificate.read_bytes() == good
