"""From judged rows to a phase, and to the outcome and validity of each instrument. Pure.

The label of a point is `section/instrument/…`. A row with a fault, or whose reference is not known well
enough, decides nothing. Comparisons are exact and inclusive (`conformity`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule, accept
from procedures.conformity import worst
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.phase import phase_of as phase_of_points
from procedures.point import Activity, Conclusion, Method, Outcome, Phase, Point, Reason, Subject, Tolerance
from procedures.scales.conclusion import years_later
from procedures.subjects.rules import SubjectRules
from procedures.subjects.sheet import Sheet
from procedures.uncertainty.budget import Component, combine, component
from procedures.uncertainty.evaluation import pooled, repeated

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
_SEVERAL = 2
_FEW = 6


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One point, and what its uncertainty consists of."""

    point: Point
    parts: tuple[Component, ...] = ()
    """in the unit of the error; none: nothing is known of the reference"""
    model: str = ""
    group: str = ""
    """runs of one instrument in one group repeat one another; empty: repeats nothing"""


def decided(
    error: Quantity,
    tolerance: Tolerance,
    doubt: Quantity | None,
    least_ratio: Decimal,
    faults: Sequence[str] = (),
) -> tuple[Outcome, str]:
    """Outcome and reason of one error.

    Args:
        error: exact.
        tolerance: its limits.
        doubt: expanded uncertainty of the reference; None: not stated, then it has no say.
        least_ratio: the permitted error is at least so many times the doubt.
        faults: what makes the row decide nothing.
    """
    if faults:
        return I, faults[0]
    rule = AcceptanceRule(least_ratio=None if doubt is None else least_ratio)
    decision = accept(error, error, tolerance, doubt, rule)
    return decision.outcome, decision.reasons[0].code if decision.reasons else ""


def stated(value: Fraction, unit: str, places: int = 9) -> Quantity:
    """An exact number as a point shows it, rounded at a place far below what it is compared with."""
    return Quantity(Decimal(round(value * 10**places)).scaleb(-places).normalize() + 0, unit)


def cut(value: Fraction, unit: str, places: int = 9) -> Quantity:
    """A limit as a point shows it, cut off: nothing beyond the true limit looks permitted."""
    return Quantity(Decimal(int(value * 10**places)).scaleb(-places).normalize() + 0, unit)


def inspected(
    seen: Mapping[str, bool], items: Sequence[str], rules: str, subject: str = ""
) -> Iterator[Point]:
    """A point for each line of the checklist that was looked at.

    Raises:
        ProcedureError: the checklist of the rules has no such line.
    """
    for item, in_order in seen.items():
        if item not in items:
            raise ProcedureError(
                "case.visual_item",
                "The checklist of {rules} has no line {item}.",
                "Its lines are: {known}.",
                rules=rules,
                item=item,
                known=", ".join(items),
            )
        yield Point(
            section="visual",
            label="/".join(filter(None, ("visual", subject, item))),
            subject=subject,
            method=Method.INSPECTION,
            outcome=C if in_order else N,
            reason="" if in_order else "visual_fault",
        )


def visual_points(sheet: Sheet, rules: SubjectRules, activity: Activity) -> Iterator[Judged]:
    """What was looked at on one of several instruments; see `inspected`.

    Raises:
        ProcedureError: the checklist of the rules has no such line at that activity.
    """
    for point in inspected(sheet.visual, rules.visual.at(activity), rules.id, sheet.id):
        yield Judged(point=point)


def budgets_of(judged: Sequence[Judged]) -> tuple[PointBudget, ...]:
    """A budget for each point whose reference is known, with the spread of repeated runs in it."""
    spreads = {group: _spread(judged, group) for group in {one.group for one in judged if one.group}}
    return tuple(
        PointBudget(
            point=one.point.label,
            unit=one.point.error.unit,
            budget=combine((*one.parts, *spreads.get(one.group, ()))),
            model=one.model,
        )
        for one in judged
        if one.parts and one.point.error is not None
    )


def _spread(judged: Sequence[Judged], group: str) -> tuple[Component, ...]:
    """Pooled over the instruments: they are of one make and had the same load."""
    by_subject: dict[str, list[float]] = {}
    unit = "1"
    for one in judged:
        if one.group == group and one.point.error is not None:
            unit = one.point.error.unit
            by_subject.setdefault(one.point.subject, []).append(float(one.point.error.value))
    series = [repeated(errors) for errors in by_subject.values() if len(errors) >= _SEVERAL]
    if not series:
        return ()
    return (component("repeatability", pooled(series), unit=unit, source="runs at this point"),)


def phase_of(
    rules: SubjectRules,
    judged: Sequence[Judged],
    planned: Mapping[str, str] | None = None,
) -> Phase:
    """The phase of one complete test.

    Args:
        rules: the table in force.
        judged: all points.
        planned: section by label of what a complete test has; what is missing leaves the verdict open.
    """
    order = {name: index for index, name in enumerate(rules.order)}
    ordered = sorted(judged, key=lambda one: order.get(one.point.section, len(order)))
    points = tuple(one.point for one in ordered)
    missing = tuple(_missing({point.label for point in points}, planned or {}))
    return with_uncertainty(phase_of_points(rules.id, rules.order, points, missing), budgets_of(judged))


def _missing(given: set[str], planned: Mapping[str, str]) -> Iterator[Reason]:
    lacking = {(section, label.split("/")[1]) for label, section in planned.items() if label not in given}
    for section, subject in sorted(lacking):
        yield Reason(code="section_missing", facts={"section": section, "meter": subject})


def concluded(
    phase: Phase,
    sheets: Iterable[Sheet],
    rules: SubjectRules,
    *,
    on: date | None,
    notices: Sequence[Reason],
    as_found: Phase | None = None,
) -> Conclusion:
    """Join the deciding phase with its validity, instrument by instrument.

    Args:
        phase: the deciding one.
        sheets: of all instruments.
        rules: the table in force.
        on: the day of the test; None: not known, then no validity is stated.
        notices: in the order in which they are to be read; said once each.
        as_found: the phase before an adjustment.
    """
    years = rules.validity_years
    until = None if on is None or years is None else years_later(on, years)
    told = [*notices]
    if years is None:
        told.append(Reason(code="validity_unknown", facts={"rules": rules.id}))
    return Conclusion(
        points=phase.points,
        verdict=phase.verdict,
        as_found=as_found,
        valid_until=until if phase.verdict.outcome is C else None,
        notices=tuple(notice for i, notice in enumerate(told) if notice not in told[:i]),
        subjects=tuple(_subject(phase, sheet, until) for sheet in sheets),
    )


def _subject(phase: Phase, sheet: Sheet, until: date | None) -> Subject:
    own = [point for point in phase.points if point.subject == sheet.id]
    lacking = any(reason.facts.get("meter") == sheet.id for reason in phase.verdict.reasons)
    outcome = worst([*(point.outcome for point in own), *([I] if lacking else [])])
    return Subject(
        id=sheet.id,
        serial=sheet.serial,
        outcome=outcome,
        failing=tuple(point.label for point in own if point.outcome is N),
        valid_until=until if outcome is C else None,
    )


def few(labels: Sequence[str]) -> str:
    """The labels, or the first of many, for a notice."""
    return ", ".join(labels[:_FEW]) + (" …" if len(labels) > _FEW else "")


def part(share: Decimal) -> str:
    """A part of a limit for a notice, in percent."""
    return str(Quantity(f"{(share * 100).normalize():f}", "%"))
