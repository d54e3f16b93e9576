"""What is looked at in a journal before a run begins: what counting and its last entries show."""

import apsw
import pytest

from results.entry import Noted
from results.errors import IntegrityError
from results.journal import Journal
from tests.results.made_run import begun

AT = "2026-11-21T09:14:00+07:00"
RUNS, NOTES = 4, 80


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.db") as opened:
        for run in range(RUNS):
            opened.begin(f"run-{run}", begun(), at=AT, elapsed=0.0)
            for _ in range(NOTES):
                opened.append(f"run-{run}", Noted(what="seen"), at=AT, elapsed=1.0)
        yield opened


def damage(journal, statement):
    with apsw.Connection(str(journal.path)) as other:
        for name in ("entry_stays", "entry_kept", "number_stays", "number_kept"):
            other.execute(f"DROP TRIGGER {name}")
        other.execute(statement)
    other.close()


MISSING = {
    "an entry in the middle": "DELETE FROM entry WHERE sequence = 50",
    "the first entry": "DELETE FROM entry WHERE sequence = 1",
    "an entry near the end": "DELETE FROM entry WHERE sequence = 300",
    "a number in the middle": "DELETE FROM number WHERE count = 2",
    "the last number": "DELETE FROM number WHERE count = 4",
    "all numbers": "DELETE FROM number",
    "a number that became another": "UPDATE number SET count = 9 WHERE count = 3",
    "the end, and with it the run that has the last number": "DELETE FROM entry WHERE sequence > 243",
}


@pytest.mark.parametrize("statement", MISSING.values(), ids=MISSING)
def test_no_run_begins_where_an_entry_or_a_number_is_missing(journal, statement):
    journal.check_before_run()
    damage(journal, statement)
    with pytest.raises(IntegrityError) as refused:
        journal.check_before_run()
    assert refused.value.code == "journal.no_run"


CHANGED = {
    "a time": ("UPDATE entry SET elapsed = 2.0 WHERE sequence = 310", 310),
    "a body": ("UPDATE entry SET body = CAST('{}' AS BLOB) WHERE sequence = 150", 150),
    "two entries swapped": (
        """UPDATE entry SET sequence = -sequence WHERE sequence IN (320, 321);
        UPDATE entry SET sequence = CASE sequence WHEN -320 THEN 321 ELSE 320 END WHERE sequence < 0""",
        320,
    ),
    "a link": ("UPDATE entry SET previous = hash WHERE sequence = 324", 324),
}


@pytest.mark.parametrize(("statement", "sequence"), CHANGED.values(), ids=CHANGED)
def test_no_run_begins_after_last_entries_that_are_not_genuine(journal, statement, sequence):
    damage(journal, statement)
    with pytest.raises(IntegrityError) as refused:
        journal.check_before_run()
    assert refused.value.facts["sequence"] == sequence


def test_a_run_begins_in_an_empty_journal(tmp_path):
    with Journal(tmp_path / "journal.db") as empty:
        empty.check_before_run()


def test_training_is_counted_apart(journal):
    journal.begin("run-t", begun(training=True), at=AT, elapsed=0.0)
    journal.check_before_run()
    damage(journal, "UPDATE number SET count = 2 WHERE training = 1")
    with pytest.raises(IntegrityError, match="L-000002"):
        journal.check_before_run()
