"""What the panels of the run screen say, from the view alone."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from textual.geometry import Size

from bench import events
from bench.labels import Labels
from bench.tui.gate import Gate, Watch
from bench.tui.keying import Keying
from bench.tui.reply import Reply
from bench.tui.screens.face import Part
from bench.tui.view import RunView, share, short_error, shown_error
from bench.tui.widgets.digits import big, largest_scale
from bench.tui.widgets.plot import plot
from bench.tui.widgets.readings import STYLE, readings, weighed
from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import Reading, Stability
from procedures.action import ClearTare, Inspect, PlaceLoad, RemoveLoad, SetZero
from procedures.point import Outcome, Point

FEW_POINTS = 3
"""Fewer say nothing about the time that remains."""
_LOOKED_AT = "visual"
ROOM_FOR_SIGN = 18
"""Rows of the large screen that leave room for a big sign under the digits."""
_APART = 2
"""Columns between what stands beside each other; as many has the sign that there is more."""


def bells(event: events.Event) -> int:
    """One for captured, two for done, three for a point outside its tolerance."""
    match event:
        case events.Captured(replayed=False):
            return 1
        case events.ConclusionReached():
            return 2
        case events.Decided(replayed=False, point=point) if point.outcome is Outcome.DOES_NOT_CONFORM:
            return 3
        case _:
            return 0


def number(labels: Labels, quantity: Quantity) -> str:
    """The digits of an indication in the reader's language."""
    return labels.number(quantity.value)


def display(text: str, style: str, columns: int, rows: int, below: Sequence[Part]) -> list[Part]:
    """Digits in the middle of a panel, as large as fit, with the lines `below` at its foot."""
    foot = 1 + sum(_words(part).count("\n") for part in below)
    scale = largest_scale(text, columns, rows - foot)
    lines = big(text, scale) if scale else [text]
    indent = " " * max((columns - max(len(line) for line in lines)) // 2, 0)
    spare = max(rows - foot - len(lines), 0)
    number = "\n".join(indent + line for line in lines)
    return ["\n" * (spare // 2), (number, style), "\n" * (spare - spare // 2 + 1), *below]


def _words(part: Part) -> str:
    return part if isinstance(part, str) else part[0]


def verdict(labels: Labels, view: RunView, rows: int) -> list[Part]:
    """The point decided last, for reading from afar: with a big sign where there is room for it."""
    last = view.last
    if last is None:
        return [(labels.text("run.no_point_yet"), "dim")]
    style = STYLE[last.outcome] or "bold"
    error = short_error(last)
    found = "" if error is None else f"E = {labels.quantity(error, signed=True)}   BKD {labels.limits(last)}"
    words = [labels.point(last.label), labels.measured(last.outcome, last.method), found]
    if rows < ROOM_FOR_SIGN:
        return [(f"{words[1]}   ", style), f"{words[0]}   {found}"]
    parts: list[Part] = []
    for sign, word in zip(big(labels.symbol(last.outcome)), ["", *words, ""], strict=True):
        parts += [(f"  {sign:<9}", style), (word, "bold"), "\n"]
    return parts[:-1]


def indication(labels: Labels, shown: Reading | Refused | None, *, lost: bool) -> tuple[str, str]:
    """The characters of the live display and their style; dashes when there is no number."""
    if not isinstance(shown, Reading) or lost:
        return "− − −", "dim"
    return number(labels, shown.indication), "bold" if shown.stability is not Stability.MOVING else "$warning"


def stability(labels: Labels, watch: Watch, now: float) -> Part:
    """Rest, motion or silence: symbol and word."""
    match watch.judge(None, now):
        case Gate.OPEN:
            return labels.text(
                "live.stable", seconds=labels.tenths(min(watch.rest_s(now), 99.0))
            ), "bold $accent"
        case Gate.REFUSED:
            state = watch.shown.state if isinstance(watch.shown, Refused) else ""
            return "✘ " + labels.word("state", state), "bold $error"
        case Gate.NO_SIGNAL:
            return labels.text("live.no_signal"), "bold $error"
        case _:
            return labels.text("live.moving"), "$warning"


def flowing(told: Sequence[Sequence[tuple[str, str]]], columns: int, lines: int = 0) -> list[Part]:
    """What belongs together beside each other, none broken in two; `…` where `lines`, if any, do not do."""
    rows: list[list[Part]] = [[]]
    used = 0
    for place, one in enumerate(told):
        width = sum(len(words) for words, _ in one)
        last_line, last = len(rows) == lines, place == len(told) - 1
        if used and used + _APART + width + (_APART if last_line and not last else 0) > columns:
            if last_line:
                rows[-1].append((" …", "dim"))
                break
            rows.append([])
            used = 0
        rows[-1] += [" " * _APART, *one] if used else [*one]
        used += width + (_APART if used else 0)
    return [part for at, row in enumerate(rows) for part in (["\n"] if at else []) + row] or [""]


def countdown(seconds: float) -> str:
    """Minutes and seconds that are left, the one begun included: `2:05`."""
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes}:{rest:02d}"


def match(labels: Labels, watch: Watch, expected: Quantity | None) -> Part:
    """What the load should be, and whether it is about that."""
    if expected is None:
        return ""
    sign = "✔" if watch.near(expected) else "…"
    return f"   {labels.text('live.expected', load=expected)} {sign}"


def keyed(labels: Labels, keying: Keying) -> str:
    """The characters of the display while a number is keyed."""
    shown = keying.shown()
    if keying.asks and keying.proposal is not None:
        return number(labels, keying.proposal) + " ?"
    return shown.replace(".", "," if labels.language == "id" else ".") or "?"


def point(labels: Labels, view: RunView, columns: int) -> list[Part]:
    """The point decided last: error, tolerance, uncertainty, share."""
    last = view.last
    if last is None:
        return [(labels.text("run.no_point_yet"), "dim")]
    lines: list[Part] = [(labels.point(last.label) + "\n", "bold")]
    error = short_error(last)
    if error is not None:
        lines.append(f"{labels.text('run.error'):<14}{labels.quantity(error, signed=True):>14}\n")
    elif last.error_bounds is not None:
        low, high = (labels.number(bound.value, signed=True) for bound in last.error_bounds)
        lines.append(f"{labels.text('run.error'):<12}{low} … {high}\n")
    if last.tolerance is not None:
        lines.append(f"{labels.text('run.tolerance'):<14}{_limits(labels, last):>14}\n")
    if last.uncertainty is not None:
        lines.append(f"{labels.text('run.uncertainty'):<14}{labels.quantity(last.uncertainty):>14}\n")
    lines.append((labels.measured(last.outcome, last.method) + "\n", STYLE[last.outcome] or "bold"))
    used = share(last)
    if used is not None:
        lines += bar(float(used), columns - 8, STYLE[last.outcome] or "$accent")
        lines.append(f" {int(used * 100)} %")
    return lines


def _limits(labels: Labels, decided: Point) -> str:
    """The limits of a point; one that is bounded above alone has one."""
    tolerance = decided.tolerance
    told = labels.limits(decided)
    if tolerance is None or tolerance.lower or " … " not in told:
        return told
    return f"≤ {told.rpartition(' … ')[2].removeprefix('+')}"


def bar(part: float, columns: int, style: str) -> list[Part]:
    """A bar from 0 to 1."""
    full = round(min(max(part, 0.0), 1.0) * columns)
    return [("▕", "dim"), ("█" * full, style), ("░" * (columns - full), "dim"), ("▏", "dim")]


def plotted(view: RunView) -> list[Point]:
    """The points with an error of the section under way, or of the last one with any."""
    measured = [one for one in view.points() if shown_error(one) is not None]
    current = view.current()
    section = view.rows[current].step.section if current is not None else ""
    if measured and section not in {one.section for one in measured}:
        section = measured[-1].section
    return [one for one in measured if one.section == section]


def plot_unit(view: RunView) -> str:
    """The unit of the errors that are plotted, in brackets; before the first, that of weighed loads."""
    errors = (shown_error(one) for one in plotted(view))
    unit = next((error.unit for error in errors if error is not None), view.unit() if weighed(view) else "")
    return f" ({unit})" if unit else ""


def table(labels: Labels, view: RunView, room: Size, note: str) -> tuple[list[Part], str]:
    """The readings, a note on one line below them, and the title."""
    rows = readings(view, labels, room.width, room.height - bool(note))
    unit = f" ({view.unit()})" if weighed(view) and view.unit() else ""
    told = note if len(note) <= room.width else f"{note[: max(room.width - 1, 0)]}…"
    return [*rows, (told, "$warning")], labels.text("run.table_title", unit=unit)


def error_plot(labels: Labels, view: RunView, room: Size) -> tuple[list[Part], str]:
    """Errors of the section under way, or of the last one with any, and the title."""
    title = labels.text("run.plot_title", unit=plot_unit(view))
    styles = {
        "limit": "$warning",
        "axis": "dim",
        "label": "dim",
        Outcome.CONFORMS: "bold $accent",
        Outcome.DOES_NOT_CONFORM: "bold $error",
        Outcome.INDETERMINATE: "bold $warning",
    }
    lines = plot(plotted(view), room.width, room.height, labels.number)
    if not lines:  # nothing to draw, or no room for it
        return [("" if plotted(view) else labels.text("run.no_plot"), "dim")], title
    parts: list[Part] = []
    for line in lines:
        parts += [(cell.character, styles[cell.role]) for cell in line]
        parts.append("\n")
    return parts, title


def progress(labels: Labels, view: RunView, columns: int, took: timedelta) -> list[Part]:
    """How far the run is, and about how long it will still take.

    Args:
        labels: the language.
        view: the run.
        columns: how wide all of it may be.
        took: how long was worked since the run was begun or taken up.
    """
    done, total = len(view.points()), len(view.rows)
    if not total:
        return [""]
    text = labels.text("run.progress", done=done, total=total)
    # What is looked at takes a moment, what is measured perhaps an hour: no guess from one for the other.
    to_measure = [row for row in view.rows if row.step.section != _LOOKED_AT]
    measured = sum(row.path in view.measured_now for row in to_measure)
    if done < total and measured >= FEW_POINTS:
        left = sum(row.point is None for row in to_measure)
        minutes = ceil(took.total_seconds() / measured * left / 60)
        text += "  " + labels.text("run.left", minutes=max(minutes, 1))
    length = max(columns - len(text) - 10, 10)
    return [*bar(done / total, length, "$accent"), f" {done * 100 // total:>3} %  {text}"]


def checklist(labels: Labels, reply: Reply) -> list[Part]:
    """The lines to look at; all conform until a digit says otherwise."""
    parts: list[Part] = []
    failing = reply.failing
    for index, item in enumerate(reply.action.items if isinstance(reply.action, Inspect) else ()):
        mark = "▶" if index == reply.cursor else " "
        digit = str(index + 1) if index < len("123456789") else " "
        word = labels.text("inspect.fails") if item in failing else labels.text("inspect.conforms")
        style = "bold $error" if item in failing else ""
        parts += [(f"{mark} {digit}  ", "dim"), (f"{word:<16}", style), f"{labels.word('item', item)}\n"]
    return parts


def position_of(view: RunView) -> str | None:
    """Where the load goes, from the last instruction about it since the last reading; empty: nowhere."""
    for action in reversed(view.standing):
        if isinstance(action, PlaceLoad):
            return action.position
        if isinstance(action, RemoveLoad | SetZero | ClearTare):
            return ""
    return None
