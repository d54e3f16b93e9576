"""What a break did to a run, in sentences: for the screen, the console and the operator's program alike."""

from collections.abc import Iterable
from typing import Final

from bench.events import RunResumed
from bench.labels import Labels

_LONG_MIN: Final = 120
"""a break is told in hours from here on"""


def told(labels: Labels, event: RunResumed) -> tuple[str, ...]:
    """Paragraphs: the gap, what is lost, what is done again and why, what is checked first and why."""
    hours, minutes = divmod(event.minutes, 60)
    if event.minutes < _LONG_MIN:
        gap = labels.text("resumption.gap", minutes=event.minutes)
    else:
        gap = labels.text("resumption.gap_hours", hours=hours, minutes=minutes)
    lines = [gap]
    for again in (True, False):
        lost = [path for path in event.lost if _is_repeated(path, event.repeated) is again]
        if lost:
            what = _listed(effect(labels, path) for path in lost)
            lines.append(labels.text("resumption.lost_repeated" if again else "resumption.lost", what=what))
    if event.repeated:
        what = _listed(series(labels, path) for path in event.repeated)
        lines.append(labels.text("resumption.repeated", what=what))
    else:
        lines.append(labels.text("resumption.nothing_repeated"))
    if event.rechecks:
        lines.append("\n".join(labels.text(f"resumption.recheck_{check}") for check in event.rechecks))
    return (*lines, labels.text("resumption.written"))


def series(labels: Labels, path: str) -> str:
    """A series by its name on the screen; which attempt it was is no matter to who does it again.

    >>> series(Labels("id"), "accuracy/down~2")
    'Kebenaran turun'
    """
    return labels.point("/".join(part.partition("~")[0] for part in path.split("/")))


def effect(labels: Labels, path: str) -> str:
    """What was begun, and where: `accuracy/down/100 g/place_load` is a load, placed.

    >>> effect(Labels("id"), "accuracy/down/100 g/place_load#2")
    'beban diletakkan (Kebenaran turun 100 g)'
    """
    where, _, what = path.rpartition("/")
    done = labels.word("effect", what.partition("~")[0].partition("#")[0])
    return f"{done} ({series(labels, where)})" if where else done


def _is_repeated(path: str, repeated: tuple[str, ...]) -> bool:
    return any(path.startswith(f"{series}/") for series in repeated)


def _listed(words: Iterable[str]) -> str:
    return "; ".join(words)
