"""Delivery by stick: checked as over the line, and every file that is not what it must be is named."""

import asyncio
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime

import msgspec
import pytest

from bench.cli.exit_code import ExitCode
from bench.cli.registry import revoke, take_in
from bench.finishing import outbox_lines
from bench.labels import Labels
from results.delivery import deliver, read_receipt, receipt_path
from results.errors import StorageError
from results.outbox import Outbox, State
from results.receipt import Receipt
from results.record import Office
from results.registry.app import open_store
from results.registry.settings import Settings
from results.stick import (
    ANSWER_FILE,
    REFUSED_FILE,
    SEEN_FILE,
    StickAnswer,
    StickLine,
    StickRefusals,
    export_waiting,
    strange_receipts,
)
from tests.results.registry_bench import OFFICE, Bench, digest_of, payload_of

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


class Trip:
    """A bench without a network, a registry's office, and a stick between them."""

    def __init__(self, root):
        self.root, self.stick, self.bench = root, root / "stick", Bench()
        self.place = self.stick / self.bench.name
        (root / "lab").mkdir()
        self.outbox = Outbox(root / "lab" / "outbox.db")
        with closing((store := self.store()).database):
            self.key = store.key
            store.enrol(self.bench.name, self.bench.key.public, OFFICE)

    def store(self):
        return open_store(Settings.in_folder(self.root / "registry", base_url="https://r.example"))

    def seal(self, count, **changes):
        for _ in range(count):
            body = self.bench.seal(**changes)
            path = self.root / "lab" / f"{self.bench.sequence:06d}.tera.json"
            path.write_bytes(body)
            self.outbox.enqueue(path, sealed={digest_of(body)})

    def export(self):
        return export_waiting(
            self.outbox,
            self.stick,
            bench=self.bench.name,
            registry=str(self.key),
            read=lambda path: path.read_bytes(),
            training=False,
        )

    def at_the_office(self):
        options = {"folder": self.root / "registry", "database": None, "training": False, "lang": "id"}
        return take_in(
            Namespace(**options, base_url="https://r.example", stick=self.stick, debug=False, lab=self.root)
        )

    def back(self):
        return asyncio.run(
            deliver(
                self.outbox,
                StickLine(self.place),
                self.key,
                read=lambda path: path.read_bytes(),
                now=lambda: NOW,
                jitter=lambda: 0.0,
                at_once=True,
            )
        )

    def states(self):
        return [one.state for one in self.outbox.records()]


@pytest.fixture
def trip(tmp_path):
    found = Trip(tmp_path)
    with found.outbox:
        yield found


def test_what_waits_travels_on_the_stick_and_its_proofs_come_back(trip):
    trip.seal(3)
    assert [path.name for path in trip.export()] == [f"00000{n}.tera.json" for n in (1, 2, 3)]
    assert trip.at_the_office() == ExitCode.DONE
    assert len(trip.back().delivered) == 3
    for one in trip.outbox.records():
        assert read_receipt(one.path, payload_of(one.path.read_bytes()), trip.key) is not None


def test_a_folder_on_the_stick_that_leads_elsewhere_is_never_written_into(trip):
    trip.seal(1)
    victim = trip.root / "victim"
    victim.mkdir()
    trip.stick.mkdir()
    try:
        trip.place.symlink_to(victim)
    except OSError:
        pytest.skip("links may not be made here")
    with pytest.raises(StorageError) as refused:
        trip.export()
    assert refused.value.code == "stick.link"
    assert not list(victim.iterdir())
    (victim / "000001.tera.json").write_bytes(next(iter(trip.outbox.records())).path.read_bytes())
    with pytest.raises(StorageError):
        trip.at_the_office()
    assert [path.name for path in victim.iterdir()] == ["000001.tera.json"]


def test_a_second_trip_shows_that_the_log_goes_on_from_the_first(trip):
    for count in (2, 3):
        trip.seal(count)
        trip.export()
        assert trip.at_the_office() == ExitCode.DONE
        assert len(trip.back().delivered) == count
    assert (trip.place / SEEN_FILE).exists()
    with closing((store := trip.store()).database):
        assert store.counts() == (5, 0)


def test_the_same_stick_twice_changes_nothing(trip):
    trip.seal(2)
    trip.export()
    trip.export()
    assert trip.at_the_office() == trip.at_the_office() == ExitCode.DONE
    assert len(trip.back().delivered) == 2
    assert trip.back().delivered == ()
    with closing((store := trip.store()).database):
        assert store.counts() == (2, 0)


def test_a_stick_that_was_not_at_the_office_delivers_nothing(trip):
    trip.seal(1)
    trip.export()
    assert trip.back().problem.code == "stick.no_answer"
    assert trip.states() == [State.QUEUED]


def test_damaged_and_foreign_files_are_named_and_the_others_are_taken(trip, capsys):
    trip.seal(2)
    first, second = trip.export()
    (trip.place / "000009.tera.json").write_bytes(b"holiday")
    (trip.stick / "BENCH-77").mkdir()
    (trip.stick / "BENCH-77" / "000001.tera.json").write_bytes(Bench(name="BENCH-77").seal())
    second.write_bytes(second.read_bytes().replace(b"sig", b"gis", 1))
    assert trip.at_the_office() == ExitCode.INTEGRITY
    told = capsys.readouterr().out
    assert f"✔ {first}" in told
    for bad in (second, trip.place / "000009.tera.json", trip.stick / "BENCH-77" / "000001.tera.json"):
        assert f"✘ {bad}" in told
    done = trip.back()
    assert (len(done.delivered), done.problem.code) == (1, "stick.no_receipt")
    assert trip.states() == [State.DELIVERED, State.QUEUED]
    english = outbox_lines(trip.outbox.records(), Labels("en").problem)[-1]
    assert english.problem == "The stick holds no receipt of record 000002."
    assert "tera registry import" in english.remedy


def misspelt(trip):
    """A record that the register refuses for what it says, and two that follow it."""
    trip.seal(1)
    trip.seal(1, office=Office(name="UML Kabupaten Kontoh"))
    trip.seal(1)
    trip.export()
    assert trip.at_the_office() == ExitCode.INTEGRITY


def test_what_the_register_refused_comes_back_on_the_stick_as_it_does_over_the_line(trip):
    misspelt(trip)
    done = trip.back()
    assert (len(done.delivered), done.problem.code) == (1, "registry.other_bench")
    assert trip.states() == [State.DELIVERED, State.REFUSED, State.SEALED]
    refused, held = outbox_lines(trip.outbox.records(), Labels("id").problem)[1:]
    assert refused.problem.startswith("Register menolak")
    assert "tera registry admit" in refused.remedy
    assert "000002" in held.problem
    assert [path.name for path in trip.export()] == ["000002.tera.json", "000003.tera.json"]


def test_what_was_decided_since_counts_and_the_refusal_of_before_does_not(trip):
    misspelt(trip)
    trip.back()
    with closing((store := trip.store()).database):
        store.admit((trip.place / "000002.tera.json").read_bytes(), reason="salah ketik", by="Kepala")
    assert trip.at_the_office() == ExitCode.DONE
    assert read(trip.place / REFUSED_FILE, StickRefusals).refused == ()
    assert len(trip.back().delivered) == 2
    assert set(trip.states()) == {State.DELIVERED}


UNTOLD = {
    "of another record": (lambda one: {"digest": "0" * 64}, "stick.no_receipt"),
    "in a code that is none": (
        lambda one: {"answer": msgspec.structs.replace(one.answer, code="\x1b[2J")},
        "stick.damaged",
    ),
}


@pytest.mark.parametrize(("change", "code"), UNTOLD.values(), ids=UNTOLD)
def test_a_refusal_that_cannot_be_of_the_register_refuses_nothing(trip, change, code):
    misspelt(trip)
    path = trip.place / REFUSED_FILE
    first, *rest = read(path, StickRefusals).refused
    path.write_bytes(
        msgspec.json.encode(StickRefusals(refused=(msgspec.structs.replace(first, **change(first)), *rest)))
    )
    done = trip.back()
    assert (len(done.delivered), done.problem.code) == (1, code)
    assert trip.states()[1] is State.QUEUED


def test_an_answer_of_a_register_that_writes_no_refusals_is_read_as_before(trip):
    misspelt(trip)
    (trip.place / REFUSED_FILE).unlink()
    assert trip.back().problem.code == "stick.no_receipt"


def changed(path, kind, **facts):
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(read(path, kind), **facts)))


def read(path, kind):
    return msgspec.json.decode(path.read_bytes(), type=kind)


TAMPERED = {
    "another address": (
        lambda r, _: changed(r, Receipt, verification_address="https://e/"),
        "receipt.address",
    ),
    "another place": (lambda r, _: changed(r, Receipt, leaf_index=1), "receipt.proof"),
    "a root of its own": (lambda r, _: changed(r, Receipt, root_hash="0" * 64), "receipt.root"),
    "no receipt at all": (lambda r, _: r.write_bytes(b"{"), "stick.damaged"),
    "no proof of what went on": (lambda _, a: changed(a, StickAnswer, proofs=()), "registry.forked"),
    "a checkpoint of nobody": (lambda _, a: changed(a, StickAnswer, checkpoint="x"), "checkpoint.form"),
    "an answer that is none": (lambda _, a: a.write_bytes(b"\xff"), "stick.damaged"),
}


@pytest.mark.parametrize(("tamper", "code"), TAMPERED.values(), ids=TAMPERED)
def test_nothing_on_the_stick_is_believed_without_its_proof(trip, tamper, code):
    for _ in range(2):
        trip.seal(2)
        trip.export()
        trip.at_the_office()
        if trip.bench.sequence == 2:
            assert len(trip.back().delivered) == 2
    tamper(trip.place / "000003.receipt.json", trip.place / ANSWER_FILE)
    done = trip.back()
    assert (done.delivered, done.problem.code) == ((), code)
    assert not receipt_path(trip.root / "lab" / "000003.tera.json").exists()


def test_a_receipt_of_somebody_elses_record_is_told(trip):
    trip.seal(1)
    trip.export()
    trip.at_the_office()
    strange = trip.place / "000044.receipt.json"
    strange.write_bytes(b"{}")
    assert strange_receipts(trip.outbox, trip.place) == (strange,)


def test_a_withdrawn_record_stays_and_its_page_says_why(trip, capsys):
    trip.seal(1)
    trip.export()
    trip.at_the_office()
    options = {"folder": trip.root / "registry", "database": None, "training": False, "lang": "id"}
    revoke(Namespace(**options, record="BENCH-02:000001", reason="segel rusak", by="Kepala"))
    assert "BENCH-02:000001 dicabut" in capsys.readouterr().out
    with closing((store := trip.store()).database):
        assert store.find_record("BENCH-02:000001").revoked == "segel rusak"
