"""A decimal number with its unit, exact from the wire to the verdict.

An instrument shows decimal digits; they stay decimal digits here. Arithmetic that could not be done exactly
raises instead of rounding.
"""

import re
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Self

from drivers.errors import UnitError
from drivers.units import UNITS

_MOST_DIGITS: Final = 30
"""of a written quantity; no instrument shows half as many, and products of two such numbers stay exact"""
_MOST_PLACES: Final = 400
"""before or behind the dot, however the number came about: comparing numbers writes all their digits out"""

_EXACT: Final = Context(
    prec=60,
    Emin=-_MOST_PLACES,
    Emax=_MOST_PLACES,
    traps=[Inexact, InvalidOperation, Overflow, Subnormal, DivisionByZero],
)

_PATTERN: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([^\s\d.]\S*|(?<=\s)1)\s*", re.ASCII)


def known_unit(unit: str) -> bool:
    """Say whether `unit` is spelled as this program spells it (`kg`, not `KG`)."""
    return unit in UNITS


class Quantity:
    """A value and a unit; equal when physically equal, written as it was shown (12.340 keeps its zero).

    >>> Quantity.parse("12.340 kg")
    Quantity('12.340 kg')
    >>> Quantity.parse("1 kg") + Quantity.parse("0.5 g") == Quantity.parse("1000.5 g")
    True
    """

    __slots__ = ("unit", "value")
    unit: str
    value: Decimal

    def __init__(self, value: Decimal | int | str, unit: str) -> None:
        """Join a decimal and a unit.

        Raises:
            UnitError: the unit is unknown, or the value is no finite decimal number.
        """
        if unit not in UNITS:
            raise UnitError(f"unknown unit {unit!r}; known are {', '.join(UNITS)}")
        if isinstance(value, float):  # callers without types; its binary digits would reach a verdict
            raise UnitError(f"{value!r} is a binary float; write the digits as text")
        if isinstance(value, str) and len(value) > _MOST_PLACES:
            raise UnitError(f"{value[:_MOST_DIGITS]}… has more digits than any quantity has")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise UnitError(f"{value!r} is not a decimal number") from None
        if not number.is_finite():
            raise UnitError(f"{value!r} is not a finite number")
        if abs(number.adjusted()) > _MOST_PLACES:
            raise UnitError(f"{value!r} is beyond every quantity")
        _set_value(self, number)
        _set_unit(self, unit)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a quantity never changes; {name} cannot be set to {value!r}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"1000 g"` or `"-0.5 kg"`; the decimal mark of files and wires is the dot.

        Raises:
            UnitError: the text is not a number followed by a unit, or has more than 30 digits.
        """
        found = _PATTERN.fullmatch(text)
        if found is None:
            raise UnitError(f"{text!r} is not a quantity; write number, dot and unit, as in '0.5 kg'")
        if sum(map(str.isdigit, found[1])) > _MOST_DIGITS:
            raise UnitError(f"{found[1][:_MOST_DIGITS]}… has more than {_MOST_DIGITS} digits")
        return cls(found[1], found[2])

    @property
    def dimension(self) -> str:
        """What is measured: `mass`, `volume` and so on."""
        return UNITS[self.unit][0]

    @property
    def digits(self) -> str:
        """The number as it is written: 12.340, never with an exponent."""
        text = str(self.value)  # a third of the time of the format that never has one
        return text if "E" not in text else f"{self.value:f}"

    @property
    def resolution(self) -> Decimal:
        """The place of the last digit written: 0.01 for 12.34, 1 for 1200."""
        _, _, places = self.digits.partition(".")
        return _last_place(len(places))

    @property
    def last_digit(self) -> "Quantity":
        """One of the last digit written: 0.01 g for 12.34 g."""
        return _computed(self.resolution, self.unit)

    def to(self, unit: str) -> "Quantity":
        """The same quantity in another unit, exactly.

        Raises:
            UnitError: other dimension, or the result has no exact decimal (grams to pounds).
        """
        if unit == self.unit:
            return self
        return _computed(self._value_in(unit), unit)

    def _value_in(self, unit: str) -> Decimal:
        if unit == self.unit:
            return self.value
        here, factor = UNITS[self.unit]
        there, divisor = UNITS.get(unit, ("unknown", Decimal(1)))
        if here != there:
            raise UnitError(f"{self} cannot be given in {unit}")
        try:
            return _EXACT.divide(_EXACT.multiply(self.value, factor), divisor)
        except DecimalException:
            raise UnitError(f"{self} has no exact value in {unit}") from None

    def fraction_in(self, unit: str) -> Fraction:
        """The number in another unit, exactly, also where it has no end in decimals: m3/h in L/min.

        Raises:
            UnitError: other dimension.
        """
        here, factor = UNITS[self.unit]
        there, divisor = UNITS.get(unit, ("unknown", Decimal(1)))
        if here != there:
            raise UnitError(f"{self} cannot be given in {unit}")
        return Fraction(self.value) * Fraction(factor) / Fraction(divisor)

    # An audit computes with millions of quantities: those of one unit, nearly all, go the short way.
    def __add__(self, other: "Quantity") -> "Quantity":
        theirs = other.value if other.unit == self.unit else other._value_in(self.unit)
        try:
            return _computed(_add(self.value, theirs), self.unit)
        except DecimalException:
            raise _inexact(self.value, theirs) from None

    def __sub__(self, other: "Quantity") -> "Quantity":
        theirs = other.value if other.unit == self.unit else other._value_in(self.unit)
        try:
            return _computed(_subtract(self.value, theirs), self.unit)
        except DecimalException:
            raise _inexact(self.value, theirs) from None

    def __mul__(self, factor: Decimal | int) -> "Quantity":
        try:
            return _computed(_multiply(self.value, factor), self.unit)
        except DecimalException:
            raise _inexact(self.value, factor) from None

    __rmul__ = __mul__

    def __neg__(self) -> "Quantity":
        return _computed(self.value.copy_negate() if self.value else self.value.copy_abs(), self.unit)

    def __abs__(self) -> "Quantity":
        return _computed(self.value.copy_abs(), self.unit)

    def __bool__(self) -> bool:
        return bool(self.value)

    def is_whole_in(self, step: "Quantity") -> bool:
        """Whether this is a whole number of steps.

        Raises:
            UnitError: other dimension, or the step is nothing.
        """
        mine, theirs = (self.value, step.value) if self.unit == step.unit else self._comparable(step)
        try:
            return not _EXACT.remainder(mine, theirs)
        except DecimalException:
            raise UnitError(f"{self} cannot be counted in steps of {step}") from None

    def counted_in(self, step: "Quantity") -> int:
        """How many whole steps this is.

        Raises:
            UnitError: it is not a whole number of steps.
        """
        try:
            quotient, remainder = _EXACT.divmod(self.value, step.to(self.unit).value)
        except DecimalException:
            raise UnitError(f"{self} cannot be counted in steps of {step}") from None
        if remainder:
            raise UnitError(f"{self} is not a whole number of {step}")
        return int(quotient)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        if self.unit == other.unit:
            return self.value == other.value
        return _base(self) == _base(other)

    def __lt__(self, other: "Quantity") -> bool:
        if self.unit == other.unit:
            return self.value < other.value
        mine, theirs = self._comparable(other)
        return mine < theirs

    def __le__(self, other: "Quantity") -> bool:
        if self.unit == other.unit:
            return self.value <= other.value
        mine, theirs = self._comparable(other)
        return mine <= theirs

    def __gt__(self, other: "Quantity") -> bool:
        if self.unit == other.unit:
            return self.value > other.value
        mine, theirs = self._comparable(other)
        return mine > theirs

    def __ge__(self, other: "Quantity") -> bool:
        if self.unit == other.unit:
            return self.value >= other.value
        mine, theirs = self._comparable(other)
        return mine >= theirs

    def _comparable(self, other: "Quantity") -> tuple[Decimal, Decimal]:
        """Both, of different units, as numbers of one unit."""
        mine, theirs = _base(self), _base(other)
        if mine[0] != theirs[0]:
            raise UnitError(f"{self} and {other} cannot be compared")
        return mine[1], theirs[1]

    def __hash__(self) -> int:
        return hash(_base(self))

    def __str__(self) -> str:
        return f"{self.digits} {self.unit}"

    def __repr__(self) -> str:
        return f"Quantity('{self}')"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[type["Quantity"], tuple[str, str]]:
        return Quantity, (str(self.value), self.unit)


_new: Final = object.__new__
_set_value: Final = Quantity.__dict__["value"].__set__
_set_unit: Final = Quantity.__dict__["unit"].__set__
_add, _subtract, _multiply = _EXACT.add, _EXACT.subtract, _EXACT.multiply


def _computed(number: Decimal, unit: str) -> Quantity:
    """A quantity out of exact arithmetic: the unit is known, and the number within all bounds."""
    made = _new(Quantity)
    _set_value(made, number)
    _set_unit(made, unit)
    return made


def _base(quantity: Quantity) -> tuple[str, Decimal]:
    dimension, factor = UNITS[quantity.unit]
    if factor == 1:
        return dimension, quantity.value
    try:
        return dimension, _multiply(quantity.value, factor)
    except DecimalException:
        raise _inexact(quantity.value, factor) from None


@lru_cache(maxsize=_MOST_PLACES)
def _last_place(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _inexact(left: Decimal, right: Decimal | int) -> UnitError:
    return UnitError(f"{left} and {right} have too many digits to be computed exactly")
