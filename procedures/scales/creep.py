"""Creep under load, return to zero, and drift of zero with the temperature.

Source: OIML R 76-1:2006, 3.9.2.3, 3.9.4 and A.4.11. Usually part of type approval; a bench can watch it for
nothing.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.scales.instrument import AccuracyClass

_START, _QUARTER, _HALF_HOUR, _FOUR_HOURS = 0, 15, 30, 240
_DEGREES: Final = 5
"""of temperature within which zero may move by e; 1 in class I"""
_HALF: Final = Decimal("0.5")
_FIFTH: Final = Decimal("0.2")


def creep(results: Mapping[int, Quantity], e: Quantity, permitted: Quantity) -> Outcome:
    """Judge the results under a constant load near Max.

    Either the first 30 minutes are quiet (at most 0.5 e in all, 0.2 e in their second half), or the change
    stays within the permitted error for four hours, the first half hour among them.

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
    if max(results) <= _HALF_HOUR:
        return Outcome.INDETERMINATE  # four hours may still be measured
    if any(abs(result - start) > permitted for result in results.values()):
        return Outcome.DOES_NOT_CONFORM
    return Outcome.CONFORMS if max(results) >= _FOUR_HOURS else Outcome.INDETERMINATE


def zero_return(before: Quantity, after: Quantity, e1: Quantity) -> Outcome:
    """Judge zero before and after a load of 30 minutes: at most half of the smallest scale interval."""
    return Outcome.CONFORMS if abs(after - before) <= e1 * _HALF else Outcome.DOES_NOT_CONFORM


class ZeroDrift(NamedTuple):
    """How zero followed the temperature."""

    greatest: Fraction
    """greatest change of zero between two neighbours, for the difference of temperature of the class, in the
    unit of e"""
    outcome: Outcome


def zero_drift(
    zeros: Sequence[Quantity], temperatures: Sequence[Quantity], e: Quantity, accuracy_class: AccuracyClass
) -> ZeroDrift:
    """Judge zero at several temperatures: at most e for 5 °C, in class I for 1 °C.

    Args:
        zeros: P without load, in the order of the test.
        temperatures: of these, °C.
        e: the smallest scale interval.
        accuracy_class: of the scale.

    Raises:
        ProcedureError: fewer than two temperatures, or two neighbours that do not differ.
    """
    degrees = 1 if accuracy_class is AccuracyClass.I else _DEGREES
    steps = list(pairwise(zip(zeros, temperatures, strict=False)))
    warmths = [Fraction(b.to("°C").value) - Fraction(a.to("°C").value) for (_, a), (_, b) in steps]
    if len(zeros) != len(temperatures) or not steps or not all(warmths):
        raise ProcedureError(
            "scales.zero_drift",
            "Zero at {zeros} and {temperatures} temperatures shows no drift.",
            "Give one zero for each temperature, two at least, at temperatures that differ.",
            zeros=str(len(zeros)),
            temperatures=str(len(temperatures)),
        )
    moves = [Fraction((b - a).to(e.unit).value) for (a, _), (b, _) in steps]
    greatest = max(abs(move / warmth) * degrees for move, warmth in zip(moves, warmths, strict=True))
    outcome = Outcome.CONFORMS if greatest <= Fraction(e.value) else Outcome.DOES_NOT_CONFORM
    return ZeroDrift(greatest, outcome)
