"""One unit for one column: of those in which its quantities came, the one that is read most easily.

A register shows cubic metres, the measure beside it holds litres; on paper they are compared by eye. Masses
stay as they are: a weight is called by its nominal mass, from 1 mg to 20 kg.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final

import msgspec

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Point

_COLUMNS: Final = (
    ("nominal",),
    ("indication", "reference"),  # two columns, read against one another
    ("error", "corrected_error", "error_bounds", "uncertainty"),  # the limit follows the error
)
_AS_NAMED: Final = "mass"


def in_one_unit(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points of one table, their quantities in one unit by column and dimension, digit for digit."""
    for names in _COLUMNS:
        cells = [cell for point in points for name in names for cell in _quantities(getattr(point, name))]
        units = {
            dimension: _legible([cell for cell in cells if cell.dimension == dimension])
            for dimension in {cell.dimension for cell in cells} - {_AS_NAMED}
        }
        points = [_changed(point, names, units) for point in points]
    return tuple(points)


def _quantities(stated: Quantity | tuple[Quantity, Quantity] | None) -> tuple[Quantity, ...]:
    if stated is None:
        return ()
    return stated if isinstance(stated, tuple) else (stated,)


def _legible(cells: Sequence[Quantity]) -> str:
    """The largest unit in which no number begins with a zero; without one the smallest. Empty: as they are.

    >>> _legible([Quantity("0.0101", "m3"), Quantity("10.05", "L")])
    'L'
    >>> _legible([Quantity("10.01", "m3"), Quantity("10050.5", "L")])
    'm3'
    """
    units = sorted({cell.unit for cell in cells}, key=lambda unit: Quantity(1, unit), reverse=True)
    exact = [unit for unit in units if _all_exact(cells, unit)]
    if not exact or len(units) == 1:
        return ""
    plain = (unit for unit in exact if all(not cell or abs(cell) >= Quantity(1, unit) for cell in cells))
    return next(plain, exact[-1])


def _all_exact(cells: Iterable[Quantity], unit: str) -> bool:
    with suppress(UnitError):
        return all(cell.to(unit) == cell for cell in cells)
    return False


def _changed(point: Point, names: Sequence[str], units: dict[str, str]) -> Point:
    changes = {}
    for name in names:
        cells = _quantities(getattr(point, name))
        if any(units.get(cell.dimension) for cell in cells):
            found = tuple(_in(cell, units.get(cell.dimension, "")) for cell in cells)
            changes[name] = found if name == "error_bounds" else found[0]
    return msgspec.structs.replace(point, **changes) if changes else point


def _in(cell: Quantity, unit: str) -> Quantity:
    """In another unit, to the same last digit: 0.1000 m3 are 100.0 L."""
    if unit in {"", cell.unit}:
        return cell
    exponent = cell.last_digit.to(unit).value.normalize().as_tuple().exponent
    place = min(exponent if isinstance(exponent, int) else 0, 0)
    return Quantity(cell.to(unit).value.quantize(Decimal(1).scaleb(place)), unit)
