"""The conclusion of a test of meters: each has its outcome and validity; and what the reader must know."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from procedures.meters.relative_error import percent_of
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.scales.conclusion import conclude as with_validity
from procedures.scales.conclusion import years_later
from procedures.water_meters.assessment import Judging, Run, subjects
from procedures.water_meters.observation import Observations, Sheet


def conclude(
    phase: Phase,
    sheets: Sequence[Sheet],
    *,
    on: date | None,
    years: int,
    notices: Sequence[Reason],
    as_found: Phase | None = None,
) -> Conclusion:
    """Join the deciding phase with its validity, meter by meter.

    Args:
        phase: the deciding one.
        sheets: of all meters.
        on: the day of the test; None: not known, then no validity is stated.
        years: how long the verification holds.
        notices: in the order in which they are to be read; said once each.
        as_found: the phase before an adjustment.
    """
    whole = with_validity(phase, on=on, years=years, notices=notices, as_found=as_found)
    until = None if on is None else years_later(on, years)
    each = tuple(
        msgspec.structs.replace(one, valid_until=until if one.outcome is Outcome.CONFORMS else None)
        for one in subjects(phase, sheets)
    )
    return msgspec.structs.replace(whole, subjects=each)


def observation_notices(judging: Judging, seen: Observations) -> tuple[Reason, ...]:
    """What is odd about the rows, though it decides nothing."""
    return tuple(_notices(judging, [run for sheet in seen.meter for run in judging.runs(sheet)]))


def _notices(judging: Judging, runs: Sequence[Run]) -> Iterator[Reason]:
    for run in runs:
        yield from run.reference.notices
    coarse = [run.label for run in runs if _coarse(judging, run)]
    if coarse:
        limit = judging.rules.ambiguity[judging.marks.accuracy_class]
        yield Reason(code="volume_too_small", facts={"points": _few(coarse), "limit": f"{limit} %"})
    if unlogged := [run.label for run in runs if run.row.flow is None and not run.row.flow_log]:
        yield Reason(code="flow_not_stated", facts={"points": _few(unlogged)})
    if untold := [run.label for run in runs if run.row.temperature is None]:
        yield Reason(code="temperature_not_stated", facts={"points": _few(untold)})
    if made_up := [run.label for run in runs if run.reason == "two_of_three"]:
        yield Reason(code="repeats_made_up", facts={"points": _few(made_up)})


def _coarse(judging: Judging, run: Run) -> bool:
    """Whether the smallest step that can be read is too large a part of the volume."""
    step = judging.marks.d or (judging.marks.pulse if run.row.pulses is not None else None)
    limit = judging.rules.ambiguity.get(judging.marks.accuracy_class, Decimal(100))
    return step is not None and percent_of(step, run.reference.volume).value > limit


def _few(labels: Sequence[str]) -> str:
    """The labels, or the first of many."""
    shown = labels[:6]
    return ", ".join(shown) + (" …" if len(labels) > len(shown) else "")
