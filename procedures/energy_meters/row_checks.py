"""Rows of the tests without load, of starting and of the register that nobody can have seen."""

from procedures.energy_meters.energies import impossible
from procedures.energy_meters.observation import NoLoad, Registered, Starting


def check_no_load(row: NoLoad, path: str) -> None:
    """Refuse fewer pulses than none, or no time at all.

    Raises:
        ProcedureError: names the row.
    """
    if row.pulses < 0:
        raise impossible(path, "pulses are fewer than none")
    if row.duration.value <= 0:
        raise impossible(path, "a time is not above zero")


def check_starting(row: Starting, path: str) -> None:
    """Refuse times and a current that are not above zero.

    Raises:
        ProcedureError: names the row.
    """
    if any(time.value <= 0 for time in row.intervals) or (row.waited is not None and row.waited.value < 0):
        raise impossible(path, "a time is not above zero")
    if row.current is not None and row.current.to("A").value <= 0:
        raise impossible(path, "a current is not above zero")


def check_register(row: Registered, path: str) -> None:
    """Refuse a register that runs backwards, or fewer pulses than none.

    Raises:
        ProcedureError: names the row.
    """
    if row.pulses < 0:
        raise impossible(path, "pulses are fewer than none")
    if row.end.to("Wh") < row.start.to("Wh"):
        raise impossible(path, "the register runs backwards")
