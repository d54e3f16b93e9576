"""Scripts that read nothing: the greeting of an instrument, and its declared commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.protocols import Acknowledged, Event, Refused, State
from drivers.protocols.query import MOST_ERRORS, ErrorQueue, Query, Refusal
from drivers.protocols.questions import Answer, Manner, Question


@dataclass(frozen=True)
class Preparation:
    """The script with which an instrument is greeted: old errors, declared settings, and proofs."""

    manner: Manner
    steps: tuple[tuple[str, Query], ...]
    """what each is for, and its query"""
    errors: ErrorQueue | None = None
    command: str = ""
    """the command that this carries out; none of the queue is cleared before"""

    def ask(self, answers: tuple[Answer, ...]) -> Question | None:
        """The next question after these answers."""
        before = self._before(answers)
        if before is None and self.errors is not None:
            return self.errors.query.question
        asked = len(answers) - (before or 0)
        if asked < len(self.steps):
            return self.steps[asked][1].question
        if self.errors is not None and asked == len(self.steps):
            return self.errors.query.question
        return None

    def event(self, answers: tuple[Answer, ...], frame: bytes) -> Event:
        """Whether all went as declared."""
        before = self._before(answers)
        if before is None:
            return Refused(reason="the error queue does not become empty", state=State.ERROR, frame=frame)
        for (purpose, query), answer in zip(self.steps, answers[before:], strict=False):
            read = query.read(answer) if query.forms else {}
            if isinstance(read, Refusal):
                return Refused(reason=f"{purpose}: {read.reason}", state=read.state, frame=frame)
        for entry in answers[before + len(self.steps) :]:
            if self.errors is not None and (error := self.errors.refusal(entry)) is not None:
                return error.of(frame)
        return Acknowledged(command=self.command, done=True, frame=frame)

    def _before(self, answers: Sequence[Answer]) -> int | None:
        """How many answers emptied the queue of old errors; None while it is not empty."""
        if self.errors is None or self.command:
            return 0
        for at, answer in enumerate(answers[:MOST_ERRORS], 1):
            if self.errors.empty(answer):
                return at
        return None if len(answers) < MOST_ERRORS else MOST_ERRORS
