"""What a run's journal already knows: the memory from which a script is replayed.

A path names one attempt: the second attempt at `accuracy` is `accuracy~2`. Abandoned attempts stay in the
journal and are never looked up again.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from drivers.reading import Origin
from procedures.action import Answer
from procedures.errors import ProcedureError
from results.entry import (
    Abandoned,
    Begun,
    Concluded,
    Done,
    Entry,
    Kept,
    Reported,
    Resumed,
    SeriesClosed,
    SeriesOpened,
)

INTERRUPTED: Final = "interrupted"
"""the reason of an attempt that a crash or a pause broke off; every other reason is a person's"""
_MOVES_FROM_THE_START: Final = frozenset({"watched", "act"})
_MOVES: Final = _MOVES_FROM_THE_START | {"instruct"}
"""the effects after which the world is another one"""


class DivergenceError(ProcedureError):
    """The script asks for something else than the journal holds under this path: the procedure changed."""

    def __init__(self, path: str, kept: str, asked: str) -> None:
        """Name the path and both sides."""
        super().__init__(
            "run.diverged",
            "At {path} the journal holds {kept}, but the procedure now asks for {asked}.",
            "Finish this run with the edition it was begun with, or void it with a reason.",
            path=path,
            kept=kept,
            asked=asked,
        )


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer as it was kept; within a struct, msgspec remembers how to read it."""

    answer: Answer


class _Standing:
    """What was read and answered since something was done in the world last: all that still stands."""

    def __init__(self) -> None:
        self.effects: dict[str, bool] = {}
        """paths in order, and whether a person gave it: an answer, or an indication read by eye"""

    def begin(self, effect: Begun) -> None:
        """An instruction moves something when it is carried out, all else when it is begun."""
        if effect.verb in _MOVES_FROM_THE_START:
            self.effects.clear()

    def take(self, effect: Done) -> None:
        """What was read or answered stands; after what was moved nothing that was read before it does."""
        if effect.verb in _MOVES:
            self.effects.clear()
            return
        result = effect.result
        by_eye = isinstance(result, dict) and result.get("origin") == Origin.MANUAL
        self.effects[effect.path] = effect.verb == "ask" or by_eye

    def cut(self, path: str) -> tuple[str, ...]:
        """Forget this effect and all after it; gives their paths."""
        standing = list(self.effects)
        gone = standing[standing.index(path) :]
        for one in gone:
            del self.effects[one]
        return tuple(gone)


class Memory:
    """A fold over the entries of one run."""

    def __init__(self, kept: Iterable[Kept] = ()) -> None:
        """Take what is already in the journal."""
        self._done: dict[str, Done] = {}
        self._points: dict[str, tuple[Reported, int]] = {}
        self._opened: dict[str, None] = {}
        self._closed: set[str] = set()
        self._attempts: Counter[str] = Counter()
        self._retakes = 0
        self._standing = _Standing()
        self.in_doubt: dict[str, Begun] = {}
        self.concluded: Concluded | None = None
        for row in kept:
            self.take(row.entry)

    def take(self, entry: Entry) -> None:
        """Fold one more entry."""
        match entry:  # the most frequent first: an audit folds millions
            case Done():
                self._standing.take(entry)
                self.in_doubt.pop(entry.path, None)
                self._done[entry.path] = entry
            case Reported():
                self._points[entry.path] = (entry, self._retakes)
            case Begun():
                self._standing.begin(entry)
                self.in_doubt[entry.path] = entry
            case SeriesOpened():
                self._opened[entry.path] = None
            case SeriesClosed():
                self._closed.add(entry.path)
            case Abandoned() if entry.path in self._standing.effects:
                self._take_back(entry.path)
            case Abandoned():
                self._abandon(entry)
            case Resumed():  # nobody knows how long ago
                self._standing.effects.clear()
            case Concluded():
                self.concluded = entry
            case _:
                pass

    def _abandon(self, attempt: Abandoned) -> None:
        """A step or series is done anew."""
        self._standing.effects.clear()
        self._retakes += attempt.reason != INTERRUPTED
        self._attempts[original(attempt.path)] += 1
        self._opened.pop(attempt.path, None)
        # What was under way in it is done again, so nobody needs to know how it ended.
        for path in [one for one in self.in_doubt if f"{one}/".startswith(f"{attempt.path}/")]:
            del self.in_doubt[path]
        self._open_again(attempt.path)

    def _take_back(self, answer: str) -> None:
        """An answer does not count, nor what was read or asked after it: it may be asked otherwise now."""
        self._retakes += 1
        self._attempts.update(original(path) for path in (*self._standing.cut(answer), *self.in_doubt))
        self.in_doubt.clear()
        self._open_again(answer)

    def _open_again(self, path: str) -> None:
        """A step that is done again opens its series again: a crash now would lose what stands where."""
        self._closed -= {series for series in self._closed if path.startswith(f"{series}/")}

    @property
    def last_answer(self) -> str:
        """The path of what a person answered or keyed last, if nothing was done in the world since."""
        found = reversed(self._standing.effects.items())
        return next((path for path, answered in found if answered), "")

    def attempt(self, path: str) -> str:
        """The path under which the present attempt at `path` is kept."""
        earlier = self._attempts.get(path)  # to ask a counter for what it lacks takes ten times as long
        return f"{path}~{earlier + 1}" if earlier else path

    def open_series(self) -> tuple[str, ...]:
        """The outermost series that were begun and not completed."""
        unclosed = [path for path in self._opened if path not in self._closed]
        return tuple(path for path in unclosed if not any(path.startswith(f"{other}/") for other in unclosed))

    def is_open(self, path: str) -> bool:
        """Whether this attempt at a series was begun."""
        return path in self._opened

    def is_closed(self, path: str) -> bool:
        """Whether this attempt at a series is complete."""
        return path in self._closed

    def has_effect(self, path: str) -> bool:
        """Whether anything was done in this step or series."""
        return any(kept.startswith(f"{path}/") for kept in (*self._done, *self.in_doubt))

    def result(self, path: str, verb: str, arguments: dict[str, Any]) -> Done | None:
        """What was kept for this effect.

        Raises:
            DivergenceError: the path holds another effect.
        """
        kept = self._done.get(path)
        if kept is not None and (kept.verb, kept.arguments) != (verb, arguments):
            raise DivergenceError(path, f"{kept.verb} {kept.arguments}", f"{verb} {arguments}")
        return kept

    def has_point(self, path: str, point: dict[str, Any]) -> bool:
        """Whether exactly this point was reported here.

        A different point is a divergence, unless a retake since then gave it a reason to differ.

        Raises:
            DivergenceError: the same readings now give another point.
        """
        if path not in self._points:
            return False
        reported, retakes = self._points[path]
        if reported.point == point:
            return True
        if retakes == self._retakes:
            raise DivergenceError(path, f"the point {reported.point}", f"the point {point}")
        return False


def original(path: str) -> str:
    """The path without the attempt number of its last part; the parts before keep theirs."""
    head, slash, tail = path.rpartition("/")
    return head + slash + tail.partition("~")[0]
