"""What a rule table for tank trucks holds: limits, fillings, sensitivity, plate, standards."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from drivers.quantity import Quantity
from procedures.point import Activity, Tolerance
from procedures.regulation import Regulation, by_id, in_force
from procedures.subjects.rules import Cited, VisualRules
from procedures.tank_trucks.instrument import Compartment, TankTruck
from procedures.vessels.limits import LimitStep, permitted_volume
from procedures.vessels.rules import StandardRules
from procedures.water_meters.rules import FlowLogRules

Section = Literal["visual", "dimensions", "accuracy", "sensitivity"]


class LimitRules(Cited, frozen=True, kw_only=True):
    """Permitted errors of a compartment."""

    steps: tuple[LimitStep, ...] = ()
    """empty: nobody has read them"""
    activity_factor: dict[Activity, Decimal]


class SensitivityRules(Cited, frozen=True, kw_only=True):
    """How much the level rises."""

    added: Quantity
    """volume that is added at the mark"""
    least_rise: Quantity | None = None
    """of the level for a thousandth of the nominal volume; None: it is recorded without a limit"""


class PlateRules(Cited, frozen=True, kw_only=True):
    """What is measured for the plate of each compartment."""

    lengths: tuple[str, ...]
    volumes: tuple[str, ...]


class TankTruckRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for tank trucks."""

    order: tuple[Section, ...]
    validity_years: int
    fillings: int
    """of each compartment"""
    limits: LimitRules
    sensitivity: SensitivityRules
    standards: StandardRules
    flow_log: FlowLogRules
    """of a filling through a master meter"""
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
