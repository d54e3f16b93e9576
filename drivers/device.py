"""One instrument in use: a driver, a line and a clock give readings, readings at rest, and commands done.

Nothing is handed out that arrived before it was asked for, and nothing that the instrument refused to show.
"""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from drivers.clock import Clock
from drivers.conversation import Conversation
from drivers.errors import InstrumentError, LinkLostError
from drivers.hearing import Hearing, Latest, Listener
from drivers.identity import Told, told_by
from drivers.instrument import Driver, commands_of, inquiries_of, told
from drivers.interviewing import Interviewing
from drivers.polling import Polling
from drivers.protocols import Acknowledged, Refused
from drivers.query_driver import Interviewee
from drivers.reading import Origin, Reading
from drivers.settling import Settled, SettleRule, Window
from drivers.silence import no_command, no_indication, not_settled, silent
from drivers.talk import Inquirer, Talk
from drivers.transports import Transport
from drivers.transports.bus_unit import BusUnit

_REST: Final = SettleRule()


class Device:
    """An instrument on its line; `start` it, and `close` it in the end."""

    def __init__(
        self, name: str, driver: Driver, line: Transport | BusUnit, clock: Clock, *, origin: Origin
    ) -> None:
        """Join the parts; nothing is opened yet.

        Args:
            name: the instrument's name in the laboratory file.
            driver: how it is spoken to.
            line: its line, or its place on a Modbus bus; owned from now on.
            clock: the run's clock.
            origin: what stands at the other end of the line.
        """
        self._name = name
        self._driver = driver
        self._line = line
        self._clock = clock
        self._origin = origin
        self._talk: Talk | None = None
        self._pump: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._hearing = Hearing(name, driver, clock, origin=origin)

    @property
    def name(self) -> str:
        """The instrument's name in the laboratory file."""
        return self._name

    @property
    def driver(self) -> Driver:
        """How it is spoken to."""
        return self._driver

    @property
    def origin(self) -> Origin:
        """What stands at the other end of the line."""
        return self._origin

    @property
    def shares_line(self) -> bool:
        """Whether other instruments talk on the same bus."""
        return isinstance(self._line, BusUnit)

    @property
    def latest(self) -> Latest | None:
        """The last reading or refusal with its age; None before the first one."""
        return self._hearing.latest

    @property
    def lost(self) -> LinkLostError | None:
        """Why the line is down now; None while it is up."""
        return self._hearing.lost

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far because they belong to no frame."""
        return self._talk.skipped if self._talk else 0

    async def start(self) -> None:
        """Open the line and begin to talk; a line that is down is tried again until `close`."""
        if self._pump is not None:
            return
        if isinstance(self._line, BusUnit):
            self._talk = Polling(self._name, self._line, self._clock, self._hearing.hear)
        elif isinstance(self._driver, Interviewee):
            self._talk = Interviewing(self._driver, self._line, self._clock, self._hearing.hear)
        else:
            self._talk = Conversation(self._driver, self._line, self._clock, self._hearing.hear)
        self._pump = asyncio.create_task(self._talk.run(), name=f"talks to {self._name}")
        try:
            await self._talk.ready()
        except LinkLostError as lost:
            self._hearing.lost = lost  # told to whoever asks for a reading

    async def close(self) -> None:
        """End the talk and give the line back; closing twice is harmless."""
        pump, self._pump = self._pump, None
        if pump is not None and self._talk is not None:
            self._talk.end()
            pump.cancel()
            await asyncio.wait([pump])
            if not pump.cancelled() and (crash := pump.exception()) is not None:
                raise crash

    def subscribe(
        self, callback: Callable[[Reading | Refused], None], *, channel: str | None = None
    ) -> Callable[[], None]:
        """Have readings and refusals of a channel told to `callback`; the result ends the subscription."""
        return self._hearing.subscribe(self._channel(channel), callback)

    async def read(self, *, channel: str | None = None) -> Reading:
        """The first reading whose frame was asked for, or began, after this call.

        Args:
            channel: which quantity; None: the instrument's main one.

        Raises:
            LinkLostError: the line is gone.
            InstrumentError: silent, or it refuses to show a weight.
        """
        wanted = self._channel(channel)
        async with self._turn:
            talk = await self._ready()
            began = self._clock.monotonic()
            deadline = began + talk.patience_s
            refused: Refused | None = None
            with self._hearing.listening() as listener:
                while True:
                    try:
                        value, arrival = await listener.next(wanted, deadline)
                    except TimeoutError:
                        if refused is not None:
                            raise no_indication(self._name, refused) from None
                        raise self._silent(bytes_came=talk.last_byte_at > began) from None
                    if isinstance(value, Refused):
                        refused = value
                    elif arrival.begun >= began:
                        return value

    async def settled(
        self, rule: SettleRule = _REST, *, high_resolution: bool = False, channel: str | None = None
    ) -> Settled:
        """A reading at rest with the frames that prove it; all of them arrived after this call.

        Args:
            rule: what counts as rest.
            high_resolution: ask for the extended display, and accept nothing else.
            channel: which quantity; None: the instrument's main one.

        Raises:
            LinkLostError: the line is gone.
            NotSettledError: no rest within the rule's time; the facts say why.
            InstrumentError: silent, or without an extended display.
        """
        if high_resolution:
            self._check_high_resolution()
        wanted = self._channel(channel)
        window = Window(rule, high_resolution=high_resolution)
        async with self._turn:
            talk = await self._ready()
            talk.high_resolution = high_resolution
            try:
                with self._hearing.listening() as listener:
                    return await self._rest(talk, listener, rule, window, wanted)
            finally:
                talk.high_resolution = False

    async def told(self) -> Told:
        """What the instrument says of itself now; a reading comes first, so that a dead one is told.

        Raises:
            LinkLostError: the line is gone.
            InstrumentError: no reading; or it does not answer what its driver says that it can be asked.
        """
        reading = await self.read()
        inquiries = inquiries_of(self._driver)
        if not inquiries:
            return told_by(self._driver, reading.frame)
        answers = []
        async with self._turn:
            talk = await self._ready()
            if isinstance(talk, Inquirer):
                answers = [await talk.inquire(inquiry) for inquiry in inquiries]
        return told_by(self._driver, b"\n".join(answers))

    @property
    def commands(self) -> tuple[str, ...]:
        """The names of all commands that it takes."""
        return commands_of(self._driver)

    async def command(self, name: str, numbers: Mapping[str, Decimal] | None = None) -> Acknowledged | None:
        """Send a declared command and wait until it is done; None where the instrument gives no answer.

        Args:
            name: as its driver declares it.
            numbers: those that the command takes, by name.

        Raises:
            LinkLostError: the line is gone.
            InstrumentError: not declared, refused, or not answered.
            DescriptionError: the instrument cannot be told these numbers.
        """
        driver = told(self._driver, name, numbers or {})
        command = driver.commands.get(name)
        if command is None:
            raise no_command(self._name, name, self.commands)
        async with self._turn:
            talk = await self._ready()
            if isinstance(talk, Interviewing) and isinstance(driver, Interviewee):
                return await talk.carry_out(name, driver.order(name))
            return await talk.command(name, command)

    async def _rest(
        self, talk: Talk, listener: Listener, rule: SettleRule, window: Window, wanted: str
    ) -> Settled:
        began = last_heard = self._clock.monotonic()
        deadline = began + rule.timeout_s
        while True:
            try:
                until = min(deadline, last_heard + talk.patience_s)
                value, arrival = await listener.next(wanted, until)
            except TimeoutError:
                if self._clock.monotonic() >= deadline and last_heard > began:
                    raise not_settled(self._name, rule, window) from None
                raise self._silent(bytes_came=talk.last_byte_at > last_heard) from None
            last_heard = self._clock.monotonic()
            if isinstance(value, Refused):
                window.refuse(value)
            elif arrival.begun >= began:
                proof = window.take(value)
                if proof is not None and last_heard - arrival.at <= rule.freshness_s:
                    return proof
            if last_heard >= deadline:
                raise not_settled(self._name, rule, window)

    def _silent(self, *, bytes_came: bool) -> InstrumentError:
        unit = self._line.unit if isinstance(self._line, BusUnit) else None
        return silent(self._name, bytes_came=bytes_came, unit=unit)

    async def _ready(self) -> Talk:
        if self._talk is None:
            raise RuntimeError(f"{self._name} is used before start()")
        await self._talk.ready(wanted=True)
        self._hearing.lost = None
        return self._talk

    def _channel(self, name: str | None) -> str:
        names = self._driver.channels
        if name is None or name in names:
            return names[0] if name is None else name
        raise InstrumentError(
            "device.no_channel",
            "{instrument} has no quantity {channel}; it has {channels}.",
            "Write one of those names, or none for the first.",
            instrument=self._name,
            channel=name,
            channels=", ".join(filter(None, names)) or "only one, without a name",
        )

    def _check_high_resolution(self) -> None:
        if not self._driver.has_high_resolution or self._driver.request(high_resolution=True) is None:
            raise InstrumentError(
                "device.no_high_resolution",
                "{instrument} cannot be asked for its extended display.",
                "Find the rounding error with small weights of 0.1 e instead.",
                instrument=self._name,
            )
