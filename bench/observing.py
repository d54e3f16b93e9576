"""Reading instruments for a run: at rest, or while something is done; by eye where there is no port.

A role that no instrument of the laboratory has is read by a person: ten meters on a bench need no entry each.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeVar

from bench import events
from bench.attention import Attention
from bench.book import Book
from bench.station import Bound, Station
from drivers import catalogue
from drivers.errors import InstrumentError, LinkLostError, UnitError
from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from drivers.settling import SettleRule
from procedures.action import (
    Action,
    Answer,
    Choice,
    Choose,
    DeliverVolume,
    Instruction,
    Keyed,
    KeyIndication,
)
from procedures.action import Done as CarriedOut
from procedures.errors import ProcedureError
from procedures.run import Watched
from results.entry import LINK_BACK, LINK_LOST, Noted
from results.kept_reading import role_of

T = TypeVar("T")

Ask = Callable[[str, Action], Awaitable[Answer]]

_KEYED_DRIVER: Final = "manual"
_UUT: Final = "uut"
_LINK_PATIENCE_S: Final = 60.0
"""a cable that was pulled out is put back in this time, or somebody is asked"""
_LINK_RETRY_S: Final = 0.5


class Observing:
    """The instruments of one run."""

    def __init__(
        self, station: Station, *, book: Book, attention: Attention, ask: Ask, keyed_step: Quantity | None
    ) -> None:
        """Take the instruments by role, and whom to ask where one cannot be read.

        Args:
            station: the instruments by role.
            book: where trouble is noted.
            attention: what may break off any waiting.
            ask: asks the operator under a path.
            keyed_step: one scale interval of the instrument under test, for the + and − keys.
        """
        self._station = station
        self._book = book
        self._attention = attention
        self._ask = ask
        self._keyed_step = keyed_step

    async def settled(
        self,
        path: str,
        role: str,
        *,
        expect: Quantity | None,
        high_resolution: bool,
        channel: str | None,
        step: Quantity | None,
    ) -> tuple[Reading, tuple[Reading, ...]]:
        """A reading at rest and the samples that prove it.

        Raises:
            InstrumentError: it cannot be read, and the operator leaves it at that.
        """
        bound = self._bound(role)
        device = bound.device
        if device is None:
            return await self._key(path, role, bound, expect=expect, step=step), ()
        self._book.tell(events.Settling(path=path, role=role))
        found = await self._patiently(
            path,
            role,
            lambda: device.settled(
                bound.settle, high_resolution=high_resolution, channel=channel or bound.channel
            ),
        )
        return found.reading, found.samples

    async def watched(
        self,
        path: str,
        roles: Sequence[str],
        action: Instruction,
        steps: Mapping[str, Quantity],
        every_s: float,
    ) -> dict[str, Watched]:
        """Have `action` done while the instruments are read; see `procedures.run.Run.watched`.

        Raises:
            InstrumentError: one cannot be read before or after, and the operator leaves it at that.
            ProcedureError: the action was not answered with done.
        """
        starts = {name: await self._fresh(f"{path}/{name}", name) for name in roles}
        logs = {name: _Log(every_s) for name in roles}
        leave = [self._listen(name, logs[name]) for name in roles if starts[name] is not None]
        by_eye = [name for name in roles if starts[name] is None]
        keyed: dict[str, Reading] = {}
        try:
            if by_eye and isinstance(action, DeliverVolume):
                begin, action = action.halves
                await self._carried_out(f"{path}/begin", begin)
                keyed = await self._all_keyed(path, by_eye, steps)
            await self._carried_out(path, action)
        finally:
            for stop in leave:
                stop()
        keyed = keyed or await self._all_keyed(path, by_eye, steps)
        seen = {}
        for name in roles:
            start = starts[name]
            if start is None:
                seen[name] = Watched(during=(keyed[name],))
            else:
                end = await self._fresh(f"{path}/{name}/end", name)
                seen[name] = Watched(start=start, during=tuple(logs[name].kept), end=end)
        return seen

    async def _carried_out(self, path: str, action: Instruction) -> None:
        if await self._ask(path, action) != CarriedOut():
            raise answer_error(path, "done")

    async def _all_keyed(
        self, path: str, names: Sequence[str], steps: Mapping[str, Quantity]
    ) -> dict[str, Reading]:
        """What a person reads by eye, one after the other."""
        return {
            name: await self._key(
                f"{path}/{name}", role_of(name), self._bound(role_of(name)), step=steps.get(name)
            )
            for name in names
        }

    def _bound(self, role: str) -> Bound:
        """The instrument of a role, or a person's eyes."""
        bound = self._station.find(role)
        if bound is not None:
            return bound
        driver = catalogue.load(_KEYED_DRIVER)
        return Bound(
            name=role,
            driver=driver,
            driver_text=driver.text,
            port="",
            serial="",
            origin=Origin.MANUAL,
            settle=SettleRule(),
            device=None,
        )

    async def _fresh(self, path: str, name: str) -> Reading | None:
        """The next reading of an instrument; None: it has no port."""
        bound = self._bound(role_of(name))
        device = bound.device
        if device is None:
            return None
        channel = _channel_of(name) or bound.channel
        return await self._patiently(path, role_of(name), lambda: device.read(channel=channel))

    def _listen(self, name: str, log: "_Log") -> Callable[[], None]:
        bound = self._bound(role_of(name))
        if bound.device is None:
            raise AssertionError("only an instrument with a port is listened to")
        return bound.device.subscribe(log.take, channel=_channel_of(name) or bound.channel)

    async def _patiently(self, path: str, role: str, read: Callable[[], Awaitable[T]]) -> T:
        """Read; when the instrument cannot, ask the operator whether to try again.

        Raises:
            InstrumentError: it cannot, and the operator leaves it at that.
        """
        while True:
            try:
                return await self._attention.attend(self._over_a_gap(path, role, read))
            except InstrumentError as trouble:
                self._book.keep(Noted(what="instrument_trouble", facts={"path": path, "code": trouble.code}))
                question = Choose(
                    question="instrument_trouble",
                    choices=("try_again", "leave"),
                    facts={
                        **{name: str(value) for name, value in trouble.facts.items()},
                        "message": trouble.message,
                        "remedy": trouble.remedy,
                        "code": trouble.code,
                    },
                )
                if await self._ask(f"{path}/trouble", question) != Choice("try_again"):
                    raise
                self._book.tell(events.Settling(path=path, role=role))

    async def _over_a_gap(self, path: str, role: str, read: Callable[[], Awaitable[T]]) -> T:
        """Read; when the line is lost, begin anew as soon as it is back, and note the time without it.

        Raises:
            LinkLostError: it did not come back in time.
            InstrumentError: the instrument cannot be read.
        """
        clock = self._book.clock
        lost_at: float | None = None
        while True:
            try:
                found = await read()
            except LinkLostError as lost:
                now = clock.monotonic()
                if lost_at is None:
                    lost_at = now
                    self._book.keep(
                        Noted(what=LINK_LOST, facts={"path": path, "role": role, "code": lost.code})
                    )
                    self._book.tell(events.LinkLost(path=path, role=role))
                if now - lost_at >= _LINK_PATIENCE_S:
                    raise
                await clock.sleep(_LINK_RETRY_S)
                continue
            if lost_at is not None:
                gap_s = round(clock.monotonic() - lost_at, 3)
                self._book.keep(Noted(what=LINK_BACK, facts={"path": path, "role": role, "gap_s": gap_s}))
            return found

    def _step_of(self, role: str) -> Quantity | None:
        return self._keyed_step if role == _UUT else None

    async def _key(
        self,
        path: str,
        role: str,
        bound: Bound,
        *,
        expect: Quantity | None = None,
        step: Quantity | None = None,
    ) -> Reading:
        step = step or self._step_of(role)
        offered = expect if _can_be_shown(expect, step) else None
        answer = await self._ask(path, KeyIndication(role=role, expect=offered, step=step))
        if not isinstance(answer, Keyed):
            raise answer_error(path, "a quantity")
        return Reading(
            instrument=bound.name,
            indication=answer.quantity,
            stability=Stability.NOT_REPORTED,
            origin=Origin.MANUAL,
            driver=DriverMark(id=bound.driver.mark.id, digest=bound.driver.mark.digest),
            received_at=self._book.clock.utc(),
            elapsed=self._book.clock.monotonic(),
        )


class _Log:
    """Readings of one instrument while something is done, no denser than asked for."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self.kept: list[Reading] = []

    def take(self, shown: Reading | Refused) -> None:
        if isinstance(shown, Refused):
            return  # a refusal is no reading; the gap that it leaves is for the procedure to judge
        if not self.kept or shown.elapsed - self.kept[-1].elapsed >= self._every_s:
            self.kept.append(shown)


def _channel_of(name: str) -> str | None:
    return name.partition(":")[2] or None


def answer_error(path: str, wanted: str) -> ProcedureError:
    """The operator's answer is of the wrong kind."""
    return ProcedureError(
        "operator.answer",
        "The answer at {path} is of the wrong kind; expected {wanted}.",
        "Answer again; the run is kept.",
        path=path,
        wanted=wanted,
    )


def _can_be_shown(expect: Quantity | None, step: Quantity | None) -> bool:
    """Whether a display with that step can show exactly this: nothing else is offered as what was read."""
    if expect is None or not step:
        return True
    try:
        expect.counted_in(step)
    except UnitError:
        return False
    return True
