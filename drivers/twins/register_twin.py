"""An instrument on Modbus played from its driver file: the registers that its driver reads are written here.

It answers on an RTU line or over TCP, to our bus and to anybody else's master, and goes wrong as its scenario
says. Its first example is what it shows until it is told something else.
"""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.protocols import Event, Refused, State
from drivers.protocols.address import Table
from drivers.protocols.modbus import REFUSAL
from drivers.protocols.register_writing import write_block
from drivers.protocols.registers import Block, Proof, unpacked
from drivers.register_driver import RegisterDriver
from drivers.twins.faults import FaultKind, Faults, Scenario, Story
from drivers.twins.hands import ScaleHands
from drivers.twins.line import TcpLine, TwinLine, pty_line
from drivers.twins.meter import MeterBody
from drivers.twins.physics import ScaleBody
from drivers.twins.settings import TwinSettings
from drivers.twins.slave import Asked, Slave, Words, answer_of
from drivers.twins.twin import bits_per_byte, speakable_body

_DEVICE_FAILURE: Final = 4
_BUSY: Final = 6
_LARGEST_PIECE: Final = 8
_NOISE: Final = b"\x00\xff\x00"
_LOOK_S: Final = 0.1


class RegisterTwin:
    """A simulated instrument on a Modbus line; `start` it, and `close` it in the end."""

    def __init__(
        self,
        driver: RegisterDriver,
        clock: Clock,
        line: TwinLine,
        *,
        tcp: bool = False,
        unit: int | None = None,
        scenario: Scenario | None = None,
    ) -> None:
        """Switch the instrument on; its line is not connected yet.

        Args:
            driver: what it is.
            clock: time.
            line: where it is heard.
            tcp: it speaks Modbus TCP; otherwise RTU, on whatever line.
            unit: its unit number; None: as it leaves the factory.
            scenario: what it shows and what goes wrong.

        Raises:
            DescriptionError: the scenario tells of a quantity that it does not have.
        """
        scenario = scenario or Scenario()
        self._driver = driver
        self._clock = clock
        self._line = line
        self._tcp = tcp
        self._began = clock.monotonic()
        self._meter = MeterBody(driver, scenario.quantity, seed=scenario.seed, at=self._began)
        self._slave = Slave(driver.unit if unit is None else unit, tcp=tcp)
        self._delay_s = scenario.answer_delay_s
        self._pieces = random.Random(scenario.seed)  # noqa: S311 -- cuts answers into pieces, no secret
        self._asked: asyncio.Queue[Asked] = asyncio.Queue()
        self._frozen_at: float | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._commands = {command.send: name for name, command in driver.commands.items()}
        self.faults = Faults(scenario.fault)
        """what goes wrong"""
        self.deaf = False
        """True: hears nothing and says nothing"""

    @property
    def address(self) -> str:
        """The port at which it can be connected."""
        port = self._line.address
        if port.startswith("socket://"):
            port = ("tcp://" if self._tcp else "rtu+tcp://") + port.removeprefix("socket://")
        return port if self._slave.unit == self._driver.unit else f"{port}?unit={self._slave.unit}"

    async def start(self) -> None:
        """Plug it in and let it answer."""
        await self.replug()
        self._tasks = [asyncio.create_task(work()) for work in (self._serve, self._pull_plug)]

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
        self._slave.reset()
        await self._line.open(self._receive)

    def tell(self, name: str, story: Story) -> None:
        """Let a quantity follow another story from now on."""
        self._meter.tell(name, story, at=self._clock.monotonic())

    def _event(self, block: Block, at: float, *, no_value: bool) -> Event:
        return self._meter.event(block, at=at, no_value=no_value)

    def _obey(self, name: str) -> bool:
        del name
        return True

    def _receive(self, data: bytes) -> None:
        if not self.deaf:
            for asked in self._slave.heard(data):
                self._asked.put_nowait(asked)

    def _now_wrong(self) -> dict[FaultKind, float]:
        faults = self.faults.at(self._clock.monotonic() - self._began)
        return {kind: entry.by_s for kind, entry in faults.items()}

    async def _pull_plug(self) -> None:
        was_out = False
        while True:
            out = FaultKind.LOST_LINK in self._now_wrong()
            if out is not was_out:
                await (self.unplug() if out else self.replug())
            was_out = out
            await self._clock.sleep(_LOOK_S)

    async def _serve(self) -> None:
        while True:
            asked = await self._asked.get()
            wrong = self._now_wrong()
            if FaultKind.SILENT in wrong:
                continue
            answer = self._answer(asked.request, wrong)
            await self._clock.sleep(self._delay_s + wrong.get(FaultKind.LATE, 0.0))
            await self._send(self._spoiled(asked, answer, wrong))

    def _answer(self, request: bytes, wrong: dict[FaultKind, float]) -> bytes:
        if FaultKind.BUSY in wrong:
            return bytes((request[0] | REFUSAL, _BUSY))
        at = self._clock.monotonic()
        self._frozen_at = (self._frozen_at or at) if FaultKind.STUCK in wrong else None
        try:
            words = self._words(self._frozen_at or at, no_value=FaultKind.NO_VALUE in wrong)
        except DescriptionError:
            return bytes((request[0] | REFUSAL, _DEVICE_FAILURE))
        return answer_of(request, words, self._commands, self._obey)

    def _words(self, at: float, *, no_value: bool) -> Words:
        registers = self._driver.registers
        words: dict[tuple[Table, int], bytes] = {}
        read: list[tuple[Proof | Block, bytes]] = [(proof, proof.data) for proof in registers.proofs]
        read += [(block, self._data(block, at, no_value=no_value)) for block in registers.blocks]
        for place, data in read:
            flat = unpacked(place.table, place.count, data)
            for offset in range(place.count):
                words[place.table, place.first + offset] = flat[2 * offset : 2 * offset + 2]
        return words

    def _data(self, block: Block, at: float, *, no_value: bool) -> bytes:
        event = self._event(block, at, no_value=no_value)
        data = write_block(block, event)
        if data is None:
            raise DescriptionError(
                "driver.cannot",
                "{driver} cannot {what}.",
                "Choose a driver whose instrument can, or change the driver file.",
                driver=self._driver.mark.id,
                what=f"say {event}",
            )
        return data

    def _spoiled(self, asked: Asked, answer: bytes, wrong: dict[FaultKind, float]) -> bytes:
        if FaultKind.SHORT in wrong and not answer[0] & REFUSAL and answer[1] > 2:  # noqa: PLR2004 -- a word
            answer = bytes((answer[0], answer[1] - 2)) + answer[2:-2]
        other = self._slave.unit % 247 + 1 if FaultKind.OTHER_UNIT in wrong else None
        frame = self._slave.framed(asked, answer, other)
        if FaultKind.DAMAGED in wrong and asked.number is None:
            frame = frame[:-3] + bytes((frame[-3] ^ 0x10,)) + frame[-2:]
        if FaultKind.NOISE in wrong and asked.number is None:
            frame = _NOISE + frame
        return frame * 2 if FaultKind.TWICE in wrong else frame

    async def _send(self, frame: bytes) -> None:
        line = self._driver.line
        seconds_per_byte = 0.0 if self._tcp else bits_per_byte(line) / line.baud
        while frame and not self.deaf:
            size = len(frame) if self._tcp else self._pieces.randint(1, _LARGEST_PIECE)
            piece, frame = frame[:size], frame[size:]
            await self._clock.sleep(len(piece) * seconds_per_byte)
            self._line.write(piece)


class ScaleRegisterTwin(ScaleHands, RegisterTwin):
    """A scale on Modbus: loads move it, as they do one that sends characters."""

    def __init__(
        self,
        driver: RegisterDriver,
        settings: TwinSettings,
        clock: Clock,
        line: TwinLine,
        *,
        tcp: bool = False,
        scenario: Scenario | None = None,
    ) -> None:
        """Switch the scale on; its line is not connected yet.

        Raises:
            DescriptionError: the driver has no way to write what this scale would show.
        """
        scenario = scenario or Scenario(seed=settings.seed, answer_delay_s=float(settings.answer_delay_s))
        super().__init__(driver, clock, line, tcp=tcp, scenario=scenario)
        self._body: ScaleBody = speakable_body(driver, settings, at=clock.monotonic())

    def _event(self, block: Block, at: float, *, no_value: bool) -> Event:  # noqa: ARG002 -- a meter's own
        if no_value:
            return Refused(reason="The load cell is broken.", state=State.ERROR, frame=b"")
        return self._body.indicated(at=at)

    def _obey(self, name: str) -> bool:
        keys = {"zero": self.zero, "tare": self.tare, "clear_tare": self.clear_tare}
        return name in keys and keys[name]()


async def serve(
    driver: RegisterDriver,
    settings: TwinSettings,
    clock: Clock,
    *,
    scenario: Scenario | None = None,
    port: int | None = None,
    link: Path | None = None,
    tcp: bool = True,
    announce: Callable[[RegisterTwin], None],
) -> None:
    """Play an instrument until cancelled.

    Args:
        driver: what it is.
        settings: what a scale is like; a meter follows `scenario` alone.
        clock: time.
        scenario: what a meter shows, and what goes wrong.
        port: TCP port number, 0 for any; None: a pseudo-terminal.
        link: path that shall point at the pseudo-terminal.
        tcp: on a TCP port it speaks Modbus TCP; False: RTU, as behind a device server.
        announce: told the running twin, with its address.

    Raises:
        InstrumentError: the port is taken, or there are no pseudo-terminals.
        DescriptionError: the driver cannot write what this instrument would show.
    """
    line = TcpLine(port) if port is not None else pty_line(link)
    tcp = tcp and port is not None
    if driver.kind == "scale":
        twin: RegisterTwin = ScaleRegisterTwin(driver, settings, clock, line, tcp=tcp, scenario=scenario)
    else:
        twin = RegisterTwin(driver, clock, line, tcp=tcp, scenario=scenario)
    try:
        await twin.start()
        announce(twin)
        await asyncio.Event().wait()
    finally:
        await twin.close()
