"""The talk with one instrument: ask or listen, decode, and never mistake an answer for another.

An answer belongs to the last request only if the line was quiet before it: after a time-out nothing is
believed until a probe has been asked and answered, because few protocols number their answers.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from drivers.clock import Clock, passing_in, within
from drivers.connection import Connection
from drivers.errors import InstrumentError, LinkLostError
from drivers.instrument import Command, Driver
from drivers.protocols import Acknowledged, Decoder, Event, Refused, State
from drivers.protocols.inquiry import NOT_NOW, Inquiry
from drivers.silence import behind, command_refused, command_unanswered
from drivers.talk import Arrival, asked_twice
from drivers.transports import PromptTransport, Transport
from drivers.waiting import LATE, QUIET_S, until_answered_late, until_quiet

_CATCH_UP_S: Final = 5.0  # real seconds for a computer that was busy to read what has waited for it
_JOB_S: Final = 30.0  # a command that was accepted may take so long, as a zero setting waits for rest
_NOT_AN_ANSWER: Final = {State.MALFORMED, State.WRONG_LINE_SETTINGS, State.NOT_A_WEIGHT}
_REFUSES_A_COMMAND: Final = {State.ERROR, State.BUSY}


class Conversation:
    """One driver's side of one line."""

    def __init__(
        self,
        driver: Driver,
        transport: Transport,
        clock: Clock,
        deliver: Callable[[Arrival | Exception], None],
    ) -> None:
        """Join the parts; nothing is opened yet.

        Args:
            driver: how this instrument is spoken to.
            transport: the line; owned from now on.
            clock: time.
            deliver: takes every arrival, and the error when the line is lost or the talk ends.
        """
        self._driver = driver
        self._transport = transport
        self._clock = clock
        self._deliver = deliver
        self.high_resolution = False
        """whether the next request asks for the extended display"""
        self._asks = driver.request() is not None
        self._line = asyncio.Lock()
        self._decoder: Decoder = driver.decoder()
        self._skipped = 0
        self._received = 0
        self._chunks: deque[tuple[int, float]] = deque(maxlen=4096)
        self.last_byte_at = -math.inf
        """clock time of the last byte of any kind; before all time when none came"""
        self._asked_at = 0.0
        self._answer: asyncio.Future[None] | None = None
        self._answered = False
        """the answer that is waited for has come"""
        self._due = 0.0
        """clock time at which the answer is overdue"""
        self._commands = 0
        """how many commands are under way or wait for the line"""
        self._prompt = transport if isinstance(transport, PromptTransport) else None
        self._answers: asyncio.Queue[Acknowledged | Refused | Exception] | None = None
        self._in_doubt = False
        self._connection = Connection(transport, clock, self._tell)

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far because they belong to no frame."""
        return self._skipped + self._decoder.skipped

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told."""
        timeout, interval = self._driver.timeout_s, self._driver.interval_s
        # What was asked before somebody wanted a reading is answered first, in doubt a probe.
        return 2 * timeout + interval + (LATE * timeout + interval + 2 * QUIET_S) * self._in_doubt

    async def ready(self, *, wanted: bool = False) -> None:
        """Wait for the line; whoever wants a reading also until nothing old waits on one that streams.

        Raises:
            LinkLostError: it cannot be opened.
            InstrumentError: the talk is over, or this computer is too slow for the line.
        """
        await self._connection.ready()
        if wanted and not self._asks:
            try:
                patience = passing_in(_CATCH_UP_S, self._clock)
                await within(self._clock, patience, self._transport.caught_up())
            except TimeoutError:
                raise behind(self._transport.name) from None

    async def run(self) -> None:
        """Talk until cancelled, whenever the line is there."""
        await self._connection.keep(self._talk)

    def end(self) -> None:
        """Tell everybody who waits that the talk is over; `run` is cancelled next."""
        self._connection.end()

    async def command(self, name: str, command: Command) -> Acknowledged | None:
        """Send a declared command and wait for its last answer; None where the instrument gives none.

        Raises:
            InstrumentError: refused, or not answered.
            LinkLostError: the line is gone.
        """
        self._commands += 1
        try:
            async with self._line:
                return await self._commanded(name, command)
        finally:
            self._commands -= 1

    async def _commanded(self, name: str, command: Command) -> Acknowledged | None:
        if self._in_doubt:
            await self._resynchronise()
        self._answers = asyncio.Queue()
        try:
            self._note_asked()
            await self._transport.send(command.send)
            if not (command.done or command.accepted or command.refused):
                return None
            return await self._final_answer(name, command, self._answers)
        except TimeoutError:
            self._in_doubt = self._asks
            raise command_unanswered(name) from None
        finally:
            self._answers = None

    async def _final_answer(
        self, name: str, command: Command, answers: "asyncio.Queue[Acknowledged | Refused | Exception]"
    ) -> Acknowledged:
        deadline = self._clock.monotonic() + self._driver.timeout_s
        promised = False
        while True:  # one time for all of it: a scale that prints all the time must not hold it up for ever
            answer = await within(self._clock, max(0.0, deadline - self._clock.monotonic()), answers.get())
            match answer:
                case Acknowledged(frame=frame) if frame in command.accepted and not promised:
                    deadline, promised = self._clock.monotonic() + _JOB_S, True
                case Acknowledged(frame=frame) if frame in command.done:
                    return msgspec.structs.replace(answer, command=name, done=True, final=True)
                case Acknowledged(frame=frame) if frame in command.refused:
                    raise command_refused(name, "the instrument answered no")
                case Refused(state=state, reason=reason) if self._asks and state in _REFUSES_A_COMMAND:
                    raise command_refused(name, reason)
                case Acknowledged() | Refused():
                    continue
                case Exception():
                    raise answer

    async def inquire(self, inquiry: Inquiry) -> bytes:
        """Ask what the instrument says of itself, and once more; empty when it does not know the question.

        Raises:
            InstrumentError: it cannot tell now, or does not answer.
            LinkLostError: the line is gone.
        """
        self._commands += 1
        try:
            async with self._line:
                return await asked_twice(lambda: self._inquired(inquiry))
        finally:
            self._commands -= 1

    async def _inquired(self, inquiry: Inquiry) -> bytes | InstrumentError:
        await self._clock.sleep(max(0.0, self._asked_at + self._driver.interval_s - self._clock.monotonic()))
        if self._in_doubt:
            await self._resynchronise()
        answers: asyncio.Queue[Acknowledged | Refused | Exception] = asyncio.Queue()
        self._answers = answers
        self._note_asked()
        try:
            await self._transport.send(inquiry.send)
            while True:
                left = max(0.0, self._due - self._clock.monotonic())
                answer = await within(self._clock, left, answers.get())
                if isinstance(answer, Exception):
                    raise answer
                if inquiry.told(answer.frame):
                    return answer.frame
                if inquiry.refuses(answer.frame):
                    return command_refused(inquiry.name, NOT_NOW)
                if isinstance(answer, Refused) and self._asks and answer.state is State.ERROR:
                    return b""
        except TimeoutError:
            self._in_doubt = self._asks
            return command_unanswered(inquiry.name)
        finally:
            self._answers = None

    def _tell(self, fault: Exception) -> None:
        if self._answers is not None:
            self._answers.put_nowait(fault)
        self._deliver(fault)

    def _forget(self) -> None:
        self._decoder.end()
        while self._decoder.next_event() is not None:
            continue  # belongs to what is forgotten
        self._skipped += self._decoder.skipped
        self._decoder = self._driver.decoder()
        self._chunks.clear()

    async def _talk(self) -> None:
        self._forget()
        self._in_doubt = False
        tasks = [asyncio.create_task(self._listen())]
        if self._asks:
            tasks += [asyncio.create_task(self._ask()), asyncio.create_task(self._watch())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        if self._prompt is not None:
            await self._prompt.listen(self._heard)
        while True:
            self._heard(await self._transport.receive())

    def _heard(self, data: bytes) -> None:
        self.last_byte_at = self._clock.monotonic()
        if not self._asks:
            self._chunks.append((self._received, self.last_byte_at))
            for byte in data:  # one by one, so that it is known with which byte each frame began
                self._received += 1
                self._decoder.receive(bytes((byte,)))
                while (event := self._decoder.next_event()) is not None:
                    self._sort(event, self._came_at(self._received - len(event.frame)))
            return
        self._decoder.receive(data)
        asked_at = self._asked_at
        events = []
        while (event := self._decoder.next_event()) is not None:
            if self._belongs(event):
                events.append(event)
        # The next request goes out before anybody looks at the answer: the line need not wait for that.
        if self._answered and self._answer is not None and not self._answer.done() and not self._ask_again():
            self._answer.set_result(None)
        for event in events:
            self._tell_event(event, asked_at)

    def _belongs(self, event: Event) -> bool:
        """Whether an event is told: it answers a request, or says why there is no answer."""
        awaited = self._answer is not None and not self._answer.done() and not self._answered
        if isinstance(event, Acknowledged | Refused) and self._answers is not None:
            self._answers.put_nowait(event)
        if isinstance(event, Acknowledged) or not awaited:
            return False  # nobody asked: a late answer, or the instrument is set to print by itself
        self._answered = not (isinstance(event, Refused) and event.state in _NOT_AN_ANSWER)
        return isinstance(event, Refused) or not self._in_doubt

    def _sort(self, event: Event, begun: float) -> None:
        """Take what an instrument says of itself."""
        if isinstance(event, Acknowledged | Refused) and self._answers is not None:
            self._answers.put_nowait(event)
        if not isinstance(event, Acknowledged):
            self._tell_event(event, begun)

    def _tell_event(self, event: Event, begun: float) -> None:
        self._deliver(Arrival(event, begun, self.last_byte_at, self._clock.utc()))

    def _came_at(self, offset: int) -> float:
        while len(self._chunks) > 1 and self._chunks[1][0] <= offset:
            self._chunks.popleft()
        return self._chunks[0][1]

    async def _ask(self) -> None:
        while True:
            async with self._line:
                if self._in_doubt:
                    await self._resynchronise()
                if not self._in_doubt:
                    self._in_doubt = not await self._exchange()
            due = self._asked_at + self._driver.interval_s
            await self._clock.sleep(max(0.0, due - self._clock.monotonic()))

    async def _exchange(self) -> bool:
        """Ask, and again as long as answers come and nothing else is to be done; False: no answer."""
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._transport.send(self._next_request())
            await self._answer
        except TimeoutError:
            return False
        finally:
            self._answer = None
        return True

    def _next_request(self) -> bytes:
        request = self._driver.request(high_resolution=self.high_resolution)
        if request is None:
            raise TypeError(f"driver {self._driver.mark.id} asks, but has no request for this display")
        self._answered = False
        self._note_asked()
        return request

    def _note_asked(self) -> None:
        self._asked_at = self._clock.monotonic()
        self._due = self._asked_at + self._driver.timeout_s

    def _ask_again(self) -> bool:
        """Ask in the step in which the last answer came, if it is time and nobody else wants the line."""
        if self._prompt is None or self._in_doubt or self._commands:
            return False
        if self._clock.monotonic() < self._asked_at + self._driver.interval_s:
            return False
        try:
            self._prompt.write(self._next_request())
        except LinkLostError:
            return False  # told to whoever listens
        return True

    async def _watch(self) -> None:
        """Give up answers that are overdue: one alarm for all of them, because most never need it."""
        while True:
            waiting = self._answer is not None and not self._answer.done()
            left = self._due - self._clock.monotonic() if waiting else self._driver.timeout_s
            if left > 0:
                await self._clock.sleep(left)
            elif self._answer is not None:
                self._answer.set_exception(TimeoutError())

    async def _resynchronise(self) -> None:
        await until_answered_late(self._clock, self, self._asked_at, self._driver.timeout_s)
        await self._drain()
        answered = await self._exchange()
        await self._drain()
        self._in_doubt = not answered

    async def _drain(self) -> None:
        await until_quiet(self._clock, self, self._clock.monotonic() + self._driver.timeout_s)
        self._forget()
