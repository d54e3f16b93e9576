"""`tera compute`: errors, tolerances and verdict from observations already taken; single questions."""

import tomllib
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.cli.exit_code import code_of_verdict
from bench.cli.explaining import budgets_as_json, print_explanation
from bench.cli.output import emit, say, table
from bench.errors import LaboratoryError
from bench.labels import Labels
from drivers import notation
from drivers.quantity import Quantity
from drivers.whole_file import read_text
from procedures import catalogue
from procedures.edition import Procedure
from procedures.errors import ProcedureError
from procedures.heading import heading_of
from procedures.point import Conclusion, Outcome, Point, Subject
from procedures.questions.catalogue import KINDS
from procedures.rounding import told

_ALWAYS: Final = (
    "label",
    "nominal",
    "indication",
    "reference",
    "error",
    "tolerance",
    "uncertainty",
    "outcome",
)


def compute(options: Namespace) -> int:
    """Decide a case file."""
    content = _content(options)
    if "kind" not in content:
        raise LaboratoryError(
            "case.kind_missing",
            "The case does not say its kind.",
            'Add the line kind = "scales" at the top; known kinds are: {known}.',
            known=", ".join([*catalogue.catalogue(), *KINDS]),
        )
    if str(content["kind"]) in KINDS:
        from bench.cli.asking import ask  # noqa: PLC0415 - a test needs none of the questions

        return ask(options, content)
    procedure = _procedure(str(content["kind"]))
    conclusion = procedure.compute(content)
    budgets = {one.point: one for one in procedure.budgets(content)} if options.explain else {}
    if options.json:
        emit(as_json(conclusion) | ({"budgets": budgets_as_json(budgets)} if options.explain else {}))
    else:
        labels = Labels(options.lang)
        print_points(labels, conclusion.points)
        if options.explain:
            print_explanation(labels, conclusion, budgets)
        print_verdict(labels, procedure.id, conclusion)
    return code_of_verdict(conclusion.verdict.outcome)


def _procedure(kind: str) -> Procedure[Any]:
    try:
        return catalogue.find(kind)
    except ProcedureError as unknown:
        if unknown.code != "procedure.unknown":
            raise
    raise ProcedureError(
        "procedure.unknown",
        "There is no procedure {procedure}.",
        "Known are: {known}.",
        procedure=kind,
        known=", ".join([*catalogue.catalogue(), *KINDS]),
    )


def _content(options: Namespace) -> dict[str, object]:
    try:
        return notation.read_toml(read_text(options.case))
    except OSError as problem:
        raise LaboratoryError(
            "file.unreadable",
            "{file} cannot be read: {problem}.",
            "Check the path.",
            file=str(options.case),
            problem=problem.strerror or str(problem),
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as mistake:
        raise LaboratoryError(
            "file.syntax",
            "{file} is not readable as TOML: {mistake}.",
            "Correct that line and try again.",
            file=str(options.case),
            mistake=str(mistake),
        ) from None


def as_json(conclusion: Conclusion) -> dict[str, object]:
    """A conclusion as programs get it: points and verdict in the shapes of the contract."""
    written: dict[str, object] = {
        "outcome": conclusion.verdict.outcome.value,
        "sections": {name: outcome.value for name, outcome in conclusion.verdict.sections.items()},
        "points": [_point(point) for point in conclusion.points],
        "verdict": notation.to_builtins(conclusion.verdict),
        "valid_until": conclusion.valid_until,
        "notices": notation.to_builtins(conclusion.notices),
        "subjects": notation.to_builtins(conclusion.subjects),
    }
    if (found := conclusion.as_found) is not None:
        written["as_found"] = notation.to_builtins(found) | {"points": [_point(p) for p in found.points]}
    return written


def _point(point: Point) -> dict[str, object]:
    """A point with all that the contract lists, null where it is unknown; a record leaves that out."""
    written: dict[str, object] = dict.fromkeys(_ALWAYS)
    return written | notation.to_plain(point)


def print_points(labels: Labels, points: tuple[Point, ...]) -> None:
    """The table of points, for a person; only the columns that somebody has something for."""
    weighed = all(point.nominal is None or point.nominal.dimension == "mass" for point in points)
    columns: dict[str, Callable[[Point], str]] = {
        "point": lambda point: labels.point(point.label),
        "nominal": lambda point: _told(labels, point.nominal),
        "indication": lambda point: _told(labels, point.indication),
        "added": lambda point: _told(labels, point.added),
        "reference": lambda point: _told(labels, point.reference),
        "error": labels.error,
        "limits": labels.limits,
        "result": lambda point: labels.measured(point.outcome, point.method),
    }
    if weighed:
        del columns["nominal"]  # stands in the label of the point
    elif not any(point.added is not None for point in points):
        del columns["added"]
    if weighed or all(point.reference is None for point in points):
        del columns["reference"]
    rows = [tuple(labels.text(f"command.column_{name}") for name in columns)]
    rows += [tuple(cell(point) for cell in columns.values()) for point in points]
    table(rows)


def _told(labels: Labels, quantity: Quantity | None) -> str:
    return "—" if quantity is None else labels.quantity(told(quantity))


def print_verdict(labels: Labels, kind: str, conclusion: Conclusion) -> None:
    """The verdict, for a person: computed, so never the green word of a sealed record."""
    verdict = conclusion.verdict
    say()
    for name, outcome in verdict.sections.items():
        say(f"  {labels.section(name)}: {labels.measured(outcome)}")
    for subject in conclusion.subjects:
        say(f"  {_named(labels, subject)}: {labels.measured(subject.outcome)}")
    heading = heading_of(kind, verdict.outcome, conclusion.subjects)
    say(f"{labels.text('command.computed')}: {labels.outcome(heading)}  ({verdict.rule})")
    for reason in (*verdict.reasons, *conclusion.notices):
        say(f"  ▲ {labels.reason(reason)}")


def print_outcome(labels: Labels, kind: str, outcome: Outcome, subjects: Sequence[Subject]) -> None:
    """The outcome of a sealed record, for a person: as its paper has it, then each of several instruments."""
    heading = labels.outcome(heading_of(kind, outcome, subjects))
    say(f"{labels.text('command.report_verdict')}: {heading}")
    for subject in subjects:
        say(f"  {_named(labels, subject)}: {labels.outcome(subject.outcome)}")


def _named(labels: Labels, subject: Subject) -> str:
    return labels.text("command.subject", id=subject.id, serial=subject.serial).rstrip()
