"""The table of readings: planned points and what was found, with the row under way in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.labels import Labels
from bench.tui.view import Row, RunView, short_error
from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.point import Method, Outcome, Point
from procedures.rounding import limits_told, told

Styled = tuple[str, str]

STYLE = {
    Outcome.CONFORMS: "",
    Outcome.DOES_NOT_CONFORM: "bold $error",
    Outcome.INDETERMINATE: "bold $warning",
}
"""No green: a point is measured, not sealed."""


@dataclass(frozen=True)
class _Column:
    name: str
    width: int
    """characters, with one of space before"""


_LOAD, _SHOWN, _ERROR = _Column("load", 9), _Column("shown", 10), _Column("error", 8)
_LIMITS, _ADDED = _Column("limits", 8), _Column("added", 7)
_POINT, _REFERENCE = _Column("point", 12), _Column("reference", 11)
_UNIT_OF = {_SHOWN: "indication", _REFERENCE: "reference", _ERROR: "error", _LIMITS: "error"}
"""of which quantity of a point a column is"""
_MARK, _SYMBOL, _SHORT, _OUTCOME = 4, 4, 11, 15


def readings(view: RunView, labels: Labels, columns: int, rows: int) -> list[Styled]:
    """Lines for a panel of that size, each ending in a line break."""
    shown = _columns(view, columns)
    words = columns - _width(shown)
    current, current_line = view.current(), None
    units = {name: _unit_of(view, name) for name in ("nominal", "indication", "reference", "error")}
    lines: list[list[Styled]] = []
    section = ""
    for index, row in enumerate(view.rows):
        if row.step.section != section:
            section = row.step.section
            lines.append([(labels.section(section), "bold $accent")])
        if index == current:
            current_line = len(lines)
        lines.append(_line(row, index, units, labels, shown, now=index == current, words=words))
    room = max(rows - 1, 1)
    last_start = max(len(lines) - room, 0)
    start = last_start if current_line is None else min(max(current_line - room // 2, 0), last_start)
    heading = " " * _MARK + "".join(
        f"{_heading(column, units, labels, table=view.unit() if weighed(view) else ''):>{column.width}}"
        for column in shown
    )
    table = [[(heading, "dim")], *lines[start : start + room]]
    return [part for line in table for part in (*_clipped(line, columns), ("\n", ""))]


def _heading(column: _Column, units: Mapping[str, str], labels: Labels, *, table: str) -> str:
    """The name of a column, with its unit where that is not the table's."""
    name = labels.text(f"column.{column.name}")
    unit = units.get(_UNIT_OF.get(column, ""), "")
    if unit == table:
        return name
    return f"{name} {unit}" if unit and len(name) + len(unit) + 2 <= column.width else name


def _clipped(line: Sequence[Styled], columns: int) -> list[Styled]:
    """A line that does not wrap; only its first part gives way, so that what is said of a point stays."""
    (first, style), *rest = line
    room = columns - sum(len(text) for text, _ in rest)
    return [(first if len(first) <= room else f"{first[: max(room - 1, 0)]}…", style), *rest]


def _columns(view: RunView, columns: int) -> list[_Column]:
    """The columns that fit; ΔL and reference only when they were taken.

    A load tells the points of a scale apart; where a flow or a volume is set, the point's own name does, and
    takes the room that is left. When not all fit, the reference goes first; of loads the limits, before ΔL.
    """
    if not weighed(view):
        reference = any(point.reference is not None for point in view.points())
        for shown in (
            [_POINT, _SHOWN, _REFERENCE, _ERROR, _LIMITS],
            [_POINT, _SHOWN, _ERROR, _LIMITS],
        ):
            wanted = [column for column in shown if reference or column is not _REFERENCE]
            if _width(wanted) + _SYMBOL <= columns:
                return _named(wanted, view, columns)
        return _named([_POINT, _SHOWN, _ERROR], view, columns)
    added = any(point.added is not None for point in view.points())
    for shown in ([_LOAD, _SHOWN, _ADDED, _ERROR, _LIMITS], [_LOAD, _SHOWN, _ADDED, _ERROR]):
        wanted = [column for column in shown if added or column is not _ADDED]
        if _width(wanted) + _SYMBOL <= columns:
            return wanted
    return [_LOAD, _SHOWN, _ERROR]


def _named(shown: Sequence[_Column], view: RunView, columns: int) -> list[_Column]:
    """The names of the points as wide as they are, as far as a short outcome, or its sign, leaves room."""
    longest = max((len(row.point.label) for row in view.rows if row.point and row.point.error), default=0)
    spare = columns - _width(shown)
    room = _POINT.width + spare - (_SHORT if spare >= _SHORT else _SYMBOL)
    width = max(_POINT.width, min(longest, room))
    return [replace(one, width=width) if one.name == _POINT.name else one for one in shown]


def weighed(view: RunView) -> bool:
    """Whether what is set at the points is a load, if anything is."""
    set_there = (row.step.load for row in view.rows)
    return all(one is None or one.dimension == "mass" for one in set_there)


def _unit_of(view: RunView, name: str) -> str:
    """The unit of a column: that of the table for loads, else of its first value."""
    if weighed(view) and name != "error":
        return view.unit()
    shown = (getattr(point, name) for point in view.points())
    own = next((one.unit for one in shown if one is not None), "")
    return own or (view.unit() if weighed(view) else "")


def _width(shown: Sequence[_Column]) -> int:
    return _MARK + sum(column.width for column in shown)


def _line(
    row: Row,
    index: int,
    units: Mapping[str, str],
    labels: Labels,
    shown: Sequence[_Column],
    *,
    now: bool,
    words: int,
) -> list[Styled]:
    mark = f"{index + 1:>3} "
    load = _number(row.step.load, units["nominal"], labels)
    if row.step.position:
        load = f"{labels.word('place', row.step.position)}: {load}"
    if row.point is None:
        arrow = "  ◀ " + labels.text("run.now") if now else ""
        by_load = load and _LOAD in shown
        planned = f"{load:>{_LOAD.width}}" if by_load else f" {labels.within(row.step.label)}"
        style = "bold $accent" if now else "dim"
        return [(f"{mark}{planned}", style), (arrow, style)]
    width = next((column.width for column in shown if column.name == _POINT.name), _POINT.width)
    cells = {
        "load": load,
        "point": labels.within(row.point.label)[: width - 1],
        "shown": _number(row.point.indication, units["indication"], labels),
        "added": _number(row.point.added, units["nominal"], labels),
        "reference": _number(row.point.reference and told(row.point.reference), units["reference"], labels),
        "error": _number(short_error(row.point), units["error"], labels, signed=True),
        "limits": _limits(row.point, units["error"], labels),
    }
    numbers = "".join(f"{cells[column.name]:>{column.width}}" for column in shown)
    if not any(cells[column.name] for column in shown if column.name != _POINT.name):
        numbers = f" {labels.within(row.point.label)}"[: len(numbers)].ljust(len(numbers))
    outcome = row.point.outcome
    return [
        (f"{mark}{numbers}", ""),
        (f"  {_word(labels, outcome, row.point.method, words)}", STYLE[outcome]),
    ]


def _word(labels: Labels, outcome: Outcome, method: Method, columns: int) -> str:
    if columns >= _OUTCOME:
        return labels.measured(outcome, method)
    if columns >= _SHORT:
        group = "inspected_short" if method is Method.INSPECTION else "measured_short"
        return f"{labels.symbol(outcome)} {labels.text(f'{group}.{outcome}')}"
    return labels.symbol(outcome)


def _number(quantity: Quantity | None, unit: str, labels: Labels, *, signed: bool = False) -> str:
    """Without its unit when it is the table's."""
    if quantity is None:
        return ""
    try:
        return labels.number(quantity.to(unit or quantity.unit).value, signed=signed)
    except UnitError:
        return labels.quantity(quantity, signed=signed)


def _limits(point: Point, unit: str, labels: Labels) -> str:
    if point.tolerance is None:
        return ""
    _, upper = limits_told(point.tolerance.lower, point.tolerance.upper, *point.compared)
    sign = "±" if abs(point.tolerance.lower) == point.tolerance.upper else "≤"
    return f"{sign}{_number(upper, unit, labels)}"
