"""Points and verdict of vessels, from volumes that were found. Pure; comparisons are exact and inclusive.

A vessel shows its nominal volume, so its error is nominal less actual: below zero when it holds too much.
"""

from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Method, Outcome, Point, Tolerance
from procedures.subjects.judging import decided
from procedures.vessels.filling import Filled, VesselFilling
from procedures.vessels.neck import Neck, deviation

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate


MOST_APART: Final = Decimal("0.2")
"""of the nominal volume: what is further from it was written wrong (a choice of this program)"""


def up_to_line(found: Filled, row: VesselFilling, nominal: Quantity, path: str) -> Filled:
    """The volume of a vessel up to its line, from what was found in it.

    Raises:
        ProcedureError: its own line cannot be read so, or the volume cannot be.
    """
    volume = found.volume
    if row.above is not None or row.below is not None:
        volume -= deviation(Neck(nominal=nominal, above=row.above, below=row.below), path).to("L")
    if abs(volume - nominal) > nominal * MOST_APART:
        raise ProcedureError(
            "vessel.volume_impossible",
            "The filling at `{path}` makes a volume of {volume}, which a vessel of {nominal} cannot have.",
            "Check its figures: what went in, how often, and the units.",
            path=path,
            volume=str(volume),
            nominal=str(nominal),
        )
    return Filled(volume, found.notices)


def volume_point(
    label: str,
    nominal: Quantity,
    volume: Quantity,
    tolerance: Tolerance,
    row: VesselFilling,
    *,
    least_ratio: Decimal,
    subject: str = "",
) -> Point:
    """One filling judged.

    Args:
        label: of the point.
        nominal: volume, which the vessel shows.
        volume: up to its line.
        tolerance: its limits, mL.
        row: with its uncertainty, and with what makes it decide nothing.
        least_ratio: the permitted error is at least so many times that uncertainty.
        subject: which of several vessels.
    """
    error = (nominal.to("L") - volume).to("mL")
    doubt = row.uncertainty
    if doubt is not None and doubt.unit == "%":
        doubt = nominal * (doubt.value / 100)
    outcome, reason = decided(error, tolerance, doubt, least_ratio, row.faults)
    return Point(
        section="accuracy",
        label=label,
        subject=subject,
        nominal=nominal,
        indication=nominal,
        reference=volume,
        error=error,
        tolerance=tolerance,
        method=Method.CAPACITY,
        outcome=outcome,
        reason=reason,
        readings=row.readings,
    )
