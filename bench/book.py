"""The book of a run: writes each entry to the journal first, then remembers it, then tells who watches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from bench import events
from bench.errors import LaboratoryError
from bench.replay import DivergenceError, Memory
from drivers.clock import Clock
from drivers.notation import from_builtins
from procedures.point import Conclusion
from results.entry import Abandoned, Concluded, Entry, Kept

CLOCK_MAY_STEP_S: Final = 60.0
"""more than a network corrects at once"""


class Log(Protocol):
    """Where entries go; `append` returns only when they are on disk."""

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:
        """Keep one entry.

        Raises:
            StorageError: nothing was kept; the run must stop.
        """


class Book:
    """One run's entries, past and present."""

    def __init__(
        self,
        run: str,
        *,
        log: Log,
        history: Sequence[Kept],
        observers: Sequence[events.Observer],
        clock: Clock,
        zone: str,
    ) -> None:
        """Open the book at the end of its history; see `Conductor` for the arguments."""
        self.memory = Memory(history)
        self.clock = clock
        self._run = run
        self._log = log
        self._observers = tuple(observers)
        self._zone = ZoneInfo(zone)
        self._seen: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The wall time at the office, with its offset."""
        return self.clock.utc().astimezone(self._zone)

    def keep(self, entry: Entry) -> None:
        """Write an entry; it is on disk when this returns.

        Raises:
            StorageError: it is not, and the run must stop.
            LaboratoryError: the clock was set otherwise; nothing was kept, and the run must stop.
        """
        now, elapsed = self.now(), self.clock.monotonic()
        self._check_clock(now, elapsed)
        self._log.append(self._run, entry, at=now.isoformat(), elapsed=elapsed)
        self.memory.take(entry)

    def _check_clock(self, now: datetime, elapsed: float) -> None:
        """No entry gets a time that cannot follow the one before; a twin's monotonic clock may run faster."""
        seen, self._seen = self._seen, (now, elapsed)
        if seen is None:
            return
        passed = (now - seen[0]).total_seconds()
        if passed < -CLOCK_MAY_STEP_S or passed - (elapsed - seen[1]) > CLOCK_MAY_STEP_S:
            raise LaboratoryError(
                "run.clock_jumped",
                "The clock of this computer jumped by {seconds} s during the test, or the computer slept.",
                "See that the clock is right, then resume: what was under way is done again; "
                "a run whose clock went back is closed without a verdict.",
                seconds=round(passed - (elapsed - seen[1])),
            )

    def tell(self, event: events.Event) -> None:
        """Tell the observers."""
        for observer in self._observers:
            observer.notice(event)

    def abandon(self, path: str, reason: str, *, note: str = "", by: str = "") -> None:
        """An attempt does not count any more; its entries stay."""
        self.keep(Abandoned(path=path, reason=reason, note=note, by=by))
        self.tell(events.SeriesLeft(path=path, abandoned=True, reason=reason))

    def conclude(self, conclusion: dict[str, Any]) -> None:
        """The verdict stands; a run that was concluded before must conclude the same.

        Raises:
            DivergenceError: it does not.
        """
        kept = self.memory.concluded
        if kept is None:
            self.keep(Concluded(conclusion=conclusion))
        elif from_builtins(kept.conclusion, Conclusion) != from_builtins(conclusion, Conclusion):
            raise DivergenceError("conclusion", str(kept.conclusion), str(conclusion))
