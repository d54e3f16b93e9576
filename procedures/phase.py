"""From judged points to the phase of one complete test: its sections, its verdict, and why.

Every kind of instrument concludes in the same way: one failure fails, one doubt or gap leaves open.
"""

from collections.abc import Callable, Mapping, Sequence

from procedures.conformity import worst
from procedures.point import Outcome, Phase, Point, Reason, Verdict


def phase_of(
    rules: str,
    order: Sequence[str],
    points: Sequence[Point],
    missing: Sequence[Reason] = (),
    *,
    also: Callable[[Point], Mapping[str, str]] = lambda _: {},
) -> Phase:
    """The phase of one test.

    Args:
        rules: id of the table.
        order: its sections.
        points: all of them, judged.
        missing: what a complete test has and this one has not; each names its `section`, and leaves it and
            the verdict open.
        also: further facts for the reason of a point.
    """
    lacking = [reason.facts["section"] for reason in missing]
    sections: dict[str, Outcome] = {}
    for name in dict.fromkeys((*order, *(point.section for point in points), *lacking)):
        outcomes = [point.outcome for point in points if point.section == name]
        outcomes += [Outcome.INDETERMINATE] * (name in lacking)
        if outcomes:
            sections[name] = worst(outcomes)
    doubtful = (point for point in points if point.outcome is not Outcome.CONFORMS)
    verdict = Verdict(
        outcome=worst(sections.values()),
        rule=rules,
        failing=tuple(point.label for point in points if point.outcome is Outcome.DOES_NOT_CONFORM),
        reasons=(*(_reason(point, also(point)) for point in doubtful), *missing),
        sections=sections,
    )
    return Phase(points=tuple(points), verdict=verdict)


def missing_sections(required: Sequence[str], points: Sequence[Point]) -> tuple[Reason, ...]:
    """The required sections of which there is no point."""
    there = {point.section for point in points}
    return tuple(
        Reason(code="section_missing", facts={"section": name}) for name in required if name not in there
    )


def _reason(point: Point, also: Mapping[str, str]) -> Reason:
    facts = {"point": point.label}
    error = point.error if point.corrected_error is None else point.corrected_error
    if error is not None:
        facts["error"] = str(error)
    elif point.error_bounds is not None:
        facts["error"] = f"{point.error_bounds[0]} … {point.error_bounds[1]}"
    if point.tolerance is not None:
        facts |= {"lower": str(point.tolerance.lower), "upper": str(point.tolerance.upper)}
    return Reason(code=point.reason or "error_outside_tolerance", facts={**facts, **also})
