"""What one instrument says, told to all who wait for it and all who watch it, and the last of it kept."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.clock import Clock, within
from drivers.errors import LinkLostError
from drivers.instrument import Driver, wraps_at
from drivers.protocols import Acknowledged, Indicated, Measured, Refused
from drivers.reading import Origin, Reading
from drivers.talk import Arrival

Said = tuple[str, Reading | Refused, Arrival]
"""a quantity's name, what was shown of it, and when"""
_Subscription = tuple[str, Callable[[Reading | Refused], None]]


@dataclass(frozen=True, slots=True)
class Latest:
    """The last thing an instrument said."""

    value: Reading | Refused
    age_s: float


class Listener:
    """Somebody who waits: hears all that is said from now on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: asyncio.Queue[Said | Exception] = asyncio.Queue()

    def hear(self, said: Said | Exception) -> None:
        """Take what is said."""
        self._heard.put_nowait(said)

    async def next(self, channel: str, deadline: float) -> tuple[Reading | Refused, Arrival]:
        """The next reading or refusal of a quantity.

        Raises:
            TimeoutError: none before the deadline, a time of the clock.
            PlainError: the line is lost, or the talk is over.
        """
        while True:
            left = max(0.0, deadline - self._clock.monotonic())
            said = await within(self._clock, left, self._heard.get())
            if isinstance(said, Exception):
                raise said
            name, value, arrival = said
            if name == channel:
                return value, arrival


class Hearing:
    """Makes readings of what arrives from one instrument, and hands them out."""

    def __init__(self, name: str, driver: Driver, clock: Clock, *, origin: Origin) -> None:
        """Keep the parts; `hear` is what a talk delivers to.

        Args:
            name: the instrument's name in the laboratory file.
            driver: how it is spoken to.
            clock: the run's clock.
            origin: what stands at the other end of the line.
        """
        self._name = name
        self._driver = driver
        self._clock = clock
        self._origin = origin
        self._listeners: list[Listener] = []
        self._subscribers: list[_Subscription] = []
        self._last: tuple[Reading | Refused, float] | None = None
        self.lost: LinkLostError | None = None
        """why the line is down now; None while it is up"""

    @property
    def latest(self) -> Latest | None:
        """The last reading or refusal of the main quantity with its age; None before the first one."""
        if self._last is None:
            return None
        value, at = self._last
        return Latest(value, self._clock.monotonic() - at)

    def subscribe(self, channel: str, callback: Callable[[Reading | Refused], None]) -> Callable[[], None]:
        """Have readings and refusals of a quantity told to `callback`; the result ends the subscription."""
        subscription = channel, callback
        self._subscribers.append(subscription)

        def leave() -> None:
            if subscription in self._subscribers:
                self._subscribers.remove(subscription)

        return leave

    @contextmanager
    def listening(self) -> Generator[Listener]:
        """Somebody who hears all that is said meanwhile."""
        listener = Listener(self._clock)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    def hear(self, said: Arrival | Exception) -> None:
        """Take what a talk delivers."""
        if isinstance(said, Exception):
            self.lost = said if isinstance(said, LinkLostError) else None
            for listener in self._listeners:
                listener.hear(said)
            return
        self.lost = None
        if isinstance(said.event, Measured):
            for channel, event in said.event.values.items():
                self._tell(channel, self._value(event, said, channel), said)
        else:
            self._tell("", self._value(said.event, said, ""), said)

    def _tell(self, channel: str, value: Reading | Refused, said: Arrival) -> None:
        if channel == self._driver.channels[0]:
            self._last = value, said.at
        for listener in self._listeners:
            listener.hear((channel, value, said))
        for subscription in self._subscribers:
            if subscription[0] == channel:
                # Through the loop: a failing screen is reported there and never stops the talk.
                asyncio.get_running_loop().call_soon(self._tell_subscriber, subscription, value)

    def _tell_subscriber(self, subscription: _Subscription, value: Reading | Refused) -> None:
        if subscription in self._subscribers:  # it may have left since
            subscription[1](value)

    def _value(
        self, event: Indicated | Refused | Acknowledged, arrival: Arrival, channel: str
    ) -> Reading | Refused:
        match event:
            case Indicated() as shown:
                return Reading(
                    instrument=self._name,
                    indication=shown.indication,
                    stability=shown.stability,
                    kind=shown.kind,
                    high_resolution=shown.high_resolution,
                    origin=self._origin,
                    frame=shown.frame,
                    driver=self._driver.mark,
                    received_at=arrival.at_utc.replace(microsecond=arrival.at_utc.microsecond // 1000 * 1000),
                    elapsed=round(arrival.at, 3),
                    channel=channel,
                    wraps_at=wraps_at(self._driver, channel),
                )
            case Refused() as refused:
                return refused
            case Acknowledged():
                raise TypeError("an answer to a command is no reading")
