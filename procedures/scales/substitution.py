"""How much of Max must be standard weights when the rest is substitution load.

Source: OIML R 76-1:2006, 3.7.3 (from memory, unverified): for Max above 1 t, 1 t or half of Max, whichever is
greater; a third when the repeatability error is at most 0.3 e, a fifth when it is at most 0.2 e.
"""

from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError

_TONNE: Final = Quantity(1, "t")

_SHARES: Final = ((Fraction(1, 5), Fraction(2, 10)), (Fraction(1, 3), Fraction(3, 10)))
"""share of Max, largest repeatability error in e"""


def least_standards(capacity: Quantity, e: Quantity, repeatability_error: Quantity) -> Quantity:
    """The least mass of standard weights, rounded up to a whole e.

    Args:
        capacity: Max.
        e: verification scale interval.
        repeatability_error: range of three weighings near the substitution load.

    Raises:
        ProcedureError: Max is not above 1 t: there is no substitution.

    >>> print(least_standards(Quantity(60, "t"), Quantity(20, "kg"), Quantity(6, "kg")))
    20000 kg
    """
    if capacity <= _TONNE:
        raise ProcedureError(
            "scales.no_substitution",
            "Substitution loads are for scales with Max above 1 t; this one has {max}.",
            "Use standard weights up to Max.",
            max=str(capacity),
        )
    share = Fraction(1, 2)
    for portion, limit in _SHARES:
        if repeatability_error * limit.denominator <= e * limit.numerator:
            share = portion
            break
    steps = -(-Fraction(capacity.to("g").value) * share // Fraction(e.to("g").value))
    return max(e * int(steps), _TONNE)
