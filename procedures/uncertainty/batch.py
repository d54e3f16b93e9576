"""Budgets of the same make for many results at once: one row a record, one column a component.

The same rules as `combine` for independent components; tests hold the two against each other.
"""

from functools import cache
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from procedures.uncertainty.coverage import NOISE, TWO_SIGMA, coverage_factor

Floats = NDArray[np.float64]

_TABLE_END = 1000
"""from here on t differs from its limit by less than 0.2 %; larger ν are looked up one by one"""


class BudgetArray(NamedTuple):
    """What many budgets come to; all arrays have one value a record."""

    standard: Floats
    effective_degrees_of_freedom: Floats
    coverage_factor: Floats
    expanded: Floats


def combine_array(
    standard: ArrayLike,
    sensitivity: ArrayLike = 1.0,
    degrees_of_freedom: ArrayLike = inf,
    *,
    probability: float = TWO_SIGMA,
    coverage: float | None = None,
) -> BudgetArray:
    """Combine independent components of many records.

    Args:
        standard: standard uncertainties, shape (records, components).
        sensitivity: same shape, or one for each component.
        degrees_of_freedom: same shape, or one for each component.
        probability: of the coverage intervals.
        coverage: a fixed k instead.

    Raises:
        ValueError: an uncertainty is negative or not finite, degrees of freedom are not positive, or a record
            has fewer than one effective degree of freedom.

    >>> combine_array([[3.0, 4.0], [6.0, 8.0]], coverage=2).expanded.tolist()
    [10.0, 20.0]
    """
    u, c = np.asarray(standard, dtype=np.float64), np.asarray(sensitivity, dtype=np.float64)
    freedom = np.asarray(degrees_of_freedom, dtype=np.float64)
    parts = np.multiply(u, c)
    if not (np.isfinite(parts).all() and (u >= 0).all() and (freedom > 0).all()):
        raise ValueError("an uncertainty component is impossible")
    parts *= parts
    variance = parts.sum(axis=-1)
    # Shares instead of fourth powers: those of small uncertainties vanish in a float.
    np.divide(parts, variance[..., np.newaxis], out=parts, where=parts > 0)
    parts *= parts
    parts /= freedom
    doubt = parts.sum(axis=-1)
    effective = np.full_like(variance, inf)
    with np.errstate(over="ignore"):  # a doubt too small for its inverse is as good as none
        np.divide(1.0, doubt, out=effective, where=doubt > 0)
    root = np.sqrt(variance)
    factor = np.full_like(root, coverage) if coverage is not None else coverage_array(effective, probability)
    return BudgetArray(root, effective, factor, factor * root)


def coverage_array(degrees_of_freedom: Floats, probability: float = TWO_SIGMA) -> Floats:
    """`coverage_factor` for many: truncated down, then looked up.

    Raises:
        ValueError: one of them is below 1.
    """
    freedom = np.asarray(degrees_of_freedom, dtype=np.float64) * NOISE
    if not (freedom >= 1).all():
        raise ValueError("fewer than one degree of freedom give no interval")
    whole = np.floor(freedom)
    place = np.minimum(whole, _TABLE_END).astype(np.intp)
    factor = _table(probability)[place]
    large = whole >= _TABLE_END
    if large.any():
        factor[large] = _student_array(whole[large], probability)
    return factor


@cache
def _table(probability: float) -> Floats:
    return np.array([np.nan, *(coverage_factor(float(nu), probability) for nu in range(1, _TABLE_END + 1))])


def _student_array(whole: Floats, probability: float) -> Floats:
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - a quarter of a second; a listing needs none

    upper = (1 + probability) / 2
    finite = np.where(np.isinf(whole), 1.0, whole)
    return np.asarray(np.where(np.isinf(whole), ndtri(upper), stdtrit(finite, upper)), dtype=np.float64)
