"""What heads the result of a test, wherever it is read: the outcome, or that several instruments differ.

Where some instruments conform and others do not, each stands for itself: neither *sah* nor *batal* would be
true of all, so a reader is sent to the list. An officer stops the nozzle that failed and lets the others
sell; several offices register each nozzle as an instrument (UTTP) of its own. What is verified as one whole,
a tank truck, has one word for all its parts. The outcome by which programs decide, and the exit code, is
that of all together in every case: one failure fails it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol

from procedures.point import Outcome


class Heading(StrEnum):
    """sah, batal, neither, or: see the list."""

    CONFORMS = Outcome.CONFORMS.value
    DOES_NOT_CONFORM = Outcome.DOES_NOT_CONFORM.value
    INDETERMINATE = Outcome.INDETERMINATE.value
    MIXED = "mixed"
    """some conform and others do not"""


_WHOLE: Final = frozenset({"tank_trucks"})
"""kinds whose several outcomes are of parts that are verified as one, on one plate"""


class Tested(Protocol):
    """One of several instruments."""

    @property
    def outcome(self) -> Outcome:
        """Its own."""


def heading_of(kind: str, outcome: Outcome, subjects: Iterable[Tested]) -> Heading:
    """What heads the result of a test, on a screen as on paper.

    Args:
        kind: id of the procedure.
        outcome: of all together.
        subjects: each with its own; none where only one instrument was tested.
    """
    found = {one.outcome for one in subjects}
    differ = Outcome.CONFORMS in found and len(found) > 1
    return Heading.MIXED if differ and kind not in _WHOLE else Heading(outcome.value)
