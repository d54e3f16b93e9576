"""The tank under test: its compartments and what its walls are made of. Vehicle and owner are the order's."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers
from procedures.vessels.under_test import UnderTest

Method = Literal["volumetric", "master"]


class Compartment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One compartment."""

    id: str
    """its number, from the front"""
    nominal: Quantity
    """volume up to its mark"""


class TankTruck(UnderTest, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entry `[uut]` of an assignment."""

    compartments: tuple[Compartment, ...]
    vehicle: str = ""
    """number plate"""
    chassis: str = ""
    liquid: str = ""
    """what it carries"""
    method: Method = "volumetric"
    """filled from measures, or through a master meter"""
    filling_flow: Quantity | None = None
    """at which it is filled through the meter"""

    def compartment(self, name: str, path: str) -> Compartment:
        """A compartment by its number.

        Raises:
            ProcedureError: the tank has none of this number.
        """
        for one in self.compartments:
            if one.id == name:
                return one
        raise ProcedureError(
            "tank_trucks.compartment_unknown",
            "The row at `{path}` is of compartment {compartment}, which this tank does not have.",
            "Its compartments are: {known}.",
            path=path,
            compartment=name,
            known=", ".join(one.id for one in self.compartments),
        )


def read_truck(content: Mapping[str, Any]) -> TankTruck:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        found = from_builtins(dict(content), TankTruck)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "tank_trucks.plate",
            "The data of the tank have a mistake: {mistake}.",
            "Correct that entry: one entry for each compartment, with id and nominal.",
            mistake=str(mistake),
        ) from None
    check_truck(found)
    return found


def check_truck(truck: TankTruck) -> None:
    """Refuse compartments that cannot be.

    Raises:
        ProcedureError: names them.
    """
    truck.check()
    ids = [one.id for one in truck.compartments]
    if not ids:
        raise ProcedureError(
            "tank_trucks.no_compartments",
            "The tank has no compartments.",
            "Write each under [uut] as its plate has it: id and nominal.",
        )
    if len(set(ids)) < len(ids) or any(not one or "/" in one for one in ids):
        raise ProcedureError(
            "tank_trucks.ids",
            "The compartments {ids} cannot be told apart.",
            "Give each a number of its own, from the front, without a slash: 1, 2, 3.",
            ids=", ".join(ids),
        )
    flow = truck.filling_flow
    if flow is not None and (flow.dimension != "volume flow" or flow.value <= 0):
        flow = None
    if flow is None and (truck.method == "master" or truck.filling_flow is not None):
        raise ProcedureError(
            "tank_trucks.filling_flow",
            "A tank that is filled through a master meter needs the flow at which that is done.",
            'Write it under [uut], above zero: filling_flow = "400 L/min".',
        )
    for one in truck.compartments:
        if one.nominal.dimension != "volume" or one.nominal.value <= 0:
            raise ProcedureError(
                "tank_trucks.nominal",
                "Compartment {compartment} cannot have a volume of {nominal}.",
                "Read it from the plate again.",
                compartment=one.id,
                nominal=str(one.nominal),
            )
