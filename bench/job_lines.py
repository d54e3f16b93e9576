"""Orders that wait, as a screen lists them."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from bench.desk import JobLine, JobState
from bench.labels import Labels
from bench.orders import Order
from bench.titles import title_of
from procedures.assignment import serials


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
