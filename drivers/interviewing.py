"""The talk with an instrument that is asked in several questions, each answered before the next.

Nothing may come unasked: a line that was not asked for, an answer that does not fit, or none at all puts the
line in doubt. Then it is left alone until it is quiet, one interview is held and thrown away, and only when
nothing comes after that is anything believed again.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Final

from drivers.clock import Clock, within
from drivers.connection import Connection
from drivers.errors import InstrumentError
from drivers.instrument import Command
from drivers.protocols import Acknowledged, Event, Refused, State
from drivers.protocols.inquiry import Inquiring, Inquiry
from drivers.protocols.interview import Interview, everywhere
from drivers.protocols.line_signs import wrong_line
from drivers.protocols.questions import Answer, NotAnAnswerError, Question, Script, hear, quiet
from drivers.query_driver import Interviewee
from drivers.silence import command_refused, command_unanswered
from drivers.talk import Arrival, asked_twice
from drivers.transports import Transport
from drivers.waiting import LATE, QUIET_S, until_answered_late, until_quiet

_AGAIN_S: Final = 1.0  # an instrument that did not take its greeting is greeted again after so long
_MOST_UNASKED: Final = 4096


class Interviewing:
    """One driver's side of one line."""

    def __init__(
        self,
        driver: Interviewee,
        transport: Transport,
        clock: Clock,
        deliver: Callable[[Arrival | Exception], None],
    ) -> None:
        """Join the parts; nothing is opened yet.

        Args:
            driver: how this instrument is asked.
            transport: the line; owned from now on.
            clock: time.
            deliver: takes every arrival, and the error when the line is lost or the talk ends.
        """
        self._driver = driver
        self._transport = transport
        self._clock = clock
        self._deliver = deliver
        self.high_resolution = False
        """never asked for: no such instrument has it on request"""
        self.last_byte_at = -math.inf
        """clock time of the last byte of any kind; before all time when none came"""
        self._line = asyncio.Lock()
        self._heard = bytearray()
        self._came = asyncio.Event()
        self._skipped = 0
        self._questions = 2
        self._sent_at = -math.inf
        self._greeted = False
        self._in_doubt = False
        self._connection = Connection(transport, clock, deliver)

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far because they belong to no answer."""
        return self._skipped

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told."""
        timeout = self._driver.timeout_s
        once = self._questions * (timeout + self._driver.gap_s) + self._driver.interval_s
        if self._greeted and not self._in_doubt:
            return 2 * once  # what was asked before somebody wanted a reading is answered first
        return 2 * (once + timeout) + LATE * timeout

    async def ready(self, *, wanted: bool = False) -> None:  # noqa: ARG002 -- it asks all the time anyway
        """Wait for the line.

        Raises:
            LinkLostError: it cannot be opened.
            InstrumentError: the talk is over.
        """
        await self._connection.ready()

    async def run(self) -> None:
        """Talk until cancelled, whenever the line is there."""
        await self._connection.keep(self._talk)

    def end(self) -> None:
        """Tell everybody who waits that the talk is over; `run` is cancelled next."""
        self._connection.end()

    async def command(self, name: str, command: Command) -> Acknowledged:  # noqa: ARG002 -- the port's signature
        """Carry a declared command out.

        Raises:
            InstrumentError: refused, or not answered.
            LinkLostError: the line is gone.
        """
        return await self.carry_out(name, self._driver.order(name))

    async def carry_out(self, name: str, order: Script) -> Acknowledged:
        """Carry a command out that may have been made for this moment.

        Raises:
            InstrumentError: refused, or not answered.
            LinkLostError: the line is gone.
        """
        async with self._line:
            if not await self._settled():
                raise command_unanswered(name)
            match await self._hold(order):
                case Acknowledged() as done:
                    return done
                case Refused(reason=reason):
                    raise command_refused(name, reason)
                case _:
                    raise command_unanswered(name)

    async def inquire(self, inquiry: Inquiry) -> bytes:
        """Ask what the instrument says of itself, and once more; empty when it does not know the question.

        Raises:
            InstrumentError: it cannot tell now, or does not answer.
            LinkLostError: the line is gone.
        """
        async with self._line:
            return await asked_twice(lambda: self._inquired(inquiry))

    async def _inquired(self, inquiry: Inquiry) -> bytes | InstrumentError:
        if not await self._settled():
            return command_unanswered(inquiry.name)
        script = self._driver.interview
        errors = script.errors if isinstance(script, Interview) else None
        match await self._hold(Inquiring(script.manner, inquiry, errors)):
            case Acknowledged(frame=answer):
                return answer
            case Refused(state=State.BUSY, reason=reason):
                return command_refused(inquiry.name, reason)
            case Refused(state=State.ERROR | State.MALFORMED):
                return b""
            case _:
                return command_unanswered(inquiry.name)

    async def _talk(self) -> None:
        self._heard.clear()
        self._greeted = self._in_doubt = False
        tasks = [asyncio.create_task(work()) for work in (self._listen, self._ask)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            data = await self._transport.receive()
            self.last_byte_at = self._clock.monotonic()
            self._heard += data
            if (surplus := len(self._heard) - _MOST_UNASKED) > 0:
                del self._heard[:surplus]  # an instrument that talks all the time; nothing of it is believed
                self._skipped += surplus
            self._came.set()

    async def _ask(self) -> None:
        while True:
            begun = self._clock.monotonic()
            async with self._line:
                if await self._settled():
                    begun = self._clock.monotonic()
                    event = await self._hold(self._driver.interview)
                    if event is not None:
                        self._tell(event, begun)
            wait = self._driver.interval_s if self._greeted else max(self._driver.interval_s, _AGAIN_S)
            await self._clock.sleep(max(0.0, begun + wait - self._clock.monotonic()))

    async def _settled(self) -> bool:
        """Whether the instrument is greeted and the line free of doubt."""
        if not self._greeted:
            await self._greet()
        if self._greeted and self._in_doubt:
            await until_answered_late(self._clock, self, self._sent_at, self._driver.timeout_s)
            await self._drain()
            self._in_doubt = False
            event = await self._hold(self._driver.interview)
            if event is None:
                self._in_doubt = True
            elif not self._in_doubt:
                self._in_doubt = not await self._drain()
        return self._greeted and not self._in_doubt

    async def _greet(self) -> None:
        await self._drain()
        greeting = self._driver.greeting
        begun = self._clock.monotonic()
        event = (
            Acknowledged(command="", done=True, frame=b"") if greeting is None else await self._hold(greeting)
        )
        self._greeted = isinstance(event, Acknowledged)
        self._in_doubt = self._in_doubt or not self._greeted
        if isinstance(event, Refused):
            self._tell(event, begun)

    def _tell(self, event: Event, begun: float) -> None:
        if isinstance(event, Refused):
            event = everywhere(event, self._driver.channels)
        if not isinstance(event, Acknowledged):
            self._deliver(Arrival(event, begun, self.last_byte_at, self._clock.utc()))

    async def _hold(self, script: Script) -> Event | None:
        """Ask all questions; None when the instrument does not answer."""
        answers: tuple[Answer, ...] = ()
        frame = bytearray()
        while (question := script.ask(answers)) is not None:
            self._questions = max(self._questions, len(answers) + 1)
            if answers and self._driver.gap_s:
                await self._clock.sleep(self._driver.gap_s)
            if not quiet(script.manner, bytes(self._heard)):
                return self._doubt("the instrument sends without being asked", frame)
            self._take(frame if answers else bytearray(), len(self._heard))
            self._sent_at = self._clock.monotonic()
            await self._transport.send(question.send)
            frame += question.send
            try:
                answer = await self._answer(script, question, frame)
            except NotAnAnswerError as mistake:
                return self._doubt(str(mistake), frame)
            except TimeoutError:
                if not self._heard:
                    self._in_doubt = True
                    return None
                return self._doubt("the answer breaks off", frame)
            answers = (*answers, answer)
        event = script.event(answers, bytes(frame))
        if isinstance(event, Refused) and event.state is State.MALFORMED:
            self._in_doubt = True
        return event

    async def _answer(self, script: Script, question: Question, frame: bytearray) -> Answer:
        deadline = self._clock.monotonic() + self._driver.timeout_s
        if not (question.lines or question.last):
            await self._until_quiet(deadline)
            self._take(frame, len(self._heard))
            return ()
        while True:
            self._came.clear()
            heard = hear(script.manner, question, bytes(self._heard))
            if heard is not None:
                self._take(frame, heard[1])
                return heard[0]
            try:
                left = max(0.0, deadline - self._clock.monotonic())
                await within(self._clock, left, self._came.wait())
            except TimeoutError:
                if question.silence and quiet(script.manner, bytes(self._heard)):
                    self._take(frame, len(self._heard))
                    return ()
                raise

    def _take(self, frame: bytearray, count: int) -> None:
        frame += self._heard[:count]
        del self._heard[:count]

    def _doubt(self, reason: str, frame: bytearray) -> Refused:
        self._in_doubt = True
        state = State.MALFORMED
        if wrong := wrong_line(bytes(self._heard)):
            reason, state = wrong, State.WRONG_LINE_SETTINGS
        return Refused(reason=reason, state=state, frame=bytes(frame + self._heard))

    async def _until_quiet(self, limit: float) -> None:
        await until_quiet(self._clock, self, limit)

    async def _drain(self) -> bool:
        """Wait until the line is quiet and throw away what came; whether nothing did."""
        await self._until_quiet(self._clock.monotonic() + self._driver.timeout_s + QUIET_S)
        nothing = quiet(self._driver.interview.manner, bytes(self._heard))
        self._skipped += len(self._heard)
        self._heard.clear()
        return nothing
