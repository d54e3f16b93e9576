"""Where readings come from: each must be of the instrument that the run was begun with.

What this cannot show: a program at the far end of a serial line that plays a scale looks like the scale.
"""

from typing import Any

from drivers.reading import Origin
from results.entry import Done, RunBegun
from results.errors import IntegrityError
from results.evidence import Evidence
from results.kept_reading import WrittenReading, readings_of
from results.payload import unsound


def check_readings(evidence: Evidence) -> None:
    """Check every reading and every sample, also of attempts that do not count.

    Raises:
        IntegrityError: a reading is of another instrument, driver or origin than its role was begun with, a
            twin's outside of training, or keyed where the instrument has a port.
    """
    begun, passed = evidence.begun, set()
    for kept in evidence.entries:
        entry, readings = kept.entry, evidence.readings.get(kept.sequence, ())
        if not isinstance(entry, Done):
            continue
        for role, reading in readings_of(entry, readings):
            # all that is asked of a reading here
            said = (role, reading.instrument, reading.driver.id, reading.driver.digest, reading.origin)
            if said in passed:
                continue
            if why := _strange(reading, _facts(reading, role, begun), begun):
                raise _foreign(entry.path, why)
            passed.add(said)


def _facts(reading: WrittenReading, role: str, begun: RunBegun) -> dict[str, Any]:
    if role not in begun.instruments:
        # a role that no instrument had is read by eye, and can be nothing else
        return {
            "name": role,
            "driver": "manual",
            "driver_digest": reading.driver.digest,
            "origin": Origin.MANUAL.value,
        }
    return begun.instruments[role]


def _strange(reading: WrittenReading, facts: dict[str, Any], begun: RunBegun) -> str:
    said = {
        "name": reading.instrument,
        "driver": reading.driver.id,
        "driver_digest": reading.driver.digest,
        "origin": reading.origin.value,
    }
    for name, value in said.items():
        if facts.get(name) != value:
            return f"its {name} is {value!r}, and the run was begun with {facts.get(name)!r}"
    if reading.origin in (Origin.TWIN, Origin.RECORDED) and not begun.training:
        return "it is no instrument's, and the run is not marked as training"
    if reading.origin is Origin.MANUAL and facts.get("port"):
        return f"it was keyed, and the instrument is read through {facts['port']}"
    return ""


def _foreign(path: str, why: str) -> IntegrityError:
    return unsound(f"the reading at {path} is not of this run's instrument: {why}")
