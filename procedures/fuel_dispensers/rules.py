"""What a rule table for dispensers holds beside limits: flows, denominator, price, totaliser, measures."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec
import numpy as np

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.instrument import Dispenser, Nozzle
from procedures.meters.measuring_system_limits import MeasuringSystemLimits
from procedures.physics.computed import Computed, gathered
from procedures.physics.petroleum_1980 import Table, expansion, volume_correction
from procedures.point import Activity
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import Cited, VisualRules
from procedures.vessels.drip import Drip, drip_time

Section = Literal["visual", "accuracy", "repeatability", "price", "preset", "totaliser"]
Denominator = Literal["nominal", "indicated", "reference"]
"""what the error is a part of: the nominal delivery (the size of the measure), the volume shown, or the
volume in the measure. At exactly 100 mL in 20 L they give different verdicts."""


class FlowOfTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One flow, or one quantity, of the test."""

    name: str
    lower: Decimal | None = None
    """part of the greatest flow, inclusive; None: the flow is not limited"""
    upper: Decimal | None = None
    quantity: Literal["vessel", "mmq"] = "vessel"
    """delivered: a full measure, or the minimum measured quantity into a measure of that size"""
    repeats: int
    preset: bool = False
    """the first of them is done by preset"""
    price: bool = False
    """price is read at the first of them"""
    required: bool = True
    """False: a case may have it, a run does without"""


class RepeatabilityRules(Cited, frozen=True, kw_only=True):
    """Which deliveries the permitted range is about."""

    across: Literal["flow", "nozzle"]
    """repeats at one flow, or all full deliveries of a nozzle"""
    least: int
    """deliveries without which nothing is said"""


class TemperatureRules(Cited, frozen=True, kw_only=True):
    """What is corrected for temperature."""

    reference: Quantity
    """of measures whose certificate names none"""
    vessel: bool
    liquid: bool
    """the liquid is taken from the temperature in the measure to that at the dispenser"""


class PriceRules(Cited, frozen=True, kw_only=True):
    """Price shown against unit price × volume shown."""

    intervals: Decimal
    """it may be away from the exact product by so many price intervals"""
    interval: Decimal
    """where the dispenser's own is not known"""


class StepRules(Cited, frozen=True, kw_only=True):
    """A difference of two volumes counted in steps of the display."""

    intervals: Decimal
    step: Quantity
    """where the dispenser's own is not known"""


class StandardRules(Cited, frozen=True, kw_only=True):
    """What the measure must be good for."""

    least_ratio: Decimal
    """the permitted error is at least so many times its expanded uncertainty"""
    least_size: Quantity
    """smallest measure for a full delivery"""
    drip: tuple[Drip, ...]


class SharedRules(Cited, frozen=True, kw_only=True):
    """Nozzles with one meter."""

    accuracy: Literal["own", "together"]
    """a nozzle whose accuracy does not conform stands alone, or takes the others of its meter with it"""


class FuelDispenserRules(MeasuringSystemLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for fuel dispensers."""

    limits_citation: str
    activity_factor: dict[Activity, Decimal]
    """put before the permitted error"""
    denominator: Denominator
    order: tuple[Section, ...]
    validity_years: int
    flows: tuple[FlowOfTest, ...]
    repeatability: RepeatabilityRules
    temperature: TemperatureRules
    liquids: dict[str, Decimal]
    """cubic expansion, 1/°C"""
    price: PriceRules
    preset: StepRules
    totaliser: StepRules
    shared_meter: SharedRules
    standards: StandardRules
    visual: VisualRules

    def flow(self, name: str, path: str) -> FlowOfTest:
        """A flow by its name.

        Raises:
            ProcedureError: the test has no such flow.
        """
        for one in self.flows:
            if one.name == name:
                return one
        raise ProcedureError(
            "fuel_dispensers.flow_unknown",
            "The delivery at `{path}` names {flow}, which is no flow of this test.",
            "Its flows are: {known}.",
            path=path,
            flow=name,
            known=", ".join(flow.name for flow in self.flows),
        )

    def planned(self, marks: Dispenser, flow: FlowOfTest) -> int:
        """How many deliveries a nozzle has at a flow."""
        return max(marks.repeats or 0, flow.repeats)

    def liquid_expansion(self, nozzle: Nozzle) -> float | None:
        """β of what the nozzle delivers, 1/°C; None: not known.

        Raises:
            ProcedureError: the table does not know the liquid.
        """
        if nozzle.expansion is not None:
            return float(nozzle.expansion)
        if nozzle.density is not None:
            return float(expansion(Table.PRODUCT, float(nozzle.density.to("kg/m3").value)))
        if nozzle.liquid and nozzle.liquid not in self.liquids:
            raise ProcedureError(
                "fuel_dispensers.liquid_unknown",
                "The table {rules} has no liquid {liquid}.",
                "Known are: {known}. Or give expansion, or density at 15 °C.",
                rules=self.id,
                liquid=nozzle.liquid,
                known=", ".join(self.liquids),
            )
        return float(self.liquids[nozzle.liquid]) if nozzle.liquid else None

    def liquid_factor(self, nozzle: Nozzle, there: float, here: float) -> Computed | None:
        """How large a volume of liquid at the temperature `there` is at `here`; None: it is not known.

        By density with table 54B of ASTM D1250-80, otherwise 1 − β (there − here) as OIML R 117 has it.
        """
        if nozzle.expansion is None and nozzle.density is not None:
            density = float(nozzle.density.to("kg/m3").value)
            first, then = (volume_correction(Table.PRODUCT, density, t) for t in (there, here))
            return Computed(np.asarray(first.value / then.value), "", gathered(first, then))
        beta = self.liquid_expansion(nozzle)
        return None if beta is None else Computed(np.asarray(1 - beta * (there - here)), "")

    def drip(self, vessel: Quantity) -> Quantity:
        """How long a measure of this volume drips."""
        return drip_time(self.standards.drip, vessel)


def choose_rules(named: str | None, on: date) -> tuple[FuelDispenserRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("fuel_dispensers", on))


@cache
def _table(name: str) -> tuple[FuelDispenserRules, str]:
    return by_id(name, FuelDispenserRules)
