"""Exit codes of the public contract."""

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from drivers.errors import PlainError

if TYPE_CHECKING:
    from procedures.point import Outcome

_MISSPELT: Final = {"link.account", "link.address", "link.unit", "link.not_modbus"}
"""an address that can be no address: nothing was asked yet"""


class ExitCode(IntEnum):
    """What a command says to the program that called it."""

    DONE = 0
    """done, or conforms"""
    DOES_NOT_CONFORM = 1
    """does not conform, or a check found a fault"""
    USAGE = 2
    """usage or configuration error"""
    IN_DOUBT = 3
    """indeterminate, interrupted or in doubt"""
    NOT_ANSWERING = 4
    """an instrument does not answer"""
    INTEGRITY = 5
    """integrity failure"""


_BROKEN_OFF = frozenset({"environment.outside", "run.clock", "run.clock_jumped", "run.slept", "run.too_late"})
"""what ends or interrupts a run through nobody's mistake"""


def code_of_verdict(outcome: "Outcome") -> ExitCode:
    """What a verdict means to the program that called."""
    return {
        "conforms": ExitCode.DONE,
        "does_not_conform": ExitCode.DOES_NOT_CONFORM,
        "indeterminate": ExitCode.IN_DOUBT,
    }[outcome.value]


def code_of(error: PlainError) -> ExitCode:
    """The exit code of an error that was told."""
    from drivers.errors import DescriptionError, InstrumentError  # noqa: PLC0415 - keeps --help light
    from results.errors import IntegrityError, StorageError  # noqa: PLC0415 - keeps --help light

    match error:
        case IntegrityError():
            return ExitCode.INTEGRITY
        case StorageError() if error.code != "storage.missing":
            return ExitCode.IN_DOUBT
        case InstrumentError() if not (
            isinstance(error, DescriptionError) or error.code.startswith("driver.") or error.code in _MISSPELT
        ):
            return ExitCode.NOT_ANSWERING
        case _ if error.code in _BROKEN_OFF:
            return ExitCode.IN_DOUBT
        case _:
            return ExitCode.USAGE
