"""Standard uncertainties: from repeated readings (type A) and from what is known otherwise (type B).

Source: JCGM 100:2008, 4.2 and 4.3, annex G.4.2. Values and their uncertainties share one unit, which the
caller names; an infinite number of degrees of freedom means that the uncertainty itself is taken as exact.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import fsum, inf, sqrt
from typing import NamedTuple

from procedures.errors import ProcedureError


class Distribution(StrEnum):
    """What is assumed about a quantity."""

    NORMAL = "normal"
    STUDENT = "student"
    """the mean of a few readings: a scaled and shifted t"""
    RECTANGULAR = "rectangular"
    TRIANGULAR = "triangular"
    TRAPEZOIDAL = "trapezoidal"
    ARCSINE = "arcsine"
    """U-shaped: a quantity that swings between two limits"""


class Evaluated(NamedTuple):
    """A standard uncertainty and how well it is known."""

    standard: float
    degrees_of_freedom: float = inf
    distribution: Distribution = Distribution.NORMAL
    top: float = 0.0
    """β of a trapezoid: the width of its flat top over that of its foot"""


class Repeated(NamedTuple):
    """Readings of one quantity under the same conditions."""

    mean: float
    deviation: float
    """experimental standard deviation of one reading"""
    readings: int

    def of_mean(self) -> Evaluated:
        """The standard uncertainty of the mean, s/√n with n − 1 degrees of freedom."""
        return Evaluated(self.deviation / sqrt(self.readings), self.readings - 1, Distribution.STUDENT)


def repeated(readings: Sequence[float]) -> Repeated:
    """Mean and standard deviation of readings (JCGM 100:2008, 4.2).

    Raises:
        ProcedureError: fewer than two readings say nothing about their spread.

    >>> repeated([1.0, 2.0, 3.0]).of_mean().standard == 1 / 3**0.5
    True
    """
    count = len(readings)
    if count < 2:  # noqa: PLR2004 - one reading has no spread
        raise ProcedureError(
            "uncertainty.too_few_readings",
            "{count} readings say nothing about their spread.",
            "Take at least two readings, or give a standard deviation from earlier work.",
            count=str(count),
        )
    mean = fsum(readings) / count
    squares = fsum((reading - mean) ** 2 for reading in readings)
    return Repeated(mean, sqrt(squares / (count - 1)), count)


def pooled(series: Sequence[Repeated]) -> Evaluated:
    """The standard deviation of one reading from several series (JCGM 100:2008, H.3.6 and 4.2.4)."""
    freedom = sum(one.readings - 1 for one in series)
    if not freedom:
        raise ValueError("no series to pool")
    squares = fsum((one.readings - 1) * one.deviation**2 for one in series)
    return Evaluated(sqrt(squares / freedom), freedom, Distribution.STUDENT)


def expanded(uncertainty: float, coverage_factor: float = 2.0, degrees_of_freedom: float = inf) -> Evaluated:
    """From a certificate: U and the k that it states."""
    return Evaluated(uncertainty / coverage_factor, degrees_of_freedom)


def rectangular(half_width: float, degrees_of_freedom: float = inf) -> Evaluated:
    """Anywhere within ±a alike: a/√3."""
    return Evaluated(half_width / sqrt(3), degrees_of_freedom, Distribution.RECTANGULAR)


def triangular(half_width: float, degrees_of_freedom: float = inf) -> Evaluated:
    """Within ±a, rather in the middle: a/√6; the sum of two equal rectangles."""
    return Evaluated(half_width / sqrt(6), degrees_of_freedom, Distribution.TRIANGULAR)


def arcsine(half_width: float, degrees_of_freedom: float = inf) -> Evaluated:
    """Swinging within ±a: a/√2."""
    return Evaluated(half_width / sqrt(2), degrees_of_freedom, Distribution.ARCSINE)


def trapezoidal(half_width: float, top: float, degrees_of_freedom: float = inf) -> Evaluated:
    """Within ±a, alike over the inner part: a √((1 + β²)/6); β from 0 (triangle) to 1 (rectangle)."""
    standard = half_width * sqrt((1 + top * top) / 6)
    return Evaluated(standard, degrees_of_freedom, Distribution.TRAPEZOIDAL, top)


def resolution(step: float) -> Evaluated:
    """A display that rounds to its step d: d/(2 √3)."""
    return rectangular(step / 2)


def degrees_from_reliability(relative: float) -> float:
    """Degrees of freedom of a standard uncertainty that is known to a part Δu/u (JCGM 100:2008, G.3).

    >>> degrees_from_reliability(0.1)
    50.0
    """
    return inf if relative == 0 else round(0.5 / relative**2, 9)
