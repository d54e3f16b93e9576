"""A question with the forms of its answer, and the queue in which an instrument keeps its errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from drivers.protocols import Refused, State
from drivers.protocols.answer_check import AnswerCheck
from drivers.protocols.answer_line import AnswerLine
from drivers.protocols.escape import bytes_to_typed
from drivers.protocols.form import SAID
from drivers.protocols.questions import Answer, Question

MOST_ERRORS: Final = 32
"""entries that an error queue may hold; SCPI queues hold 10 to 30"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no value."""

    state: State
    reason: str

    def of(self, frame: bytes) -> Refused:
        """The event."""
        return Refused(reason=self.reason, state=self.state, frame=frame)


@dataclass(frozen=True)
class Query:
    """A question, the forms of its answer, and the texts that come instead of one."""

    question: Question
    forms: tuple[AnswerLine, ...] = ()
    instead: tuple[tuple[AnswerLine, State], ...] = ()
    check: AnswerCheck | None = None
    again: tuple[AnswerLine, ...] = ()
    """forms of an answer by which the instrument says that it gave this measurement before"""

    def repeats(self, answer: Answer) -> bool:
        """Whether an answer tells nothing new."""
        return any(form.read("\n".join(answer)) is not None for form in self.again)

    def read(self, answer: Answer) -> dict[str, str] | Refusal:
        """What its holes hold, or why they hold nothing."""
        text = "\n".join(answer)
        for form, state in self.instead:
            if form.read(text) is not None:
                return Refusal(state, SAID[state])
        for form in self.forms:
            held = form.read(text)
            if held is None:
                continue
            if self.check is not None and not self.check.holds(form, text, held):
                return Refusal(State.BAD_CHECK, "the check characters do not belong to this answer")
            return held
        if not answer:
            return Refusal(State.NO_VALUE, "the instrument gives no answer to this question now")
        shown = bytes_to_typed(text.encode("latin-1"))
        return Refusal(State.MALFORMED, f"the answer '{shown}' fits no form of the driver")


@dataclass(frozen=True)
class ErrorQueue:
    """The queue in which an instrument keeps its errors; reading it takes one entry out."""

    query: Query
    none: frozenset[str]
    """the codes that mean: no error"""
    states: Mapping[str, State] = field(default_factory=dict)
    """what a code means for the value, where it means something else than an error"""

    def empty(self, answer: Answer) -> bool:
        """Whether it says that nothing is in it."""
        held = self.query.read(answer)
        return not isinstance(held, Refusal) and held["code"].strip() in self.none

    def refusal(self, answer: Answer) -> Refusal | None:
        """What an entry means; None when there is none."""
        held = self.query.read(answer)
        if isinstance(held, Refusal):
            return held
        code = held["code"].strip()
        if code in self.none:
            return None
        shown = bytes_to_typed("\n".join(answer).encode("latin-1"))
        return Refusal(self.states.get(code, State.ERROR), f"the instrument reports the error {shown}")
