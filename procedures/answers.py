"""What a script asks a person in every kind of test: a choice, a checklist, a reading once more."""

from drivers.quantity import Quantity
from procedures.action import Choice, Choose, Inspect
from procedures.errors import ProcedureError
from procedures.run import Run

_CONFORMS = "conforms"


async def chosen(run: Run, question: str, choices: tuple[str, ...], **facts: str) -> str:
    """One of the choices.

    Raises:
        ProcedureError: the answer was none of them.
    """
    answer = await run.ask(Choose(question=question, choices=choices, facts=facts))
    if isinstance(answer, Choice) and answer.choice in choices:
        return answer.choice
    raise no_choice(question, choices)


async def inspected(run: Run, items: tuple[str, ...], subject: str = "") -> dict[str, bool]:
    """The lines of a checklist: is it in order?

    Raises:
        ProcedureError: the answer names no line of the checklist.
    """
    answer = await run.ask(Inspect(items=items, subject=subject))
    said = answer.choice if isinstance(answer, Choice) else ""
    failing = () if said == _CONFORMS else tuple(item.strip() for item in said.split(","))
    if any(item not in items for item in failing):
        raise no_choice("inspect", (_CONFORMS, *items))
    return {item: item not in failing for item in items}


async def read_again(
    run: Run, found: Quantity, least: Quantity | None = None, most: Quantity | None = None
) -> None:
    """Say that what was read cannot be, before it is read again.

    Args:
        run: the world.
        found: the quantity that was read.
        least: the smallest that could be; None where there is no such bound.
        most: the largest that could be.
    """
    told = {name: "—" if bound is None else str(bound) for name, bound in (("least", least), ("most", most))}
    await chosen(run, "cannot_be", ("measure_again",), reading=str(found), **told)


def no_choice(question: str, choices: tuple[str, ...]) -> ProcedureError:
    """The answer to a question was none of its choices."""
    return ProcedureError(
        "procedure.answer",
        "The answer to {question} was none of its choices.",
        "Answer with one of: {choices}.",
        question=question,
        choices=", ".join(choices),
    )
