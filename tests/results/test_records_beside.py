"""A journal that is sound by itself must fit the records and the outbox that lie beside it."""

import apsw
import pytest

from results.chain import FIRST, entry_hash
from results.entry import BENCH, Noted
from results.errors import IntegrityError
from results.journal import Journal
from results.naming import RECORD_FILES
from results.outbox import Outbox
from results.records_beside import check_next_number, differences
from tests.results.made_run import seal_with, write_run

SUFFIXES = (".tera.json", ".h5", ".pdf")


@pytest.fixture
def lab(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        for run, end in (("run-1", "concluded"), ("run-2", "concluded"), ("run-3", "voided")):
            write_run(journal, run, end=end)
            seal_with(journal, tmp_path / "keys", tmp_path / "records", run)
    return tmp_path


def found(lab):
    with Journal(lab / "journal.db", read_only=True) as journal:
        journal.verify()
        faults = list(differences(journal, lab / "records"))
    assert all(fault.code == "journal.apart" for fault in faults)
    return [(fault.facts["number"], fault.facts["why"]) for fault in faults]


def made_anew(lab, *statements):
    """The journal as somebody leaves it who has no key and knows how it is chained."""
    database = apsw.Connection(str(lab / "journal.db"))
    triggers = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
    for (name,) in list(database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
        database.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        database.execute(statement)
    database.execute("DELETE FROM ordered WHERE run NOT IN (SELECT run FROM number)")
    rows = list(database.execute("SELECT run, at, elapsed, body FROM entry ORDER BY sequence"))
    database.execute("DELETE FROM entry")
    previous = FIRST
    for sequence, (run, at, elapsed, body) in enumerate(rows, 1):
        own = entry_hash(sequence, run=run, at=at, elapsed=elapsed, previous=previous, body=body)
        database.execute(
            "INSERT INTO entry (sequence, run, at, elapsed, body, previous, hash) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (sequence, run, at, elapsed, body, previous, own),
        )
        previous = own
    for trigger in triggers:
        database.execute(trigger)
    database.close()


def test_an_untouched_laboratory_tells_one_story(lab):
    assert found(lab) == []


def test_a_run_that_ended_and_is_not_sealed_yet_is_no_fault(lab):
    with Journal(lab / "journal.db") as journal:
        write_run(journal, "run-4", end="concluded")
        write_run(journal, "run-5", end="open")
    assert found(lab) == []


def test_a_journal_made_anew_without_the_last_run_is_found_by_its_record(lab):
    made_anew(lab, "DELETE FROM entry WHERE run = 'run-3'", "DELETE FROM number WHERE run = 'run-3'")
    assert found(lab) == [("000003.tera.json", "this journal knows no such run that has ended")]


def test_a_journal_put_back_from_an_older_copy_gives_no_number_again(lab):
    with Journal(lab / "journal.db") as journal:
        check_next_number(journal, lab / "records")
    made_anew(lab, "DELETE FROM entry WHERE run = 'run-3'", "DELETE FROM number WHERE run = 'run-3'")
    with Journal(lab / "journal.db") as journal, pytest.raises(IntegrityError) as told:
        check_next_number(journal, lab / "records")
    assert told.value.code == "journal.apart"
    assert told.value.facts["number"] == "000003"


def test_a_journal_made_anew_without_an_earlier_run_has_a_gap(lab):
    made_anew(lab, "DELETE FROM entry WHERE run = 'run-2'", "DELETE FROM number WHERE run = 'run-2'")
    with pytest.raises(IntegrityError, match="number 000002 is missing"):
        found(lab)


def test_a_journal_made_anew_with_another_time_is_found_by_every_record_after_it(lab):
    made_anew(lab, "UPDATE entry SET at = '2026-11-20T09:14:00+07:00' WHERE sequence = 3")
    why = "it was made from other entries than this journal holds"
    assert found(lab) == [("000001", why), ("000002", why), ("000003", why)]


def test_numbers_exchanged_in_their_table_are_found(lab):
    made_anew(
        lab,
        "DELETE FROM number WHERE count < 3",
        "INSERT INTO number VALUES (0, 1, 'run-2'), (0, 2, 'run-1')",
    )
    with pytest.raises(IntegrityError, match="table of numbers"):
        found(lab)


def test_orders_exchanged_in_their_table_are_found(lab):
    made_anew(lab, "UPDATE ordered SET digest = 'another' WHERE run = 'run-2'")
    with pytest.raises(IntegrityError, match="table of orders"):
        found(lab)


def test_a_journal_put_back_from_an_older_copy_is_found_also_when_it_was_gone_on_with(lab, tmp_path):
    older = lab / "older.db"
    with apsw.Connection(str(lab / "journal.db")) as now:
        first = now.execute("SELECT min(sequence) FROM entry WHERE run = 'run-3'").get
    older.write_bytes((lab / "journal.db").read_bytes())
    for file in lab.glob("journal.db*"):
        file.unlink()
    older.rename(lab / "journal.db")
    made_anew(
        lab,
        f"DELETE FROM entry WHERE sequence >= {first}",  # noqa: S608 -- a number
        "DELETE FROM number WHERE run = 'run-3'",
    )
    assert [number for number, _ in found(lab)] == ["000003.tera.json"]
    with Journal(lab / "journal.db") as journal:
        write_run(journal, "run-9", end="concluded")
    assert found(lab) == [("000003", "it was made from other entries than this journal holds")]


def test_the_files_of_two_records_exchanged_are_found_though_each_record_holds(lab):
    for suffix in SUFFIXES:
        one, two = (lab / "records" / f"00000{number}{suffix}" for number in (1, 2))
        kept = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(kept)
    assert found(lab) == [
        ("000001", "its file holds record 000002 of BENCH-02"),
        ("000002", "its file holds record 000001 of BENCH-02"),
    ]


def test_a_record_that_was_taken_away_or_damaged_is_named(lab):
    (lab / "records" / "000001.tera.json").unlink()
    (lab / "records" / "000002.tera.json").write_bytes(b"{}")
    (one, why), (two, _) = found(lab)
    assert (one, why, two) == ("000001", "it was sealed, and its file is not in data/records", "000002")


def test_another_seal_of_the_same_run_is_found(lab, tmp_path):
    """Whoever has keys of the bench seals the same run once more, with a record of their own making."""
    (lab / "records" / "000002.tera.json").write_bytes(
        (lab / "records" / "000002.tera.json").read_bytes().replace(b'"keyid":"', b'"keyid":"0', 1)
    )
    assert found(lab) == []  # only a signature differs: that is for the record's own check
    made_anew(
        lab,
        'UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), \'"record_digest":"\', '
        "'\"record_digest\":\"0') AS BLOB) WHERE run = 'run-2' AND kind = 'sealed'",
    )
    assert ("000002", "the journal says that another one was sealed") in found(lab)


@pytest.mark.parametrize("facts", [{}, {"configuration": 7}, {"configuration": ["x"]}], ids=str)
def test_a_trail_that_says_no_more_which_program_ran_is_a_fault_of_the_next_run(lab, facts):
    with Journal(lab / "journal.db") as journal:
        at = "2026-11-21T12:00:00+07:00"
        journal.append(BENCH, Noted(what="configuration", facts=facts), at=at, elapsed=9.0)
        journal.verify()
        write_run(journal, "run-4")
        with pytest.raises(IntegrityError) as caught:
            journal.verify()
    assert caught.value.code == "journal.updated"


def test_the_outbox_remembers_what_the_journal_forgot_and_needs_a_receipt_for_what_was_delivered(lab):
    with Outbox(lab / "outbox.db") as outbox:
        with Journal(lab / "journal.db", read_only=True) as journal:
            digests = {one.sealed.record_digest for one in journal.runs() if one.sealed}
        assert outbox.reconcile(lab / "records", sealed=lambda: digests) == ()
        outbox.note_delivered("BENCH-02:000001", address="https://register.example/v/x")
        waiting = outbox.records()
    for file in (lab / "records").glob("000003.*"):
        file.unlink()
    made_anew(lab, "DELETE FROM entry WHERE run = 'run-3'", "DELETE FROM number WHERE run = 'run-3'")
    assert sorted(path.name for path in (lab / "records").glob(RECORD_FILES)) == [
        "000001.tera.json",
        "000002.tera.json",
    ]
    with Journal(lab / "journal.db", read_only=True) as journal:
        told = [
            (one.facts["number"], one.facts["why"]) for one in differences(journal, lab / "records", waiting)
        ]
    assert told == [
        ("000001", "the outbox says that it was delivered, and its receipt is not there"),
        ("000003", "the outbox has it, and this journal knows no such seal"),
    ]
