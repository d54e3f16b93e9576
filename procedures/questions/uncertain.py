"""One input of a budget as a case file writes it: value, what is known of its uncertainty, and from where.

An input says in one way what its uncertainty rests on: `standard`, `expanded`, `half_width`, `resolution`,
`deviation` or `readings`. Its unit is free text; numbers of one input share it, or can be converted into it.
"""

from collections.abc import Callable
from fractions import Fraction
from math import inf, sqrt
from typing import Any, Final

import msgspec

from procedures.errors import ProcedureError
from procedures.questions.unit import UNITS, number, parted
from procedures.uncertainty import evaluation
from procedures.uncertainty.evaluation import Distribution, Evaluated

_WAYS: Final = ("standard", "expanded", "half_width", "resolution", "deviation", "readings")
_LIMITED: Final[dict[Distribution, Callable[[float, float], Evaluated]]] = {
    Distribution.RECTANGULAR: evaluation.rectangular,
    Distribution.TRIANGULAR: evaluation.triangular,
    Distribution.ARCSINE: evaluation.arcsine,
}


class UncertainInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table `[[input]]`; a number is one of TOML, or a text with a unit: `parted` tells."""

    name: str
    value: Any = None
    """left out with readings: their mean; else 0"""
    unit: str = ""
    sensitivity: Any = 1
    """only where there is no model"""
    standard: Any = None
    """standard uncertainty"""
    expanded: Any = None
    """U of a certificate"""
    coverage_factor: Any = 2
    """k of U"""
    half_width: Any = None
    """a of the limits ±a"""
    distribution: Distribution | None = None
    """within ±a: rectangular unless said otherwise"""
    top: Any = 0
    """β of a trapezoid: its flat top over its foot"""
    resolution: Any = None
    """the step of a display"""
    deviation: Any = None
    """experimental standard deviation of one reading, from earlier work"""
    count: int = 1
    """readings whose mean is used, with `deviation`"""
    readings: tuple[Any, ...] | None = None
    degrees_of_freedom: Any = None
    """left out: n − 1 of readings, else infinitely many"""
    reliability: Any = None
    """in place of it: to which part u itself is known (0.25 is ν = 8)"""
    source: str = ""

    @property
    def estimate(self) -> float:
        """The value used."""
        if self.value is None:
            return evaluation.repeated(self.shown).mean if self.readings is not None else 0.0
        return self._in_unit(self.value, "value", offset=True)

    @property
    def shown(self) -> list[float]:
        """The readings in the unit of the input."""
        return [self._in_unit(one, "readings", offset=True) for one in self.readings or ()]

    @property
    def own_unit(self) -> str:
        """The unit: as said, or the one that stands behind the first number that has one."""
        texts = (self.value, *(self.readings or ()), *(getattr(self, way) for way in _WAYS[:-1]))
        found = (parted(one, self.name)[1] for one in texts if isinstance(one, str))
        return self.unit or next((unit for unit in found if unit), "")

    def evaluated(self) -> Evaluated:
        """The standard uncertainty, how well it is known, and its distribution.

        Raises:
            ProcedureError: nothing, or more than one thing, is said about it.
        """
        given = [way for way in _WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ProcedureError(
                "question.uncertainty_of_input",
                "The input {input} must say in one way what its uncertainty rests on; it has: {given}.",
                "Give one of: {known}. An exact number has standard = 0.",
                input=self.name,
                given=", ".join(given) or "—",
                known=", ".join(_WAYS),
            )
        freedom = self._freedom()
        if given == ["readings"]:
            of_mean = evaluation.repeated(self.shown).of_mean()
            return of_mean if freedom is None else of_mean._replace(degrees_of_freedom=freedom)
        return self._otherwise(given[0], inf if freedom is None else freedom)

    def _otherwise(self, way: str, freedom: float) -> Evaluated:
        size = self._in_unit(getattr(self, way), way)
        match way:
            case "half_width":
                shape = self.distribution or Distribution.RECTANGULAR
                if shape is Distribution.TRAPEZOIDAL:
                    return evaluation.trapezoidal(size, self._pure("top"), freedom)
                if shape not in _LIMITED:
                    raise self._mistaken("distribution", shape.value)
                return _LIMITED[shape](size, freedom)
            case "resolution":
                return evaluation.resolution(size)._replace(degrees_of_freedom=freedom)
            case "expanded":
                standard = size / self._above_zero("coverage_factor")
            case "deviation":
                if self.count < 1:
                    raise self._mistaken("count", str(self.count))
                standard = size / sqrt(self.count)
            case _:
                standard = size
        told = Distribution.NORMAL if freedom == inf else Distribution.STUDENT
        return Evaluated(standard, freedom, self.distribution or told)

    def slope(self) -> float:
        """The sensitivity that the file gives."""
        return self._pure("sensitivity")

    def _freedom(self) -> float | None:
        if self.reliability is not None:
            return evaluation.degrees_from_reliability(self._pure("reliability"))
        if self.degrees_of_freedom is None:
            return None
        return self._above_zero("degrees_of_freedom")

    def _above_zero(self, entry: str) -> float:
        found = self._pure(entry)
        if found <= 0:
            raise self._mistaken(entry, str(getattr(self, entry)))
        return found

    def _pure(self, entry: str) -> float:
        return float(number(getattr(self, entry), f"{self.name}.{entry}"))

    def _mistaken(self, entry: str, value: str) -> ProcedureError:
        return ProcedureError(
            "question.impossible_entry",
            "The entry `{entry}` = {value} is impossible.",
            "Correct it.",
            entry=f"{self.name}.{entry}",
            value=value,
        )

    def _in_unit(self, written: object, entry: str, *, offset: bool = False) -> float:
        value, unit = parted(written, f"{self.name}.{entry}")
        wanted = self.own_unit
        if not unit or unit == wanted:
            return float(value)
        here, there = UNITS.get(unit), UNITS.get(wanted)
        if here is None or there is None or here.dimension != there.dimension:
            raise ProcedureError(
                "question.two_units",
                "The entry `{entry}` = {value} is not in the unit {unit} of its input.",
                "Write all numbers of one input in one unit.",
                entry=f"{self.name}.{entry}",
                value=str(written),
                unit=wanted,
            )
        shift = here.offset - there.offset if offset else Fraction(0)
        return float((value * here.factor + shift) / there.factor)
