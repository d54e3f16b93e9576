"""The conclusion of a test of a dispenser, nozzle by nozzle, and what its reader must know."""

from collections.abc import Iterator, Sequence
from datetime import date

from procedures.fuel_dispensers.assessment import runs_of, subjects
from procedures.fuel_dispensers.delivered import Limits
from procedures.fuel_dispensers.observation import Observations
from procedures.point import Conclusion, Phase, Reason
from procedures.scales.conclusion import conclude as with_validity
from procedures.scales.conclusion import years_later
from procedures.vessels.paper_case import with_subjects


def conclude(
    limits: Limits,
    phase: Phase,
    seen: Observations,
    *,
    on: date | None,
    notices: Sequence[Reason],
    as_found: Phase | None = None,
) -> Conclusion:
    """Join the deciding phase with its validity, nozzle by nozzle.

    Args:
        limits: dispenser, table, activity.
        phase: the deciding one.
        seen: its observations.
        on: the day of the test; None: not known, then no validity is stated.
        notices: in the order in which they are to be read; said once each.
        as_found: the phase before an adjustment.
    """
    years = limits.rules.validity_years
    whole = with_validity(phase, on=on, years=years, notices=notices, as_found=as_found)
    until = None if on is None else years_later(on, years)
    return with_subjects(whole, subjects(limits, phase, seen), until)


def observation_notices(limits: Limits, seen: Observations) -> tuple[Reason, ...]:
    """What is odd about the rows, and how much liquid the test took."""
    return tuple(_notices(limits, seen))


def _notices(limits: Limits, seen: Observations) -> Iterator[Reason]:
    for row in seen.totaliser:
        if row.besides:
            facts = {"nozzle": ", ".join(row.nozzles), "volume": str(row.besides)}
            yield Reason(code="delivered_besides", facts=facts)
    for sheet in seen.nozzle:
        runs = runs_of(limits, sheet)
        for run in runs:
            yield from run.notices
        if runs:
            used = sum((run.row.indication for run in runs[1:]), runs[0].row.indication)
            yield Reason(code="liquid_used", facts={"nozzle": sheet.id, "volume": str(used.to("L"))})
        if others := limits.marks.sharing(sheet.id):
            facts = {
                "nozzle": sheet.id,
                "others": ", ".join(others),
                "meter": limits.marks.nozzle(sheet.id).behind,
            }
            yield Reason(code="meter_shared", facts=facts)
