"""Reading a record: every part is checked every time, and a bad one can be seen but not used."""

import contextlib
import hashlib
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.notation import from_json, to_builtins, to_json
from drivers.reading import DriverMark, Origin
from results import envelope as dsse
from results.certificate.rendering import render_certificate
from results.composition import ended_part
from results.errors import IntegrityError, StorageError
from results.evidence import write_evidence
from results.export import export
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys
from results.naming import EVIDENCE_SUFFIX, RECORD_SUFFIX, beside
from results.record import Record
from results.verification import VerifiedRecord, load_record, verify_record
from tests.results.made_run import DRIVER, begun, keys_in, seal_with, write_run


@pytest.fixture(scope="module")
def sealed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sealed")
    Bench(root)
    return root


@pytest.fixture
def bench(sealed_once: Path, tmp_path: Path):
    shutil.copytree(sealed_once, tmp_path, dirs_exist_ok=True)
    return Bench(tmp_path)


class Bench:
    """A sealed run and the key that can forge another."""

    def __init__(self, root: Path, **kinds) -> None:
        self.seals, self.keys = keys_in(root / "keys")
        if not (root / "records").exists():
            with Journal(root / "journal.db") as journal:
                write_run(journal, **kinds)
                seal_with(journal, root / "keys", root / "records")
        (self.path,) = (root / "records").glob("*.tera.json")
        self.evidence = beside(self.path, EVIDENCE_SUFFIX)
        self.verified = load_record(self.path, self.keys)

    def forge(self, **changes) -> None:
        record = msgspec.structs.replace(self.verified.record, **changes)
        signed = dsse.sign(to_json(record), training=self.verified.record.training, seals=self.seals)
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
    strangers = read_trusted_keys(tmp_path / "other")
    assert other.keyid in strangers
    assert parts(bench.path, strangers) == ["signatures"]
    with pytest.raises(IntegrityError):
        load_record(bench.path, strangers)


ONE_HAND = {"the bench alone": 0, "the officer alone": 1}


@pytest.mark.parametrize("hand", ONE_HAND.values(), ids=ONE_HAND.keys())
def test_one_of_the_two_signatures_is_not_enough(bench: Bench, hand: int):
    signed = dsse.sign(bench.verified.payload, training=False, seals=[bench.seals[hand]])
    bench.path.write_bytes(dsse.render(signed))
    assert parts(bench.path, bench.keys) == ["signatures"]


def test_another_officer_than_the_one_who_tested_cannot_sign(bench: Bench, tmp_path: Path):
    other = FileKey.open(tmp_path / "keys" / "officer-siti.pem")
    signed = dsse.sign(bench.verified.payload, training=False, seals=[bench.seals[0], other])
    bench.path.write_bytes(dsse.render(signed))
    report = verify_record(bench.path, read_trusted_keys(tmp_path / "keys"))
    assert [check.part for check in report.checks if check.fault] == ["agreement"]
    assert "budi" in report.faults[0].message


def test_a_run_that_names_no_officer_by_id_is_signed_by_any(tmp_path: Path):
    bench = Bench(tmp_path, officer_id="")
    other = FileKey.open(tmp_path / "keys" / "officer-siti.pem")
    signed = dsse.sign(bench.verified.payload, training=False, seals=[bench.seals[0], other])
    bench.path.write_bytes(dsse.render(signed))
    assert verify_record(bench.path, read_trusted_keys(tmp_path / "keys")).sound


def instrument(**changes) -> dict:
    return {"instruments": {"uut": begun().instruments["uut"] | changes}}


STRANGE = {
    "a twin's": ({"strange": {"origin": Origin.TWIN}}, "origin"),
    "a recording's": ({"strange": {"origin": Origin.RECORDED}}, "origin"),
    "keyed beside a port": ({"strange": {"origin": Origin.MANUAL}}, "origin"),
    "another instrument's": ({"strange": {"instrument": "meja"}}, "meja"),
    "another driver's": ({"strange": {"driver": DriverMark("x", DRIVER.digest)}}, "driver"),
    "another driver text's": ({"strange": {"driver": DriverMark(DRIVER.id, "0" * 64)}}, "driver_digest"),
    "of no role": ({"instruments": {}}, "uut"),
    "keyed by its own word": (instrument(origin="manual") | {"strange": {"origin": Origin.MANUAL}}, "COM5"),
}


@pytest.mark.parametrize(("kinds", "word"), STRANGE.values(), ids=STRANGE.keys())
def test_a_reading_that_is_not_of_the_runs_instrument_is_found(tmp_path: Path, kinds, word: str):
    with pytest.raises(IntegrityError) as found:
        Bench(tmp_path, **kinds)
    assert word in found.value.message
    assert "/settled" in found.value.message
    assert parts(tmp_path / "records" / "000001.tera.json") == ["agreement"]


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


@pytest.mark.parametrize("change", ["removed", "changed", "kept"])
def test_a_field_that_stands_twice_is_a_fault_of_the_content_whatever_became_of_the_evidence(
    bench: Bench, change: str
):
    twice = bench.verified.payload.replace(b"{", b'{"place":"elsewhere",', 1)
    bench.path.write_bytes(dsse.render(dsse.sign(twice, training=False, seals=bench.seals)))
    if change == "removed":
        bench.evidence.unlink()
    elif change == "changed":
        bench.evidence.write_bytes(bench.evidence.read_bytes()[:-1])
    report = verify_record(bench.path, bench.keys)
    assert [check.part for check in report.checks if check.fault] == ["content"]
    assert report.record is None


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
    "no interruptions": {"breaks": ()},
    "a verified rule table": {"rule": {"id": "scales-example", "verified": True}},
    "another certificate number": {"certificate_number": "1"},
    "a quicker test": {"duration_s": 1.0},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES.keys())
def test_even_the_holder_of_the_key_cannot_say_other_than_the_journal(bench: Bench, changes):
    bench.forge(**changes)
    report = verify_record(bench.path, bench.keys)
    assert report.signatures_checked
    assert [check.part for check in report.checks if check.fault] == ["agreement"]
    for name in changes:
        assert name in report.faults[0].message


@pytest.mark.parametrize(
    ("form", "other"),
    [
        (b'"owner":{', b'"owner":{"name":"Orang Lain","address":""},"owner":{'),
        (b'"owner":{', b'"owner": {'),
        (b'"owner"', b'"\\u006fwner"'),
    ],
    ids=["a name twice", "a space", "an escape"],
)
def test_a_record_that_another_program_could_read_otherwise_is_none(bench: Bench, form: bytes, other: bytes):
    payload = bench.verified.payload.replace(form, other, 1)
    assert payload != bench.verified.payload
    bench.path.write_bytes(dsse.render(dsse.sign(payload, training=False, seals=bench.seals)))
    (fault,) = verify_record(bench.path, bench.keys).faults
    assert (fault.code, "exact form" in fault.message) == ("record.unsound", True)


def test_a_journal_head_of_another_run_is_found(bench: Bench):
    bench.forge(journal_head="00" * 32)
    assert "chain" in parts(bench.path, bench.keys)


def test_two_records_whose_files_were_exchanged_are_both_found(tmp_path: Path):
    _, keys = keys_in(tmp_path / "keys")
    with Journal(tmp_path / "journal.db") as journal:
        for run in ("run-1", "run-2"):
            write_run(journal, run)
            seal_with(journal, tmp_path / "keys", tmp_path / "records", run)
    exchanged = tmp_path / "exchanged"
    shutil.copytree(tmp_path / "records", exchanged)
    for file in (tmp_path / "records").glob("00000*"):
        other = file.name.translate(str.maketrans("12", "21"))
        shutil.copy(file, exchanged / other)
    for name in ("000001", "000002"):
        path = exchanged / f"{name}{RECORD_SUFFIX}"
        assert parts(path, keys) == ["agreement"]
        assert f"its file is named {name}" in verify_record(path, keys).faults[0].message


def test_a_record_may_bear_any_name_that_is_no_number(bench: Bench, tmp_path: Path):
    elsewhere = tmp_path / "kiriman Pak Budi 000001.tera.json"
    shutil.copy(bench.path, elsewhere)
    shutil.copy(beside(bench.path, EVIDENCE_SUFFIX), beside(elsewhere, EVIDENCE_SUFFIX))
    assert load_record(elsewhere, bench.keys).record.number == bench.verified.record.number


def test_a_twins_reading_signed_as_a_verification_is_refused(tmp_path: Path):
    bench = Bench(tmp_path, training=True)
    record = msgspec.structs.replace(bench.verified.record, training=False)
    bench.path.write_bytes(dsse.render(dsse.sign(to_json(record), training=False, seals=bench.seals)))
    report = verify_record(bench.path, bench.keys)
    assert [check.part for check in report.checks if check.fault] == ["content"]
    assert "timbangan" in report.faults[0].message


def test_a_training_record_in_the_envelope_of_a_verification_is_refused(tmp_path: Path):
    bench = Bench(tmp_path, training=True)
    bench.path.write_bytes(dsse.render(dsse.sign(bench.verified.payload, training=False, seals=bench.seals)))
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


@pytest.mark.parametrize("before", ["0", "f" * 63, "F" * 64, "f" * 64 + "\n"])
def test_what_is_no_digest_names_no_record_before(told, before: str):
    bench, content = told
    payload = msgspec.json.encode(content | {"previous_record": before})
    bench.path.write_bytes(dsse.render(dsse.sign(payload, training=False, seals=bench.seals)))
    assert not verify_record(bench.path, bench.keys).sound


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory):
    bench = Bench(tmp_path_factory.mktemp("told"))
    return bench, to_builtins(bench.verified.record)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_signed_payload_holds_is_told_plainly(told, data):
    bench, content = told
    name = data.draw(st.sampled_from(sorted(content)))
    payload = msgspec.json.encode(content | {name: data.draw(JSON)})
    bench.path.write_bytes(dsse.render(dsse.sign(payload, training=False, seals=bench.seals)))
    report = verify_record(bench.path, bench.keys)
    assert report.sound is (report.record == bench.verified.record)


BEGINNINGS = {
    "an empty assignment": {"assignment": {}},
    "a unit that does not exist": {"standards": ({"id": 1},)},
    "a number pattern that leads elsewhere": {
        "office": {"name": "x", "certificate_number": "{bench.__class__"}
    },
    "a number pattern without end": {"office": {"name": "x", "certificate_number": "{sequence:9999999999d}"}},
    "a task that is no task": {"task": {"rules": {"id": "scales-example", "valid_from": []}}},
    "an officer of another shape": {"officer": {"nama": "x"}},
    "a reading of another shape": {"strange": {"elapsed": 10**400}},
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_a_journal_that_gives_no_record_is_a_fault_and_no_crash(bench: Bench, tmp_path: Path, beginning):
    with Journal(tmp_path / "odd.db") as journal:
        write_run(journal, samples=0, **beginning)
        entries = ended_part(journal.entries("run-1"))
    with contextlib.suppress(IntegrityError):
        bench.evidence.unlink()
        write_evidence(bench.evidence, entries)
        digest = hashlib.sha256(bench.evidence.read_bytes()).hexdigest()
        bench.forge(evidence_digest=digest, journal_head=entries[-1].hash)
        assert parts(bench.path, bench.keys) == ["agreement"]


def test_a_record_of_schema_1_stays_readable_with_every_part():
    """These files are never made again: what breaks this needs a schema of its own."""
    kept = Path(__file__).parent / "schema_1"
    report = verify_record(kept / "000001.tera.json", read_trusted_keys(kept))
    assert report.faults == ()
    assert report.sound
    assert report.record is not None
    assert [broken["kind"] for broken in report.record.breaks] == ["retake", "interruption"]
