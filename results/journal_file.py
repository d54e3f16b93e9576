"""The journal's file: its tables, the triggers that refuse a change, its lock, and its transactions.

SQLite comes with apsw (3.54 at the time of writing) and not with Python: releases 3.7.0 to 3.51.2 can corrupt
a database in WAL mode when two connections meet at the moment the log is reset (https://sqlite.org/wal.html),
and many systems still ship one of them.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import apsw

from results.errors import IntegrityError, StorageError
from results.storage import write_once
from results.turns import SharedConnection

VERSION: Final = 3
READABLE: Final = (1, 2, VERSION)
"""older ones have the same rows; what is looked up in them is made when they are opened for writing"""
_FORMAT: Final = slice(18, 20)
"""where the versions for writing and for reading stand in a file of SQLite (https://sqlite.org/fileformat2.html)"""
_WAL: Final = b"\x02\x02"
COLUMNS: Final = "sequence, run, at, elapsed, body, previous, hash"
"""of an entry"""
APPLICATION: Final = 0x54455241  # "TERA"
LANDMARKS: Final = "('run_begun', 'concluded', 'closed', 'sealed')"
"""what a list of runs needs; only these are indexed by kind, so that a reading costs one index less"""
# The kind is read at its fixed place in the body ({"entry":"…") and not by parsing JSON: that cost more CPU
# than the whole row. A hash needs no index: the chain makes it unique, and nothing is looked up by it.
_ROWS: Final = """
CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    at TEXT NOT NULL,
    elapsed REAL NOT NULL,
    body BLOB NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT GENERATED ALWAYS AS
        (CAST(substr(body, 11, instr(substr(body, 11, 32), x'22') - 1) AS TEXT)) VIRTUAL
) STRICT;
CREATE TABLE number (
    training INTEGER NOT NULL,
    count INTEGER NOT NULL,
    run TEXT NOT NULL UNIQUE,
    PRIMARY KEY (training, count)
) STRICT;
"""
# `ordered` tells for an order, among tens of thousands of runs, whether it was tested.
_LOOKED_UP: Final = f"""
CREATE TABLE ordered (run TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT;
CREATE INDEX ordered_by_digest ON ordered (digest);
CREATE INDEX entry_of_run ON entry (run, sequence);
CREATE INDEX landmark ON entry (kind, sequence) WHERE kind IN {LANDMARKS};
CREATE INDEX landmark_of_run ON entry (run, kind) WHERE kind IN {LANDMARKS};
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are kept'); END;
CREATE TRIGGER number_stays BEFORE UPDATE ON number BEGIN SELECT RAISE(ABORT, 'numbers never change'); END;
CREATE TRIGGER number_kept BEFORE DELETE ON number BEGIN SELECT RAISE(ABORT, 'numbers are kept'); END;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
SCHEMA: Final = _ROWS + _LOOKED_UP
_SINCE_3: Final = frozenset({"ordered", "ordered_by_digest", "landmark_of_run"})


def open_file(path: Path, *, read_only: bool) -> SharedConnection:
    """Open a journal's file, also one on media that cannot be written.

    Beside a database in WAL mode SQLite makes two files even to read it. Where the folder lets nobody do so,
    nothing else writes there either, so the file is read as one that does not change, unless a log with
    content lies beside it: without that it is not all that was kept.

    Raises:
        apsw.Error: it cannot be opened.
    """
    if not read_only:
        return SharedConnection(str(path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    connection = SharedConnection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        connection.execute("PRAGMA application_id").get  # noqa: B018 -- the file is opened on first use
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        connection.close()
        if not _lies_still(path):
            raise
        return SharedConnection(
            f"{path.resolve().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        )
    except BaseException:
        connection.close()
        raise
    return connection


def make_file(path: Path) -> None:
    """Put a journal without entries in place, whole or not at all, so that no power cut leaves an empty file.

    Raises:
        StorageError: the disk refuses.
    """
    with contextlib.closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(SCHEMA)
        content = bytearray(fresh.serialize("main"))
    content[_FORMAT] = _WAL  # memory has no such mode; to set it later is one more step that can be cut off
    write_once(path, bytes(content))


def check_has_content(path: Path) -> None:
    """See to it that SQLite makes no other journal in the place of one whose content is lost.

    It would take a file without a byte for a new one, and throw away the log beside it, which may be all that
    is left.

    Raises:
        IntegrityError: the file is empty, or it is gone and its log is not.
    """
    file = path.resolve()  # the log lies beside the file, not beside a link to it
    if not file.stat().st_size if file.is_file() else _has_log(file):
        raise IntegrityError(
            "journal.no_content",
            "{path} has no content any more: it was lost when the file was copied, or cut off.",
            "Keep the files beside it as they are, and put the journal back from the last backup. Only where "
            "nothing was ever tested, take an empty file away.",
            path=str(path),
        )


def check_room(path: Path, reserve_bytes: int) -> None:
    """See to it that the disk of a journal has room for a test.

    Raises:
        StorageError: less than that is free.
    """
    free = shutil.disk_usage(path.parent).free
    if free < reserve_bytes:
        raise StorageError(
            "storage.low",
            "Only {free} MB are free on the disk of {path}.",
            "Make room before the next test; {needed} MB must be free.",
            free=free // 1_000_000,
            needed=reserve_bytes // 1_000_000,
            path=str(path),
        )


def _lies_still(path: Path) -> bool:
    """Whether a file lies where nothing can be written, and without a log that belongs to it."""
    file = path.resolve()
    return file.is_file() and not os.access(file.parent, os.W_OK) and not _has_log(file)


def _has_log(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0


def upgrade(connection: SharedConnection, path: Path, orders: Iterable[tuple[str, str]]) -> None:
    """Make in an older journal what is looked up in one of this version; its rows stay as they are.

    Args:
        connection: open for writing.
        path: the file, for the message.
        orders: of each run its id and the digest of its order.

    Raises:
        IntegrityError: tables or triggers are not as they were made: that must stay to be seen.
    """
    if changed := schema_fault(connection):
        raise unsound(path, changed)
    with transaction(connection):
        made = "SELECT type, name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        for kind, name in list(connection.execute(made)):
            connection.execute(f'DROP {kind} "{name}"')
        connection.execute(_LOOKED_UP)
        connection.executemany("INSERT INTO ordered VALUES (?, ?)", orders)


def schema_fault(connection: SharedConnection) -> str:
    """What differs from the tables, indexes and triggers of a journal of its version; empty: nothing."""
    with contextlib.closing(SharedConnection(":memory:")) as fresh:
        fresh.execute(SCHEMA)
        made, found = _objects(fresh), _objects(connection)
    version = connection.execute("PRAGMA user_version").get
    if version != VERSION:
        made = {name: sql for name, sql in made.items() if name not in _SINCE_3}
    if version == 1:  # it had other indexes
        made, found = (
            {name: sql for name, sql in one.items() if not sql.startswith("CREATE INDEX")}
            for one in (made, found)
        )
    differing = sorted(name for name in made | found if made.get(name) != found.get(name))
    return f"{', '.join(differing)} are not as they were made" if differing else ""


def _objects(connection: SharedConnection) -> dict[str, str]:
    found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: " ".join(sql.split()) for name, sql in found}


@contextlib.contextmanager
def transaction(connection: SharedConnection) -> Iterator[None]:
    """All or nothing, and of this thread alone.

    Unlike apsw's own, it knows that SQLite itself rolls back when the disk is full.
    """
    with connection.turn:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def take_lock(path: Path) -> apsw.Connection:
    """Hold a lock that every system gives back when the program ends, however it ends.

    The journal's own exclusive mode would also shut out readers, so the lock is a transaction on an empty
    database beside it.
    """
    lock = apsw.Connection(f"{path}-writer")
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except apsw.Error as fault:
        lock.close()
        if not isinstance(fault, apsw.BusyError):
            raise
        raise StorageError(
            "journal.in_use",
            "{path} is open for writing in another program.",
            "Close the other window of this program, or only look with `tera runs`.",
            path=str(path),
        ) from None
    return lock


def unsound(path: Path, why: str) -> IntegrityError:
    """The error of a journal file that does not hold together."""
    return IntegrityError(
        "journal.unsound",
        "{path} is not sound: {why}.",
        "Stop work with this file, keep it as it is, and compare it with the last backup.",
        path=str(path),
        why=why,
    )
