"""The measure under test: what is marked on it, and how it is tested."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers
from procedures.vessels.under_test import UnderTest


class CapacityMeasure(UnderTest, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entry `[uut]` of an assignment."""

    measure_type: str = msgspec.field(name="type", default="bejana_ukur")
    """a type of the rule table: `bejana_ukur`, `takaran`"""
    accuracy_class: str = msgspec.field(name="class", default="")
    nominal: Quantity
    method: Literal["volumetric", "gravimetric"] = "volumetric"
    d: Quantity | None = None
    """smallest step on its neck"""
    repeats: int | None = None
    """fillings; None: as many as the rules ask for"""
    air_density: Quantity | None = None
    """for weighing; None: it is asked for as pressure, temperature and humidity"""


def read_measure(content: Mapping[str, Any]) -> CapacityMeasure:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        found = from_builtins(dict(content), CapacityMeasure)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "capacity_measures.plate",
            "The data of the measure have a mistake: {mistake}.",
            'Correct that entry; volumes are written as "20 L".',
            mistake=str(mistake),
        ) from None
    check_measure(found)
    return found


def check_measure(measure: CapacityMeasure) -> None:
    """Refuse marks that cannot be.

    Raises:
        ProcedureError: names the entry.
    """
    measure.check()
    for name in ("nominal", "d"):
        value = getattr(measure, name)
        if value is not None and (value.dimension != "volume" or value.value <= 0):
            raise ProcedureError(
                "capacity_measures.mark",
                "{name} = {value} cannot be: it must be a volume above zero.",
                "Read it from the measure again.",
                name=name,
                value=str(value),
            )
