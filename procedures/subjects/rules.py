"""What the rule tables of these tests share: order, validity, factor, checklist, demand on the standard."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.point import Activity
from procedures.regulation import Regulation


class Cited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a table with the clause that it rests on."""

    citation: str


class VisualRules(Cited, frozen=True, kw_only=True):
    """Ids of the lines of the checklist."""

    items: tuple[str, ...]
    only_subsequent: tuple[str, ...] = ()
    """those that a new instrument cannot have, such as the mark of its last verification"""

    def at(self, activity: Activity) -> tuple[str, ...]:
        """The lines that are looked at."""
        return looked_at(self.items, self.only_subsequent, activity)


def looked_at(items: Sequence[str], only_subsequent: Sequence[str], activity: Activity) -> tuple[str, ...]:
    """The lines of a checklist that an instrument can have at this activity."""
    skipped = only_subsequent if activity is Activity.INITIAL_VERIFICATION else ()
    return tuple(item for item in items if item not in skipped)


class StandardRules(Cited, frozen=True, kw_only=True):
    """What the standard must be good for."""

    least_ratio: Decimal
    """the permitted error is at least so many times the expanded uncertainty of the standard"""
    resolution_share: Decimal = Decimal("0.1")
    """one step of whatever is counted or read is at most this part of the permitted error"""


class SubjectRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part that these tables share; each kind of test adds its own."""

    limits_citation: str
    order: tuple[str, ...]
    """the sections of a complete test"""
    validity_years: int | None = None
    """None: no source at hand says it; then no day is stated, and a notice says so"""
    factor: dict[Activity, Decimal]
    """put before the permitted error"""
    visual: VisualRules
    standards: StandardRules
    runs: int = 1
    """at each point"""

    def doubt_limit(self, permitted: Quantity) -> Quantity:
        """The most that the uncertainty of the standard may be, cut off at six places."""
        value = permitted.value / self.standards.least_ratio
        return Quantity(int(value * 10**6) * Decimal("1e-6"), permitted.unit)
