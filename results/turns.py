"""A SQLite connection that several threads of a program share: each statement, each row waits for its turn.

apsw itself lets nobody wait: of two threads it refuses the second (`ThreadingViolationError`), and what one
of them writes lands in the transaction of the other, to be taken back with it.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Self

import apsw


class SharedConnection:
    """A connection on which a thread waits until the statement of another one has ended."""

    def __init__(
        self,
        path: str,
        *,
        flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE,
        vfs: str | None = None,
    ) -> None:
        """Open the file; see `apsw.Connection`."""
        self._connection = apsw.Connection(path, flags=flags, vfs=vfs)
        self.turn = threading.RLock()
        """held by whoever has several statements that belong together"""

    def execute(self, sql: str, bindings: Sequence[Any] | None = None) -> "Rows":
        """Carry out one statement or several; what comes of the last may be read."""
        with self.turn:
            return Rows(self._connection.execute(sql, bindings), self.turn)

    def executemany(self, sql: str, bindings: Iterable[Sequence[str]]) -> None:
        """Carry out a statement that gives nothing, once for each."""
        with self.turn:
            self._connection.executemany(sql, bindings)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        with self.turn:
            return self._connection.in_transaction

    def set_busy_timeout(self, milliseconds: int) -> None:
        """How long a statement waits for another program."""
        self._connection.set_busy_timeout(milliseconds)

    def close(self) -> None:
        """Give the file back, once what another thread does with it has ended."""
        with self.turn:
            self._connection.close()


class Rows:
    """What a statement gives, read once, a row at a time."""

    def __init__(self, cursor: apsw.Cursor, turn: threading.RLock) -> None:
        """Take the cursor of a statement that was begun."""
        self._cursor = cursor
        self._turn = turn

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        with self._turn:
            return next(self._cursor)

    @property
    def get(self) -> Any:
        """The first row, or what stands in it when it is one value; None when there is no row."""
        with self._turn:
            return self._cursor.get
