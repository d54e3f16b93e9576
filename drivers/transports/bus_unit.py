"""An instrument's place on a Modbus bus: its gap, its doubt, and its proof.

While in doubt, the instrument is left alone until a late answer would have come, and then asked for a
constant or for another number of registers. Only when that is answered rightly does a value count again.
"""

import asyncio
from typing import Final

from drivers.errors import InstrumentError
from drivers.protocols.modbus import REFUSAL, Fault, answer_size, read_request
from drivers.protocols.registers import Block, Proof
from drivers.register_driver import RegisterDriver
from drivers.transports.modbus_bus import Exchange, ModbusBus, UnansweredError
from drivers.transports.serial_fault import CLOSED, lost

_STRAY_S: Final = 0.1  # a unit that spoke unasked is left alone for so long
_LATEST_S: Final = 5.0  # the longest that late answers are waited for, whatever was seen


class BusUnit:
    """One unit on one bus; one user."""

    def __init__(self, bus: ModbusBus, driver: RegisterDriver, unit: int | None = None) -> None:
        """Keep the parts; nothing is opened yet.

        Args:
            bus: the bus, shared with others.
            driver: how this instrument is spoken to.
            unit: its unit number; None: the one it leaves the factory with.
        """
        self._bus = bus
        self.driver = driver
        self.unit = driver.unit if unit is None else unit
        self._turn = asyncio.Lock()
        """a command waits until the reading under way is over, so that only one answer is ever due"""
        self._generation = 0
        self._in_doubt = True
        self._not_before = 0.0
        self._strays = 0
        self._joined = False
        self._last_form = (0, 0)
        self._late_s = driver.late_s
        self._missed_at: float | None = None

    @property
    def name(self) -> str:
        """The bus and the unit number, as the laboratory writes them."""
        return f"{self._bus.name}?unit={self.unit}"

    @property
    def in_doubt(self) -> bool:
        """Whether its next answer must first be proved."""
        return self._in_doubt

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told, the others' turns included."""
        requests = 2 + len(self.driver.registers.blocks) + len(self.driver.registers.proofs)
        once = self.driver.timeout_s + self.driver.gap_s
        turns = max(0.0, self._bus.longest_round_s - self.driver.timeout_s)
        return requests * (once + turns) + 2 * self._late_s + self.driver.interval_s

    async def open(self) -> None:
        """Take the place on the bus.

        Raises:
            LinkLostError: the bus cannot be opened.
            DescriptionError: another instrument has the same unit number.
        """
        await self.close()
        await self._bus.join(self.unit, self.driver.timeout_s, self._overheard)
        self._joined = True
        self._generation = self._bus.generation
        self._in_doubt = True

    async def close(self) -> None:
        """Give the place up; closing twice is harmless."""
        if self._joined:
            self._joined = False
            await self._bus.leave(self.unit)

    async def read(self, block: Block) -> Exchange:
        """Ask for a block, after the proof where there is doubt.

        Raises:
            UnansweredError: no answer that can be believed.
            InstrumentError: it is not the instrument of this driver.
            LinkLostError: the bus is gone.
        """
        async with self._turn:
            if self._in_doubt:
                await self._resynchronise(block)
            return await self._exchange(self._other_form(block))

    async def write(self, request: bytes) -> Exchange:
        """Send a declared command, once.

        Raises:
            UnansweredError: not answered; it may have been carried out all the same.
            InstrumentError: it is not the instrument of this driver.
            LinkLostError: the bus is gone.
        """
        async with self._turn:
            if self._in_doubt:
                await self._resynchronise(None)
            return await self._exchange(request)

    def _other_form(self, block: Block) -> bytes:
        """The request whose answer an answer to the last one cannot pass for, where there is one."""
        for request in block.requests:
            if _form(request) != self._last_form:
                return request
        return block.request

    async def _exchange(self, request: bytes) -> Exchange:
        if self._generation != self._bus.generation:
            raise lost(self.name, CLOSED)  # opened again by another instrument: prove this one first
        loop = asyncio.get_running_loop()
        self._last_form = _form(request)
        try:
            exchange = await self._bus.exchange(
                self.unit, request, timeout_s=self.driver.timeout_s, not_before=self._not_before
            )
        except UnansweredError as unanswered:
            self._in_doubt = True
            if unanswered.fault is Fault.SILENT:
                self._missed_at = loop.time() - self.driver.timeout_s
            garbled = unanswered.fault is Fault.BAD_CHECK
            wait = min(self._late_s, self.driver.timeout_s) if garbled else self._late_s
            self._not_before = loop.time() + max(wait, self.driver.gap_s)
            raise
        except asyncio.CancelledError:
            self._in_doubt = True  # its answer is still to come, and will be nobody's
            self._not_before = loop.time() + self.driver.timeout_s + self._late_s
            raise
        self._not_before = loop.time() + self.driver.gap_s
        return exchange

    async def _resynchronise(self, block: Block | None) -> None:
        """Let late answers come, prove the line, leave nothing under way that `block` can be mixed with."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._not_before - loop.time()))
        before = self._strays
        for proof in self.driver.registers.proofs:
            await self._prove(proof)
        if not self.driver.registers.proofs:
            await self._exchange(self._probe())  # a refusal is an answer too
        if block is not None and _form(self._other_form(block)) == self._last_form:
            await asyncio.sleep(self._late_s)
        if self._strays != before:
            raise UnansweredError(Fault.STALE, b"")
        self._in_doubt = False

    async def _prove(self, proof: Proof) -> None:
        exchange = await self._exchange(proof.request)
        refused = bool(exchange.answer[0] & REFUSAL)
        found = f"refused (exception {exchange.answer[1]})" if refused else proof.judge(exchange.answer[2:])
        if found is None:
            return
        self._not_before = asyncio.get_running_loop().time() + self._late_s
        raise InstrumentError(
            "device.not_this_instrument",
            "{port} is not what {driver} expects: {proof} at {where} should be {expected}, and is {found}.",
            "Choose the driver of this instrument, correct its unit number, or its setting.",
            port=self.name,
            driver=self.driver.mark.id,
            proof=proof.name,
            where=proof.where,
            expected=proof.expected,
            found=found,
        )

    def _probe(self) -> bytes:
        """A request whose answer has another length than the first block's, where that is possible."""
        block = next(each for each in self.driver.registers.blocks if not each.clears)
        return read_request(block.table, block.first, max(1, block.count - 1))

    def _overheard(self) -> None:
        now = asyncio.get_running_loop().time()
        if not self._in_doubt and self._missed_at is not None:
            # An answer given up as lost: it comes later than the driver file says.
            self._late_s = min(max(self._late_s, 1.5 * (now - self._missed_at)), _LATEST_S)
            self._missed_at = None
        self._strays += 1
        self._in_doubt = True
        self._not_before = max(self._not_before, now + _STRAY_S)


def _form(request: bytes) -> tuple[int, int]:
    """What tells the answers to two requests apart: function and length."""
    return request[0], answer_size(request)
