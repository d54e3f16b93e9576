"""A run in hand: its script is conducted, its valves are closed, and a clock that jumped voids it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.book import CLOCK_JUMPED
from bench.conductor import Conductor
from bench.errors import LaboratoryError
from bench.resumption import Resumption, check_again
from bench.safe_state import make_safe
from bench.station import Station
from procedures.edition import Procedure
from procedures.point import Conclusion
from procedures.run import Run
from results.entry import CLOCK, Noted, RunBegun


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A run in hand: conduct it."""

    run: str
    begun: RunBegun
    procedure: Procedure[Any]
    task: Any
    conductor: Conductor
    station: Station
    void: Callable[[], None]
    """closes it without a verdict, because the clock jumped"""
    resumption: Resumption | None = None
    """None: it begins, or it is taken up only to be sealed"""
    clock_state: Callable[[], dict[str, str]] | None = None
    """whether the clock follows another; None: it is taken up only to be sealed"""

    async def conduct(self) -> Conclusion:
        """Run the script to its verdict, with all in its safe state before a resumption and at the end.

        Raises:
            RunInterrupted: see `Conductor.conduct`.
            PlainError: see `Conductor.conduct`; a run whose clock jumped is closed (decision 0012).
        """
        conductor = self.conductor
        safe = partial(make_safe, self.station, keep=conductor.keep, ask=conductor.ask_operator)
        if self.resumption is not None:
            await safe(when="resumed")
        try:
            if self.resumption is not None:
                await check_again(self.resumption, keep=conductor.keep, ask=conductor.ask_operator)
            return await conductor.conduct(self._script)
        except LaboratoryError as fault:
            if fault.code == CLOCK_JUMPED and self.clock_state is not None:
                self.void()
            raise
        finally:
            await safe(when="ended")

    async def _script(self, run: Run) -> Conclusion:
        conclusion = await self.procedure.script(run, self.task)
        now = self.clock_state() if self.clock_state is not None else {}
        if now and now != self.begun.clock:
            self.conductor.keep(Noted(what=CLOCK, facts=now))
        return conclusion
