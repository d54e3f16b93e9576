"""The conclusion of a test of a tank truck, compartment by compartment, and what its reader must know."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from procedures.point import Conclusion, Phase, Reason
from procedures.rounding import settled
from procedures.scales.conclusion import conclude as with_validity
from procedures.tank_trucks.assessment import Judging, subjects
from procedures.tank_trucks.observation import Observations, Sheet
from procedures.vessels.paper_case import with_subjects

_PLACE: Final = Decimal("0.001")


def conclude(
    judging: Judging,
    phase: Phase,
    seen: Observations,
    *,
    on: date | None,
    notices: Sequence[Reason],
    as_found: Phase | None = None,
) -> Conclusion:
    """Join the deciding phase with its validity; a truck is verified as a whole.

    Args:
        judging: tank, table, activity.
        phase: the deciding one.
        seen: its observations.
        on: the day of the test; None: not known, then no validity is stated.
        notices: in the order in which they are to be read; said once each.
        as_found: the phase before an adjustment.
    """
    years = judging.rules.validity_years
    whole = with_validity(phase, on=on, years=years, notices=notices, as_found=as_found)
    return with_subjects(whole, subjects(phase, seen), whole.valid_until)


def observation_notices(judging: Judging, seen: Observations) -> tuple[Reason, ...]:
    """What is odd about the rows, and the sensitivity that the plate states."""
    return tuple(notice for sheet in seen.compartment for notice in _notices(judging, sheet))


def _notices(judging: Judging, sheet: Sheet) -> Iterator[Reason]:
    for found in judging.volumes(sheet):
        yield from found.notices
    for row in sheet.sensitivity:
        if row.rise.value > 0:
            ratio = float(row.added.to("L").value) / float(row.rise.to("mm").value)
            facts = {"compartment": sheet.id, "volume": f"{settled(ratio, _PLACE)} L"}
            yield Reason(code="sensitivity_found", facts=facts)
