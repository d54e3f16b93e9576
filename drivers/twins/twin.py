"""An instrument played from its driver: the same file that reads its frames writes them.

Bytes take their time on the line, and an instrument that is asked answers only what its driver declares.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.instrument import Driver, inquiries_of
from drivers.protocols import Acknowledged, Event, Measured
from drivers.protocols.inquiry import Inquiry
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.hands import ScaleHands
from drivers.twins.line import TwinLine
from drivers.twins.meter import MeterBody
from drivers.twins.physics import ScaleBody
from drivers.twins.plant import Source
from drivers.twins.played import PlayedInstrument
from drivers.twins.scenario import Scenario, Story
from drivers.twins.settings import TwinSettings
from drivers.twins.spoiling import spoiled

_OTHER_UNITS: Final = ("kg", "g", "t")
_ASK: Final = "ask"
_ASK_FINER: Final = "ask for the extended display"
_NOTHING: Final = Measured(values={}, frame=b"")


class CharacterTwin(PlayedInstrument):
    """A simulated instrument that sends frames of characters."""

    def __init__(
        self,
        driver: Driver,
        clock: Clock,
        line: TwinLine,
        scenario: Scenario,
        *,
        source: Source | None = None,
    ) -> None:
        """Switch the instrument on; its line is not connected yet.

        Raises:
            DescriptionError: the scenario tells of a quantity that it does not have.
        """
        super().__init__(clock, line, driver.line, scenario)
        self._driver = driver
        self._delay_s = _delay_s(scenario)
        self._dialogue = _Dialogue(driver)
        self._inquiries = {f"tell {inquiry.name}": inquiry for inquiry in inquiries_of(driver)}
        self._orders: asyncio.Queue[str] = asyncio.Queue()
        self._stuck: Event | None = None
        self._meter = self._metering(driver, scenario, source)

    def _metering(self, driver: Driver, scenario: Scenario, source: Source | None) -> MeterBody | None:
        return MeterBody(driver, scenario, at=self._began, source=source)

    def tell(self, name: str, story: Story) -> None:
        """Let a quantity follow another story from now on."""
        if self._meter is not None:
            self._meter.tell(name, story, at=self._clock.monotonic())

    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return [self._obey] if self._driver.request() is not None else [self._obey, self._stream]

    def _forget(self) -> None:
        self._dialogue = _Dialogue(self._driver)

    def _receive(self, data: bytes) -> None:
        for order in self._dialogue.understood(data):
            self._orders.put_nowait(order)

    async def _stream(self) -> None:
        due = self._clock.monotonic()
        while True:
            await self._show()
            due = max(due + self._driver.interval_s, self._clock.monotonic())
            await self._clock.sleep(due - self._clock.monotonic())

    async def _obey(self) -> None:
        while True:
            order = await self._orders.get()
            late = self._wrong().get(FaultKind.LATE)
            await self._clock.sleep(self._delay_s + (late.by_s if late else 0.0))
            if order in (_ASK, _ASK_FINER):
                await self._say(Acknowledged(command="", done=True, final=False, frame=b""))
                await self._show(high_resolution=order == _ASK_FINER)
            elif order in self._inquiries:
                await self._tell_of_itself(self._inquiries[order])
            else:
                await self._carry_out(order)

    async def _tell_of_itself(self, inquiry: Inquiry) -> None:
        await self._write(inquiry.answer(self.tells.get(inquiry.tells, inquiry.played)))

    async def _carry_out(self, name: str) -> None:
        command = self._driver.commands[name]
        if command.accepted:
            await self._say(Acknowledged(command=name, done=True, final=False, frame=b""))
        done = self._do(name)
        if command.done if done else command.refused:
            await self._say(Acknowledged(command=name, done=done, frame=b""))

    def _do(self, name: str) -> bool:
        """Carry a declared command out; False when the instrument refuses."""
        del name
        return True

    async def _show(self, *, high_resolution: bool = False) -> None:
        wrong = self._wrong()
        now = self._event(self._clock.monotonic(), wrong, high_resolution=high_resolution)
        self._stuck = (self._stuck or now) if FaultKind.STUCK in wrong else None
        await self._say(self._stuck or now)

    def _event(self, at: float, wrong: Wrong, *, high_resolution: bool) -> Event:
        del high_resolution  # of scales
        return self._meter.event(at=at, wrong=wrong) if self._meter else _NOTHING

    async def _say(self, event: Event) -> None:
        await self._write(self._frame(event))

    async def _write(self, frame: bytes) -> None:
        wrong = self._wrong()
        if FaultKind.SILENT not in wrong:
            await self._send(spoiled(frame, wrong, self._line_settings, self._random))

    def _frame(self, event: Event) -> bytes:
        try:
            return self._driver.render(event)
        except DescriptionError:
            return b""  # formats without an overload mark fall silent on overload


class Twin(ScaleHands, CharacterTwin):
    """A simulated scale; `start` it, load it, and `close` it in the end."""

    def __init__(
        self,
        driver: Driver,
        settings: TwinSettings,
        clock: Clock,
        line: TwinLine,
        *,
        scenario: Scenario | None = None,
        source: Source | None = None,
    ) -> None:
        """Switch the scale on; its line is not connected yet.

        Raises:
            DescriptionError: the driver has no way to write what this scale would show.
        """
        super().__init__(driver, clock, line, scenario or scenario_of(settings))
        self._body: ScaleBody = speakable_body(driver, settings, at=self._began, source=source)
        self._expect(self._began, scenario.hand if scenario else ())

    def _metering(self, driver: Driver, scenario: Scenario, source: Source | None) -> None:
        del driver, scenario, source  # loads move a scale

    def _do(self, name: str) -> bool:
        return self.press(name)

    def _event(self, at: float, wrong: Wrong, *, high_resolution: bool) -> Event:
        return self.seen(at, wrong, self._driver, high_resolution=high_resolution)


class _Dialogue:
    """Finds declared requests and commands in what the other side sends."""

    def __init__(self, driver: Driver) -> None:
        requests = {
            _ASK: driver.request(),
            _ASK_FINER: driver.request(high_resolution=True) if driver.has_high_resolution else None,
        }
        sent = {name: request for name, request in requests.items() if request is not None}
        sent |= {name: command.send for name, command in driver.commands.items()}
        sent |= {f"tell {inquiry.name}": inquiry.send for inquiry in inquiries_of(driver)}
        self._orders = {words: name for name, words in reversed(sent.items())}
        endings = {words[-1:] for words in sent.values() if len(words) > 1}
        self._ending = endings.pop() if len(endings) == 1 else b""
        self._astray = False
        self._heard = b""

    def understood(self, data: bytes) -> Iterator[str]:
        """Whole orders, in turn; a line that is no order is skipped up to its end."""
        self._heard += data
        while self._heard:
            if self._astray:
                _, ended, self._heard = self._heard.partition(self._ending)
                self._astray = not ended
                continue
            words = max(filter(self._heard.startswith, self._orders), key=len, default=b"")
            if words:
                yield self._orders[words]
                self._heard = self._heard[len(words) :]
            elif any(words.startswith(self._heard) for words in self._orders):
                return
            elif self._ending:
                self._astray = True
            else:
                self._heard = self._heard[1:]


def speakable_body(
    driver: Driver, settings: TwinSettings, *, at: float, source: Source | None = None
) -> ScaleBody:
    """A body that shows the unit of d, or the first other unit that is spoken on this line.

    Raises:
        DescriptionError: the driver has no way to write what this instrument would show.
    """
    mistakes = []
    faultless = TwinSettings(
        max=settings.max,
        d=settings.d,
        intervals=settings.intervals,
        ranges=settings.ranges,
        settling_s=Decimal(0),
    )
    several = settings.intervals or settings.ranges
    most = several[-1].max if several else settings.max
    for unit in (None, *_OTHER_UNITS):
        body = ScaleBody(settings, at=at, unit=unit, source=source)
        trial = ScaleBody(faultless, at=at, unit=unit)
        try:
            driver.render(trial.indicated(at=at))
            trial.place(most, at=at)
            driver.render(trial.indicated(at=at))
        except DescriptionError as mistake:
            mistakes.append(mistake)
        else:
            return body
    raise mistakes[0]


def scenario_of(settings: TwinSettings) -> Scenario:
    """The scenario of a scale of which nothing is told but what it is like."""
    return Scenario(seed=settings.seed, scale=settings)


def _delay_s(scenario: Scenario) -> float:
    if scenario.answer_delay_s is None:
        return float(scenario.scale.answer_delay_s)
    return scenario.answer_delay_s
