"""The level gauge under test, and what a rule table for it holds: limits, levels, hysteresis."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Activity
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import Cited, SubjectRules
from procedures.subjects.sheet import Tested, check_dimensions

Installed = Literal["before", "after"]


class GaugeMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on it, and where it is tested."""

    accuracy_class: str = msgspec.field(name="class", default="2")
    range: Quantity
    """highest level"""
    installation: Installed = "after"
    """tested before it was installed, or on its tank"""
    d: Quantity | None = None


class LevelGauges(GaugeMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment."""

    meters: tuple[Tested, ...] = ()
    """the gauges; empty: one, with the identity of the assignment"""


class GaugeLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The larger of a part of the level and a length."""

    percent: Decimal
    least: Quantity


class LevelTestRules(Cited, frozen=True, kw_only=True):
    """Where a gauge is compared."""

    shares: tuple[str, ...]
    """of the range"""
    reference_temperature: Quantity
    """of the dip tape"""
    read_step: Quantity


class LevelGaugeRules(SubjectRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for level gauges."""

    classes: dict[str, dict[Installed, GaugeLimit]]
    hysteresis: dict[str, Quantity]
    """by class: the most that up and down may differ at one level"""
    hysteresis_citation: str
    tests: LevelTestRules

    def permitted(self, marks: GaugeMarks, level: Quantity, activity: Activity) -> Fraction:
        """The permitted error at a level, in mm.

        Raises:
            ProcedureError: the table does not have the class.
        """
        of_class = self.classes.get(marks.accuracy_class)
        if of_class is None:
            raise ProcedureError(
                "meter.unknown_class",
                "The table {rules} has no accuracy class {meter_class}.",
                "Known are: {known}.",
                rules=self.id,
                meter_class=marks.accuracy_class,
                known=", ".join(self.classes),
            )
        limit = of_class[marks.installation]
        part = abs(Fraction(level.to("mm").value)) * Fraction(limit.percent) / 100
        return max(part, Fraction(limit.least.to("mm").value)) * Fraction(self.factor[activity])

    def levels(self, marks: GaugeMarks) -> tuple[Quantity, ...]:
        """The levels of the test, down to a whole mm, rising."""
        whole = Fraction(marks.range.to("mm").value)
        return tuple(sorted({Quantity(int(whole * Fraction(share)), "mm") for share in self.tests.shares}))


def check_marks(marks: GaugeMarks) -> None:
    """Refuse marks that describe no gauge.

    Raises:
        ProcedureError: names the entry.
    """
    check_dimensions(marks, {"range": "length", "d": "length"})


def choose_rules(named: str | None, on: date) -> tuple[LevelGaugeRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("level_gauges", on))


@cache
def _table(name: str) -> tuple[LevelGaugeRules, str]:
    return by_id(name, LevelGaugeRules)
