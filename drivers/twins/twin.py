"""An instrument played from its driver: the same file that reads its frames writes them.

Bytes take their time on the line, and an instrument that is asked answers only what its driver declares.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.instrument import Driver, LineSettings
from drivers.protocols import Acknowledged, Indicated, Refused
from drivers.twins.hands import ScaleHands
from drivers.twins.line import TcpLine, TwinLine, pty_line
from drivers.twins.physics import ScaleBody
from drivers.twins.settings import TwinSettings

_LARGEST_PIECE: Final = 8  # bytes that arrive together; serial adapters hand them over in such pieces
_OTHER_UNITS: Final = ("kg", "g", "t")
_ASK: Final = "ask"
_ASK_FINER: Final = "ask for the extended display"


class Twin(ScaleHands):
    """A simulated instrument on a line; `start` it, load it, and `close` it in the end."""

    def __init__(self, driver: Driver, settings: TwinSettings, clock: Clock, line: TwinLine) -> None:
        """Switch the instrument on; its line is not connected yet.

        Raises:
            DescriptionError: the driver has no way to write what this instrument would show.
        """
        self._driver = driver
        self._settings = settings
        self._clock = clock
        self._line = line
        self._body = speakable_body(driver, settings, at=clock.monotonic())
        self._dialogue = _Dialogue(driver)
        self._orders: asyncio.Queue[str] = asyncio.Queue()
        self._pieces = random.Random(settings.seed)  # noqa: S311 -- cuts frames into pieces, no secret
        self._tasks: list[asyncio.Task[None]] = []
        self._speaking = asyncio.Lock()
        self.deaf = False
        """True: hears nothing and says nothing, as with its cable in the wrong socket"""

    @property
    def address(self) -> str:
        """The port at which it can be connected."""
        return self._line.address

    async def start(self) -> None:
        """Plug it in and let it speak."""
        await self.replug()
        works = [self._obey] if self._driver.request() is not None else [self._obey, self._stream]
        self._tasks = [asyncio.create_task(work()) for work in works]

    async def close(self) -> None:
        """Silence it and free its line."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        await self.unplug()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def unplug(self) -> None:
        """Pull the cable; the scale itself goes on."""
        await self._line.close()

    async def replug(self) -> None:
        """Put the cable back."""
        self._dialogue = _Dialogue(self._driver)
        await self._line.open(self._receive)

    def _receive(self, data: bytes) -> None:
        if not self.deaf:
            for order in self._dialogue.understood(data):
                self._orders.put_nowait(order)

    async def _stream(self) -> None:
        due = self._clock.monotonic()
        while True:
            await self._say(self._body.indicated(at=self._clock.monotonic()))
            due = max(due + self._driver.interval_s, self._clock.monotonic())
            await self._clock.sleep(due - self._clock.monotonic())

    async def _obey(self) -> None:
        while True:
            order = await self._orders.get()
            await self._clock.sleep(float(self._settings.answer_delay_s))
            if order in (_ASK, _ASK_FINER):
                await self._say(Acknowledged(command="", done=True, final=False, frame=b""))
                now = self._clock.monotonic()
                await self._say(self._body.indicated(at=now, high_resolution=order == _ASK_FINER))
            else:
                await self._carry_out(order)

    async def _carry_out(self, name: str) -> None:
        actions = {"zero": self.zero, "tare": self.tare, "clear_tare": self.clear_tare}
        command = self._driver.commands[name]
        if command.accepted:
            await self._say(Acknowledged(command=name, done=True, final=False, frame=b""))
        done = name in actions and actions[name]()
        if command.done if done else command.refused:
            await self._say(Acknowledged(command=name, done=done, frame=b""))

    async def _say(self, event: Indicated | Refused | Acknowledged) -> None:
        frame = self._frame(event)
        seconds_per_byte = bits_per_byte(self._driver.line) / self._driver.line.baud
        async with self._speaking:
            while frame and not self.deaf:
                size = self._pieces.randint(1, _LARGEST_PIECE)
                piece, frame = frame[:size], frame[size:]
                await self._clock.sleep(len(piece) * seconds_per_byte)
                self._line.write(piece)

    def _frame(self, event: Indicated | Refused | Acknowledged) -> bytes:
        try:
            return self._driver.render(event)
        except DescriptionError:
            return b""  # formats without an overload mark fall silent on overload


class _Dialogue:
    """Finds declared requests and commands in what the other side sends."""

    def __init__(self, driver: Driver) -> None:
        requests = {
            _ASK: driver.request(),
            _ASK_FINER: driver.request(high_resolution=True) if driver.has_high_resolution else None,
        }
        sent = {name: request for name, request in requests.items() if request is not None}
        sent |= {name: command.send for name, command in driver.commands.items()}
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


def speakable_body(driver: Driver, settings: TwinSettings, *, at: float) -> ScaleBody:
    """A body that shows the unit of d, or the first other unit that is spoken on this line.

    Raises:
        DescriptionError: the driver has no way to write what this instrument would show.
    """
    mistakes = []
    faultless = TwinSettings(
        max=settings.max, d=settings.d, intervals=settings.intervals, settling_s=Decimal(0)
    )
    most = settings.intervals[-1].max if settings.intervals else settings.max
    for unit in (None, *_OTHER_UNITS):
        body = ScaleBody(settings, at=at, unit=unit)
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


def bits_per_byte(line: LineSettings) -> float:
    """Start bit, data, parity and stop bits."""
    parity = 0 if line.format[1] == "N" else 1
    return 1 + int(line.format[0]) + parity + float(line.format[2:])


async def serve(
    driver: Driver,
    settings: TwinSettings,
    clock: Clock,
    *,
    port: int | None = None,
    link: Path | None = None,
    announce: Callable[[Twin], None],
) -> None:
    """Play an instrument until cancelled.

    Args:
        driver: what it speaks.
        settings: what it is like.
        clock: time.
        port: TCP port number, 0 for any; None: a pseudo-terminal.
        link: path that shall point at the pseudo-terminal.
        announce: told the running twin, with its address.

    Raises:
        InstrumentError: the port is taken, or there are no pseudo-terminals.
        DescriptionError: the driver cannot write what this instrument would show.
    """
    twin = Twin(driver, settings, clock, TcpLine(port) if port is not None else pty_line(link))
    try:
        await twin.start()
        announce(twin)
        await asyncio.Event().wait()
    finally:
        await twin.close()
