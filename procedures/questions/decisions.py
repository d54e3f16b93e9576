"""Questions of conformity: an error, its limits, its uncertainty, a rule; signs, repeats, ranges.

All comparisons are exact and inclusive; the probability beside a decision explains it and decides nothing.
"""

from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule, accept
from procedures.conformity import decide
from procedures.meters import water_meter_limits
from procedures.meters.relative_error import percent_of
from procedures.point import Outcome, Tolerance
from procedures.questions.entry import Entry, choice, decimal, either, exact, exacts, unequal
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.risk import conformance_probability
from procedures.tolerance import symmetric

_RULES: Final = {
    "simple": AcceptanceRule(),
    "guarded": AcceptanceRule(guard=Decimal(1)),
    "guarded_third": AcceptanceRule(guard=Decimal(1), least_ratio=Decimal(3)),
    "simple_third": AcceptanceRule(least_ratio=Decimal(3)),
    "rejection": AcceptanceRule(guard=Decimal(-1)),
}
_LIMITS: Final = (
    exact("limit", "quantity", "0.5 mg", None),
    exact("lower", "quantity", "-0.5 mg", None),
    exact("upper", "quantity", "0.5 mg", None),
)


def _tolerance(limit: Quantity | None, lower: Quantity | None, upper: Quantity | None) -> Tolerance:
    if limit is not None and lower is None and upper is None:
        return symmetric(abs(limit), "")
    if limit is not None or lower is None or upper is None:
        raise either("limit", "lower and upper")
    return Tolerance(lower=lower, upper=upper)


def _error(
    *,
    error: Quantity | None,
    lowest: Quantity | None,
    highest: Quantity | None,
    indication: Quantity | None,
    reference: Quantity | None,
    relative_to: str,
    nominal: Quantity | None,
    limit: Quantity | None,
    lower: Quantity | None,
    upper: Quantity | None,
    uncertainty: Quantity | None,
    coverage_factor: Decimal,
    rule: str,
    guard: Decimal | None,
    least_ratio: Decimal | None,
) -> Found:
    if error is None and indication is not None and reference is not None:
        error = _of_readings(indication, reference, relative_to, nominal)
    low, high = (error, error) if error is not None else (lowest, highest)
    if low is None or high is None:
        raise either("error", "indication and reference")
    tolerance = _tolerance(limit, lower, upper)
    chosen = _RULES[rule]
    if guard is not None or least_ratio is not None:
        chosen = AcceptanceRule(guard=guard or Decimal(0), least_ratio=least_ratio)
    found = accept(low, high, tolerance, uncertainty, chosen)
    figures = [exactly("error", low)] if low == high else [exactly("lowest", low), exactly("highest", high)]
    figures += [
        exactly("lower_acceptance", found.acceptance.lower),
        exactly("upper_acceptance", found.acceptance.upper),
    ]
    if uncertainty is not None and uncertainty.value > 0 and low == high:
        figures.append(_probability(low, tolerance, uncertainty, coverage_factor))
    return Found(figures=tuple(figures), outcome=found.outcome, warnings=found.reasons)


def _of_readings(
    indication: Quantity, reference: Quantity, relative_to: str, nominal: Quantity | None
) -> Quantity:
    difference = indication - reference
    match relative_to:
        case "none":
            return difference
        case "reference":
            return percent_of(difference, reference)
        case "indication":
            return percent_of(difference, indication)
        case _:
            if nominal is None:
                raise either("nominal", 'relative_to = "reference"')
            return percent_of(difference, nominal)


def _probability(error: Quantity, tolerance: Tolerance, uncertainty: Quantity, k: Decimal) -> Figure:
    unit = error.unit
    u = float(uncertainty.to(unit).value) / float(k)
    limits = (float(one.to(unit).value) for one in (tolerance.lower, tolerance.upper))
    return figure(
        "conformance_probability", float(conformance_probability(float(error.value), u, *limits)), digits=6
    )


def _same_sign(errors: tuple[Quantity, ...], limits: tuple[Quantity, ...]) -> Found:
    if len(errors) != len(limits):
        raise unequal("errors", "limits")
    within = [decide(one, one, symmetric(limit, "")) for one, limit in zip(errors, limits, strict=True)]
    each = Outcome.CONFORMS if set(within) == {Outcome.CONFORMS} else Outcome.DOES_NOT_CONFORM
    signs = water_meter_limits.equal_signs(errors, limits)
    outcome = each if each is not Outcome.CONFORMS else signs
    figures = (
        Figure(name="each_within_limits", value=each.value),
        Figure(name="same_sign", value=signs.value),
    )
    return Found(figures=figures, outcome=outcome)


def _repeats(errors: tuple[Quantity, ...], limit: Quantity) -> Found:
    outcome = water_meter_limits.repeated_runs(errors, [limit] * len(errors))
    return Found(figures=(Figure(name="runs", value=Decimal(len(errors))),), outcome=outcome)


def _range(errors: tuple[Quantity, ...], limit: Quantity) -> Found:
    spread = max(errors) - min(errors)
    outcome = decide(spread, spread, Tolerance(lower=limit * 0, upper=limit))
    return Found(figures=(exactly("range", spread),), outcome=outcome)


_K: Final[Entry] = decimal("coverage_factor", 2, 2)

QUESTIONS: Final = (
    Question(
        kind="conformity",
        id="error",
        entries=(
            exact("error", "quantity", "0.40 mg", None),
            exact("lowest", "quantity", "0.3 mg", None),
            exact("highest", "quantity", "0.5 mg", None),
            exact("indication", "quantity", "20.00 L", None),
            exact("reference", "quantity", "19.90 L", None),
            choice("relative_to", ("none", "reference", "indication", "nominal"), "none"),
            exact("nominal", "quantity", "20 L", None),
            *_LIMITS,
            exact("uncertainty", "quantity", "0.10 mg", None),
            _K,
            choice("rule", tuple(_RULES), "simple"),
            decimal("guard", 1, None),
            decimal("least_ratio", 3, None),
        ),
        answer=_error,
        formula="lower + g U ≤ E ≤ upper − g U, inclusive, nothing rounded; U ≤ (upper − lower)/(2 r)",
        source="JCGM 106:2012, 8; OIML R 111-1:2004, 5.2 and 5.3 (rule guarded_third, unverified)",
        filled=("error", "limit", "uncertainty", "rule"),
    ),
    Question(
        kind="conformity",
        id="same_sign",
        entries=(
            exacts("errors", "%", ["4.9 %", "1.9 %", "1.9 %"]),
            exacts("limits", "%", ["5 %", "2 %", "2 %"]),
        ),
        answer=_same_sign,
        formula="each |E| ≤ limit; where all have one sign, one at least has 2 |E| ≤ limit",
        source="OIML R 49-1:2013, 4.2 (unverified)",
    ),
    Question(
        kind="conformity",
        id="repeated_runs",
        entries=(exacts("errors", "%", ["2.1 %", "1.9 %", "1.8 %"]), exact("limit", "%", "2 %")),
        answer=_repeats,
        formula="the first within its limit, or of three runs two and their mean",
        source="OIML R 49-2:2013 (unverified)",
    ),
    Question(
        kind="conformity",
        id="range",
        entries=(
            exacts("errors", "quantity", ["-0.10 %", "0.05 %", "-0.14 %"]),
            exact("limit", "quantity", "0.2 %"),
        ),
        answer=_range,
        formula="greatest − least ≤ limit",
        source="OIML R 117-1:2019 (2/5 of the permitted error, unverified); any rule with a range",
    ),
)
