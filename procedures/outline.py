"""A test on paper, before anything is touched: points, limits, formulas, clauses, standards that it takes.

It follows from the rule table and the data plate alone; nothing in it was measured.
"""

import msgspec

from drivers.quantity import Quantity
from procedures.point import Reason, Tolerance


class OutlinedPoint(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One point that the test will have."""

    section: str
    label: str
    load: Quantity | None = None
    """or flow, volume, energy: what is set"""
    position: str = ""
    tolerance: Tolerance | None = None
    """None: seen by eye, or the limit follows from a reading"""


class Formula(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a result follows from the readings."""

    name: str
    """the method or section that it belongs to"""
    text: str
    """`E = I + ½d − ΔL − L`"""
    citation: str


class Demanded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a standard must be good for."""

    quantity: Quantity
    """the load, volume or flow that it must make"""
    permitted: Quantity
    """the permitted error of the instrument there"""
    share: str
    """part of it that the standard may be wrong by: `1/3`"""
    accuracy_class: str = ""
    """the least class that will do, where the rules name one"""


class Outline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The test of one instrument."""

    rules: str
    """id of the rule table"""
    points: tuple[OutlinedPoint, ...]
    formulas: tuple[Formula, ...]
    standards: tuple[Demanded, ...]
    validity_years: int | None = None
    notices: tuple[Reason, ...] = ()
