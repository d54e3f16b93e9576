"""What was seen in a test of measures of length: the rows of an observation sheet, and nothing computed."""

from decimal import Decimal

from drivers.quantity import Quantity
from procedures.subjects.sheet import Row, Sheet


class Compared(Row, frozen=True, kw_only=True):
    """One length of the measure beside the standard."""

    nominal: Quantity
    """as the marks of the measure say"""
    reference: Quantity
    """as the standard shows between the same marks"""
    reference_error: Quantity = Quantity(0, "mm")
    """of the standard there, from its certificate"""
    interval: bool = False
    """between two marks, neither of them the first"""
    temperature: Quantity | None = None
    """of the measure"""
    reference_temperature: Quantity | None = None
    """of the standard; None: as the measure"""
    reference_expansion: Decimal | None = None
    """linear, 1/°C, of the standard; None: not corrected"""
    tension: Decimal | None = None
    """pull in N, of a tape; None: the marked one"""


class MeasureSheet(Sheet, frozen=True, kw_only=True):
    """One measure's rows."""

    comparison: tuple[Compared, ...] = ()
