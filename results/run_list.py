"""What a journal tells of its runs: all of them, one, the newest, those without a seal.

A bench has tens of thousands of runs after a year. What is asked for each day looks a few of them up by an
index; only a list of all reads what begins and ends each.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from drivers.notation import to_json
from results.chain import checked_body
from results.errors import RecordError
from results.journal_file import COLUMNS, LANDMARKS, unsound
from results.malformed import told_as
from results.number import is_training, sequence_of
from results.run_summary import Landmark, RunSummary, summaries
from results.sqlite_fault import plain_sqlite
from results.turns import SharedConnection

_REMEMBERED: Final = 1000
_NEWEST: Final = (
    "SELECT run FROM (SELECT run, rowid AS place FROM number ORDER BY rowid DESC LIMIT ?) ORDER BY place"
)
_UNSEALED: Final = f"""
SELECT run FROM number WHERE NOT EXISTS (
    SELECT 1 FROM entry WHERE entry.run = number.run AND kind = 'sealed' AND kind IN {LANDMARKS}
) ORDER BY rowid
"""  # noqa: S608 -- constants of this package
# An amendment is kept in one piece, and only it is concluded two entries after its beginning. So the index
# alone tells the amendments from tens of thousands of beginnings, each with all that its run rests on.
_AMENDING: Final = f"""
SELECT run FROM entry WHERE sequence IN (
    SELECT sequence FROM entry WHERE kind = 'run_begun' AND kind IN {LANDMARKS}
    INTERSECT SELECT sequence - 2 FROM entry WHERE kind = 'concluded' AND kind IN {LANDMARKS}
) AND instr(body, ?) ORDER BY sequence
"""  # noqa: S608 -- constants of this package


class RunList:
    """The runs of an open journal; an entry is believed when its own hash is right."""

    def __init__(self, connection: SharedConnection, path: Path) -> None:
        """Look through the journal's own connection."""
        self._connection = connection
        self._path = path
        self._sealed: dict[str, RunSummary] = {}
        """some that were read; nothing in a list changes once a run is sealed"""

    def __len__(self) -> int:
        """How many runs were begun."""
        return int(self._first("SELECT count(*) FROM number"))

    def all(self) -> list[RunSummary]:
        """Every run, in the order in which they were begun.

        Raises:
            IntegrityError: an entry was changed; the facts name its sequence.
        """
        # By number, and not sorted as whole rows: that would write them all to the disk once more.
        return self._read(f"sequence IN (SELECT sequence FROM entry WHERE kind IN {LANDMARKS})")  # noqa: S608

    def named(self, name: str) -> RunSummary | None:
        """The run of that id or that record number; None when there is none."""
        try:
            run = self._first("SELECT run FROM number WHERE run = ?", name)
            if run is None:
                numbered = int(is_training(name)), sequence_of(name)
                run = self._first("SELECT run FROM number WHERE training = ? AND count = ?", *numbered)
        except (RecordError, OverflowError, UnicodeEncodeError):  # no name that a run could have
            return None
        return None if run is None else self._of(run)

    def amending(self, record_id: str) -> list[RunSummary]:
        """The runs that correct that record, sealed or not, in the order in which they were begun.

        Raises:
            IntegrityError: an entry was changed; the facts name its sequence.
        """
        found = (self._of(run) for run in self._column(_AMENDING, b'"supersedes":' + to_json(record_id)))
        # The same words may stand deeper in an entry, where they mean nothing.
        return [one for one in found if one.begun.supersedes == record_id]

    def replacing(self, record_id: str) -> list[RunSummary]:
        """The sealed runs whose records replace that one: the first directly, the next the first.

        The last is the one that counts; empty when nothing replaces the record.

        Raises:
            IntegrityError: an entry was changed; the facts name its sequence.
        """
        found: list[RunSummary] = []
        seen = {record_id}
        while newer := next((one for one in self.amending(record_id) if one.sealed is not None), None):
            record_id = newer.begun.record_id
            if record_id in seen:  # no journal of ours goes round in a ring
                break
            seen.add(record_id)
            found.append(newer)
        return found

    def newest(self, count: int) -> list[RunSummary]:
        """The last runs that were begun, the oldest of them first."""
        return [self._of(run) for run in self._column(_NEWEST, count)]

    def unsealed(self) -> list[RunSummary]:
        """Every run without a seal, in the order in which they were begun."""
        return [self._of(run) for run in self._column(_UNSEALED)]

    def of_order(self, digest: str) -> list[str]:
        """Ids of the runs begun from an order, by its `order_digest`, the last one last."""
        return self._column("SELECT run FROM ordered WHERE digest = ? ORDER BY rowid", digest)

    def _of(self, run: str) -> RunSummary:
        if run in self._sealed:
            return self._sealed[run]
        found = self._read(f"run = ? AND kind IN {LANDMARKS}", run)
        if not found:
            raise unsound(self._path, f"run {run} has a number, and no entry begins it")
        if found[0].sealed is not None:
            if len(self._sealed) == _REMEMBERED:
                self._sealed.clear()
            self._sealed[run] = found[0]
        return found[0]

    def _read(self, where: str, *values: str) -> list[RunSummary]:
        with told_as(lambda why: unsound(self._path, f"an entry that begins or ends a run {why}")):
            return summaries(self._landmarks(where, *values))

    def _landmarks(self, where: str, *values: str) -> Iterator[Landmark]:
        with plain_sqlite(self._path):
            rows = self._connection.execute(
                f"SELECT {COLUMNS} FROM entry WHERE {where} ORDER BY sequence",  # noqa: S608 -- constant clauses
                values,
            )
            for row in rows:
                body = checked_body(row, where=str(self._path))
                yield Landmark(run=row[1], at=row[2], body=body, hash=row[6])

    def _column(self, sql: str, *values: str | int | bytes) -> list[str]:
        with plain_sqlite(self._path):
            return [run for (run,) in self._connection.execute(sql, values)]

    def _first(self, sql: str, *values: str | int) -> Any:
        with plain_sqlite(self._path):
            return self._connection.execute(sql, values).get
