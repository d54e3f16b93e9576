"""Readings of a test with measures, checked: the dimension; on a neck first the side, then how much.

What a person mistyped may be keyed again a few times; then the run stops and can be resumed.
"""

from dataclasses import dataclass
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading, Stability
from procedures.action import Keyed, KeyQuantity
from procedures.answers import chosen, inspected, read_again
from procedures.errors import ProcedureError
from procedures.meters.register import Shown, read_register
from procedures.point import Reason
from procedures.reference_standard import volume_of
from procedures.run import Run, Watched
from procedures.standard import WorkingStandard
from procedures.surroundings import FLUID, State, Surroundings
from procedures.vessels.measured import Measured
from procedures.vessels.neck import MOST, Side

_ATTEMPTS: Final = 5
_SIDES: Final[dict[str, Side]] = {"above": "above", "below": "below", "at_line": "at_line"}
_MILLILITRE: Final = Quantity(1, "mL")


@dataclass
class Reader:
    """Reads instruments, necks and what people key, for a script."""

    run: Run
    by_hand: int = 0
    inferred: int = 0

    async def shown(
        self, role: str, step: Quantity, *, least: Quantity | None = None, most: Quantity | None = None
    ) -> Quantity:
        """What an instrument shows at rest, within these bounds.

        Raises:
            ProcedureError: it shows another kind of quantity, or what lies outside, time and again.
        """
        for _ in range(_ATTEMPTS):
            reading = await self.run.settled(role, step=step)
            found = reading.indication
            if (
                found.dimension == step.dimension
                and (least is None or found >= least)
                and (most is None or found <= most)
            ):
                self.noted(reading)
                return found
            await read_again(self.run, found, least, most)
        raise ProcedureError(
            "vessel.shown",
            "The reading of {role} was no {dimension} that can be, {count} times.",
            "Read it again, in {unit}; check which instrument has this role.",
            role=role,
            dimension=step.dimension,
            count=str(_ATTEMPTS),
            unit=step.unit,
        )

    def __post_init__(self) -> None:
        """The states of this test are taken by the same run."""
        self._around = Surroundings(self.run)

    async def state(self, role: str, state: State = FLUID) -> Quantity:
        """A state of a liquid, or of the air about it; see `Surroundings.taken`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        reading = await self._around.taken(role, state)
        self.noted(reading)
        return reading.indication

    async def logged(self, role: str, seen: Watched) -> tuple[Reading, ...]:
        """The log of a liquid's temperature; see `Surroundings.logged`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        return await self._around.logged(role, seen, FLUID)

    async def register(
        self,
        role: str,
        step: Quantity,
        *,
        planned: Quantity,
        pulse: Quantity | None = None,
        start: Shown | None = None,
    ) -> Shown:
        """A register or counter at rest; see `read_register`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        shown, reading = await read_register(self.run, role, step, planned=planned, pulse=pulse, start=start)
        self.noted(reading)
        return shown

    def noted(self, *readings: Reading) -> None:
        """Count what a person keyed, and what did not say itself that it was at rest."""
        for reading in readings:
            if reading.origin is Origin.MANUAL:
                self.by_hand += 1
            elif reading.stability is Stability.NOT_REPORTED:
                self.inferred += 1

    async def keyed(
        self, question: str, step: Quantity, *, least: Quantity | None = None, **facts: str
    ) -> Quantity:
        """A quantity that a person keys, at least so much.

        Raises:
            ProcedureError: it was of another dimension, or less, time and again.
        """
        for _ in range(_ATTEMPTS):
            asked = KeyQuantity(question=question, unit=step.unit, step=step, facts=facts)
            answer = await self.run.ask(asked)
            if isinstance(answer, Keyed) and answer.quantity.dimension == step.dimension:
                self.by_hand += 1
                if least is None or answer.quantity >= least:
                    return answer.quantity
                await read_again(self.run, answer.quantity, least, None)
        raise ProcedureError(
            "vessel.dimension",
            "The answer to {question} was no {dimension} that can be, {count} times.",
            "Key it in {unit}.",
            question=question,
            dimension=step.dimension,
            count=str(_ATTEMPTS),
            unit=step.unit,
        )

    async def chosen(self, question: str, choices: tuple[str, ...], **facts: str) -> str:
        """One of the choices.

        Raises:
            ProcedureError: the answer was none of them.
        """
        return await chosen(self.run, question, choices, **facts)

    async def inspected(self, items: tuple[str, ...], subject: str = "") -> dict[str, bool]:
        """The lines of a checklist: is it in order?

        Raises:
            ProcedureError: the answer names no line of the checklist.
        """
        return await inspected(self.run, items, subject)

    async def side(self, vessel: str, nominal: Quantity, step: Quantity) -> tuple[Side, Quantity]:
        """On which side of its line the liquid in a measure stands, and how far from it.

        Raises:
            ProcedureError: the answers cannot be, time and again.
        """
        said = await self.chosen("vessel_side", tuple(_SIDES), vessel=vessel, volume=str(nominal))
        side = _SIDES[said]
        if side == "at_line":
            return side, Quantity(0, "mL")
        for _ in range(_ATTEMPTS):
            amount = await self.keyed(f"vessel_{side}", step, vessel=vessel, volume=str(nominal))
            if amount.value >= 0 and amount <= nominal * MOST:
                return side, amount
            await read_again(self.run, amount, nominal * 0, nominal * MOST)
        raise ProcedureError(
            "vessel.answers",
            "The reading of measure {vessel} ({volume}) was none that it can have, {count} times.",
            "Read its neck again: an amount without sign, at most a tenth of the volume.",
            vessel=vessel,
            volume=str(nominal),
            count=str(_ATTEMPTS),
        )

    async def neck(self, standard: WorkingStandard, temperature: Quantity | None = None) -> Measured:
        """What a registered measure holds, its size named in every question."""
        nominal = standard.nominal or Quantity(0, "L")
        side, amount = await self.side(standard.id, nominal, standard.scale_interval or _MILLILITRE)
        return measured(standard, side, amount, temperature)

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about the readings."""
        found = [*self._around.notices()]
        if self.by_hand:
            found.append(Reason(code="manual_readings", facts={"count": str(self.by_hand)}))
        if self.inferred:
            found.append(Reason(code="stability_inferred", facts={"count": str(self.inferred)}))
        return tuple(found)


def measured(
    standard: WorkingStandard, side: Side, amount: Quantity, temperature: Quantity | None
) -> Measured:
    """The row of a registered measure."""
    return Measured(
        nominal=standard.nominal or Quantity(0, "L"),
        above=None if side == "below" else amount,
        below=amount if side == "below" else None,
        volume=volume_of(standard),
        temperature=temperature,
        reference_temperature=standard.reference_temperature,
        expansion=standard.expansion,
        material=standard.material,
    )
