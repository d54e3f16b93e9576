"""The permitted error of a mechanical scale, exactly: (Max + 2m)/3000 need not end in decimal digits.

The comparison is done with whole fractions. The limit that a point states is cut off, never rounded up, at
the sixth digit after the decimal point, so that nothing beyond the true limit looks permitted.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.mechanical_scales.instrument import MechanicalScale
from procedures.mechanical_scales.rules import MechanicalScaleRules, scale_interval
from procedures.point import Activity, Outcome
from procedures.scales.indication_error import plain
from procedures.tolerance import limit_at

_PLACE: Final = Decimal("1e-6")


@dataclass(frozen=True)
class Permitted:
    """Limits of one scale under one table."""

    scale: MechanicalScale
    rules: MechanicalScaleRules
    activity: Activity

    @property
    def e(self) -> Quantity:
        """The verification scale interval by rule."""
        return scale_interval(self.scale, self.rules)

    def exactly(self, load: Quantity) -> Fraction:
        """The permitted error at a load, without sign, in the unit of the scale.

        Raises:
            ProcedureError: the table has no band for so great a load.
        """
        of_type = self.rules.types[self.scale.scale_type]
        factor = self.rules.factor[self.activity]
        if of_type.bands:
            return Fraction(limit_at(load, self.e, of_type.bands, factor).to(self.scale.unit).value)
        whole, mass = (Fraction(one.to(self.scale.unit).value) for one in (self.scale.max, load))
        return (whole * Fraction(of_type.of_max) + mass * Fraction(of_type.of_load)) * Fraction(factor)

    def stated(self, load: Quantity) -> Quantity:
        """The same as a decimal, cut off where it does not end."""
        return plain(_cut(self.exactly(load), self.scale.unit))

    def extra_load(self, load: Quantity) -> Quantity:
        """The extra load of the sensitivity test, two digits, cut off: a lighter one proves as much."""
        share = Fraction(self.rules.types[self.scale.scale_type].sensitivity)
        due = _cut(self.exactly(load) * share, self.scale.unit).value
        place = Decimal(1).scaleb(due.adjusted() - 1)
        return plain(Quantity(due.quantize(place, rounding=ROUND_DOWN), self.scale.unit))

    def decide(self, error: Quantity, load: Quantity) -> Outcome:
        """Compare an error with the limit; the limit itself is permitted."""
        found = abs(Fraction(error.to(self.scale.unit).value))
        return Outcome.CONFORMS if found <= self.exactly(load) else Outcome.DOES_NOT_CONFORM


def _cut(value: Fraction, unit: str) -> Quantity:
    whole = value.numerator * 10**6 // value.denominator
    return Quantity(Decimal(whole) * _PLACE, unit)
