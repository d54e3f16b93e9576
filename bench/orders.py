"""Orders that lie as files: in the laboratory's folder, or named from elsewhere.

What a run was begun from stands in the journal. So an order whose test was sealed is put away on a later day,
and the folder holds what waits and what was done today, after years too.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.workplace import read_assignment
from drivers.errors import PlainError
from drivers.notation import to_json, to_plain
from procedures.assignment import Assignment
from results.run_list import RunList
from results.run_summary import order_digest
from results.storage import plain_faults

TESTED: Final = "tested"
"""the folder within that of the orders into which they are put away"""


@dataclass(frozen=True, eq=False)
class Order:
    """One file; another one once it has changed."""

    job: str
    """its name in a list of jobs"""
    file: Path
    assignment: Assignment | None
    """None: the file cannot be read as one"""

    @cached_property
    def content(self) -> bytes:
        """What it says, to be compared with what a run was begun from."""
        return to_json(self.assignment)

    @cached_property
    def digest(self) -> str:
        """By which a journal finds its run."""
        return order_digest(to_plain(self.assignment))


class Orders:
    """The orders of one bench; a file is read again when it has changed."""

    def __init__(self, folder: Path, elsewhere: Iterable[Path] = ()) -> None:
        """Look into a folder.

        Args:
            folder: the laboratory's own; it need not be there.
            elsewhere: files to be listed beside those.
        """
        self._folder = folder
        own = folder.resolve()
        self._elsewhere = {str(order): order for order in elsewhere if order.parent.resolve() != own}
        self._known: dict[Path, tuple[tuple[int, int], Order]] = {}

    def file(self, job: str) -> Path:
        """Where the order of a job lies."""
        return self._elsewhere.get(job, self._folder / f"{job}.toml")

    def all(self) -> tuple[Order, ...]:
        """Every order, by its name."""
        own = {file.stem: file for file in sorted(self._folder.glob("*.toml"))}
        found = {}
        for job, file in {**own, **self._elsewhere}.items():
            with suppress(OSError):  # gone since the folder was read
                state = file.stat()
                stamp = state.st_mtime_ns, state.st_size
                known = self._known.get(file)
                found[file] = known if known and known[0] == stamp else (stamp, _read(job, file))
        self._known = found
        return tuple(order for _, order in found.values())

    def begun(self, runs: RunList) -> dict[Order, str]:
        """The orders from which a run was begun, each with the last such run.

        Two instruments without a serial number may have orders that say the same: so many of those count as
        begun as there are runs.
        """
        left: dict[str, int] = {}
        found = {}
        for order in self.all():
            if order.assignment is None:
                continue
            begun = runs.of_order(order.digest)
            left.setdefault(order.digest, len(begun))
            if left[order.digest]:
                left[order.digest] -= 1
                found[order] = begun[-1]
        return found

    def put_away(self, runs: RunList, today: date) -> None:
        """Move the orders of the folder whose last run was begun before today and is sealed.

        Raises:
            StorageError: one cannot be moved; it stays where it is.
        """
        for order, run in self.begun(runs).items():
            last = runs.named(run)
            late = last is None or datetime.fromisoformat(last.begun_at).date() >= today
            if late or last is None or last.sealed is None or order.job in self._elsewhere:
                continue
            away = self._folder / TESTED / order.file.name
            with plain_faults(away):
                away.parent.mkdir(exist_ok=True)
                if not away.exists():
                    order.file.rename(away)


def _read(job: str, file: Path) -> Order:
    try:
        return Order(job, file, read_assignment(file))
    except PlainError:
        return Order(job, file, None)  # it is listed by its file's name
