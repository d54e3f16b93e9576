"""From the observations of measures of length to points. Pure: same sheets, same points.

The error is nominal − true length at the reference temperature and the marked tension. The comparison is done
in fractions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.length_measures.instrument import LengthMarks, expanded, stretched
from procedures.length_measures.observation import Compared, MeasureSheet
from procedures.length_measures.rules import LengthMeasureRules
from procedures.point import Activity, Method, Point, Reason
from procedures.subjects.judging import C, I, Judged, N, decided, few, stated, visual_points
from procedures.tolerance import symmetric
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import Evaluated, rectangular

_NANO = Decimal("1e-9")
MODEL = "E = L − (Ls − es)[1 + αs (ts − tr)][1 − α (t − tr)] + L (F − F0)/(A E)"


@dataclass(frozen=True)
class Judging:
    """Measures of one make, one table, one activity."""

    marks: LengthMarks
    rules: LengthMeasureRules
    activity: Activity

    def points(self, sheets: Sequence[MeasureSheet]) -> list[Judged]:
        """All points of all measures.

        Raises:
            ProcedureError: a row cannot be judged; names it.
        """
        found: list[Judged] = []
        for sheet in sheets:
            found += visual_points(sheet)
            counts: dict[str, int] = {}
            for index, row in enumerate(sheet.comparison):
                name = f"interval {row.nominal}" if row.interval else str(row.nominal)
                counts[name] = counts.get(name, 0) + 1
                label = f"accuracy/{sheet.id}/{name}/{counts[name]}"
                found.append(self._point(sheet.id, label, row, f"$.meter[{sheet.id}].comparison[{index}]"))
        return found

    def notices(self, sheets: Sequence[MeasureSheet]) -> Iterator[Reason]:
        """What was not corrected, though it decides nothing."""
        rows = [row for sheet in sheets for row in sheet.comparison]
        if rows and (self.marks.expansion is None or any(row.temperature is None for row in rows)):
            yield Reason(code="state_not_stated", facts={"states": "temperature"})
        elastic = (self.marks.tension, self.marks.section, self.marks.modulus)
        slack = [str(row.nominal) for row in rows if row.tension is None]
        if self.marks.form == "tape" and rows and (slack or None in elastic):
            yield Reason(code="tension_not_corrected", facts={"points": few(slack or ["*"])})

    def true_length(self, row: Compared) -> Fraction:
        """In mm, at the reference temperature and the marked tension."""
        conditions = self.rules.tests.reference_temperature
        shown = _mm(row.reference) - _mm(row.reference_error)
        there = row.temperature if row.reference_temperature is None else row.reference_temperature
        here = shown
        if row.reference_expansion is not None and there is not None:
            warmer = Fraction(there.to("°C").value) - Fraction(conditions.to("°C").value)
            here = shown * (1 + Fraction(row.reference_expansion) * warmer)
        slack = stretched(here, self.marks, row.tension)
        return expanded(here, self.marks.expansion, row.temperature, conditions) - slack

    def _point(self, measure: str, label: str, row: Compared, path: str) -> Judged:
        try:
            true = self.true_length(row)
            whole = _mm(row.nominal)
            beyond = whole > _mm(self.marks.length)
            doubt = None if row.uncertainty is None else _doubt(row.uncertainty, whole)
        except UnitError as mistake:
            raise _impossible(path, str(mistake)) from None
        if true <= 0 or whole <= 0 or beyond:
            raise _impossible(
                path, "a length is not above zero" if not beyond else "it is beyond the measure"
            )
        judge = self.rules.permitted_interval if row.interval else self.rules.permitted
        limit = judge(self.marks, row.nominal, self.activity)
        citation = self.rules.intervals_citation if row.interval else self.rules.limits_citation
        tolerance = symmetric(limit, citation)
        difference = whole - true
        error = stated(difference, "mm")
        outcome, reason = decided(error, tolerance, doubt, self.rules.standards.least_ratio, row.faults)
        if outcome is not I:
            outcome = C if abs(difference) <= Fraction(limit.value) else N
        return Judged(
            point=Point(
                section="accuracy",
                label=label,
                subject=measure,
                nominal=row.nominal,
                indication=row.nominal,
                reference=stated(true, "mm", 6),
                error=error,
                tolerance=tolerance,
                method=Method.DIRECT,
                outcome=outcome,
                reason=reason,
                readings=row.readings,
            ),
            parts=() if doubt is None else tuple(self._parts(doubt)),
            model=MODEL,
            group=label.split("/")[2],
        )

    def _parts(self, doubt: Quantity) -> Iterator[Component]:
        certificate = Evaluated(float(doubt.value) / 2)
        yield component("certificate", certificate, unit="mm", source="certificate of the standard")
        step = float(_mm(self.rules.tests.read_step))
        yield component("reading", rectangular(step / 2), unit="mm", source="marks compared by eye")


def _doubt(uncertainty: Quantity, whole: Fraction) -> Quantity:
    """In mm, never rounded down."""
    exact = _mm(uncertainty) if uncertainty.unit != "%" else Fraction(uncertainty.value) * whole / 100
    return Quantity(-(-(exact * 10**9).numerator // (exact * 10**9).denominator), "mm") * _NANO


def _mm(length: Quantity) -> Fraction:
    return Fraction(length.to("mm").value)


def _impossible(path: str, why: str) -> ProcedureError:
    return ProcedureError(
        "length_measures.row_impossible",
        "The row `{path}` cannot be right: {why}.",
        "Compare it with the observation sheet.",
        path=path,
        why=why,
    )
