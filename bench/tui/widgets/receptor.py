"""The load receptor from above with the place of the load: what an instruction means at a glance.

Quarters are numbered as one reads them, from the side of the display: this drawing is the convention, so that
a position in a record means the same quarter to everybody.
"""

from collections.abc import Sequence
from typing import Final

_QUARTERS: Final = ("1", "2", "3", "4")
HEIGHT: Final = 3


def receptor(position: str, positions: Sequence[str] = ()) -> list[str]:
    """Three rows that show where the load goes.

    Args:
        position: `centre`, the number of a quarter or support, or empty for an empty receptor.
        positions: all positions of this test; more than four supports are drawn in a row.
    """
    known = {place for place in (*positions, position) if place not in {"", "centre"}}
    if not known <= set(_QUARTERS):
        return _supports(position, sorted(known, key=lambda place: (len(place), place)))
    if position in _QUARTERS:
        cells = [f"█{place}█" if place == position else f" {place} " for place in _QUARTERS]
        return [f"{cells[0]}│{cells[1]}", "───┼───", f"{cells[2]}│{cells[3]}"]
    middle = "███" if position == "centre" else "   "
    return ["╭─────╮", f"│ {middle} │", "╰─────╯"]


def _supports(position: str, places: Sequence[str]) -> list[str]:
    marks = " ".join(f"█{place}█" if place == position else f"[{place}]" for place in places)
    return ["▁" * len(marks), marks, "▔" * len(marks)]
