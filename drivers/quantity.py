"""A decimal number with its unit, exact from the wire to the verdict.

An instrument shows decimal digits; they stay decimal digits here. Arithmetic that could not be done exactly
raises instead of rounding.
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Self

from drivers.errors import UnitError

_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])

_UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    # unit: (dimension, how many of the dimension's first unit it is)
    "g": ("mass", Decimal(1)),
    "mg": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal(1000)),
    "t": ("mass", Decimal(1000000)),
    "lb": ("mass", Decimal("453.59237")),  # international avoirdupois pound, exact by definition
    "oz": ("mass", Decimal("28.349523125")),
    "gn": ("mass", Decimal("0.06479891")),  # grain
    "ct": ("mass", Decimal("0.2")),  # metric carat
    "L": ("volume", Decimal(1)),
    "mL": ("volume", Decimal("0.001")),
    "m3": ("volume", Decimal(1000)),
    "°C": ("temperature", Decimal(1)),
    "hPa": ("pressure", Decimal(1)),
    "Pa": ("pressure", Decimal("0.01")),
    "s": ("time", Decimal(1)),
    "min": ("time", Decimal(60)),
    "h": ("time", Decimal(3600)),
    "%": ("ratio", Decimal(1)),
    "pcs": ("count", Decimal(1)),
    "m3/h": ("volume flow", Decimal(1)),
    "m3/s": ("volume flow", Decimal(3600)),
    "L/h": ("volume flow", Decimal("0.001")),
    "L/min": ("volume flow", Decimal("0.06")),
    "L/s": ("volume flow", Decimal("3.6")),
    "kg/h": ("mass flow", Decimal(1)),
    "kg/min": ("mass flow", Decimal(60)),
    "kg/s": ("mass flow", Decimal(3600)),
    "kg/m3": ("density", Decimal(1)),
    "K": ("thermodynamic temperature", Decimal(1)),  # no conversion to °C: that is an offset, not a factor
    "mbar": ("pressure", Decimal(1)),
    "kPa": ("pressure", Decimal(10)),
    "bar": ("pressure", Decimal(1000)),
    "MPa": ("pressure", Decimal(10000)),
    "m": ("length", Decimal(1)),
    "mm": ("length", Decimal("0.001")),
    "m/s": ("velocity", Decimal(1)),
    "Hz": ("frequency", Decimal(1)),
    "V": ("voltage", Decimal(1)),
    "A": ("current", Decimal(1)),
    "mA": ("current", Decimal("0.001")),
    "Ω": ("resistance", Decimal(1)),
    "W": ("active power", Decimal(1)),
    "kW": ("active power", Decimal(1000)),
    "VA": ("apparent power", Decimal(1)),
    "var": ("reactive power", Decimal(1)),
    "Wh": ("energy", Decimal(1)),
    "kWh": ("energy", Decimal(1000)),
    "MWh": ("energy", Decimal(1000000)),
    "kJ": ("heat", Decimal(1)),  # no conversion to Wh: most have no exact decimal
    "MJ": ("heat", Decimal(1000)),
    "GJ": ("heat", Decimal(1000000)),
    "J": ("heat", Decimal("0.001")),
    "varh": ("reactive energy", Decimal(1)),
    "kvarh": ("reactive energy", Decimal(1000)),
    "Rp": ("price", Decimal(1)),  # of a price display; the laboratory's country has one currency
    "1": ("number", Decimal(1)),  # power factor, Reynolds number
}

_MOST_DIGITS: Final = 30
"""of a written quantity; no instrument shows half as many, and products of two such numbers stay exact"""
_MOST_PLACES: Final = 400
"""before or behind the dot, however the number came about: comparing numbers writes all their digits out"""

_PATTERN: Final = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*([^\s\d.]\S*|(?<=\s)1)\s*", re.ASCII)


def known_unit(unit: str) -> bool:
    """Say whether `unit` is spelled as this program spells it (`kg`, not `KG`)."""
    return unit in _UNITS


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
        if unit not in _UNITS:
            raise UnitError(f"unknown unit {unit!r}; known are {', '.join(_UNITS)}")
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
        return _UNITS[self.unit][0]

    @property
    def resolution(self) -> Decimal:
        """The place of the last digit written: 0.01 for 12.34, 1 for 1200."""
        _, _, places = f"{self.value:f}".partition(".")
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
        here, factor = _UNITS[self.unit]
        there, divisor = _UNITS.get(unit, ("unknown", Decimal(1)))
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
        here, factor = _UNITS[self.unit]
        there, divisor = _UNITS.get(unit, ("unknown", Decimal(1)))
        if here != there:
            raise UnitError(f"{self} cannot be given in {unit}")
        return Fraction(self.value) * Fraction(factor) / Fraction(divisor)

    # An audit computes with millions of quantities: those of one unit, nearly all, go the short way.
    def __add__(self, other: "Quantity") -> "Quantity":
        theirs = other.value if other.unit == self.unit else other._value_in(self.unit)
        return _computed(_exactly(_add, self.value, theirs), self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        theirs = other.value if other.unit == self.unit else other._value_in(self.unit)
        return _computed(_exactly(_subtract, self.value, theirs), self.unit)

    def __mul__(self, factor: Decimal | int) -> "Quantity":
        return _computed(_exactly(_multiply, self.value, Decimal(factor)), self.unit)

    __rmul__ = __mul__

    def __neg__(self) -> "Quantity":
        return _computed(self.value.copy_negate() if self.value else self.value.copy_abs(), self.unit)

    def __abs__(self) -> "Quantity":
        return _computed(self.value.copy_abs(), self.unit)

    def __bool__(self) -> bool:
        return bool(self.value)

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
        return f"{self.value:f} {self.unit}"

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
    """A quantity out of exact arithmetic: the unit is known, and the number is never infinite."""
    if not -_MOST_PLACES <= number.adjusted() <= _MOST_PLACES:
        raise UnitError(f"{number!r} is beyond every quantity")
    made = _new(Quantity)
    _set_value(made, number)
    _set_unit(made, unit)
    return made


def _base(quantity: Quantity) -> tuple[str, Decimal]:
    dimension, factor = _UNITS[quantity.unit]
    if factor == 1:
        return dimension, quantity.value
    return dimension, _exactly(_multiply, quantity.value, factor)


@lru_cache(maxsize=_MOST_PLACES)
def _last_place(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _exactly(operation: Callable[[Decimal, Decimal], Decimal], left: Decimal, right: Decimal) -> Decimal:
    try:
        return operation(left, right)
    except DecimalException:
        raise UnitError(f"{left} and {right} have too many digits to be computed exactly") from None
