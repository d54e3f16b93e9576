"""What a rule table for gas meters holds: limits by class and zone, weighted mean, errors of one sign."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

import msgspec

from procedures.errors import ProcedureError
from procedures.gas_meters.instrument import GasMarks, flows_of
from procedures.point import Activity
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import Cited
from procedures.throughput.rules import ThroughputRules


class GasClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one class in percent."""

    lower: Decimal
    """Qmin ≤ Q < Qt"""
    upper: Decimal
    """Qt ≤ Q ≤ Qmax"""
    weighted: Decimal
    """of the weighted mean error"""
    same_sign: Decimal
    """when all errors from Qt to Qmax have one sign, none may exceed this"""


class TransitionRules(Cited, frozen=True, kw_only=True):
    """Qt where it is not marked."""

    ratio_from: Decimal
    """Qmax/Qmin"""
    large: Decimal
    """least Qmax/Qt from that ratio on"""
    small: Decimal


class WeightingRules(Cited, frozen=True, kw_only=True):
    """k = Q/Qmax up to a share of Qmax, above it a number less Q/Qmax."""

    share: Decimal
    total: Decimal
    activities: tuple[Activity, ...]


class SignRules(Cited, frozen=True, kw_only=True):
    """When the rule on errors of one sign holds."""

    activities: tuple[Activity, ...]


class GasMeterRules(ThroughputRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for gas meters."""

    classes: dict[str, GasClass]
    transition: TransitionRules
    weighting: WeightingRules
    sign: SignRules

    def marks(self, marks: GasMarks) -> Mapping[str, Fraction]:
        """Qmin, Qt and Qmax in m3/h."""
        known = self.transition
        return flows_of(marks, known.ratio_from, known.large, known.small)

    def limits(self, accuracy_class: str) -> GasClass:
        """The limits of a class.

        Raises:
            ProcedureError: the table does not have it.
        """
        found = self.classes.get(accuracy_class)
        if found is None:
            raise ProcedureError(
                "meter.unknown_class",
                "The table {rules} has no accuracy class {meter_class}.",
                "Known are: {known}.",
                rules=self.id,
                meter_class=accuracy_class,
                known=", ".join(self.classes),
            )
        return found

    def permitted(self, marks: GasMarks, flow: Fraction, activity: Activity) -> Fraction:
        """The permitted error at a flow in m3/h, in %."""
        of_class = self.limits(marks.accuracy_class)
        limit = of_class.lower if flow < self.marks(marks)["qt"] else of_class.upper
        return Fraction(limit) * Fraction(self.factor[activity])


def choose_rules(named: str | None, on: date) -> tuple[GasMeterRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("gas_meters", on))


@cache
def _table(name: str) -> tuple[GasMeterRules, str]:
    return by_id(name, GasMeterRules)
