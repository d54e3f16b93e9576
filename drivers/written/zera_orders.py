"""What may be sent to a Zera bench besides questions: fixed commands, and two that take numbers.

Facts: ZeraGmbH/SourceMock, commit 002d887: the constant of a meter times 100000 and the pulses, each as at
most six digits and a power of ten; a dosage as ten digits.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from drivers.errors import DescriptionError
from drivers.protocols import State
from drivers.protocols.answer_line import AnswerLine
from drivers.protocols.query import Query
from drivers.protocols.questions import Question

END: Final = b"\r"
_CONSTANT_STEP: Final = 100_000
_MOST_DIGITS: Final = 6
_MOST_CONSTANT_POWER: Final = 10
_MOST_PULSE_POWER: Final = 5


def order(send: str, done: str) -> Query:
    """A command and the answer that means done."""
    form = AnswerLine.from_picture(done, {}, frozenset(), frozenset())
    refusal = AnswerLine.from_picture(f"{done.removesuffix('ACK')}NAK", {}, frozenset(), frozenset())
    return Query(Question(send.encode() + END), (form,), ((refusal, State.ERROR),))


ORDERS: Final = {
    "start_energy": ("AET1", "AETACK"),
    "stop_energy": ("AET0", "AETACK"),
    "start_error": ("AEB0", "AEBACK"),
    "start_error_continuous": ("AEB1", "AEBACK"),
    "stop_error": ("AEE", "AEEACK"),
    "start_dosage": ("S3CM1", "SOK3CM1"),
    "stop_dosage": ("S3CM2", "SOK3CM2"),
    "dosage_mode": ("S3CM3", "SOK3CM3"),
    "end_dosage_mode": ("S3CM4", "SOK3CM4"),
}
"""what may be sent, and what answers it"""

NUMBERED: Final[dict[str, tuple[str, ...]]] = {"set_error": ("constant", "pulses"), "set_dosage": ("pulses",)}
"""what may be sent with numbers, and their names"""


def meter_order(constant: Decimal, pulses: int) -> tuple[str, str]:
    """The command for a meter of so many imp/kWh and how many to count, and its answer.

    Raises:
        DescriptionError: more digits than the bench takes.
    """
    meter = _clipped(constant * _CONSTANT_STEP, _MOST_CONSTANT_POWER, "the constant of the meter")
    count = _clipped(Decimal(pulses), _MOST_PULSE_POWER, "the number of pulses")
    return f"AEP{meter[0]};{meter[1]:02d};{count[0]};{count[1]}", "AEPACK"


def dosage_order(pulses: int) -> tuple[str, str]:
    """The command for a dosage of so many pulses of the reference, and its answer.

    Raises:
        DescriptionError: more digits than the bench takes.
    """
    if not 0 < pulses < 10**10:
        raise _too_many("the pulses of the dosage")
    return f"S3PS46;{pulses:010d}", "SOK3PS46"


def _clipped(number: Decimal, most_power: int, what: str) -> tuple[str, int]:
    """At most six digits and the power of ten behind them."""
    if not number.is_finite() or number < 1:
        raise _too_many(what)
    digits = number.quantize(Decimal(1), ROUND_HALF_EVEN) if number.adjusted() < _MOST_DIGITS else number
    power = max(digits.adjusted() + 1 - _MOST_DIGITS, 0)
    whole = digits.scaleb(-power).quantize(Decimal(1), ROUND_HALF_EVEN)
    if whole.adjusted() >= _MOST_DIGITS:
        whole, power = whole.scaleb(-1), power + 1
    if whole.scaleb(power) != number or power > most_power:
        raise _too_many(what)
    return f"{whole:f}", power


def numbers_needed(command: str, wanted: tuple[str, ...]) -> DescriptionError:
    """The error for a command that was given other numbers than it takes."""
    return DescriptionError(
        "zera.numbers",
        "The command {command} of the bench takes {wanted}, pulses as a whole number.",
        "Give each of them once.",
        command=command,
        wanted=", ".join(wanted),
    )


def _too_many(what: str) -> DescriptionError:
    return DescriptionError(
        "zera.digits",
        "The bench cannot be told {what}: it takes six digits above zero and a power of ten.",
        "Give a meter constant or a number of pulses of at most six digits.",
        what=what,
    )
