"""Errors against their tolerance, drawn in characters: one mark a point, its limits above and below.

Only limits of decided points are drawn. Between two points with the same limits the line is drawn through;
where they differ the step lies somewhere between and nothing is claimed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from bench.tui.view import shown_error
from procedures.point import Outcome, Point

_BRAILLE: Final = 0x2800
_DOTS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_LOWEST_FOR_LABELS: Final = 5


@dataclass(frozen=True)
class Mark:
    """One point on the plot, in numbers for drawing."""

    x: float
    error: float
    lower: float
    upper: float
    outcome: Outcome


@dataclass(frozen=True)
class Cell:
    """One character with what it stands for: `limit`, `axis`, `label`, `conforms`, `does_not_conform`."""

    character: str
    role: str


def marks(points: Sequence[Point]) -> list[Mark]:
    """The points that have error and tolerance; spread by their load, or evenly when the load is the same."""
    whole = [point for point in points if shown_error(point) is not None and point.tolerance is not None]
    if not whole:
        return []
    unit = _unit(whole)
    loads = _places(whole)
    found = []
    for x, point in zip(loads, whole, strict=True):
        error = shown_error(point)
        if error is not None and point.tolerance is not None:
            limits = (point.tolerance.lower, point.tolerance.upper)
            low, high = (float(limit.to(unit).value) for limit in limits)
            found.append(Mark(x, float(error.to(unit).value), low, high, point.outcome))
    return found


def _places(points: Sequence[Point]) -> list[float]:
    """Where each point stands: at its load or flow; one after the other when those tell nothing apart."""
    nominals = [point.nominal for point in points if point.nominal is not None]
    if len(nominals) < len(points) or len({one.dimension for one in nominals}) > 1 or len(set(nominals)) == 1:
        return [float(index) for index in range(len(points))]
    return [float(one.to(nominals[0].unit).value) for one in nominals]


def _unit(points: Sequence[Point]) -> str:
    return next(error.unit for point in points if (error := shown_error(point)) is not None)


def plot(
    points: Sequence[Point], columns: int, rows: int, number: Callable[[Decimal], str]
) -> list[list[Cell]]:
    """Draw into `rows` × `columns` characters; nothing when there is no point or no room.

    Args:
        points: decided points, of one section.
        columns: width of the plot with its axis labels.
        rows: height of the plot with its bottom line.
        number: writes a number in the reader's language.
    """
    found = marks(points)
    widest = max((max(mark.upper, -mark.lower) for mark in found), default=0.0)
    labels = {widest: number(_tidy(widest)), 0.0: "0", -widest: number(_tidy(-widest))}
    margin = max(len(label) for label in labels.values()) + 2
    if not found or not widest or rows < _LOWEST_FOR_LABELS or columns < margin + 10:
        return []
    ceiling = max(widest, *(abs(mark.error) for mark in found)) * 1.15
    canvas = _Canvas(columns - margin, rows - 1, (min(m.x for m in found), max(m.x for m in found)), ceiling)
    canvas.limits(found)
    grid = [[Cell(" ", "label")] * margin + line for line in canvas.cells(found)]
    for value, label in labels.items():
        row = canvas.row(value)
        text = f"{label:>{margin - 2}} {'┼' if value == 0 else '┤'}"
        grid[row][:margin] = [Cell(character, "label") for character in text]
    for line in grid:
        if line[margin - 1].character == " ":
            line[margin - 1] = Cell("│", "label")
    first, last = _ends(points, number)
    bottom = f"{'└':>{margin}}{first}".ljust(columns - len(last), "─") + last
    return [*grid, [Cell(character, "label") for character in bottom[:columns]]]


def _ends(points: Sequence[Point], number: Callable[[Decimal], str]) -> tuple[str, str]:
    nominals = [point.nominal for point in points if point.nominal is not None]
    if not nominals or min(nominals) == max(nominals):
        return "", ""
    return number(min(nominals).value), number(max(nominals).value)


def _tidy(value: float) -> Decimal:
    return Decimal(f"{value:.3g}")


class _Canvas:
    """Braille dots: two across and four down in a character."""

    def __init__(self, columns: int, rows: int, span: tuple[float, float], ceiling: float) -> None:
        self.columns, self.rows, self.span, self.ceiling = columns, rows, span, ceiling
        self._bits = [[0] * columns for _ in range(rows)]

    def _across(self, x: float) -> int:
        first, last = self.span
        room = self.columns * 2 - 6
        return 3 + (round((x - first) / (last - first) * room) if last > first else room // 2)

    def _down(self, value: float) -> int:
        return round((1 - value / self.ceiling) / 2 * (self.rows * 4 - 1))

    def row(self, value: float) -> int:
        return self._down(value) // 4

    def limits(self, found: Sequence[Mark]) -> None:
        for mark in found:
            for limit in (mark.lower, mark.upper):
                self._line(self._across(mark.x) - 2, self._across(mark.x) + 2, limit)
        ordered = sorted(found, key=lambda mark: mark.x)
        for left, right in pairwise(ordered):
            if left.upper == right.upper and left.lower == right.lower:
                for limit in (left.lower, left.upper):
                    self._line(self._across(left.x), self._across(right.x), limit)

    def _line(self, start: int, end: int, value: float) -> None:
        down = self._down(value)
        for across in range(max(start, 0), min(end, self.columns * 2 - 1) + 1):
            self._bits[down // 4][across // 2] |= _DOTS[across % 2][down % 4]

    def cells(self, found: Sequence[Mark]) -> list[list[Cell]]:
        zero = self.row(0)
        grid = []
        for row, line in enumerate(self._bits):
            empty = Cell("─", "axis") if row == zero else Cell(" ", "axis")
            grid.append([Cell(chr(_BRAILLE + bits), "limit") if bits else empty for bits in line])
        for mark in found:
            symbol = {Outcome.CONFORMS: "●", Outcome.DOES_NOT_CONFORM: "✘"}.get(mark.outcome, "▲")
            grid[self.row(mark.error)][self._across(mark.x) // 2] = Cell(symbol, str(mark.outcome))
        return grid
