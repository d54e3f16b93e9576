"""One line that tells a person which instrument an order or a run is about."""

from typing import Final

from bench.labels import Labels
from procedures.assignment import Assignment

_SIZES: Final = ("max", "e", "q3", "qn", "qmax", "max_flow", "nominal", "length", "range", "vehicle")
"""entries of a data plate that tell instruments of one kind apart at a glance"""


def title_of(labels: Labels, assignment: Assignment) -> str:
    """Kind, class, size, maker, serial."""
    uut = assignment.uut
    size = "/".join(labels.clause(str(uut[key])) for key in _SIZES if key in uut)
    accuracy_class = str(uut.get("class", ""))
    if accuracy_class[:1].isdecimal():  # a bare 2 would be read as a count
        accuracy_class = labels.text("command.class", number=labels.decimal(accuracy_class))
    words = (
        labels.word("kind", assignment.kind),
        str(uut.get("type", "")).replace("_", " "),
        accuracy_class,
        size,
        assignment.identity.maker,
        assignment.identity.model,
        assignment.identity.serial,
    )
    return " ".join(word for word in words if word)
