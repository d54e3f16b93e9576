"""From the observations of level gauges to points. Pure: same sheets, same points.

The error is indication − level by dip tape or reference length, the tape at its reference temperature.
Hysteresis is the difference of the errors found rising and falling at one nominal level.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.compared_lengths.judging import Found, Permitted, Read, compared, impossible_row, mm, warmed
from procedures.level_gauges.rules import GaugeMarks, LevelGaugeRules
from procedures.point import Activity, Method, Point, Reason, Tolerance
from procedures.subjects.judging import C, Judged, N, cut, stated, visual_points
from procedures.subjects.sheet import Row, Sheet
from procedures.tolerance import symmetric
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import resolution

MODEL: Final = "E = I − (Ls − es)[1 + α (t − tr)]"
Direction = Literal["up", "down"]


class Dipped(Row, frozen=True, kw_only=True):
    """One level, by gauge and by reference."""

    level: Quantity
    """nominal"""
    direction: Direction
    shown: Quantity
    """by the gauge"""
    reference: Quantity
    """by dip tape or reference length"""
    reference_error: Quantity = Quantity(0, "mm")
    """of the reference there, from its certificate"""
    temperature: Quantity | None = None
    """of the tape"""
    expansion: Decimal | None = None
    """linear, 1/°C, of the tape; None: not corrected"""


class GaugeSheet(Sheet, frozen=True, kw_only=True):
    """One gauge's rows."""

    dip: tuple[Dipped, ...] = ()


@dataclass(frozen=True)
class Judging:
    """Gauges of one make, one table, one activity."""

    marks: GaugeMarks
    rules: LevelGaugeRules
    activity: Activity

    def points(self, sheets: Sequence[GaugeSheet]) -> list[Judged]:
        """All points of all gauges.

        Raises:
            ProcedureError: a row cannot be judged; names it.
        """
        return [point for sheet in sheets for point in self._sheet(sheet)]

    def notices(self, sheets: Sequence[GaugeSheet]) -> Iterator[Reason]:
        """What was not corrected, though it decides nothing."""
        rows = [row for sheet in sheets for row in sheet.dip]
        if any(row.expansion is None or row.temperature is None for row in rows):
            yield Reason(code="state_not_stated", facts={"states": "temperature"})

    def _sheet(self, sheet: GaugeSheet) -> Iterator[Judged]:
        yield from visual_points(sheet, self.rules, self.activity)
        errors: dict[Quantity, dict[str, list[Fraction]]] = {}
        counts: dict[str, int] = {}
        for index, row in enumerate(sheet.dip):
            name = f"{row.level} {row.direction}"
            counts[name] = counts.get(name, 0) + 1
            path = f"$.meter[{sheet.id}].dip[{index}]"
            error = self._error(row, path)
            if not row.faults:
                errors.setdefault(row.level, {}).setdefault(row.direction, []).append(error)
            yield self._point(sheet.id, f"accuracy/{sheet.id}/{name}/{counts[name]}", row, error, path)
        for level, found in errors.items():
            if set(found) == {"up", "down"}:
                means = [sum(one, Fraction(0)) / len(one) for one in (found["up"], found["down"])]
                yield Judged(point=self._hysteresis(sheet.id, level, abs(means[0] - means[1])))

    def _error(self, row: Dipped, path: str) -> Fraction:
        try:
            shown = mm(row.reference) - mm(row.reference_error)
            true = warmed(shown, row.expansion, row.temperature, self.rules.tests.reference_temperature)
            if true >= 0 and mm(row.level) >= 0:
                return mm(row.shown) - true
            why = "a level is below zero"
        except UnitError as mistake:
            why = str(mistake)
        raise impossible_row(path, why)

    def _point(self, gauge: str, label: str, row: Dipped, error: Fraction, path: str) -> Judged:
        rules = self.rules
        limit = rules.permitted(self.marks, row.level, self.activity)
        tolerance = symmetric(cut(limit, "mm"), rules.limits_citation)
        try:
            return compared(
                Found(gauge, label, row.level, row.shown, mm(row.shown) - error, error),
                Permitted(limit, tolerance, rules.standards.least_ratio),
                Read(rules.tests.read_step, "tape read by eye", MODEL),
                row,
                tuple(self._display()),
            )
        except UnitError as mistake:  # the uncertainty of the tape is no length
            raise impossible_row(path, str(mistake)) from None

    def _display(self) -> Iterator[Component]:
        if self.marks.d is not None:
            shown = resolution(float(mm(self.marks.d)))
            yield component("indication", shown, unit="mm", source="smallest step of the gauge")

    def _hysteresis(self, gauge: str, level: Quantity, difference: Fraction) -> Point:
        limit = self.rules.hysteresis[self.marks.accuracy_class].to("mm")
        within = difference <= Fraction(limit.value)
        return Point(
            section="hysteresis",
            label=f"hysteresis/{gauge}/{level}",
            subject=gauge,
            nominal=level,
            error=stated(difference, "mm"),
            tolerance=Tolerance(
                lower=Quantity(0, "mm"), upper=limit, citation=self.rules.hysteresis_citation
            ),
            method=Method.COMPARISON,
            outcome=C if within else N,
            reason="" if within else "hysteresis_exceeded",
        )
