"""An instrument on Modbus played from its driver file: the registers that its driver reads are written here.

It answers on an RTU line or over TCP, to our bus and to anybody else's master, and goes wrong as its scenario
says. Its first example is what it shows until it is told something else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from drivers.clock import Clock
from drivers.errors import DescriptionError, cannot
from drivers.protocols import Event
from drivers.protocols.address import Table, unpacked
from drivers.protocols.modbus import REFUSAL
from drivers.protocols.register_writing import write_block
from drivers.protocols.registers import Block, Proof
from drivers.protocols.setting import Setting
from drivers.register_driver import RegisterDriver
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.hands import ScaleHands
from drivers.twins.line import TwinLine
from drivers.twins.meter import MeterBody
from drivers.twins.physics import ScaleBody
from drivers.twins.plant import Source
from drivers.twins.played import PlayedInstrument
from drivers.twins.scenario import Scenario, Story
from drivers.twins.settings import TwinSettings
from drivers.twins.slave import Asked, Slave, Words, answer_of
from drivers.twins.spoiling import spoiled
from drivers.twins.twin import scenario_of, speakable_body

_DEVICE_FAILURE: Final = 4
_BUSY: Final = 6
_DELAY_S: Final = 0.01


class RegisterTwin(PlayedInstrument):
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
        source: Source | None = None,
    ) -> None:
        """Switch the instrument on; its line is not connected yet.

        Args:
            driver: what it is.
            clock: time.
            line: where it is heard.
            tcp: it speaks Modbus TCP; otherwise RTU, on whatever line.
            unit: its unit number; None: as it leaves the factory.
            scenario: what it shows and what goes wrong.
            source: what is true around it.

        Raises:
            DescriptionError: the scenario tells of a quantity that it does not have.
        """
        scenario = scenario or Scenario()
        super().__init__(clock, line, driver.line, scenario)
        self._driver = driver
        self._tcp = tcp
        self._meter = MeterBody(driver, scenario, at=self._began, source=source)
        self._slave = Slave(driver.unit if unit is None else unit, tcp=tcp)
        self._delay_s = _DELAY_S if scenario.answer_delay_s is None else scenario.answer_delay_s
        self._asked: asyncio.Queue[Asked] = asyncio.Queue()
        self._frozen: Words | None = None
        self._commands = {command.send: name for name, command in driver.commands.items()}

    @property
    def address(self) -> str:
        """The port at which it can be connected."""
        port = self._line.address
        if port.startswith("socket://"):
            port = ("tcp://" if self._tcp else "rtu+tcp://") + port.removeprefix("socket://")
        return port if self._slave.unit == self._driver.unit else f"{port}?unit={self._slave.unit}"

    def tell(self, name: str, story: Story) -> None:
        """Let a quantity follow another story from now on."""
        self._meter.tell(name, story, at=self._clock.monotonic())

    def _works(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return [self._serve]

    def _forget(self) -> None:
        self._slave.reset()

    def _event(self, block: Block, at: float, wrong: Wrong) -> Event:
        return self._meter.event(at=at, wrong=wrong, request=block.request)

    def _obey(self, name: str) -> bool:
        del name
        return True

    def _receive(self, data: bytes) -> None:
        for asked in self._slave.heard(data):
            self._asked.put_nowait(asked)

    async def _serve(self) -> None:
        while True:
            asked = await self._asked.get()
            wrong = self._wrong()
            if FaultKind.SILENT in wrong:
                continue
            answer = self._answer(asked.request, wrong)
            late = wrong.get(FaultKind.LATE)
            await self._clock.sleep(self._delay_s + (late.by_s if late else 0.0))
            await self._send(self._framed(asked, answer, wrong), in_one_piece=self._tcp)

    def _answer(self, request: bytes, wrong: Wrong) -> bytes:
        if FaultKind.BUSY in wrong:
            return bytes((request[0] | REFUSAL, _BUSY))
        try:
            words = self._frozen or self._words(self._clock.monotonic(), wrong)
        except DescriptionError:
            return bytes((request[0] | REFUSAL, _DEVICE_FAILURE))
        self._frozen = words if FaultKind.STUCK in wrong else None
        return answer_of(request, words, self._commands, self._obey)

    def _words(self, at: float, wrong: Wrong) -> Words:
        registers = self._driver.registers
        words: dict[tuple[Table, int], bytes] = {}
        read: list[tuple[Proof | Setting | Block, bytes]] = [
            (proof, proof.data) for proof in registers.proofs
        ]
        read += [(setting, setting.data) for setting in registers.settings]
        read += [(block, self._data(block, at, wrong)) for block in registers.blocks]
        for place, data in read:
            flat = unpacked(place.table, place.count, data)
            for offset in range(place.count):
                words[place.table, place.first + offset] = flat[2 * offset : 2 * offset + 2]
        return words

    def _data(self, block: Block, at: float, wrong: Wrong) -> bytes:
        event = self._event(block, at, wrong)
        data = write_block(block, event, self._driver.registers.played)
        if data is None:
            raise cannot(self._driver.mark.id, f"say {event}")
        return data

    def _framed(self, asked: Asked, answer: bytes, wrong: Wrong) -> bytes:
        """The answer as it comes: over TCP a network carries it, which damages nothing."""
        if FaultKind.SHORT in wrong and not answer[0] & REFUSAL and answer[1] > 2:  # noqa: PLR2004 -- a word
            answer = bytes((answer[0], answer[1] - 2)) + answer[2:-2]
        other = self._slave.unit % 247 + 1 if FaultKind.OTHER_UNIT in wrong else None
        frame = self._slave.framed(asked, answer, other)
        left: Wrong = {kind: fault for kind, fault in wrong.items() if kind is not FaultKind.SHORT}
        if self._tcp:
            return frame * 2 if FaultKind.TWICE in left else frame
        return spoiled(frame, left, self._line_settings, self._random)


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
        source: Source | None = None,
    ) -> None:
        """Switch the scale on; its line is not connected yet.

        Raises:
            DescriptionError: the driver has no way to write what this scale would show.
        """
        told = scenario or scenario_of(settings)
        if told.answer_delay_s is None:
            told = msgspec.structs.replace(told, answer_delay_s=float(settings.answer_delay_s))
        super().__init__(driver, clock, line, tcp=tcp, scenario=told, source=source)
        self._body: ScaleBody = speakable_body(driver, settings, at=self._began, source=source)
        self._expect(self._began, told.hand)

    def _event(self, block: Block, at: float, wrong: Wrong) -> Event:
        del block  # of a scale there is one
        return self.seen(at, wrong, self._driver)

    def _obey(self, name: str) -> bool:
        return self.press(name)
