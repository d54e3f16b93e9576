"""What is sealed and not yet registered: one SQLite file, one row a record, nothing forgotten.

The sealed files are the truth and the outbox is an index of them: `reconcile` builds it again from their
folder, and takes only what the journal says was sealed. A record is delivered only when the registry's
receipt was verified and is on the disk.
"""

import contextlib
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from drivers.notation import to_json
from procedures.heading import Heading, heading_of
from results import envelope as dsse
from results.errors import IntegrityError, RecordError
from results.malformed import told_as
from results.naming import LARGEST_RECORD, RECORD_FILES
from results.payload import read_payload
from results.record import Record
from results.sqlite_fault import plain_sqlite
from results.storage import read_whole
from results.turns import SharedConnection

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS waiting (
    record_id TEXT PRIMARY KEY,
    training INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    number TEXT NOT NULL,
    outcome TEXT,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt TEXT,
    problem TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    address TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (
    registry TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;
"""
_COLUMNS: Final = (
    "record_id, training, sequence, number, outcome, path, digest, state, attempts, next_attempt, problem, "
    "facts, address"
)


class State(StrEnum):
    """Where a sealed record stands."""

    SEALED = "sealed"
    """tersegel: not sent yet"""
    QUEUED = "queued"
    """antre: sent, or tried to; not known to be registered"""
    DELIVERED = "delivered"
    """diterima: the registry's receipt was verified and kept"""
    REFUSED = "refused"
    """ditolak: the registry will not take it as it is; a person must act"""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One record in the outbox."""

    record_id: str
    training: bool
    sequence: int
    number: str
    outcome: Heading | None
    """what heads the result; None when the run ended without a verdict"""
    path: Path
    """the envelope file"""
    digest: str
    """SHA-256 of the envelope file, as it was sealed"""
    state: State
    attempts: int
    next_attempt: datetime | None
    problem: str
    """code of the last answer that was no receipt; its words are the reader's language"""
    facts: dict[str, Any]
    """the placeholders of those words"""
    address: str
    """of the verification page, once delivered"""


def _heading(record: Record) -> str | None:
    if record.verdict is None:
        return None
    return heading_of(record.kind, record.verdict.outcome, record.subjects).value


class Unreadable(msgspec.Struct, frozen=True):
    """A file that looks like a record and cannot be taken into the outbox."""

    path: Path
    fault: RecordError


class Outbox:
    """The outbox of one bench; programs that deliver at once, and threads, take turns."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            StorageError: the disk refuses, or another program has it.
            IntegrityError: the file is damaged; move it away and call `reconcile` on a new one.
        """
        self.path = path
        with plain_sqlite(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = SharedConnection(str(path))
            self._database.set_busy_timeout(5000)
            list(self._database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _SCHEMA))

    def enqueue(self, envelope_path: Path, *, sealed: Collection[str]) -> Waiting:
        """Take a sealed record in; the same file again changes nothing.

        Everything is read from the file itself, so the outbox cannot say other things than the record.

        Args:
            envelope_path: the record file.
            sealed: the digests of the records that the bench's journal says were sealed.

        Raises:
            IntegrityError: no record, none of those, or another of the same number is here already.
            StorageError: the disk refuses.
        """
        data = read_whole(envelope_path, most=LARGEST_RECORD)
        envelope = dsse.parse(data)
        record = read_payload(envelope)
        if envelope.digest not in sealed:
            raise IntegrityError(
                "outbox.not_sealed",
                "{path} is no record that the journal of this bench says was sealed, so it is not delivered.",
                "Keep it as it is and find out where it came from; `tera record verify` tells more.",
                path=str(envelope_path),
            )
        digest = hashlib.sha256(data).hexdigest()
        with plain_sqlite(self.path):
            self._database.execute(
                "INSERT INTO waiting (record_id, training, sequence, number, outcome, path, digest, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO NOTHING",
                (
                    record.record_id,
                    int(record.training),
                    record.sequence,
                    record.number,
                    _heading(record),
                    self._relative(envelope_path),
                    digest,
                    State.SEALED.value,
                ),
            )
        kept = self.find(record.record_id)
        if kept is None or kept.digest != digest:
            raise IntegrityError(
                "outbox.conflict",
                "Another record with the number {number} is in the outbox already.",
                "Keep both files and verify them with `tera record verify`; neither may be deleted.",
                number=record.number,
            )
        return kept

    def reconcile(self, folder: Path, *, sealed: Callable[[], Collection[str]]) -> tuple[Unreadable, ...]:
        """Take in every sealed record of the folder that is missing here; give the files that cannot be.

        Done at each start: of the tens of thousands that are here already only the names are compared.

        Args:
            folder: where the records lie.
            sealed: gives what `enqueue` is told; nothing is taken in on a file's own word.
        """
        with plain_sqlite(self.path):
            known = {path for (path,) in self._database.execute("SELECT path FROM waiting")}
        here = self._relative(folder)
        missing = [path for path in folder.glob(RECORD_FILES) if f"{here}/{path.name}" not in known]
        unreadable = []
        digests = sealed() if missing else ()
        for path in sorted(missing):
            try:
                self.enqueue(path, sealed=digests)
            except RecordError as fault:
                unreadable.append(Unreadable(path, fault))
        return tuple(unreadable)

    def records(self, *states: State) -> tuple[Waiting, ...]:
        """The records in these states, or all; each bench's in the order of their numbers."""
        # What is not asked for is left out, so that a row in a state that nobody knows is not passed over.
        others = [state.value for state in State if states and state not in states]
        marks = ", ".join("?" for _ in others)
        return tuple(
            self._select(f"WHERE state NOT IN ({marks}) ORDER BY training, sequence, record_id", others)
        )

    def recent(self, delivered: int) -> tuple[Waiting, ...]:
        """All that wait, and so many of the delivered as were taken in last; in the order of `records`."""
        return tuple(
            self._select(
                "WHERE state != 'delivered' OR rowid IN (SELECT rowid FROM waiting WHERE state = 'delivered' "
                "ORDER BY rowid DESC LIMIT ?) ORDER BY training, sequence, record_id",
                [delivered],
            )
        )

    def delivered(self) -> int:
        """How many records were delivered."""
        with plain_sqlite(self.path):
            sql = "SELECT count(*) FROM waiting WHERE state = 'delivered'"
            return int(self._database.execute(sql).get)

    def find(self, record_id: str) -> Waiting | None:
        """One record."""
        return next(self._select("WHERE record_id = ?", [record_id]), None)

    def note_problem(
        self,
        record_id: str,
        *,
        state: State,
        problem: str,
        facts: dict[str, Any],
        next_attempt: datetime | None,
    ) -> None:
        """Count an attempt that brought no verified receipt; what was delivered meanwhile stays so."""
        self._update(
            "UPDATE waiting SET state = ?, attempts = attempts + 1, problem = ?, facts = ?, next_attempt = ? "
            "WHERE record_id = ? AND state != 'delivered'",
            (
                state.value,
                problem,
                to_json(facts).decode(),
                next_attempt.astimezone(UTC).isoformat() if next_attempt else None,
                record_id,
            ),
        )

    def note_delivered(self, record_id: str, *, address: str) -> None:
        """The receipt was verified and is on the disk."""
        self._update(
            "UPDATE waiting SET state = ?, attempts = attempts + 1, problem = '', facts = '{}', "
            "next_attempt = NULL, address = ? WHERE record_id = ?",
            (State.DELIVERED.value, address, record_id),
        )

    def retry(self, record_id: str) -> None:
        """Queue a refused record again, after a person has acted."""
        self._update(
            "UPDATE waiting SET state = ?, next_attempt = NULL WHERE record_id = ? AND state = ?",
            (State.QUEUED.value, record_id, State.REFUSED.value),
        )

    def checkpoint(self, registry: str) -> str | None:
        """The newest checkpoint of a registry that was verified here; a signed note."""
        with plain_sqlite(self.path):
            found = self._database.execute("SELECT note FROM checkpoint WHERE registry = ?", (registry,)).get
        return None if found is None else str(found)

    def keep_checkpoint(self, registry: str, size: int, note: str) -> None:
        """Keep a verified checkpoint; a smaller tree never takes the place of a larger one."""
        self._update(
            "INSERT INTO checkpoint (registry, size, note) VALUES (?, ?, ?) ON CONFLICT (registry) "
            "DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= size",
            (registry, size, note),
        )

    def close(self) -> None:
        """Give the file back; also when the disk refuses even now."""
        with plain_sqlite(self.path):
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _update(self, statement: str, values: tuple[str | int | None, ...]) -> None:
        with plain_sqlite(self.path):
            self._database.execute(statement, values)

    def _select(self, condition: str, values: Iterable[str | int]) -> Iterator[Waiting]:
        with plain_sqlite(self.path):
            rows = list(
                self._database.execute(
                    f"SELECT {_COLUMNS} FROM waiting {condition}",  # noqa: S608 -- our own constants; values are bound
                    tuple(values),
                )
            )
        for row in rows:
            found = dict(zip(_COLUMNS.replace(",", "").split(), row, strict=True))
            with told_as(self._damaged):
                found["training"] = bool(found["training"])
                found["path"] = self._absolute(found["path"])
                found["facts"] = msgspec.json.decode(found["facts"])
                waiting = msgspec.convert(found, Waiting, dec_hook=_as_is)
                if waiting.next_attempt is not None and waiting.next_attempt.tzinfo is None:
                    raise ValueError("a time without an offset")
            yield waiting

    def _damaged(self, why: str) -> IntegrityError:
        return IntegrityError(
            "outbox.damaged",
            "{path} is not as this program wrote it: {why}.",
            "Move that file to a safe place and keep it; the outbox is built again from the sealed records.",
            path=str(self.path),
            why=why,
        )

    def _relative(self, path: Path) -> str:
        """Relative to the outbox, so that a laboratory's folder can be moved as a whole."""
        home = self.path.parent.resolve()
        with contextlib.suppress(ValueError):
            return path.resolve().relative_to(home).as_posix()
        return path.resolve().as_posix()

    def _absolute(self, stored: str) -> Path:
        return self.path.parent / stored


def _as_is(_kind: type, value: Any) -> Any:
    """Paths are paths already."""
    return value
