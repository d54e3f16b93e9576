"""A run conducted beside the screen: what is shown of it, and how it is left."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bench import events
from bench.attention import RunInterrupted
from bench.desk import Measured
from bench.taken import Taken
from bench.titles import title_of
from bench.workplace import Workplace
from drivers.protocols import Refused
from drivers.reading import Reading
from procedures.edition import PlannedStep
from procedures.heading import heading_of
from results.entry import AFTER_RETAKE, Abandoned, Entry
from results.kept_reading import written_readings

_LEAVING_S: Final = 20.0
"""so long may it take to close valves when the program is left: each has a few seconds to answer"""


class RunWork:
    """Implements `bench.desk.Work`: a run conducted beside the screen."""

    def __init__(self, place: Workplace, taken: Taken, observer: events.Observer) -> None:
        """Start conducting."""
        self._place = place
        self._taken = taken
        self._observer = observer
        self.plan: Sequence[PlannedStep] = taken.procedure.plan(taken.task)
        self._listening = [self._listen(role, observer) for role in taken.begun.instruments]
        self._task = place.unbroken.begin(taken.conduct(), patience_s=_LEAVING_S, leave=self.pause)

    def _listen(self, role: str, observer: events.Observer) -> Callable[[], None]:
        bound = self._taken.station.bound(role)
        if bound.device is None:
            return lambda: None

        def tell(shown: Reading | Refused) -> None:
            observer.notice(events.Live(role=role, shown=shown))

        return bound.device.subscribe(tell, channel=bound.channel)

    def request_retake(self, reason: str, note: str = "") -> None:
        """See `Work`."""
        self._taken.conductor.request_retake(reason, note, by=self._place.laboratory.officer.name)

    @property
    def may_take_back(self) -> bool:
        """See `Work`."""
        return bool(self._taken.conductor.last_answer)

    def pause(self) -> None:
        """See `Work`."""
        self._taken.conductor.request_pause()

    async def finished(self) -> Measured | None:
        """See `Work`."""
        try:
            conclusion = await asyncio.shield(self._task)
        except RunInterrupted:
            self._observer.notice(events.RunStopped(how="interrupted", reason=""))
            return None
        finally:
            for stop in self._listening:
                stop()
            self._listening.clear()
        history = self._place.journal.entries(self._taken.run)
        return Measured(
            run=self._taken.run,
            number=self._taken.begun.number,
            title=title_of(self._place.labels, self._place.find(self._taken.run).begun.order),
            outcome=heading_of(self._taken.begun.procedure, conclusion.verdict.outcome, conclusion.subjects),
            conclusion=conclusion,
            retakes=sum(_asked_again(kept.entry) for kept in history),
            began_at=datetime.fromisoformat(history[0].at),
            raw_bytes=sum(len(frame) for kept in history for frame in written_readings(kept).frame),
        )


def _asked_again(entry: Entry) -> bool:
    """Whether something was given up that is done again for its own sake."""
    return isinstance(entry, Abandoned) and entry.reason != AFTER_RETAKE
