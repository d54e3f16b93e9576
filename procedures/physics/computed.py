"""What a formula gave, and where it was used beyond its range.

A formula is still used beyond its range: a laboratory at 28 °C lies outside that of CIPM-2007. Then the
result carries a warning, which belongs into the record. What cannot be (a humidity of 50 where 0.5 is meant)
is refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from procedures.errors import ProcedureError
from procedures.point import Reason

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Computed:
    """A value, or an array of them, with unit and warnings."""

    value: Floats
    unit: str
    warnings: tuple[Reason, ...] = ()
    """code `outside_range`; facts: formula, quantity, value, lower, upper, unit"""
    relative_uncertainty: float | None = None
    """standard, of the formula alone; None: its source states none"""

    @property
    def number(self) -> float:
        """The one value, where there is only one."""
        return float(self.value)


@dataclass(frozen=True)
class Range:
    """Where a formula holds, as its source says."""

    formula: str
    quantity: str
    lower: float
    upper: float
    unit: str

    def check(self, values: ArrayLike) -> tuple[Reason, ...]:
        """A warning that names the value farthest outside; nothing when all are inside."""
        found = np.atleast_1d(np.asarray(values, dtype=np.float64))
        excess = np.maximum(self.lower - found, found - self.upper)
        if not found.size or excess.max() <= 0:
            return ()
        facts = {
            "formula": self.formula,
            "quantity": self.quantity,
            "value": f"{found[np.argmax(excess)]:g}",
            "lower": f"{self.lower:g}",
            "upper": f"{self.upper:g}",
            "unit": self.unit,
        }
        return (Reason(code="outside_range", facts=facts),)


def possible(values: ArrayLike, quantity: str, lower: float, upper: float, unit: str) -> Floats:
    """Values as an array.

    Raises:
        ProcedureError: one is not a number, or cannot be: most likely it was given in another unit.
    """
    found = np.asarray(values, dtype=np.float64)
    wrong = ~((lower <= found) & (found <= upper))
    if wrong.any():
        raise ProcedureError(
            "physics.impossible",
            "{value} is no possible {quantity}.",
            "Check the unit: it lies between {lower} and {upper}.",
            quantity=quantity,
            value=f"{np.atleast_1d(found)[np.atleast_1d(wrong)][0]:g} {unit}".strip(),
            lower=f"{lower:g} {unit}".strip(),
            upper=f"{upper:g} {unit}".strip(),
        )
    return found


def gathered(*results: Computed) -> tuple[Reason, ...]:
    """The warnings of several results, each once."""
    found: list[Reason] = []
    for result in results:
        found += [warning for warning in result.warnings if warning not in found]
    return tuple(found)
