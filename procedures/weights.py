"""Making a load from the weights at hand, exactly, and what the weights may be wrong by.

Limits of classes come from the table of OIML R 111-1; a certificate's own error and uncertainty go before
them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import gcd
from typing import Final

from drivers.quantity import Quantity
from procedures.conformity import whole_digits
from procedures.regulation import Regulation, by_id
from procedures.standard import Weight, WorkingStandard

CLASSES: Final = ("E1", "E2", "F1", "F2", "M1", "M1-2", "M2", "M2-3", "M3")
"""From the best to the least."""

_TOLD_ONE_BY_ONE: Final = 3


class WeightRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of class limits."""

    limits: dict[str, dict[str, Quantity]]
    """nominal mass, then class"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """All weights of one nominal mass in one set."""

    standard: str
    nominal: Quantity
    count: int
    doubt: Quantity | None
    """by how much one of them may be wrong; None: nothing is known"""


@dataclass(frozen=True)
class Heap:
    """Weights taken to make a load."""

    taken: tuple[Piece, ...]

    @property
    def pieces(self) -> int:
        """How many weights must be lifted."""
        return sum(piece.count for piece in self.taken)

    @property
    def standards(self) -> tuple[str, ...]:
        """The sets they come from."""
        return tuple(dict.fromkeys(piece.standard for piece in self.taken))

    @property
    def names(self) -> tuple[str, ...]:
        """As an operator is told: `2 kg`, `2 kg`, `1 kg`, or `25 × 20 kg`."""
        return tuple(
            name
            for piece in self.taken
            for name in (
                [f"{piece.count} × {piece.nominal}"]
                if piece.count > _TOLD_ONE_BY_ONE
                else [str(piece.nominal)] * piece.count
            )
        )

    def doubt(self) -> Quantity | None:
        """By how much the load may be wrong: the sum, because weights of one set err together."""
        total = Quantity(0, "mg")
        for piece in self.taken:
            if piece.doubt is None:
                return None
            total += piece.doubt * piece.count
        return total


def class_limit(accuracy_class: str, nominal: Quantity) -> Quantity | None:
    """The permitted error of a weight; None where the table has no entry."""
    row = next((row for text, row in _limits().items() if Quantity.parse(text) == nominal), {})
    return row.get(accuracy_class)


def pieces(standards: Iterable[WorkingStandard]) -> tuple[Piece, ...]:
    """All weights of these sets, the heaviest first."""
    found = [
        Piece(standard=s.id, nominal=w.nominal, count=w.count, doubt=_doubt(s, w))
        for s in standards
        for w in s.weights
    ]
    return tuple(sorted(found, key=lambda piece: piece.nominal, reverse=True))


def make(load: Quantity, stock: Sequence[Piece]) -> Heap | None:
    """Weights that make the load exactly, large ones first; None when it cannot be made.

    >>> kilogram = Quantity.parse("1 kg")
    >>> two = Piece(standard="S", nominal=kilogram * 2, count=2, doubt=None)
    >>> one = Piece(standard="S", nominal=kilogram, count=1, doubt=None)
    >>> make(kilogram * 5, [two, one]).names
    ('2 kg', '2 kg', '1 kg')
    """
    if not load:
        return Heap(())
    if not stock:
        return None
    target, *sizes = whole_digits(load, *(piece.nominal for piece in stock))
    rest_sum = [0] * (len(sizes) + 1)
    rest_gcd = [0] * (len(sizes) + 1)
    for index in range(len(sizes) - 1, -1, -1):
        rest_sum[index] = rest_sum[index + 1] + sizes[index] * stock[index].count
        rest_gcd[index] = gcd(rest_gcd[index + 1], sizes[index])
    hopeless: set[tuple[int, int]] = set()

    def counts(index: int, left: int) -> list[int] | None:
        if left == 0:
            return []
        if left > rest_sum[index] or left % rest_gcd[index] or (index, left) in hopeless:
            return None
        for count in range(min(stock[index].count, left // sizes[index]), -1, -1):
            others = counts(index + 1, left - count * sizes[index])
            if others is not None:
                return [count, *others]
        hopeless.add((index, left))
        return None

    found = counts(0, target)
    if found is None:
        return None
    return Heap(
        tuple(replace(piece, count=count) for piece, count in zip(stock, found, strict=False) if count)
    )


def without(stock: Sequence[Piece], heap: Heap) -> tuple[Piece, ...]:
    """What is left of the stock."""
    used = list(heap.taken)
    left = []
    for piece in stock:
        mine = next((u for u in used if replace(u, count=piece.count) == piece), None)
        if mine is not None:
            used.remove(mine)
        remaining = piece.count - (0 if mine is None else mine.count)
        if remaining:
            left.append(replace(piece, count=remaining))
    return tuple(left)


def _doubt(standard: WorkingStandard, weight: Weight) -> Quantity | None:
    """Error, which nobody corrects, and uncertainty of the certificate, or the limit of the class."""
    if weight.uncertainty is None:
        return class_limit(standard.accuracy_class, weight.nominal)
    return weight.uncertainty if weight.error is None else weight.uncertainty + abs(weight.error)


@cache
def _limits() -> dict[str, dict[str, Quantity]]:
    return by_id("oiml-r111-1-2004", WeightRules)[0].limits
