"""From the observations of a dispenser to points and verdict. Pure: same sheet, same verdict.

Each nozzle has an outcome of its own; the totaliser counts for every nozzle of its meter. Source of what is
compared with what: the rule table. All comparisons are exact and inclusive, in whole fractions.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.conformity import worst
from procedures.fuel_dispensers.checks import preset_points, price_point, totaliser_point
from procedures.fuel_dispensers.delivered import Limits, Run
from procedures.fuel_dispensers.observation import Observations, Sheet
from procedures.fuel_dispensers.rules import Denominator, Section
from procedures.phase import phase_of
from procedures.point import Method, Outcome, Phase, Point, Reason, Subject, Tolerance
from procedures.subjects.judging import inspected

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
_METHODS: Final[dict[Denominator, Method]] = {
    "nominal": Method.RELATIVE_NOMINAL,
    "indicated": Method.RELATIVE_INDICATED,
    "reference": Method.RELATIVE,
}


def runs_of(limits: Limits, sheet: Sheet) -> tuple[Run, ...]:
    """All deliveries of a nozzle in the order of the rules.

    Raises:
        ProcedureError: a row cannot be judged; names it.
    """
    found: dict[str, list[Run]] = {flow.name: [] for flow in limits.rules.flows}
    for index, row in enumerate(sheet.delivery):
        path = f"$.nozzle[{sheet.id}].delivery[{index}]"
        same = found.get(row.at, [])
        run = limits.run(sheet.id, len(same) + 1, row, path)
        same.append(run)
    return tuple(run for runs in found.values() for run in runs)


def assess(limits: Limits, seen: Observations, *, required: Sequence[Section] = ()) -> Phase:
    """Judge one test of all nozzles.

    Args:
        limits: dispenser, table, activity.
        seen: what was seen.
        required: sections without which the verdict stays open.

    Raises:
        ProcedureError: a row cannot be judged.
    """
    points = tuple(point for name in limits.rules.order for point in _section(limits, seen, name))
    missing = [reason for sheet in seen.nozzle for reason in _missing(limits, sheet, seen, points, required)]
    return phase_of(limits.rules.id, limits.rules.order, points, missing)


def subjects(limits: Limits, phase: Phase, seen: Observations) -> tuple[Subject, ...]:
    """The outcome of each nozzle: its own points, those of its meter, open while something is missing."""
    found = []
    for sheet in seen.nozzle:
        meters = {label for label, names in _totalised(seen) if sheet.id in names}
        sharing = limits.marks.sharing(sheet.id) if limits.rules.shared_meter.accuracy == "together" else ()
        own = [
            point
            for point in phase.points
            if point.subject == sheet.id
            or point.label in meters
            or (point.subject in sharing and point.section in {"accuracy", "repeatability"})
        ]
        lacking = any(reason.facts.get("nozzle") == sheet.id for reason in phase.verdict.reasons)
        found.append(
            Subject(
                id=sheet.id,
                serial=limits.marks.nozzle(sheet.id).serial,
                outcome=worst([*(point.outcome for point in own), *([I] if lacking else [])]),
                failing=tuple(point.label for point in own if point.outcome is N),
            )
        )
    return tuple(found)


def _totalised(seen: Observations) -> Iterator[tuple[str, tuple[str, ...]]]:
    for row in seen.totaliser:
        yield f"totaliser/{'+'.join(row.nozzles)}", row.nozzles


def _section(limits: Limits, seen: Observations, name: Section) -> Iterator[Point]:
    if name == "totaliser":
        yield from (totaliser_point(limits, seen, row) for row in seen.totaliser)
        return
    for sheet in seen.nozzle:
        yield from _of_nozzle(limits, sheet, name)


def _of_nozzle(limits: Limits, sheet: Sheet, name: Section) -> Iterator[Point]:
    runs = runs_of(limits, sheet)
    match name:
        case "visual":
            items = limits.rules.visual.at(limits.activity)
            yield from inspected(sheet.visual, items, limits.rules.id, sheet.id)
        case "accuracy":
            yield from (_point(limits, run) for run in runs)
        case "repeatability":
            yield from _repeatability(limits, sheet.id, runs)
        case "price":
            yield from (price_point(limits, run) for run in runs if run.row.price is not None)
        case "preset":
            for run in runs:
                yield from preset_points(limits, run)
        case "totaliser":
            pass  # of a meter, not of a nozzle


def _point(limits: Limits, run: Run) -> Point:
    return Point(
        section="accuracy",
        label=f"accuracy/{run.name}",
        subject=run.nozzle,
        nominal=run.row.vessel.nominal,
        indication=run.row.indication,
        reference=run.reference,
        error=run.error,
        tolerance=run.tolerance,
        method=_METHODS[limits.rules.denominator],
        outcome=run.outcome,
        reason=run.reason,
        readings=run.row.readings,
    )


def _repeatability(limits: Limits, nozzle: str, runs: Sequence[Run]) -> Iterator[Point]:
    """The range of the errors, flow by flow or of all full deliveries of the nozzle."""
    rules = limits.rules
    groups: dict[str, list[Run]] = {}
    for run in runs:
        if run.flow.quantity == "vessel":
            groups.setdefault(run.flow.name if rules.repeatability.across == "flow" else "", []).append(run)
    for name, group in groups.items():
        if len(group) < rules.repeatability.least:
            continue
        limit = limits.range_at(min(run.whole for run in group))
        if limit is None:
            continue
        shares = [run.share for run in group]
        spread = max(shares) - min(shares)
        outcome = C if spread <= Fraction(limit.value) else N
        if any(run.outcome is I for run in group):
            outcome = I
        reason = {C: "", N: "range_exceeded", I: "range_undecided"}[outcome]
        yield Point(
            section="repeatability",
            label=f"repeatability/{nozzle}/{name}".rstrip("/"),
            subject=nozzle,
            error=_percent(spread),
            tolerance=Tolerance(lower=Quantity(0, "%"), upper=limit, citation=rules.repeatability.citation),
            method=Method.COMPARISON,
            outcome=outcome,
            reason=reason,
            readings=tuple(path for run in group for path in run.row.readings),
        )


def _percent(share: Fraction) -> Quantity:
    """Rounded up at the twelfth place, so that no limit is met by rounding."""
    steps = -(-share.numerator * 10**12 // share.denominator)
    return Quantity(Decimal(steps).scaleb(-12).normalize() + 0, "%")


def _missing(
    limits: Limits, sheet: Sheet, seen: Observations, points: Sequence[Point], required: Sequence[Section]
) -> Iterator[Reason]:
    own = [point for point in points if point.subject == sheet.id]
    for name in required:
        there = any(point.section == name for point in own)
        match name:
            case "accuracy":
                planned = {
                    f.name: limits.rules.planned(limits.marks, f) for f in limits.rules.flows if f.required
                }
                taken = [row.at for row in sheet.delivery]
                there = all(taken.count(flow) >= count for flow, count in planned.items())
            case "preset":
                there = there or not sheet.preset_fitted
            case "totaliser":
                there = any(sheet.id in row.nozzles for row in seen.totaliser)
            case "repeatability":
                there = True  # follows from the deliveries, where there are enough and they are large enough
            case "visual" | "price":
                pass
        if not there:
            yield Reason(code="section_missing", facts={"section": name, "nozzle": sheet.id})
