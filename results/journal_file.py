"""The journal's file: its tables, the triggers that refuse a change, its lock, and its transactions.

SQLite comes with apsw (3.54 at the time of writing) and not with Python: releases 3.7.0 to 3.51.2 can corrupt
a database in WAL mode when two connections meet at the moment the log is reset (https://sqlite.org/wal.html),
and many systems still ship one of them.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import apsw

from results.errors import StorageError

VERSION: Final = 2
READABLE: Final = (1, VERSION)
"""version 1 has other indexes and the same rows"""
APPLICATION: Final = 0x54455241  # "TERA"
LANDMARKS: Final = "('run_begun', 'concluded', 'closed', 'sealed')"
"""what a list of runs needs; only these are indexed by kind, so that a reading costs one index less"""
# The kind is read at its fixed place in the body ({"entry":"…") and not by parsing JSON: that cost more CPU
# than the whole row. A hash needs no index: the chain makes it unique, and nothing is looked up by it.
SCHEMA: Final = f"""
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
CREATE INDEX entry_of_run ON entry (run, sequence);
CREATE INDEX landmark ON entry (kind, sequence) WHERE kind IN {LANDMARKS};
CREATE TABLE number (
    training INTEGER NOT NULL,
    count INTEGER NOT NULL,
    run TEXT NOT NULL UNIQUE,
    PRIMARY KEY (training, count)
) STRICT;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are kept'); END;
CREATE TRIGGER number_stays BEFORE UPDATE ON number BEGIN SELECT RAISE(ABORT, 'numbers never change'); END;
CREATE TRIGGER number_kept BEFORE DELETE ON number BEGIN SELECT RAISE(ABORT, 'numbers are kept'); END;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""


def schema_fault(connection: apsw.Connection) -> str:
    """What differs from the tables, indexes and triggers of a new journal; empty when nothing does.

    Of a journal of version 1 only the triggers are compared.
    """
    with contextlib.closing(apsw.Connection(":memory:")) as fresh:
        fresh.execute(SCHEMA)
        made, found = _objects(fresh), _objects(connection)
    if connection.execute("PRAGMA user_version").get != VERSION:
        made, found = ({name: sql for name, sql in one.items() if "TRIGGER" in sql} for one in (made, found))
    differing = sorted(name for name in made | found if made.get(name) != found.get(name))
    return f"{', '.join(differing)} are not as they were made" if differing else ""


def _objects(connection: apsw.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


@contextlib.contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """All or nothing; unlike apsw's own, it knows that SQLite itself rolls back when the disk is full."""
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
