"""The measures of length under test: what is marked on them, and what warmth and tension make of a length.

L at the reference temperature and the marked tension = L [1 − α (t − tr)] − L (F − F0)/(A E); the second term
only for tapes whose cross-section and modulus are given. Source: OIML R 35-1:2007 for the conditions (memory,
unverified), linear elasticity for the tension.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.subjects.sheet import Tested, check_dimensions


class LengthMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on all of them."""

    accuracy_class: str = msgspec.field(name="class", default="II")
    form: Literal["bar", "tape"] = "bar"
    """a rigid measure (meter kayu), or a tape (ban ukur)"""
    length: Quantity
    """nominal"""
    expansion: Decimal | None = None
    """linear, 1/°C"""
    tension: Decimal | None = None
    """marked pull in N, of a tape"""
    section: Decimal | None = None
    """cross-section in mm²"""
    modulus: Decimal | None = None
    """of elasticity, in N/mm²"""
    d: Quantity | None = None
    """smallest interval between two marks"""


class LengthMeasures(LengthMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment."""

    meters: tuple[Tested, ...] = ()
    """the measures; empty: one, with the identity of the assignment"""
    repeats: int | None = None


def check_marks(marks: LengthMarks) -> None:
    """Refuse marks that describe no measure.

    Raises:
        ProcedureError: names the entry.
    """
    check_dimensions(marks, {"length": "length", "d": "length"})
    for name in ("tension", "section", "modulus"):
        value = getattr(marks, name)
        if value is not None and value <= 0:
            raise ProcedureError(
                "length_measures.mark",
                "{name} = {value} cannot be: it must be above zero.",
                "Compare it with the data of the tape, or leave it out.",
                name=name,
                value=str(value),
            )


def expanded(
    length: Fraction, expansion: Decimal | None, temperature: Quantity | None, reference: Quantity
) -> Fraction:
    """The length at the reference temperature of something that is so long at `temperature`."""
    if expansion is None or temperature is None:
        return length
    warmer = Fraction(temperature.to("°C").value) - Fraction(reference.to("°C").value)
    return length * (1 - Fraction(expansion) * warmer)


def stretched(length: Fraction, marks: LengthMarks, pull: Decimal | None) -> Fraction:
    """How much longer than at its marked tension a tape is under a pull, in the unit of the length."""
    if pull is None or marks.tension is None or marks.section is None or marks.modulus is None:
        return Fraction(0)
    force = Fraction(pull) - Fraction(marks.tension)
    return length * force / (Fraction(marks.section) * Fraction(marks.modulus))
