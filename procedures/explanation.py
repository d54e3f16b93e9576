"""What stands behind the uncertainty of a point: the whole budget, and U as a point states it.

A budget is arithmetic in floats and decides nothing. U enters a point rounded up to two digits, with the k
that was used, after the verdict was reached; a decision rule that needs U takes it from there (`acceptance`).
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from drivers.quantity import Quantity
from procedures.point import Phase, Point
from procedures.rounding import rounded_up, settled
from procedures.uncertainty.budget import Budget

_FACTOR_PLACE: Final = Decimal("0.01")


class PointBudget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The uncertainty budget of one point."""

    point: str
    """label of the point"""
    unit: str
    """of the result: contributions, u and U"""
    budget: Budget
    model: str = ""
    """the equation, as a metrologist writes it: `E = I + ½d − ΔL − L`"""

    @property
    def reported(self) -> Decimal:
        """U in the unit of the result, two digits, rounded up."""
        return rounded_up(self.budget.expanded)

    @property
    def expanded(self) -> Quantity:
        """The same as a quantity, where the unit is one of `drivers.quantity`."""
        return Quantity(self.reported, self.unit)

    @property
    def coverage_factor(self) -> Decimal:
        """k, two decimals."""
        return settled(self.budget.coverage_factor, _FACTOR_PLACE)


Budgets = Callable[[Mapping[str, Any]], tuple[PointBudget, ...]]
"""from a case file's content to the budgets of its points, in the order of the points"""


def no_budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:  # noqa: ARG001 - the form of `Budgets`
    """For a procedure that states no uncertainty."""
    return ()


def with_uncertainty(phase: Phase, budgets: Iterable[PointBudget]) -> Phase:
    """The same phase with U and k in every point that has a budget; outcomes stay as they are."""
    by_point = {one.point: one for one in budgets}
    points = tuple(_stated(point, by_point.get(point.label)) for point in phase.points)
    return msgspec.structs.replace(phase, points=points)


def _stated(point: Point, found: PointBudget | None) -> Point:
    if found is None:
        return point
    return msgspec.structs.replace(point, uncertainty=found.expanded, coverage_factor=found.coverage_factor)
