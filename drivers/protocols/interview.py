"""What an interview means: every quantity of the instrument, or why there is none.

A unit that the value does not carry is asked for before and after it. An interview during which the error
queue held anything gives no number, nor does one in which an answer is missing or does not fit. One in which
the instrument says that it has not measured again is no new reading: old ones in a row would prove rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.protocols import Acknowledged, Event, Indicated, Measured, Refused, State
from drivers.protocols.measurand import Measurand
from drivers.protocols.query import MOST_ERRORS, ErrorQueue, Query, Refusal
from drivers.protocols.questions import Answer, Manner, Question


@dataclass(frozen=True)
class Interview:
    """The script by which a driver file has its instrument asked for its quantities."""

    manner: Manner
    queries: tuple[Query, ...]
    measurands: tuple[Measurand, ...]
    errors: ErrorQueue | None = None

    @property
    def plan(self) -> tuple[int, ...]:
        """The queries in the order in which they are asked: units, values, and the units once more."""
        units = sorted({one.unit_query for one in self.measurands if one.asks_unit})
        return (*units, *(at for at in range(len(self.queries)) if at not in units), *units)

    @property
    def checked(self) -> bool:
        """Whether every answer carries check characters."""
        return all(query.check is not None for query in self.queries)

    def ask(self, answers: tuple[Answer, ...]) -> Question | None:
        """The next question after these answers."""
        plan, asked = self.plan, len(answers)
        if asked < len(plan):
            return self.queries[plan[asked]].question
        if self.errors is None or asked >= len(plan) + MOST_ERRORS:
            return None
        if asked > len(plan):
            last = answers[-1]
            if self.errors.empty(last) or isinstance(self.errors.query.read(last), Refusal):
                return None
        return self.errors.query.question

    def event(self, answers: tuple[Answer, ...], frame: bytes) -> Event:
        """What the answers mean."""
        held = self._held(answers)
        if isinstance(held, Refusal):
            return everywhere(held.of(frame), [one.name for one in self.measurands])
        if any(self.queries[at].repeats(answer) for at, answer in zip(self.plan, answers, strict=False)):
            return Acknowledged(command="", done=True, final=False, frame=frame)
        values = {one.name: one.judged(held, frame) for one in self.measurands}
        for one in self.measurands:
            guard = values[one.name]
            if one.guards and isinstance(guard, Refused):
                return everywhere(guard, list(values))
        return together(values, frame)

    def _held(self, answers: Sequence[Answer]) -> list[dict[str, str]] | Refusal:
        plan = self.plan
        if self.errors is not None:
            for entry in answers[len(plan) :]:
                if (error := self.errors.refusal(entry)) is not None:
                    return error
        held: dict[int, dict[str, str]] = {}
        for at, answer in zip(plan, answers, strict=False):
            read = self.queries[at].read(answer)
            if isinstance(read, Refusal):
                return read
            if held.setdefault(at, read) != read:
                return Refusal(State.UNKNOWN_UNIT, "the unit was changed while the value was asked for")
        return [held[at] for at in range(len(self.queries))]


def everywhere(refused: Refused, names: Sequence[str]) -> Indicated | Refused | Measured:
    """The refusal of all quantities."""
    return together(dict.fromkeys(names, refused), refused.frame)


def together(values: Mapping[str, Indicated | Refused], frame: bytes) -> Indicated | Refused | Measured:
    """One value for an instrument that has one, all by name for another."""
    return values[""] if "" in values else Measured(values=dict(values), frame=frame)
