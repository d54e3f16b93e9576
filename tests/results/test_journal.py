"""The journal: durable, gap-free, append-only, chained; every way of changing it is found and named."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from results.chain import FIRST, checked_entry
from results.entry import BENCH, Closed, Concluded, Done, Noted, RunBegun, Sealed
from results.errors import IntegrityError, RecordError, StorageError
from results.journal import Journal
from results.turns import SharedConnection
from tests.bare_rights import bound
from tests.results.made_run import begun, write_run

AT = "2026-11-21T09:14:00+07:00"


@pytest.fixture
def journal(tmp_path: Path):
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def note(journal: Journal, run: str, what: str = "seen") -> None:
    journal.append(run, Noted(what=what), at=AT, elapsed=1.0)


def fill(journal: Journal) -> None:
    for _ in range(20):
        note(journal, "run-1", "x" * 2000)


def test_what_is_appended_is_read_back_byte_for_byte(journal: Journal):
    first = journal.begin("run-1", begun(), at=AT, elapsed=0.125)
    second = journal.append("run-1", Noted(what="°C", facts={"a": [1, None]}), at=AT, elapsed=1 / 3)
    assert journal.entries("run-1") == [first, second]
    assert (first.previous, second.previous) == (FIRST, first.hash)
    assert journal.last("run-1") == second
    assert journal.head() == second.hash
    assert journal.verify() == 2


def test_an_empty_journal_is_sound(journal: Journal):
    assert (journal.verify(), journal.head(), journal.runs(), journal.last("x")) == (0, FIRST, [], None)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    what=st.text(st.characters(codec="utf-8")),
    elapsed=st.floats(allow_nan=False),
    run=st.text("ab/°", max_size=9),
)
@example(what="", elapsed=-0.0, run="")
def test_any_text_and_time_survives(tmp_path: Path, what: str, elapsed: float, run: str):
    with Journal(tmp_path / "any.db") as opened:
        kept = opened.append(run, Noted(what=what), at=AT, elapsed=elapsed)
        assert opened.last(run) == kept
        assert isinstance(kept.entry, Noted)
        assert kept.entry.what == what


def test_numbers_have_no_gap_and_training_is_counted_apart(journal: Journal):
    given_numbers = []
    for place, training in enumerate((False, True, False, True, False)):
        kept = journal.begin(f"run-{place}", begun(training=training), at=AT, elapsed=0.0)
        assert isinstance(kept.entry, RunBegun)
        given_numbers.append(kept.entry.number)
    assert given_numbers == ["000001", "L-000001", "000002", "L-000002", "000003"]


def test_a_begin_that_fails_consumes_no_number(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    with pytest.raises(apsw.ConstraintError):
        journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    kept = journal.begin("run-2", begun(), at=AT, elapsed=0.0)
    assert isinstance(kept.entry, RunBegun)
    assert kept.entry.number == "000002"
    assert journal.verify() == 2


def test_a_run_is_not_begun_on_a_nearly_full_disk(tmp_path: Path):
    with Journal(tmp_path / "journal.db", reserve_bytes=2**62) as opened:
        with pytest.raises(StorageError, match="MB are free") as refused:
            opened.begin("run-1", begun(), at=AT, elapsed=0.0)
        assert refused.value.code == "storage.low"
        assert opened.runs() == []


def test_no_statement_can_change_or_remove_a_row(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    other = apsw.Connection(str(journal.path))
    for statement in ("UPDATE entry SET run = 'x'", "DELETE FROM entry", "DELETE FROM number"):
        with pytest.raises(apsw.ConstraintError):
            other.execute(statement)
    other.close()
    assert journal.verify() == 1


def _flip(connection: apsw.Connection) -> None:
    connection.execute(
        "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'seen', 'sean') AS BLOB) WHERE sequence = 4"
    )


def _flip_time(connection: apsw.Connection) -> None:
    connection.execute("UPDATE entry SET elapsed = elapsed + 0.001 WHERE sequence = 4")


def _remove(connection: apsw.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE sequence = 4")


def _swap(connection: apsw.Connection) -> None:
    connection.execute(
        "UPDATE entry SET sequence = CASE sequence WHEN 4 THEN -5 ELSE -4 END WHERE sequence IN (4, 5)"
    )
    connection.execute("UPDATE entry SET sequence = -sequence WHERE sequence < 0")


def _repeat(connection: apsw.Connection) -> None:
    row = connection.execute("SELECT run, at, elapsed, body, previous FROM entry WHERE sequence = 3").get
    connection.execute("DELETE FROM entry WHERE sequence = 4")
    connection.execute(
        "INSERT INTO entry (sequence, run, at, elapsed, body, previous, hash) "
        "VALUES (4, ?, ?, ?, ?, ?, 'ab')",
        row,
    )


DAMAGE: dict[str, Callable[[apsw.Connection], None]] = {
    "a letter of a body": _flip,
    "a time": _flip_time,
    "an entry removed": _remove,
    "two entries swapped": _swap,
    "an entry repeated": _repeat,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_the_first_wrong_row_is_named(journal: Journal, damage: Callable[[apsw.Connection], None]):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    for place in range(6):
        note(journal, "run-1", f"seen {place}")
    other = apsw.Connection(str(journal.path))
    for trigger in ("entry_stays", "entry_kept"):
        other.execute(f"DROP TRIGGER {trigger}")
    damage(other)
    other.close()
    with pytest.raises(IntegrityError) as found:
        journal.verify()
    assert found.value.facts["sequence"] == 4


def test_an_end_cut_off_is_found_by_the_head_that_a_record_names(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    note(journal, "run-1")
    head = journal.head()
    assert journal.verify([head]) == 2
    other = apsw.Connection(str(journal.path))
    trigger = other.execute("SELECT sql FROM sqlite_schema WHERE name = 'entry_kept'").get
    other.execute("DROP TRIGGER entry_kept; DELETE FROM entry WHERE sequence = 2")
    other.execute(trigger)
    other.close()
    assert journal.verify() == 1
    with pytest.raises(IntegrityError, match="cut off"):
        journal.verify([head])


CHANGED_FILE = {
    "a trigger taken away": "DROP TRIGGER entry_kept",
    "a trigger that allows all": "DROP TRIGGER entry_stays; "
    "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT 1; END",
    "an index taken away": "DROP INDEX landmark",
    "a table more": "CREATE TABLE more (x)",
}


@pytest.mark.parametrize("statement", CHANGED_FILE.values(), ids=CHANGED_FILE.keys())
def test_a_journal_whose_tables_or_triggers_were_changed_is_unsound(journal: Journal, statement: str):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    assert journal.verify() == 1
    other = apsw.Connection(str(journal.path))
    other.execute(statement)
    other.close()
    with pytest.raises(IntegrityError, match="not as they were made"):
        journal.verify()


def test_a_number_taken_from_the_table_is_found(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    other = apsw.Connection(str(journal.path))
    other.execute("DROP TRIGGER number_kept; DELETE FROM number")  # the number is told before the trigger
    other.close()
    with pytest.raises(IntegrityError, match="numbers"):
        journal.verify()


ORDERS = {
    "a reading after the verdict": [Concluded(conclusion={}), Done(path="x", verb="settled", arguments={})],
    "sealed without an end": [Sealed(record_digest="", evidence_digest="")],
    "ended twice": [Closed(how="voided", reason="x"), Concluded(conclusion={})],
    "sealed twice": [
        Closed(how="voided", reason="x"),
        Sealed(record_digest="", evidence_digest=""),
        Sealed(record_digest="", evidence_digest=""),
    ],
}


@pytest.mark.parametrize("entries", ORDERS.values(), ids=ORDERS.keys())
def test_entries_out_of_order_are_found(journal: Journal, entries):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    for entry in entries:
        forced(journal, "run-1", entry)
    with pytest.raises(IntegrityError) as found:
        journal.verify()
    assert found.value.facts["sequence"] == len(entries) + 1


def forced(journal: Journal, run: str, entry) -> None:
    """Write past the check of the order, as another program could."""
    with journal._writing():
        journal._insert(run, entry, AT, 1.0)


@pytest.mark.parametrize("entries", ORDERS.values(), ids=ORDERS.keys())
def test_an_entry_out_of_order_is_never_written(journal: Journal, entries):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    *before, last = entries
    for entry in before:
        journal.append("run-1", entry, at=AT, elapsed=1.0)
    with pytest.raises(RecordError):
        journal.append("run-1", last, at=AT, elapsed=1.0)
    assert journal.verify() == len(entries)


def test_a_conclusion_without_a_begin_is_found(journal: Journal):
    forced(journal, "ghost", Concluded(conclusion={}))
    with pytest.raises(IntegrityError, match="Concluded"):
        journal.verify()


def test_another_program_may_read_but_not_write(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    program = (
        "import sys; from pathlib import Path; from results.journal import Journal\n"
        "from results.errors import StorageError\n"
        "path = Path(sys.argv[1])\n"
        "print(len(Journal(path, read_only=True).runs()))\n"
        "try: Journal(path)\n"
        "except StorageError as refused: print(refused.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(journal.path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["1", "journal.in_use"]


def test_a_link_to_the_journal_has_its_lock(journal: Journal, tmp_path: Path):
    link = tmp_path / "link.db"
    try:
        link.symlink_to(journal.path)
    except OSError:
        pytest.skip("links may not be made here")
    with pytest.raises(StorageError) as refused:
        Journal(link)
    assert refused.value.code == "journal.in_use"


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
def test_a_second_writer_whose_lock_was_taken_away_is_told(journal: Journal):
    journal.append(BENCH, Noted(what="x"), at=AT, elapsed=0.0)
    journal.path.with_name(f"{journal.path.name}-writer").unlink()
    with Journal(journal.path) as other:
        other.append(BENCH, Noted(what="y"), at=AT, elapsed=0.0)
        with pytest.raises(StorageError) as refused:
            journal.append(BENCH, Noted(what="z"), at=AT, elapsed=0.0)
        assert refused.value.code == "storage.second_writer"
        assert other.verify() == 2


def test_the_lock_goes_with_the_program_that_held_it(tmp_path: Path):
    path = tmp_path / "journal.db"
    Journal(path).close()
    with Journal(path) as opened:
        assert opened.verify() == 0


def test_after_a_kill_every_entry_that_append_returned_is_there(tmp_path: Path):
    program = (
        "import sys; from pathlib import Path\n"
        "from results.journal import Journal; from results.entry import Noted\n"
        "from tests.results.made_run import begun\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "journal.begin('run-1', begun(), at='x', elapsed=0.0)\n"
        "while True:\n"
        "    kept = journal.append('run-1', Noted(what='x'), at='x', elapsed=0.0)\n"
        "    print(kept.sequence, flush=True)\n"
    )
    path = tmp_path / "journal.db"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as writer:
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(40)]
        writer.kill()
    with Journal(path) as opened:
        assert opened.verify() >= seen[-1]
        note(opened, "run-1")


def test_a_full_disk_is_told_plainly_and_loses_nothing(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    pages = journal._connection.execute("PRAGMA page_count").get
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="full") as refused:
        fill(journal)
    assert refused.value.code == "storage.full"
    kept = journal.verify()
    journal._connection.execute("PRAGMA max_page_count = 100000")
    note(journal, "run-1")
    assert journal.verify() == kept + 1


def test_a_journal_that_may_only_be_read_is_told_plainly(journal: Journal):
    journal._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError) as refused:
        journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    assert refused.value.code == "storage.read_only"


FOREIGN = {
    "text": b"this is not a database, whatever its name says" * 40,
    "SQLite of another program": None,
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_is_left_alone(tmp_path: Path, content: bytes | None):
    path = tmp_path / "journal.db"
    if content is None:
        other = apsw.Connection(str(path))
        other.execute("CREATE TABLE theirs (x)")
        other.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(RecordError):
        Journal(path)
    assert path.read_bytes() == before


LOST = {"cut off": (True, b""), "cut off, with its log": (True, b"log" * 40), "gone": (False, b"log" * 40)}


@pytest.mark.parametrize("read_only", [True, False], ids=["to read", "to write"])
@pytest.mark.parametrize(("there", "log"), LOST.values(), ids=LOST)
def test_a_journal_without_content_is_told_as_that_and_nothing_is_written(tmp_path, there, log, read_only):
    path = tmp_path / "journal.db"
    if there:
        path.touch()
    (tmp_path / "journal.db-wal").write_bytes(log)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(IntegrityError) as refused:
        Journal(path, read_only=read_only)
    assert refused.value.code == "journal.no_content"
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_new_journal_is_never_without_content(tmp_path: Path):
    seen, below = {}, apsw.vfs_names()[0]

    class Watched(apsw.VFS):
        """Tells how large each file was when SQLite first opened it."""

        def xOpen(self, name, flags):  # noqa: N802 -- SQLite's name
            path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
            seen.setdefault(path.name, path.stat().st_size if path.exists() else 0)
            return apsw.VFSFile(below, name, flags)

    watched = Watched("watched", below)
    apsw.set_default_vfs("watched")
    try:
        Journal(tmp_path / "journal.db").close()
    finally:
        apsw.set_default_vfs(below)
        watched.unregister()
    assert seen["journal.db"] > 0  # a power cut from here on leaves a journal


def test_a_missing_journal_is_not_made_by_looking(tmp_path: Path):
    with pytest.raises(StorageError):
        Journal(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_the_list_of_runs_tells_where_each_stands(journal: Journal):
    for name, end in {"a": "concluded", "b": "voided", "c": "interrupted", "d": "open"}.items():
        write_run(journal, name, end=end, points=())
    journal.append("b", Sealed(record_digest="r", evidence_digest="e"), at=AT, elapsed=0.0)
    assert {run.run: run.state for run in journal.runs()} == {
        "a": "concluded",
        "b": "sealed",
        "c": "interrupted",
        "d": "open",
    }
    assert [run.begun.number for run in journal.runs()] == ["000001", "000002", "000003", "000004"]
    assert journal.sealed("000002") == Sealed(record_digest="r", evidence_digest="e")
    assert journal.sealed("000001") is None
    assert journal.sealed("000099") is None


def test_a_changed_row_is_not_handed_out(journal: Journal):
    kept = journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    row = (1, "run-1", AT, 0.0, kept.body.replace(b"scales", b"Scales"), kept.previous, kept.hash)
    with pytest.raises(IntegrityError) as found:
        checked_entry(row, where="here")
    assert found.value.facts["sequence"] == 1


def test_a_journal_may_be_used_from_a_worker_thread(journal: Journal):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    worker = threading.Thread(target=note, args=(journal, "run-1"))
    worker.start()
    worker.join()
    assert journal.verify() == 2


@pytest.mark.usefixtures("hasty_threads")
def test_entries_of_several_threads_stand_one_after_the_other_while_others_read(journal: Journal):
    def carry_out(count: int) -> None:
        note(journal, f"run-{count}")
        last = journal.newest()
        assert last is not None
        assert journal.entries(last.run) == [last]
        assert journal.runs() == []

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(carry_out, range(400)))
    assert journal.verify() == 400


class Broken(Sequence[Noted]):
    """What is to be kept with a beginning: another thread keeps an entry meanwhile, then this fails."""

    def __init__(self, journal: Journal) -> None:
        self.other = threading.Thread(target=note, args=(journal, "run-1", "acknowledged"))

    def __len__(self) -> int:
        return 1

    def __getitem__(self, place):
        self.other.start()
        self.other.join(0.3)
        raise OSError("something else is wrong")


def test_what_a_thread_has_kept_stays_when_what_another_one_begins_is_taken_back(
    journal: Journal,
):
    journal.begin("run-1", begun(), at=AT, elapsed=0.0)
    broken = Broken(journal)
    with pytest.raises(StorageError):
        journal.begin("run-2", begun(), at=AT, elapsed=0.0, then=broken)
    broken.other.join()
    last = journal.last("run-1")
    assert last is not None
    assert last.entry == Noted(what="acknowledged")
    assert journal.verify() == 2


def test_after_a_failed_sync_nothing_more_is_written(tmp_path: Path):
    path = tmp_path / "journal.db"
    with Journal(path) as opened:
        opened.begin("run-1", begun(), at=AT, elapsed=0.0)
        faults = FailingDisk()
        opened._connection.close()
        opened._connection = SharedConnection(str(path), vfs=faults.name)
        opened._connection.execute("PRAGMA synchronous = FULL")
        note(opened, "run-1")
        faults.failing = True
        with pytest.raises(StorageError) as refused:
            note(opened, "run-1")
        faults.failing = False
        assert refused.value.code == "storage.io"
        with pytest.raises(StorageError) as still:
            note(opened, "run-1")
        assert still.value.code == "storage.failed"
    with Journal(path) as opened:
        assert opened.verify() >= 2
        note(opened, "run-1")


class FailingDisk(apsw.VFS):
    """The system's own files, whose sync fails when told to."""

    def __init__(self) -> None:
        self.name, self.failing = "failing-disk", False
        super().__init__(self.name, "")

    def xOpen(self, name, flags):  # noqa: N802 -- SQLite's name
        disk = self

        class File(apsw.VFSFile):
            def __init__(self) -> None:
                super().__init__("", name, flags)

            def xSync(self, how):  # noqa: N802 -- SQLite's name
                if disk.failing:
                    raise apsw.IOError
                super().xSync(how)

        return File()


LOOKING = """
import sys
from pathlib import Path
from results.journal import Journal
with Journal(Path(sys.argv[1]), read_only=True) as journal:
    print(journal.verify(), *(run.begun.number for run in journal.runs()))
"""


@pytest.fixture
def unwritable(tmp_path: Path):
    """A folder with a journal that is made unwritable by calling it, and given back at the end."""
    folder = tmp_path / "odd name % ? #"
    folder.mkdir()
    yield folder, lambda: folder.chmod(0o555)
    folder.chmod(0o755)


def test_a_journal_in_a_folder_that_cannot_be_written_is_read(unwritable):
    folder, close = unwritable
    with Journal(folder / "journal.db") as journal:
        write_run(journal)
        count = journal.verify()
    (folder.parent / "link.db").symlink_to(folder / "journal.db")
    close()
    for path in (folder / "journal.db", folder.parent / "link.db"):
        told = bound("-c", LOOKING, str(path))
        assert told.stdout == f"{count} 000001\n", told.stderr
    assert {file.name for file in folder.iterdir()} == {"journal.db", "journal.db-writer"}


def test_a_journal_whose_log_cannot_be_read_with_it_there_is_not_taken_for_whole(unwritable, tmp_path):
    folder, close = unwritable
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        for suffix in ("", "-wal"):
            shutil.copy(tmp_path / f"journal.db{suffix}", folder / f"journal.db{suffix}")
    assert (folder / "journal.db-wal").stat().st_size
    close()
    told = bound("-c", LOOKING, str(folder / "journal.db"))
    assert (told.stdout, "storage.open" in told.stderr or "cannot be opened" in told.stderr) == ("", True)
