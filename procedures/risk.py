"""Probability of conformity, risks of a wrong decision, and guard bands.

Source: JCGM 106:2012 (= OIML G 1-106), 7 (conformance probability), 8.3 (guard bands), 9.3 and 9.5 (specific
and global risks). All quantities of a call share one unit; a missing limit is infinite. What is computed here
explains a decision and chooses guard bands; it never is the decision.
"""

from math import inf, pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FAR: Final = 38.0
"""beyond it a normal distribution has nothing that a float could hold"""


class GlobalRisk(NamedTuple):
    """What an acceptance rule does to a whole population; probabilities."""

    consumer: float
    """accepted and not conforming"""
    producer: float
    """rejected and conforming"""
    accepted: float
    conforming: float

    @property
    def consumer_among_accepted(self) -> float:
        """The part of the accepted that does not conform."""
        return self.consumer / self.accepted if self.accepted else 0.0


def conformance_probability(
    estimate: ArrayLike, standard: ArrayLike, lower: ArrayLike = -inf, upper: ArrayLike = inf
) -> Floats:
    """The probability that a quantity lies within its tolerance (JCGM 106:2012, 7.3 and 7.4).

    Args:
        estimate: the measured value, corrected; arrays broadcast.
        standard: its standard uncertainty, above zero.
        lower: lower limit of the tolerance.
        upper: upper limit.

    >>> round(float(conformance_probability(-5.47, 0.05, upper=-5.40)), 4)
    0.9192
    """
    from scipy.special import ndtr  # noqa: PLC0415 - a quarter of a second; a listing needs none

    y, u = np.asarray(estimate, dtype=np.float64), np.asarray(standard, dtype=np.float64)
    if not (u > 0).all():
        raise ValueError("a conformance probability needs an uncertainty above zero")
    low, high = (np.asarray(lower) - y) / u, (np.asarray(upper) - y) / u
    # Of two equal tails the small one is subtracted, so nothing cancels far from the limits.
    mirrored = low > 0
    low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    return np.asarray(ndtr(high) - ndtr(low), dtype=np.float64)


def guard_band_risk(guard: ArrayLike, coverage: float = 2.0) -> Floats:
    """The greatest risk of accepting what does not conform, at one limit, with a guard band of `guard` × U.

    Source: JCGM 106:2012, 8.3.2. `coverage` is the k of U.

    >>> round(float(guard_band_risk(1)), 6)
    0.02275
    """
    from scipy.special import ndtr  # noqa: PLC0415 - a quarter of a second; a listing needs none

    return np.asarray(ndtr(-coverage * np.asarray(guard, dtype=np.float64)), dtype=np.float64)


def guard_for_risk(risk: ArrayLike, coverage: float = 2.0) -> Floats:
    """The guard band, in U, that keeps the risk at one limit: the inverse of `guard_band_risk`.

    >>> round(float(guard_for_risk(0.05)), 2)
    0.82
    """
    from scipy.special import ndtri  # noqa: PLC0415 - a quarter of a second; a listing needs none

    return np.asarray(-ndtri(np.asarray(risk, dtype=np.float64)) / coverage, dtype=np.float64)


def global_risk(
    mean: float,
    deviation: float,
    standard: float,
    tolerance: tuple[float, float],
    acceptance: tuple[float, float] | None = None,
) -> GlobalRisk:
    """What is wrongly accepted and wrongly rejected of a normally distributed population.

    Source: JCGM 106:2012, 9.5.3 and 9.5.4, in closed form.

    Args:
        mean: of the population.
        deviation: standard deviation of the population, above zero.
        standard: standard uncertainty of the measurement, above zero.
        tolerance: lower and upper limit; either may be infinite.
        acceptance: limits that the measured value is compared with; None: those of the tolerance.

    >>> round(global_risk(0, 0.12, 0.04, (-0.2, 0.2)).consumer, 7)
    0.0189422
    """
    if not (deviation > 0 and standard > 0):
        raise ValueError("population and measurement need a standard deviation above zero")
    spread = float(np.hypot(deviation, standard))
    true = [(limit - mean) / deviation for limit in tolerance]
    seen = [(limit - mean) / spread for limit in acceptance or tolerance]
    angle = deviation / spread, standard / spread
    corner = [[_below(t, s, *angle) for s in seen] for t in true]
    both = corner[1][1] - corner[0][1] - corner[1][0] + corner[0][0]
    conforming = float(conformance_probability(0.0, 1.0, true[0], true[1]))
    accepted = float(conformance_probability(0.0, 1.0, seen[0], seen[1]))
    return GlobalRisk(
        consumer=max(accepted - both, 0.0),
        producer=max(conforming - both, 0.0),
        accepted=accepted,
        conforming=conforming,
    )


def _below(first: float, second: float, correlation: float, root: float) -> float:
    """P(X ≤ first and Y ≤ second) of two standard normal quantities; root is √(1 − correlation²).

    Source: D. B. Owen, Tables for computing bivariate normal probabilities, 1956 (unverified; tests hold it
    against an integral).
    """
    from scipy.special import ndtr, owens_t  # noqa: PLC0415 - a quarter of a second; a listing needs none

    h, k = (float(np.clip(limit, -_FAR, _FAR)) for limit in (first, second))
    if h == k == 0:
        return 0.25 + float(np.arcsin(correlation)) / (2 * pi)

    def tail(a: float, b: float) -> float:
        slope = (b - correlation * a) / (a * root) if a else float(np.copysign(inf, b))
        return float(owens_t(a, slope))

    opposite = h * k < 0 or (h * k == 0 and h + k < 0)
    return float(ndtr(h) + ndtr(k)) / 2 - tail(h, k) - tail(k, h) - (0.5 if opposite else 0.0)
