"""The conductor: carries out a script's effects, each journaled on disk before the script goes on.

A script is replayed from the top after a crash and after a retake alike; whatever the journal holds is
returned without touching an instrument or asking a person (decision 0002).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bench import events
from bench.attention import Attention, RunInterrupted, StartAgain
from bench.operator import Operator, Prompt
from bench.place import Place
from bench.replay import Memory, plain
from bench.station import Station
from drivers import notation
from drivers.clock import Clock
from drivers.errors import InstrumentError
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.action import Action, Answer, Choice, Choose, Instruction, Keyed, KeyIndication, Question
from procedures.action import Done as CarriedOut
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Point
from results.entry import (
    Abandoned,
    Begun,
    Concluded,
    Done,
    Entry,
    Kept,
    Noted,
    Reported,
    SeriesClosed,
    SeriesOpened,
)


class Log(Protocol):
    """Where entries go; `append` returns only when they are on disk."""

    def append(self, run: str, entry: Entry, *, at: str, elapsed: float) -> Kept:
        """Keep one entry.

        Raises:
            StorageError: nothing was kept; the run must stop.
        """


_place: ContextVar[Place] = ContextVar("place")


class Conductor:
    """Implements `procedures.run.Run` for one run."""

    def __init__(
        self,
        run: str,
        *,
        log: Log,
        history: Sequence[Kept],
        station: Station,
        operator: Operator,
        observers: Sequence[events.Observer],
        clock: Clock,
        zone: str,
        sentence: Callable[[Action], str],
        keyed_step: Quantity | None = None,
    ) -> None:
        """Take up a run whose `RunBegun` is already in the journal.

        Args:
            run: the run's id in the journal.
            log: the journal.
            history: the run's entries so far.
            station: the instruments by role.
            operator: who obeys and answers.
            observers: who watches.
            clock: the run's clock.
            zone: IANA name of the office's time zone, for wall times with their offset.
            sentence: writes an action in the operator's language.
            keyed_step: one scale interval, for the + and − keys where a person keys indications.
        """
        self._run = run
        self._log = log
        self._memory = Memory(history)
        self._station = station
        self._operator = operator
        self._observers = tuple(observers)
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._sentence = sentence
        self._keyed_step = keyed_step
        self._captured: list[str] = []
        self._attention = Attention()

    # ------------------------------------------------------------------ the run as a whole

    async def conduct(self, script: Callable[["Conductor"], Awaitable[Conclusion]]) -> Conclusion:
        """Run the script to its conclusion, as often as retakes ask for it.

        Raises:
            RunInterrupted: left on purpose; the journal keeps everything.
            PlainError: an instrument, a rule or the disk stopped the run; the journal keeps everything.
        """
        for path in self._memory.open_series():
            self._keep(Abandoned(path=path, reason="interrupted"))
            self._tell(events.SeriesLeft(path=path, abandoned=True, reason="interrupted"))
        while True:
            self._captured.clear()
            _place.set(Place())
            try:
                conclusion = await script(self)
            except StartAgain:
                continue
            if self._memory.concluded is None:
                self._keep(Concluded(conclusion=plain(conclusion)))
            self._tell(events.ConclusionReached(conclusion=conclusion))
            return conclusion

    def replay(self, script: Callable[["Conductor"], Coroutine[Any, Any, Conclusion]]) -> Conclusion:
        """Run the script over the history alone: nothing is waited for, nothing is kept.

        Raises:
            DivergenceError: the script decides otherwise than the history says.
            PlainError: whatever log, station or operator say when the script asks for more than the history.
        """
        _place.set(Place())
        running = script(self)
        try:
            running.send(None)
        except StopIteration as end:
            conclusion: Conclusion = end.value
            return conclusion
        running.close()
        raise _answer_error("replay", "an answer without waiting")

    def request_retake(self, reason: str, note: str = "", by: str = "") -> bool:
        """Abandon the last captured step with a reason and do it again; False when there is none."""
        if not self._captured or self._attention.wished:
            return False
        step = self._captured[-1]
        self._keep(Abandoned(path=step, reason=reason, note=note, by=by))
        self._tell(events.SeriesLeft(path=step, abandoned=True, reason=reason))
        self._attention.interrupt(StartAgain())
        return True

    def request_pause(self) -> None:
        """Leave the run at the next chance."""
        self._attention.interrupt(RunInterrupted())

    # ------------------------------------------------------------------ procedures.run.Run

    def series(self, name: str) -> AbstractAsyncContextManager[None]:
        """See `procedures.run.Run`."""
        return self._series(name)

    @asynccontextmanager
    async def _series(self, name: str) -> AsyncIterator[None]:
        outer = _place.get()
        path = self._memory.attempt(outer.inside(name))
        if not self._memory.is_open(path):
            self._keep(SeriesOpened(path=path))
        self._tell(events.SeriesEntered(path=path))
        _place.set(Place(path))
        yield
        _place.set(outer)
        if not self._memory.is_closed(path):
            self._keep(SeriesClosed(path=path))
        self._tell(events.SeriesLeft(path=path))

    def step(self, label: str) -> AbstractAsyncContextManager[None]:
        """See `procedures.run.Run`."""
        return self._step(label)

    @asynccontextmanager
    async def _step(self, label: str) -> AsyncIterator[None]:
        outer = _place.get()
        here = Place(self._memory.attempt(outer.inside(label)))
        self._tell(events.StepEntered(path=here.path))
        _place.set(here)
        yield
        _place.set(outer)

    async def settled(
        self, role: str, *, expect: Quantity | None = None, high_resolution: bool = False
    ) -> Reading:
        """See `procedures.run.Run`."""
        arguments = {"role": role, "high_resolution": high_resolution}
        path = _place.get().effect("settled")
        kept = self._memory.result(path, "settled", arguments)
        if kept is not None:
            reading = notation.from_builtins(kept.result, Reading)
        else:
            reading, samples = await self._observe(path, role, expect, high_resolution=high_resolution)
            self._keep(
                Done(
                    path=path,
                    verb="settled",
                    arguments=arguments,
                    result=plain(reading),
                    samples=tuple(plain(sample) for sample in samples),
                )
            )
        here = _place.get()
        here.last_reading = path
        if here.path not in self._captured:
            self._captured.append(here.path)
        self._tell(events.Captured(path=path, reading=reading, replayed=kept is not None))
        return reading

    async def _observe(
        self, path: str, role: str, expect: Quantity | None, *, high_resolution: bool
    ) -> tuple[Reading, tuple[Reading, ...]]:
        """Read at rest; when the instrument cannot, ask the operator whether to try again.

        Raises:
            InstrumentError: it cannot, and the operator leaves it at that.
        """
        bound = self._station.bound(role)
        if bound.device is None:
            return await self._key(path, role, expect), ()
        while True:
            self._tell(events.Settling(path=path, role=role))
            try:
                found = await self._attention.attend(
                    bound.device.settled(bound.settle, high_resolution=high_resolution)
                )
            except InstrumentError as trouble:
                self._keep(Noted(what="instrument_trouble", facts={"path": path, "code": trouble.code}))
                question = Choose(
                    question="instrument_trouble",
                    choices=("try_again", "leave"),
                    facts={"message": trouble.message, "remedy": trouble.remedy},
                )
                if await self._ask_operator(f"{path}/trouble", question) != Choice("try_again"):
                    raise
            else:
                return found.reading, found.samples

    async def _key(self, path: str, role: str, expect: Quantity | None) -> Reading:
        bound = self._station.bound(role)
        answer = await self._ask_operator(
            path, KeyIndication(role=role, expect=expect, step=self._keyed_step)
        )
        if not isinstance(answer, Keyed):
            raise _answer_error(path, "a quantity")
        return Reading(
            instrument=bound.name,
            indication=answer.quantity,
            stability=Stability.NOT_REPORTED,
            origin=Origin.MANUAL,
            driver=DriverMark(id=bound.driver.mark.id, digest=bound.driver.mark.digest),
            received_at=self._clock.utc(),
            elapsed=self._clock.monotonic(),
        )

    async def instruct(self, action: Instruction) -> None:
        """See `procedures.run.Run`."""
        answer = await self._prompted("instruct", action)
        if answer != CarriedOut():
            raise _answer_error(_place.get().path, "done")

    async def ask(self, question: Question) -> Answer:
        """See `procedures.run.Run`."""
        return await self._prompted("ask", question)

    async def _prompted(self, verb: str, action: Action) -> Answer:
        arguments = plain(action)
        path = _place.get().effect(arguments["action"])
        kept = self._memory.result(path, verb, arguments)
        if kept is not None:
            return notation.from_builtins(kept.result, Answer)  # type: ignore[arg-type]  # a union is no class
        self._keep(Begun(path=path, verb=verb, arguments=arguments))
        answer = await self._ask_operator(path, action)
        self._keep(Done(path=path, verb=verb, arguments=arguments, result=plain(answer)))
        self._tell(events.Answered(path=path))
        return answer

    async def _ask_operator(self, path: str, action: Action) -> Answer:
        prompt = Prompt.of(path, action, self._sentence(action))
        self._tell(events.Prompted(prompt=prompt))
        return await self._attention.attend(self._operator.answer(prompt))

    async def act(self, role: str, command: str) -> None:
        """See `procedures.run.Run`."""
        arguments = {"role": role, "command": command}
        path = _place.get().effect(command)
        if self._memory.result(path, "act", arguments) is not None:
            return
        device = self._station.bound(role).device
        if device is None:
            raise ProcedureError(
                "procedure.command_without_port",
                "{role} has no port, so it cannot be told to {command}.",
                "Ask the operator to do it by hand.",
                role=role,
                command=command,
            )
        self._keep(Begun(path=path, verb="act", arguments=arguments))
        await self._attention.attend(device.command(command))
        self._keep(Done(path=path, verb="act", arguments=arguments))

    async def now(self) -> datetime:
        """See `procedures.run.Run`."""
        path = _place.get().effect("now")
        kept = self._memory.result(path, "now", {})
        if kept is not None:
            return datetime.fromisoformat(str(kept.result))
        moment = self._clock.utc().astimezone(self._zone)
        self._keep(Done(path=path, verb="now", arguments={}, result=moment.isoformat()))
        return moment

    async def report(self, point: Point) -> None:
        """See `procedures.run.Run`."""
        path = _place.get().effect("point")
        content = plain(point)
        replayed = self._memory.has_point(path, content)
        if not replayed:
            self._keep(Reported(path=path, point=content))
        self._tell(events.Decided(path=path, point=point, replayed=replayed))

    def path(self) -> str:
        """See `procedures.run.Run`."""
        return _place.get().last_reading

    # ------------------------------------------------------------------ journal and observers

    def _keep(self, entry: Entry) -> None:
        at = self._clock.utc().astimezone(self._zone).isoformat()
        self._log.append(self._run, entry, at=at, elapsed=self._clock.monotonic())
        self._memory.take(entry)

    def _tell(self, event: events.Event) -> None:
        for observer in self._observers:
            observer.notice(event)


def _answer_error(path: str, wanted: str) -> ProcedureError:
    return ProcedureError(
        "operator.answer",
        "The answer at {path} is of the wrong kind; expected {wanted}.",
        "Answer again; the run is kept.",
        path=path,
        wanted=wanted,
    )
