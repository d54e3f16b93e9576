"""From the observations of a mechanical scale to points and verdict. Pure: same sheet, same verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.mechanical_scales.instrument import MechanicalScale
from procedures.mechanical_scales.observation import Observations, Sensed, Weighing
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import MechanicalScaleRules, Section
from procedures.phase import missing_sections, phase_of
from procedures.point import Activity, Method, Outcome, Phase, Point, Tolerance
from procedures.scales.comparison import same_loads
from procedures.scales.indication_error import plain
from procedures.tolerance import symmetric

RANGE = "repeatability/range"


def assess(
    scale: MechanicalScale,
    rules: MechanicalScaleRules,
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
        ProcedureError: a load beyond Max, or a row that cannot be judged.
    """
    points = tuple(Sheet(Permitted(scale, rules, activity), observations).points())
    missing = missing_sections([name for name in rules.order if name in required], points)
    return phase_of(rules.id, rules.order, points, missing)


def required_sections(scale: MechanicalScale, rules: MechanicalScaleRules) -> tuple[Section, ...]:
    """The sections that a complete test of this scale has."""
    has_corners = bool(rules.types[scale.scale_type].positions)
    return tuple(name for name in rules.order if name != "eccentricity" or has_corners)


@dataclass(frozen=True)
class Sheet:
    """The points of one observation sheet; good for one pass."""

    permitted: Permitted
    seen: Observations
    rows: dict[str, Weighing] = field(default_factory=dict)
    """the row behind each point that has an error of indication, by label; filled by `points`"""
    _given: dict[str, int] = field(default_factory=dict)

    def points(self) -> Iterator[Point]:
        """All points in the order of the rules."""
        for name in self.permitted.rules.order:
            match name:
                case "visual":
                    yield from self._visual()
                case "balance":
                    yield from self._balance()
                case "sensitivity":
                    yield from (self._sensed(row) for row in self.seen.sensitivity)
                case "eccentricity":
                    for corner in self.seen.eccentricity:
                        yield self._weighing(name, f"eccentricity/{corner.position}", corner)
                case "accuracy":
                    for row in self.seen.accuracy:
                        yield self._weighing(name, f"accuracy/{row.load}", row)
                case "repeatability":
                    yield from self._repeatability()

    def _visual(self) -> Iterator[Point]:
        rules = self.permitted.rules
        known = rules.visual_items(self.permitted.activity)
        for item, in_order in self.seen.visual.items():
            if item not in known:
                raise ProcedureError(
                    "case.visual_item",
                    "The checklist of {rules} has no line {item}.",
                    "Its lines are: {known}.",
                    rules=rules.id,
                    item=item,
                    known=", ".join(known),
                )
            yield _seen("visual", f"visual/{item}", "visual_fault", in_order=in_order)

    def _balance(self) -> Iterator[Point]:
        if self.seen.balanced is not None:
            yield _seen("balance", "balance", "not_balanced", in_order=self.seen.balanced)

    def _sensed(self, row: Sensed) -> Point:
        self._check_load(row.load)
        due = self.permitted.extra_load(row.load)
        extra = due if row.extra is None else row.extra.to(self.permitted.scale.unit)
        outcome, reason = Outcome.CONFORMS, ""
        if not row.moved:
            outcome, reason = Outcome.DOES_NOT_CONFORM, "not_sensitive"
            if extra < due:
                outcome, reason = Outcome.INDETERMINATE, "extra_load_too_small"
        elif not extra:  # it moved by itself
            outcome, reason = Outcome.INDETERMINATE, "extra_load_too_small"
        elif extra > due:
            outcome, reason = Outcome.INDETERMINATE, "extra_load_too_large"
        return Point(
            section="sensitivity",
            label=self._unique(f"sensitivity/{row.load}"),
            nominal=row.load,
            added=extra,
            method=Method.INSPECTION,
            outcome=outcome,
            reason=reason,
            readings=row.readings,
        )

    def _weighing(self, section: str, label: str, row: Weighing) -> Point:
        self._check_load(row.load)
        unit = self.permitted.scale.unit
        error = plain(row.indication.to(unit) - row.load.to(unit))
        citation = self.permitted.rules.types[self.permitted.scale.scale_type].citation
        unique = self._unique(label)
        self.rows[unique] = row
        return Point(
            section=section,
            label=unique,
            nominal=row.load,
            indication=row.indication,
            reference=row.load,
            error=error,
            tolerance=symmetric(self.permitted.stated(row.load), citation),
            method=Method.DIRECT,
            outcome=self.permitted.decide(error, row.load),
            readings=row.readings,
        )

    def _repeatability(self) -> Iterator[Point]:
        rows = self.seen.repeatability
        for number, row in enumerate(rows, 1):
            yield self._weighing("repeatability", f"repeatability/{number}", row)
        series = same_loads(rows)
        for same in series:
            if len(same) > 1:
                yield self._range(same, RANGE if len(series) == 1 else f"{RANGE}/{same[0].load}")

    def _range(self, rows: Sequence[Weighing], label: str) -> Point:
        load, unit = rows[0].load, self.permitted.scale.unit
        shown = [row.indication.to(unit) for row in rows]
        spread = plain(max(shown) - min(shown))
        outcome = self.permitted.decide(spread, load)
        return Point(
            section="repeatability",
            label=label,
            nominal=load,
            error=spread,
            tolerance=Tolerance(
                lower=Quantity(0, unit),
                upper=self.permitted.stated(load),
                citation=self.permitted.rules.tests.citation,
            ),
            method=Method.COMPARISON,
            outcome=outcome,
            reason="" if outcome is Outcome.CONFORMS else "range_exceeded",
            readings=tuple(path for row in rows for path in row.readings),
        )

    def _check_load(self, load: Quantity) -> None:
        if load.value < 0 or load > self.permitted.scale.max:
            raise ProcedureError(
                "case.load_outside",
                "A load of {load} is outside the range of the scale, 0 to {max}.",
                "Correct the load, or Max.",
                load=str(load),
                max=str(self.permitted.scale.max),
            )

    def _unique(self, label: str) -> str:
        count = self._given[label] = self._given.get(label, 0) + 1
        return label if count == 1 else f"{label} ({count})"


def _seen(section: str, label: str, fault: str, *, in_order: bool) -> Point:
    return Point(
        section=section,
        label=label,
        method=Method.INSPECTION,
        outcome=Outcome.CONFORMS if in_order else Outcome.DOES_NOT_CONFORM,
        reason="" if in_order else fault,
    )
