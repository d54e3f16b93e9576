"""A set of weights as it is presented for test, and the balance on which it is compared.

Each weight has a mark by which it is told apart in the run: `200 g` and `200 g*` are two weights of one set.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.paper import refuse_numbers
from procedures.weights import CLASSES

Cycle = Literal["ABBA", "ABA", "AB1...BnA"]
"""order of weighing; A is the reference, B a weight under test"""

_WRITTEN: Final = re.compile(r"\s*(?P<mass>[\d.]+\s*[a-z]+)\s*(?P<mark>[^\sa-z/]\S*)?\s*", re.ASCII)


class TestedWeight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One weight of the set."""

    id: str
    """its mark in the run: `200 g*`"""
    nominal: Quantity
    serial: str = ""


class Balance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of the balance or comparator beside its readings."""

    id: str = ""
    d: Quantity | None = None
    """None: the last digit of its readings"""
    repeatability: Quantity | None = None
    """standard deviation of one difference, from earlier work; a spread of more than twice goes before it"""
    eccentricity: Quantity | None = None
    """half the width within which the place on the pan changes a difference"""
    magnetism: Quantity | None = None
    """half the width within which magnetism changes a difference"""


class WeightSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entry `[uut]` of an assignment or a case."""

    accuracy_class: str = msgspec.field(name="class")
    """of OIML R 111: E1, E2, F1, F2, M1, M1-2, M2, M2-3 or M3"""
    weights: tuple[str | TestedWeight, ...]
    """a string is mark and nominal in one: `"200 g"`, `"200 g*"`"""
    material: str | None = None
    """a name of the rule table's list of densities"""
    density: Quantity | None = None
    """in place of the material"""
    density_uncertainty: Quantity | None = None
    """expanded (k = 2), of that density"""
    cycle: Cycle = "ABBA"
    cycles: int | None = None
    """for each weight; None: as many as the rules ask for"""
    balance: Balance = Balance()
    air_density: Quantity | None = None
    """None: it is asked for as temperature, pressure and humidity"""
    air_density_uncertainty: Quantity | None = None
    """standard; None: as the rules assume"""
    sensitivity_weight: Quantity | None = None
    """small weight that is added once to each weight, to see what a difference on the display is worth"""
    sensitivity_uncertainty: Quantity | None = None
    """expanded (k = 2), of that small weight"""

    @property
    def tested(self) -> tuple[TestedWeight, ...]:
        """All weights, each with its nominal mass."""
        return tuple(_weight(one) for one in self.weights)


def read_set(content: Mapping[str, Any]) -> WeightSet:
    """Read `[uut]` of an assignment.

    Raises:
        ProcedureError: a mistake, named with its place.
    """
    refuse_numbers(content, "$.uut")
    try:
        found = from_builtins(dict(content), WeightSet)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise ProcedureError(
            "weights.set",
            "The data of the weights have a mistake: {mistake}.",
            'Correct that entry; weights are written as ["1 kg", "200 g", "200 g*"].',
            mistake=str(mistake),
        ) from None
    check_set(found)
    return found


def check_set(found: WeightSet) -> None:
    """Refuse what cannot be.

    Raises:
        ProcedureError: names the entry.
    """
    if found.accuracy_class not in CLASSES:
        raise ProcedureError(
            "weights.class",
            "There is no class {class} of weights.",
            "Known are: {known}.",
            **{"class": found.accuracy_class, "known": ", ".join(CLASSES)},
        )
    ids = [weight.id for weight in found.tested]
    if not ids or len(set(ids)) < len(ids) or any(not one or "/" in one for one in ids):
        raise ProcedureError(
            "weights.ids",
            "The weights {ids} cannot be told apart.",
            'Name at least one, and mark equal ones: "200 g" and "200 g*"; without a slash.',
            ids=", ".join(ids),
        )
    if found.cycles is not None and found.cycles < 1:
        raise _impossible("cycles", str(found.cycles), "number")
    for name, value, dimension in _quantities(found):
        if value.dimension != dimension or value.value < 0 or (value.value == 0 and name in _ABOVE_ZERO):
            raise _impossible(name, str(value), dimension)


_ABOVE_ZERO: Final = frozenset({"nominal", "density", "air_density", "sensitivity_weight", "d"})


def _quantities(found: WeightSet) -> Iterator[tuple[str, Quantity, str]]:
    yield from (("nominal", weight.nominal, "mass") for weight in found.tested)
    for name in ("density", "density_uncertainty", "air_density", "air_density_uncertainty"):
        if (value := getattr(found, name)) is not None:
            yield name, value, "density"
    for source, names in (
        (found, ("sensitivity_weight", "sensitivity_uncertainty")),
        (found.balance, ("d", "repeatability", "eccentricity", "magnetism")),
    ):
        for name in names:
            if (value := getattr(source, name)) is not None:
                yield name, value, "mass"


def _weight(one: str | TestedWeight) -> TestedWeight:
    if isinstance(one, TestedWeight):
        return one
    found = _WRITTEN.fullmatch(one)
    if found is None:
        raise ProcedureError(
            "weights.written",
            "{weight} is not a weight of a set.",
            'Write its mass and, where there are two alike, a mark: "200 g", "200 g*".',
            weight=one,
        )
    try:
        nominal = Quantity.parse(found["mass"])
    except UnitError:
        raise _impossible("nominal", one, "mass") from None
    return TestedWeight(id=f"{nominal}{found['mark'] or ''}", nominal=nominal)


def _impossible(name: str, value: str, dimension: str) -> ProcedureError:
    return ProcedureError(
        "weights.value",
        "{name} = {value} cannot be: it must be a {dimension}, and not below zero.",
        "Correct that entry.",
        name=name,
        value=value,
        dimension=dimension,
    )
