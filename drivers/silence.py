"""What to tell a technician when an instrument gives no usable indication, or does not obey."""

from collections.abc import Sequence
from typing import Final

from drivers.errors import InstrumentError, NotSettledError
from drivers.protocols import Refused, State
from drivers.settling import SettleRule, Unrest, Window

_NOT_UNDERSTOOD: Final = frozenset(
    (
        State.BAD_CHECK,
        State.UNKNOWN_FLAG,
        State.UNKNOWN_UNIT,
        State.MALFORMED,
        State.NOT_A_WEIGHT,
        State.WRONG_LINE_SETTINGS,
    )
)
"""why there is no reading that no look at the display would tell"""
UNANSWERED: Final = "device.command_unanswered"
"""the code of a command or a question that got no answer"""
_WHY: Final[dict[Unrest, tuple[str, str]]] = {
    Unrest.MOVING: (
        "{instrument} still reports motion after {timeout_s} s.",
        "Wait until the load is at rest; keep draught, vibration and hands away.",
    ),
    Unrest.SPAN: (
        "{instrument} walked {span} within {duration_s} s although it did not report motion.",
        "Wait until the load is at rest; if it keeps walking, the instrument drifts.",
    ),
    Unrest.REFUSED: (
        "{instrument} shows no value: {refused}.",
        "Look at its display and correct that first.",
    ),
    Unrest.RESOLUTION: (
        "{instrument} shows another resolution than was asked for.",
        "Switch its extended display off, or on where it is asked for.",
    ),
    Unrest.CHANGED: (
        "{instrument} changed between gross and net, its unit or its stability report.",
        "Leave the keys of the instrument alone while it settles.",
    ),
    Unrest.SHORT: (
        "{instrument} gave too few indications within {timeout_s} s.",
        "Allow more time, or let the instrument send more often.",
    ),
}


def silent(instrument: str, *, bytes_came: bool, unit: int | None = None) -> InstrumentError:
    """Nothing was understood for too long; bytes without a frame point to the line settings.

    Args:
        instrument: its name in the laboratory file.
        bytes_came: whether anything came at all.
        unit: the unit number that was asked; None on a line of its own.
    """
    if bytes_came:
        return InstrumentError(
            "device.unreadable",
            "{instrument} sends bytes in which its driver finds no answer.",
            "Check baud rate, parity and output format in its menu; it must not print unasked as well.",
            instrument=instrument,
        )
    if unit is not None:
        return InstrumentError(
            "device.unit_silent",
            "{instrument} does not answer as unit {unit}.",
            "Check that it is on, the cable, the speed, and the unit number in its menu; another one stands "
            "behind the port, as in COM3?unit=2.",
            instrument=instrument,
            unit=str(unit),
        )
    return InstrumentError(
        "device.silent",
        "{instrument} does not answer.",
        "Check that it is on, the cable, and the output mode set in its menu.",
        instrument=instrument,
    )


def behind(port: str) -> InstrumentError:
    """What it shows now cannot be told from what it showed before."""
    return InstrumentError(
        "device.behind",
        "This computer does not keep up with what comes from {port}.",
        "Close other programs, or let the instrument send less often, and read again.",
        port=port,
    )


def no_indication(instrument: str, refused: Refused) -> InstrumentError:
    """It answers, but shows no value, or what it sends is not what its driver knows."""
    reason = refused.reason.rstrip(".")
    if refused.state in _NOT_UNDERSTOOD:
        return InstrumentError(
            "device.not_understood",
            "{instrument} sends what its driver does not take for a reading: {refused}.",
            "Compare line settings and output format with the driver; record with `tera driver capture` and "
            "look with `tera driver try --explain`.",
            instrument=instrument,
            refused=reason,
        )
    message, remedy = _WHY[Unrest.REFUSED]
    return InstrumentError(
        "device.no_indication",
        message,
        remedy,
        instrument=instrument,
        refused=reason,
        state=refused.state.value,
    )


def not_settled(instrument: str, rule: SettleRule, window: Window) -> NotSettledError:
    """It shows a weight that does not rest."""
    message, remedy = _WHY[window.unrest]
    refused = window.refused
    return NotSettledError(
        f"unsettled.{window.unrest.value}",
        message,
        remedy,
        instrument=instrument,
        timeout_s=rule.timeout_s,
        duration_s=rule.duration_s,
        reason=window.unrest.value,
        span=str(window.span_seen) if window.span_seen is not None else None,
        refused=refused.reason.rstrip(".") if refused else None,
        state=refused.state.value if refused else None,
        last=str(window.last.indication) if window.last else None,
    )


def command_refused(command: str, reason: str) -> InstrumentError:
    """It answers, but does not do it."""
    return InstrumentError(
        "device.command_refused",
        "The instrument refused the command {command}: {reason}.",
        "Make sure that the scale is at rest and near zero, then try again.",
        command=command,
        reason=reason.rstrip("."),
    )


def command_unanswered(command: str) -> InstrumentError:
    """Whether it was done is not known."""
    return InstrumentError(
        UNANSWERED,
        "The instrument did not answer the command {command}.",
        "Look at its display; check that it allows commands from the line.",
        command=command,
    )


def no_command(instrument: str, command: str, declared: Sequence[str]) -> InstrumentError:
    """The error for a command that its driver does not declare."""
    return InstrumentError(
        "device.no_command",
        "{instrument} has no command {command}; declared are: {declared}.",
        "Use the keys of the instrument, or declare the command in its driver file.",
        instrument=instrument,
        command=command,
        declared=", ".join(declared) or "none",
    )
