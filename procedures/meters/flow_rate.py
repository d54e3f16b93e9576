"""The flows of a water meter, exactly: Q1 to Q4 from Q3 and the ratio R, and the bands around them.

Source: OIML R 49-1:2013 (= ISO 4064-1:2014), 4.1; OIML R 49-2:2013 (verification flows), from memory and
unverified. Q3/R has no end for many R, so flows are fractions of the unit that Q3 is given in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError

Q2_OVER_Q1: Final = Fraction(8, 5)
Q4_OVER_Q3: Final = Fraction(5, 4)


@dataclass(frozen=True)
class FlowBand:
    """Flows from one to another, both inclusive."""

    lower: Fraction
    upper: Fraction
    unit: str

    def holds(self, flow: Quantity) -> bool:
        """Say whether a flow lies within, limits included."""
        return self.lower <= flow.fraction_in(self.unit) <= self.upper

    def holds_all(self, flows: Iterable[Quantity]) -> bool:
        """Say whether the logged flow stayed within; nothing logged proves nothing."""
        found = [self.holds(flow) for flow in flows]
        return bool(found) and all(found)


@dataclass(frozen=True)
class FlowRates:
    """Minimum, transitional, permanent and overload flow."""

    q1: Fraction
    q2: Fraction
    q3: Fraction
    q4: Fraction
    unit: str

    def verification_bands(self) -> tuple[FlowBand, FlowBand, FlowBand]:
        """Q1 to 1.1 Q1, Q2 to 1.1 Q2, 0.9 Q3 to Q3 (OIML R 49-2:2013, 10.1.2; unverified)."""
        tenth = Fraction(1, 10)
        return (
            FlowBand(self.q1, self.q1 * (1 + tenth), self.unit),
            FlowBand(self.q2, self.q2 * (1 + tenth), self.unit),
            FlowBand(self.q3 * (1 - tenth), self.q3, self.unit),
        )

    def zone(self, flow: Quantity) -> str:
        """`lower` from Q1 up to below Q2, `upper` from Q2 to Q4, `outside` elsewhere."""
        exact = flow.fraction_in(self.unit)
        if self.q1 <= exact < self.q2:
            return "lower"
        return "upper" if self.q2 <= exact <= self.q4 else "outside"


def flow_rates(q3: Quantity, ratio: Decimal | int) -> FlowRates:
    """All flows from the two that a meter is marked with.

    Args:
        q3: permanent flow; its unit is that of all results.
        ratio: R = Q3/Q1.

    Raises:
        ProcedureError: one of them is not above zero.

    >>> rates = flow_rates(Quantity("4000", "L/h"), 160)
    >>> float(rates.q1), float(rates.q2), float(rates.q4)
    (25.0, 40.0, 5000.0)
    """
    permanent, span = Fraction(q3.value), Fraction(ratio)
    if permanent <= 0 or span <= 0:
        raise ProcedureError(
            "meter.impossible_flow",
            "A meter with Q3 = {q3} and R = {ratio} cannot be.",
            "Read Q3 and R from the dial again.",
            q3=str(q3),
            ratio=str(ratio),
        )
    minimum = permanent / span
    return FlowRates(minimum, minimum * Q2_OVER_Q1, permanent, permanent * Q4_OVER_Q3, q3.unit)
