"""What a rule table for tank trucks holds: limits, fillings, sensitivity, plate, standards."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.point import Activity, Tolerance
from procedures.regulation import Regulation, by_id, in_force
from procedures.tank_trucks.instrument import Compartment, TankTruck
from procedures.vessels.drip import Drip
from procedures.vessels.limits import LimitStep, permitted_volume

Section = Literal["visual", "dimensions", "accuracy", "sensitivity"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common settings of the parts of a table."""

    citation: str


class LimitRules(_Part, frozen=True, kw_only=True):
    """Permitted errors of a compartment."""

    steps: tuple[LimitStep, ...] = ()
    """empty: nobody has read them"""
    activity_factor: dict[Activity, Decimal]


class SensitivityRules(_Part, frozen=True, kw_only=True):
    """How much the level rises."""

    added: Quantity
    """volume that is added at the mark"""
    least_rise: Quantity | None = None
    """of the level for a thousandth of the nominal volume; None: it is recorded without a limit"""


class StandardRules(_Part, frozen=True, kw_only=True):
    """What the determination of the volume must be good for."""

    least_ratio: Decimal
    """the permitted error is at least so many times its expanded uncertainty"""
    reference_temperature: Quantity
    drip: tuple[Drip, ...]


class PlateRules(_Part, frozen=True, kw_only=True):
    """What is measured for the plate of each compartment."""

    lengths: tuple[str, ...]
    volumes: tuple[str, ...]


class VisualRules(_Part, frozen=True, kw_only=True):
    """Ids of the lines of the checklist."""

    items: tuple[str, ...]


class TankTruckRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for tank trucks."""

    order: tuple[Section, ...]
    validity_years: int
    fillings: int
    """of each compartment"""
    limits: LimitRules
    sensitivity: SensitivityRules
    standards: StandardRules
    plate: PlateRules
    visual: VisualRules

    def tolerance(self, truck: TankTruck, compartment: Compartment, activity: Activity) -> Tolerance:
        """The limits of a compartment, mL.

        Raises:
            ProcedureError: no limit is known.
        """
        return permitted_volume(
            self.limits.steps,
            compartment.nominal,
            truck.own_limit,
            self.limits.activity_factor[activity],
            citation=self.limits.citation,
            rules=self.id,
        )


def choose_rules(named: str | None, on: date) -> tuple[TankTruckRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("tank_trucks", on))


@cache
def _table(name: str) -> tuple[TankTruckRules, str]:
    return by_id(name, TankTruckRules)
