"""Zera MT and FG electricity test benches: actual values, error of a meter under test, energy and dosage.

One interview asks for the status, the actual values, the error measurement, the energy, and the status
again: a range that changed in between, or an overload, takes all values away. A line that is not as the
maker's own program writes it does the same for its group.

Facts: ZeraGmbH/SourceMock, commit 002d887, Provider/ZeraDevices: the maker's service and its mock of the
instrument. What `UEB` and `RDY` in the status mean is not told there: anything but the mock's is refused.
Which bench of its model answers it does not tell: `AAV` gives model and firmware, and we found no command
there that gives a serial number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drivers.errors import UnitError
from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Decoder, Event, Indicated, Measured, Refused, State
from drivers.protocols.answer_line import AnswerLine
from drivers.protocols.interview import everywhere
from drivers.protocols.interview_writing import by_channel, number_like
from drivers.protocols.measurand import number_in
from drivers.protocols.preparation import Preparation
from drivers.protocols.query import Query, Refusal
from drivers.protocols.questions import Answer, Manner, Question
from drivers.protocols.transcript import TranscriptDecoder
from drivers.quantity import Quantity
from drivers.query_driver import spoken
from drivers.reading import Stability
from drivers.written.source import Written
from drivers.written.zera_orders import (
    END,
    NUMBERED,
    ORDERS,
    dosage_order,
    meter_order,
    numbers_needed,
    order,
)

if TYPE_CHECKING:  # the twin is made from these constants
    from drivers.clock import Clock
    from drivers.twins.line import TwinLine
    from drivers.twins.plant import Source
    from drivers.twins.scenario import Scenario
    from drivers.twins.zera_twin import ZeraTwin

MANNER: Final = Manner(end=END, longest=80)
INDEX: Final[dict[str, tuple[int, str]]] = {
    "active_power": (24, "W"), "reactive_power": (25, "var"), "apparent_power": (26, "VA"),
    "voltage_1": (0, "V"), "voltage_2": (1, "V"), "voltage_3": (2, "V"),
    "current_1": (3, "A"), "current_2": (4, "A"), "current_3": (5, "A"),
    "power_1": (15, "W"), "power_2": (16, "W"), "power_3": (17, "W"),
    "power_factor_1": (12, "1"), "power_factor_2": (13, "1"), "power_factor_3": (14, "1"),
    "frequency": (28, "Hz"),
}  # fmt: skip
"""the quantities of AME by their numbers"""
ENERGY: Final = "energy"
ERROR: Final = "error"
CHANNELS: Final = ("active_power", ENERGY, ERROR, *(name for name in INDEX if name != "active_power"))
STATUS: Final = ("UB=420", "IB=100", "M=4WA", "PLL=U1", "UEB=--", "NIB=0", "RDY=11-")
_STATUS_LINE: Final = re.compile(r"(UB|IB|M|PLL|UEB|NIB|RDY)=([\x21-\x7E]{1,12})")
_GATE: Final = ("UB", "IB", "M", "PLL", "UEB", "RDY")
_ACTUAL: Final = re.compile(r"(\d{1,3});([\x21-\x7E]{1,20})")
_PROGRESS: Final = re.compile(r"[0-9.Ee+-]+;[0-9.Ee+-]+")
_PHASE_ORDER: Final = 27
NO_ERROR_YET: Final = ("--.--", "oo.oo")


def _question(name: str, last: str | None = None) -> Question:
    stem = last or name
    return Question(name.encode() + END, last=frozenset({f"{stem}ACK".encode(), f"{stem}NAK".encode()}))


ASK: Final = (
    _question("AST"),
    _question("AME"),
    _question("AES1", "AES"),
    _question("AEV"),
    _question("AST"),
)
"""one interview"""


@dataclass(frozen=True)
class ZeraInterview:
    """The script of one reading."""

    manner: Manner = MANNER

    def ask(self, answers: tuple[Answer, ...]) -> Question | None:
        """The next question after these answers."""
        return ASK[len(answers)] if len(answers) < len(ASK) else None

    def event(self, answers: tuple[Answer, ...], frame: bytes) -> Event:
        """What the answers mean."""
        before, actual, error, energy, after = answers
        if (refusal := _gate(before, after)) is not None:
            return everywhere(refusal.of(frame), CHANNELS)
        values = _actual_values(actual, frame)
        values[ERROR] = _error(error, frame)
        values[ENERGY] = _energy(energy, frame)
        return Measured(values={name: values[name] for name in CHANNELS}, frame=frame)


def _gate(before: Answer, after: Answer) -> Refusal | None:
    """Why no value counts; None when the bench measured in one state all the time."""
    states = [_status(answer) for answer in (before, after)]
    for state in states:
        if state is None:
            return Refusal(State.MALFORMED, "the status is not as the driver knows it")
        if set(state["UEB"]) != {"-"}:
            return Refusal(State.OVERLOAD, f"the bench reports UEB={state['UEB']}")
        if state["RDY"][:2] != "11":
            return Refusal(State.BUSY, f"the bench reports RDY={state['RDY']}")
    if states[0] != states[1]:
        return Refusal(State.BUSY, "a range of the bench changed during the reading")
    return None


def _status(answer: Answer) -> dict[str, str] | None:
    found = [_STATUS_LINE.fullmatch(line) for line in answer[:-1]]
    state = {one[1]: one[2] for one in found if one is not None}
    whole = answer[-1:] == ("ASTACK",) and len(state) == len(found) and all(name in state for name in _GATE)
    return state if whole else None


def _actual_values(answer: Answer, frame: bytes) -> dict[str, Indicated | Refused]:
    numbers: dict[int, Decimal] = {}
    for line in answer[:-1]:
        found = _ACTUAL.fullmatch(line)
        index = int(found[1]) if found else -1
        value = number_in(found[2]) if found else None
        if found is None or index in numbers or (value is None and index != _PHASE_ORDER):
            return _all(Refusal(State.MALFORMED, f"the line '{line}' is no actual value"), frame)
        if value is not None:
            numbers[index] = value
    if answer[-1:] != ("AMEACK",):
        return _all(Refusal(State.ERROR, "the bench refuses to give actual values"), frame)
    missing = Refusal(State.NO_VALUE, "the bench did not send it").of(frame)
    return {
        name: _indicated(numbers[index], unit, frame) if index in numbers else missing
        for name, (index, unit) in INDEX.items()
    }


def _all(refusal: Refusal, frame: bytes) -> dict[str, Indicated | Refused]:
    return dict.fromkeys(INDEX, refusal.of(frame))


def _indicated(
    value: Decimal, unit: str, frame: bytes, rest: Stability = Stability.NOT_REPORTED
) -> Indicated | Refused:
    try:
        return Indicated(indication=Quantity(value, unit), stability=rest, frame=frame)
    except UnitError as mistake:
        return Refusal(State.NO_VALUE, str(mistake)).of(frame)


def _energy(answer: Answer, frame: bytes) -> Indicated | Refused:
    value = number_in(answer[0]) if answer[1:] == ("AEVACK",) else None
    if value is None:
        return Refusal(State.NO_VALUE, "the bench gives no energy").of(frame)
    return _indicated(value, "Wh", frame)


def _error(answer: Answer, frame: bytes) -> Indicated | Refused:
    """The error of the meter under test, in per cent of the energy that went through it."""
    if len(answer) != 4 or answer[3] != "AESACK":  # noqa: PLR2004 -- state, error, progress, end
        return Refusal(State.MALFORMED, "the error measurement is not as the driver knows it").of(frame)
    state, shown, progress, _ = answer
    if not re.fullmatch("[01][0-3]", state) or not _PROGRESS.fullmatch(progress):
        return Refusal(State.MALFORMED, "the error measurement is not as the driver knows it").of(frame)
    if state[1] != "3":
        word = State.NO_VALUE if state[1] == "0" else State.BUSY
        return Refusal(word, "no error measurement is finished").of(frame)
    value = None if shown in NO_ERROR_YET else number_in(shown)
    if value is None or not re.fullmatch(r"-?\d+\.\d+", shown):
        return Refusal(State.NO_VALUE, f"the bench shows the error as {shown}").of(frame)
    return _indicated(value, "%", frame, Stability.STABLE)


@dataclass(frozen=True, kw_only=True)
class Zera(Written):
    """A Zera bench on its serial line."""

    channels: tuple[str, ...] = CHANNELS
    kind: str = "energy_meter"
    gap_s: float = 0.0
    scripts: Mapping[str, Query] = field(default_factory=dict)

    @property
    def greeting(self) -> Preparation:
        """Prove that it is one, and let it average over one second."""
        version = Query(
            Question(b"AAV" + END, last=frozenset({b"AAVACK", b"AAVNAK"})),
            tuple(
                AnswerLine.from_picture(f"{kind}{{text}}\nAAVACK", {}, frozenset(), frozenset())
                for kind in ("MT", "FG")
            ),
        )
        return Preparation(MANNER, (("Zera MT or FG", version), ("ATI01", order("ATI01", "ATIACK"))))

    @property
    def interview(self) -> ZeraInterview:
        """The questions of one reading."""
        return ZeraInterview()

    def order(self, name: str) -> Preparation:
        """The script that carries out a declared command."""
        return Preparation(MANNER, ((name, self.scripts[name]),), command=name)

    @property
    def numbered(self) -> Mapping[str, Sequence[str]]:
        """The commands that take numbers."""
        return NUMBERED

    def told(self, command: str, numbers: Mapping[str, Decimal]) -> "Zera":
        """The same bench with `set_error` or `set_dosage` for these numbers.

        Raises:
            DescriptionError: other numbers than the command takes, or more digits than the bench does.
        """
        wanted = NUMBERED[command]
        if set(numbers) != set(wanted) or numbers["pulses"] % 1:
            raise numbers_needed(command, wanted)
        pulses = int(numbers["pulses"])
        return (
            self.for_dosage(pulses)
            if command == "set_dosage"
            else self.for_meter(numbers["constant"], pulses)
        )

    def for_meter(self, constant: Decimal, pulses: int) -> "Zera":
        """The same bench with the command `set_error`: a meter of so many imp/kWh, and how many to count.

        Raises:
            DescriptionError: more digits than the bench takes.
        """
        return self._with("set_error", *meter_order(constant, pulses))

    def for_dosage(self, pulses: int) -> "Zera":
        """The same bench with the command `set_dosage`: how many pulses of the reference it lets through.

        Raises:
            DescriptionError: more digits than the bench takes.
        """
        return self._with("set_dosage", *dosage_order(pulses))

    def _with(self, name: str, send: str, done: str) -> "Zera":
        query = order(send, done)
        return replace(
            self,
            scripts={**self.scripts, name: query},
            commands={**self.commands, name: Command(send=query.question.send)},
        )

    def twin(
        self, scenario: "Scenario", clock: "Clock", line: "TwinLine", *, source: "Source | None"
    ) -> "ZeraTwin":
        """The simulated bench, switched on; its line is not connected yet."""
        from drivers.twins.zera_twin import ZeraTwin  # noqa: PLC0415 -- a bench in use needs no twin

        return ZeraTwin(self, clock, line, scenario, source=source)

    def request(self, *, high_resolution: bool = False) -> bytes:
        """The first question of an interview."""
        if high_resolution:
            raise self.no_finer_display()
        return ASK[0].send

    def decoder(self) -> Decoder:
        """A decoder of whole interviews."""
        return TranscriptDecoder(self.interview)

    def render(self, event: Event) -> bytes:
        """The interview in which the bench says `event`."""
        said = answers(by_channel(event))
        if not isinstance(event, Measured) or said is None:
            raise self.cannot_say(event)
        return b"".join(question.send + spoken(said[question.send], END) for question in ASK)


def answers(
    values: Mapping[str, Indicated | Refused], status: Sequence[str] = STATUS
) -> dict[bytes, Answer] | None:
    """By question, what a bench answers that shows these values; None when it has no words for them."""
    if not values.keys() <= set(CHANNELS):
        return None
    actual: list[tuple[int, str]] = []
    for name, (index, _) in INDEX.items():
        value = values.get(name)
        if isinstance(value, Indicated):
            pattern = "50.01" if name == "frequency" else "1.9996199E+01"
            actual.append((index, number_like(pattern, value.indication.value)))
    error, energy = values.get(ERROR), values.get(ENERGY)
    if not isinstance(energy, Indicated):
        return None
    return {
        ASK[0].send: (*status, "ASTACK"),
        ASK[1].send: (*(f"{index};{text}" for index, text in sorted(actual)), "AMEACK"),
        ASK[2].send: _error_lines(error),
        ASK[3].send: (energy.indication.digits, "AEVACK"),
    }


def _error_lines(error: Indicated | Refused | None) -> Answer:
    if isinstance(error, Indicated):
        return "03", error.indication.digits, "0.000000;1290.1234", "AESACK"
    if error is not None and error.state is State.BUSY:
        return "02", "--.--", "50.000000;645.0617", "AESACK"
    return "00", "oo.oo", "0.000000;0.0000", "AESACK"


def driver() -> Zera:
    """The driver, as the catalogue asks for it."""
    scripts = {name: order(send, done) for name, (send, done) in ORDERS.items()}
    return Zera(
        id="zera-mt",
        name="Zera MT and FG electricity test benches",
        evidence=Evidence.MANUAL,
        source="ZeraGmbH/SourceMock commit 002d887, Provider/ZeraDevices: the maker's own service and mock",
        file=Path(__file__),
        line=LineSettings(baud=9600, format="8N1"),
        interval_s=1.0,
        timeout_s=3.0,
        scripts=scripts,
        commands={name: Command(send=query.question.send) for name, query in scripts.items()},
    )
