"""The database behind the registry: SQLite in a file, or PostgreSQL by URL.

SQLite runs with a rollback journal and not in WAL mode. Python links whatever SQLite the system has, often
one of 3.7.0 to 3.51.2, which can corrupt a WAL database when two connections meet at the moment its log is
reset (https://sqlite.org/wal.html). A registry writes a few records a minute and gains nothing from WAL; with
synchronous=EXTRA the rollback journal is durable at commit, also across a loss of power.
"""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from results.errors import StorageError

_BUSY_S: Final = 30
_migrating = threading.Lock()
"""Alembic keeps its context in a module, so one database at a time"""


class Database:
    """Sessions on an up-to-date database."""

    def __init__(self, url: str) -> None:
        """Open the database and run the migrations that it has not seen.

        Args:
            url: `sqlite:///path/registry.db` or `postgresql://user@host/name`.

        Raises:
            StorageError: it cannot be opened.
        """
        self._writing = threading.Lock()
        try:
            self.engine = _engine(url)
            with _migrating, self._writer.connect() as connection:
                _migrate(connection)
        except (ArgumentError, SQLAlchemyError, OSError, ImportError, ValueError) as fault:
            raise StorageError(
                "registry.database",
                "The registry's database cannot be opened: {fault}.",
                "Check the address given with --database, and that its folder or server is there.",
                fault=str(fault).splitlines()[0],
            ) from fault

    @property
    def _writer(self) -> Engine:
        return self.engine.execution_options(tera_writes=True)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """The one session that writes; committed at the end, rolled back when an error passes through."""
        with self._writing, Session(self._writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        shown = parsed.render_as_string(hide_password=True)
        raise ArgumentError(f"{shown!r} is neither sqlite:///FILE nor postgresql://…")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    cursor = connection.cursor()
    for pragma in ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a reader that becomes a writer later can be refused."""
    writes = connection.get_execution_options().get("tera_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> None:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
