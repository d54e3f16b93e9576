"""The talk with one instrument on a Modbus bus: ask in turn, decode, and say plainly when nothing comes.

An instrument that does not answer is asked less and less often, and at once when somebody wants a reading. A
request that clears what it reads is sent only when somebody wants one, and never again by itself.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Final

from drivers.clock import Clock, passing_in, within
from drivers.connection import Connection
from drivers.errors import InstrumentError, LinkLostError
from drivers.instrument import Command
from drivers.protocols import Acknowledged
from drivers.protocols.modbus import REFUSAL, Fault, refusal
from drivers.protocols.register_decoder import explain, state_of
from drivers.protocols.registers import Block
from drivers.silence import command_refused, command_unanswered, silent
from drivers.talk import Arrival
from drivers.transports.bus_unit import BusUnit
from drivers.transports.modbus_bus import Exchange, Outcome, UnansweredError

_TELLING: Final = 2  # one lost answer may be noise; the second in a row is told
_PAUSES_S: Final = (0.25, 1.0, 2.0, 4.0, 8.0, 10.0)
"""after so many failures in a row it is left alone for so long, unless somebody wants a reading"""


class Polling:
    """One driver's side of one place on a bus."""

    def __init__(
        self, instrument: str, unit: BusUnit, clock: Clock, deliver: Callable[[Arrival | Exception], None]
    ) -> None:
        """Join the parts; nothing is opened yet.

        Args:
            instrument: its name in the laboratory file.
            unit: its place on the bus; owned from now on.
            clock: time.
            deliver: takes every arrival, and the error when the line is lost, silent, or the talk ends.
        """
        self._instrument = instrument
        self._unit = unit
        self._clock = clock
        self._deliver = deliver
        self.high_resolution = False
        """never asked for: no register map has it on request"""
        self.last_byte_at = -math.inf
        """clock time of its last answer"""
        self._wanted = asyncio.Event()
        self._failures = 0
        self._blocks = unit.driver.registers.blocks
        self._decoder = unit.driver.decoder()
        self._at = 0
        """which block is next"""
        self._begun = 0.0
        """clock time at which this round of all blocks began"""
        self._over: asyncio.Future[None] | None = None
        self._connection = Connection(unit, clock, deliver)

    @property
    def skipped(self) -> int:
        """None: what is no answer never reaches the decoder."""
        return 0

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told; its bus keeps real time."""
        return passing_in(self._unit.patience_s, self._clock)

    async def ready(self, *, wanted: bool = False) -> None:
        """Wait for the bus.

        Args:
            wanted: somebody waits for a reading, so have the instrument asked at once.

        Raises:
            LinkLostError: it cannot be opened.
            InstrumentError: the talk is over.
        """
        if wanted:
            self._wanted.set()
        await self._connection.ready()

    async def run(self) -> None:
        """Talk until cancelled, whenever the bus is there."""
        await self._connection.keep(self._talk)

    def end(self) -> None:
        """Tell everybody who waits that the talk is over; `run` is cancelled next."""
        self._connection.end()

    async def command(self, name: str, command: Command) -> Acknowledged | None:
        """Send a declared command once and wait for its answer.

        Raises:
            InstrumentError: refused, or not answered.
            LinkLostError: the bus is gone.
        """
        try:
            exchange = await self._unit.write(command.send)
        except UnansweredError:
            raise command_unanswered(name) from None
        if exchange.answer[0] & REFUSAL:
            raise command_refused(name, refusal(exchange.answer))
        return Acknowledged(command=name, done=True, frame=exchange.frame)

    async def _talk(self) -> None:
        self._decoder = self._unit.driver.decoder()
        self._failures = 0
        self._begin_round()
        while True:
            block = self._blocks[self._at]
            if block.clears:
                await self._wanted.wait()
            if not await self._quickly():
                await self._take(block)
                self._at += 1
            if self._at == len(self._blocks):
                self._wanted.clear()
                await self._pause(self._begun)
                self._begin_round()

    def _begin_round(self) -> None:
        self._at = 0
        self._begun = self._clock.monotonic()

    async def _quickly(self) -> bool:
        """Ask for one block after the other from callbacks alone, until care, a pause, or the end is due.

        Returns:
            whether anything could be asked so.
        """
        self._over = over = asyncio.get_running_loop().create_future()
        try:
            if not self._ask():
                return False
            await over
        finally:
            self._over = None
        return True

    def _ask(self) -> bool:
        block, over = self._blocks[self._at], self._over
        return not block.clears and self._unit.ask(block, lambda outcome: self._told(block, outcome, over))

    def _told(self, block: Block, outcome: Outcome, over: asyncio.Future[None] | None) -> None:
        """Ask on, so that the line is not kept waiting, and then see what the answer says."""
        if over is None or over is not self._over or over.done():
            return  # this talk is over
        if isinstance(outcome, LinkLostError):
            over.set_exception(outcome)
            return
        self._at += 1
        try:
            asked = isinstance(outcome, Exchange) and self._goes_on() and self._ask()
        except LinkLostError as lost:
            over.set_exception(lost)
            return
        if isinstance(outcome, Exchange):
            self._answered(outcome)
        else:
            self._unanswered(block, outcome)
        if not asked:
            over.set_result(None)

    def _goes_on(self) -> bool:
        """Whether there is another block to ask for now, of this round or of the next one."""
        if self._at < len(self._blocks):
            return True
        if self._failures or self._begun + self._unit.driver.interval_s > self._clock.monotonic():
            return False
        self._wanted.clear()
        self._begin_round()
        return True

    async def _take(self, block: Block) -> None:
        try:
            self._answered(await self._unit.read(block))
        except UnansweredError as unanswered:
            self._unanswered(block, unanswered)
        except LinkLostError:
            raise
        except InstrumentError as other:
            self._failures += 1
            if self._failures >= _TELLING:  # the first one may have been a late answer
                self._deliver(other)

    def _answered(self, exchange: Exchange) -> None:
        self._failures = 0
        self.last_byte_at = exchange.at
        event = self._decoder.exchanged(exchange.frame, self._unit.settings)
        if event is not None:
            self._deliver(Arrival(event, exchange.begun, exchange.at, exchange.at_utc))

    def _unanswered(self, block: Block, unanswered: UnansweredError) -> None:
        self._failures += 1
        self._tell(block, unanswered)

    def _tell(self, block: Block, unanswered: UnansweredError) -> None:
        if block.clears:
            self._deliver(
                InstrumentError(
                    "device.counts_lost",
                    "{instrument} was asked and its answer was lost, and with it what it had counted.",
                    "Discard this delivery and begin it again.",
                    instrument=self._instrument,
                )
            )
        elif unanswered.fault is not Fault.SILENT:
            now = self._clock.monotonic()
            event = block.refused(state_of(unanswered.fault), explain(unanswered.fault), unanswered.frame)
            self._deliver(Arrival(event, now, now, self._clock.utc()))
        if self._failures >= _TELLING:
            came = unanswered.fault is not Fault.SILENT
            self._deliver(silent(self._instrument, bytes_came=came, unit=self._unit.unit))

    async def _pause(self, begun: float) -> None:
        if not self._failures:
            left = begun + self._unit.driver.interval_s - self._clock.monotonic()
            if left > 0:
                await self._clock.sleep(left)
            return
        longest = _PAUSES_S[min(self._failures, len(_PAUSES_S)) - 1]
        try:
            await within(self._clock, longest, self._wanted.wait())
        except TimeoutError:
            return
