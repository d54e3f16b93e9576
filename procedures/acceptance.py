"""Decision rules that know the uncertainty: guarded acceptance and the largest uncertainty that may decide.

The guard band is a multiple of the expanded uncertainty U: 0 is simple acceptance, 1 guarded acceptance as in
OIML R 111-1:2004, 5.2 and 5.3 (unverified), a negative multiple is guarded rejection (JCGM 106:2012, 8.3.3).
Where U is missing or too large for its tolerance nothing is decided, whatever the error is.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.conformity import decide, whole_digits
from procedures.errors import ProcedureError
from procedures.point import Outcome, Reason, Tolerance


class AcceptanceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an error, its tolerance and its uncertainty make a verdict; part of a rule table."""

    guard: Decimal = Decimal(0)
    """width of the guard band in expanded uncertainties, inside the tolerance; negative: outside it"""
    least_ratio: Decimal | None = None
    """half the width of the tolerance is at least this many U (3 for U ≤ MPE/3); None: U is not limited"""
    citation: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome with the limits that decided it."""

    outcome: Outcome
    acceptance: Tolerance
    """the tolerance less its guard bands"""
    reasons: tuple[Reason, ...] = ()
    """why it is not a plain comparison: `uncertainty_missing`, `uncertainty_too_large`, `guard_band`,
    `guard_bands_overlap`"""


SIMPLE: Final = AcceptanceRule()
"""the limits as they stand; the uncertainty has no say"""
GUARDED_THIRD: Final = AcceptanceRule(
    guard=Decimal(1), least_ratio=Decimal(3), citation="OIML R 111-1:2004, 5.2 and 5.3"
)
"""|error| ≤ MPE − U with U ≤ MPE/3; unverified: the clause was not read again"""


def accept(
    lowest: Quantity,
    highest: Quantity,
    tolerance: Tolerance,
    uncertainty: Quantity | None,
    rule: AcceptanceRule,
) -> Decision:
    """Decide about the interval in which an error lies; all comparisons are exact and inclusive.

    Args:
        lowest: lower end of the interval; equal to `highest` when the error is known exactly.
        highest: upper end, inclusive.
        tolerance: the permitted limits.
        uncertainty: expanded uncertainty U of the error; may be None under a rule that does not use it.
        rule: the decision rule.

    Raises:
        ProcedureError: the uncertainty is negative.

    >>> limits = Tolerance(lower=Quantity("-0.5", "mg"), upper=Quantity("0.5", "mg"))
    >>> error = Quantity("0.40", "mg")
    >>> accept(error, error, limits, Quantity("0.10", "mg"), GUARDED_THIRD).outcome.value
    'conforms'
    """
    if uncertainty is None:
        if rule.guard or rule.least_ratio is not None:
            missing = Reason(code="uncertainty_missing")
            return Decision(outcome=Outcome.INDETERMINATE, acceptance=tolerance, reasons=(missing,))
        return Decision(outcome=decide(lowest, highest, tolerance), acceptance=tolerance)
    if uncertainty.value < 0:
        raise ProcedureError(
            "acceptance.negative_uncertainty",
            "The uncertainty {uncertainty} is negative.",
            "Give the expanded uncertainty as it stands in the budget or the certificate, without sign.",
            uncertainty=str(uncertainty),
        )
    width = uncertainty * rule.guard
    inner = Tolerance(
        lower=_sum(tolerance.lower, width), upper=_sum(tolerance.upper, -width), citation=tolerance.citation
    )
    if too_large(uncertainty, tolerance, rule):
        reason = Reason(
            code="uncertainty_too_large",
            facts={"uncertainty": str(uncertainty), "least_ratio": str(rule.least_ratio)},
        )
        return Decision(outcome=Outcome.INDETERMINATE, acceptance=inner, reasons=(reason,))
    lower, upper = whole_digits(inner.lower, inner.upper)
    if lower > upper:
        reason = Reason(code="guard_bands_overlap", facts={"uncertainty": str(uncertainty)})
        return Decision(outcome=Outcome.INDETERMINATE, acceptance=inner, reasons=(reason,))
    outcome = decide(lowest, highest, inner)
    reasons: tuple[Reason, ...] = ()
    if outcome is not decide(lowest, highest, tolerance):
        reasons = (Reason(code="guard_band", facts={"width": str(width)}),)
    return Decision(outcome=outcome, acceptance=inner, reasons=reasons)


def too_large(uncertainty: Quantity, tolerance: Tolerance, rule: AcceptanceRule) -> bool:
    """Say whether an uncertainty is above the rule's share of half the width of the tolerance."""
    if rule.least_ratio is None:
        return False
    counted, lower, upper = whole_digits(uncertainty, tolerance.lower, tolerance.upper)
    return 2 * counted * Fraction(rule.least_ratio) > upper - lower


def _sum(limit: Quantity, width: Quantity) -> Quantity:
    """Add in the limit's unit; a guard band of zero leaves the limit as it is written."""
    return limit + width if width else limit
