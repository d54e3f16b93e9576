"""The conclusion of a test: the deciding phase, how long it holds, and what the reader must know."""

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, date

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.scales.basis import Basis
from procedures.scales.comparison import same_loads
from procedures.scales.display import on_a_step
from procedures.scales.observation import Observations, Tared, Weighing

_FEBRUARY = 2


def conclude(
    phase: Phase, *, on: date | None, years: int, notices: Sequence[Reason], as_found: Phase | None = None
) -> Conclusion:
    """Join a phase with its validity.

    Args:
        phase: the deciding one.
        on: the day of the test; None: not known, then no validity is stated.
        years: how long the verification holds.
        notices: in the order in which they are to be read; said once each.
        as_found: the phase before an adjustment.

    Raises:
        ProcedureError: the day is so late that no validity can be written.
    """
    conforms = phase.verdict.outcome is Outcome.CONFORMS
    until = None if on is None else years_later(on, years)
    return Conclusion(
        points=phase.points,
        verdict=phase.verdict,
        as_found=as_found,
        valid_until=until if conforms else None,
        notices=tuple(notice for i, notice in enumerate(notices) if notice not in notices[:i]),
    )


def years_later(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th where there is none.

    >>> years_later(date(2028, 2, 29), 1)
    datetime.date(2029, 2, 28)
    >>> years_later(date(2028, 2, 29), 12)
    datetime.date(2040, 2, 29)

    Raises:
        ProcedureError: that is after the year 9999.
    """
    if day.year + years > MAXYEAR:
        raise ProcedureError(
            "scales.date_too_late",
            "A verification on {date} would end after the year 9999, which cannot be written.",
            "Correct the day of the test.",
            date=day.isoformat(),
        )
    year = day.year + years
    leap_day = day.month == _FEBRUARY and day.day == 29  # noqa: PLR2004 - the leap day
    return day.replace(year=year, day=28 if leap_day and not isleap(year) else day.day)


def observation_notices(basis: Basis) -> tuple[Reason, ...]:
    """What is odd about the readings, though it decides nothing."""
    odd = [f"{name} {number}" for name, number, row in _weighings(basis.seen) if not _on_a_step(basis, row)]
    notices = []
    if odd:
        notices.append(Reason(code="indication_between_steps", facts={"rows": ", ".join(odd)}))
    wanted = basis.rules.classes[basis.scale.accuracy_class].weighings
    for same in same_loads(basis.seen.repeatability):
        if len(same) < wanted:
            facts = {"load": str(same[0].load), "weighings": str(len(same)), "required": str(wanted)}
            notices.append(Reason(code="few_weighings", facts=facts))
    return tuple(notices)


def _weighings(seen: Observations) -> Iterator[tuple[str, int, Weighing]]:
    sections: dict[str, Sequence[Weighing]] = {
        "zero": seen.zero,
        "eccentricity": seen.eccentricity,
        "accuracy": seen.accuracy,
        "repeatability": seen.repeatability,
        "tare": seen.tare,
    }
    for name, rows in sections.items():
        for number, row in enumerate(rows, 1):
            yield name, number, row


def _on_a_step(basis: Basis, row: Weighing) -> bool:
    """Otherwise d, or the indication, is written wrong."""
    gross = row.load + row.tare if isinstance(row, Tared) else row.load
    step: Quantity = basis.shown_in(row, gross).resolution
    return row.high_resolution or on_a_step(row.indication, step)
