"""A straight line through points by least squares, with the uncertainties of its two numbers.

Source: JCGM 100:2008, H.3 (all points alike, abscissas exact): y = a + b (x − x₀), s² = Σ rest²/(n − 2).
"""

from math import fsum, inf, sqrt
from typing import NamedTuple

from procedures.errors import ProcedureError

_LEAST = 3
"""points: a line through two has no rest"""


class StraightLine(NamedTuple):
    """What least squares gives."""

    intercept: float
    """a, at x₀"""
    slope: float
    origin: float
    """x₀"""
    u_intercept: float
    u_slope: float
    correlation: float
    """of intercept and slope"""
    deviation: float
    """s, of one point about the line"""
    degrees_of_freedom: int

    def at(self, x: float) -> tuple[float, float]:
        """The value of the line at x and its standard uncertainty."""
        d = x - self.origin
        cross = 2 * self.correlation * self.u_intercept * self.u_slope * d
        variance = self.u_intercept**2 + (self.u_slope * d) ** 2 + cross
        return self.intercept + self.slope * d, sqrt(max(variance, 0.0))


def straight_line(x: list[float], y: list[float], origin: float = 0.0) -> StraightLine:
    """Fit a line.

    Args:
        x: abscissas, taken as exact.
        y: ordinates, alike in their uncertainty.
        origin: x₀.

    Raises:
        ProcedureError: fewer than three points, lists of two lengths, or all points at one x.

    >>> line = straight_line([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    >>> line.intercept, line.slope, line.deviation
    (1.0, 2.0, 0.0)
    """
    n = len(x)
    steps = [one - origin for one in x]
    middle = fsum(steps) / n if n else 0.0
    spread = fsum((one - middle) ** 2 for one in steps)
    if n < _LEAST or len(y) != n or not 0 < spread < inf:
        raise ProcedureError(
            "uncertainty.no_line",
            "{count} points with {values} values give no line with an uncertainty.",
            "Give three points at least, one y for each x, not all at one x.",
            count=str(n),
            values=str(len(y)),
        )
    mean = fsum(y) / n
    slope = fsum((one - middle) * (value - mean) for one, value in zip(steps, y, strict=True)) / spread
    intercept = mean - slope * middle
    rest = fsum((value - intercept - slope * one) ** 2 for one, value in zip(steps, y, strict=True))
    s = sqrt(rest / (n - 2))
    squares = fsum(one * one for one in steps)
    return StraightLine(
        intercept=intercept,
        slope=slope,
        origin=origin,
        u_intercept=s * sqrt(squares / (n * spread)),
        u_slope=s / sqrt(spread),
        correlation=-fsum(steps) / sqrt(n * squares) if squares else 0.0,
        deviation=s,
        degrees_of_freedom=n - 2,
    )
