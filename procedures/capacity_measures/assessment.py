"""From the fillings of a measure to points and verdict. Pure: same sheet, same verdict.

A measure shows its nominal volume, so its error is nominal less actual: below zero when it holds too much.
Every filling must lie within the limits; all comparisons are exact and inclusive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule, too_large
from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.capacity_measures.observation import Filling, Observations
from procedures.capacity_measures.rules import CapacityMeasureRules, Section
from procedures.capacity_measures.volume import Method as VolumeMethod
from procedures.conformity import decide, worst
from procedures.errors import ProcedureError
from procedures.point import Activity, Method, Outcome, Phase, Point, Reason, Tolerance, Verdict
from procedures.rounding import settled
from procedures.vessels.filling import Filled
from procedures.vessels.limits import cut_off

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
RANGE = "repeatability/range"
_SEVERAL = 2


@dataclass(frozen=True)
class Judging:
    """One measure, one table, one activity."""

    measure: CapacityMeasure
    rules: CapacityMeasureRules
    activity: Activity

    @property
    def tolerance(self) -> Tolerance:
        """Its limits, mL."""
        return self.rules.tolerance(self.measure, self.activity)

    @property
    def fillings(self) -> int:
        """How many a complete test has."""
        return max(self.measure.repeats or 0, self.rules.repeats.fillings)

    def volume(self, row: Filling, number: int) -> Filled:
        """What one filling found."""
        method = VolumeMethod(self.measure, self.rules.standards.reference_temperature)
        return method.volume(row, f"$.filling[{number - 1}]")


def assess(judging: Judging, seen: Observations, *, required: Sequence[Section] = ()) -> Phase:
    """Judge one test.

    Args:
        judging: measure, table, activity.
        seen: what was seen.
        required: sections without which the verdict stays open.

    Raises:
        ProcedureError: a row cannot be judged.
    """
    points = tuple(point for name in judging.rules.order for point in _section(judging, seen, name))
    sections: dict[str, Outcome] = {}
    missing: list[Reason] = []
    for name in judging.rules.order:
        outcomes = [point.outcome for point in points if point.section == name]
        lacking = name in required and (
            not outcomes or (name == "accuracy" and len(outcomes) < judging.fillings)
        )
        if lacking:
            missing.append(Reason(code="section_missing", facts={"section": name}))
        if outcomes or lacking:
            sections[name] = worst([*outcomes, *([I] if lacking else [])])
    verdict = Verdict(
        outcome=worst(sections.values()),
        rule=judging.rules.id,
        failing=tuple(point.label for point in points if point.outcome is N),
        reasons=(*(_reason(point) for point in points if point.outcome is not C), *missing),
        sections=sections,
    )
    return Phase(points=points, verdict=verdict)


def observation_notices(judging: Judging, seen: Observations) -> tuple[Reason, ...]:
    """What is odd about the rows, and the volume that was found: the mean of all fillings."""
    found = [judging.volume(row, number) for number, row in enumerate(seen.filling, 1)]
    notices = [notice for one in found for notice in one.notices]
    if found:
        total = sum((one.volume for one in found[1:]), found[0].volume)
        mean = settled(float(total.value) / len(found), Quantity("0.000001", "L").value)
        at = (
            given
            if (given := judging.measure.reference_temperature) is not None
            else judging.rules.standards.reference_temperature
        )
        facts = {"volume": str(Quantity(mean, "L")), "at": str(at), "fillings": str(len(found))}
        notices.append(Reason(code="volume_found", facts=facts))
    return tuple(notices)


def _section(judging: Judging, seen: Observations, name: Section) -> Iterator[Point]:
    match name:
        case "visual":
            yield from _visual(judging, seen)
        case "accuracy":
            for number, row in enumerate(seen.filling, 1):
                yield _point(judging, row, number)
        case "repeatability":
            if len(seen.filling) >= _SEVERAL:
                yield _range(judging, seen)


def _visual(judging: Judging, seen: Observations) -> Iterator[Point]:
    known = judging.rules.of_type(judging.measure).visual
    for item, in_order in seen.visual.items():
        if item not in known:
            raise ProcedureError(
                "case.visual_item",
                "The checklist of {rules} has no line {item}.",
                "Its lines are: {known}.",
                rules=judging.rules.id,
                item=item,
                known=", ".join(known),
            )
        yield Point(
            section="visual",
            label=f"visual/{item}",
            method=Method.INSPECTION,
            outcome=C if in_order else N,
            reason="" if in_order else "visual_fault",
        )


def _point(judging: Judging, row: Filling, number: int) -> Point:
    nominal, tolerance = judging.measure.nominal, judging.tolerance
    volume = judging.volume(row, number).volume
    error = (nominal.to("L") - volume).to("mL")
    outcome, reason = decide(error, error, tolerance), ""
    doubt = row.uncertainty
    if doubt is not None and doubt.unit == "%":
        doubt = nominal * (doubt.value / 100)
    if doubt is not None and too_large(
        doubt, tolerance, AcceptanceRule(least_ratio=judging.rules.standards.least_ratio)
    ):
        outcome, reason = I, "uncertainty_too_large"
    return Point(
        section="accuracy",
        label=f"accuracy/{number}",
        nominal=nominal,
        indication=nominal,
        reference=volume,
        error=error,
        tolerance=tolerance,
        method=Method.DIRECT,
        outcome=outcome,
        reason=reason,
        readings=row.readings,
    )


def _range(judging: Judging, seen: Observations) -> Point:
    volumes = [judging.volume(row, number).volume for number, row in enumerate(seen.filling, 1)]
    spread = (max(volumes) - min(volumes)).to("mL")
    exact = Fraction(judging.tolerance.upper.value) * Fraction(judging.rules.repeats.range_share)
    within = Fraction(spread.value) <= exact
    limit = Quantity(cut_off(exact), "mL")
    return Point(
        section="repeatability",
        label=RANGE,
        nominal=judging.measure.nominal,
        error=spread,
        tolerance=Tolerance(lower=Quantity(0, "mL"), upper=limit, citation=judging.rules.repeats.citation),
        method=Method.COMPARISON,
        outcome=C if within else N,
        reason="" if within else "range_exceeded",
        readings=tuple(path for row in seen.filling for path in row.readings),
    )


def _reason(point: Point) -> Reason:
    facts = {"point": point.label}
    if point.error is not None:
        facts["error"] = str(point.error)
    if point.tolerance is not None:
        facts |= {"lower": str(point.tolerance.lower), "upper": str(point.tolerance.upper)}
    return Reason(code=point.reason or "error_outside_tolerance", facts=facts)
