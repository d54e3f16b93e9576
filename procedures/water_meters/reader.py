"""One reading of the bench, checked: of the right dimension, and a register that does not run backwards.

What a person mistyped may be keyed again a few times; then the run stops and can be resumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading, Stability
from procedures.action import Keyed, KeyQuantity
from procedures.errors import ProcedureError
from procedures.point import Reason
from procedures.run import Run
from procedures.water_meters.task import WaterMeterTask

_ATTEMPTS: Final = 3
_PLACE: Final = Decimal("0.01")
_MOST_TIMES: Final = 2
"""a counter that holds less than so many times the volume of a run may begin anew without being noticed"""


@dataclass(frozen=True)
class Shown:
    """A volume that a register shows, and where its reading is kept."""

    volume: Quantity
    path: str
    wraps_at: Quantity | None = None
    """the volume at which a counter begins anew at zero; None: it does not"""

    def since(self, start: "Shown") -> Quantity:
        """The volume since another reading of the same register; a counter may have begun anew once."""
        passed = self.volume - start.volume
        if passed.value < 0 and self.wraps_at is not None:
            passed += self.wraps_at
        return passed


@dataclass
class BenchReader:
    """Reads meters, standards and conditions for a script."""

    run: Run
    task: WaterMeterTask
    keyed: int = 0
    inferred: int = 0
    _before: dict[str, Quantity] = field(default_factory=dict)

    async def register(
        self,
        role: str,
        step: Quantity | None,
        *,
        planned: Quantity,
        pulse: Quantity | None,
        start: Shown | None = None,
    ) -> Shown:
        """The register of a meter at rest: a volume, or pulses.

        Args:
            role: whose register.
            step: the smallest volume that can be read.
            planned: what is to go through in this run.
            pulse: the volume of one pulse.
            start: what it showed before; the result then continues it, also across the end of a counter.

        Raises:
            ProcedureError: it shows no volume, or one that cannot follow, or its counter is too short.
        """
        most = planned * _MOST_TIMES
        for _ in range(_ATTEMPTS):
            reading = await self.run.settled(role, expect=None, step=step)
            shown = self._shown(reading, pulse)
            if shown is None:
                continue
            if shown.wraps_at is not None and shown.wraps_at <= most:
                raise _too_short(role, shown.wraps_at, planned)
            if start is None:
                self._noted(reading)
                return shown
            passed = shown.since(start)
            if passed.value >= 0 and (shown.volume >= start.volume or passed <= most):
                self._noted(reading)
                return replace(shown, volume=start.volume + passed)
        raise ProcedureError(
            "water_meters.register",
            "The register of {role} gave no volume that can follow {before}.",
            "Read it again; when it went past its last digit, retake the run.",
            role=role,
            before=str(start.volume if start is not None else "—"),
        )

    async def condition(self, role: str, step: Quantity) -> Quantity:
        """A temperature, a pressure, a mass: of an instrument, or read by eye.

        Raises:
            ProcedureError: what is shown is of another dimension.
        """
        for _ in range(_ATTEMPTS):
            reading = await self.run.settled(role, step=step)
            if reading.indication.dimension == step.dimension:
                self._noted(reading)
                return reading.indication
        raise _unit_error(role, step.unit)

    async def key(self, question: str, step: Quantity, **facts: str) -> Quantity:
        """A quantity that a person reads and keys.

        Raises:
            ProcedureError: the answer is none.
        """
        answer = await self.run.ask(KeyQuantity(question=question, unit=step.unit, step=step, facts=facts))
        if not isinstance(answer, Keyed) or answer.quantity.dimension != step.dimension:
            raise _unit_error(question, step.unit)
        self.keyed += 1
        return answer.quantity

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about the readings."""
        found = []
        if self.keyed:
            found.append(Reason(code="manual_readings", facts={"count": str(self.keyed)}))
        if self.inferred:
            found.append(Reason(code="stability_inferred", facts={"count": str(self.inferred)}))
        return tuple(found)

    def _shown(self, reading: Reading, pulse: Quantity | None) -> Shown | None:
        shown, path, end = reading.indication, self.run.path(), reading.wraps_at
        if shown.dimension == "volume":
            return Shown(shown, path, end)
        if shown.dimension == "count" and pulse is not None:
            return Shown(pulse * shown.value, path, pulse * end.value if end is not None else None)
        return None

    def _noted(self, reading: Reading) -> None:
        if reading.origin is Origin.MANUAL:
            self.keyed += 1
        elif reading.stability is Stability.NOT_REPORTED:
            self.inferred += 1


def mean_of(readings: Sequence[Reading], unit: str) -> Quantity | None:
    """The mean of logged readings in a unit, to its hundredth; None when one of them is of another kind."""
    if not readings or any(one.indication.dimension != Quantity(0, unit).dimension for one in readings):
        return None
    total = sum((one.indication.to(unit).value for one in readings), Decimal(0))
    return Quantity((total / len(readings)).quantize(_PLACE), unit)


def _too_short(role: str, holds: Quantity, planned: Quantity) -> ProcedureError:
    return ProcedureError(
        "water_meters.counter_short",
        "The counter of {role} begins anew after {holds}; in a run of {planned} that could pass unseen.",
        "Use a counter with more digits, or a meter or transmitter with larger pulses.",
        role=role,
        holds=str(holds),
        planned=str(planned),
    )


def _unit_error(role: str, unit: str) -> ProcedureError:
    return ProcedureError(
        "water_meters.reading_unit",
        "The reading of {role} is no quantity in {unit}.",
        "Take it again with its unit, or check which instrument has this role.",
        role=role,
        unit=unit,
    )
