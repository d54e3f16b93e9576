"""Questions of risk: probability of conformity, guard bands, risks of a whole population.

All numbers of one question share a unit, which the entries need not name.
"""

from math import inf
from typing import Final

from procedures import risk
from procedures.questions.entry import either, measured
from procedures.questions.question import Found, Question, figure

_LIMITS: Final = (measured("lower", "", "12.5", None), measured("upper", "", "16.3", None))
_K: Final = measured("coverage_factor", "", 2, 2)


def _probability(estimate: float, standard: float, lower: float | None, upper: float | None) -> Found:
    low, high = _open(lower, upper)
    found = float(risk.conformance_probability(estimate, standard, low, high))
    return Found(
        figures=(
            figure("conformance_probability", found, digits=8),
            figure("specific_risk", 1 - found, digits=8),
        )
    )


def _guard(guard: float, coverage_factor: float) -> Found:
    return Found(figures=(figure("risk", float(risk.guard_band_risk(guard, coverage_factor)), digits=8),))


def _guard_for(risk_at_limit: float, coverage_factor: float) -> Found:
    if not 0 < risk_at_limit < 1:
        raise ValueError(f"{risk_at_limit} is no probability between 0 and 1")
    return Found(
        figures=(figure("guard", float(risk.guard_for_risk(risk_at_limit, coverage_factor)), digits=8),)
    )


def _global(
    *,
    mean: float,
    deviation: float | None,
    in_tolerance: float | None,
    standard: float | None,
    uncertainty_ratio: float | None,
    deviation_ratio: float | None,
    lower: float | None,
    upper: float | None,
    guard_band: float,
) -> Found:
    low, high = _open(lower, upper)
    half = (high - low) / 2
    if deviation is None:
        deviation = _deviation(in_tolerance, half, mean - (low + high) / 2)
    if standard is None:
        standard = _standard(uncertainty_ratio, half / 2, deviation_ratio, deviation)
    acceptance = (low + guard_band, high - guard_band)
    if not acceptance[0] < acceptance[1]:
        raise ValueError("the guard bands leave nothing to accept")
    found = risk.global_risk(mean, deviation, standard, (low, high), acceptance)
    figures = (
        figure("consumer_risk", found.consumer, digits=9),
        figure("producer_risk", found.producer, digits=9),
        figure("conditional_consumer_risk", found.consumer_among_accepted, digits=9),
        figure("accepted", found.accepted, digits=9),
        figure("conforming", found.conforming, digits=9),
        figure("deviation", deviation),
        figure("standard_uncertainty", standard),
    )
    return Found(figures=figures)


def _standard(of_half: float | None, quarter: float, of_deviation: float | None, deviation: float) -> float:
    """U from a ratio: half the tolerance over U = 2 u (test uncertainty ratio), or population over u."""
    if of_half is not None and of_half > 0:
        return quarter / of_half
    if of_deviation is not None and of_deviation > 0:
        return deviation / of_deviation
    raise either("standard", "uncertainty_ratio")


def _deviation(in_tolerance: float | None, half: float, offset: float) -> float:
    """Of a population in the middle of its tolerance, of which so much conforms."""
    from scipy.special import ndtri  # noqa: PLC0415 - a quarter of a second; a listing needs none

    if in_tolerance is None:
        raise either("deviation", "in_tolerance")
    if not 0 < in_tolerance < 1 or offset or half == inf:
        raise ValueError("in_tolerance is a part between 0 and 1 of a population in the middle of two limits")
    return half / float(ndtri((1 + in_tolerance) / 2))


def _open(lower: float | None, upper: float | None) -> tuple[float, float]:
    low, high = -inf if lower is None else lower, inf if upper is None else upper
    if (low, high) == (-inf, inf) or not low < high:
        raise ValueError("a tolerance has a lower limit below its upper one, or one limit alone")
    return low, high


QUESTIONS: Final = (
    Question(
        kind="risk",
        id="conformance_probability",
        entries=(measured("estimate", "", "13.6"), measured("standard", "", "1.8"), *_LIMITS),
        answer=_probability,
        formula="p = Φ((upper − y)/u) − Φ((lower − y)/u)",
        source="JCGM 106:2012, 7.3 and 7.4",
        filled=("lower", "upper"),
    ),
    Question(
        kind="risk",
        id="guard_band_risk",
        entries=(measured("guard", "", 1), _K),
        answer=_guard,
        formula="Φ(−k g) at the acceptance limit, guard band g U",
        source="JCGM 106:2012, 8.3.2",
    ),
    Question(
        kind="risk",
        id="guard_for_risk",
        entries=(measured("risk_at_limit", "", "5 %"), _K),
        answer=_guard_for,
        formula="g = −Φ⁻¹(risk)/k",
        source="JCGM 106:2012, 8.3.2",
    ),
    Question(
        kind="risk",
        id="global_risk",
        entries=(
            measured("mean", "", 0, 0),
            measured("deviation", "", "0.12", None),
            measured("in_tolerance", "", "90 %", None),
            measured("standard", "", "0.04", None),
            measured("uncertainty_ratio", "", 4, None),
            measured("deviation_ratio", "", 4, None),
            measured("lower", "", "-0.2", None),
            measured("upper", "", "0.2", None),
            measured("guard_band", "", "0.04", 0),
        ),
        answer=_global,
        formula="R_C = P(accepted, not conforming);  R_P = P(rejected, conforming);  ratio: T/(2 u)",
        source="JCGM 106:2012, 9.5.3 and 9.5.4",
        filled=("deviation", "standard", "lower", "upper"),
    ),
)
