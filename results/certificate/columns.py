"""The table of points on paper: which columns a test needs, and what stands in them.

Flow, volume and load share one column, headed by what the points of the test have. ΔL and the reference
have a column only where somebody took them.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from typing import Any, Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Outcome, Point
from procedures.rounding import limits_told, told
from results.certificate.units import in_one_unit
from results.certificate.words import gloss, number, quantity, word

_USUAL_FACTOR: Final = 2
_FRACTION: Final = re.compile(r"(?:(?<=^)|(?<=\bcos ))(\d+)\.(\d+)(?= )", re.ASCII)


def columns(points: Sequence[Point]) -> list[str]:
    """The columns between the label and the outcome."""
    found = ["nominal"]
    if any(point.indication is not None for point in points) or all(p.reference is None for p in points):
        found.append("indication")
    if any(point.added is not None for point in points):
        found.append("added")
    if any(point.error is not None and point.reference not in {None, point.nominal} for point in points):
        found.append("reference" if "indication" in found else "conventional_mass")
    found += ["error", "tolerance"]
    if any(point.uncertainty is not None for point in points):
        found.append("uncertainty")
    return found


def headings(points: Sequence[Point], shown: Sequence[str]) -> list[list[str]]:
    """Indonesian and English heading of each column, label and outcome too."""
    dimensions = {point.nominal.dimension for point in points if point.nominal is not None} or {"mass"}
    nominal = f"nominal_{dimensions.pop().replace(' ', '_')}" if len(dimensions) == 1 else "nominal"
    names = ["point", *(nominal if one == "nominal" else one for one in shown), "result"]
    return [_heading(name) for name in names]


def _heading(name: str) -> list[str]:
    plain = gloss("column", name) == "" and name.startswith("nominal_")
    known = "nominal" if plain else name
    return [word("column", known), gloss("column", known)]


def sections(points: Sequence[Point], shown: Sequence[str]) -> list[dict[str, Any]]:
    """The points section by section, each row with its cells; what was only looked at shares a line.

    One column has one unit for each dimension in it.
    """
    return [
        {"title": word("section", section), "rows": list(_rows(tuple(group), shown))}
        for section, group in groupby(in_one_unit(points), key=lambda point: point.section)
    ]


def _rows(points: Sequence[Point], shown: Sequence[str]) -> Iterator[dict[str, Any]]:
    for (seen, subject), group in groupby(points, key=lambda point: (_only_seen(point), point.subject)):
        rows = tuple(group)
        if not seen or len(rows) == 1:
            yield from (_row(point, shown) for point in rows)
            continue
        items = "; ".join(label_of(point).removeprefix(f"{subject}, ") for point in rows)
        yield {
            "cells": [f"{subject}: {items}" if subject else items],
            "outcome": word("outcome", Outcome.CONFORMS),
            "fails": False,
        }


def _only_seen(point: Point) -> bool:
    """Whether a point has no number to print, and is in order."""
    numbers = (point.nominal, point.indication, point.error, point.reference, point.tolerance, point.added)
    return point.outcome is Outcome.CONFORMS and all(one is None for one in numbers)


def _row(point: Point, shown: Sequence[str]) -> dict[str, Any]:
    cells = {
        "nominal": _told(point.nominal),
        "indication": quantity(point.indication),
        "added": quantity(point.added),
        "reference": _told(point.reference),
        "conventional_mass": _told(point.reference),
        "error": error_of(point),
        "tolerance": limits_of(point),
        "uncertainty": _expanded(point),
    }
    return {
        "cells": [label_of(point), *(cells[name] for name in shown)],
        "outcome": word("outcome", point.outcome),
        "fails": point.outcome is not Outcome.CONFORMS,
    }


def error_of(point: Point) -> str:
    """The error that was compared, to the last place of its U, or its bounds; no deciding digit is lost."""
    if point.error_bounds:
        return " … ".join(quantity(one) for one in point.error_bounds)
    error = point.corrected_error if point.corrected_error is not None else point.error
    if error is None:
        return quantity(None)
    limits = () if point.tolerance is None else (point.tolerance.lower, point.tolerance.upper)
    full = told(error, *limits)
    expanded = point.uncertainty
    if expanded is None or not expanded or expanded.unit != full.unit:
        return quantity(full)
    return quantity(shortened(full, _last_place(expanded), *limits))


def limits_of(point: Point) -> str:
    """The tolerance as printed, in the unit of what it is compared with; never wider than it is."""
    if point.tolerance is None:
        return "–"
    lower, upper = limits_told(point.tolerance.lower, point.tolerance.upper, *point.compared)
    if lower == -upper:
        return f"± {quantity(upper)}"
    if not lower:
        return f"≤ {quantity(upper)}"
    return f"{quantity(lower)} … {quantity(upper)}"


def shortened(full: Quantity, place: int, *limits: Quantity) -> Quantity:
    """A quantity for a reader, without decimals below a decimal place, unless those hide its side of a limit.

    >>> print(shortened(Quantity("-3.700191", "mL"), -2))
    -3.70 mL
    >>> print(shortened(Quantity("5.001", "g"), 0, Quantity("5", "g")))
    5.001 g
    """
    place = min(place, 0)
    if not full or _last_place(full) >= place:
        return full
    short = Quantity(full.value.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN) + 0, full.unit)
    hides = any((short <= one, short >= one) != (full <= one, full >= one) for one in limits)
    return full if hides else short


def _last_place(shown: Quantity) -> int:
    exponent = shown.value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def label_of(point: Point) -> str:
    """The point's label without its section and without the load, which has its own column."""
    parts = point.label.removeprefix(f"{point.section}/").split("/")
    return ", ".join(_part(part) for part in parts if not _is(part, point.nominal))


def _part(part: str) -> str:
    """A part of a label; a share or a power factor in it takes the comma: `0,2 Ib cos 0,5 ind`."""
    return _FRACTION.sub(r"\1,\2", word("part", part))


def _told(value: Quantity | None) -> str:
    return quantity(None if value is None else told(value))


def _expanded(point: Point) -> str:
    """U, with its k unless that is 2."""
    k = point.coverage_factor
    factor = "" if k is None or k == _USUAL_FACTOR else f" (k\u00a0=\u00a0{number(f'{k:f}')})"
    return quantity(point.uncertainty) + factor


def _is(part: str, nominal: Quantity | None) -> bool:
    try:
        return nominal is not None and Quantity.parse(part) == nominal
    except UnitError:
        return False
