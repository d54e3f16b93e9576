"""One reading of the bench, checked: of the right dimension.

What a person mistyped may be keyed again a few times; then the run stops and can be resumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading, Stability
from procedures.action import Keyed, KeyQuantity
from procedures.errors import ProcedureError
from procedures.meters.register import Shown, read_register
from procedures.point import Reason
from procedures.run import Run, Watched
from procedures.surroundings import State, Surroundings
from procedures.water_meters.task import WaterMeterTask

_ATTEMPTS: Final = 3
_PLACE: Final = Decimal("0.01")
_LITRE: Final = Quantity("0.1", "L")


@dataclass
class BenchReader:
    """Reads meters, standards and conditions for a script."""

    run: Run
    task: WaterMeterTask
    keyed: int = 0
    inferred: int = 0

    def __post_init__(self) -> None:
        """The states of this test are taken by the same run."""
        self._around = Surroundings(self.run)

    async def state(self, role: str, state: State) -> Quantity:
        """A state of the room or the water; see `Surroundings.taken`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        reading = await self._around.taken(role, state)
        self._noted(reading)
        return reading.indication

    async def logged(self, role: str, seen: Watched, state: State) -> tuple[Reading, ...]:
        """The log of a state; see `Surroundings.logged`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        return await self._around.logged(role, seen, state)

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
        shown, reading = await read_register(
            self.run, role, step or _LITRE, planned=planned, pulse=pulse, start=start
        )
        self._noted(reading)
        return shown

    async def mass(self, role: str, step: Quantity) -> Quantity:
        """What a scale shows: of an instrument, or read by eye.

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
        found = [*self._around.notices()]
        if self.keyed:
            found.append(Reason(code="manual_readings", facts={"count": str(self.keyed)}))
        if self.inferred:
            found.append(Reason(code="stability_inferred", facts={"count": str(self.inferred)}))
        return tuple(found)

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


def _unit_error(role: str, unit: str) -> ProcedureError:
    return ProcedureError(
        "water_meters.reading_unit",
        "The reading of {role} is no quantity in {unit}.",
        "Take it again with its unit, or check which instrument has this role.",
        role=role,
        unit=unit,
    )
