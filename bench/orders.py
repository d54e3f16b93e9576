"""Orders that lie as files: in the laboratory's folder, or named from elsewhere.

What a run was begun from stands in the journal. So an order whose test has a sealed verdict is put away on a
later day, and the folder holds what waits and what was done today, after years too.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.workplace import read_assignment
from drivers.errors import PlainError
from drivers.notation import to_plain
from procedures.assignment import Assignment
from results.run_list import RunList
from results.run_summary import RunSummary, order_digest

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
    def digest(self) -> str:
        """By which a journal finds its runs."""
        return order_digest(self.file.stem, to_plain(self.assignment))


class Orders:
    """The orders of one bench; a file is read again when it has changed."""

    def __init__(self, folder: Path, named: Collection[Path] = ()) -> None:
        """Look into a folder.

        Args:
            folder: the laboratory's own; it need not be there.
            named: files that somebody asks for: listed even when they were tested or lie elsewhere.
        """
        self._folder = folder
        own = folder.resolve()
        self._named = frozenset(order.resolve() for order in named)
        self._elsewhere = {str(order): order for order in named if order.parent.resolve() != own}
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

    def begun(self, runs: RunList) -> dict[Order, list[RunSummary]]:
        """The orders that are being tested or were, each with its runs, the last one last.

        A run that was sealed without a verdict has tested nothing: its order waits.
        """
        found = {}
        for order in self.all():
            if order.assignment is not None:
                of_it = [one for run in runs.of_order(order.digest) if (one := runs.named(run)) is not None]
                found[order] = [one for one in of_it if one.sealed is None or one.result is not None]
        return {order: of_it for order, of_it in found.items() if of_it}

    def is_named(self, order: Order) -> bool:
        """Whether somebody asks for it."""
        return order.file.resolve() in self._named

    def put_away(self, runs: RunList, today: date) -> None:
        """Move the orders of the folder whose last run was begun before today and is sealed with a verdict.

        One that cannot be moved stays where it is: tidying keeps nobody from testing.
        """
        for order, (*_, last) in self.begun(runs).items():
            done = last.sealed is not None and datetime.fromisoformat(last.begun_at).date() < today
            if done and not self.is_named(order):
                away = self._folder / TESTED / order.file.name
                with suppress(OSError):
                    away.parent.mkdir(exist_ok=True)
                    if not away.exists():
                        order.file.rename(away)


def _read(job: str, file: Path) -> Order:
    try:
        return Order(job, file, read_assignment(file))
    except PlainError:
        return Order(job, file, None)  # it is listed by its file's name
