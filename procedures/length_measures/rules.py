"""What a rule table for measures of length holds: the limits of OIML R 35, points, conditions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import msgspec

from drivers.quantity import Quantity
from procedures.length_measures.instrument import LengthMarks
from procedures.meters.length_limits import LengthClass, LengthLimits, permitted_error
from procedures.point import Activity
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import Cited, SubjectRules


class IntervalStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of the length between two marks, up to an interval."""

    up_to: Quantity
    """inclusive"""
    limits: dict[str, Quantity]
    """by class"""


class LengthTestRules(Cited, frozen=True, kw_only=True):
    """Where a measure is compared, and under what conditions."""

    shares: tuple[str, ...]
    """of the nominal length: `1/2`"""
    reference_temperature: Quantity
    read_step: Quantity
    """what the eye can tell apart with the comparator"""


class LengthMeasureRules(SubjectRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for measures of length."""

    classes: dict[str, LengthClass]
    in_service_factor: Decimal
    """of measures in use, which is no verification"""
    intervals: tuple[IntervalStep, ...]
    intervals_citation: str
    tests: LengthTestRules

    def permitted(self, marks: LengthMarks, length: Quantity, activity: Activity) -> Quantity:
        """The permitted error of a length from the first mark on, in mm."""
        table = LengthLimits(
            id=self.id,
            kind=self.kind,
            regulation=self.regulation,
            edition=self.edition,
            citation=self.citation,
            classes=self.classes,
            in_service_factor=self.in_service_factor,
        )
        limit = permitted_error(table, marks.accuracy_class, length)
        return limit.to("mm") * self.factor[activity]

    def permitted_interval(self, marks: LengthMarks, interval: Quantity, activity: Activity) -> Quantity:
        """The permitted error of the length between two marks, in mm; beyond the steps as of any length."""
        for step in self.intervals:
            if interval <= step.up_to and marks.accuracy_class in step.limits:
                return step.limits[marks.accuracy_class].to("mm") * self.factor[activity]
        return self.permitted(marks, interval, activity)

    def lengths(self, marks: LengthMarks) -> tuple[Quantity, ...]:
        """Where the measure is compared, down to a whole mm."""
        whole = Fraction(marks.length.to("mm").value)
        found = {Quantity(int(whole * Fraction(share)), "mm") for share in self.tests.shares}
        return tuple(sorted(length for length in found if length.value > 0))


def choose_rules(named: str | None, on: date) -> tuple[LengthMeasureRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("length_measures", on))


@cache
def _table(name: str) -> tuple[LengthMeasureRules, str]:
    return by_id(name, LengthMeasureRules)
