"""The gate before a test: which weights make each load, and whether they may be used for it.

A standard passes when its entries can be right, its class is good enough, its certificate is still valid on
the day of the test, and what its weights may be wrong by is at most the permitted share of the tolerance at
every load. Refusals name the standard, the limit, and what in the cupboard would do instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import StandardError
from procedures.standard import StandardUse, WorkingStandard
from procedures.weights import CLASSES, Heap, Piece, make, pieces, without

_FEW: Final = 8
"""up to so many sets every pair is tried, not only each alone and all together"""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One load that the test needs."""

    loads: tuple[Quantity, ...]
    """loads that will do, the nearest to the calculated one first"""
    exact: bool
    """the first of them is the calculated load itself: take it when it can be made"""
    permitted: Callable[[Quantity], Quantity]
    """the permitted error of the instrument at a load"""
    beside: tuple[Quantity, ...] = ()
    """small masses that must be laid beside the load, each alone"""
    ready: Quantity | None = None
    """a small mass that must be there besides, whichever of `beside` is laid"""


@dataclass(frozen=True, kw_only=True)
class Supply:
    """A load and the weights that make it."""

    load: Quantity
    heap: Heap
    doubt: Quantity
    """by how much it may be wrong"""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What the rules ask of weights."""

    on: date
    lowest_class: str
    share: Fraction
    corrected: bool = False
    """errors of certificates are corrected, so that they are no doubt about the load"""


@dataclass(frozen=True)
class _Lack:
    code: str
    facts: dict[str, str]


def choose_standards(
    cupboard: Sequence[WorkingStandard],
    named: Sequence[str],
    demands: Sequence[Demand],
    requirement: Requirement,
) -> tuple[tuple[Supply, ...], tuple[WorkingStandard, ...]]:
    """Find weights for all loads: in the sets named, or else in as few sets of the cupboard as will do.

    Raises:
        StandardError: nothing will do, or what was named will not; the facts name what would.
    """
    cupboard = [standard for standard in cupboard if standard.kind == "weights" or standard.id in named]
    if not cupboard:
        raise StandardError(
            "standard.none",
            "The laboratory has no measurement standards registered.",
            "Register the weights with class, certificate and due date in the laboratory file.",
        )
    good = [s for s in cupboard if _unfit(s, requirement) is None]
    chosen = [_by_id(cupboard, name) for name in named]
    if chosen:
        lack = next((lack for s in chosen if (lack := _unfit(s, requirement)) is not None), None)
        tried = lack or _supply(chosen, demands, requirement)
    elif good:
        return _first_supply(good, demands, requirement)
    else:
        tried = _unfit(cupboard[0], requirement) or _Lack("standard.none", {})
    if isinstance(tried, _Lack):
        raise _refusal(tried, _alternative(good, demands, requirement))
    return tried, _used(chosen, tried)


def usable_mass(
    cupboard: Sequence[WorkingStandard],
    named: Sequence[str],
    requirement: Requirement,
    least: Quantity,
) -> Quantity:
    """All weights together that may be used, of those that are not lighter than `least`."""
    total = least * 0
    for standard in cupboard:
        if (not named or standard.id in named) and _unfit(standard, requirement) is None:
            for weight in standard.weights:
                if weight.nominal >= least:
                    total += weight.nominal * weight.count
    return total


def standard_use(standard: WorkingStandard) -> StandardUse:
    """The standard as a record names it."""
    masses = sorted(weight.nominal for weight in standard.weights)
    if standard.nominal is not None:
        masses = [standard.nominal]
    span = " – ".join(dict.fromkeys(str(mass) for mass in (masses[:1] + masses[-1:])))
    return StandardUse(
        id=standard.id,
        description=span,
        accuracy_class=standard.accuracy_class,
        certificate=standard.certificate,
        due=standard.due,
        owner=standard.owner,
        traceability=standard.traceability,
    )


def _by_id(cupboard: Sequence[WorkingStandard], name: str) -> WorkingStandard:
    for standard in cupboard:
        if standard.id == name:
            return standard
    raise StandardError(
        "standard.unknown",
        "The laboratory has no standard {standard}.",
        "Registered are: {known}.",
        standard=name,
        known=", ".join(standard.id for standard in cupboard),
    )


def standard_problems(standard: WorkingStandard) -> list[StandardError]:
    """What cannot be right about a standard as it is registered: its class, its weights."""
    if standard.kind != "weights":
        return []
    return [_refusal(lack, "") for lack in _faults(standard)]


def _faults(standard: WorkingStandard) -> Iterator[_Lack]:
    named = {"standard": standard.id}
    if standard.kind != "weights":
        yield _Lack("standard.not_weights", named)
        return
    if standard.accuracy_class not in CLASSES:
        facts = {"class": standard.accuracy_class, "known": ", ".join(CLASSES)}
        yield _Lack("standard.class_unknown", named | facts)
    if not standard.weights:
        yield _Lack("standard.no_weights", named)
    for index, weight in enumerate(standard.weights):
        path = f"weights[{index}]"
        if weight.count < 1:
            yield _Lack("standard.count", {**named, "path": f"{path}.count", "value": str(weight.count)})
        masses = {"nominal": weight.nominal, "uncertainty": weight.uncertainty, "error": weight.error}
        for name, mass in masses.items():
            if mass is not None and not _possible(name, mass):
                yield _Lack("standard.mass", {**named, "path": f"{path}.{name}", "value": str(mass)})


def _possible(name: str, mass: Quantity) -> bool:
    signed = {"nominal": mass.value > 0, "uncertainty": mass.value > 0, "error": True}
    return mass.dimension == "mass" and signed[name]


def _unfit(standard: WorkingStandard, requirement: Requirement) -> _Lack | None:
    fault = next(_faults(standard), None)
    if fault is not None:
        return fault
    if standard.due < requirement.on:
        facts = {"due": standard.due.isoformat(), "date": requirement.on.isoformat()}
        return _Lack("standard.overdue", {"standard": standard.id, **facts})
    worst = CLASSES.index(requirement.lowest_class)
    if standard.accuracy_class not in CLASSES[: worst + 1]:
        facts = {"class": standard.accuracy_class, "limit": requirement.lowest_class}
        return _Lack("standard.class", {"standard": standard.id, **facts})
    return None


def _first_supply(
    good: Sequence[WorkingStandard], demands: Sequence[Demand], requirement: Requirement
) -> tuple[tuple[Supply, ...], tuple[WorkingStandard, ...]]:
    lack: _Lack | None = None
    for sets in _combinations(good):
        tried = _supply(sets, demands, requirement)
        if not isinstance(tried, _Lack):
            return tried, _used(sets, tried)
        lack = tried
    if lack is None:
        raise AssertionError("there is always one combination")
    raise _refusal(lack, "")


def _alternative(good: Sequence[WorkingStandard], demands: Sequence[Demand], requirement: Requirement) -> str:
    for sets in _combinations(good):
        if not isinstance(_supply(sets, demands, requirement), _Lack):
            return " + ".join(standard.id for standard in sets)
    return ""


def _combinations(sets: Sequence[WorkingStandard]) -> Iterator[Sequence[WorkingStandard]]:
    """Each alone, then in pairs while they are few, all together last."""
    yield from combinations(sets, 1)
    if 2 < len(sets) <= _FEW:  # noqa: PLR2004 - of two sets the pair is all together
        yield from combinations(sets, 2)
    if len(sets) != 1:
        yield sets


def _supply(
    sets: Iterable[WorkingStandard], demands: Sequence[Demand], requirement: Requirement
) -> tuple[Supply, ...] | _Lack:
    stock = pieces(sets, corrected=requirement.corrected)
    names = ", ".join(dict.fromkeys(piece.standard for piece in stock))
    found = []
    for demand in demands:
        made = _make_best(demand, stock)
        if made is None:
            return _Lack("standard.load", {"standard": names, "load": str(demand.loads[0])})
        load, heap = made
        rest = without(stock, heap)
        ready = () if demand.ready is None else (demand.ready,)
        for mass in (*ready, *demand.beside):
            small = make(mass, rest)
            if small is None:
                facts = {"load": str(load), "mass": str(mass)}
                return _Lack("standard.small_weights", {"standard": names, **facts})
            if mass is demand.ready:
                rest = without(rest, small)
        doubt, permitted = heap.doubt(), demand.permitted(load)
        facts = {"standard": ", ".join(heap.standards), "load": str(load)}
        if doubt is None:
            return _Lack("standard.limit_unknown", facts)
        if doubt * requirement.share.denominator > permitted * requirement.share.numerator:
            share = f"{requirement.share} × {permitted}"
            return _Lack("standard.uncertainty", {**facts, "doubt": str(doubt), "limit": share})
        found.append(Supply(load=load, heap=heap, doubt=doubt))
    return tuple(found)


def _make_best(demand: Demand, stock: Sequence[Piece]) -> tuple[Quantity, Heap] | None:
    """The calculated load when it can be made, otherwise the one of fewest weights near it."""
    best: tuple[Quantity, Heap] | None = None
    for number, load in enumerate(demand.loads):
        heap = make(load, stock)
        if heap is None:
            continue
        if number == 0 and demand.exact:
            return load, heap
        if best is None or heap.pieces < best[1].pieces:
            best = (load, heap)
    return best


def _used(sets: Sequence[WorkingStandard], supplies: Sequence[Supply]) -> tuple[WorkingStandard, ...]:
    used = {name for supply in supplies for name in supply.heap.standards}
    return tuple(standard for standard in sets if standard.id in used)


_SENTENCES: Final = {
    "standard.not_weights": (
        "Standard {standard} is no set of weights.",
        "Name a set of weights.",
    ),
    "standard.class_unknown": (
        "Standard {standard} is of class {class}, and there is no such class of weights.",
        "Write one of: {known}.",
    ),
    "standard.no_weights": (
        "Standard {standard} has no weights.",
        "List its weights with nominal mass and count.",
    ),
    "standard.count": (
        "Standard {standard} has a count of {value} at `{path}`.",
        "Write how many weights of this nominal mass there are, 1 or more.",
    ),
    "standard.mass": (
        "Standard {standard} has {value} at `{path}`, which no weight can have.",
        'Write a mass such as "500 g", as its certificate states it.',
    ),
    "standard.overdue": (
        "Standard {standard} was due on {due}, before the test on {date}.",
        "Have it verified again before it is used.",
    ),
    "standard.class": (
        "Standard {standard} is of class {class}; this instrument needs {limit} or better.",
        "Use weights of a better class.",
    ),
    "standard.load": (
        "The weights of {standard} cannot make a load of {load}.",
        "Bring more weights, or name further sets.",
    ),
    "standard.small_weights": (
        "Beside a load of {load} the weights of {standard} cannot make the small mass {mass}.",
        "Bring a set of small weights.",
    ),
    "standard.limit_unknown": (
        "What the weights of {standard} may be wrong by at {load} is not known.",
        "Enter the uncertainty from their certificate.",
    ),
    "standard.uncertainty": (
        "At {load} the weights of {standard} may be wrong by {doubt}, more than {limit}.",
        "Use better weights.",
    ),
}


def _refusal(lack: _Lack, alternative: str) -> StandardError:
    """Codes end in `.no_other` when nothing in the cupboard would do."""
    message, remedy = _SENTENCES[lack.code]
    if alternative:
        return StandardError(lack.code, message, "Use {alternative}.", alternative=alternative, **lack.facts)
    return StandardError(f"{lack.code}.no_other", message, remedy, **lack.facts)
