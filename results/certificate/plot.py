"""The error-against-BKD plot of the accuracy points, as SVG: vector, black and white, same bytes each time.

Limits are known at the test loads only, so between two loads with different limits the line is dotted. Floats
place marks on paper here; no verdict comes from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Outcome, Point
from results.certificate.words import gloss, number, word

_WIDTH: Final = 500.0
_HEIGHT: Final = 165.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 10.0, 30.0
_FONT: Final = 'font-family="Libertinus Serif" font-size="9"'
_ENOUGH: Final = 2
_LABEL: Final = 30.0
"""width that the label of a load needs"""
_ASIDE: Final = 4.0
"""points up and down at the same load stand side by side"""


@dataclass(frozen=True)
class _Mark:
    load: float
    error: float
    lower: float
    upper: float
    down: bool
    fails: bool


def error_plot(points: Sequence[Point]) -> str:
    """Draw the accuracy points of one instrument that have load, error and tolerance, all in one unit.

    Empty when there are fewer than two loads, or points of several instruments, which have no curve.
    """
    unit = next((point.nominal.unit for point in points if point.nominal is not None), "")
    if any(point.subject for point in points):
        return ""
    found = (_mark(point, unit) for point in points if point.section == "accuracy")
    marks = sorted(filter(None, found), key=lambda mark: (mark.load, mark.down))
    if len({mark.load for mark in marks}) < _ENOUGH:
        return ""
    widest = max(max(abs(mark.lower), abs(mark.upper), abs(mark.error)) for mark in marks) or 1.0
    farthest = max(mark.load for mark in marks) or 1.0
    scale = _Scale(farthest * 1.03, widest * 1.15)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}" height="{_HEIGHT:g}" '
            f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}">'
        ),
        *_axes(scale, marks, unit),
        *_limits(scale, marks),
        *(_drawn(scale, mark) for mark in marks),
        "</svg>",
    ]
    return "\n".join(parts)


@dataclass(frozen=True)
class _Scale:
    farthest: float
    widest: float

    def x(self, load: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * load / self.farthest

    def y(self, error: float) -> float:
        middle = (_HEIGHT - _TOP - _BOTTOM) / 2
        return _TOP + middle - middle * error / self.widest


def _mark(point: Point, unit: str) -> _Mark | None:
    error = point.corrected_error if point.corrected_error is not None else point.error
    if error is None or point.nominal is None or point.tolerance is None:
        return None
    told = (point.nominal, error, point.tolerance.lower, point.tolerance.upper)
    try:
        load, shown, lower, upper = (float(one.to(unit).value) for one in told)
    except UnitError:
        return None
    return _Mark(
        load=load,
        error=shown,
        lower=lower,
        upper=upper,
        down="/down/" in point.label,
        fails=point.outcome is Outcome.DOES_NOT_CONFORM,
    )


def _named(unit: str) -> str:
    """What is set at the points, as the table heads it: load, volume, length."""
    name = f"nominal_{Quantity(0, unit).dimension.replace(' ', '_')}"
    return " / ".join(dict.fromkeys((word("column", name).lower(), gloss("column", name))))


def _axes(scale: _Scale, marks: Sequence[_Mark], unit: str) -> list[str]:
    left, right, zero, bottom = _LEFT, _WIDTH - _RIGHT, scale.y(0), _HEIGHT - _BOTTOM
    parts = [
        _line((left, _TOP), (left, bottom), 0.6),
        _line((left, zero), (right, zero), 0.4),
        _line((left, bottom), (right, bottom), 0.6),
    ]
    limits = sorted({mark.upper for mark in marks} | {mark.lower for mark in marks} | {0.0})
    for value in limits:
        y = scale.y(value)
        parts += [_line((left - 3, y), (left, y), 0.6), _text(left - 6, y + 3, _short(value), "end")]
    last = -100.0
    for load in sorted({mark.load for mark in marks}):
        x = scale.x(load)
        parts.append(_line((x, bottom), (x, bottom + 3), 0.6))
        if x - last > _LABEL:
            last = x
            parts.append(_text(x, bottom + 12, _short(load), "middle"))
    parts.append(_text((left + right) / 2, bottom + 26, f"{_named(unit)} ({unit})", "middle"))
    parts.append(
        f'<text x="10" y="{(_TOP + bottom) / 2:g}" {_FONT} text-anchor="middle" '
        f'transform="rotate(-90 10 {(_TOP + bottom) / 2:g})">kesalahan / error ({unit})</text>'
    )
    return parts


def _limits(scale: _Scale, marks: Sequence[_Mark]) -> list[str]:
    parts = []
    for before, after in pairwise(marks):
        for one, two in ((before.upper, after.upper), (before.lower, after.lower)):
            dotted = "" if one == two else ' stroke-dasharray="1.5 2.5"'
            start, end = (scale.x(before.load), scale.y(one)), (scale.x(after.load), scale.y(two))
            parts.append(_line(start, end, 1.1, dotted))
    for mark in marks:
        x = scale.x(mark.load)
        heights = (scale.y(mark.upper), scale.y(mark.lower))
        parts += [_line((x - 4, y), (x + 4, y), 1.6) for y in heights]
    return parts


def _drawn(scale: _Scale, mark: _Mark) -> str:
    way = 1 if mark.down else -1
    x, y = scale.x(mark.load) + way * _ASIDE, scale.y(mark.error)
    base, tip = y - way * 2.6, y + way * 3.4
    corners = f"{x - 3.4:.2f},{base:.2f} {x + 3.4:.2f},{base:.2f} {x:.2f},{tip:.2f}"
    fill = "white" if mark.down else "black"
    shape = f'<polygon points="{corners}" fill="{fill}" stroke="black" stroke-width="0.8"/>'
    if mark.fails:
        shape += f'<circle cx="{x:.2f}" cy="{y:.2f}" r="7" fill="none" stroke="black" stroke-width="1.2"/>'
    return shape


def _line(start: tuple[float, float], end: tuple[float, float], width: float, more: str = "") -> str:
    return (
        f'<line x1="{start[0]:.2f}" y1="{start[1]:.2f}" x2="{end[0]:.2f}" y2="{end[1]:.2f}" '
        f'stroke="black" stroke-width="{width}"{more}/>'
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" {_FONT} text-anchor="{anchor}">{words}</text>'


def _short(value: float) -> str:
    return number(f"{value:.6f}".rstrip("0").rstrip("."))
