"""One delivery judged: what the measure held at the dispenser, the error as an exact part, and its limit.

E = (I − V)/D, where the rule table says what D is: the nominal delivery, the volume shown or the volume in
the measure. Permitted is what the table permits for D: |I − V| ≤ limit(D) is compared, exact and inclusive.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule, too_large
from procedures.conformity import decide
from procedures.errors import ProcedureError
from procedures.fuel_dispensers.instrument import Dispenser
from procedures.fuel_dispensers.observation import Delivery
from procedures.fuel_dispensers.rules import Denominator, FlowOfTest, FuelDispenserRules
from procedures.meters.measuring_system_limits import (
    check_step,
    permitted_error,
    permitted_range,
    refuse_below,
)
from procedures.meters.relative_error import percent_of
from procedures.point import Activity, Outcome, Reason, Tolerance
from procedures.tolerance import symmetric
from procedures.vessels.judging import MOST_APART
from procedures.vessels.measured import Held, Measured, celsius, held, litres

DENOMINATORS: Final[tuple[Denominator, ...]] = ("nominal", "indicated", "reference")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One delivery, judged by itself."""

    nozzle: str
    flow: FlowOfTest
    number: int
    row: Delivery
    reference: Quantity
    whole: Quantity
    """D: what the error is a part of"""
    tolerance: Tolerance
    outcome: Outcome
    reason: str
    notices: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """Which delivery it is, in the labels of its points."""
        return f"{self.nozzle}/{self.flow.name}/{self.number}"

    @property
    def deviation(self) -> Quantity:
        """I − V, exact."""
        return self.row.indication - self.reference

    @property
    def share(self) -> Fraction:
        """(I − V)/D in percent, exact."""
        whole = self.whole.to("L")
        return Fraction(self.deviation.to("L").value) * 100 / Fraction(whole.value)

    @property
    def error(self) -> Quantity:
        """The same as a decimal, rounded away from zero at the twelfth place."""
        return percent_of(self.deviation, self.whole)


@dataclass(frozen=True)
class Limits:
    """Dispensers of one kind under one table, for one activity."""

    marks: Dispenser
    rules: FuelDispenserRules
    activity: Activity

    def __post_init__(self) -> None:
        """A step that would widen all limits is told before any row."""
        check_step(self.rules, self.marks.accuracy_class, self.marks.d, self.marks.mmq)

    def permitted(self, volume: Quantity) -> Quantity:
        """The permitted error of a delivery of this volume, without sign."""
        limit = permitted_error(
            self.rules,
            self.marks.accuracy_class,
            volume,
            minimum_quantity=self.marks.mmq,
            scale_interval=self.marks.d if self.marks.mmq is not None else None,
        )
        return limit * self.rules.activity_factor[self.activity]

    def range_at(self, volume: Quantity) -> Quantity | None:
        """The permitted range of repeats in percent; None: the quantity is too small for one."""
        least = self.marks.mmq or Quantity(0, "L")
        return permitted_range(self.rules, self.marks.accuracy_class, volume, least)

    def run(self, nozzle: str, number: int, row: Delivery, path: str) -> Run:
        """Judge one delivery.

        Raises:
            ProcedureError: it cannot be judged; names the row.
        """
        flow = self.rules.flow(row.at, path)
        _check(row, path)
        refuse_below(row.indication, self.marks.mmq)
        in_vessel = held(row.vessel, self.rules.temperature.reference, path)
        reference, notices = self._reference(nozzle, row, in_vessel)
        whole = _whole(self.rules.denominator, row, reference)
        limit = self.permitted(whole)
        outcome, reason = self._decided(row.indication - reference, limit, row)
        blind = self.marks.d is not None and self.marks.d > limit
        coarse = ("step_too_coarse",) if blind else ()
        faults = (*row.faults, *self._flow_faults(row, flow), *coarse)
        if faults:
            outcome, reason = Outcome.INDETERMINATE, faults[0]
        elif self._disputed(row, reference, outcome):
            facts = {"point": f"accuracy/{nozzle}/{row.at}/{number}", "denominator": self.rules.denominator}
            notices += (Reason(code="denominator_decides", facts=facts),)
        return Run(
            nozzle=nozzle,
            flow=flow,
            number=number,
            row=row,
            reference=reference,
            whole=whole,
            tolerance=symmetric(percent_of(limit, whole), self.rules.limits_citation),
            outcome=outcome,
            reason=reason,
            notices=notices,
        )

    def _decided(self, deviation: Quantity, limit: Quantity, row: Delivery) -> tuple[Outcome, str]:
        tolerance = symmetric(limit, "")
        rule = AcceptanceRule(least_ratio=self.rules.standards.least_ratio)
        doubt = row.uncertainty
        if doubt is not None and doubt.unit == "%":
            doubt = row.vessel.nominal * (doubt.value / 100)
        if doubt is not None and too_large(doubt, tolerance, rule):
            return Outcome.INDETERMINATE, "uncertainty_too_large"
        return decide(deviation, deviation, tolerance), ""

    def _disputed(self, row: Delivery, reference: Quantity, outcome: Outcome) -> bool:
        """Whether another denominator would have decided otherwise."""
        if outcome is Outcome.INDETERMINATE:
            return False
        deviation = row.indication - reference
        wholes = (_whole(one, row, reference) for one in DENOMINATORS)
        found = {decide(deviation, deviation, symmetric(self.permitted(whole), "")) for whole in wholes}
        return len(found) > 1

    def _reference(self, nozzle: str, row: Delivery, found: Held) -> tuple[Quantity, tuple[Reason, ...]]:
        """What left the dispenser, as large as it was there."""
        rules, notices = self.rules.temperature, found.notices
        if found.vessel is None or row.vessel.temperature is None or not rules.vessel:
            reason = _told("vessel_temperature_missing", row.vessel) if rules.vessel else None
            return found.read, (*notices, *([reason] if reason else []))
        if not rules.liquid or row.product_temperature is None:
            if rules.liquid:
                notices += (_told("product_temperature_missing", row.vessel),)
            return found.volume, notices
        there, here = celsius(row.vessel.temperature), celsius(row.product_temperature)
        factor = self.rules.liquid_factor(self.marks.nozzle(nozzle), there, here)
        if factor is None:
            return found.volume, (*notices, Reason(code="liquid_unknown", facts={"nozzle": nozzle}))
        volume = float(found.read.value) * float(found.vessel.growth) * factor.number
        return litres(volume), (*notices, *factor.warnings)

    def _flow_faults(self, row: Delivery, flow: FlowOfTest) -> list[str]:
        if row.flow is None or self.marks.max_flow is None or flow.lower is None or flow.upper is None:
            return []
        low, high = self.marks.max_flow * flow.lower, self.marks.max_flow * flow.upper
        return [] if low <= row.flow <= high else ["flow_outside_band"]


def _whole(denominator: Denominator, row: Delivery, reference: Quantity) -> Quantity:
    match denominator:
        case "nominal":
            return row.vessel.nominal
        case "indicated":
            return row.indication
        case "reference":
            return reference


def _check(row: Delivery, path: str) -> None:
    if row.indication.dimension != "volume" or row.indication.value <= 0:
        raise ProcedureError(
            "fuel_dispensers.indication",
            "The indication {indication} at `{path}` cannot be: it must be a volume above zero.",
            "Read the display again.",
            indication=str(row.indication),
            path=path,
        )
    if abs(row.indication - row.vessel.nominal) > row.vessel.nominal * MOST_APART:
        raise ProcedureError(
            "fuel_dispensers.vessel_size",
            "A delivery of {indication} (at `{path}`) does not fill a measure of {nominal} to its neck.",
            "Check the size of the measure and the volume shown.",
            indication=str(row.indication),
            nominal=str(row.vessel.nominal),
            path=path,
        )


def _told(code: str, vessel: Measured) -> Reason:
    return Reason(code=code, facts={"vessel": str(vessel.nominal)})
