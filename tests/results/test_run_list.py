"""Runs are found by what a person knows of them, in a journal of this version and in older ones."""

import apsw
import msgspec
import pytest

from drivers.notation import to_plain
from procedures.heading import Heading
from results.entry import BENCH, Amended, Concluded, Noted, RunBegun, Sealed
from results.errors import IntegrityError
from results.journal import Journal
from results.journal_file import VERSION
from results.run_summary import order_digest
from tests.results.made_run import begun, conclusion, seal_with, write_run

AT = "2026-11-21T09:14:00+07:00"
OLDER = {
    "version 2": "DROP TABLE ordered; DROP INDEX landmark_of_run; PRAGMA user_version = 2",
    "version 1": """DROP TABLE ordered; DROP INDEX landmark_of_run; DROP INDEX landmark;
        CREATE INDEX entry_of_kind ON entry (kind, sequence); PRAGMA user_version = 1""",
}


@pytest.fixture
def lab(tmp_path):
    """Two sealed runs, one without a verdict that is sealed, one that ended, and one that is open."""
    with Journal(tmp_path / "journal.db") as journal:
        for run, end in (("run-1", "concluded"), ("run-2", "concluded"), ("run-3", "voided")):
            write_run(journal, run, end=end, failing=run == "run-2")
            seal_with(journal, tmp_path / "keys", tmp_path / "records", run)
        write_run(journal, "run-4", end="concluded", training=True)
        write_run(journal, "run-5", end="open")
    return tmp_path


@pytest.fixture
def journal(lab):
    with Journal(lab / "journal.db") as opened:
        yield opened


def names(found):
    return [summary.run for summary in found]


def test_a_list_tells_of_each_run_where_it_stands_and_what_came_out(journal):
    assert [(one.begun.number, one.state, one.heading) for one in journal.runs()] == [
        ("000001", "sealed", Heading.CONFORMS),
        ("000002", "sealed", Heading.DOES_NOT_CONFORM),
        ("000003", "sealed", None),
        ("L-000001", "concluded", None),  # measured: nobody has sealed it
        ("000004", "open", None),
    ]


def test_what_ended_a_run_is_what_its_record_names(journal):
    ends = {one.run: one.ended_by for one in journal.runs()}
    for run in ("run-1", "run-3"):
        assert ends[run] in {kept.hash for kept in journal.entries(run)}
    assert ends["run-5"] == ""


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("run-2", "run-2"),
        ("000002", "run-2"),
        ("L-000001", "run-4"),
        ("000009", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_run_is_found_by_its_id_and_by_its_number(journal, name, run):
    found = journal.run_list.named(name)
    assert (None if found is None else found.run) == run


def test_the_newest_come_in_the_order_in_which_they_were_begun(journal):
    assert names(journal.run_list.newest(2)) == ["run-4", "run-5"]
    assert names(journal.run_list.newest(99)) == names(journal.runs())
    assert len(journal.run_list) == 5


def test_what_has_no_seal_is_listed_until_it_has(journal, lab):
    assert names(journal.run_list.unsealed()) == ["run-4", "run-5"]
    seal_with(journal, lab / "keys", lab / "records", "run-4")
    assert names(journal.run_list.unsealed()) == ["run-5"]
    assert journal.run_list.named("run-4").state == "sealed"


def test_an_order_gives_the_runs_that_were_begun_from_it(journal):
    order = begun().assignment
    again = msgspec.structs.replace(begun(), assignment={**order, "order": "another"})
    journal.begin("run-6", again, at=AT, elapsed=1.0)
    journal.begin("run-7", begun(), at=AT, elapsed=1.0)
    assert journal.run_list.of_order(order_digest("", order)) == [
        f"run-{number}" for number in (1, 2, 3, 4, 5, 7)
    ]
    assert journal.run_list.of_order(order_digest("", again.assignment)) == ["run-6"]
    assert journal.run_list.of_order(order_digest("another", order)) == []


def test_the_order_of_a_list_is_the_order_that_was_given(journal):
    entry = journal.entries("run-5")[0].entry
    assert isinstance(entry, RunBegun)
    assert to_plain(journal.run_list.named("run-5").begun.order) == msgspec.json.decode(
        msgspec.json.encode(entry.assignment)
    )


@pytest.mark.parametrize("column", ["body", "at", "run"])
def test_a_changed_landmark_is_named_and_no_list_is_given(lab, column):
    changed = apsw.Connection(str(lab / "journal.db"))
    changed.execute("DROP TRIGGER entry_stays")
    first = changed.execute("SELECT sequence FROM entry WHERE run = 'run-2' LIMIT 1").get
    with changed:
        if column == "body":
            changed.execute(
                "UPDATE entry SET body = CAST(replace(body, 'CJ-6K', 'CJ-7K') AS BLOB) WHERE sequence = ?",
                (first,),
            )
        else:
            changed.execute(f"UPDATE entry SET {column} = {column} || ' ' WHERE sequence = ?", (first,))  # noqa: S608
    changed.close()
    with Journal(lab / "journal.db", read_only=True) as journal, pytest.raises(IntegrityError) as told:
        journal.runs()
    assert told.value.facts["sequence"] == first


def test_a_number_without_a_run_is_told(lab):
    changed = apsw.Connection(str(lab / "journal.db"))
    changed.execute("INSERT INTO number VALUES (0, 99, 'nothing')")
    changed.close()
    with (
        Journal(lab / "journal.db", read_only=True) as journal,
        pytest.raises(IntegrityError, match="no entry begins it"),
    ):
        journal.run_list.named("000099")


@pytest.mark.parametrize("older", OLDER)
def test_a_journal_of_an_older_version_is_read_as_it_is_and_brought_up_to_be_written(lab, older):
    file = lab / "journal.db"
    with Journal(file, read_only=True) as journal:
        head, runs = journal.head(), journal.runs()
    changed = apsw.Connection(str(file))
    changed.execute(OLDER[older])
    changed.close()
    with Journal(file, read_only=True) as journal:
        journal.verify()
        assert journal.runs() == runs
        assert journal.run_list.named("000002") == runs[1]
        assert names(journal.run_list.unsealed()) == ["run-4", "run-5"]
    with Journal(file) as journal:
        assert (journal.head(), journal.runs()) == (head, runs)
        assert journal.run_list.of_order(order_digest("", begun().assignment))[-1] == "run-5"
        journal.begin("run-6", begun(), at=AT, elapsed=1.0)
        journal.verify()
    upgraded = apsw.Connection(str(file))
    assert upgraded.execute("PRAGMA user_version").get == VERSION
    upgraded.close()


SPOILT = {
    "a trigger is gone": "DROP TRIGGER entry_stays",
    "a table has another column": "ALTER TABLE number ADD COLUMN more TEXT",
    "it only says that it is older": "PRAGMA user_version = 2",
    "an index of somebody": 'CREATE INDEX "by at" ON entry (at)',
}


@pytest.mark.parametrize("older", [None, "version 2"])
@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_was_changed_in_its_form_is_told_and_is_not_mended_by_an_upgrade(lab, spoilt, older):
    file = lab / "journal.db"
    changed = apsw.Connection(str(file))
    if older is not None:
        changed.execute(OLDER[older])
    if older is None or spoilt != "it only says that it is older":
        changed.execute(SPOILT[spoilt])
    else:
        changed.execute("CREATE TABLE ordered (run TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT")
    changed.close()
    with (
        Journal(file, read_only=True) as journal,
        pytest.raises(IntegrityError, match="not as they were made"),
    ):
        journal.verify()
    if older is not None:
        with pytest.raises(IntegrityError, match="not as they were made"):
            Journal(file)
        with Journal(file, read_only=True) as journal, pytest.raises(IntegrityError):
            journal.verify()


def test_verifying_sees_one_moment_while_another_program_writes(lab, monkeypatch):
    read = Journal._rows

    def meanwhile(self, where, *values):
        yield from read(self, where, *values)
        if self is reader:
            writer.begin("run-6", begun(), at=AT, elapsed=1.0)

    with Journal(lab / "journal.db") as writer, Journal(lab / "journal.db", read_only=True) as reader:
        monkeypatch.setattr(Journal, "_rows", meanwhile)
        count = reader.verify()
        monkeypatch.undo()
        assert reader.verify() == count + 1


def test_only_the_notes_that_are_asked_for_are_read(journal):
    for what in ("configuration", "started", "configuration_2", "configuration"):
        journal.append(BENCH, Noted(what=what, facts={"what": "started"}), at=AT, elapsed=1.0)
    journal.append("run-5", Noted(what="started"), at=AT, elapsed=1.0)
    assert [kept.entry.what for kept in journal.notes("configuration")] == ["configuration"] * 2
    assert [kept.entry.what for kept in journal.notes("configuration", "started")] == [
        "configuration", "started", "configuration"
    ]  # fmt: skip
    assert journal.notes("config") == []


def test_one_entry_is_read_by_its_sequence(journal):
    assert journal.entry(2) == list(journal.all())[1]
    assert (journal.entry(10**6), journal.entry(2**63)) == (None, None)


def corrected(journal, run, record_id, *, sealed=True):
    """Keep a run that corrects a record, as an amendment is kept."""
    entry = msgspec.structs.replace(begun(), supersedes=record_id)
    amended = Amended(reason="salah ketik", by="Ani", changes={}, envelope=b"", evidence=b"")
    ended = Concluded(conclusion=to_plain(conclusion(())))
    kept = journal.begin(run, entry, at=AT, elapsed=1.0, then=(amended, ended))
    if sealed:
        journal.append(run, Sealed(record_digest="a", evidence_digest="b"), at=AT, elapsed=1.0)
    return f"{entry.bench}:{kept.entry.number}"


def test_what_replaces_a_record_is_followed_to_the_one_that_counts(journal):
    first = journal.run_list.named("run-1").begun.record_id
    assert journal.run_list.replacing(first) == []
    second = corrected(journal, "run-6", first)
    journal.append(BENCH, Noted(what="started", facts={"supersedes": first}), at=AT, elapsed=1.0)
    third = corrected(journal, "run-7", second)
    corrected(journal, "run-8", third, sealed=False)
    assert names(journal.run_list.replacing(first)) == ["run-6", "run-7"]
    assert names(journal.run_list.replacing(second)) == ["run-7"]
    assert names(journal.run_list.replacing(third)) == []
    assert names(journal.run_list.amending(third)) == ["run-8"]


def test_a_record_that_is_said_to_replace_itself_is_followed_no_further(journal):
    number = journal.next_number(training=False)
    own = corrected(journal, "run-6", f"BENCH-02:{number}")
    assert own == f"BENCH-02:{number}"
    assert journal.run_list.replacing(own) == []


def test_words_deeper_in_an_entry_replace_nothing(journal):
    first = journal.run_list.named("run-1").begun.record_id
    entry = msgspec.structs.replace(begun(), assignment={**begun().assignment, "supersedes": first})
    ended = Concluded(conclusion=to_plain(conclusion(())))
    amended = Amended(reason="salah ketik", by="Ani", changes={}, envelope=b"", evidence=b"")
    journal.begin("run-6", entry, at=AT, elapsed=1.0, then=(amended, ended))
    assert journal.run_list.amending(first) == []
