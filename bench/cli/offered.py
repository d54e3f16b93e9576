"""`tera procedures`: what can be tested, what this laboratory may do today and why not, and a test on paper.

What a laboratory may do is asked of the procedure itself: it prepares the test of an instrument with the
laboratory's standards, and says what it lacks. Nothing is begun and no number is used.
"""

import tomllib
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from bench import laboratory as laboratories
from bench.cli.asking import is_question
from bench.cli.asking import show as show_questions
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Laboratory
from bench.office_time import today
from bench.workplace import read_assignment
from drivers import notation
from drivers.clock import SystemClock
from drivers.errors import PlainError
from procedures import catalogue, regulation
from procedures.assignment import Assignment
from procedures.edition import Procedure
from procedures.outline import Outline
from procedures.point import Activity
from procedures.rounding import limits_told

_CITED: Final = "citation"


def procedures(options: Namespace) -> int:
    """List the procedures, or show one."""
    if options.action == "show":
        return _show(options)
    labels, lab = Labels(options.lang), _laboratory(options)
    day = _day(lab)
    rows: list[tuple[str, ...]] = []
    for procedure in catalogue.catalogue().values():
        lacks = None if lab is None else tuple(_lacks(procedure, _example(procedure), lab, day))
        told = [] if lacks is None else [labels.problem(one)[0] for one in lacks]
        if options.json:
            ready = None if lacks is None else not lacks
            emit({"id": procedure.id, "edition": procedure.edition, "ready": ready, "lacks": told})
        mark = "" if lacks is None else "✘" if lacks else "✔"
        words = (procedure.id, procedure.edition, labels.word("kind", procedure.id), "; ".join(told))
        rows.append((mark, *words))
    if not options.json:
        table(rows)
    return ExitCode.DONE


def _show(options: Namespace) -> int:
    if options.kind is None:
        raise LaboratoryError(
            "usage.kind_missing", "Which procedure?", "Name it, as in: tera procedures show scales --case."
        )
    if is_question(options.kind):
        return show_questions(options)
    procedure = catalogue.find(options.kind)
    if options.case:
        say(procedure.example_case.rstrip())
        return ExitCode.DONE
    assignment = read_assignment(options.uut) if options.uut else _example(procedure)
    if assignment is not None and assignment.kind != procedure.id:
        raise LaboratoryError(
            "usage.procedure",
            "{file} is an assignment for {kind}, not for {procedure}.",
            "Run it with: tera run {kind} --uut {file}.",
            file=str(options.uut),
            kind=assignment.kind,
            procedure=procedure.id,
        )
    lab = _laboratory(options)
    day = _day(lab)
    on_paper = None
    if procedure.outline is not None and assignment is not None:
        on_paper = procedure.outline(assignment, day)
    lacks = None if lab is None else tuple(_lacks(procedure, assignment, lab, day))
    labels = Labels(options.lang)
    if options.json:
        emit(_as_json(procedure, assignment, on_paper, lacks, labels))
        return ExitCode.DONE
    say(labels.text("offered.edition", procedure=procedure.id, edition=procedure.edition))
    _tell_rules(labels, procedure, on_paper)
    if on_paper is not None and assignment is not None:
        _tell_test(labels, assignment, on_paper, example=options.uut is None)
    for lack in lacks or ():
        sentence, remedy = labels.problem(lack)
        say(f"✘ {sentence} {remedy}")
    if lacks == ():
        say(f"✔ {labels.text('offered.ready')}")
    return ExitCode.DONE


def _laboratory(options: Namespace) -> Laboratory | None:
    """The laboratory of this folder; None where there is none."""
    return laboratories.load(options.lab) if (options.lab / FILE_NAME).exists() else None


def _day(laboratory: Laboratory | None) -> date:
    """The day at the office; without one, the day on this computer."""
    clock = SystemClock()
    return clock.utc().astimezone().date() if laboratory is None else today(laboratory, clock)


def _example(procedure: Procedure[Any]) -> Assignment | None:
    """The instrument of the procedure's own example case, as an assignment."""
    content = tomllib.loads(procedure.example_case)
    uut = content.get("uut")
    if not isinstance(uut, dict):
        return None
    activity = content.get("activity", Activity.INITIAL_VERIFICATION)
    return Assignment(kind=procedure.id, activity=Activity(activity), uut=uut)


def _lacks(
    procedure: Procedure[Any], assignment: Assignment | None, lab: Laboratory, today: date
) -> Iterator[PlainError]:
    """What keeps this laboratory from testing that instrument today."""
    here = [entry for entry in lab.instrument if not entry.kinds or procedure.id in entry.kinds]
    present = {role for entry in here for role in entry.roles}
    for role in procedure.roles:
        if role not in present:
            yield LaboratoryError(
                "laboratory.no_role",
                "No instrument of this laboratory has the role {role}.",
                'Add it to an [[instrument]] of laboratory.toml: roles = ["{role}"].',
                role=role,
            )
    if assignment is None:
        return
    try:
        procedure.prepare(assignment, today, lab.standard)
    except PlainError as refusal:
        yield refusal


def _as_json(
    procedure: Procedure[Any],
    assignment: Assignment | None,
    on_paper: Outline | None,
    lacks: tuple[PlainError, ...] | None,
    labels: Labels,
) -> dict[str, object]:
    return {
        "id": procedure.id,
        "edition": procedure.edition,
        "rules": [
            {**notation.to_builtins(header), "clauses": dict(_clauses(header.id))}
            for header in regulation.tables(procedure.id)
        ],
        "instrument": notation.to_builtins(assignment),
        "test": notation.to_builtins(on_paper),
        "ready": None if lacks is None else not lacks,
        "lacks": [" ".join(labels.problem(one)) for one in lacks or ()],
    }


def _tell_rules(labels: Labels, procedure: Procedure[Any], on_paper: Outline | None) -> None:
    for rules in regulation.tables(procedure.id):
        say()
        used = on_paper is not None and on_paper.rules == rules.id
        say(f"{'▶ ' if used else ''}{rules.id}: {rules.regulation}")
        say(f"  {rules.valid_from or ''} – {rules.valid_until or ''}")
        if on_paper is not None and not used:
            continue
        table([("   ", path, clause) for path, clause in _clauses(rules.id)])
        for doubt in rules.unverified:
            say(f"  ▲ {labels.text('command.unverified')}: {doubt.topic}: {doubt.note}")


def _clauses(rules: str) -> Iterator[tuple[str, str]]:
    """Each part of a table with the clause that it cites."""
    yield from _cited("", regulation.content(rules))


def _cited(path: str, entry: object) -> Iterator[tuple[str, str]]:
    if isinstance(entry, list):
        for one in entry:
            yield from _cited(path, one)
    if not isinstance(entry, dict):
        return
    here = entry.get(_CITED)
    if isinstance(here, dict):
        yield from ((f"{path} {name}".strip(), str(clause)) for name, clause in here.items())
    elif here is not None:
        yield path or "*", str(here)
    for name, inner in entry.items():
        if name not in {_CITED, "unverified"}:
            yield from _cited(f"{path}.{name}".strip("."), inner)


def _tell_test(labels: Labels, assignment: Assignment, on_paper: Outline, *, example: bool) -> None:
    say()
    plate = ", ".join(f"{name} {_plain(value)}" for name, value in assignment.uut.items())
    which = labels.text("offered.example" if example else "offered.instrument")
    say(f"{which}: {plate}; {labels.word('activity', assignment.activity)}")
    header = tuple(labels.text(f"offered.{name}") for name in ("point", "load", "limits", "clause"))
    table(
        [
            header,
            *(
                (
                    labels.point(point.label),
                    labels.quantity(point.load) if point.load is not None else "—",
                    labels.tolerance(point.tolerance) if point.tolerance is not None else "—",
                    point.tolerance.citation if point.tolerance is not None else "",
                )
                for point in on_paper.points
            ),
        ]
    )
    say()
    table([(f.text, f.citation) for f in on_paper.formulas])
    say()
    for wanted in on_paper.standards:
        _, permitted = limits_told(-wanted.permitted, wanted.permitted)
        facts = {"quantity": wanted.quantity, "share": wanted.share, "permitted": permitted}
        told = labels.text("offered.standard", **facts)
        of_class = f"; {labels.text('offered.class', name=wanted.accuracy_class)}"
        say(f"  {told}{of_class if wanted.accuracy_class else ''}")
    for notice in on_paper.notices:
        say(f"  ▲ {labels.reason(notice)}")


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "[" + "; ".join(_plain(one) for one in value) + "]"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return str(msgspec.to_builtins(value))
