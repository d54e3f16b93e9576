"""The uncertainty of each error of indication: what is in it, and the assumption where nothing was found out.

E = I − L: rounding of the display at load and at zero, repeatability, eccentricity, and the mass of the load.
Source: EURAMET cg-18, version 4.0, 7.1 (from memory, unverified). Weights of one set are added linearly.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from math import fsum, sqrt
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.point import Method, Point, Reason
from procedures.scales.assessment import Sheet
from procedures.scales.basis import Basis
from procedures.scales.comparison import same_loads
from procedures.scales.observation import Accuracy, Tared, Weighing
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, Repeated, pooled, rectangular, resolution
from procedures.weight_components import load_components
from procedures.weights import LoadReference, load_of_class

_MODELS: Final = {
    Method.CHANGEOVER: "E = I + ½d − ΔL − L",
    Method.HIGH_RESOLUTION: "E = I − L",
    Method.DIRECT: "E = I − L",
    Method.BOUNDED: "E = I − L ± ½d",
}
_SEVERAL: Final = 2


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known about a test beside its rows: the entry `uncertainty` of a case file."""

    repeatability: Quantity | None = None
    """standard deviation of one reading from earlier work, in place of the rows"""
    repeatability_readings: int | None = None
    """number of readings behind it; None: many"""
    eccentricity: Quantity | None = None
    """largest difference between two positions, in place of the rows"""
    eccentricity_load: Quantity | None = None
    """the load at which it was found"""
    adjusted_before: bool | None = None
    """adjusted at the place just before the test; None: as the rules assume"""
    weights_class: str | None = None
    """class of all weights; None: the least that the rules permit"""
    drift: Quantity | None = None
    """of the weights since their calibration; None: as the rules assume"""
    references: tuple["KnownLoad", ...] = ()
    """loads whose weights have certificates"""


class KnownLoad(LoadReference, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the certificates say about the weights of one load."""

    load: Quantity


@dataclass(frozen=True)
class ScaleBudgets:
    """Budgets of one sheet.

    Args:
        sheet: its rows, judged.
        references: what is known about the weights of a load.
        known: what was not in the rows.
    """

    sheet: Sheet
    references: Mapping[Quantity, LoadReference] = field(default_factory=dict)
    known: Knowledge = field(default_factory=Knowledge)

    @cached_property
    def basis(self) -> Basis:
        """What the sheet is judged by."""
        return self.sheet.basis

    def of_points(self, points: Iterable[Point]) -> tuple[PointBudget, ...]:
        """A budget for each point that has an error of indication, in the order of the points.

        Args:
            points: as the sheet gives them.
        """
        pairs = [(point, self.sheet.rows.get(point.label)) for point in points]
        return tuple(self._of(point, row) for point, row in pairs if row is not None)

    def notices(self, points: tuple[Point, ...]) -> tuple[Reason, ...]:
        """Points whose uncertainty is larger than the share of the permitted error that the rules want."""
        ratio = self.basis.rules.uncertainty.least_ratio
        if ratio is None:
            return ()
        large = [
            point.label
            for point in points
            if point.uncertainty is not None
            and point.tolerance is not None
            and point.uncertainty * ratio > point.tolerance.upper
        ]
        facts = {"points": ", ".join(large), "least_ratio": str(ratio)}
        return (Reason(code="uncertainty_above_share", facts=facts),) if large else ()

    def _of(self, point: Point, row: Weighing) -> PointBudget:
        parts = tuple(self._components(point, row))
        probability = float(self.basis.rules.uncertainty.probability)
        return PointBudget(
            point=point.label,
            unit=self.basis.scale.unit,
            budget=combine(parts, probability=probability),
            model=_MODELS[point.method] + (" − E0" if point.corrected_error is not None else ""),
        )

    def _components(self, point: Point, row: Weighing) -> Iterator[Component]:
        gross = row.load + row.tare if isinstance(row, Tared) else row.load
        yield self._rounding(point, row, gross)
        if point.section != "zero":
            yield self._rounding_at_zero(point, row, gross)
        yield self._repeatability(row, gross)
        if point.section not in {"zero", "eccentricity"}:
            yield self._eccentricity(row)
        if row.load:
            planned = row.planned if isinstance(row, Accuracy) and row.planned is not None else row.load
            yield from self._reference(row.load, planned)
        if isinstance(row, Accuracy) and row.substitutions:
            yield self._ballast(row)

    def _rounding(self, point: Point, row: Weighing, gross: Quantity) -> Component:
        shown = self.basis.shown_in(row, gross)
        step, value = shown.resolution, self._float(row.indication)
        if point.method is Method.CHANGEOVER:
            small = self._float(row.rise or step) * float(self.basis.rules.standards.small_step_e)
            source = "the indication changed somewhere within the last small weight"
            return self._part("changeover", rectangular(small), value, source, sensitivity=-1.0)
        if row.high_resolution and not shown.fine:
            step = row.indication.last_digit
        return self._part("rounding", resolution(self._float(step)), value, f"d = {step}, ± ½ d")

    def _rounding_at_zero(self, point: Point, row: Weighing, gross: Quantity) -> Component:
        number, scale = self.basis.number(row, gross), self.basis.scale
        zero = (scale.parts[0] if number is None else scale.part_at(gross, number)).resolution
        corrected = point.corrected_error is not None
        if not corrected and point.method is Method.HIGH_RESOLUTION and row.high_resolution:
            zero = row.indication.last_digit
        which = (str(zero), corrected)
        found = self._at_zero.get(which)
        if found is None:
            found = self._at_zero[which] = self._zero(zero) if corrected else self._shown(zero)
        return found

    @cached_property
    def _at_zero(self) -> dict[tuple[str, bool], Component]:
        """By the step at zero, and whether E0 was taken off: nearly all rows have the same."""
        return {}

    def _zero(self, step: Quantity) -> Component:
        given = self.basis.zero_row()
        if given is not None and given.added is not None:
            half = self._float(step) * float(self.basis.rules.standards.small_step_e)
        else:
            half = self._float(_last_digit(given, step)) / 2
        return self._part("zero", rectangular(half), None, "E0", sensitivity=-1.0)

    def _shown(self, step: Quantity) -> Component:
        last = resolution(self._float(step))
        return self._part("zero", last, 0.0, f"d = {step}, ± ½ d", sensitivity=-1.0)

    def _repeatability(self, row: Weighing, gross: Quantity) -> Component:
        if self.known.repeatability is not None:
            readings = self.known.repeatability_readings
            freedom = float("inf") if readings is None else max(readings - 1, 1)
            spread = Evaluated(self._float(self.known.repeatability), freedom)
            return self._part("repeatability", spread, None, "earlier work")
        if self._repeated is not None:
            return self._repeated
        rules = self.basis.rules.uncertainty
        assumed = self.basis.part(row.load, row.range, gross).e * rules.repeatability_e
        return self._part(
            "repeatability", Evaluated(self._float(assumed)), None, f"assumed: {rules.repeatability_e} e"
        )

    @cached_property
    def _repeated(self) -> Component | None:
        """The pooled spread of all weighings that were repeated; None: none were."""
        series = [self._spread(same) for same in same_loads(self.basis.seen.repeatability) if len(same) > 1]
        if not series:
            return None
        count = sum(one.readings for one in series)
        return self._part("repeatability", pooled(series), None, f"{count} weighings, s of one reading")

    def _spread(self, rows: tuple[Weighing, ...]) -> Repeated:
        found = [self.basis.found(row, row.load) for row in rows]
        middles = [self._float(one.lowest + one.highest) / 2 for one in found]
        mean = fsum(middles) / len(middles)
        squares = fsum((middle - mean) ** 2 for middle in middles)
        return Repeated(mean, sqrt(squares / (len(middles) - 1)), len(middles))

    def _ballast(self, row: Accuracy) -> Component:
        """Each exchange compares two changeovers: two small weights and the repeatability, twice."""
        spread = self._repeatability(row, row.load)
        step = self._float(self.basis.part(row.load, row.range, row.load).resolution)
        small = rectangular(step * float(self.basis.rules.standards.small_step_e)).standard
        once = 2 * (small**2 + spread.standard**2)
        found = Evaluated(sqrt(row.substitutions * once), spread.degrees_of_freedom)
        told = f"{row.substitutions} substitutions"
        return self._part("ballast", found, None, told, sensitivity=-1.0)

    def _eccentricity(self, row: Weighing) -> Component:
        """Half the largest difference between positions, at the load; ± that, rectangular."""
        found = self._off_centre
        if found is None:
            return self._part("eccentricity", rectangular(0.0), None, "not measured; loads in the centre")
        half, at, told = found
        return self._part("eccentricity", rectangular(half * self._float(row.load) / at), None, told)

    @cached_property
    def _off_centre(self) -> tuple[float, float, str] | None:
        """Half the largest difference between positions, at which load, and in words."""
        found = self._largest_difference()
        if found is None:
            return None
        difference, load = found
        return self._float(difference) / 2, self._float(load), f"{difference} at {load}"

    def _largest_difference(self) -> tuple[Quantity, Quantity] | None:
        known = self.known
        if known.eccentricity is not None and known.eccentricity_load:
            return known.eccentricity, known.eccentricity_load
        rows = self.basis.seen.eccentricity
        if len(rows) < _SEVERAL or not rows[0].load:
            return None
        errors = {str(row.position): self.basis.found(row, row.load).lowest for row in rows}
        centre = errors.get("centre")
        if centre is not None:
            return max(abs(error - centre) for error in errors.values()), rows[0].load
        return max(errors.values()) - min(errors.values()), rows[0].load

    def _reference(self, load: Quantity, planned: Quantity) -> tuple[Component, ...]:
        """Of ballast too: its mass was found with standards, and every exchange takes their errors along."""
        which = (load.value, load.unit, planned.value, planned.unit)
        found = self._of_loads.get(which)
        if found is None:
            found = self._of_loads[which] = tuple(self._components_of(load, planned))
        return found

    @cached_property
    def _of_loads(self) -> dict[tuple[Decimal, str, Decimal, str], tuple[Component, ...]]:
        """Of each load so far: most stand on the receptor more than once."""
        return {}

    def _components_of(self, load: Quantity, planned: Quantity) -> Iterator[Component]:
        assumed, adjusted = self.basis.rules.uncertainty, self.known.adjusted_before
        return load_components(
            load,
            self._known_load(planned),
            unit=self.basis.scale.unit,
            drift=self.known.drift,
            drift_share=assumed.drift_share,
            adjusted_before=assumed.adjusted_before if adjusted is None else adjusted,
            worst=lambda: self.basis.permitted(load, self.basis.scale.part_at(load)),
            share=self.basis.rules.standards.share,
        )

    def _known_load(self, load: Quantity) -> LoadReference | None:
        """Of the weights used, else of their class; None: nobody knows."""
        known = next((one for one in self.known.references if one.load == load), self.references.get(load))
        if known is not None:
            return known
        of_class = self.basis.rules.classes[self.basis.scale.accuracy_class].weights
        return load_of_class(load, self.known.weights_class or of_class)

    def _part(
        self, name: str, evaluated: Evaluated, value: float | None, source: str, *, sensitivity: float = 1.0
    ) -> Component:
        unit = self.basis.scale.unit
        return component(name, evaluated, sensitivity, value=value, unit=unit, source=source)

    def _float(self, mass: Quantity) -> float:
        return float(mass.to(self.basis.scale.unit).value)


def _last_digit(row: Weighing | None, zero: Quantity) -> Quantity:
    if row is None or not row.high_resolution:
        return zero
    return row.indication.last_digit
