"""A run in hand: its script is conducted, its valves are closed, and a clock that jumped voids it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from bench.attention import RunInterrupted
from bench.conductor import Conductor
from bench.environment import Environment
from bench.resumption import Resumption, check_again
from bench.safe_state import make_safe
from bench.station import Station, check_unopened
from drivers.errors import PlainError
from drivers.identity import Told
from procedures.edition import Procedure
from procedures.point import Conclusion
from procedures.run import Run
from results.entry import CLOCK, ENVIRONMENT_LEFT, Noted, RunBegun
from results.sealing import get_ready

_VOIDING: Final = {"run.clock_jumped": "clock_jumped", "instrument.seal_opened": "seal_opened"}
"""errors after which a run cannot have a verdict, and the reason with which it is closed"""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A run in hand: conduct it."""

    run: str
    begun: RunBegun
    procedure: Procedure[Any]
    task: Any
    conductor: Conductor
    station: Station
    void: Callable[[str], None]
    """closes it without a verdict, for a reason"""
    environment: Environment = field(default_factory=lambda: Environment((), Station({})))
    """what must stay within its limits meanwhile"""
    resumption: Resumption | None = None
    """None: it begins, or it is taken up only to be sealed"""
    clock_state: Callable[[], dict[str, str]] | None = None
    """whether the clock follows another; None: it is taken up only to be sealed"""
    check_still_valid: Callable[[], None] = lambda: None
    """refuses a verdict with a competence or a standard that has ended since the run was taken in hand"""

    async def conduct(self) -> Conclusion:
        """Run the script to its verdict, with all in its safe state before a resumption and at the end.

        Raises:
            RunInterrupted: see `Conductor.conduct`.
            PlainError: see `Conductor.conduct`; a run whose clock jumped is closed (decision 0012). Of what
                ended while it was measured, the run stays open (decision 0022).
        """
        get_ready()
        conductor = self.conductor
        safe = partial(make_safe, self.station, keep=conductor.keep, ask=conductor.ask_operator)
        if self.resumption is not None:
            await safe(when="resumed")
        try:
            if self.resumption is not None:
                await self.environment.refuse_outside()
                await check_again(self.resumption, keep=conductor.keep, ask=conductor.ask_operator)
            with self.environment.watched(conductor.request_pause):
                return await conductor.conduct(self._script)
        except RunInterrupted:
            if self.environment.left is None:
                raise
            conductor.keep(Noted(what=ENVIRONMENT_LEFT, facts=self.environment.left.facts))
            raise self.environment.left from None
        except PlainError as fault:
            if fault.code in _VOIDING and self.clock_state is not None:
                self.void(_VOIDING[fault.code])
            raise
        finally:
            await safe(when="ended")

    async def _script(self, run: Run) -> Conclusion:
        conclusion = await self.procedure.script(run, self.task)
        self.check_still_valid()
        if self.clock_state is not None:
            await self._check_again()
        now = self.clock_state() if self.clock_state is not None else {}
        if now and now != self.begun.clock:
            self.conductor.keep(Noted(what=CLOCK, facts=now))
        return conclusion

    async def _check_again(self) -> None:
        """Ask the instruments once more who they are and how often their seal was opened."""
        for role, then in self.begun.instruments.items():
            told = Told(serial=then.get("told_serial", ""), seal_counter=then.get("seal_counter", ""))
            bound = self.station.find(role)
            if bound is not None and bound.device is not None and told != Told():
                check_unopened(bound, told, await bound.device.told())
