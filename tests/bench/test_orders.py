"""Orders as files: what waits, what was begun, and what is put away when it is done."""

from datetime import date
from importlib.resources import files

import msgspec
import pytest

from bench.orders import TESTED, Orders
from bench.workplace import read_assignment
from drivers.notation import to_plain
from results.entry import Closed, Sealed
from results.errors import StorageError
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


def run_of(journal, file, run, *, end=True):
    entry = msgspec.structs.replace(begun(), assignment=to_plain(read_assignment(file)))
    journal.begin(run, entry, at=AT, elapsed=1.0)
    if end:
        journal.append(run, Closed(how="voided", reason="salah alat"), at=AT, elapsed=2.0)
        journal.append(run, Sealed(record_digest="0" * 64, evidence_digest="1" * 64), at=AT, elapsed=3.0)


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


def test_of_orders_that_say_the_same_so_many_are_begun_as_there_are_runs(folder, journal):
    file = put(folder, "a", "")
    put(folder, "b", "")
    put(folder, "c", "C-1")
    orders = Orders(folder)
    assert orders.begun(journal.run_list) == {}
    run_of(journal, file, "run-1")
    assert [(order.job, run) for order, run in orders.begun(journal.run_list).items()] == [("a", "run-1")]
    run_of(journal, file, "run-2")
    assert jobs(orders.begun(journal.run_list)) == ["a", "b"]


def test_what_was_sealed_on_an_earlier_day_is_put_away_and_nothing_else(folder, journal, tmp_path):
    elsewhere = put(tmp_path, "elsewhere", "E-1")
    done, still_open = put(folder, "done", "D-1"), put(folder, "open", "O-1")
    put(folder, "waits", "W-1")
    (folder / "unreadable.toml").write_text("kind =", "utf-8")
    run_of(journal, elsewhere, "run-1")
    run_of(journal, done, "run-2")
    run_of(journal, still_open, "run-3", end=False)
    orders = Orders(folder, [elsewhere])
    orders.put_away(journal.run_list, DAY)
    assert len(orders.all()) == 5  # still the same day
    for _ in range(2):
        orders.put_away(journal.run_list, date(2026, 11, 22))
        assert jobs(orders.all()) == ["open", "unreadable", "waits", str(elsewhere)]
    assert read_assignment(folder / TESTED / "done.toml").identity.serial == "D-1"


def test_what_was_put_away_before_under_that_name_stays(folder, journal):
    kept = folder / TESTED / "done.toml"
    kept.parent.mkdir()
    kept.write_text("another", "utf-8")
    done = put(folder, "done", "D-1")
    run_of(journal, done, "run-1")
    Orders(folder).put_away(journal.run_list, date(2026, 11, 22))
    assert (kept.read_text("utf-8"), done.exists()) == ("another", True)


def test_a_folder_that_cannot_be_made_is_told_and_the_order_stays(folder, journal):
    done = put(folder, "done", "D-1")
    run_of(journal, done, "run-1")
    (folder / TESTED).write_text("in the way", "utf-8")
    with pytest.raises(StorageError):
        Orders(folder).put_away(journal.run_list, date(2026, 11, 22))
    assert done.exists()
