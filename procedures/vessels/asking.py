"""Asking a person for the neck of a measure: first on which side of the line, then how much, without a sign."""

from typing import Final

from drivers.quantity import Quantity
from procedures.action import Choice, Choose, Keyed, KeyQuantity
from procedures.errors import ProcedureError
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.vessels.measured import Measured
from procedures.vessels.neck import MOST

_ATTEMPTS: Final = 5
_SIDES: Final = ("above", "below", "at_line")
_MILLILITRE: Final = Quantity(1, "mL")


async def neck_of(run: Run, standard: WorkingStandard, temperature: Quantity | None = None) -> Measured:
    """What a registered measure holds, its size named in every question.

    Raises:
        ProcedureError: the answers cannot be, time and again.
    """
    nominal = standard.nominal or Quantity(0, "L")
    side, amount = await side_and_amount(run, standard.id, nominal, standard.scale_interval or _MILLILITRE)
    return Measured(
        nominal=nominal,
        above=None if side == "below" else amount,
        below=amount if side == "below" else None,
        volume=standard.value,
        temperature=temperature,
        reference_temperature=standard.reference_temperature,
        expansion=standard.expansion,
        material=standard.material,
    )


async def side_and_amount(run: Run, vessel: str, nominal: Quantity, step: Quantity) -> tuple[str, Quantity]:
    """On which side of the line the liquid stands, and how far from it.

    Raises:
        ProcedureError: the answers cannot be, time and again.
    """
    facts = {"vessel": vessel, "volume": str(nominal)}
    said = await run.ask(Choose(question="vessel_side", choices=_SIDES, facts=facts))
    side = said.choice if isinstance(said, Choice) else ""
    if side not in _SIDES:
        raise ProcedureError(
            "procedure.answer",
            "The answer to {question} was none of its choices.",
            "Answer with one of: {choices}.",
            question="vessel_side",
            choices=", ".join(_SIDES),
        )
    if side == "at_line":
        return side, Quantity(0, "mL")
    for _ in range(_ATTEMPTS):
        question = KeyQuantity(question=f"vessel_{side}", unit=step.unit, step=step, facts=facts)
        answer = await run.ask(question)
        if isinstance(answer, Keyed) and answer.quantity.dimension == "volume":
            amount = answer.quantity
            if 0 <= amount.value and amount <= nominal * MOST:
                return side, amount
    raise ProcedureError(
        "vessel.answers",
        "The reading of measure {vessel} ({volume}) was none that it can have, {count} times.",
        "Read its neck again: an amount without sign, at most a tenth of the volume.",
        count=str(_ATTEMPTS),
        **facts,
    )


async def keyed(run: Run, question: str, unit: str, step: Quantity | None = None, **facts: str) -> Quantity:
    """A quantity that a person keys, of the dimension that was asked for.

    Raises:
        ProcedureError: it was of another dimension time and again.
    """
    wanted = Quantity(0, unit).dimension
    for _ in range(_ATTEMPTS):
        answer = await run.ask(KeyQuantity(question=question, unit=unit, step=step, facts=facts))
        if isinstance(answer, Keyed) and answer.quantity.dimension == wanted:
            return answer.quantity
    raise ProcedureError(
        "vessel.dimension",
        "The answer to {question} was no {dimension}, {count} times.",
        "Key it in {unit}.",
        question=question,
        dimension=wanted,
        count=str(_ATTEMPTS),
        unit=unit,
    )
