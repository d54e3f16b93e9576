"""An instrument that is asked in several questions, as its driver file describes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from drivers.errors import cannot
from drivers.instrument import Command, Driver, Evidence, LineSettings
from drivers.protocols import Acknowledged, Event
from drivers.protocols.inquiry import Inquiry
from drivers.protocols.interview import Interview
from drivers.protocols.interview_writing import Shown, held, written
from drivers.protocols.preparation import Preparation
from drivers.protocols.questions import Answer, Script
from drivers.protocols.transcript import TranscriptDecoder
from drivers.quantity import Quantity
from drivers.reading import DriverMark


@runtime_checkable
class Interviewee(Driver, Protocol):
    """A driver whose instrument is asked in several questions, whether it is a file or Python."""

    @property
    def gap_s(self) -> float:
        """Least seconds between an answer and the next question."""

    @property
    def greeting(self) -> Script | None:
        """What is said once when the line is opened; None: nothing."""

    @property
    def interview(self) -> Script:
        """The questions of one reading."""

    def order(self, name: str) -> Script:
        """The script that carries out a declared command."""


@dataclass(frozen=True, kw_only=True)
class QueryDriver:
    """The driver port over one driver file with `[[query]]`."""

    mark: DriverMark
    name: str
    kind: str
    evidence: Evidence
    source: str
    text: str
    line: LineSettings
    commands: Mapping[str, Command]
    interval_s: float
    timeout_s: float
    gap_s: float
    greeting: Preparation | None
    interview: Interview
    orders: Mapping[str, Preparation]
    examples: Sequence[Shown]
    """answers and what they mean, the first one with all questions"""
    counters: Mapping[str, Quantity] = field(default_factory=dict)
    """by quantity, where a counter begins anew at zero"""
    inquiries: Sequence[Inquiry] = ()
    """what the instrument can be asked of itself"""
    keyed: bool = False
    has_high_resolution: bool = False

    @property
    def channels(self) -> Sequence[str]:
        """The names of its quantities."""
        return tuple(one.name for one in self.interview.measurands)

    def order(self, name: str) -> Script:
        """The script that carries out a declared command."""
        return self.orders[name]

    def wraps_at(self, channel: str) -> Quantity | None:
        """Where a counter begins anew at zero; None for a quantity that does not."""
        return self.counters.get(channel)

    def request(self, *, high_resolution: bool = False) -> bytes:
        """The first question of an interview.

        Raises:
            DescriptionError: the finer display is wanted; such an instrument has none.
        """
        if high_resolution:
            raise cannot(self.mark.id, "give the finer display on request")
        question = self.interview.ask(())
        if question is None:
            raise cannot(self.mark.id, "be asked")
        return question.send

    def decoder(self) -> TranscriptDecoder:
        """A decoder of whole interviews, questions and answers."""
        return TranscriptDecoder(self.interview)

    def answers(self, event: Event) -> dict[bytes, Answer]:
        """By question, what this instrument answers while it shows `event`.

        Raises:
            DescriptionError: it has no way to say it.
        """
        said = written(self.interview, self.examples, event)
        if said is None or (isinstance(event, Acknowledged) and event.command):
            raise cannot(self.mark.id, f"say {event}")
        return said

    def render(self, event: Event) -> bytes:
        """The interview in which this instrument says `event`.

        Raises:
            DescriptionError: it has no way to say it.
        """
        usual = self.examples[0].answers
        end = self.interview.manner.end
        return b"".join(
            question.send + spoken(answer, end)
            for question, answer in held(self.interview, self.answers(event), usual)
        )


def spoken(answer: Answer, end: bytes) -> bytes:
    """An answer as it is sent."""
    return b"".join(line.encode("latin-1") + end for line in answer)
