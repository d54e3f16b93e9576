"""What counts as an answer to a prompt, whoever gives it: typed words, JSON, a script."""

from typing import Any

from bench.errors import LaboratoryError
from bench.operator import Prompt
from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.action import (
    Answer,
    Choice,
    Choose,
    Done,
    Inspect,
    KeyAdded,
    Keyed,
    KeyIndication,
    KeyQuantity,
)


class AnswerError(LaboratoryError):
    """The answer does not fit the prompt; the prompt stands."""


def understand(prompt: Prompt, answer: Any) -> Answer:
    """Turn what an operator said into an answer.

    Args:
        prompt: what was asked.
        answer: `"done"`, one of the choices, `"1.5 g"`, or `{"value": "1.5", "unit": "g"}`.

    Raises:
        AnswerError: it is none of the answers that this prompt allows.
    """
    action = prompt.action
    match action:
        case KeyIndication() | KeyAdded():
            return Keyed(_quantity(prompt, answer))
        case KeyQuantity():
            keyed = _quantity(prompt, answer)
            if keyed.dimension != Quantity(0, action.unit).dimension:
                raise _refused(prompt, answer, f"a quantity in {action.unit}")
            return Keyed(keyed)
        case Inspect():
            return Choice(_inspected(prompt, action, answer))
        case Choose():
            if not isinstance(answer, str) or answer not in action.choices:
                raise _refused(prompt, answer, ", ".join(action.choices))
            return Choice(answer)
        case _:
            if answer != "done":
                raise _refused(prompt, answer, "done")
            return Done()


def _quantity(prompt: Prompt, answer: Any) -> Quantity:
    try:
        if isinstance(answer, dict):
            return Quantity(str(answer["value"]), str(answer["unit"]))
        return Quantity.parse(str(answer))
    except (UnitError, KeyError):
        raise _refused(prompt, answer, "a number and its unit, as in 1.5 g") from None


def _inspected(prompt: Prompt, action: Inspect, answer: Any) -> str:
    if answer in ("done", "conforms"):
        return "conforms"
    if not isinstance(answer, str):
        raise _refused(prompt, answer, "conforms, or the failing items joined by commas")
    failing = [item.strip() for item in answer.split(",")]
    if not failing or any(item not in action.items for item in failing):
        raise _refused(prompt, answer, f"conforms, or the failing items of {', '.join(action.items)}")
    return ",".join(failing)


def _refused(prompt: Prompt, answer: Any, allowed: str) -> AnswerError:
    return AnswerError(
        "operator.not_understood",
        "{answer} is no answer to {prompt}.",
        "Answer with {allowed}.",
        answer=repr(answer),
        prompt=prompt.id,
        allowed=allowed,
    )
