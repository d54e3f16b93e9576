"""Whether a journal holds: every row and link, the order rules, the numbers, and what is looked up in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from results.chain import linked
from results.entry import Kept, RunBegun
from results.journal_file import VERSION, schema_fault, unsound
from results.number import first_gap, number_of
from results.ordering import in_order
from results.run_summary import order_digest
from results.sqlite_fault import plain_sqlite
from results.turns import SharedConnection


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
