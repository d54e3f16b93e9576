"""What a rule table for flow meters holds: the limits of OIML R 117 by class and line, range of repeats."""

from datetime import date
from decimal import Decimal
from functools import cache

from procedures.meters.measuring_system_limits import Line, MeasuringSystemLimits, SmallVolume
from procedures.regulation import by_id, in_force
from procedures.throughput.rules import ThroughputRules


class FlowMeterRules(ThroughputRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for flow meters."""

    classes: dict[str, dict[Line, Decimal]]
    """percent"""
    small: tuple[SmallVolume, ...]
    minimum_share: Decimal
    intervals: Decimal
    repeatability_share: Decimal
    repeatability_from: int
    repeatability_citation: str

    @property
    def limits(self) -> MeasuringSystemLimits:
        """The limits as a table of their own."""
        return MeasuringSystemLimits(
            id=self.id,
            kind=self.kind,
            regulation=self.regulation,
            edition=self.edition,
            citation=self.limits_citation,
            classes=self.classes,
            small=self.small,
            minimum_share=self.minimum_share,
            intervals=self.intervals,
            repeatability_share=self.repeatability_share,
            repeatability_from=self.repeatability_from,
        )


def choose_rules(named: str | None, on: date) -> tuple[FlowMeterRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("flow_meters", on))


@cache
def _table(name: str) -> tuple[FlowMeterRules, str]:
    return by_id(name, FlowMeterRules)
