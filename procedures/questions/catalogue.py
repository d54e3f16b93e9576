"""The questions that there are, by kind, and the answers to a case file."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

from procedures.conformity import worst
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.questions.question import Answer, Question

_MODULES: Final = {
    "physics": ("air_and_water", "masses", "volumes", "oil", "meters", "gas_and_length"),
    "uncertainty": ("budgets", "propagation", "series"),
    "conformity": ("decisions", "scale_limits"),
    "risk": ("risks",),
    "limit": ("limits", "scale_limits", "meter_limits"),
    "rounding": ("roundings",),
}
"""of each kind; loaded when it is asked for"""
KINDS: Final = tuple(_MODULES)
_ROWS: Final = "case"
_MOST: Final = 1000
"""rows of one file"""


@cache
def questions(kind: str) -> Mapping[str, Question]:
    """All questions of a kind by id; the first is meant where a file names none."""
    found: dict[str, Question] = {}
    for name in _MODULES[kind]:
        several: tuple[Question, ...] = import_module(f"procedures.questions.{name}").QUESTIONS
        found |= {one.id: one for one in several if one.kind == kind}
    return found


def find(kind: str, quantity: object) -> Question:
    """A question.

    Raises:
        ProcedureError: the kind has none of that name.
    """
    known = questions(kind)
    if quantity is None and kind != "physics":
        return next(iter(known.values()))
    if not isinstance(quantity, str) or quantity not in known:
        raise ProcedureError(
            "question.unknown",
            "The kind {kind} has no quantity `{quantity}`.",
            'Write quantity = "NAME" with one of: {known}.',
            kind=kind,
            quantity="" if quantity is None else str(quantity),
            known=", ".join(known),
        )
    return known[quantity]


def answers(content: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The answer to each `[[case]]` of a file, whose other entries hold for all of them; else the one answer.

    Raises:
        ProcedureError: an entry is missing, unknown or impossible.
    """
    shared = {name: value for name, value in content.items() if name != _ROWS}
    rows = content.get(_ROWS, [{}])
    if (
        not isinstance(rows, list)
        or not 1 <= len(rows) <= _MOST
        or not all(isinstance(r, dict) for r in rows)
    ):
        raise ProcedureError(
            "question.rows",
            "The entry `case` is no list of tables.",
            "Write each of at most {most} cases under a line [[case]].",
            most=str(_MOST),
        )
    whole = [shared | row for row in rows]
    return tuple(find(str(shared["kind"]), one.get("quantity")).asked(one) for one in whole)


def outcome_of(found: tuple[Answer, ...]) -> Outcome | None:
    """The worst outcome among answers; None: nothing was to be decided."""
    decided = [one.outcome for one in found if one.outcome is not None]
    return worst(decided) if decided else None
