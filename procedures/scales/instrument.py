"""A non-automatic weighing instrument as its data plate describes it.

Single interval, multi-interval (`intervals`: e changes with the load by itself) or multiple range (`ranges`:
each range is an instrument of its own). Source of the words: OIML R 76-1:2006, T.3 and 3.
"""

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import msgspec

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError

LEGAL_UNITS: Final = ("mg", "g", "kg", "t", "ct")
"""Units in which a scale may indicate (OIML R 76-1:2006, 2.1, from memory, unverified); grams are exact
in each of them."""


class AccuracyClass(StrEnum):
    """Accuracy classes of R 76."""

    I = "I"  # noqa: E741 - the class is called so
    II = "II"
    III = "III"
    IIII = "IIII"


class WeighingRange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A range, or a partial range of a multi-interval instrument."""

    max: Quantity
    e: Quantity
    """verification scale interval"""
    d: Quantity | None = None
    """actual scale interval; None: equal to e"""
    min: Quantity | None = None

    @property
    def resolution(self) -> Quantity:
        """The step of the display, d."""
        return self.e if self.d is None else self.d

    @property
    def fine(self) -> bool:
        """Whether the display itself is fine enough to read the error off, d ≤ e/5."""
        return self.resolution * 5 <= self.e


class Scale(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    dict=True,  # for what follows from the fields and is asked for at every row
    rename={"accuracy_class": "class"},
):
    """The metrological data of one scale."""

    accuracy_class: AccuracyClass
    max: Quantity | None = None
    min: Quantity | None = None
    e: Quantity | None = None
    d: Quantity | None = None
    intervals: tuple[WeighingRange, ...] = ()
    ranges: tuple[WeighingRange, ...] = ()
    additive_tare: Quantity | None = None
    """maximum additive tare effect"""
    supports: int = 4
    """points of support of the load receptor"""
    sections: int = 0
    """sections of a long receptor (bridge scale), each tested by itself; 0: tested by quarters or supports"""
    rolling_load: Quantity | None = None
    """the usual rolling load, of an instrument over which loads roll; None: loads are set down"""
    features: tuple[str, ...] = ()
    """what it is besides, for the checklist: `price_computing`, `hanging`, `bench`, `bridge`"""
    high_resolution: bool = False
    """an extended display with steps of e/5 or less can be called up"""

    @cached_property
    def parts(self) -> tuple[WeighingRange, ...]:
        """Ranges or partial ranges, the smallest first."""
        if self.max is not None and self.e is not None:
            return (WeighingRange(max=self.max, e=self.e, d=self.d, min=self.min),)
        return self.intervals or self.ranges

    @cached_property
    def _ends(self) -> tuple[tuple[Quantity, WeighingRange], ...]:
        """Max of each part but the last, in the unit of e: most loads are compared as they stand."""
        return tuple((part.max.to(self.unit), part) for part in self.parts[:-1])

    @cached_property
    def capacity(self) -> Quantity:
        """Max of the whole instrument."""
        return self.parts[-1].max

    @cached_property
    def e1(self) -> Quantity:
        """The smallest scale interval: the one in force at zero."""
        return self.parts[0].e

    @cached_property
    def unit(self) -> str:
        """The unit in which errors are computed: that of e."""
        return self.e1.unit

    def part_at(self, load: Quantity, number: int | None = None) -> WeighingRange:
        """The range in force at a load or indication; a load equal to Max_i still belongs to range i.

        Args:
            load: beyond Max the last range stays in force.
            number: the range in use of a multiple range instrument, from 1, when it is known.

        Raises:
            ProcedureError: the instrument has no range of that number.
        """
        if number is not None:
            if not self.ranges or not 1 <= number <= len(self.ranges):
                raise ProcedureError(
                    "scale.no_such_range",
                    "The scale has no range {range}.",
                    "Leave `range` out, or count the entries of `ranges` from 1.",
                    range=str(number),
                )
            return self.ranges[number - 1]
        for most, part in self._ends:
            if load <= most:
                return part
        return self.parts[-1]

    def shown_in(self, indication: Quantity, number: int | None = None) -> WeighingRange:
        """The range in whose step an indication is shown.

        Beyond Max of the range in use a display that changes by itself shows the step of the next one, one
        that is switched by hand still its own; what both can show counts as the coarser.
        """
        part = self.part_at(indication, number)
        if number is None or indication <= part.max:
            return part
        beyond = self.part_at(indication)
        whole, step = (Fraction(mass.to("g").value) for mass in (indication, beyond.resolution))
        return part if whole % step else beyond

    def rise_at(self, indication: Quantity, number: int | None = None) -> Quantity:
        """By how much an indication rises next: from Max_i on, by a step of the following range."""
        part = self.shown_in(indication, number)
        if indication == part.max:
            part = next((other for other in self.parts if other.max > part.max), part)
        return part.resolution

    def range_of(self, gross: Quantity) -> int | None:
        """The smallest range of a multiple range instrument that takes a load, from 1; None: of any other."""
        if not self.ranges:
            return None
        fits = (number for number, part in enumerate(self.ranges, 1) if gross <= part.max)
        return next(fits, len(self.ranges))


def read_scale(content: Mapping[str, Any]) -> Scale:
    """Read the metrological data of an assignment.

    Raises:
        ProcedureError: something is missing or impossible; names the entry.
    """
    try:
        scale = from_builtins(dict(content), Scale)
    except msgspec.ValidationError as mistake:
        raise ProcedureError(
            "scale.content",
            "The data of the scale have a mistake: {mistake}.",
            'Correct that entry; a quantity is written as "5 g", a class as I, II, III or IIII.',
            mistake=str(mistake),
        ) from None
    check_form(scale)
    return scale


def check_form(scale: Scale) -> None:
    """Refuse data that describe no scale at all.

    Raises:
        ProcedureError: names what is missing or contradicts itself.
    """
    _check_shape(scale)
    if scale.supports < 1 or scale.sections < 0:
        raise _impossible("a receptor has at least one support, and no negative number of sections")
    _check_masses(scale.additive_tare, scale.min, scale.rolling_load)
    for part in scale.parts:
        _check_part(part)
    for smaller, larger in pairwise(scale.parts):
        if not (smaller.max < larger.max and smaller.e < larger.e):
            raise _impossible("the ranges must rise in Max and in e")


def check_unit(mass: Quantity) -> None:
    """Refuse a mass in a unit in which no scale may be verified, such as pounds.

    Raises:
        ProcedureError: `scales.unit`.
    """
    if mass.unit not in LEGAL_UNITS:
        raise ProcedureError(
            "scales.unit",
            "{indication} is in {unit}, which is no unit of a scale that can be verified.",
            "Switch the scale to one of {units}, and write those.",
            indication=str(mass),
            unit=mass.unit,
            units=", ".join(LEGAL_UNITS),
        )


def _check_part(part: WeighingRange) -> None:
    _check_masses(part.max, part.e, part.d, part.min)
    if not (part.max and part.e and part.resolution):
        raise _impossible("Max, e and d must be more than zero")
    if part.resolution > part.e:
        raise _impossible(f"d = {part.resolution} is coarser than e = {part.e}")
    if part.e > part.max or (part.min is not None and part.min > part.max):
        raise _impossible(f"e and Min must be less than Max = {part.max}")


def _check_masses(*masses: Quantity | None) -> None:
    for mass in masses:
        if mass is not None and mass.dimension != "mass":
            raise _impossible(f"{mass} is no mass")
        if mass is not None:
            check_unit(mass)
        if mass is not None and mass.value < 0:
            raise _impossible(f"{mass} is less than nothing")


def _check_shape(scale: Scale) -> None:
    if (scale.intervals or scale.ranges) and scale.d is not None:
        raise _impossible("d stands inside each of the intervals or ranges, not beside them")
    single = scale.max is not None or scale.e is not None or scale.d is not None
    if single + bool(scale.intervals) + bool(scale.ranges) != 1:
        raise _impossible("give either max and e, or intervals, or ranges")
    if single and (scale.max is None or scale.e is None):
        raise _impossible("max and e are both needed")
    if scale.ranges and scale.min is not None:
        raise _impossible("each of the ranges has its own min")
    if any(part.min is not None for part in scale.intervals):
        raise _impossible("min stands beside intervals, not inside them")


def _impossible(why: str) -> ProcedureError:
    return ProcedureError(
        "scale.impossible",
        "The data of the scale cannot be right: {why}.",
        "Compare them with the data plate.",
        why=why,
    )
