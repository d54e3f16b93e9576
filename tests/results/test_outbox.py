"""The outbox: an index of sealed files that forgets nothing and can be built again."""

import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from procedures.point import Outcome, Verdict
from results.errors import IntegrityError, StorageError
from results.outbox import Outbox, State
from tests.results.registry_bench import Bench, a_record, digest_of, new_key, sealed

LATER = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path):
    with Outbox(tmp_path / "outbox.db") as found:
        yield found


def put(folder, body, number="000001"):
    path = folder / f"{number}.tera.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def sealed_in(folder):
    """What the journal would say: every record of the folder."""
    return {digest_of(file.read_bytes()) for file in folder.glob("*.tera.json") if file.stat().st_size > 10}


def enqueue(outbox, path):
    return outbox.enqueue(path, sealed=sealed_in(path.parent))


def test_a_sealed_record_waits_with_what_its_own_file_says(outbox, tmp_path):
    failed = Verdict(outcome=Outcome.DOES_NOT_CONFORM, rule="x")
    body = Bench().seal(verdict=failed)
    waiting = enqueue(outbox, put(tmp_path / "records", body))
    assert (waiting.record_id, waiting.number, waiting.sequence) == ("BENCH-02:000001", "000001", 1)
    assert (waiting.outcome, waiting.state, waiting.attempts) == (
        Outcome.DOES_NOT_CONFORM,
        State.SEALED,
        0,
    )
    assert waiting.digest == hashlib.sha256(body).hexdigest()
    assert waiting.path.read_bytes() == body


def test_a_run_without_a_verdict_waits_too(outbox, tmp_path):
    body = sealed(a_record(state="voided", verdict=None), new_key())
    assert enqueue(outbox, put(tmp_path, body)).outcome is None


def test_the_same_file_again_changes_nothing(outbox, tmp_path):
    path = put(tmp_path, Bench().seal())
    enqueue(outbox, path)
    outbox.note_problem(
        "BENCH-02:000001", state=State.QUEUED, problem="registry.down", facts={}, next_attempt=LATER
    )
    again = enqueue(outbox, path)
    assert (again.state, again.attempts, again.next_attempt) == (State.QUEUED, 1, LATER)
    assert len(outbox.records()) == 1


def test_what_another_program_delivered_meanwhile_stays_so_when_an_attempt_here_fails(outbox, tmp_path):
    enqueue(outbox, put(tmp_path, Bench().seal()))
    with Outbox(outbox.path) as other:
        other.note_delivered("BENCH-02:000001", address="https://x/v/1")
    outbox.note_problem(
        "BENCH-02:000001", state=State.QUEUED, problem="registry.down", facts={}, next_attempt=LATER
    )
    found = outbox.records()[0]
    assert (found.state, found.problem, found.attempts) == (State.DELIVERED, "", 1)


@pytest.mark.usefixtures("hasty_threads")
def test_several_threads_read_and_write_at_once(outbox, tmp_path):
    enqueue(outbox, put(tmp_path, Bench().seal()))

    def carry_out(size: int) -> None:
        outbox.keep_checkpoint("registry", size, f"note {size}")
        assert len(outbox.recent(5)) == 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(carry_out, range(1000)))
    assert outbox.checkpoint("registry") == "note 999"


def test_another_record_of_the_same_number_is_refused(outbox, tmp_path):
    enqueue(outbox, put(tmp_path, Bench().seal()))
    with pytest.raises(IntegrityError) as found:
        enqueue(outbox, put(tmp_path, sealed(a_record(order="other"), new_key()), "copy"))
    assert found.value.code == "outbox.conflict"


def test_reconcile_finds_every_sealed_file_once_and_names_the_bad_ones(outbox, tmp_path):
    bench = Bench()
    for number in range(1, 12):
        put(tmp_path, bench.seal(), f"{number:06d}")
    (tmp_path / "000012.tera.json").write_bytes(b"{")
    (tmp_path / "000001.receipt.json").write_bytes(b"{}")
    for _ in range(2):
        (unreadable,) = outbox.reconcile(tmp_path, sealed=lambda: sealed_in(tmp_path))
        assert unreadable.path.name == "000012.tera.json"
        assert unreadable.fault.code == "envelope.malformed"
        assert [waiting.sequence for waiting in outbox.records()] == list(range(1, 12))


def test_records_are_listed_by_state(outbox, tmp_path):
    bench = Bench()
    for number in range(1, 4):
        enqueue(outbox, put(tmp_path, bench.seal(), f"{number:06d}"))
    outbox.note_delivered("BENCH-02:000001", address="https://registry.example/v/X")
    outbox.note_problem(
        "BENCH-02:000002", state=State.REFUSED, problem="registry.x", facts={"a": 1}, next_attempt=None
    )
    assert [found.sequence for found in outbox.records(State.DELIVERED)] == [1]
    assert [found.sequence for found in outbox.records(State.SEALED, State.REFUSED)] == [2, 3]
    refused = outbox.find("BENCH-02:000002")
    assert (refused.problem, refused.facts) == ("registry.x", {"a": 1})
    outbox.retry("BENCH-02:000002")
    outbox.retry("BENCH-02:000001")
    assert [found.state for found in outbox.records()] == [State.DELIVERED, State.QUEUED, State.SEALED]


def test_the_outbox_survives_being_closed_and_moved_with_its_laboratory(tmp_path):
    with Outbox(tmp_path / "old" / "outbox.db") as outbox:
        enqueue(outbox, put(tmp_path / "old" / "records", Bench().seal()))
    (tmp_path / "old").rename(tmp_path / "new")
    with Outbox(tmp_path / "new" / "outbox.db") as outbox:
        (waiting,) = outbox.records()
        assert waiting.path.is_file()


def test_a_record_outside_the_laboratory_is_found_again(outbox, tmp_path):
    path = put(tmp_path.parent / f"{tmp_path.name}-usb", Bench().seal())
    assert enqueue(outbox, path).path == path.resolve()


def test_a_smaller_checkpoint_never_takes_the_place_of_a_larger_one(outbox):
    assert outbox.checkpoint("key") is None
    for size, note in ((3, "three"), (2, "two"), (3, "three again"), (5, "five"), (4, "four")):
        outbox.keep_checkpoint("key", size, note)
    assert outbox.checkpoint("key") == "five"
    assert outbox.checkpoint("another key") is None


def test_a_record_that_the_journal_did_not_seal_is_never_taken_in(outbox, tmp_path):
    path = put(tmp_path, Bench().seal())
    with pytest.raises(IntegrityError) as found:
        outbox.enqueue(path, sealed={"0" * 64})
    assert found.value.code == "outbox.not_sealed"
    (unreadable,) = outbox.reconcile(tmp_path, sealed=tuple)
    assert unreadable.fault.code == "outbox.not_sealed"
    assert outbox.records() == ()


NO_RECORDS = {
    "no envelope": b"hello",
    "an envelope of something else": sealed(a_record(), new_key()).replace(b"eyJ", b"e30", 1),
}


@pytest.mark.parametrize("body", NO_RECORDS.values(), ids=NO_RECORDS)
def test_a_file_that_is_no_record_is_refused(outbox, tmp_path, body):
    with pytest.raises(IntegrityError):
        enqueue(outbox, put(tmp_path, body))
    assert outbox.records() == ()


def test_a_missing_file_is_told_in_a_sentence(outbox, tmp_path):
    with pytest.raises(StorageError):
        enqueue(outbox, tmp_path / "000001.tera.json")


ROWS = {
    "facts that are no JSON": "facts = '{nope'",
    "a state that nobody knows": "state = 'gone'",
    "an outcome that is none": "outcome = 'sah'",
    "a time that is none": "next_attempt = 'tomorrow'",
    "a time without an offset": "next_attempt = '2026-01-01T00:00:00'",
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_that_this_program_did_not_write_is_told_and_passed_over_by_no_list(outbox, tmp_path, case):
    enqueue(outbox, put(tmp_path, Bench().seal()))
    with sqlite3.connect(tmp_path / "outbox.db") as other:
        other.execute(f"UPDATE waiting SET {ROWS[case]}")  # noqa: S608 -- of the table above
    other.close()
    for states in ((), (State.SEALED,)):
        with pytest.raises(IntegrityError) as caught:
            outbox.records(*states)
        assert caught.value.code == "outbox.damaged"


def test_a_damaged_outbox_is_told_in_a_sentence(tmp_path):
    (tmp_path / "outbox.db").write_text("a letter\n" * 1000)
    with pytest.raises(IntegrityError):
        Outbox(tmp_path / "outbox.db")


def test_what_is_here_already_is_not_read_again_at_each_start(outbox, tmp_path):
    first = put(tmp_path / "records", Bench().seal())
    enqueue(outbox, first)
    first.write_bytes(b"nothing that could be read")
    asked = []

    def seals():
        asked.append(1)
        return ()

    assert (outbox.reconcile(tmp_path / "records", sealed=seals), asked) == ((), [])
    put(tmp_path / "records", b"nothing that could be read", "000002")
    (unreadable,) = outbox.reconcile(tmp_path / "records", sealed=seals)
    assert (unreadable.path.name, asked) == ("000002.tera.json", [1])


def test_all_that_waits_and_the_newest_of_the_delivered_are_recent(outbox, tmp_path):
    bench = Bench()
    for number in range(1, 7):
        enqueue(outbox, put(tmp_path, bench.seal(), f"{number:06d}"))
    assert outbox.delivered() == 0
    for number in (1, 2, 3, 5):
        outbox.note_delivered(f"BENCH-02:{number:06d}", address="")
    assert [one.sequence for one in outbox.recent(2)] == [3, 4, 5, 6]
    assert [one.sequence for one in outbox.recent(0)] == [4, 6]
    assert outbox.recent(99) == outbox.records()
    assert outbox.delivered() == 4
