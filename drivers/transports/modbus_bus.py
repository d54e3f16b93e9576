"""A Modbus bus: one owner for one port or connection, and a place on it for each instrument.

The owner carries one exchange after the other, first come first served among those that may speak, so that a
dead instrument costs the others no more than its time-out now and then. An exchange that has begun is
finished whatever becomes of whoever asked, and its answer is nobody else's. The owner lives in callbacks of
the event loop: the next request leaves in the same step in which an answer came.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from drivers.clock import Clock
from drivers.errors import DescriptionError, LinkLostError
from drivers.protocols.modbus import SHORTEST, Fault, answer_size, rtu_request
from drivers.protocols.modbus_exchange import Framing, GarbageError
from drivers.transports.catching_up import FULL
from drivers.transports.serial_fault import closed, lost
from drivers.transports.wires import Wire

_QUIET_S: Final = 0.1  # bytes that are no answer become a fault when nothing follows for so long
_FASTEST_SILENCE_S: Final = 0.00175  # Modbus over Serial Line V1.02, 2.5.1.1: above 19200 baud


class UnansweredError(Exception):
    """A request without a good answer; what came instead is kept."""

    def __init__(self, fault: Fault, frame: bytes, due: float = 0.0) -> None:
        self.fault = fault
        self.frame = frame
        self.due = due
        """loop time until which the answer may still come"""
        super().__init__(fault.value)


class Exchange(NamedTuple):
    """A request with its answer, and when they were on the line."""

    answer: bytes
    """function and data; may be a refusal"""
    frame: bytes
    """request and answer as on an RTU line"""
    begun: float
    """clock time of the request"""
    at: float
    """clock time of the answer's last byte"""
    at_utc: datetime


Outcome = Exchange | UnansweredError | LinkLostError


@dataclass(slots=True, eq=False)
class _Job:
    unit: int
    request: bytes
    timeout_s: float
    not_before: float
    """loop time"""
    tell: Callable[[Outcome], None]
    given_up: Callable[[], bool]
    begun: float = 0.0


class ModbusBus:
    """The owner of one wire; instruments reach it through `BusUnit`."""

    def __init__(self, wire: Wire, framing: Framing, clock: Clock) -> None:
        """Keep the parts; nothing is opened yet.

        Args:
            wire: the port or connection; owned from now on.
            framing: how requests are wrapped on it.
            clock: what exchanges are stamped with. The line itself keeps real time.
        """
        self._wire = wire
        self._framing = framing
        self._clock = clock
        self._users: dict[int, Callable[[], None]] = {}
        self._timeouts: dict[int, float] = {}
        self._opening = asyncio.Lock()
        self._is_open = False
        self._fault: LinkLostError | None = None
        self._jobs: deque[_Job] = deque()
        self._current: _Job | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._raw = bytearray()
        self._emptied = False
        """all that had come was heard in this very step"""
        silence_s = framing.silence_characters * wire.character_s
        self._numbered = not framing.silence_characters
        """requests carry a number that comes back, so that an old answer is known by itself"""
        self._by_timer = not self._numbered and wire.drain() is None
        self._silence_s = max(silence_s, _FASTEST_SILENCE_S) if silence_s else 0.0
        self._still_at = 0.0
        self.generation = 0
        """counts how often the wire was opened"""

    @property
    def name(self) -> str:
        """The address as the laboratory writes it."""
        return self._wire.name

    @property
    def longest_round_s(self) -> float:
        """How long all its instruments together may keep it."""
        return sum(self._timeouts.values())

    async def join(self, unit: int, timeout_s: float, strange: Callable[[], None]) -> None:
        """Take a place; the first one opens the wire.

        Args:
            unit: the unit number.
            timeout_s: how long it may take to answer.
            strange: told when this unit speaks without being asked.

        Raises:
            DescriptionError: another instrument has that number.
            LinkLostError: the wire cannot be opened.
        """
        async with self._opening:
            if unit in self._users:
                raise DescriptionError(
                    "bus.unit_taken",
                    "Two instruments on {port} have the unit number {unit}.",
                    "Give each its own number, in the instrument's menu and in its port's address (?unit=2).",
                    port=self.name,
                    unit=unit,
                )
            if not self._is_open:
                await self._open()
            self._users[unit] = strange
            self._timeouts[unit] = timeout_s

    async def leave(self, unit: int) -> None:
        """Give a place up; the last one closes the wire."""
        self._users.pop(unit, None)
        self._timeouts.pop(unit, None)
        async with self._opening:
            if not self._users:
                self._lose(closed(self.name), self.generation)
                await self._wire.close()

    def submit(
        self,
        unit: int,
        request: bytes,
        *,
        timeout_s: float,
        not_before: float,
        tell: Callable[[Outcome], None],
        given_up: Callable[[], bool],
    ) -> None:
        """Ask one unit, in turn with all others; the outcome is told in the step in which it is known.

        Args:
            unit: the unit number.
            request: function and data.
            timeout_s: how long the unit may take, besides the time the bytes take.
            not_before: loop time before which it is not asked; others go first.
            tell: takes the outcome, unless it was given up.
            given_up: whether nobody wants the outcome; what was not sent yet is not sent then.

        Raises:
            LinkLostError: the wire is gone.
        """
        if not self._is_open:
            raise closed(self.name) if self._fault is None else self._fault
        self._jobs.append(_Job(unit, request, timeout_s, not_before, tell, given_up))
        if self._current is None:
            self._look()

    async def _open(self) -> None:
        await self._wire.close()
        self._framing.reset()
        self._framing.strangers.clear()
        self.generation += 1
        generation = self.generation
        await self._wire.open(self._receive, lambda fault: self._lose(fault, generation))
        self._fault = None
        self._is_open = True

    def _lose(self, fault: LinkLostError, generation: int) -> None:
        """The wire is gone: everybody who waits is told, and it must be opened anew."""
        if generation != self.generation or not self._is_open:
            return
        self._is_open = False
        self._fault = fault
        self._stop(self._alarm, self._later, self._quiet)
        self._alarm = None
        current, self._current = self._current, None
        jobs, self._jobs = self._jobs, deque()
        for job in (current, *jobs):
            if job is not None and not job.given_up():
                job.tell(fault)

    def _look(self) -> None:
        """Advance, but only after what has come by now was heard: it is no answer to what is asked next."""
        if self._by_timer:
            self._stop(self._later)
            loop = asyncio.get_running_loop()
            self._later = loop.call_at(loop.time(), self._advance)  # timers run after what was received
        else:
            self._advance()

    def _advance(self) -> None:
        """Begin the first exchange that may begin now, or look again when one may."""
        if self._current is not None or not self._is_open:
            return
        if not (self._numbered or self._emptied) and (pending := self._wire.drain()):
            self._hear(pending)
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._stop(self._later)
        due = math.inf
        while self._jobs and self._jobs[0].given_up():
            self._jobs.popleft()
        for job in self._jobs:
            if job.given_up():
                continue
            if max(job.not_before, self._still_at) <= now:
                self._jobs.remove(job)
                self._begin(job)
                return
            due = min(due, job.not_before)
        if due < math.inf:
            self._later = loop.call_at(max(due, self._still_at), self._advance)

    def _begin(self, job: _Job) -> None:
        self._raw.clear()
        self._current = job
        job.begun = self._clock.monotonic()
        try:
            data = self._framing.ask(job.unit, job.request)
            self._wire.write(data)
        except GarbageError as mistake:
            self._lose(lost(self.name, mistake), self.generation)
            return
        except LinkLostError as fault:
            self._lose(fault, self.generation)
            return
        loop = asyncio.get_running_loop()
        on_line = (len(data) + answer_size(job.request) + SHORTEST) * self._wire.character_s
        self._deadline = loop.time() + job.timeout_s + on_line
        if self._alarm is None or self._deadline < self._alarm.when():
            self._stop(self._alarm)
            self._alarm = loop.call_at(self._deadline, self._expire)

    def _receive(self, data: bytes) -> None:
        self._emptied = len(data) < FULL
        self._hear(data)
        self._emptied = False

    def _hear(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        if self._silence_s:
            self._still_at = loop.time() + self._silence_s
        try:
            if self._current is None:
                self._framing.overhear(data)
                self._strange()
                return
            self._raw += data
            outcome = self._framing.hear(data)
        except GarbageError as mistake:
            self._lose(lost(self.name, mistake), self.generation)
            return
        self._stop(self._quiet)
        if outcome is not None:
            self._finish(outcome)
        elif self._framing.doubtful:
            self._quiet = loop.call_later(_QUIET_S, self._finish, Fault.BAD_CHECK)

    def _expire(self) -> None:
        """The alarm of one exchange serves the next ones too, so that a good answer costs no timer."""
        self._alarm = None
        if self._current is None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._deadline:
            self._alarm = loop.call_at(self._deadline, self._expire)
            return
        others = Fault.OTHER_UNIT if self._framing.strangers else Fault.BAD_CHECK
        self._finish(others if self._raw else Fault.SILENT)

    def _finish(self, outcome: bytes | Fault) -> None:
        """End the exchange: an answer as on an RTU line, or what is wrong with it."""
        self._stop(self._quiet)
        job, self._current = self._current, None
        self._strange()
        if job is not None and not job.given_up():  # else its answer is used up all the same
            asked = rtu_request(job.unit, job.request)
            if isinstance(outcome, Fault):
                job.tell(UnansweredError(outcome, asked + bytes(self._raw), self._deadline))
            else:
                at, at_utc = self._clock.monotonic(), self._clock.utc()
                job.tell(Exchange(outcome[1:-2], asked + outcome, job.begun, at, at_utc))
        if self._jobs:
            self._look()

    def _strange(self) -> None:
        """Tell the units that spoke without being asked: the next answer of theirs may be an old one."""
        if self._framing.strangers:
            for unit in self._framing.strangers:
                if unit in self._users:
                    self._users[unit]()
            self._framing.strangers.clear()

    @staticmethod
    def _stop(*timers: asyncio.TimerHandle | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()
