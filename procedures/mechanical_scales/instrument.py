"""A mechanical scale as its data plate describes it; its verification scale interval follows from the rules.

The types are the categories of the Indonesian rules and keep their Indonesian names.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers
from procedures.scales.instrument import check_unit


class ScaleType(StrEnum):
    """What kind of mechanical scale it is."""

    MEJA = "meja"
    """counter scale with two pans and loose weights"""
    DACIN = "dacin"
    """steelyard with a sliding poise, hung up"""
    SENTISIMAL = "sentisimal"
    """platform scale with a lever ratio of 1 : 100"""
    BOBOT_INGSUT = "bobot_ingsut"
    """platform scale with sliding poises"""
    PEGAS = "pegas"
    """spring scale with a pointer or dial"""
    NERACA_OBAT = "neraca_obat"
    """two-pan balance for medicines"""
    NERACA_EMAS = "neraca_emas"
    """two-pan balance for gold"""


class MechanicalScale(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"scale_type": "type"},
):
    """The metrological data of one mechanical scale."""

    scale_type: ScaleType
    max: Quantity
    min: Quantity | None = None
    d: Quantity | None = None
    """smallest interval between two marks; None: the scale has no marks"""

    @property
    def unit(self) -> str:
        """The unit in which errors are computed: that of d, else one step below that of Max."""
        return self.d.unit if self.d is not None else {"t": "kg", "kg": "g"}.get(self.max.unit, self.max.unit)


def read_scale(content: Mapping[str, Any]) -> MechanicalScale:
    """Read the metrological data of an assignment.

    Raises:
        ProcedureError: something is missing or impossible; names the entry.
    """
    refuse_numbers(content, "$.uut")
    try:
        scale = from_builtins(dict(content), MechanicalScale)
    except msgspec.ValidationError as mistake:
        raise ProcedureError(
            "mechanical_scales.content",
            "The data of the scale have a mistake: {mistake}.",
            'Correct that entry; a quantity is written as "5 g", the type as one of: {types}.',
            mistake=str(mistake),
            types=", ".join(ScaleType),
        ) from None
    check_form(scale)
    return scale


def check_form(scale: MechanicalScale) -> None:
    """Refuse data that describe no scale at all.

    Raises:
        ProcedureError: names what is missing or contradicts itself.
    """
    for name, mass in (("max", scale.max), ("d", scale.d), ("min", scale.min)):
        if mass is None:
            continue
        if mass.dimension != "mass":
            raise _impossible(f"{name} = {mass} is no mass")
        check_unit(mass)
        if mass.value < 0 or (not mass and name != "min") or mass > scale.max:
            raise _impossible(f"{name} = {mass} does not fit Max = {scale.max}")


def _impossible(why: str) -> ProcedureError:
    return ProcedureError(
        "scale.impossible",
        "The data of the scale cannot be right: {why}.",
        "Compare them with the data plate.",
        why=why,
    )
