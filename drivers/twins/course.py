"""How a quantity goes on in time: straight from each value to the next.

Values, integrals and their order are decimals of the time asked for, so the same course always gives the same
digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise


@dataclass
class Course:
    """A value that stays as it is until it is told to go to another one."""

    start: Decimal
    _legs: list[tuple[float, Decimal, float, Decimal]] = field(default_factory=list)
    """when it leaves, from where, when it arrives, and where"""

    def go(self, to: Decimal, *, at: float, over_s: float = 0.0) -> None:
        """Go to a value, in so many seconds; what was to come after `at` is forgotten."""
        here = self.at(at)
        self._legs = [leg for leg in self._legs if leg[0] < at]
        if self._legs and self._legs[-1][2] > at:
            left, came_from, _, _ = self._legs[-1]
            self._legs[-1] = (left, came_from, at, here)
        self._legs.append((at, here, at + over_s, to))

    def at(self, at: float) -> Decimal:
        """The value at a time; at the moment of a jump, the value after it."""
        value = self.start
        for left, came_from, arrives, to in self._legs:
            if at < left:
                break
            value = to
            if at < arrives:
                value = came_from + (to - came_from) * (_exact(at) - _exact(left)) / (
                    _exact(arrives) - _exact(left)
                )
        return value

    def bends(self) -> Iterator[float]:
        """The times at which it changes its slope or jumps."""
        for left, _, arrives, _ in self._legs:
            yield left
            yield arrives


def passed(flow: Course, gate: Course, *, since: float, until: float) -> Decimal:
    """The integral of a flow while a gate of 0 or 1 is open: value times seconds, exact."""
    inside = {time for course in (flow, gate) for time in course.bends() if since < time < until}
    times = sorted({since, until, *inside}) if until > since else []
    total = Decimal(0)
    for begin, end in pairwise(times):
        middle = begin + (end - begin) / 2  # straight between two bends: the middle is the mean
        total += flow.at(middle) * gate.at(middle) * (_exact(end) - _exact(begin))
    return total


def _exact(seconds: float) -> Decimal:
    return Decimal(repr(seconds))
