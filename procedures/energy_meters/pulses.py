"""Pulses of the meters under test, where a counter sees them: how many, and the times between them.

A time between two pulses is taken as long as the log allows: from the last reading without the first pulse to
the first reading with the second. So a meter never passes because its counter was read seldom.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.action import Wait
from procedures.energy_meters.observation import MeterSheet, Starting
from procedures.errors import ProcedureError
from procedures.meters.register import Shown
from procedures.run import Run
from procedures.subjects.session import Session
from procedures.subjects.sheet import Tested

PULSE: Final = Quantity("1", "pcs")
_SHORT: Final = Quantity(1000, "pcs")
"""more than any counter misses in these tests"""
_LEAST_S: Final = 0.2
_LOOKS: Final = 100
"""so often a counter is looked at in the longest time between two pulses"""
_ROUNDS: Final = 3
_PLACE: Final = Decimal("0.01")


@dataclass
class PulseCounters:
    """The counters of one test; a meter without one is watched by a person."""

    run: Run
    session: Session[MeterSheet]
    wired: frozenset[str] = frozenset()
    """ids of the meters whose pulses are counted on a wire"""
    _logs: dict[str, list[Reading]] = field(default_factory=dict)

    async def find(self, tested: Iterable[Tested]) -> None:
        """Ask once which meters have a counter."""
        found = [one.id for one in tested if await self.run.offered(_role(one.id)) is not None]
        self.wired = frozenset(found)

    async def counts(self, start: dict[str, Shown] | None = None) -> dict[str, Shown]:
        """What all counters show at rest, after `start` where it is given.

        Raises:
            ProcedureError: one shows no count, or runs backwards.
        """
        return {
            meter: await self.session.register(
                _role(meter), PULSE, planned=_SHORT, start=start[meter] if start else None
            )
            for meter in sorted(self.wired)
        }

    async def begin(self) -> None:
        """Read all counters before the circuit is closed."""
        for meter in sorted(self.wired):
            shown = await self.run.settled(_role(meter), step=PULSE)
            self.session.noted([shown])
            self._logs[meter] = [shown]

    async def starting(self, longest: Quantity, pulses: int) -> dict[str, Starting]:
        """Wait for so many intervals of each meter, or until no pulse came for longer than the longest.

        Raises:
            ProcedureError: a counter shows no count, or runs backwards.
        """
        every_s = min(1.0, max(_LEAST_S, float(longest.value) / _LOOKS))
        found: dict[str, Starting] = {}
        waiting = sorted(self.wired)
        paths: list[str] = []
        for _ in range(_ROUNDS):
            if not waiting:
                break
            whole = (longest.value * pulses).to_integral_value(ROUND_CEILING)
            wait = Wait(duration=Quantity(whole, "s"), purpose="starting")
            roles = [_role(meter) for meter in waiting]
            seen = await self.run.watched(roles, wait, steps=dict.fromkeys(roles, PULSE), every_s=every_s)
            paths.append(self.run.path())
            for meter, role in zip(waiting, roles, strict=True):
                told = seen[role]
                more = [one for one in (told.start, *told.during, told.end) if one is not None]
                self.session.noted(told.during)
                self._logs[meter] += more
                found[meter] = _starting(role, self._logs[meter], longest, pulses, tuple(paths))
            waiting = [meter for meter in waiting if _open(found[meter], longest, pulses)]
        return found


def _open(row: Starting, longest: Quantity, pulses: int) -> bool:
    """Whether neither enough pulses came nor too long none."""
    return len(row.intervals) < pulses and (row.waited is None or row.waited <= longest)


def _starting(
    role: str, log: Sequence[Reading], longest: Quantity, pulses: int, paths: tuple[str, ...]
) -> Starting:
    intervals, silent = intervals_of(role, log)
    if intervals and intervals[0] > longest:  # the time in which the load was set is in it
        intervals = intervals[1:]
    enough = len(intervals) >= pulses
    return Starting(intervals=intervals[:pulses], waited=None if enough else silent, readings=paths)


def intervals_of(role: str, log: Sequence[Reading]) -> tuple[tuple[Quantity, ...], Quantity]:
    """The times to the first pulse and between pulses, none too short; and the time without any at the end.

    Args:
        role: whose counter, for the message.
        log: its readings, the oldest first, the first of them before the circuit was closed.

    Raises:
        ProcedureError: a reading is no count, or a counter runs backwards.
    """
    without, last_seen = log[0].elapsed, log[min(1, len(log) - 1)].elapsed
    found: list[Quantity] = []
    for earlier, later in pairwise(log):
        for _ in range(_between(role, earlier, later)):
            found.append(Quantity(_seconds(later.elapsed - without, ROUND_CEILING), "s"))
            without, last_seen = earlier.elapsed, later.elapsed
    return tuple(found), Quantity(_seconds(log[-1].elapsed - last_seen, ROUND_FLOOR), "s")


def _between(role: str, earlier: Reading, later: Reading) -> int:
    """How many pulses came between two readings."""
    end = later.wraps_at
    if PULSE.dimension == earlier.indication.dimension == later.indication.dimension:
        passed = later.indication - earlier.indication
        if passed.value < 0 and end is not None:
            passed += end
        if 0 <= passed.value <= _SHORT.value:
            return int(passed.value)
    raise ProcedureError(
        "meter.register",
        "The register of {role} gave no {dimension} that can follow {before}.",
        "Read it again; when it went past its last digit, retake the run.",
        role=role,
        dimension=PULSE.dimension,
        before=str(earlier.indication),
    )


def _seconds(value: float, rounding: str) -> Decimal:
    return Decimal(repr(value)).quantize(_PLACE, rounding)


def _role(meter: str) -> str:
    return f"pulses/{meter}"
