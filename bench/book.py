"""The book of a run: writes each entry to the journal first, then remembers it, then tells who watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bench import events
from bench.clock_order import CLOCK_MAY_STEP_S
from bench.errors import LaboratoryError
from bench.replay import DivergenceError, Memory
from drivers.clock import Clock
from drivers.notation import from_builtins
from procedures.point import Conclusion
from results.entry import Abandoned, Concluded, Entry, Kept

"""more than a network corrects at once"""


class Log(Protocol):
    """Where entries go; `append` returns only when they are on disk."""

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:
        """Keep one entry.

        Raises:
            StorageError: nothing was kept; the run must stop.
        """


@dataclass(frozen=True)
class _Moment:
    """What the clocks of the computer show at one time."""

    wall: datetime
    elapsed: float
    slept: float

    def since(self, other: "_Moment") -> float:
        """Seconds by which the wall clock went ahead of the others."""
        passed = (self.wall - other.wall).total_seconds()
        return passed - (self.elapsed - other.elapsed) - (self.slept - other.slept)


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
        self._first: _Moment | None = None
        self._latest: _Moment | None = None

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
        self._check_clock(_Moment(now, elapsed, self.clock.asleep()))
        self._log.append(self._run, entry, at=now.isoformat(), elapsed=elapsed)
        self.memory.take(entry)

    def _check_clock(self, now: "_Moment") -> None:
        """No entry gets a time that cannot follow those before; a twin's monotonic clock may run faster.

        Many small steps ahead are one jump: they are counted from the first entry of this session.
        """
        first, latest = self._first or now, self._latest or now
        self._first, self._latest = first, now
        back = (now.wall - latest.wall).total_seconds()
        ahead = now.since(first)
        if back < -CLOCK_MAY_STEP_S or ahead > CLOCK_MAY_STEP_S:
            self._first = now  # told once; what is kept from here on only closes the run
            raise LaboratoryError(
                "run.clock_jumped",
                "The clock of this computer jumped by {seconds} s during the test, so the test is void.",
                "See that the clock is right and follows a time server; "
                "seal the void run with `tera seal {run}` and begin a new one.",
                seconds=round(back if back < 0 else ahead),
                run=self._run,
            )
        if now.slept - latest.slept > CLOCK_MAY_STEP_S:
            raise LaboratoryError(
                "run.slept",
                "The computer slept for {seconds} s during the test.",
                "Resume the run: what was under way is done again; keep the computer awake during a test.",
                seconds=round(now.slept - latest.slept),
            )

    def tell(self, event: events.Event) -> None:
        """Tell the observers."""
        for observer in self._observers:
            observer.notice(event)

    def abandon(self, path: str, reason: str, *, note: str = "", by: str = "") -> None:
        """An attempt does not count any more; its entries stay."""
        self.keep(Abandoned(path=path, reason=reason, note=note, by=by))
        self.tell(events.SeriesLeft(path=path, abandoned=True, reason=reason, note=note))

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
