"""Lines in memory for a whole laboratory of twins: the same twins and devices, and no time but their own."""

import asyncio
from itertools import count

from drivers.clock import Clock
from drivers.errors import LinkLostError
from drivers.instrument import Driver, LineSettings
from drivers.mbus_driver import MbusDriver
from drivers.protocols.modbus_exchange import RtuFraming
from drivers.register_driver import RegisterDriver
from drivers.transports import Transport
from drivers.transports.bus_unit import BusUnit
from drivers.transports.lines import Lines
from drivers.transports.mbus_bus import MbusBus, MbusLine
from drivers.transports.modbus_bus import ModbusBus
from drivers.transports.wires import Hear, Lose, character_s
from tests.bench.virtual_time import Cable


class MemoryLine(Cable):
    """A twin's end; a twin that is unplugged leaves the other end without a line."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.near.name = address
        self.wire: MemoryWire | None = None

    async def open(self, receive):
        self.plug()
        await super().open(receive)

    def write(self, data):
        if self.wire is None:
            super().write(data)
        elif not self.pulled:
            self.wire.hear(self.garble(data))

    async def close(self):
        await super().close()
        self.pull()

    def pull(self) -> None:
        super().pull()
        if self.wire is not None:
            self.wire.gone()


class MemoryWire:
    """The bench's end of a Modbus line."""

    def __init__(self, line: MemoryLine, settings: LineSettings) -> None:
        self.name = line.address
        self.character_s = character_s(settings)
        self._line = line
        self._hear: Hear | None = None
        self._lose: Lose | None = None

    async def open(self, hear: Hear, lose: Lose) -> None:
        if self._line.pulled:
            raise _lost(self.name)
        self._hear, self._lose, self._line.wire = hear, lose, self

    def hear(self, data: bytes) -> None:
        if self._hear is not None:
            asyncio.get_running_loop().call_soon(self._hear, data)

    def gone(self) -> None:
        lose, self._hear, self._lose = self._lose, None, None
        if lose is not None:
            lose(_lost(self.name))

    def write(self, data: bytes) -> None:
        if self._line.pulled or self._line.hear is None:
            raise _lost(self.name)
        self._line.hear(data)

    def drain(self) -> bytes | None:
        return None

    async def close(self) -> None:
        self._hear = self._lose = self._line.wire = None


class MemoryLines(Lines):
    """All lines of one laboratory, each with one instrument at its end."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._own_clock = clock
        self._laid: dict[str, MemoryLine] = {}
        self._numbers = count(1)

    @property
    def cables(self) -> tuple[MemoryLine, ...]:
        """All that were laid, in turn."""
        return tuple(self._laid.values())

    def lay(self) -> MemoryLine:
        """A new line for a twin."""
        line = MemoryLine(f"memory:{next(self._numbers)}")
        self._laid[line.address] = line
        return line

    def line(
        self, driver: Driver, address: str, settings: LineSettings | None = None
    ) -> Transport | BusUnit | MbusLine:
        laid = self._laid[address]
        if isinstance(driver, RegisterDriver):
            wire = MemoryWire(laid, settings or driver.line)
            return BusUnit(ModbusBus(wire, RtuFraming(), self._own_clock), driver, None)
        if isinstance(driver, MbusDriver):
            return MbusLine(MbusBus(laid.near, self._own_clock), driver, None, "")
        return laid.near


def _lost(port: str) -> LinkLostError:
    return LinkLostError("link.lost", "The line {port} is gone.", "Plug it in again.", port=port)
