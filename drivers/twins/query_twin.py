"""An instrument that is asked in several questions, played from its driver file.

It answers what its driver declares and nothing else; a question that nobody declared stays unanswered.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.instrument import LineSettings
from drivers.protocols import Event
from drivers.protocols.questions import Answer, Echo, Manner
from drivers.query_driver import QueryDriver, spoken
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.line import TwinLine
from drivers.twins.meter import MeterBody
from drivers.twins.plant import Source
from drivers.twins.played import PlayedInstrument
from drivers.twins.scenario import Scenario, Story
from drivers.twins.spoiling import spoiled

_DELAY_S: Final = 0.02


class AnsweringTwin(PlayedInstrument):
    """A simulated instrument that answers lines."""

    def __init__(
        self, manner: Manner, ends: frozenset[bytes], clock: Clock, line: TwinLine, *, settings: LineSettings,
        scenario: Scenario,
    ) -> None:  # fmt: skip
        """Switch the instrument on; its line is not connected yet.

        Args:
            manner: how it speaks.
            ends: what may end a question.
            clock: time.
            line: where it is heard.
            settings: of its serial line.
            scenario: what goes wrong.
        """
        super().__init__(clock, line, settings, scenario)
        self._manner = manner
        self._ends = ends
        self._delay_s = _DELAY_S if scenario.answer_delay_s is None else scenario.answer_delay_s
        self._orders: asyncio.Queue[bytes] = asyncio.Queue()
        self._half = b""
        self.echo = manner.echo is Echo.ALWAYS
        """whether it sends each question back"""

    @abstractmethod
    def _reply(self, question: bytes, wrong: Wrong) -> Answer | None:
        """The lines that answer a question; None: it stays silent."""

    async def say_unasked(self, line: bytes) -> None:
        """Send a line that nobody asked for, as an instrument that prints by itself."""
        await self._send(line + self._manner.end)

    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return [self._serve]

    def _forget(self) -> None:
        self._half = b""

    def _receive(self, data: bytes) -> None:
        self._half += data
        while found := [at for end in self._ends if (at := self._half.find(end)) >= 0]:
            first = min(found)
            end = max((end for end in self._ends if self._half.startswith(end, first)), key=len)
            whole, self._half = self._half[: first + len(end)], self._half[first + len(end) :]
            self._orders.put_nowait(whole)

    async def _serve(self) -> None:
        while True:
            question = await self._orders.get()
            wrong = self._wrong()
            late = wrong.get(FaultKind.LATE)
            await self._clock.sleep(self._delay_s + (late.by_s if late else 0.0))
            if FaultKind.SILENT in wrong:
                continue
            answer = self._reply(question, wrong)
            said = question.rstrip(b"\r\n") + self._manner.end if self.echo else b""
            said += spoken(answer, self._manner.end) if answer is not None else b""
            said += self._manner.prompt
            await self._send(spoiled(said, wrong, self._line_settings, self._random))


class QueryTwin(AnsweringTwin):
    """A simulated instrument of a driver file with `[[query]]`."""

    def __init__(
        self,
        driver: QueryDriver,
        clock: Clock,
        line: TwinLine,
        scenario: Scenario | None = None,
        *,
        source: Source | None = None,
    ) -> None:
        """Switch the instrument on; its line is not connected yet.

        Args:
            driver: what it is.
            clock: time.
            line: where it is heard.
            scenario: what it shows and what goes wrong; None: as in the first example of its file.
            source: what is true around it.

        Raises:
            DescriptionError: the scenario tells of a quantity that it does not have.
        """
        scenario = scenario or Scenario()
        first = driver.request()
        ends = frozenset((first[len(first.rstrip(b"\r\n")) :],))
        super().__init__(driver.interview.manner, ends, clock, line, settings=driver.line, scenario=scenario)
        self._driver = driver
        self._meter = MeterBody(driver, scenario, at=self._began, source=source)
        self._usual = driver.examples[0].answers
        self._said = dict(self._usual)
        self._stuck: Event | None = None
        self.errors: list[Answer] = []
        """entries of its error queue, the oldest first"""
        self.settings: list[str] = []
        """declared settings and commands that it has taken, in turn"""

    def tell(self, name: str, story: Story) -> None:
        """Let a quantity follow another story from now on."""
        self._meter.tell(name, story, at=self._clock.monotonic())

    def _reply(self, question: bytes, wrong: Wrong) -> Answer | None:
        errors = self._driver.interview.errors
        if errors is not None and question == errors.query.question.send:
            return self.errors.pop(0) if self.errors else self._usual[question]
        if question == self._driver.request():
            self._look(wrong)
        if question in self._said:
            return self._said[question]
        return self._taken(question)

    def _look(self, wrong: Wrong) -> None:
        """Take what it shows now, for all questions of one interview."""
        now = self._meter.event(at=self._clock.monotonic(), wrong=wrong)
        self._stuck = (self._stuck or now) if FaultKind.STUCK in wrong else None
        try:
            self._said = self._driver.answers(self._stuck or now)
        except DescriptionError:
            self._said = {}  # what it has no words for it does not answer
            return
        errors = self._driver.interview.errors
        if errors is not None:
            entry = self._said.pop(errors.query.question.send)
            if not errors.empty(entry):
                self.errors.append(entry)

    def _taken(self, question: bytes) -> Answer | None:
        for inquiry in self._driver.inquiries:
            if question == inquiry.send:
                return (inquiry.line(self.tells.get(inquiry.tells, inquiry.played)),)
        greeting = self._driver.greeting
        orders = [step for order in self._driver.orders.values() for step in order.steps]
        for name, query in (*(greeting.steps if greeting else ()), *orders):
            if query.question.send == question:
                self.settings.append(name)
                return tuple(query.forms[0].write({}, "").split("\n")) if query.forms else None
        return None
