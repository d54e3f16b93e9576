"""A question that has one answer: what it takes, the formula, its source, and the figures that come out.

Figures are rounded for a reader to as many significant digits as their formula carries, half to even, once;
nothing is compared with a figure. What is decided (an outcome) was compared exactly before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final, Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome, Reason
from procedures.questions.entry import NEEDED, Entry, as_toml
from procedures.uncertainty.budget import Budget

Kind = Literal["physics", "uncertainty", "conformity", "risk", "limit", "rounding"]

COMMON: Final = frozenset({"kind", "quantity", "label", "note"})
"""entries that every question may have; they decide nothing but which question it is"""
_DIGITS: Final = 9


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One number, or one word, of an answer."""

    name: str
    value: Decimal | str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a question's function gives back."""

    figures: tuple[Figure, ...]
    """the answer first, then the steps on the way"""
    warnings: tuple[Reason, ...] = ()
    outcome: Outcome | None = None
    """None: nothing was to be decided"""
    source: str = ""
    """in place of the question's own: the clause of the rule table used"""
    budgets: tuple[tuple[str, str, Budget], ...] = ()
    """of each result: its name, its unit, the budget"""


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer with all that a reader needs to do the sum again."""

    kind: str
    quantity: str
    label: str
    given: dict[str, Any]
    """the entries used, defaults included, as a file writes them"""
    figures: tuple[Figure, ...]
    formula: str
    source: str
    warnings: tuple[Reason, ...]
    outcome: Outcome | None
    budgets: tuple[tuple[str, str, Budget], ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question."""

    kind: Kind
    id: str
    entries: tuple[Entry, ...]
    answer: Callable[..., Found]
    """takes every entry by name"""
    formula: str
    source: str
    filled: tuple[str, ...] = ()
    """entries that may be left out and stand in the example nevertheless"""

    def example(self, place: str = "") -> str:
        """A filled-in case; entries that may be left out stand behind a #.

        Args:
            place: the table of the case within a file of several, `case`; empty: the file holds this one.
        """
        head = f"[[{place}]]\n" if place else f'kind = "{self.kind}"\n'
        lines, rows = [f'{head}quantity = "{self.id}"'], []
        for one in self.entries:
            mark = "" if one.default is NEEDED or one.name in self.filled else "# "
            if isinstance(one.example, list) and isinstance(one.example[0], dict):
                name = f"{place}.{one.name}" if place else one.name
                for row in one.example:
                    entries = [f"[[{name}]]", *(f"{key} = {as_toml(value)}" for key, value in row.items())]
                    rows += [mark + line for line in entries]
            else:
                lines.append(f"{mark}{one.name} = {as_toml(one.example)}")
        return "\n".join([*lines, *rows]) + "\n"

    def asked(self, content: Mapping[str, Any]) -> Answer:
        """The answer to one case.

        Raises:
            ProcedureError: an entry is missing, unknown, misspelt or impossible.
        """
        names = [one.name for one in self.entries]
        for name in content:
            if name not in COMMON and name not in names:
                raise _unknown(name, names, self.id)
        values = {one.name: one.read(content) for one in self.entries}
        found = self._found(values)
        given = {one.name: content.get(one.name, one.default) for one in self.entries}
        return Answer(
            kind=self.kind,
            quantity=self.id,
            label=str(content.get("label", "")),
            given={name: value for name, value in given.items() if value is not None},
            figures=found.figures,
            formula=self.formula,
            source=found.source or self.source,
            warnings=found.warnings,
            outcome=found.outcome,
            budgets=found.budgets,
        )

    def _found(self, values: Mapping[str, Any]) -> Found:
        import numpy as np  # noqa: PLC0415 - a list of questions needs none

        try:
            with np.errstate(divide="raise", over="raise", invalid="raise"):
                return self.answer(**values)
        except ArithmeticError:
            raise _impossible(self.id, "a division by nothing, or a number beyond all measure") from None
        except ValueError as mistake:
            raise _impossible(self.id, str(mistake)) from None


def _impossible(quantity: str, why: str) -> ProcedureError:
    return ProcedureError(
        "question.impossible",
        "The question {quantity} has no answer with these entries: {mistake}.",
        "Check the entries and their units.",
        quantity=quantity,
        mistake=why,
    )


def figure(name: str, value: float, unit: str = "", digits: int = _DIGITS) -> Figure:
    """A float as a figure with so many significant digits, zeros at the end kept off.

    >>> figure("density", 1.19931434, "kg/m³", 7).value
    Decimal('1.199314')
    """
    if not isfinite(value):
        raise ArithmeticError(f"{name} is {value}")
    rounded = Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(repr(float(value)))
    return Figure(name=name, value=Decimal(f"{rounded.normalize():f}") + 0, unit=unit)


def exactly(name: str, quantity: Quantity) -> Figure:
    """A decimal quantity with all its digits."""
    unit = "" if quantity.unit == "1" else quantity.unit
    return Figure(name=name, value=quantity.value, unit=unit)


def _unknown(name: str, names: list[str], quantity: str) -> ProcedureError:
    near = get_close_matches(name, names, n=1)
    return ProcedureError(
        "question.unknown_entry",
        "The question {quantity} has no entry `{name}`.",
        "Known are: {known}. The nearest is `{near}`.",
        quantity=quantity,
        name=name,
        known=", ".join(names),
        near=near[0] if near else names[0],
    )
