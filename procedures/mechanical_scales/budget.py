"""The uncertainty of each error of a mechanical scale: the eye at load and at zero, repeatability, weights.

Source: EURAMET cg-18, version 4.0, 7.1 (from memory, unverified), with what the eye can tell apart in place
of the rounding of a display.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum, sqrt

from drivers.quantity import Quantity
from procedures.explanation import PointBudget
from procedures.mechanical_scales.assessment import Sheet
from procedures.mechanical_scales.observation import Observations, Weighing
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.task import MechanicalScaleTask
from procedures.point import Point
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import Evaluated, Repeated, rectangular
from procedures.weight_components import load_components
from procedures.weights import LoadReference, load_of_class

_SEVERAL = 2


@dataclass(frozen=True)
class MechanicalBudgets:
    """Budgets of one sheet."""

    permitted: Permitted
    seen: Observations
    references: Mapping[Quantity, LoadReference] = field(default_factory=dict)

    @classmethod
    def of_task(cls, task: MechanicalScaleTask, seen: Observations) -> "MechanicalBudgets":
        """With the weights of a run."""
        planned = (*task.accuracy, task.repeatability, *([task.eccentricity] if task.eccentricity else []))
        known = {one.load: one.reference for one in planned if one.reference is not None}
        return cls(Permitted(task.scale, task.rules, task.activity), seen, known)

    def of_points(self) -> tuple[PointBudget, ...]:
        """A budget for each point that has an error of indication, in the order of the points."""
        sheet = Sheet(self.permitted, self.seen)
        points = tuple(sheet.points())
        return tuple(self._of(p, sheet.rows[p.label]) for p in points if p.label in sheet.rows)

    def _of(self, point: Point, row: Weighing) -> PointBudget:
        probability = float(self.permitted.rules.uncertainty.probability)
        return PointBudget(
            point=point.label,
            unit=self.permitted.scale.unit,
            budget=combine(tuple(self._components(row)), probability=probability),
            model="E = I − L",
        )

    def _components(self, row: Weighing) -> Iterator[Component]:
        rules, scale = self.permitted.rules, self.permitted.scale
        interval = scale.d or self.permitted.e
        half = self._float(interval) * float(rules.tests.read_share) / 2
        told = f"{rules.tests.read_share} of {interval}, ± ½"
        shown = self._float(row.indication)
        yield component("reading", rectangular(half), value=shown, unit=scale.unit, source=told)
        yield component("zero", rectangular(half), -1.0, value=0.0, unit=scale.unit, source=told)
        yield self._repeatability()
        of_class = rules.types[scale.scale_type].weights
        yield from load_components(
            row.load,
            self.references.get(row.load) or load_of_class(row.load, of_class),
            unit=scale.unit,
            drift=None,
            drift_share=rules.uncertainty.drift_share,
            adjusted_before=rules.uncertainty.adjusted_before,
            worst=lambda: self.permitted.stated(row.load),
            share=rules.tests.standards_share,
        )

    def _repeatability(self) -> Component:
        unit, rows = self.permitted.scale.unit, self.seen.repeatability
        errors = [self._float(row.indication - row.load) for row in rows]
        if len(errors) >= _SEVERAL:
            mean = fsum(errors) / len(errors)
            deviation = sqrt(fsum((error - mean) ** 2 for error in errors) / (len(errors) - 1))
            found = Evaluated(deviation, *Repeated(mean, deviation, len(errors)).of_mean()[1:])
            told = f"{len(errors)} weighings, s of one reading"
            return component("repeatability", found, unit=unit, source=told)
        share = self.permitted.rules.uncertainty.repeatability_e
        assumed = Evaluated(self._float(self.permitted.e * share))
        return component("repeatability", assumed, unit=unit, source=f"assumed: {share} e")

    def _float(self, mass: Quantity) -> float:
        return float(mass.to(self.permitted.scale.unit).value)
