"""What the display of a scale can show: a mass in a legal unit, in whole steps of the registered d.

A reading that is neither comes from another instrument than the one on the data plate, or from a slip of the
finger. An extended display explains finer digits.
"""

from math import gcd
from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from procedures.conformity import whole_digits
from procedures.errors import ProcedureError
from procedures.scales.basis import Basis
from procedures.scales.instrument import Scale, check_unit
from procedures.scales.observation import Weighing

_ENOUGH: Final = 3
"""deviations that are not zero: three that are all even by chance are rare, and only a question"""


def check_display(
    scale: Scale, reading: Reading, load: Quantity, number: int | None = None, *, net: bool = False
) -> None:
    """Refuse a reading that the scale of the data plate cannot show.

    Args:
        scale: the instrument under test.
        reading: what was read.
        load: what stands on the receptor, net of tare.
        number: the range in use of a multiple range instrument, when it is known.
        net: with tare, a display may step in any of its d.

    Raises:
        ProcedureError: `scales.no_mass`, `scales.unit`, `scales.resolution` or `scales.coarse_digit`.
    """
    shown = reading.indication
    if shown.dimension != "mass":
        raise ProcedureError(
            "scales.no_mass",
            "The scale shows {indication}, which is no mass.",
            "Switch it back to weighing.",
            indication=str(shown),
        )
    check_unit(shown)
    if reading.high_resolution or scale.high_resolution:
        return
    steps = _steps(scale, shown, load, number, net=net)
    if not any(on_a_step(shown, step) for step in steps):
        raise ProcedureError(
            "scales.resolution",
            "The scale shows {indication}, which is no whole number of d = {d}.",
            "The registered d differs from the display: compare d with the data plate and the display.",
            indication=str(shown),
            d=", ".join(map(str, dict.fromkeys(steps))),
        )
    digit = shown.last_digit
    if shown and reading.origin is not Origin.MANUAL and all(digit > step for step in steps):
        raise ProcedureError(
            "scales.coarse_digit",
            "The scale shows {indication}: its last digit, {digit}, is coarser than d = {d}.",
            "The registered d differs from the display: compare d with the data plate and the display.",
            indication=str(shown),
            digit=str(digit),
            d=", ".join(map(str, dict.fromkeys(steps))),
        )


def on_a_step(shown: Quantity, step: Quantity) -> bool:
    """Whether an indication is a whole number of steps: a display cannot stand between two of them."""
    return shown.is_whole_in(step)


def steps_seen(basis: Basis) -> Quantity | None:
    """The step in which all deviations of a sheet go, where it is coarser than d.

    Under rules that compare readings as they are, no small weight shows a display that steps by 2 d or 5 d; a
    faultless scale shows nothing at all. Deviations of a single interval are compared, others have more d.
    """
    seen, d = basis.seen, basis.scale.parts[0].resolution
    if len(basis.scale.parts) > 1 or basis.scale.high_resolution:
        return None
    rows: tuple[Weighing, ...] = (*seen.zero, *seen.eccentricity, *seen.accuracy, *seen.repeatability)
    plain_rows = [row for row in rows if not row.high_resolution]
    deviations = [row.indication - row.load for row in plain_rows if row.added is None]
    deviations += [row.after - row.indication for row in seen.discrimination]
    counted = [abs(digits) // whole for digits, whole in (whole_digits(one, d) for one in deviations if one)]
    common = gcd(*counted)
    return d * common if len(counted) >= _ENOUGH and common > 1 else None


def _steps(
    scale: Scale, shown: Quantity, load: Quantity, number: int | None, *, net: bool
) -> tuple[Quantity, ...]:
    if number is not None and not net:
        in_use = scale.part_at(load, number)
        return (in_use.resolution, scale.shown_in(shown, number).resolution)
    if net or scale.ranges:
        return tuple([part.resolution for part in scale.parts])
    # where the partial ranges meet, either side may still be shown
    placed, seen = scale.part_at(load), scale.part_at(shown)
    return (placed.resolution,) if placed is seen else (placed.resolution, seen.resolution)
