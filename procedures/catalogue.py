"""The procedures that there are: those of this package, and those that other distributions announce."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

from procedures.edition import Procedure
from procedures.errors import ProcedureError

GROUP: Final = "tera_bench.procedures"
"""entry-point group: each name gives a `Procedure`"""

_OWN: Final = {
    "scales": "procedures.scales.procedure:SCALES",
    "mechanical_scales": "procedures.mechanical_scales.procedure:MECHANICAL_SCALES",
    "energy_meters": "procedures.energy_meters.procedure:ENERGY_METERS",
    "flow_meters": "procedures.flow_meters.procedure:FLOW_METERS",
    "gas_meters": "procedures.gas_meters.procedure:GAS_METERS",
    "length_measures": "procedures.length_measures.procedure:LENGTH_MEASURES",
    "level_gauges": "procedures.level_gauges.procedure:LEVEL_GAUGES",
    "water_meters": "procedures.water_meters.procedure:WATER_METERS",
    "weights": "procedures.weights_comparison.procedure:WEIGHTS",
    "fuel_dispensers": "procedures.fuel_dispensers.procedure:FUEL_DISPENSERS",
    "capacity_measures": "procedures.capacity_measures.procedure:CAPACITY_MEASURES",
    "tank_trucks": "procedures.tank_trucks.procedure:TANK_TRUCKS",
}
"""where each procedure of this package stands; it is loaded when it is asked for"""


def catalogue() -> Mapping[str, Procedure[Any]]:
    """All procedures by id.

    Raises:
        ProcedureError: a foreign distribution announces something that is no procedure, or an id twice.
    """
    return {name: _own(name) for name in _OWN} | foreign()


@cache
def foreign() -> dict[str, Procedure[Any]]:
    """Those of other distributions.

    Raises:
        ProcedureError: one announces something that is no procedure, or an id that there is already.
    """
    found: dict[str, Procedure[Any]] = {}
    for entry in entry_points(group=GROUP):
        procedure = entry.load()
        if not isinstance(procedure, Procedure) or procedure.id in found or procedure.id in _OWN:
            raise ProcedureError(
                "procedure.foreign",
                "The installed extension {entry} gives no new procedure.",
                "Remove the distribution {distribution}, or ask its maker to correct it.",
                entry=entry.name,
                distribution=entry.dist.name if entry.dist is not None else "unknown",
            )
        found[procedure.id] = procedure
    return found


def known() -> frozenset[str]:
    """The ids of all procedures; none of this package is loaded."""
    return frozenset((*_OWN, *foreign()))


@cache
def _own(name: str) -> Procedure[Any]:
    module, _, attribute = _OWN[name].partition(":")
    procedure: Procedure[Any] = getattr(import_module(module), attribute)
    return procedure


def find(id: str) -> Procedure[Any]:  # noqa: A002 - it is called id on paper as in files
    """The procedure of this id, loaded now; a hyphen does for an underscore.

    Raises:
        ProcedureError: there is none.
    """
    others = foreign()
    name = id.replace("-", "_")
    if name in _OWN:
        return _own(name)
    if id in others:
        return others[id]
    raise ProcedureError(
        "procedure.unknown",
        "There is no procedure {procedure}.",
        "Known are: {known}.",
        procedure=id,
        known=", ".join([*_OWN, *others]),
    )
