"""Making a load from the weights at hand, exactly, and what the weights may be wrong by.

Limits of classes come from the table of OIML R 111-1; a certificate's own error and uncertainty go before
them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import gcd
from typing import Final

import msgspec
from msgspec.structs import replace

from drivers.quantity import Quantity
from procedures.conformity import whole_digits
from procedures.regulation import Regulation, by_id
from procedures.standard import COVERAGE, Weight, WorkingStandard

CLASSES: Final = ("E1", "E2", "F1", "F2", "M1", "M1-2", "M2", "M2-3", "M3")
"""From the best to the least."""

_TOLD_ONE_BY_ONE: Final = 3
_MANY: Final = 100_000


class WeightRules(Regulation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of class limits."""

    limits: dict[str, dict[str, Quantity]]
    """nominal mass, then class"""


class Certified(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An expanded uncertainty as a certificate states it."""

    uncertainty: Quantity
    coverage_factor: Decimal = Decimal(2)


class LoadReference(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is known about the mass of a load; sums, because weights of one set err together."""

    certified: tuple[Certified, ...] = ()
    """sums of the uncertainties from certificates, one for each k"""
    error: Quantity | None = None
    """sum of the known errors, without sign: the nominal mass is used all the same"""
    class_limit: Quantity | None = None
    """sum of the limits of those weights that have no certificate of their own"""
    limit: Quantity | None = None
    """sum of the class limits of all of them; None: not known for one of them"""

    def __add__(self, other: "LoadReference") -> "LoadReference":
        """Of both loads together; the same weights laid twice err twice."""
        certified: dict[Decimal, Quantity] = {}
        for one in (*self.certified, *other.certified):
            k = one.coverage_factor
            certified[k] = one.uncertainty if k not in certified else certified[k] + one.uncertainty
        limits = (self.limit, other.limit)
        return LoadReference(
            certified=tuple(Certified(uncertainty=u, coverage_factor=k) for k, u in certified.items()),
            error=_sum(self.error, other.error),
            class_limit=_sum(self.class_limit, other.class_limit),
            limit=None if None in limits else _sum(*limits),
        )


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """All weights of one nominal mass in one set."""

    standard: str
    nominal: Quantity
    count: int
    doubt: Quantity | None
    """by how much one of them may be wrong; None: nothing is known"""
    certified: Certified | None = None
    """of one of them, from its certificate"""
    error: Quantity | None = None
    """conventional mass − nominal, from its certificate; the load is not corrected by it"""
    limit: Quantity | None = None
    """of its class; None where the table has no entry"""


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

    def reference(self) -> LoadReference:
        """What the certificates and classes of the weights say about the load."""
        certified: dict[Decimal, Quantity] = {}
        error, by_class, limit = (Quantity(0, "mg") for _ in range(3))
        known = True
        for piece in self.taken:
            if piece.certified is None:
                by_class += (piece.doubt or Quantity(0, "mg")) * piece.count
            else:
                k, one = piece.certified.coverage_factor, piece.certified.uncertainty
                certified[k] = certified.get(k, Quantity(0, "mg")) + one * piece.count
            error += abs(piece.error or Quantity(0, "mg")) * piece.count
            known = known and piece.limit is not None
            limit += (piece.limit or Quantity(0, "mg")) * piece.count
        return LoadReference(
            certified=tuple(Certified(uncertainty=u, coverage_factor=k) for k, u in certified.items()),
            error=error or None,
            class_limit=by_class or None,
            limit=limit if known and limit else None,
        )


def load_of_class(load: Quantity, accuracy_class: str) -> LoadReference | None:
    """The load as full sets of a class up to 20 kg would make it; None where they cannot."""
    masses = sorted(_limits(), reverse=True)
    heaviest = Quantity(20, "kg")
    stock = [
        Piece(
            standard=accuracy_class,
            nominal=mass,
            count=_MANY if mass == heaviest else 2,
            doubt=class_limit(accuracy_class, mass),
            limit=class_limit(accuracy_class, mass),
        )
        for mass in masses
        if mass <= heaviest and class_limit(accuracy_class, mass) is not None
    ]
    heap = make(load, stock)
    return None if heap is None else heap.reference()


def class_limit(accuracy_class: str, nominal: Quantity) -> Quantity | None:
    """The permitted error of a weight; None where the table has no entry."""
    return _limits().get(nominal, {}).get(accuracy_class)


def pieces(standards: Iterable[WorkingStandard], *, corrected: bool = False) -> tuple[Piece, ...]:
    """All weights of these sets, the heaviest first; `corrected`: see `standards_gate.Requirement`."""
    found = [
        Piece(
            standard=s.id,
            nominal=w.nominal,
            count=w.count,
            doubt=_doubt(s, w, corrected=corrected),
            certified=None
            if w.uncertainty is None
            else Certified(uncertainty=w.uncertainty, coverage_factor=s.coverage_factor),
            error=w.error,
            limit=class_limit(s.accuracy_class, w.nominal),
        )
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


def _sum(*masses: Quantity | None) -> Quantity | None:
    known = [mass for mass in masses if mass is not None]
    return sum(known[1:], known[0]) if known else None


def _doubt(standard: WorkingStandard, weight: Weight, *, corrected: bool) -> Quantity | None:
    """U of the certificate (k = 2), with its error unless that is corrected; else the class limit."""
    if weight.uncertainty is None:
        return class_limit(standard.accuracy_class, weight.nominal)
    doubt = _expanded(weight.uncertainty, standard.coverage_factor)
    return doubt if weight.error is None or corrected else doubt + abs(weight.error)


def _expanded(uncertainty: Quantity, coverage_factor: Decimal) -> Quantity:
    """An uncertainty with that factor, with k = 2; never rounded down."""
    if coverage_factor == COVERAGE:
        return uncertainty
    exact = Fraction(uncertainty.value) * Fraction(COVERAGE) / Fraction(coverage_factor)
    place = uncertainty.resolution / 1000
    steps = -(-exact // Fraction(place))
    return Quantity((steps * place).normalize() + 0, uncertainty.unit)


@cache
def _limits() -> dict[Quantity, dict[str, Quantity]]:
    """By nominal mass, the permitted error of each class."""
    table = by_id("oiml-r111-1-2004", WeightRules)[0].limits
    return {Quantity.parse(text): row for text, row in table.items()}
