"""The error of an indication: exact where the method finds it, an interval where it does not.

A digital display has rounded already. Small weights ΔL added up to the changeover give the error exactly
(OIML R 76-1:2006, A.4.4.3), a display with steps of e/5 or less shows it, and anything else only says that it
lies within half a step.
"""

from decimal import Decimal
from typing import Final, Literal

import msgspec

from drivers.quantity import Quantity
from procedures.point import Method

_HALF: Final = Decimal("0.5")


class ErrorFound(msgspec.Struct, frozen=True, kw_only=True):
    """An error of indication, or the bounds within which it lies."""

    method: Method
    lowest: Quantity
    highest: Quantity

    @property
    def exact(self) -> Quantity | None:
        """The error itself, when the method finds it."""
        return self.lowest if self.lowest is self.highest or self.lowest == self.highest else None

    @property
    def takes_zero_error(self) -> bool:
        """Whether E0 is taken off: a direct reading is compared as it was read."""
        return self.method is not Method.DIRECT

    def corrected(self, zero: "ErrorFound | None") -> "ErrorFound":
        """The error less E0, within all that both may be: one that is only bounded bounds the result."""
        if zero is None or not self.takes_zero_error:
            return self
        lowest = highest = plain(self.lowest - zero.highest)
        if self.lowest is not self.highest or zero.lowest is not zero.highest:
            highest = plain(self.highest - zero.lowest)
        return ErrorFound(method=self.method, lowest=lowest, highest=highest)


def error_of_indication(
    *,
    load: Quantity,
    indication: Quantity,
    step: Quantity,
    added: Quantity | None,
    fine: bool,
    without_added: Literal["direct", "bounded"],
    rise: Quantity | None = None,
) -> ErrorFound:
    """Find the error, in the unit of the load.

    Args:
        load: L, the reference.
        indication: I.
        step: what the display rounds to at this indication.
        added: ΔL; zero is a reading (it changed over at once), None was not taken.
        fine: the step shown is e/5 or less, so that E = I − L may be read off.
        without_added: what the rules make of an ordinary display when ΔL was not taken.
        rise: by how much the indication rises next; None: by `step`.

    >>> gram = Quantity.parse
    >>> error_of_indication(load=gram("1000 g"), indication=gram("1000 g"), step=gram("5 g"),
    ...                     added=gram("1.5 g"), fine=False, without_added="bounded").exact
    Quantity('1 g')
    """
    shown = plain(indication.to(load.unit) - load)
    if added is None and fine:
        return ErrorFound(method=Method.HIGH_RESOLUTION, lowest=shown, highest=shown)
    if added is None and without_added == "direct":
        return ErrorFound(method=Method.DIRECT, lowest=shown, highest=shown)
    half = step.to(load.unit) * _HALF
    upper = half if rise is None else rise.to(load.unit) * _HALF
    if added is not None:
        error = plain(shown + upper - added.to(load.unit))
        return ErrorFound(method=Method.CHANGEOVER, lowest=error, highest=error)
    return ErrorFound(method=Method.BOUNDED, lowest=plain(shown - half), highest=plain(shown + upper))


def plain(mass: Quantity) -> Quantity:
    """The same mass without empty decimals: 500.0 g is called 500 g.

    >>> plain(Quantity.parse("2500.00 g"))
    Quantity('2500 g')
    """
    text = mass.digits
    if "." not in text or not text.endswith("0"):
        return mass
    return Quantity(text.rstrip("0").rstrip("."), mass.unit)
