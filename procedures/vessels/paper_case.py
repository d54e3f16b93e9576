"""A case file judged: a wrong unit is told in plain words, and so is what a complete test has besides."""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from drivers.errors import UnitError
from procedures.errors import ProcedureError
from procedures.paper import told
from procedures.point import Conclusion, Outcome, Phase, Reason, Subject
from procedures.regulation import Regulation


def judged(
    rules: Regulation, order: Sequence[str], judge: Callable[[], tuple[Phase, Sequence[Reason]]]
) -> tuple[Phase, tuple[Reason, ...]]:
    """The phase of a case, and all its notices.

    Args:
        rules: the table in force.
        order: the sections of a complete test.
        judge: gives the phase, and what is odd about the rows.

    Raises:
        ProcedureError: the case has no observations, or a row cannot be judged.
    """
    try:
        phase, odd = judge()
    except UnitError as mistake:
        raise told(str(mistake), ()) from None
    if not phase.points:
        raise ProcedureError(
            "subjects.empty",
            "The case has no observations.",
            "Give at least one row of measurements; a filled-in example shows them.",
        )
    absent = [name for name in order if name not in phase.verdict.sections]
    more = [Reason(code="sections_absent", facts={"sections": ", ".join(absent)})] if absent else []
    return phase, (*rules.notices(), *odd, *more)


def with_subjects(whole: Conclusion, each: Sequence[Subject], until: date | None) -> Conclusion:
    """The conclusion with the outcome of each; one that conforms is valid until that day."""
    return msgspec.structs.replace(
        whole,
        subjects=tuple(
            msgspec.structs.replace(one, valid_until=until if one.outcome is Outcome.CONFORMS else None)
            for one in each
        ),
    )
