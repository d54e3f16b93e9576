"""What every simulated instrument has, whatever it speaks: a line, a plug, the pace of its bytes, faults."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from drivers.clock import Clock, within
from drivers.instrument import LineSettings
from drivers.twins.faults import FaultKind, Faults, Wrong
from drivers.twins.line import TwinLine
from drivers.twins.scenario import Scenario

_LARGEST_PIECE: Final = 8  # bytes that arrive together; serial adapters hand them over in such pieces
_LOOK_S: Final = 0.1


class PlayedInstrument(ABC):
    """A simulated instrument on a line; `start` it, and `close` it in the end."""

    def __init__(self, clock: Clock, line: TwinLine, settings: LineSettings, scenario: Scenario) -> None:
        """Switch the instrument on; its line is not connected yet.

        Args:
            clock: time.
            line: where it is heard.
            settings: how its serial line is set: how long its bytes take.
            scenario: what goes wrong.
        """
        self._clock = clock
        self._line = line
        self._line_settings = settings
        self._began = clock.monotonic()
        self._random = random.Random(scenario.seed)  # noqa: S311 -- cuts and spoils frames, no secret
        self._tasks: list[asyncio.Future[None]] = []
        self._speaking = asyncio.Lock()
        self.faults = Faults(scenario.fault, seed=scenario.seed)
        """what goes wrong"""
        self.tells: dict[str, str] = {}
        """`serial_number`, `seal_counter`: what it says of itself in place of what its file says"""
        self.deaf = False
        """True: hears nothing and says nothing, as with its cable in the wrong socket"""

    @property
    def address(self) -> str:
        """The port at which it can be connected."""
        return self._line.address

    async def start(self) -> None:
        """Plug it in and let it speak."""
        await self.replug()
        self._tasks = [asyncio.ensure_future(work()) for work in (*self._works(), self._hold_plug)]

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
        """Pull the cable; the instrument itself goes on."""
        await self._line.close()

    async def replug(self) -> None:
        """Put the cable back."""
        self._forget()
        await self._line.open(self._hear)

    @abstractmethod
    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """What it does all the time while it is switched on."""

    @abstractmethod
    def _forget(self) -> None:
        """The connection is a new one: half a request is none."""

    @abstractmethod
    def _receive(self, data: bytes) -> None:
        """Take what the other side sends."""

    def _hear(self, data: bytes) -> None:
        if not self.deaf and FaultKind.WRONG_BAUD not in self._wrong():
            self._receive(data)

    @property
    def _age_s(self) -> float:
        return self._clock.monotonic() - self._began

    def _wrong(self) -> Wrong:
        return self.faults.at(self._age_s)

    async def _send(self, frame: bytes, *, in_one_piece: bool = False) -> None:
        """Send; without `in_one_piece` the bytes take their time on the line."""
        settings = self._line_settings
        seconds_per_byte = 0.0 if in_one_piece else bits_per_byte(settings) / settings.baud
        async with self._speaking:
            while frame and not self.deaf:
                size = len(frame) if in_one_piece else self._random.randint(1, _LARGEST_PIECE)
                piece, frame = frame[:size], frame[size:]
                await self._clock.sleep(len(piece) * seconds_per_byte)
                self._line.write(piece)

    async def _hold_plug(self) -> None:
        """Pull the plug and put it back as the scenario says."""
        was_out = False
        while True:
            out = FaultKind.LOST_LINK in self._wrong()
            if out is not was_out:
                await (self.unplug() if out else self.replug())
            was_out = out
            if self.faults.ever(FaultKind.LOST_LINK):
                try:
                    await within(self._clock, _LOOK_S, self.faults.given.wait())
                except TimeoutError:
                    continue
            else:
                await self.faults.given.wait()
            self.faults.given.clear()


def bits_per_byte(line: LineSettings) -> float:
    """Start bit, data, parity and stop bits."""
    parity = 0 if line.format[1] == "N" else 1
    return 1 + int(line.format[0]) + parity + float(line.format[2:])
