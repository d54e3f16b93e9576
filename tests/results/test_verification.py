"""Reading a record: every part is checked every time, and a bad one can be seen but not used."""

from pathlib import Path

import msgspec
import pytest

from drivers.notation import from_json, to_json
from results import envelope as dsse
from results.certificate import render_certificate
from results.errors import IntegrityError, StorageError
from results.export import export
from results.journal import Journal
from results.keys import FileKey, read_public_keys
from results.record import Record
from results.sealing import seal
from results.verification import VerifiedRecord, load_record, verify_record
from tests.results.made_run import write_run


@pytest.fixture
def bench(tmp_path: Path):
    return Bench(tmp_path)


class Bench:
    """A sealed run and the key that can forge another."""

    def __init__(self, root: Path, **kinds) -> None:
        self.key = FileKey.open(root / "keys" / "bench.pem")
        self.keys = read_public_keys(root / "keys")
        with Journal(root / "journal.db") as journal:
            write_run(journal, **kinds)
            sealed = seal(
                journal,
                "run-1",
                folder=root / "records",
                seals=[self.key],
                at="2026-11-21T10:00:00+07:00",
                elapsed=5.0,
            )
        self.path, self.evidence, self.verified = sealed.record, sealed.evidence, sealed.verified

    def forge(self, **changes) -> None:
        record = msgspec.structs.replace(self.verified.record, **changes)
        signed = dsse.sign(to_json(record), training=self.verified.record.training, seals=[self.key])
        self.path.write_bytes(dsse.render(signed))


def parts(path: Path, keys=None) -> list[str]:
    return [check.part for check in verify_record(path, keys).checks if check.fault is not None]


def test_a_sound_record_passes_every_part(bench: Bench):
    report = verify_record(bench.path, bench.keys)
    assert [check.part for check in report.checks] == [
        "form",
        "signatures",
        "content",
        "evidence",
        "chain",
        "agreement",
    ]
    assert report.sound
    assert report.signatures_checked
    assert load_record(bench.path, bench.keys).record == bench.verified.record


def test_without_keys_the_report_says_that_signatures_were_not_checked(bench: Bench):
    report = verify_record(bench.path)
    assert report.sound
    assert not report.signatures_checked
    assert not load_record(bench.path).signatures_checked


def test_a_strangers_key_is_no_signature(bench: Bench, tmp_path: Path):
    other = FileKey.open(tmp_path / "other" / "bench.pem")
    assert parts(bench.path, {other.keyid: other.public}) == ["signatures"]
    with pytest.raises(IntegrityError):
        load_record(bench.path, {other.keyid: other.public})


def test_every_changed_byte_of_the_record_file_is_found(bench: Bench):
    good = bench.path.read_bytes()
    for offset in range(0, len(good), 97):
        bench.path.write_bytes(good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])
        assert not verify_record(bench.path, bench.keys).sound, offset


def test_a_changed_evidence_is_named_and_the_record_can_still_be_seen(bench: Bench):
    content = bytearray(bench.evidence.read_bytes())
    content[len(content) // 2] ^= 1
    bench.evidence.write_bytes(content)
    report = verify_record(bench.path, bench.keys)
    assert [check.part for check in report.checks if check.fault] == ["evidence"]
    assert report.record == bench.verified.record
    assert "place" in report.faults[0].facts
    with pytest.raises(IntegrityError):
        load_record(bench.path, bench.keys)


def test_a_missing_evidence_is_told_plainly(bench: Bench):
    bench.evidence.unlink()
    with pytest.raises(StorageError):
        load_record(bench.path)


FORGERIES = {
    "a verdict": {"verdict": None},
    "fewer points": {"points": ()},
    "another owner": {"owner": {"name": "x"}},
    "another number": {"number": "000002", "sequence": 2, "record_id": "BENCH-02:000002"},
    "another end": {"ended_at": "2027-01-01T00:00:00+07:00"},
    "another standard": {"standards": ()},
    "another program": {"software": {"tera-bench": "9"}},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES.keys())
def test_even_the_holder_of_the_key_cannot_say_other_than_the_journal(bench: Bench, changes):
    bench.forge(**changes)
    report = verify_record(bench.path, bench.keys)
    assert report.signatures_checked
    assert [check.part for check in report.checks if check.fault] == ["agreement"]
    for name in changes:
        assert name in report.faults[0].message


def test_a_journal_head_of_another_run_is_found(bench: Bench):
    bench.forge(journal_head="00" * 32)
    assert "chain" in parts(bench.path, bench.keys)


def test_a_twins_reading_signed_as_a_verification_is_refused(tmp_path: Path):
    bench = Bench(tmp_path, training=True)
    record = msgspec.structs.replace(bench.verified.record, training=False)
    bench.path.write_bytes(dsse.render(dsse.sign(to_json(record), training=False, seals=[bench.key])))
    report = verify_record(bench.path, bench.keys)
    assert [check.part for check in report.checks if check.fault] == ["content"]
    assert "timbangan" in report.faults[0].message


def test_a_training_record_in_the_envelope_of_a_verification_is_refused(tmp_path: Path):
    bench = Bench(tmp_path, training=True)
    bench.path.write_bytes(dsse.render(dsse.sign(bench.verified.payload, training=False, seals=[bench.key])))
    assert parts(bench.path, bench.keys) == ["content"]


def test_only_a_verified_record_can_be_printed_or_exported(bench: Bench):
    for use in (render_certificate, lambda verified: export(verified, "json")):
        with pytest.raises(AttributeError):
            use(bench.verified.record)  # type: ignore[arg-type]  # the mistake under test


def test_the_payload_is_the_record(bench: Bench):
    verified = load_record(bench.path)
    assert isinstance(verified, VerifiedRecord)
    assert from_json(verified.payload, Record) == verified.record


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00" * 100, b"PK\x03\x04"])
def test_a_file_that_is_no_record_is_told_plainly(tmp_path: Path, content: bytes):
    path = tmp_path / "x.tera.json"
    path.write_bytes(content)
    assert parts(path) == ["form"]
    with pytest.raises(IntegrityError):
        load_record(path)
