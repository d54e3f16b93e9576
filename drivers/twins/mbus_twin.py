"""An M-Bus meter played from its driver file: a slave, to our bench and to anybody else's master."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from drivers.clock import Clock
from drivers.mbus_driver import MbusDriver
from drivers.protocols.mbus_decoder import fits
from drivers.protocols.mbus_link import (
    ACK,
    ANYONE,
    FCB,
    SELECT,
    SELECTED,
    SND_NKE,
    SND_UD,
    Frame,
    long,
    opened,
    size_of,
)
from drivers.protocols.mbus_telegram import read_telegram
from drivers.protocols.mbus_writing import frames_in
from drivers.twins.faults import FaultKind
from drivers.twins.line import TwinLine
from drivers.twins.plant import Source
from drivers.twins.scenario import Scenario
from drivers.twins.spoiling import spoiled
from drivers.twins.twin import CharacterTwin

_RESET: Final = 0x50
_YES: Final = bytes((ACK,))


class MbusTwin(CharacterTwin):
    """A simulated meter; its first telegram is an example of its driver file with other values."""

    def __init__(
        self,
        driver: MbusDriver,
        clock: Clock,
        line: TwinLine,
        scenario: Scenario,
        *,
        address: int | None = None,
        source: Source | None = None,
    ) -> None:
        """Switch the meter on; its line is not connected yet.

        Args:
            driver: what it is.
            clock: time.
            line: where it is heard.
            scenario: what it shows and what goes wrong.
            address: its primary address; None: that of its example.
            source: what is true around it.

        Raises:
            DescriptionError: the scenario tells of a quantity that it does not have.
        """
        super().__init__(driver, clock, line, scenario, source=source)
        first = next(frame for frame in frames_in(driver.templates[0]) if frame.is_response)
        identity = read_telegram(first).identity
        self._own = first.address if address is None else address
        self._secondary = b"" if identity is None else identity.secondary
        self._orders_by_data = {command.send[6:-2]: name for name, command in driver.commands.items()}
        self._asked: asyncio.Queue[Frame] = asyncio.Queue()
        self._heard = bytearray()
        self._selected = False
        self._telegrams: list[Frame] = []
        self._at = 0
        self._last_fcb: int | None = None

    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return [self._serve]

    def _forget(self) -> None:
        super()._forget()
        self._heard = bytearray()

    def _receive(self, data: bytes) -> None:
        self._heard += data
        while self._heard:
            size = size_of(self._heard)
            if size is None:
                return
            raw = bytes(self._heard[: size or 1])
            del self._heard[: size or 1]
            frame = opened(raw) if size > 1 else None
            if frame is not None:
                self._asked.put_nowait(frame)

    async def _serve(self) -> None:
        while True:
            frame = await self._asked.get()
            answer = self._answer(frame)
            wrong = self._wrong()
            if not answer or FaultKind.SILENT in wrong:
                continue
            late = wrong.get(FaultKind.LATE)
            await self._clock.sleep(self._delay_s + (late.by_s if late else 0.0))
            await self._send(spoiled(answer, wrong, self._line_settings, self._random))

    def _answer(self, frame: Frame) -> bytes:
        """What the meter says to a frame; nothing when it is not meant."""
        if frame.address == SELECTED and frame.data[:1] == bytes((SELECT,)):
            self._selected = bool(self._secondary) and fits(frame.data[1:9], self._secondary)
            self._begin_again()
            return _YES if self._selected else b""
        if frame.address not in (self._own, ANYONE) and not (frame.address == SELECTED and self._selected):
            return b""
        if frame.is_request:
            return self._telegram(frame.control & FCB)
        if frame.control == SND_NKE:
            self._selected = False
            self._begin_again()
            return _YES
        return self._ordered(frame.data) if frame.control | FCB == SND_UD | FCB else b""

    def _ordered(self, data: bytes) -> bytes:
        """The answer to data that a master sends."""
        if data[:1] == bytes((_RESET,)):
            self._begin_again()
            return _YES
        name = self._orders_by_data.get(data)
        return _YES if name is not None and self._do(name) else b""

    def _begin_again(self) -> None:
        self._telegrams, self._at, self._last_fcb = [], 0, None

    def _telegram(self, fcb: int) -> bytes:
        """The next telegram, or the last one again when the frame count bit was not toggled."""
        again = fcb == self._last_fcb and bool(self._telegrams)
        self._last_fcb = fcb
        if not again:
            self._at += 1
            if self._at >= len(self._telegrams):
                wrong = self._wrong()
                now = self._event(self._clock.monotonic(), wrong, high_resolution=False)
                self._stuck = (self._stuck or now) if FaultKind.STUCK in wrong else None
                self._telegrams, self._at = list(frames_in(self._frame(self._stuck or now))), 0
        if not self._telegrams:
            return b""
        frame = self._telegrams[self._at]
        return long(frame.control, self._own, frame.data)
