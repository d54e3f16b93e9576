"""Orders that wait and runs of them, as a screen lists them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bench.desk import JobLine, JobState
from bench.finishing import JOB_STATES
from bench.labels import Labels
from bench.orders import Order
from bench.titles import title_of
from procedures.assignment import serials
from results.outbox import Outbox
from results.run_summary import RunSummary

_RUN_STATES: Final = {
    "open": JobState.UNFINISHED,
    "concluded": JobState.MEASURED,
    "voided": JobState.VOIDED,
    "interrupted": JobState.VOIDED,
}


def run_line(labels: Labels, outbox: Outbox, job: str, summary: RunSummary, replaced: str) -> JobLine:
    """A run that was begun, also a sealed one.

    Args:
        labels: the language.
        outbox: knows how far a sealed record has come.
        job: the name of its order, or its own id.
        summary: the run.
        replaced: the number of the record that replaces its record, if one does.
    """
    assignment = summary.begun.order
    waiting = outbox.find(summary.begun.record_id) if summary.sealed is not None else None
    sealed = JobState.SEALED if waiting is None else JOB_STATES[waiting.state]
    return JobLine(
        id=job,
        title=title_of(labels, assignment),
        owner=assignment.owner.name,
        serial=serials(assignment),
        state=_RUN_STATES.get(summary.state, sealed),
        outcome=summary.heading,
        run=summary.run,
        number=summary.begun.number,
        replaced=replaced,
    )


def order_line(labels: Labels, order: Order) -> JobLine:
    """An order that waits."""
    assignment = order.assignment
    if assignment is None:  # `begin` tells what is wrong with it
        title = labels.text("home.unreadable_order", file=order.file.name)
        return JobLine(id=order.job, title=title, owner="", state=JobState.WAITING)
    return JobLine(
        id=order.job,
        title=title_of(labels, assignment),
        owner=assignment.owner.name,
        serial=serials(assignment),
        state=JobState.WAITING,
    )


def told_apart(lines: Sequence[JobLine]) -> Iterator[JobLine]:
    """Orders that say the same, with the end of their names before what they say."""
    alike = Counter((line.title, line.owner, line.serial) for line in lines)
    for line in lines:
        if alike[line.title, line.owner, line.serial] > 1:
            yield msgspec.structs.replace(line, title=f"{line.id.rpartition('-')[2]}: {line.title}")
        else:
            yield line
