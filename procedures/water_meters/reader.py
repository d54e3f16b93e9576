"""One reading of the bench, checked: of the right dimension, and a register that does not run backwards.

What a person mistyped may be keyed again a few times; then the run stops and can be resumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Shown:
    """A volume that a register shows, and where its reading is kept."""

    volume: Quantity
    path: str


@dataclass
class BenchReader:
    """Reads meters, standards and conditions for a script."""

    run: Run
    task: WaterMeterTask
    keyed: int = 0
    inferred: int = 0
    _before: dict[str, Quantity] = field(default_factory=dict)

    async def register(self, role: str, step: Quantity | None, *, least: Quantity | None = None) -> Shown:
        """The register of a meter at rest: a volume, or pulses.

        Args:
            role: whose register.
            step: the smallest volume that can be read.
            least: what it showed before.

        Raises:
            ProcedureError: it shows no volume, or less than before.
        """
        for _ in range(_ATTEMPTS):
            reading = await self.run.settled(role, expect=None, step=step)
            volume = self._volume(reading)
            if volume is not None and (least is None or volume >= least):
                self._noted(reading)
                return Shown(volume, self.run.path())
        raise ProcedureError(
            "water_meters.register",
            "The register of {role} gave no volume that can follow {before}.",
            "Read it again; when it went past its last digit, retake the run.",
            role=role,
            before=str(least if least is not None else "—"),
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

    def _volume(self, reading: Reading) -> Quantity | None:
        shown, pulse = reading.indication, self.task.uut.pulse
        if shown.dimension == "volume":
            return shown
        if shown.dimension == "count" and pulse is not None:
            return pulse * shown.value
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


def _unit_error(role: str, unit: str) -> ProcedureError:
    return ProcedureError(
        "water_meters.reading_unit",
        "The reading of {role} is no quantity in {unit}.",
        "Take it again with its unit, or check which instrument has this role.",
        role=role,
        unit=unit,
    )
