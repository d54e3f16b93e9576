"""What a rule table for weights holds: the decision, cycles, references, densities; limits stand in another.

The limits of all classes are those of one recommendation, whoever asks for them; a table names it.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule
from procedures.errors import ProcedureError
from procedures.point import Activity, Tolerance
from procedures.regulation import Regulation, by_id, in_force
from procedures.tolerance import symmetric
from procedures.weights import WeightRules

Section = Literal["visual", "accuracy"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Common settings of the parts of a table."""

    citation: str


class CycleRules(_Part, frozen=True, kw_only=True):
    """How often a weight is compared."""

    least: dict[str, dict[str, int]]
    """by order of weighing, then by class; a class that is missing has the number of `others`"""
    others: int
    of_unknown_spread: int
    """in a run, where no repeatability of the balance is known"""
    most_tested: int
    """n of a cycle AB1...BnA"""


class ReferenceRules(_Part, frozen=True, kw_only=True):
    """What a reference must be good for."""

    classes: dict[str, str]
    """by the class under test: the least class that will do"""
    share: str
    """part of the limit that its expanded uncertainty may be"""
    drift_share: Decimal
    """of its expanded uncertainty: half the width of its change since the calibration, where nobody knows"""


class Density(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a material."""

    density: Quantity
    uncertainty: Quantity
    """expanded (k = 2)"""


class BuoyancyRules(_Part, frozen=True, kw_only=True):
    """What is assumed about air and weights that nobody measured."""

    air_uncertainty: Quantity
    """standard, of the density of measured air"""
    unmeasured_air: Quantity
    """half the width around 1.2 kg/m³ of air that was not measured"""
    unknown_density_share: Decimal
    """of the limit: half the width of the buoyancy of a weight whose density is not known"""
    densities: dict[str, Density]


class UncertaintyRules(_Part, frozen=True, kw_only=True):
    """How the expanded uncertainty is stated."""

    probability: Decimal


class VisualRules(_Part, frozen=True, kw_only=True):
    """Ids of the lines of the checklist."""

    items: dict[str, tuple[str, ...]]
    """by class"""
    only_subsequent: tuple[str, ...]


class WeightTestRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for weights."""

    limits_table: str
    limits_citation: str
    order: tuple[Section, ...]
    validity_years: int
    factor: dict[Activity, Decimal]
    acceptance: AcceptanceRule
    assume_largest_uncertainty: bool
    """a paper without U is judged as if it were the largest that the rule admits, and the result says so"""
    cycles: CycleRules
    reference: ReferenceRules
    buoyancy: BuoyancyRules
    uncertainty: UncertaintyRules
    visual: VisualRules

    def least_cycles(self, cycle: str, accuracy_class: str) -> int:
        """How many cycles the rules ask for."""
        return self.cycles.least.get(cycle, {}).get(accuracy_class, self.cycles.others)

    def items(self, accuracy_class: str, activity: Activity) -> tuple[str, ...]:
        """The checklist of a class."""
        skipped = self.visual.only_subsequent if activity is Activity.INITIAL_VERIFICATION else ()
        return tuple(item for item in self.visual.items.get(accuracy_class, ()) if item not in skipped)


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of limits that a rule table names, whole, as a task keeps it."""

    table: WeightRules
    digest: str

    def of(self, nominal: Quantity, accuracy_class: str) -> Quantity | None:
        """The permitted error without factor; None where the table has no entry."""
        for text, row in self.table.limits.items():
            if Quantity.parse(text) == nominal:
                return row.get(accuracy_class)
        return None

    def tolerance(
        self, nominal: Quantity, accuracy_class: str, rules: WeightTestRules, activity: Activity
    ) -> Tolerance:
        """The permitted error of a weight at this activity, in mg.

        Raises:
            ProcedureError: the class has no weight of this mass.
        """
        limit = self.of(nominal, accuracy_class)
        if limit is None:
            raise ProcedureError(
                "weights.no_limit",
                "There is no permitted error for a weight of {nominal} of class {class}.",
                "Check mass and class; {table} has the masses that there are.",
                **{"nominal": str(nominal), "class": accuracy_class, "table": self.table.citation},
            )
        return symmetric((limit * rules.factor[activity]).to("mg"), rules.limits_citation)


def choose_rules(named: str | None, on: date) -> tuple[WeightTestRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("weights", on))


def limits_of(rules: WeightTestRules) -> Limits:
    """The limits that a rule table names.

    Raises:
        ProcedureError: there is no such table.
    """
    table, digest = by_id(rules.limits_table, WeightRules)
    return Limits(table=table, digest=digest)


@cache
def _table(name: str) -> tuple[WeightTestRules, str]:
    return by_id(name, WeightTestRules)
