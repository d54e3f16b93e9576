"""Relative errors that can be compared exactly, although a quotient has no end.

A quotient is written in percent with a fixed number of places and rounded away from zero. So it lies on the
same side of every limit with fewer places as the quotient itself: a limit is met when it is met exactly, and
never by rounding.
"""

from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.conformity import whole_digits
from procedures.errors import ProcedureError

PLACES: Final = 12
_DIGITS: Final = Context(prec=60)


def percent_of(part: Quantity, whole: Quantity) -> Quantity:
    """One quantity in percent of another, rounded away from zero at the twelfth place.

    Raises:
        ProcedureError: the whole is not above zero.
        UnitError: they are not of one dimension.

    >>> print(percent_of(Quantity("0.1", "L"), Quantity("20", "L")))
    0.5 %
    """
    small, large = whole_digits(part, whole)
    if large <= 0:
        raise ProcedureError(
            "meter.nothing_delivered",
            "An error in percent of {reference} cannot be given.",
            "Check the reference: it must be above zero.",
            reference=str(whole),
        )
    scaled = Fraction(abs(small) * 100 * 10**PLACES, large)
    steps = -(-scaled.numerator // scaled.denominator)
    value = Decimal(-steps if small < 0 else steps).scaleb(-PLACES, context=_DIGITS).normalize(_DIGITS)
    return Quantity(value + 0, "%")


def relative_error(indication: Quantity, reference: Quantity) -> Quantity:
    """(Indication − reference)/reference in percent, for comparing exactly.

    >>> print(relative_error(Quantity("20.1", "L"), Quantity("20", "L")))
    0.5 %
    """
    return percent_of(indication - reference, reference)
