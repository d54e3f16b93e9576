"""From the observations of measures of length to points. Pure: same sheets, same points.

The error is nominal − true length at the reference temperature and the marked tension. The comparison is done
in fractions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from drivers.errors import UnitError
from procedures.compared_lengths.judging import Found, Permitted, Read, compared, impossible_row, mm, warmed
from procedures.length_measures.instrument import LengthMarks, expanded, stretched
from procedures.length_measures.observation import Compared, MeasureSheet
from procedures.length_measures.rules import LengthMeasureRules
from procedures.point import Activity, Reason
from procedures.subjects.judging import Judged, few, visual_points
from procedures.tolerance import symmetric

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
            found += visual_points(sheet, self.rules, self.activity)
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
        shown = mm(row.reference) - mm(row.reference_error)
        there = row.temperature if row.reference_temperature is None else row.reference_temperature
        here = warmed(shown, row.reference_expansion, there, conditions)
        slack = stretched(here, self.marks, row.tension)
        return expanded(here, self.marks.expansion, row.temperature, conditions) - slack

    def _point(self, measure: str, label: str, row: Compared, path: str) -> Judged:
        try:
            true = self.true_length(row)
            whole = mm(row.nominal)
            beyond = whole > mm(self.marks.length)
        except UnitError as mistake:
            raise impossible_row(path, str(mistake)) from None
        if true <= 0 or whole <= 0 or beyond:
            raise impossible_row(path, "it is beyond the measure" if beyond else "a length is not above zero")
        rules = self.rules
        judge = rules.permitted_interval if row.interval else rules.permitted
        limit = judge(self.marks, row.nominal, self.activity)
        citation = rules.intervals_citation if row.interval else rules.limits_citation
        try:
            return compared(
                Found(measure, label, row.nominal, row.nominal, true, whole - true),
                Permitted(Fraction(limit.value), symmetric(limit, citation), rules.standards.least_ratio),
                Read(rules.tests.read_step, "marks compared by eye", MODEL),
                row,
            )
        except UnitError as mistake:  # the uncertainty of the standard is no length
            raise impossible_row(path, str(mistake)) from None
