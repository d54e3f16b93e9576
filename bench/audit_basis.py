"""What a run rests on, derived again: the procedure's edition, the rule table, the standards and the task.

The script follows from the task; where the task itself came from is shown only here.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bench.difference import RELEASE, Difference, difference
from bench.software import package_digest
from drivers.errors import PlainError
from drivers.notation import from_builtins, to_json, to_plain
from procedures.assignment import Assignment
from procedures.edition import Procedure
from procedures.regulation import Regulation, by_id
from procedures.standard import WorkingStandard
from results.entry import Kept, RunBegun


def edition_differences(begun: RunBegun, procedure: Procedure[Any]) -> Iterator[Difference]:
    """Another edition of the procedure: what explains the other differences, if there are any."""
    sealed = f"{begun.procedure} {begun.edition}, {begun.procedure_digest}"
    present = f"{procedure.id} {procedure.edition}, {package_digest('procedures')}"
    if sealed != present:
        yield difference(RELEASE, sealed, present)


def task_differences(
    first: Kept, begun: RunBegun, procedure: Procedure[Any], task: Any
) -> Iterator[Difference]:
    """Compare the task with the rule table of its name, its standards, and the task prepared again.

    Args:
        first: the entry of `begun`; its time gives the day whose rules hold.
        begun: how the run began.
        procedure: the one that ran.
        task: as `begun` keeps it.
    """
    prepared = list(_prepared(first, begun, procedure, task)) if begun.cupboard else []
    # A task that comes out the same when it is prepared again has this release's rule table in it.
    if prepared or not begun.cupboard:
        yield from _rules(task)
    standards = [to_plain(use) for use in procedure.standards_used(task)]
    if standards != list(begun.standards):
        yield difference("standards", begun.standards, standards)
    yield from prepared


def _prepared(first: Kept, begun: RunBegun, procedure: Procedure[Any], task: Any) -> Iterator[Difference]:
    """The task prepared again, from the same assignment and standards for the same day."""
    try:
        again = procedure.prepare(
            from_builtins(begun.assignment, Assignment),
            datetime.fromisoformat(first.at).date(),
            tuple(from_builtins(standard, WorkingStandard) for standard in begun.cupboard),
        )
    except PlainError as refusal:
        yield difference("task", "prepared", refusal.message)
        return
    if to_json(task) != to_json(again):
        sealed = to_plain(task)
        for name, derived in to_plain(again).items():
            if sealed.get(name) != derived:
                yield difference(f"task {name}", sealed.get(name), derived)


def _rules(task: Any) -> Iterator[Difference]:
    """The table in the task must be the one that this release has under its id."""
    rules, digest = getattr(task, "rules", None), str(getattr(task, "rules_digest", ""))
    if not isinstance(rules, Regulation):
        return
    try:
        present, present_digest = by_id(rules.id, type(rules))
    except PlainError as unknown:
        yield difference("rules", rules.id, unknown.message)
        return
    if digest != present_digest:
        yield difference("rules digest", digest, present_digest)
    if to_json(rules) == to_json(present):
        return
    sealed, derived = to_plain(rules), to_plain(present)
    for name in sealed | derived:
        if sealed.get(name) != derived.get(name):
            yield difference(f"rules {name}", sealed.get(name), derived.get(name))
