"""From the fillings of a measure to points and verdict. Pure: same sheet, same verdict.

A measure shows its nominal volume, so its error is nominal less actual: below zero when it holds too much.
Every filling must lie within the limits; all comparisons are exact and inclusive.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from drivers.quantity import Quantity
from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.capacity_measures.observation import Filling, Observations
from procedures.capacity_measures.rules import CapacityMeasureRules, Section
from procedures.capacity_measures.volume import Method as VolumeMethod
from procedures.phase import phase_of
from procedures.point import Activity, Method, Outcome, Phase, Point, Reason, Tolerance
from procedures.rounding import settled
from procedures.subjects.judging import inspected
from procedures.vessels.filling import Filled
from procedures.vessels.judging import volume_point
from procedures.vessels.limits import cut_off

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
    taken = Counter(point.section for point in points)
    missing = [
        Reason(code="section_missing", facts={"section": name})
        for name in judging.rules.order
        if name in required and taken[name] < (judging.fillings if name == "accuracy" else 1)
    ]
    return phase_of(judging.rules.id, judging.rules.order, points, missing)


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
            items = judging.rules.of_type(judging.measure).visual_at(judging.activity)
            yield from inspected(seen.visual, items, judging.rules.id)
        case "accuracy":
            step = judging.measure.d
            blind = step is not None and step > judging.tolerance.upper
            coarse = ("step_too_coarse",) if blind else ()
            for number, row in enumerate(seen.filling, 1):
                yield volume_point(
                    f"accuracy/{number}",
                    judging.measure.nominal,
                    judging.volume(row, number).volume,
                    judging.tolerance,
                    msgspec.structs.replace(row, faults=(*row.faults, *coarse)),
                    least_ratio=judging.rules.standards.least_ratio,
                )
        case "repeatability":
            if len(seen.filling) >= _SEVERAL:
                yield _range(judging, seen)


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
        outcome=Outcome.CONFORMS if within else Outcome.DOES_NOT_CONFORM,
        reason="" if within else "range_exceeded",
        readings=tuple(path for row in seen.filling for path in row.readings),
    )
