"""The procedures that there are: those of this package, and those that other distributions announce."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Final

from procedures.edition import Procedure
from procedures.errors import ProcedureError
from procedures.scales.procedure import SCALES

GROUP: Final = "tera_bench.procedures"
"""entry-point group: each name gives a `Procedure`"""


@cache
def catalogue() -> Mapping[str, Procedure[Any]]:
    """All procedures by id.

    Raises:
        ProcedureError: a foreign distribution announces something that is no procedure, or an id twice.
    """
    found: dict[str, Procedure[Any]] = {SCALES.id: SCALES}
    for entry in entry_points(group=GROUP):
        procedure = entry.load()
        if not isinstance(procedure, Procedure) or procedure.id in found:
            raise ProcedureError(
                "procedure.foreign",
                "The installed extension {entry} gives no new procedure.",
                "Remove the distribution {distribution}, or ask its maker to correct it.",
                entry=entry.name,
                distribution=entry.dist.name if entry.dist is not None else "unknown",
            )
        found[procedure.id] = procedure
    return found


def find(id: str) -> Procedure[Any]:  # noqa: A002 - it is called id on paper as in files
    """The procedure of this id.

    Raises:
        ProcedureError: there is none.
    """
    try:
        return catalogue()[id]
    except KeyError:
        raise ProcedureError(
            "procedure.unknown",
            "There is no procedure {procedure}.",
            "Known are: {known}.",
            procedure=id,
            known=", ".join(catalogue()),
        ) from None
