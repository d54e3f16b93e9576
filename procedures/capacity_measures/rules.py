"""What a rule table for capacity measures holds: limits by type and class, repeats, standards."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.errors import ProcedureError
from procedures.point import Activity, Tolerance
from procedures.regulation import Regulation, by_id, in_force
from procedures.subjects.rules import Cited, looked_at
from procedures.vessels.limits import LimitStep, permitted_volume
from procedures.vessels.rules import StandardRules

Section = Literal["visual", "accuracy", "repeatability"]


class TypeRules(Cited, frozen=True, kw_only=True):
    """What holds for one type of measure."""

    classes: dict[str, tuple[LimitStep, ...]] = {}  # noqa: RUF012 -- msgspec gives each its own
    """limits by accuracy class; `none`: measures without one; empty: nobody has read them"""
    validity_years: int
    visual: tuple[str, ...]
    """ids of the lines of the checklist"""
    only_subsequent: tuple[str, ...] = ()
    """see `procedures.subjects.rules.VisualRules`"""

    def visual_at(self, activity: Activity) -> tuple[str, ...]:
        """The lines that are looked at."""
        return looked_at(self.visual, self.only_subsequent, activity)


class RepeatRules(Cited, frozen=True, kw_only=True):
    """How often it is filled."""

    fillings: int
    range_share: str
    """what the fillings may differ by, as a part of the permitted error: `1/3`"""


class CapacityMeasureRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for capacity measures."""

    activity_factor: dict[Activity, Decimal]
    """put before the permitted error"""
    order: tuple[Section, ...]
    types: dict[str, TypeRules]
    repeats: RepeatRules
    standards: StandardRules

    def of_type(self, measure: CapacityMeasure) -> TypeRules:
        """The rules of the type of a measure.

        Raises:
            ProcedureError: the table does not know the type.
        """
        try:
            return self.types[measure.measure_type]
        except KeyError:
            raise ProcedureError(
                "capacity_measures.type",
                "The table {rules} has no measure of type {type}.",
                "Known are: {known}.",
                rules=self.id,
                type=measure.measure_type,
                known=", ".join(self.types),
            ) from None

    def tolerance(self, measure: CapacityMeasure, activity: Activity) -> Tolerance:
        """The limits of a measure, mL.

        Raises:
            ProcedureError: no limit is known.
        """
        of_type = self.of_type(measure)
        return permitted_volume(
            of_type.classes.get(measure.accuracy_class or "none", ()),
            measure.nominal,
            measure.own_limit,
            self.activity_factor[activity],
            citation=of_type.citation,
            rules=self.id,
        )


def choose_rules(named: str | None, on: date) -> tuple[CapacityMeasureRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("capacity_measures", on))


@cache
def _table(name: str) -> tuple[CapacityMeasureRules, str]:
    return by_id(name, CapacityMeasureRules)
