"""Where readings come from: each must be of the instrument that the run was begun with.

What this cannot show: a program at the far end of a serial line that plays a scale looks like the scale.
"""

from collections.abc import Iterable
from typing import Any

from drivers.reading import Origin
from results.entry import Done, RunBegun
from results.errors import IntegrityError
from results.evidence_held import Evidence
from results.kept_reading import Said, roles_of
from results.payload import unsound


def check_readings(evidence: Evidence) -> None:
    """Check every reading and every sample, also of attempts that do not count.

    Raises:
        IntegrityError: a reading is of another instrument, driver or origin than its role was begun with, a
            twin's outside of training, or keyed where the instrument has a port.
    """
    begun, passed = evidence.begun, set()
    found = evidence.readings
    for kept in evidence.entries:
        entry = kept.entry
        if not isinstance(entry, Done) or (readings := found.get(kept.sequence)) is None:
            continue
        for role, said in _different(roles_of(entry, len(readings)), readings.said):
            if (role, said) in passed:
                continue
            if why := _strange(said, _facts(said, role, begun), begun):
                raise _foreign(entry.path, why)
            passed.add((role, said))


def _different(roles: list[str], said: list[Said]) -> Iterable[tuple[str, Said]]:
    """Who says it of which role; nearly always one says all, which is quickly seen."""
    if roles.count(roles[0]) == said.count(said[0]) == len(roles) == len(said):
        return [(roles[0], said[0])]
    return zip(roles, said, strict=True)


def _facts(said: Said, role: str, begun: RunBegun) -> dict[str, Any]:
    if role not in begun.instruments:
        # a role that no instrument had is read by eye, and can be nothing else
        return {
            "name": role,
            "driver": "manual",
            "driver_digest": said.driver_digest,
            "origin": Origin.MANUAL.value,
        }
    return begun.instruments[role]


def _strange(said: Said, facts: dict[str, Any], begun: RunBegun) -> str:
    for name, value in said._asdict().items():
        if facts.get(name) != value:
            return f"its {name} is {str(value)!r}, and the run was begun with {facts.get(name)!r}"
    if said.origin in (Origin.TWIN, Origin.RECORDED) and not begun.training:
        return "it is no instrument's, and the run is not marked as training"
    if said.origin is Origin.MANUAL and facts.get("port"):
        return f"it was keyed, and the instrument is read through {facts['port']}"
    return ""


def _foreign(path: str, why: str) -> IntegrityError:
    return unsound(f"the reading at {path} is not of this run's instrument: {why}")
