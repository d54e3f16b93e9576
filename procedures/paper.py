"""What case files of all kinds share: a typed result is refused, a misspelt entry is corrected."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from procedures.errors import ProcedureError

_FOLLOWS: Final = frozenset(
    {"errors", "corrected_error", "tolerance", "bkd", "mpe", "limit", "outcome", "verdict", "result"}
    | {"hasil", "kesalahan", "sah", "batal", "e0", "points", "failing"}
)
"""names of what is computed, never typed; `error` may be a fact of a certificate and is told as unknown"""
_MOST_DIGITS: Final = 15
"""before the mark, or noughts after it"""
_UNKNOWN: Final = re.compile(r"unknown field `(?P<name>[^`]*)`(?: - at `(?P<path>[^`]*)`)?")


def refuse_typed(content: Mapping[str, Any], path: str = "$") -> None:
    """Refuse a case in which anybody wrote what must follow, or a number that cannot be.

    Raises:
        ProcedureError: names the entry.
    """
    for name, value in content.items():
        if str(name).lower() in _FOLLOWS:
            raise typed(f"`{name}` at `{path}`")
        rows = value if isinstance(value, list) else [value]
        for index, row in enumerate(rows):
            where = f"{path}.{name}[{index}]" if isinstance(value, list) else f"{path}.{name}"
            if isinstance(row, Mapping):
                refuse_typed(row, where)
            else:
                _refuse_endless(row, where)


def refuse_numbers(content: Mapping[str, Any], path: str = "$") -> None:
    """Refuse a bare number that cannot be, anywhere in what was written.

    Raises:
        ProcedureError: names the entry.
    """
    for name, value in content.items():
        for row in value if isinstance(value, list | tuple) else (value,):
            if isinstance(row, Mapping):
                refuse_numbers(row, f"{path}.{name}")
            else:
                _refuse_endless(row, f"{path}.{name}")


def _refuse_endless(value: object, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return
    number = Decimal(str(value))
    if number.is_finite() and (not number or -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS):
        return
    raise ProcedureError(
        "case.number",
        "{value} at `{where}` is no number that an instrument can have.",
        "Compare it with the data plate or the observation sheet.",
        value=f"{number:.3g}",
        where=where,
    )


def told(mistake: str, known: Iterable[str]) -> ProcedureError:
    """The error that a person understands, from what reading the file said.

    Args:
        mistake: the message, which names the path.
        known: all names of entries, for the nearest spelling.
    """
    unknown = _UNKNOWN.search(mistake)
    if unknown is None:
        return ProcedureError(
            "case.content",
            "The case has a mistake: {mistake}.",
            'Correct that entry; a quantity is written as "5 g".',
            mistake=mistake,
        )
    name, path = unknown["name"], unknown["path"] or "$"
    if name.lower() in _FOLLOWS | {"error", "readings", "faults"}:
        return typed(f"`{name}` at `{path}`")
    near = get_close_matches(name, sorted(known), n=1)
    if near:
        return ProcedureError(
            "case.misspelt_field",
            "The case has an unknown entry `{name}` at `{path}`.",
            "Did you mean `{near}`?",
            name=name,
            path=path,
            near=near[0],
        )
    return ProcedureError(
        "case.unknown_field",
        "The case has an unknown entry `{name}` at `{path}`.",
        "Remove it; a filled-in example shows the entries that there are.",
        name=name,
        path=path,
    )


def typed(entry: str) -> ProcedureError:
    """The error for what a person typed and what must follow from readings."""
    return ProcedureError(
        "case.typed_result",
        "The case has a typed-in result, {entry}.",
        "Remove it: errors, limits and verdicts follow from the readings and cannot be typed.",
        entry=entry,
    )
