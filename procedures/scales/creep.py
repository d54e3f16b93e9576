"""Creep under load and return to zero.

Source: OIML R 76-1:2006, 3.9.4 and A.4.11. Usually part of type approval; a bench can watch it for nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from procedures.point import Outcome

_START, _QUARTER, _HALF_HOUR, _FOUR_HOURS = 0, 15, 30, 240
_HALF: Final = Decimal("0.5")
_FIFTH: Final = Decimal("0.2")


def creep(results: Mapping[int, Quantity], e: Quantity, permitted: Quantity) -> Outcome:
    """Judge the results under a constant load near Max.

    Either the first 30 minutes are quiet (at most 0.5 e in all, 0.2 e in their second half), or the change
    stays within the permitted error for four hours.

    Args:
        results: P, found with small weights or a fine display, by minutes since loading; needs minute 0.
        e: scale interval.
        permitted: the permitted error at the load.
    """
    start = results[_START]
    if _QUARTER in results and _HALF_HOUR in results:
        late = abs(results[_HALF_HOUR] - results[_QUARTER])
        if abs(results[_HALF_HOUR] - start) <= e * _HALF and late <= e * _FIFTH:
            return Outcome.CONFORMS
    after = {minute: abs(result - start) for minute, result in results.items() if minute > _HALF_HOUR}
    if any(change > permitted for change in after.values()):
        return Outcome.DOES_NOT_CONFORM
    if any(minute >= _FOUR_HOURS for minute in after):
        return Outcome.CONFORMS
    return Outcome.INDETERMINATE


def zero_return(before: Quantity, after: Quantity, e1: Quantity) -> Outcome:
    """Judge zero before and after a load of 30 minutes: at most half of the smallest scale interval."""
    return Outcome.CONFORMS if abs(after - before) <= e1 * _HALF else Outcome.DOES_NOT_CONFORM
