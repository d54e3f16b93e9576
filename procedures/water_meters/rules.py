"""What a rule table for water meters holds beside the limits: flows, repeats, checks, standards."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.meters.flow_rate import FlowBand, FlowRates
from procedures.meters.water_meter_limits import WaterMeterLimits, permitted_error
from procedures.point import Activity, Tolerance
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import VisualRules
from procedures.tolerance import symmetric
from procedures.water_meters.instrument import Marking, MeterMarks, OlderClass, flows_of

Section = Literal["visual", "start_flow", "accuracy", "same_sign"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common settings of the parts of a table."""

    citation: str


class FlowOfTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One flow of the test and the band in which the logged flow must lie, limits included."""

    name: str
    """`Q1`"""
    of: Literal["q1", "q2", "q3", "q4"]
    """the mark that the band is counted from; `q1` is Qmin, `q2` Qt and `q3` Qn of the older marking"""
    lower: Decimal
    upper: Decimal
    zone: Literal["lower", "upper"]
    """which limits hold"""

    def band(self, rates: FlowRates) -> FlowBand:
        """The band of a meter."""
        mark: Fraction = getattr(rates, self.of)
        return FlowBand(mark * Fraction(self.lower), mark * Fraction(self.upper), rates.unit)


class RepeatRules(_Part, frozen=True, kw_only=True):
    """How often each flow is run, and how the runs decide together."""

    runs: int
    rule: Literal["each", "two_of_three"]
    """`each` run must conform; or one run that does not is made up for by two of three and their mean"""


class SameSignRules(_Part, frozen=True, kw_only=True):
    """All errors of one sign: one at least must not exceed half its limit."""

    activities: tuple[Activity, ...]


class StartRules(_Part, frozen=True, kw_only=True):
    """The flow at which the register begins to move."""

    diameters: tuple[int, ...]
    """nominal diameters in mm for which it is looked for"""
    limit: Literal["q1", "q2"]
    """it must not be above this mark"""


class FlowLogRules(_Part, frozen=True, kw_only=True):
    """How the logged flow is judged."""

    ramp_share: Decimal
    """part of the time of flow that starting and stopping may take, at each end"""
    gap_s: Decimal
    """longest time without a logged flow"""


class StandardRules(_Part, frozen=True, kw_only=True):
    """What the determination of the reference volume must be good for."""

    least_ratio: Decimal
    """the permitted error is at least so many times its expanded uncertainty"""
    reference_temperature: Quantity
    """of vessels whose certificate names none"""
    drip: tuple["Drip", ...]


class Drip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Drip time of vessels up to a volume."""

    up_to: Quantity | None = None
    """inclusive; None: all larger ones"""
    time: Quantity


class WaterMeterRules(WaterMeterLimits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for water meters."""

    limits_citation: str
    in_service_activities: tuple[Activity, ...]
    """activities for which the limits of meters in service hold"""
    order: tuple[Section, ...]
    validity_years: int
    flows: dict[Marking, tuple[FlowOfTest, ...]]
    older_classes: dict[str, OlderClass]
    older_limit: Quantity = Quantity(15, "m3/h")
    """Qn from which the column `large` of the older classes holds"""
    ambiguity: dict[str, Decimal]
    """by accuracy class: how much of the volume in percent the reading may leave open"""
    repeats: RepeatRules
    same_sign: SameSignRules
    start_flow: StartRules
    flow_log: FlowLogRules
    standards: StandardRules
    visual: VisualRules

    def rates(self, marks: MeterMarks) -> FlowRates:
        """Q1 to Q4 of a meter."""
        return flows_of(marks, self.older_classes, self.older_limit)

    def tolerance(self, marks: MeterMarks, zone: str, temperature: Quantity, activity: Activity) -> Tolerance:
        """The limits in percent at a flow and a water temperature."""
        limit = permitted_error(
            self, marks.accuracy_class, zone, temperature, in_service=activity in self.in_service_activities
        )
        return symmetric(limit, self.limits_citation)

    def drip(self, vessel: Quantity) -> Quantity:
        """How long a vessel of this volume drips."""
        for step in self.standards.drip:
            if step.up_to is None or vessel <= step.up_to:
                return step.time
        return self.standards.drip[-1].time

    def sections(self, marks: MeterMarks, activity: Activity) -> tuple[Section, ...]:
        """The sections of a complete test."""
        skipped: set[str] = set()
        if activity not in self.same_sign.activities:
            skipped.add("same_sign")
        if marks.dn not in self.start_flow.diameters:
            skipped.add("start_flow")
        return tuple(name for name in self.order if name not in skipped)


def choose_rules(named: str | None, on: date) -> tuple[WaterMeterRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("water_meters", on))


@cache
def _table(name: str) -> tuple[WaterMeterRules, str]:
    return by_id(name, WaterMeterRules)
