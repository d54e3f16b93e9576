"""The instruments of one run and what was seen of each: the parts that every kind of test has."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers

_LEAST, _MOST = Decimal("1e-9"), Decimal("1e12")
"""of a number on a data plate, in any unit (a choice of this program)"""


class Tested(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the instruments."""

    id: str
    """its place on the bench or its tag: `1`; the role `meter/1` reads it"""
    serial: str = ""
    maker: str = ""
    """where it differs from the order's"""
    model: str = ""
    year: str = ""
    owner: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every row of measurements has."""

    uncertainty: Quantity | None = None
    """expanded (k = 2), of the reference: in its unit, or in %"""
    faults: tuple[str, ...] = ()
    """ids of what makes this row decide nothing; a run fills it in"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Sheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One instrument's rows; each kind of test adds its own."""

    id: str = "1"
    serial: str = ""
    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""


P = TypeVar("P", bound=msgspec.Struct)


def read_plate(content: Mapping[str, Any], kind: type[P]) -> P:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        return from_builtins(dict(content), kind)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "subjects.plate",
            "The data of the instrument have a mistake: {mistake}.",
            'Correct that entry; a quantity is written with its unit, as in "5 A".',
            mistake=str(mistake),
        ) from None


def check_ids(ids: Sequence[str]) -> None:
    """Refuse instruments that cannot be told apart.

    Raises:
        ProcedureError: names them.
    """
    if len(set(ids)) < len(ids) or any(not one or "/" in one for one in ids):
        raise ProcedureError(
            "subjects.ids",
            "The instruments {ids} cannot be told apart.",
            "Give each an id of its own, without a slash: 1, 2, 3.",
            ids=", ".join(ids),
        )


def check_dimensions(marks: msgspec.Struct, wanted: Mapping[str, str]) -> None:
    """Refuse a mark of another dimension, one that is not above zero, or is beyond all instruments.

    Args:
        marks: the data plate.
        wanted: dimension by the name of the entry; an entry that is None is not marked.

    Raises:
        ProcedureError: names the entry.
    """
    for name, dimension in wanted.items():
        value = getattr(marks, name)
        if value is not None and (value.dimension != dimension or not _LEAST <= value.value <= _MOST):
            raise ProcedureError(
                "subjects.mark",
                "{name} = {value} cannot be: it must be a {dimension} above zero.",
                "Read it from the data plate again.",
                name=name,
                value=str(value),
                dimension=dimension,
            )
