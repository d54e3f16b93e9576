"""A register or counter read at rest: of the right dimension, one that runs neither backwards nor away.

A counter that begins anew at zero goes on across one such end; one in which two could hide is refused before
anything goes through. What a person mistyped is told with what can be, and keyed again a few times; then the
run stops and can be resumed.
"""

from dataclasses import dataclass, replace
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.answers import chosen, read_again
from procedures.errors import ProcedureError
from procedures.run import Run

_DELIVERED: Final = "volume"
"""what somebody lets through and stops, so that far more than was planned is asked about"""
_ATTEMPTS: Final = 5
_MOST_TIMES: Final = 2
"""more than so many times what was to go through may be a slip; a counter that holds less may begin anew
without being noticed"""


@dataclass(frozen=True)
class Shown:
    """What a register shows, and where its reading is kept."""

    value: Quantity
    """a volume, an energy, or a count"""
    path: str
    wraps_at: Quantity | None = None
    """where a counter begins anew at zero; None: it does not"""

    def since(self, start: "Shown") -> Quantity:
        """What went through since another reading of it; a counter may have begun anew once."""
        passed = self.value - start.value
        if passed.value < 0 and self.wraps_at is not None:
            passed += self.wraps_at
        return passed


async def read_register(
    run: Run,
    role: str,
    step: Quantity,
    *,
    planned: Quantity,
    pulse: Quantity | None = None,
    start: Shown | None = None,
) -> tuple[Shown, Reading]:
    """A register at rest, and the reading that it comes from.

    Args:
        run: the world.
        role: whose register.
        step: the smallest step that can be read; its dimension is that of the result.
        planned: about what is to go through.
        pulse: what one pulse stands for, where it may show pulses.
        start: what it showed before; the result then continues it, also across the end of a counter.

    Raises:
        ProcedureError: it shows nothing of this dimension, or nothing that can follow, or its counter is too
            short.
    """
    most = planned * _MOST_TIMES
    for _ in range(_ATTEMPTS):
        reading = await run.settled(role, expect=None, step=step)
        shown = _shown(reading, step.dimension, pulse, run.path())
        if shown is None:
            await read_again(run, reading.indication)
            continue
        if shown.wraps_at is not None and shown.wraps_at <= most:
            raise _too_short(role, shown.wraps_at, planned)
        if start is None:
            return shown, reading
        passed = shown.since(start)
        follows = passed.value >= 0 and (shown.value >= start.value or passed <= most)
        if not follows:
            await read_again(run, shown.value, start.value, start.value + most)
        elif (
            step.dimension != _DELIVERED or passed <= most or await _is_so(run, shown.value, passed, planned)
        ):
            return replace(shown, value=start.value + passed), reading
    raise ProcedureError(
        "meter.register",
        "The register of {role} gave no {dimension} that can follow {before}.",
        "Read it again; when it went past its last digit, retake the run.",
        role=role,
        dimension=step.dimension,
        before=str(start.value if start is not None else "—"),
    )


async def _is_so(run: Run, shown: Quantity, passed: Quantity, planned: Quantity) -> bool:
    """Whether a person says that so much did go through."""
    facts = {"reading": str(shown), "passed": str(passed), "planned": str(planned)}
    return await chosen(run, "register_jumped", ("measure_again", "record"), **facts) == "record"


def _shown(reading: Reading, dimension: str, pulse: Quantity | None, path: str) -> Shown | None:
    shown, end = reading.indication, reading.wraps_at
    if shown.dimension == dimension:
        return Shown(shown, path, end)
    if shown.dimension == "count" and pulse is not None and pulse.dimension == dimension:
        return Shown(pulse * shown.value, path, None if end is None else pulse * end.value)
    return None


def _too_short(role: str, holds: Quantity, planned: Quantity) -> ProcedureError:
    return ProcedureError(
        "meter.counter_short",
        "The counter of {role} begins anew after {holds}; in a run of {planned} that could pass unseen.",
        "Use a counter with more digits, or a meter or transmitter with larger pulses.",
        role=role,
        holds=str(holds),
        planned=str(planned),
    )
