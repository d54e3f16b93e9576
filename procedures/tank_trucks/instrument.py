"""The tank under test: its compartments and what its walls are made of. Vehicle and owner are the order's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.vessels.filling import Walls
from procedures.vessels.limits import OwnLimit


class Compartment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One compartment."""

    id: str
    """its number, from the front"""
    nominal: Quantity
    """volume up to its mark"""


class TankTruck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entry `[uut]` of an assignment."""

    compartments: tuple[Compartment, ...]
    vehicle: str = ""
    """number plate"""
    chassis: str = ""
    liquid: str = ""
    """what it carries"""
    reference_temperature: Quantity | None = None
    """marked on it; None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""
    permitted: Quantity | None = None
    """limit that an officer read in the decree, without sign; goes before the table"""
    permitted_source: str = ""
    """decree, clause or table in which it stands"""

    @property
    def walls(self) -> Walls:
        """How it grows with warmth."""
        return Walls(
            reference_temperature=self.reference_temperature, expansion=self.expansion, material=self.material
        )

    @property
    def own_limit(self) -> OwnLimit:
        """The limit that the order brings, if it does."""
        return OwnLimit(permitted=self.permitted, permitted_source=self.permitted_source)

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
    ids = [one.id for one in truck.compartments]
    if not ids or len(set(ids)) < len(ids) or any(not one or "/" in one for one in ids):
        raise ProcedureError(
            "tank_trucks.ids",
            "The compartments {ids} cannot be told apart.",
            "Give each a number of its own, from the front, without a slash: 1, 2, 3.",
            ids=", ".join(ids) or "—",
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
