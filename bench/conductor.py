"""The conductor: carries out a script's effects, each journaled on disk before the script goes on.

A script is replayed from the top after a crash and after a retake alike; whatever the journal holds is
returned without touching an instrument or asking a person (decision 0002).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from bench import events
from bench.asking import Asking
from bench.attention import Attention, RunInterrupted, StartAgain
from bench.book import Book, Log
from bench.observing import Observing, answer_error
from bench.operator import Operator
from bench.place import Place
from bench.replay import INTERRUPTED, KeptAnswer
from bench.station import Station
from drivers import notation
from drivers.clock import Clock
from drivers.notation import to_plain
from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.action import Action, Answer, Choice, Choose, Instruction, Question
from procedures.action import Done as CarriedOut
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Point
from procedures.run import Watched
from results.entry import AFTER_RETAKE, Begun, Done, Kept, Noted, Reported, SeriesClosed, SeriesOpened
from results.gathered import gather
from results.kept_reading import keep_watched, watched_of

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
        self._book = Book(run, log=log, history=history, observers=observers, clock=clock, zone=zone)
        self._station = station
        self._captured: dict[str, None] = {}  # steps in order, of which something was read, keyed or picked
        self._attention = Attention()
        self.ask_operator = Asking(operator, sentence, book=self._book, attention=self._attention)
        self._observing = Observing(
            station,
            book=self._book,
            attention=self._attention,
            ask=self.ask_operator,
            keyed_step=keyed_step,
        )
        self._current = ""

    async def conduct(self, script: Callable[["Conductor"], Awaitable[Conclusion]]) -> Conclusion:
        """Run the script to its conclusion, as often as retakes ask for it.

        Raises:
            RunInterrupted: left on purpose; the journal keeps everything.
            PlainError: an instrument, a rule or the disk stopped the run; the journal keeps everything.
        """
        for path in self._book.memory.open_series():
            self._book.abandon(path, INTERRUPTED)
        while True:
            self._captured.clear()
            self._current = ""
            _place.set(Place())
            try:
                conclusion = await script(self)
            except StartAgain:
                continue
            self._book.conclude(to_plain(conclusion))
            self._book.tell(events.ConclusionReached(conclusion=conclusion))
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
            return cast("Conclusion", end.value)
        running.close()
        raise answer_error("replay", "an answer without waiting")

    def request_retake(self, reason: str, note: str = "", by: str = "") -> bool:
        """Abandon the last step with an answer or a reading, with a reason; False when there is none.

        A step that was begun meanwhile is begun again too: its load is no longer where it was put.
        `events.MISTYPED` asks the last answer alone again: whoever says so says that all stands as it stood.
        """
        alone = reason == events.MISTYPED
        step = self.last_answer if alone else next(reversed(self._captured), "")
        if not step or self._attention.wished or self._book.memory.concluded is not None:
            return False
        self._book.abandon(step, reason, note=note, by=by)
        begun = self._current
        if not alone and begun not in {"", step} and self._book.memory.has_effect(begun):
            self._book.abandon(begun, AFTER_RETAKE, by=by)
        self._attention.interrupt(StartAgain())
        return True

    @property
    def last_answer(self) -> str:
        """See `Memory.last_answer`."""
        return self._book.memory.last_answer

    def request_pause(self) -> None:
        """Leave the run at the next chance."""
        self._attention.interrupt(RunInterrupted())

    def series(self, name: str) -> AbstractAsyncContextManager[None]:
        """See `procedures.run.Run`."""
        return self._series(name)

    @asynccontextmanager
    async def _series(self, name: str) -> AsyncIterator[None]:
        outer = _place.get()
        path = self._book.memory.attempt(outer.inside(name))
        if not self._book.memory.is_open(path):
            self._book.keep(SeriesOpened(path=path))
        self._book.tell(events.SeriesEntered(path=path))
        _place.set(Place(path))
        yield
        _place.set(outer)
        if not self._book.memory.is_closed(path):
            self._book.keep(SeriesClosed(path=path))
        self._book.tell(events.SeriesLeft(path=path))

    def step(self, label: str) -> AbstractAsyncContextManager[None]:
        """See `procedures.run.Run`."""
        return self._step(label)

    @asynccontextmanager
    async def _step(self, label: str) -> AsyncIterator[None]:
        outer = _place.get()
        here = Place(self._book.memory.attempt(outer.inside(label)))
        self._book.tell(events.StepEntered(path=here.path))
        _place.set(here)
        self._current = here.path
        yield
        self._current = ""
        _place.set(outer)

    async def settled(
        self,
        role: str,
        *,
        expect: Quantity | None = None,
        high_resolution: bool = False,
        channel: str | None = None,
        step: Quantity | None = None,
    ) -> Reading:
        """See `procedures.run.Run`."""
        arguments: dict[str, Any] = {"role": role, "high_resolution": high_resolution}
        if channel is not None:
            arguments["channel"] = channel
        path = self._effect("settled")
        kept = self._book.memory.result(path, "settled", arguments)
        if kept is not None:
            reading = notation.from_builtins(kept.result, Reading)
        else:
            reading, samples = await self._observing.settled(
                path, role, expect=expect, high_resolution=high_resolution, channel=channel, step=step
            )
            self._book.keep(
                Done(
                    path=path,
                    verb="settled",
                    arguments=arguments,
                    result=to_plain(reading),
                    samples=gather([to_plain(sample) for sample in samples]),
                )
            )
        self._capture(path, (reading,), replayed=kept is not None)
        return reading

    async def watched(
        self,
        roles: Sequence[str],
        action: Instruction,
        *,
        steps: Mapping[str, Quantity] | None = None,
        every_s: float = 1.0,
    ) -> dict[str, Watched]:
        """See `procedures.run.Run`."""
        arguments = {"roles": list(roles), "action": to_plain(action)}
        path = self._effect("watched")
        kept = self._book.memory.result(path, "watched", arguments)
        if kept is not None:
            seen = watched_of(kept)
        else:
            self._book.keep(Begun(path=path, verb="watched", arguments=arguments))
            seen = await self._observing.watched(path, roles, action, steps or {}, every_s)
            counts, samples = keep_watched(seen)
            self._book.keep(
                Done(path=path, verb="watched", arguments=arguments, result=counts, samples=samples)
            )
            self._book.tell(events.Answered(path=path))
        last = [one.end or next(iter(reversed(one.during)), None) for one in seen.values()]
        self._capture(path, [reading for reading in last if reading is not None], replayed=kept is not None)
        return seen

    def _capture(self, path: str, readings: Iterable[Reading], *, replayed: bool) -> None:
        here = _place.get()
        here.last_reading = path
        self._captured.setdefault(here.path)
        for reading in readings:
            self._book.tell(events.Captured(path=path, reading=reading, replayed=replayed))

    async def instruct(self, action: Instruction) -> None:
        """See `procedures.run.Run`."""
        answer = await self._prompted("instruct", action)
        if answer != CarriedOut():
            raise answer_error(_place.get().path, "done")

    async def ask(self, question: Question) -> Answer:
        """See `procedures.run.Run`."""
        answer = await self._prompted("ask", question)
        self._captured.setdefault(_place.get().path)
        return answer

    def _effect(self, verb: str) -> str:
        return self._book.memory.attempt(_place.get().effect(verb))

    async def _prompted(self, verb: str, action: Action) -> Answer:
        arguments = to_plain(action)
        path = self._effect(arguments["action"])
        kept = self._book.memory.result(path, verb, arguments)
        if kept is not None:
            return notation.from_builtins({"answer": kept.result}, KeptAnswer).answer
        self._book.keep(Begun(path=path, verb=verb, arguments=arguments))
        answer = await self.ask_operator(path, action)
        self._book.keep(Done(path=path, verb=verb, arguments=arguments, result=to_plain(answer)))
        self._book.tell(events.Answered(path=path))
        return answer

    def keep(self, note: Noted) -> None:
        """Keep a note of the run that is no effect of its script.

        Raises:
            StorageError: it is not on the disk.
        """
        self._book.keep(note)

    async def offered(self, role: str) -> tuple[str, ...] | None:
        """See `procedures.run.Run`."""
        path = self._effect("offered")
        arguments = {"role": role}
        kept = self._book.memory.result(path, "offered", arguments)
        if kept is None:
            device = bound.device if (bound := self._station.find(role)) is not None else None
            taken = None if device is None else list(device.commands)
            kept = Done(path=path, verb="offered", arguments=arguments, result=taken)
            self._book.keep(kept)
        return None if kept.result is None else tuple(kept.result)

    async def act(self, role: str, command: str, **numbers: Decimal) -> None:
        """See `procedures.run.Run`."""
        arguments: dict[str, Any] = {"role": role, "command": command}
        if numbers:
            arguments["numbers"] = {name: f"{number:f}" for name, number in numbers.items()}
        path = self._effect(command)
        if self._book.memory.result(path, "act", arguments) is not None:
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
        if path in self._book.memory.in_doubt:
            question = Choose(question="in_doubt", choices=("done", "not_done"), facts={"command": command})
            if await self.ask_operator(f"{path}/doubt", question) == Choice("done"):
                self._book.keep(Done(path=path, verb="act", arguments=arguments))
                return
        self._book.keep(Begun(path=path, verb="act", arguments=arguments))
        await self._attention.attend(device.command(command, numbers))
        self._book.keep(Done(path=path, verb="act", arguments=arguments))

    async def now(self) -> datetime:
        """See `procedures.run.Run`."""
        path = self._effect("now")
        kept = self._book.memory.result(path, "now", {})
        if kept is not None:
            return datetime.fromisoformat(str(kept.result))
        moment = self._book.now()
        self._book.keep(Done(path=path, verb="now", arguments={}, result=moment.isoformat()))
        return moment

    async def report(self, point: Point) -> None:
        """See `procedures.run.Run`."""
        path = _place.get().effect("point")
        content = to_plain(point)
        replayed = self._book.memory.has_point(path, content)
        if not replayed:
            self._book.keep(Reported(path=path, point=content))
        self._book.tell(events.Decided(path=path, point=point, replayed=replayed))

    def path(self) -> str:
        """See `procedures.run.Run`."""
        return _place.get().last_reading
