"""The decision about one weight: its error, its limit, its uncertainty and the rule of the table."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.acceptance import Decision, accept
from procedures.explanation import PointBudget
from procedures.point import Activity, Method, Outcome, Point, Reason, Tolerance
from procedures.weights import CLASSES
from procedures.weights_comparison.budget import budget_of, stated_uncertainty
from procedures.weights_comparison.instrument import TestedWeight, WeightSet
from procedures.weights_comparison.mass import Compared, largest_below, milligrams, no_such, stated
from procedures.weights_comparison.observation import Found
from procedures.weights_comparison.rules import Limits, WeightTestRules

_COVERAGE: Final = 2


@dataclass(frozen=True)
class Judged:
    """One weight's point, and what it rests on."""

    point: Point
    weight: TestedWeight
    decision: Decision
    used: Quantity | None
    """U of the decision"""
    compared: Compared | None = None
    budget: PointBudget | None = None

    @property
    def assumed(self) -> bool:
        """Whether the paper states no U, and the decision holds for the largest that the rule admits."""
        return self.used is not None and self.point.uncertainty is None


@dataclass(frozen=True)
class Judging:
    """One set under one table."""

    uut: WeightSet
    rules: WeightTestRules
    limits: Limits
    activity: Activity

    def weight(self, name: str) -> TestedWeight:
        """A weight of the set.

        Raises:
            ProcedureError: it has none of that mark.
        """
        by_id = {weight.id: weight for weight in self.uut.tested}
        return by_id.get(name) or no_such(name, by_id)

    def tolerance(self, weight: TestedWeight) -> Tolerance:
        """The permitted error of a weight."""
        return self.limits.tolerance(weight.nominal, self.uut.accuracy_class, self.rules, self.activity)

    def of_comparison(self, one: Compared, label: str) -> Judged:
        """A weight that was compared; its budget gives U."""
        budget = budget_of(one, self.uut, self.rules, self.limits, label)
        stated_as = None if budget is None else (stated_uncertainty(budget.budget), budget.coverage_factor)
        return self._judged(one.weight, label, one.error, stated_as, compared=one, budget=budget)

    def of_paper(self, row: Found, label: str) -> Judged:
        """A weight whose conventional mass somebody else found."""
        weight = self.weight(row.weight)
        error = milligrams(row.conventional_mass) - milligrams(weight.nominal)
        if row.uncertainty is None:
            return self._judged(weight, label, error, None, largest=self._largest(weight))
        found, factor = row.uncertainty.to("mg"), row.coverage_factor
        if factor < _COVERAGE:  # a narrower interval than the rule means
            found, factor = stated(milligrams(found) * _COVERAGE / Fraction(factor)), Decimal(_COVERAGE)
        return self._judged(weight, label, error, (found, factor))

    def lower_class(self, one: Judged) -> str:
        """The best of the lower classes in which the same result would conform; empty: none."""
        for name in CLASSES[CLASSES.index(self.uut.accuracy_class) + 1 :]:
            if self.limits.of(one.weight.nominal, name) is None or one.point.error is None:
                continue
            tolerance = self.limits.tolerance(one.weight.nominal, name, self.rules, self.activity)
            if self._decide(one.point.error, tolerance, one.used).outcome is Outcome.CONFORMS:
                return name
        return ""

    def _decide(self, error: Quantity, tolerance: Tolerance, uncertainty: Quantity | None) -> Decision:
        return accept(error, error, tolerance, uncertainty, self.rules.acceptance)

    def _judged(
        self,
        weight: TestedWeight,
        label: str,
        exact: Fraction,
        known: tuple[Quantity, Decimal] | None,
        *,
        largest: Quantity | None = None,
        compared: Compared | None = None,
        budget: PointBudget | None = None,
    ) -> Judged:
        tolerance, error = self.tolerance(weight), stated(exact)
        used = largest if known is None else known[0]
        decision = self._decide(error, tolerance, used)
        if largest is not None and decision.reasons:
            # inside the limits, and a smaller U than the largest would let it conform
            missing = Reason(code="uncertainty_missing")
            decision = Decision(
                outcome=Outcome.INDETERMINATE, acceptance=decision.acceptance, reasons=(missing,)
            )
        point = Point(
            section="accuracy",
            label=label,
            subject=weight.id,
            nominal=weight.nominal,
            reference=weight.nominal + error.to(weight.nominal.unit),
            error=error,
            tolerance=tolerance,
            uncertainty=None if known is None else known[0],
            coverage_factor=None if known is None else known[1],
            method=Method.COMPARISON,
            outcome=decision.outcome,
            reason=decision.reasons[0].code if decision.reasons else "",
            readings=compared.row.readings if compared is not None else (),
        )
        return Judged(point, weight, decision, used, compared, budget)

    def _largest(self, weight: TestedWeight) -> Quantity | None:
        """The largest U with which the rule decides; None: it sets no bound, or none is to be assumed."""
        ratio = self.rules.acceptance.least_ratio
        if ratio is None or not self.rules.assume_largest_uncertainty:
            return None
        limit = milligrams(self.tolerance(weight).upper)
        return largest_below(limit / Fraction(ratio))
