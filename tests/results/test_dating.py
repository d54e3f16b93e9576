"""The time sandwich: not before a checkpoint that was seen, not after the receipt, by the registry's word."""

from datetime import timedelta

import msgspec
import pytest

from drivers.clock import SystemClock
from results.composition import ended_part, record_of
from results.dating import Dated, dated
from results.errors import IntegrityError
from results.journal import Journal
from results.record import Amendment
from results.registry.app import open_store
from results.registry.checkpoint import open_note, sign
from results.registry.settings import Settings
from tests.results.made_run import write_run
from tests.results.registry_bench import OFFICE, Bench, a_record, sealed


@pytest.fixture
def registry(tmp_path):
    settings = Settings.in_folder(tmp_path / "registry", base_url="https://r.example", clock=SystemClock())
    store = open_store(settings)
    yield store, settings.key
    store.database.close()


@pytest.fixture
def bench(registry):
    found = Bench()
    registry[0].enrol(found.name, found.key.public, OFFICE)
    return found


def now(**off: float) -> dict[str, str]:
    """The times of a record that is made now, or some time away from now."""
    at = (SystemClock().utc() + timedelta(**off)).isoformat()
    return {"begun_at": at, "ended_at": at}


def test_a_record_lies_between_the_checkpoint_it_names_and_its_receipt(registry, bench):
    store, _ = registry
    store.take(bench.seal())
    seen = store.checkpoint()
    record = a_record(sequence=2, checkpoint=seen, **now())
    receipt, _ = store.take(sealed(record, bench.key))
    times = dated(record, receipt, store.key)
    assert times.not_before == open_note(seen, store.key).at
    assert times.not_after == open_note(receipt.checkpoint, store.key).at
    assert times.not_before <= times.not_after
    assert dated(record, None, store.key) == Dated(times.not_before, None)
    assert dated(a_record(), receipt, store.key) == Dated(None, times.not_after)


def test_a_record_that_names_a_tree_in_which_it_is_already_is_impossible(registry, bench):
    store, _ = registry
    record = a_record()
    receipt, _ = store.take(sealed(record, bench.key))
    younger = msgspec.structs.replace(record, checkpoint=store.checkpoint())
    with pytest.raises(IntegrityError) as told:
        dated(younger, receipt, store.key)
    assert told.value.code == "record.dating"


def test_a_clock_of_the_registry_that_went_back_is_told(registry, bench):
    store, key = registry
    note = open_note(store.checkpoint(), store.key)
    late = sign(msgspec.structs.replace(note, at=note.at + timedelta(days=1)), key)
    record = a_record(checkpoint=late)
    receipt, _ = store.take(sealed(record, bench.key))
    with pytest.raises(IntegrityError, match="clock"):
        dated(record, receipt, store.key)


@pytest.mark.parametrize("off", [{"days": -1}, {"hours": 2}])
def test_a_record_that_is_dated_back_or_ahead_is_told(registry, bench, off):
    store, _ = registry
    record = a_record(checkpoint=store.checkpoint(), **now(**off))
    receipt, _ = store.take(sealed(record, bench.key))
    with pytest.raises(IntegrityError) as told:
        dated(record, receipt, store.key)
    assert told.value.code == "record.dating"
    assert str(record.begun_at)[:10] in told.value.message


def test_a_clock_that_is_half_an_hour_off_is_no_forgery(registry, bench):
    store, _ = registry
    for sequence, minutes in ((1, -30), (2, 30)):
        record = a_record(sequence=sequence, checkpoint=store.checkpoint(), **now(minutes=minutes))
        dated(record, store.take(sealed(record, bench.key))[0], store.key)


def test_an_amendment_is_dated_by_its_own_time_and_not_by_that_of_the_test(registry, bench):
    store, _ = registry
    amendment = Amendment(
        at=now()["begun_at"],
        by="Penera Satu",
        reason="salah ketik",
        changes={},
        certificate_number="0001/SKHP/XI/2026",
        record_digest="3" * 64,
    )
    record = a_record(checkpoint=store.checkpoint(), amendment=amendment)
    assert dated(record, None, store.key).not_before is not None


def test_a_checkpoint_that_the_registry_did_not_sign_is_refused(registry):
    store, _ = registry
    with pytest.raises(IntegrityError):
        dated(a_record(checkpoint=store.checkpoint().replace("— ", "- ")), None, store.key)


def test_the_checkpoint_stands_in_the_first_entry_and_so_in_the_chain_and_the_record(registry, tmp_path):
    seen = registry[0].checkpoint()
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, checkpoint=seen)
        entries = ended_part(journal.entries("run-1"))
    assert record_of(entries, evidence_digest="0" * 64).checkpoint == seen


def test_a_run_that_saw_no_registry_has_no_such_field(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        entries = ended_part(journal.entries("run-1"))
    record = record_of(entries, evidence_digest="0" * 64)
    assert "checkpoint" not in msgspec.to_builtins(record, enc_hook=str)
