"""From the observations of one complete test to its points and verdict. Pure: same sheet, same verdict.

Every section follows from its rows; nothing that is not in the rows is assumed. What was not done is absent,
unless the caller requires it: then it leaves the verdict open.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from drivers.quantity import Quantity
from procedures.conformity import decide
from procedures.errors import ProcedureError
from procedures.phase import missing_sections, phase_of
from procedures.point import Activity, Method, Outcome, Phase, Point, Tolerance
from procedures.scales.basis import Basis
from procedures.scales.comparison import discrimination_point, range_point, same_loads
from procedures.scales.indication_error import ErrorFound
from procedures.scales.instrument import Scale
from procedures.scales.loads import named_loads
from procedures.scales.observation import (
    Accuracy,
    Discriminated,
    Eccentric,
    Observations,
    Tared,
    Weighing,
    ZeroSetting,
)
from procedures.scales.rules import ScaleRules, Section
from procedures.tolerance import symmetric


def assess(
    scale: Scale,
    rules: ScaleRules,
    activity: Activity,
    observations: Observations,
    *,
    required: Sequence[Section] = (),
) -> Phase:
    """Judge one test.

    Args:
        scale: the instrument under test.
        rules: the table in force.
        activity: the tolerances may depend on it.
        observations: what was seen.
        required: sections without which the verdict stays open.

    Raises:
        ProcedureError: a load beyond Max, a range that the scale has not, a row that cannot be judged.
    """
    return judged(Sheet(Basis(scale, rules, activity, observations)), required=required)


def judged(sheet: "Sheet", *, required: Sequence[Section] = ()) -> Phase:
    """Judge a sheet; see `assess`."""
    rules = sheet.basis.rules
    points = tuple(sheet.points())
    missing = missing_sections([name for name in rules.order if name in required], points)
    return phase_of(rules.id, rules.order, points, missing)


def required_sections(scale: Scale, rules: ScaleRules, activity: Activity) -> tuple[Section, ...]:
    """The sections that a complete test of this scale has."""
    skipped: set[str] = set()
    if activity not in rules.tare.activities:
        skipped.add("tare")
    loads = named_loads(scale, rules, rules.discrimination.loads)
    if all(scale.part_at(one.greatest).resolution < rules.discrimination.smallest_d for one in loads):
        skipped.add("discrimination")
    return tuple(name for name in rules.order if name not in skipped)


def permitted_error(scale: Scale, rules: ScaleRules, activity: Activity, load: Quantity) -> Quantity:
    """The permitted error at a load, without sign.

    Raises:
        ProcedureError: the table has no band for so great a load.
    """
    return Basis(scale, rules, activity, Observations()).permitted(load, scale.part_at(load))


class Sheet(msgspec.Struct, frozen=True, eq=False):
    """The points of one observation sheet."""

    basis: Basis
    rows: dict[str, Weighing] = msgspec.field(default_factory=dict)
    """the row behind each point that has an error of indication, by label; filled by `points`"""

    def points(self) -> Iterator[Point]:
        """All points in the order of the rules."""
        for name in self.basis.rules.order:
            yield from self.section(name)

    def section(self, name: Section) -> Iterator[Point]:
        """The points of one section, which no row of another section changes but the one that gives E0."""
        if name == "visual":
            yield from self._visual()
            return
        given: Counter[str] = Counter()
        for number, row in enumerate(self._rows(name), 1):
            label = self._label(row, number)
            given[label] += 1
            yield self._judge(name, row, _counted(label, given[label]))
        if name == "repeatability":
            yield from self._ranges()

    def newest(self, name: Section) -> Point:
        """The point of the last row of a section, as `section` gives it."""
        rows = self._rows(name)
        labels = [self._label(row, number) for number, row in enumerate(rows, 1)]
        return self._judge(name, rows[-1], _counted(labels[-1], labels.count(labels[-1])))

    def _label(self, row: Weighing | Discriminated, number: int) -> str:
        """See `_label`; a row keeps its place, for each later sheet has one more behind it."""
        known = self.basis.known.labels.get(id(row))
        if known is None or known[0] is not row:
            known = self.basis.known.labels[id(row)] = (row, _label(row, number))
        return known[1]

    def _rows(self, name: Section) -> Sequence[Weighing | Discriminated]:
        found: Sequence[Weighing | Discriminated] = getattr(self.basis.seen, name)
        return found

    def _visual(self) -> Iterator[Point]:
        rules = self.basis.rules
        known = rules.visual_items(self.basis.activity, self.basis.scale.features)
        for item, in_order in self.basis.seen.visual.items():
            if item not in known:
                raise ProcedureError(
                    "case.visual_item",
                    "The checklist of {rules} has no line {item}.",
                    "Its lines are: {known}.",
                    rules=rules.id,
                    item=item,
                    known=", ".join(known),
                )
            yield Point(
                section="visual",
                label=f"visual/{item}",
                method=Method.INSPECTION,
                outcome=Outcome.CONFORMS if in_order else Outcome.DOES_NOT_CONFORM,
                reason="" if in_order else "visual_fault",
            )

    def _ranges(self) -> Iterator[Point]:
        """The range of the weighings that had the same load; one alone has no range."""
        series = same_loads(self.basis.seen.repeatability)
        for same in series:
            which = f"/{same[0].load}" if len(series) > 1 else ""
            if len(same) > 1:
                yield range_point(self.basis, same, f"repeatability/range{which}")

    def _judge(self, section: Section, row: Weighing | Discriminated, label: str) -> Point:
        if isinstance(row, Discriminated):
            self.basis.check_load(row.load, row.load, row.range)
            return discrimination_point(self.basis, row, label)
        self.rows[label] = row
        zero_error = self._zero_error(section, row)
        known = self.basis.known.points.get(label)
        if known is None or known[0] is not row or known[1] is not zero_error:
            known = row, zero_error, self._weighed(section, label, row, zero_error)
            self.basis.known.points[label] = known
        return known[2]

    def _zero_error(self, section: Section, row: Weighing) -> ErrorFound | None:
        """What a row is corrected by; the one that gave E0 is not corrected by itself."""
        if isinstance(row, Tared):
            return self.basis.tare_zero_error(row) if row.load else None
        return None if section == "zero" or row is self.basis.zero_row() else self.basis.zero_error()

    def _tolerance(self, section: Section, row: Weighing, gross: Quantity) -> Tolerance:
        rules = self.basis.rules
        part = self.basis.part(row.load, row.range, gross)
        if section == "zero":
            return symmetric(self.basis.setting(rules.zero.limit_e, part), rules.zero.citation)
        if section == "tare" and not row.load:
            return symmetric(self.basis.setting(rules.tare.zero_limit_e, part), rules.tare.citation)
        limit = self.basis.permitted(row.load, part)
        return symmetric(limit, rules.tolerance.citation[self.basis.activity])

    def _weighed(self, section: Section, label: str, row: Weighing, zero_error: ErrorFound | None) -> Point:
        gross = row.load + row.tare if isinstance(row, Tared) else row.load
        tolerance = self._tolerance(section, row, gross)
        self.basis.check_row(row)
        found = self.basis.found(row, gross)
        corrected = found.corrected(zero_error)
        outcome = decide(corrected.lowest, corrected.highest, tolerance)
        takes_zero = zero_error is not None and found.takes_zero_error
        return Point(
            section=section,
            label=label,
            nominal=row.load,
            indication=row.indication,
            added=row.added,
            reference=row.load,
            error=found.exact if corrected.exact is not None else None,
            error_bounds=None if corrected.exact is not None else (corrected.lowest, corrected.highest),
            corrected_error=corrected.exact if takes_zero else None,
            tolerance=tolerance,
            method=found.method,
            outcome=outcome,
            reason="error_undecided" if outcome is Outcome.INDETERMINATE else "",
            readings=row.readings,
        )


def _label(row: Weighing | Discriminated, number: int) -> str:
    """What a row is called; `number` counts the rows of its section."""
    match row:
        case Accuracy():
            where = "accuracy" if row.direction is None else f"accuracy/{row.direction}"
            return f"{where}/{row.planned or row.load}"
        case Eccentric():
            return f"eccentricity/{row.position}"
        case ZeroSetting():
            return "zero"
        case Tared():
            return f"tare/{row.tare}/{row.load}"
        case Discriminated():
            return f"discrimination/{row.load}"
        case _:
            return f"repeatability/{number}"


def _counted(label: str, count: int) -> str:
    """A row of the same name as one before it is told apart."""
    return label if count == 1 else f"{label} ({count})"
