"""Rounding for a report: chosen by name, done once, after every comparison.

Python's `round` halves to even without saying so; here the way is always written down. A float enters
a comparison through `settled`, which removes the noise of binary arithmetic and nothing else.
"""

from contextlib import suppress
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from enum import Enum
from typing import Final, NamedTuple

from drivers.errors import UnitError
from drivers.quantity import Quantity

_DIGITS: Final = Context(prec=60)
_PLAIN_PLACE: Final = -3
"""limits that a rule writes have no more decimals than three"""
_LIMIT_DIGITS: Final = 4
"""significant digits of a limit that arithmetic made: 10 mL / 3 is told as 3.333 mL"""
_MEANINGFUL: Final = 12
"""significant digits that the arithmetic of an uncertainty does not spoil"""


class Rounding(Enum):
    """What happens to digits that are not printed."""

    HALF_EVEN = ROUND_HALF_EVEN
    """a half goes to the even digit: 2.5 → 2, 3.5 → 4"""
    HALF_UP = ROUND_HALF_UP
    """a half goes away from zero: 2.5 → 3, −2.5 → −3"""
    UP = ROUND_UP
    """any rest goes away from zero: an uncertainty is never made smaller"""


class Reported(NamedTuple):
    """A value and its expanded uncertainty, ending at the same decimal place."""

    value: Decimal
    uncertainty: Decimal


def to_step(value: Decimal, step: Decimal, way: Rounding) -> Decimal:
    """Round to a whole number of steps, which need not be a power of ten.

    >>> [str(to_step(Decimal("2.5"), Decimal(1), way)) for way in (Rounding.HALF_EVEN, Rounding.HALF_UP)]
    ['2', '3']
    """
    if step <= 0:
        raise ValueError(f"a step of {step} is no step")
    steps = _DIGITS.divide(value, step).quantize(Decimal(1), rounding=way.value, context=_DIGITS)
    return _DIGITS.multiply(steps, step)


def to_digits(value: Decimal, digits: int, way: Rounding) -> Decimal:
    """Round to significant digits; zero stays zero.

    >>> to_digits(Decimal("92.48"), 2, Rounding.UP)
    Decimal('93')
    """
    if digits < 1:
        raise ValueError(f"{digits} significant digits leave nothing")
    if not value:
        return value
    place = value.adjusted() - digits + 1
    rounded = value.quantize(Decimal(1).scaleb(place), rounding=way.value, context=_DIGITS)
    if rounded.adjusted() > value.adjusted():  # 0.996 became 1.00, which shows a digit too many
        rounded = rounded.quantize(Decimal(1).scaleb(place + 1), rounding=way.value, context=_DIGITS)
    return rounded


def report(
    value: Decimal,
    uncertainty: Decimal,
    *,
    digits: int = 2,
    way: Rounding = Rounding.HALF_UP,
    uncertainty_way: Rounding = Rounding.UP,
) -> Reported:
    """Round U to significant digits and the value to the same decimal place (GUM 7.2.6).

    >>> report(Decimal("50000837.9"), Decimal("92.48"))
    Reported(value=Decimal('50000838'), uncertainty=Decimal('93'))
    """
    rounded = to_digits(uncertainty, digits, uncertainty_way)
    if not rounded:
        return Reported(value, rounded)
    last_place = Decimal(1).scaleb(int(rounded.as_tuple().exponent))
    return Reported(to_step(value, last_place, way), rounded)


def expanded_quantity(uncertainty: float, unit: str, digits: int = 2) -> Quantity:
    """A computed U as a quantity, rounded up; the noise of binary arithmetic is taken away first.

    Give more digits for a U that goes into a guard band, so that rounding up does not eat the tolerance.

    >>> print(expanded_quantity(0.1 + 0.2, "mg"))
    0.30 mg
    """
    return Quantity(rounded_up(uncertainty, digits), unit)


def rounded_up(uncertainty: float, digits: int = 2) -> Decimal:
    """A computed U, to significant digits, never smaller by rounding.

    >>> rounded_up(0.1 + 0.2)
    Decimal('0.30')
    """
    clean = to_digits(Decimal(uncertainty), _MEANINGFUL, Rounding.HALF_EVEN)
    return to_digits(clean, digits, Rounding.UP)


def settled(value: float, place: Decimal) -> Decimal:
    """A computed float as a decimal that ends at a stated place.

    Args:
        value: what physics or statistics gave.
        place: a power of ten far below the uncertainty and far above the noise of binary arithmetic.

    Raises:
        ValueError: the value is infinite or not a number.

    >>> settled(500.1 + 0.05 - 0.1 - 500, Decimal("1e-9"))
    Decimal('0.050000000')
    """
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return number.quantize(place, rounding=ROUND_HALF_EVEN, context=_DIGITS) + 0


def limits_told(lower: Quantity, upper: Quantity, *compared: Quantity) -> tuple[Quantity, Quantity]:
    """Both limits for a reader: four digits, in the unit of what is compared, never wider than they are.

    They have more digits where four would change on which side of them something compared lies.

    Args:
        lower: as the rule or the arithmetic gave it.
        upper: likewise.
        compared: errors or indications; the first says the unit.

    >>> limit = Quantity("11.106666", "g")
    >>> print(*limits_told(-limit, limit, Quantity("10", "g")))
    -11.10 g 11.10 g
    >>> print(*limits_told(-limit, limit, Quantity("11.105", "g")))
    -11.106 g 11.106 g
    """
    if compared:
        lower, upper = _in_unit(lower, compared[0].unit), _in_unit(upper, compared[0].unit)
    beside = [one for one in compared if one.dimension == upper.dimension]
    for digits in range(_LIMIT_DIGITS, _DIGITS.prec):
        low, high = _cut(lower, digits, ROUND_CEILING), _cut(upper, digits, ROUND_FLOOR)
        sides = (((one >= low, one <= high), (one >= lower, one <= upper)) for one in beside)
        if low <= high and all(short == full for short, full in sides):
            return low, high
    return lower, upper


def _in_unit(limit: Quantity, unit: str) -> Quantity:
    with suppress(UnitError):  # of another dimension, or with no exact number: then it stays in its own
        return limit.to(unit)
    return limit


def _cut(limit: Quantity, digits: int, way: str) -> Quantity:
    """A limit without decimals beyond so many digits, and without the zeros that arithmetic left."""
    exponent = limit.value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _PLAIN_PLACE:
        limit = Quantity(Decimal(f"{limit.value.normalize(_DIGITS):f}"), limit.unit)
        exponent = limit.value.as_tuple().exponent
    place = min(limit.value.adjusted() + 1 - digits, 0)
    if not limit or not isinstance(exponent, int) or exponent >= place:
        return limit
    return Quantity(limit.value.quantize(Decimal(1).scaleb(place), rounding=way, context=_DIGITS), limit.unit)


def told(quantity: Quantity, *limits: Quantity) -> Quantity:
    """A computed quantity with fewer decimals for a reader, unless those hide its side of a limit.

    Percentages keep four decimals, all others six; what was read from a display has fewer and stays as it is.

    >>> limit = Quantity("2", "%")
    >>> print(told(Quantity("1.685393258427", "%"), limit), told(Quantity("2.000000000001", "%"), limit))
    1.6854 % 2.000000000001 %
    """
    place = Decimal(1).scaleb(-4 if quantity.unit == "%" else -6)
    exponent = quantity.value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= int(place.as_tuple().exponent):
        return quantity
    short = Quantity(
        quantity.value.quantize(place, rounding=ROUND_HALF_EVEN, context=_DIGITS) + 0, quantity.unit
    )
    hides = any(
        (short <= limit, short >= limit) != (quantity <= limit, quantity >= limit) for limit in limits
    )
    return quantity if hides else short
