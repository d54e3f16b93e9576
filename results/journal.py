"""The journal of a bench: every entry of every run, in one SQLite file, each row hashed onto the one before.

An entry is on the disk before `append` returns. Nothing is ever changed or removed: triggers refuse it, and
the chain shows it where the triggers were gone round. One program writes at a time; others may read.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import apsw
import msgspec

from drivers.notation import to_json
from results.chain import FIRST, check_links, checked_entry, written_entry
from results.entry import BENCH, Entry, Kept, Noted, RunBegun, Sealed
from results.errors import RecordError, StorageError
from results.journal_check import check_before_run, check_journal, ordered_by
from results.journal_file import (
    APPLICATION,
    COLUMNS,
    READABLE,
    SCHEMA,
    VERSION,
    check_has_content,
    check_room,
    make_file,
    open_file,
    take_lock,
    transaction,
    upgrade,
)
from results.number import is_training, number_of, sequence_of
from results.ordering import RunState, next_state, state_after
from results.run_list import RunList
from results.run_summary import RunSummary, order_digest
from results.sqlite_fault import plain_sqlite, plainly


class Journal:
    """The journal file of one bench, open for writing by this program alone, or for reading."""

    def __init__(self, path: Path, *, read_only: bool = False, reserve_bytes: int = 32_000_000) -> None:
        """Open or make the journal.

        Args:
            path: the file.
            read_only: only look; works while another program writes.
            reserve_bytes: a run is not begun with less room than this on the disk.

        Raises:
            StorageError: no such folder, no room, or another program has it open for writing.
            RecordError: not a journal, or one of a newer version of this program.
        """
        self.path = path
        self._reserve_bytes = reserve_bytes
        self._failed = self._looked_at = False
        self._states: dict[str, RunState] = {}
        self._head: tuple[int, str] | None = None
        self._held = contextlib.ExitStack()
        try:
            with plain_sqlite(path):
                check_has_content(path)
                if not read_only:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    file = path.resolve()  # not a link to it
                    self._held.callback(take_lock(file).close)
                    if not file.exists():
                        make_file(file)
                self._connection = open_file(path, read_only=read_only)
                self._held.callback(self._connection.close)
                self._connection.set_busy_timeout(2000)
                self.run_list = RunList(self._connection, path)
                self._prepare(read_only=read_only)
        except BaseException:
            with contextlib.suppress(apsw.Error):
                self._held.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        run_sql = self._connection.execute
        application = run_sql("PRAGMA application_id").get
        version = run_sql("PRAGMA user_version").get
        empty = run_sql("SELECT count(*) FROM sqlite_schema").get == 0
        if (application != APPLICATION or version not in READABLE) and not (empty and not read_only):
            raise RecordError(
                "journal.foreign",
                "{path} is not a journal that this version can read.",
                "Check the path, or use the version of the program that wrote it.",
                path=str(self.path),
            )
        if read_only:
            return
        run_sql("PRAGMA journal_mode = WAL")
        run_sql("PRAGMA synchronous = FULL")
        # A short log is written over and over in the same place of the disk: to sync it costs less than to
        # sync one that grows.
        run_sql("PRAGMA wal_autocheckpoint = 100")
        run_sql("PRAGMA trusted_schema = OFF")
        if empty:
            with transaction(self._connection):
                run_sql(SCHEMA)
        elif version != VERSION:
            begun = self._rows("WHERE kind = 'run_begun' ORDER BY sequence")
            upgrade(self._connection, self.path, [found for kept in begun for found in ordered_by(kept)])

    def begin(
        self, run: str, entry: RunBegun, *, at: str, elapsed: float, then: Sequence[Entry] = ()
    ) -> Kept:
        """Begin a run: its number is consumed in the same transaction, so that numbers have no gap.

        Args:
            run: the run's id, new in this journal.
            entry: everything but the number, which is given here; the kept entry has it.
            at: wall time, ISO 8601 with offset.
            elapsed: monotonic seconds.
            then: entries that are kept with it or not at all, for a run that is complete when it begins.

        Raises:
            StorageError: the disk refuses or is nearly full; no number is consumed.
            IntegrityError: the journal is damaged; see `check_before_run`.
        """
        check_room(self.path, self._reserve_bytes)
        with self._writing():
            number = self._next_number(training=entry.training)
            self._connection.execute(
                "INSERT INTO number VALUES (?, ?, ?)", (int(entry.training), sequence_of(number), run)
            )
            self._connection.execute(
                "INSERT INTO ordered VALUES (?, ?)", (run, order_digest(entry.job, entry.assignment))
            )
            kept = self._insert(run, msgspec.structs.replace(entry, number=number), at, elapsed)
            for following in then:
                self._insert(run, following, at, elapsed)
            return kept

    def next_number(self, *, training: bool) -> str:
        """The number that the next run of a series is given."""
        with plain_sqlite(self.path):
            return self._next_number(training=training)

    def _next_number(self, *, training: bool) -> str:
        taken = self._connection.execute(
            "SELECT coalesce(max(count), 0) FROM number WHERE training = ?", (int(training),)
        ).get
        return number_of(taken + 1, training=training)

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:
        """Keep one entry; when this returns it is on the disk.

        Raises:
            StorageError: the disk refuses; the entry is not kept and the test must stop.
            IntegrityError: the journal was damaged when it was opened; nothing is written into it.
        """
        if isinstance(entry, RunBegun):
            raise TypeError("a run is begun with begin(), which gives it its number")
        with self._connection.turn:
            return self._append(run, entry, at, elapsed)

    def _append(self, run: str, entry: Entry, at: str, elapsed: float) -> Kept:
        now = self._state(run)
        after = next_state(now, entry)
        if after is None:
            raise RecordError(
                "journal.refused",
                "{kind} cannot be kept: the run {run} is {state}.",
                "An ended run stays as it is; begin a new one.",
                kind=type(entry).__name__,
                run=run,
                state=now,
            )
        self._check_writable()
        try:
            # One statement is a transaction of its own; without BEGIN and COMMIT it costs a third less CPU.
            kept = self._insert(run, entry, at, elapsed)
        except BaseException as fault:
            if (told := self._failing(fault)) is fault:
                raise
            raise told from fault
        self._states[run] = after
        return kept

    def _state(self, run: str) -> RunState:
        """What may follow in this run; read from the file once, then followed."""
        if run not in self._states:
            rows = self._rows("WHERE run = ? ORDER BY sequence", run)
            self._states[run] = state_after(kept.entry for kept in rows)
        return self._states[run]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction of several statements."""
        with self._connection.turn:
            self._check_writable()
            try:
                with transaction(self._connection):
                    yield
            except BaseException as fault:
                if (told := self._failing(fault)) is fault:
                    raise
                raise told from fault

    def _check_writable(self) -> None:
        if self._failed:
            raise StorageError(
                "storage.failed",
                "{path} could not be written a moment ago, so nothing more is written.",
                "Check the disk, then start the program again; the run can be resumed.",
                path=str(self.path),
            )
        if not self._looked_at:  # once: an entry behind a gap would hide that one was cut off
            self.check_before_run()

    def _failing(self, fault: BaseException) -> BaseException:
        """What a failed writing means; forgets what was believed of the file."""
        self._head = None
        told = plainly(fault, self.path) if isinstance(fault, apsw.Error | OSError) else fault
        # After a failed sync nobody knows what reached the disk; only opening the file again shows it.
        self._failed = isinstance(told, StorageError) and told.code == "storage.io"
        return told

    def _insert(self, run: str, entry: Entry, at: str, elapsed: float) -> Kept:
        elapsed += 0.0  # SQLite keeps no minus before zero
        last, previous = self._head or self._last()
        body = to_json(entry)
        kept = written_entry(sequence=last + 1, run=run, at=at, elapsed=elapsed, previous=previous, body=body)
        self._connection.execute(
            f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- constant names
            (kept.sequence, run, at, elapsed, body, previous, kept.hash),
        )
        self._head = kept.sequence, kept.hash
        return kept

    def _last(self) -> tuple[int, str]:
        """Sequence and hash of the last entry; read once, for no other program can write meanwhile."""
        found = self._connection.execute(
            "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1"
        ).get
        return found or (0, FIRST)

    def entries(self, run: str) -> list[Kept]:
        """All entries of a run in order, each checked; empty when there is no such run.

        Raises:
            IntegrityError: an entry was changed; the facts name its sequence.
        """
        found = list(self._rows("WHERE run = ? ORDER BY sequence", run))
        check_links(found, where=str(self.path), whole=False)
        return found

    def all(self) -> Iterator[Kept]:
        """Every entry in order, each checked.

        Raises:
            IntegrityError: an entry was changed; the facts name its sequence.
        """
        return self._rows("ORDER BY sequence")

    def entry(self, sequence: int) -> Kept | None:
        """The entry of that sequence; None when there is none."""
        try:
            return next(self._rows("WHERE sequence = ?", sequence), None)
        except OverflowError:  # beyond all that SQLite can count
            return None

    def notes(self, *kinds: str) -> list[Kept]:
        """What the bench itself noted under these words, in order; nothing else of its trail is read."""
        beginnings = [to_json(Noted(what=kind)).partition(b',"facts"')[0] for kind in kinds]
        alike = " OR ".join("substr(body, 1, length(?)) = ?" for _ in kinds)
        bound = [value for one in beginnings for value in (one, one)]
        return list(self._rows(f"WHERE run = ? AND ({alike}) ORDER BY sequence", BENCH, *bound))

    def last(self, run: str) -> Kept | None:
        """The last entry of a run."""
        return next(self._rows("WHERE run = ? ORDER BY sequence DESC LIMIT 1", run), None)

    def newest(self) -> Kept | None:
        """The last entry of all."""
        return next(self._rows("ORDER BY sequence DESC LIMIT 1"), None)

    def runs(self) -> list[RunSummary]:
        """Every run, in the order in which they were begun; `run_list` finds single ones."""
        return self.run_list.all()

    def sealed(self, number: str, *, before: int | None = None) -> Sealed | None:
        """The seal of the record of that number, if it was sealed (before that sequence)."""
        with plain_sqlite(self.path):
            run = self._connection.execute(
                "SELECT run FROM number WHERE training = ? AND count = ?",
                (int(is_training(number)), sequence_of(number)),
            ).get
        for kept in self._rows("WHERE run = ? AND kind = 'sealed' ORDER BY sequence LIMIT 1", run):
            if isinstance(kept.entry, Sealed) and (before is None or kept.sequence < before):
                return kept.entry
        return None

    def head(self) -> str:
        """Hash of the last entry; 64 zeros when there is none."""
        with plain_sqlite(self.path):
            return self._last()[1]

    def verify(self, heads: Iterable[str] = ()) -> int:
        """Check every row, every link, the order rules and the numbers; gives the count of entries.

        Args:
            heads: hashes that must stand in the chain, such as `journal_head` of sealed records: they show
                that the end was not cut off.

        Raises:
            IntegrityError: the facts name the sequence of the first wrong row.
        """
        with self._connection.turn:
            with plain_sqlite(self.path):
                # All of it as it was at one moment: another program may be writing.
                self._connection.execute("BEGIN")
            try:
                return check_journal(self._connection, self.path, self._rows("ORDER BY sequence"), heads)
            finally:
                with plain_sqlite(self.path):
                    self._connection.execute("ROLLBACK")

    def check_before_run(self) -> None:
        """See to it that a run may begin; see `journal_check.check_before_run`. Else nothing is written."""
        self._looked_at = False
        check_before_run(self._connection, self.path)
        self._looked_at = True

    def _rows(self, where: str, *values: Any) -> Iterator[Kept]:
        with plain_sqlite(self.path):
            rows = self._connection.execute(
                f"SELECT {COLUMNS} FROM entry {where}",  # noqa: S608 -- constant clauses of this module
                values,
            )
            for row in rows:
                yield checked_entry(row, where=str(self.path))

    def close(self) -> None:
        """Give the file back; also when the disk refuses even now."""
        with plain_sqlite(self.path):
            self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
