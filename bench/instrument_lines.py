"""The instruments of a laboratory as the screens show them: how each stands, and which can play a role."""

from collections.abc import Collection, Mapping, Sequence

from bench.desk import InstrumentLine
from bench.workplace import Workplace
from procedures.assignment import Assignment


def instrument_line(place: Workplace, name: str) -> InstrumentLine:
    """One instrument as it is now."""
    bound = place.instruments.bound[name]
    latest = bound.device.latest if bound.device is not None else None
    lost = bound.device.lost if bound.device is not None else None
    return InstrumentLine(
        name=name,
        driver=bound.driver.mark.id,
        evidence=bound.driver.evidence.value,
        port=bound.port,
        roles=place.instruments.roles[name],
        shown=latest.value if latest is not None else None,
        age_s=latest.age_s if latest is not None else None,
        fault=place.labels.problem(lost)[0] if lost is not None else "",
    )


def could_play(
    place: Workplace, assignment: Assignment, chosen: Collection[str]
) -> Mapping[str, Sequence[InstrumentLine]]:
    """By role, the instruments that a test can be done with; of several, those chosen.

    Raises:
        ProcedureError: there is no such procedure.
    """
    found = {}
    for role, bounds in place.players(assignment).by_role.items():
        wanted = [bound for bound in bounds if bound.name in chosen] or bounds
        found[role] = tuple(instrument_line(place, bound.name) for bound in wanted)
    return found


def playing(place: Workplace, run: str) -> Mapping[str, Sequence[InstrumentLine]]:
    """By role, the instrument that a run was begun with.

    Raises:
        LaboratoryError: no such run.
    """
    roles = place.station_of(run).roles
    return {role: (instrument_line(place, bound.name),) for role, bound in roles.items()}
