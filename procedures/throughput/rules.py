"""What rule tables for meters of volume share: flows of the test, their bands, how a log is judged."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.meters.flow_rate import FlowBand
from procedures.subjects.rules import Cited, SubjectRules
from procedures.water_meters.rules import Drip, FlowLogRules


class FlowOfTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One flow of the test and the band in which the logged flow must lie, limits included."""

    name: str
    of: Literal["qmin", "qt", "qmax"]
    """the mark that the band is counted from"""
    lower: Decimal
    upper: Decimal


class VolumeRules(Cited, frozen=True, kw_only=True):
    """How a volume is let through."""

    least_time: Quantity
    """of one run"""
    reference_temperature: Quantity
    """of vessels whose certificate names none"""
    drip: tuple[Drip, ...]


class ThroughputRules(SubjectRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part that these tables share."""

    flows: tuple[FlowOfTest, ...]
    flow_log: FlowLogRules
    volumes: VolumeRules

    def band(self, flow: FlowOfTest, marks: Mapping[str, Fraction]) -> FlowBand:
        """The band of a meter, in m3/h."""
        mark = marks[flow.of]
        return FlowBand(mark * Fraction(flow.lower), mark * Fraction(flow.upper), "m3/h")

    def drip(self, vessel: Quantity) -> Quantity:
        """How long a vessel of this volume drips."""
        for step in self.volumes.drip:
            if step.up_to is None or vessel <= step.up_to:
                return step.time
        return self.volumes.drip[-1].time
