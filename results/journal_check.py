"""Whether a journal holds: every row and link, the order rules, the numbers, and what is looked up in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from results.chain import check_links, checked_entry, linked
from results.entry import Kept, RunBegun
from results.errors import IntegrityError
from results.journal_file import COLUMNS, LANDMARKS, VERSION, schema_fault, unsound
from results.number import first_gap, number_of
from results.ordering import in_order
from results.run_summary import order_digest
from results.sqlite_fault import plain_sqlite
from results.turns import SharedConnection

_END: Final = 200
"""so many of the last entries are read before a run begins"""
_BEGUN: Final = f"SELECT count(*) FROM entry WHERE kind = 'run_begun' AND kind IN {LANDMARKS}"  # noqa: S608
"""named twice, so that the index of landmarks is used"""


def check_before_run(connection: SharedConnection, path: Path) -> None:
    """See to it, in milliseconds, that a run may begin; `check_journal` looks at all of it.

    No entry and no number is missing, as far as counting shows, and the last entries are genuine. A changed
    entry further back is left to the whole check.

    Args:
        connection: to the file.
        path: the file, for the message.

    Raises:
        IntegrityError: the facts name what is missing, or the sequence of the first wrong row.
        StorageError: the disk refuses.
    """
    with connection.turn, plain_sqlite(path):
        # Each by itself: then both ends come from the tree and the count from the smallest index.
        count = connection.execute("SELECT count(*) FROM entry").get
        first = connection.execute("SELECT coalesce(min(sequence), 1) FROM entry").get
        last = connection.execute("SELECT coalesce(max(sequence), 0) FROM entry").get
        if (first, last) != (1, count):
            raise _no_run(path, f"it has {count} entries, and the last of them is number {last}")
        for training, given, lowest, highest in connection.execute(
            "SELECT training, count(*), min(count), max(count) FROM number GROUP BY training"
        ):
            if (lowest, highest) != (1, given):
                number = number_of(highest, training=bool(training))
                raise _no_run(path, f"{given} numbers were given, and the last of them is {number}")
        begun = connection.execute(_BEGUN).get
        if begun != connection.execute("SELECT count(*) FROM number").get:
            raise _no_run(path, "the table of numbers does not agree with the runs begun")
        rows = connection.execute(
            f"SELECT {COLUMNS} FROM entry WHERE sequence > ? ORDER BY sequence",  # noqa: S608 -- constant names
            (last - _END,),
        )
        check_links((checked_entry(row, where=str(path)) for row in rows), where=str(path), whole=False)


def _no_run(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        "journal.no_run",
        "{path} is not sound: {why}.",
        "Begin no test; keep all files as they are, and compare the journal with the last backup.",
        path=str(path),
        why=why,
    )


def check_journal(
    connection: SharedConnection, path: Path, entries: Iterable[Kept], heads: Iterable[str]
) -> int:
    """Check a journal from end to end; gives the count of entries.

    Args:
        connection: to the file.
        path: the file, for the message.
        entries: all of it, each checked by itself.
        heads: hashes that must stand among them.

    Raises:
        IntegrityError: the facts name the sequence of the first wrong row.
    """
    missing, count = set(heads), 0
    begun: list[tuple[str, str]] = []
    ordered: list[tuple[str, str]] = []
    # One after the other and never all at once: a year has millions.
    for kept in in_order(linked(entries, where=str(path), whole=True), where=str(path)):
        count += 1
        missing.discard(kept.hash)
        ordered += ordered_by(kept)
        if isinstance(kept.entry, RunBegun):
            begun.append((kept.run, kept.entry.number))
    with plain_sqlite(path):
        # After the rows: a row is named, and here only the file is. Not quick_check: that one does not
        # compare the indexes with the rows.
        fault = connection.execute("PRAGMA integrity_check(1)").get
    if fault != "ok":
        raise unsound(path, str(fault))
    if missing:
        raise unsound(path, f"{len(missing)} known entries are not there, so its end was cut off")
    with plain_sqlite(path):
        _check_tables(connection, path, begun, ordered)
    return count


def ordered_by(kept: Kept) -> Iterator[tuple[str, str]]:
    """Of the entry that begins a run, its run and the digest of the order."""
    if isinstance(kept.entry, RunBegun):
        yield kept.run, order_digest(kept.entry.job, kept.entry.assignment)


def _check_tables(
    connection: SharedConnection, path: Path, begun: list[tuple[str, str]], ordered: list[tuple[str, str]]
) -> None:
    """What is looked up follows from the entries: of each run its number, and the digest of its order."""
    given = connection.execute("SELECT run, count, training FROM number")
    numbers = [(run, number_of(count, training=bool(training))) for run, count, training in given]
    if sorted(numbers) != sorted(begun):
        raise unsound(path, "the table of numbers does not agree with the runs begun")
    if gap := first_gap(number for _, number in begun):
        raise unsound(path, f"number {gap} is missing, and no run was begun with it")
    if changed := schema_fault(connection):
        raise unsound(path, changed)
    if connection.execute("PRAGMA user_version").get != VERSION:
        return  # an older one, opened only for reading
    if sorted(connection.execute("SELECT run, digest FROM ordered")) != sorted(ordered):
        raise unsound(path, "the table of orders does not agree with the runs begun")
