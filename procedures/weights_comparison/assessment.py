"""From the rows of an observation sheet to points and a verdict; pure, so that run, case and audit agree.

Each weight has its own outcome; lines of the checklist that hold for the whole set count for each of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from procedures.conformity import worst
from procedures.phase import phase_of
from procedures.point import Method, Outcome, Phase, Point, Reason, Subject
from procedures.weights_comparison.instrument import TestedWeight
from procedures.weights_comparison.judging import Judged, Judging
from procedures.weights_comparison.mass import compared
from procedures.weights_comparison.observation import Observations
from procedures.weights_comparison.rules import Section

C, N, OPEN = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE


@dataclass
class Sheet:
    """All points of one sheet, and the results behind those of the weights."""

    judging: Judging
    seen: Observations
    judged: list[Judged] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    _given: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Judge all rows."""
        for section in self.judging.rules.order:
            match section:
                case "visual":
                    self.points += self._visual()
                case "accuracy":
                    self.judged += self._accuracy()
                    self.points += [one.point for one in self.judged]

    def _visual(self) -> Iterator[Point]:
        for item, in_order in self.seen.visual.items():
            yield _inspected(f"visual/{item}", "", in_order=in_order)
        for name, items in self.seen.visual_of.items():
            weight = self.judging.weight(name)
            for item, in_order in items.items():
                yield _inspected(f"visual/{weight.id}/{item}", weight.id, in_order=in_order)

    def _accuracy(self) -> Iterator[Judged]:
        judging = self.judging
        for row in self.seen.comparison:
            for one in compared(row, judging.uut, judging.rules):
                yield judging.of_comparison(one, self._label(one.weight))
        for found in self.seen.found:
            yield judging.of_paper(found, self._label(judging.weight(found.weight)))

    def _label(self, weight: TestedWeight) -> str:
        count = self._given[weight.id] = self._given.get(weight.id, 0) + 1
        return f"accuracy/{weight.id}" if count == 1 else f"accuracy/{weight.id} ({count})"


def assess(judging: Judging, seen: Observations, *, required: Sequence[Section] = ()) -> Phase:
    """Judge one test of a set.

    Args:
        judging: the set and its rules.
        seen: what was seen.
        required: sections without which the verdict stays open.

    Raises:
        ProcedureError: a row cannot be judged.
    """
    sheet = Sheet(judging, seen)
    points = tuple(sheet.points)
    missing = tuple(_missing(judging, points, required))
    decisions = {one.point.label: one for one in sheet.judged}

    def found(point: Point) -> dict[str, str]:
        judged = decisions.get(point.label)
        reasons = judged.decision.reasons if judged is not None else ()
        return {name: fact for reason in reasons for name, fact in reason.facts.items()}

    return phase_of(judging.rules.id, judging.rules.order, points, missing, also=found)


def subjects(judging: Judging, phase: Phase) -> tuple[Subject, ...]:
    """The outcome of each weight: its own points, and those of the whole set; what all lack each lacks."""
    lacking = {reason.facts.get("weight") for reason in phase.verdict.reasons}
    whole = any(reason.code == "section_missing" for reason in phase.verdict.reasons)
    return tuple(
        Subject(
            id=weight.id,
            serial=weight.serial,
            outcome=worst([*(p.outcome for p in own), *([OPEN] if whole or weight.id in lacking else [])]),
            failing=tuple(point.label for point in own if point.outcome is N),
        )
        for weight in judging.uut.tested
        for own in [[p for p in phase.points if p.subject in {"", weight.id}]]
    )


def _missing(judging: Judging, points: Sequence[Point], required: Sequence[Section]) -> Iterator[Reason]:
    if "visual" in required and not any(point.section == "visual" for point in points):
        yield Reason(code="section_missing", facts={"section": "visual"})
    if "accuracy" in required:
        done = {point.subject for point in points if point.section == "accuracy"}
        for weight in judging.uut.tested:
            if weight.id not in done:
                yield Reason(code="weight_missing", facts={"section": "accuracy", "weight": weight.id})


def _inspected(label: str, subject: str, *, in_order: bool) -> Point:
    return Point(
        section="visual",
        label=label,
        subject=subject,
        method=Method.INSPECTION,
        outcome=C if in_order else N,
        reason="" if in_order else "visual_fault",
    )
