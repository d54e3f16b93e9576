"""Orders as files: what waits, what was begun, and what is put away when it is done."""

from datetime import date
from importlib.resources import files

import msgspec
import pytest

from bench.orders import TESTED, Orders
from bench.workplace import read_assignment
from drivers.notation import to_plain
from results.entry import Closed, Concluded, Sealed
from results.journal import Journal
from tests.results.made_run import begun

TEXT = (files("bench") / "templates" / "order.toml").read_text("utf-8")
DAY = date(2026, 11, 21)
AT = f"{DAY}T09:14:00+07:00"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "orders"
    made.mkdir()
    return made


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def put(folder, name, serial):
    file = folder / f"{name}.toml"
    file.write_text(TEXT.replace("123456", serial), "utf-8")
    return file


VERDICT = Concluded(conclusion={"points": [], "verdict": {"outcome": "conforms", "rule": "x"}})
VOIDED = Closed(how="voided", reason="salah alat")
SEAL = Sealed(record_digest="0" * 64, evidence_digest="1" * 64)


def run_of(journal, file, run, *end):
    entry = msgspec.structs.replace(begun(), assignment=to_plain(read_assignment(file)), job=file.stem)
    journal.begin(run, entry, at=AT, elapsed=1.0)
    for ended in end:
        journal.append(run, ended, at=AT, elapsed=2.0)


def jobs(orders):
    return [order.job for order in orders]


def test_files_are_listed_by_name_with_those_from_elsewhere_and_what_cannot_be_read(folder, tmp_path):
    put(folder, "b", "B-1")
    (folder / "a.toml").write_text("kind =", "utf-8")
    other = put(tmp_path, "other", "C-1")
    orders = Orders(folder, [other, folder / "b.toml"])
    assert jobs(orders.all()) == ["a", "b", str(other)]
    assert [order.assignment is None for order in orders.all()] == [True, False, False]
    assert (orders.file("b"), orders.file(str(other))) == (folder / "b.toml", other)


def test_a_folder_that_is_not_there_has_no_orders(tmp_path):
    assert Orders(tmp_path / "orders").all() == ()


def test_only_a_file_that_has_changed_is_read_again(folder):
    put(folder, "a", "A-1")
    changed = put(folder, "b", "B-1")
    orders = Orders(folder)
    before = orders.all()
    assert orders.all() == before
    changed.write_text(TEXT.replace("123456", "B-22"), "utf-8")
    after = orders.all()
    assert (after[0] is before[0], after[1] is before[1]) == (True, False)
    assert after[1].assignment.identity.serial == "B-22"
    changed.unlink()
    assert jobs(orders.all()) == ["a"]


def test_orders_that_say_the_same_are_told_apart_by_their_names(folder, journal):
    first, second = put(folder, "a", ""), put(folder, "b", "")
    orders = Orders(folder)
    run_of(journal, first, "run-1", VERDICT, SEAL)
    assert jobs(orders.begun(journal.run_list)) == ["a"]
    first.unlink()  # put away, and written anew for another one
    assert orders.begun(journal.run_list) == {}
    run_of(journal, second, "run-2")
    assert [(order.job, runs[-1].run) for order, runs in orders.begun(journal.run_list).items()] == [
        ("b", "run-2")
    ]


def test_a_file_that_was_written_anew_for_another_instrument_waits(folder, journal):
    run_of(journal, put(folder, "a", "A-1"), "run-1", VERDICT, SEAL)
    put(folder, "a", "A-2")
    assert Orders(folder).begun(journal.run_list) == {}


def test_a_run_without_a_verdict_has_tested_nothing_once_it_is_sealed(folder, journal):
    file = put(folder, "a", "A-1")
    run_of(journal, file, "run-1", VOIDED)
    orders = Orders(folder)
    assert jobs(orders.begun(journal.run_list)) == ["a"]
    journal.append("run-1", SEAL, at=AT, elapsed=3.0)
    assert orders.begun(journal.run_list) == {}
    run_of(journal, file, "run-2", VERDICT, SEAL)
    assert [one.run for one in next(iter(orders.begun(journal.run_list).values()))] == ["run-2"]


def test_what_was_sealed_on_an_earlier_day_is_put_away_and_nothing_else(folder, journal, tmp_path):
    elsewhere = put(tmp_path, "elsewhere", "E-1")
    done, still_open, named = (
        put(folder, "done", "D-1"),
        put(folder, "open", "O-1"),
        put(folder, "named", "N-1"),
    )
    voided = put(folder, "voided", "V-1")
    put(folder, "waits", "W-1")
    (folder / "unreadable.toml").write_text("kind =", "utf-8")
    for run, file in (("run-1", elsewhere), ("run-2", done), ("run-3", named)):
        run_of(journal, file, run, VERDICT, SEAL)
    run_of(journal, still_open, "run-4", VERDICT)
    run_of(journal, voided, "run-5", VOIDED, SEAL)
    orders = Orders(folder, [elsewhere, named])
    orders.put_away(journal.run_list, DAY)
    assert len(orders.all()) == 7  # still the same day
    for _ in range(2):
        orders.put_away(journal.run_list, date(2026, 11, 22))
        left = ["named", "open", "unreadable", "voided", "waits", str(elsewhere)]
        assert jobs(orders.all()) == left
    assert read_assignment(folder / TESTED / "done.toml").identity.serial == "D-1"


def test_what_was_put_away_before_under_that_name_stays(folder, journal):
    kept = folder / TESTED / "done.toml"
    kept.parent.mkdir()
    kept.write_text("another", "utf-8")
    done = put(folder, "done", "D-1")
    run_of(journal, done, "run-1", VERDICT, SEAL)
    Orders(folder).put_away(journal.run_list, date(2026, 11, 22))
    assert (kept.read_text("utf-8"), done.exists()) == ("another", True)


def test_what_cannot_be_put_away_stays_and_keeps_nobody_from_testing(folder, journal):
    done = put(folder, "done", "D-1")
    run_of(journal, done, "run-1", VERDICT, SEAL)
    (folder / TESTED).write_text("in the way", "utf-8")
    Orders(folder).put_away(journal.run_list, date(2026, 11, 22))
    assert done.exists()
