"""From a combined to an expanded uncertainty: effective degrees of freedom and the coverage factor.

Source: JCGM 100:2008, annex G; EA-4/02 M:2022, appendices E and S9 (from memory, unverified). Degrees of
freedom are truncated, never rounded, before t is looked up.
"""

from collections.abc import Iterable
from functools import cache
from math import floor, inf, sqrt
from typing import Final

TWO_SIGMA: Final = 0.9545
"""the probability of ±2 σ, as EA-4/02 and OIML documents use it"""
NOISE: Final = 1 + 1e-9
"""x/(x/9) may be a little less than 9 in binary; truncating that to 8 would be wrong"""


def effective_degrees_of_freedom(variance: float, terms: Iterable[tuple[float, float]]) -> float:
    """Welch and Satterthwaite: u⁴ / Σ (uᵢ⁴/νᵢ), not truncated (JCGM 100:2008, G.2b).

    Args:
        variance: the combined variance.
        terms: for each independent part its variance and its degrees of freedom.
    """
    # Shares instead of fourth powers: those of small uncertainties vanish in a float.
    doubt = sum((part / variance) ** 2 / freedom for part, freedom in terms) if variance else 0.0
    return 1 / doubt if doubt > 0 else inf


def coverage_factor(degrees_of_freedom: float, probability: float = TWO_SIGMA) -> float:
    """Student's t for a two-sided interval, with the degrees of freedom truncated down.

    Raises:
        ValueError: fewer than one degree of freedom, or no probability between 0 and 1.

    >>> round(coverage_factor(16.75, 0.99), 4)
    2.9208
    """
    freedom = degrees_of_freedom * NOISE
    if not freedom >= 1:
        raise ValueError(f"{degrees_of_freedom} degrees of freedom give no interval")
    if not 0 < probability < 1:
        raise ValueError(f"{probability} is no probability of an interval")
    return _student(inf if freedom == inf else floor(freedom), probability)


@cache
def _student(degrees_of_freedom: float, probability: float) -> float:
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - a quarter of a second; a listing needs none

    upper = (1 + probability) / 2
    return float(ndtri(upper) if degrees_of_freedom == inf else stdtrit(degrees_of_freedom, upper))


def trapezoidal_coverage_factor(top: float, probability: float = 0.95) -> float:
    """The coverage factor where two rectangular parts outweigh all others (EA-4/02, S9).

    Args:
        top: β, the difference of the two half-widths over their sum: 0 a triangle, 1 a rectangle.
        probability: of the interval.

    >>> round(trapezoidal_coverage_factor(1 / 3), 4)
    1.8339
    """
    if not 0 <= top <= 1:
        raise ValueError(f"{top} is no ratio of a trapezoid")
    deviation = sqrt((1 + top * top) / 6)
    outside = 1 - probability
    if probability <= 2 * top / (1 + top):  # the interval ends on the flat top
        return probability * (1 + top) / 2 / deviation
    return (1 - sqrt(outside * (1 - top * top))) / deviation
