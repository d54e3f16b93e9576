"""Verdicts for whole arrays: many meters, loads and repeats at once, as exact as one by one.

All values are whole numbers of one common step (see `whole_digits`), int64; a float array is refused, and
so is a product that would not fit. Outcomes are small codes: the index into `OUTCOMES`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drivers.quantity import Quantity
from procedures.acceptance import SIMPLE, AcceptanceRule
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.tolerance import Band

Counts = NDArray[np.int64]
Codes = NDArray[np.int8]

OUTCOMES: Final = (Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE)
"""what a code stands for"""
_CONFORMS, _DOES_NOT_CONFORM, _INDETERMINATE = (np.int8(code) for code in range(3))
_LARGEST: Final = 2**63 - 1
_EXACT_FLOATS: Final = 2.0**53
"""above it a float skips whole numbers"""


def counted(quantities: Iterable[Quantity], step: Quantity) -> Counts:
    """Quantities as whole numbers of a step.

    Raises:
        UnitError: one of them is no whole number of steps.
    """
    return np.array([quantity.counted_in(step) for quantity in quantities], dtype=np.int64)


def settled_counts(values: NDArray[np.float64], step: Decimal) -> Counts:
    """Computed floats as whole numbers of a step far finer than their uncertainty: `settled` for arrays.

    Raises:
        ValueError: a value is infinite, not a number, or too large for that step.
    """
    steps = np.rint(np.asarray(values, dtype=np.float64) / float(step))
    if not (np.abs(steps) < _EXACT_FLOATS).all():
        raise ValueError(f"a value cannot be counted in steps of {step}")
    return steps.astype(np.int64)


def decide_array(
    lowest: ArrayLike,
    highest: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    uncertainty: ArrayLike | None = None,
    rule: AcceptanceRule = SIMPLE,
) -> Codes:
    """Decide about many errors; shapes broadcast.

    Args:
        lowest: lower ends of the intervals in which the errors lie, in steps.
        highest: upper ends, inclusive; the same array when the errors are known exactly.
        lower: lower limits of the tolerances, inclusive.
        upper: upper limits, inclusive.
        uncertainty: expanded uncertainties U; needed only by a rule that uses them.
        rule: the decision rule, as for `accept`.

    Raises:
        TypeError: an array does not hold whole numbers.
        ValueError: an interval is written backwards, or an uncertainty is negative.
        OverflowError: a value times the rule's fraction does not fit into 64 bits.

    >>> [OUTCOMES[code].value for code in decide_array([50, 51], [50, 51], -50, 50)]
    ['conforms', 'does_not_conform']
    """
    low, below, above = _whole(lowest), _whole(lower), _whole(upper)
    exact = highest is lowest
    high = low if exact else _whole(highest)
    if not exact and (low > high).any():
        raise ValueError("an error lies in an interval that is written backwards")
    if uncertainty is None:
        if rule.guard or rule.least_ratio is not None:
            shape = np.broadcast_shapes(low.shape, high.shape, below.shape, above.shape)
            return np.full(shape, _INDETERMINATE, dtype=np.int8)
        return _compare(low, high, below, above)
    expanded = _whole(uncertainty)
    if (expanded < 0).any():
        raise ValueError("an uncertainty is negative")
    # Multiplied by the denominator, a fraction of U is a whole number like everything else.
    guard = Fraction(rule.guard)
    width = _times(expanded, guard.numerator)
    inner = _times(below, guard.denominator), _times(above, guard.denominator)
    _fits(_largest(inner[0]) + _largest(width), _largest(inner[1]) + _largest(width))
    inner_lower, inner_upper = inner[0] + width, inner[1] - width
    scaled_low = _times(low, guard.denominator)
    scaled_high = scaled_low if exact else _times(high, guard.denominator)
    codes = _compare(scaled_low, scaled_high, inner_lower, inner_upper)
    np.copyto(codes, _INDETERMINATE, where=inner_lower > inner_upper)
    if rule.least_ratio is not None:
        share = Fraction(rule.least_ratio)
        needed = _times(expanded, 2 * share.numerator)
        _fits(_largest(below) + _largest(above))
        np.copyto(codes, _INDETERMINATE, where=needed > _times(above - below, share.denominator))
    return codes


def limits_at(loads: ArrayLike, scale_intervals: ArrayLike, bands: Sequence[Band], factor: Decimal) -> Counts:
    """The permitted errors, without sign, at many loads: `limit_at` for arrays.

    Args:
        loads: zero or more, in steps.
        scale_intervals: the e that holds for each load, in the same steps.
        bands: in rising order, upper bounds inclusive.
        factor: 1, or what the regulation puts before the limit.

    Raises:
        TypeError: an array does not hold whole numbers.
        ValueError: a permitted error is no whole number of steps: count everything in a finer step.
        ProcedureError: the table has no band for so great a load.
    """
    load, e = _whole(loads), _whole(scale_intervals)
    limits = np.empty(np.broadcast_shapes(load.shape, e.shape), dtype=np.int64)
    above = np.ones(limits.shape, dtype=np.bool_)
    for band in bands:
        np.copyto(limits, _share(e, Fraction(band.limit) * Fraction(factor)), where=above)
        above = np.zeros_like(above) if band.up_to is None else load > _times(e, band.up_to)
    if above.any():
        where = np.unravel_index(int(np.argmax(above)), above.shape)
        raise ProcedureError(
            "tolerance.beyond_bands",
            "The table of tolerances ends before {load} with e = {e}.",
            "Check the class, Max and e of the instrument.",
            load=str(np.broadcast_to(load, above.shape)[where]),
            e=str(np.broadcast_to(e, above.shape)[where]),
        )
    return limits


def _share(values: Counts, share: Fraction) -> Counts:
    whole, rest = np.divmod(_times(values, share.numerator), share.denominator)
    if rest.any():
        raise ValueError("a permitted error is no whole number of steps; count in a finer step")
    return np.asarray(whole, dtype=np.int64)


def decide_relative(
    indicated: ArrayLike, reference: ArrayLike, lower_percent: Decimal, upper_percent: Decimal
) -> Codes:
    """Decide about relative errors (indicated − reference)/reference without dividing; shapes broadcast.

    Args:
        indicated: what the meters showed, in steps of volume, mass or energy.
        reference: what went through them, in the same steps, above zero.
        lower_percent: lower limit, inclusive.
        upper_percent: upper limit, inclusive.

    Raises:
        TypeError: an array does not hold whole numbers.
        ValueError: a reference is not above zero.
        OverflowError: a product does not fit into 64 bits.

    >>> decide_relative([20_100, 20_101], 20_000, Decimal("-0.5"), Decimal("0.5")).tolist()
    [0, 1]
    """
    shown, true = _whole(indicated), _whole(reference)
    if (true <= 0).any():
        raise ValueError("a reference is not above zero")
    lower, upper = Fraction(lower_percent) / 100, Fraction(upper_percent) / 100
    denominator = lcm(lower.denominator, upper.denominator)
    _fits(_largest(shown) + _largest(true))
    error = _times(shown - true, denominator)
    return _compare(
        error, error, _times(true, int(lower * denominator)), _times(true, int(upper * denominator))
    )


def equal_signs_array(errors: ArrayLike, limits: ArrayLike) -> Codes:
    """`equal_signs` for many meters: the last axis holds the flows, in steps of the relative error.

    >>> equal_signs_array([[49, 19, 19], [49, 19, 9]], [50, 20, 20]).tolist()
    [1, 0]
    """
    error, limit = _whole(errors), _whole(limits)
    if not error.shape[-1]:
        return np.full(error.shape[:-1], _INDETERMINATE, dtype=np.int8)
    one_sign = (error > 0).all(axis=-1) | (error < 0).all(axis=-1)
    large = (_times(np.abs(error), 2) > limit).all(axis=-1)
    return np.asarray(one_sign & large, dtype=np.int8)


def _compare(low: Counts, high: Counts, lower: Counts, upper: Counts) -> Codes:
    inside = (lower <= low) & (high <= upper)
    if low is high:
        return np.asarray(~inside, dtype=np.int8)
    outside = (low > upper) | (high < lower)
    return np.asarray(
        np.where(inside, _CONFORMS, np.where(outside, _DOES_NOT_CONFORM, _INDETERMINATE)), dtype=np.int8
    )


def _whole(values: ArrayLike) -> Counts:
    array: NDArray[Any] = np.asarray(values)
    if array.dtype.kind != "i":
        raise TypeError(f"a verdict is made from whole numbers of steps, not from {array.dtype}")
    return array.astype(np.int64, copy=False)


def _times(values: Counts, factor: int) -> Counts:
    if factor == 1:
        return values
    _fits(_largest(values) * abs(factor))
    return np.multiply(values, factor, dtype=np.int64)


def _largest(values: Counts) -> int:
    return max(int(values.max()), -int(values.min())) if values.size else 0


def _fits(*sizes: int) -> None:
    if max(sizes) > _LARGEST:
        raise OverflowError("a value does not fit into 64 bits; count in a coarser step")
