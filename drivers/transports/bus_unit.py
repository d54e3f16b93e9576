"""An instrument's place on a Modbus bus: its gap, its doubt, and its proof.

While in doubt, the instrument is left alone until a late answer would have come, and then asked for a
constant or for another number of registers. Only when that is answered rightly does a value count again.
Settings that decide about a value are asked before it and after it, and must say the same both times.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from drivers.errors import InstrumentError, LinkLostError
from drivers.protocols.modbus import REFUSAL, Fault, answer_size, read_request
from drivers.protocols.registers import Block, Proof
from drivers.protocols.setting import Setting
from drivers.register_driver import RegisterDriver
from drivers.transports.modbus_bus import Exchange, ModbusBus, Outcome, UnansweredError
from drivers.transports.serial_fault import closed

_STRAY_S: Final = 0.1  # a unit that spoke unasked is left alone for so long
_SOON_AFTER: Final = 3  # right answers after a missed one; what is overheard later is not that one
_FORGETTING: Final = 0.98  # of the lateness that was seen, with each right answer
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
        self._told: dict[bytes, Exchange] = {}
        """the latest exchange for each setting, by its request"""
        self._late_s = driver.late_s
        self._missed_at: float | None = None
        self._good = 0
        """right answers since one was missed"""
        self._quick: Callable[[Outcome], None] | None = None
        """who is told what was asked without a task"""
        self._quick_over: asyncio.Event | None = None

    @property
    def name(self) -> str:
        """The bus and the unit number, as the laboratory writes them."""
        return f"{self._bus.name}?unit={self.unit}"

    @property
    def in_doubt(self) -> bool:
        """Whether its next answer must first be proved."""
        return self._in_doubt

    @property
    def settings(self) -> list[bytes]:
        """The exchanges by which the settings were asked for the last answer."""
        return [exchange.frame for exchange in self._told.values()]

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told, the others' turns included."""
        asked = self.driver.registers
        requests = 2 + len(asked.blocks) + len(asked.proofs) + len(asked.settings)
        requests += sum(len(block.settings) for block in asked.blocks)
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
        self._quick = None

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
            await self._alone()
            if self._in_doubt:
                await self._resynchronise(block)
            exchange = await self._exchange(self._other_form(block))
            if block.settings and await self._changed(block.settings):
                raise UnansweredError(Fault.CHANGED, exchange.frame)
            return exchange

    async def write(self, request: bytes) -> Exchange:
        """Send a declared command, once.

        Raises:
            UnansweredError: not answered; it may have been carried out all the same.
            InstrumentError: it is not the instrument of this driver.
            LinkLostError: the bus is gone.
        """
        async with self._turn:
            await self._alone()
            if self._in_doubt:
                await self._resynchronise(None)
            return await self._exchange(request)

    def _other_form(self, block: Block) -> bytes:
        """The request whose answer an answer to the last one cannot pass for, where there is one."""
        for request in block.requests:
            if _form(request) != self._last_form:
                return request
        return block.request

    def ask(self, block: Block, tell: Callable[[Outcome], None]) -> bool:
        """Ask for a block without a task, where no care is needed; the outcome is told at once.

        Returns:
            whether it was asked; else `read` it.

        Raises:
            LinkLostError: the bus is gone.
        """
        if self._in_doubt or block.settings or self._turn.locked() or self._quick is not None:
            return False
        self._quick = tell
        before = self._strays

        def told(outcome: Outcome) -> None:
            if self._quick is tell:
                self._quick = None
                if self._quick_over is not None:
                    self._quick_over.set()
                tell(self._weigh(outcome, before))

        try:
            self._submit(self._other_form(block), told, lambda: self._quick is not tell)
        except LinkLostError:
            self._quick = None
            raise
        return True

    async def _alone(self) -> None:
        """Wait until what was asked without a task is answered."""
        while self._quick is not None:
            self._quick_over = asyncio.Event()
            await self._quick_over.wait()

    def _submit(self, request: bytes, tell: Callable[[Outcome], None], given_up: Callable[[], bool]) -> None:
        if self._generation != self._bus.generation:
            raise closed(self.name)  # opened again by another instrument: prove this one first
        self._last_form = _form(request)
        self._bus.submit(
            self.unit,
            request,
            timeout_s=self.driver.timeout_s,
            not_before=self._not_before,
            tell=tell,
            given_up=given_up,
        )

    async def _exchange(self, request: bytes) -> Exchange:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Outcome] = loop.create_future()
        before = self._strays
        self._submit(request, answered.set_result, answered.done)
        try:
            outcome = self._weigh(await answered, before)
        except asyncio.CancelledError:
            self._in_doubt = True  # its answer is still to come, and will be nobody's
            self._not_before = loop.time() + self.driver.timeout_s + self._late_s
            raise
        if isinstance(outcome, Exchange):
            return outcome
        raise outcome

    def _weigh(self, outcome: Outcome, strays: int) -> Outcome:
        """Draw the consequences of an outcome; the answer may not be believed after all.

        Args:
            outcome: what became of the request.
            strays: how often this unit had spoken unasked when the request was put in line.
        """
        now = asyncio.get_running_loop().time()
        if isinstance(outcome, Exchange):
            if self._strays != strays:  # an old answer came while this request waited: another may have, too
                return UnansweredError(Fault.STALE, outcome.frame)
            self._not_before = now + self.driver.gap_s
            self._good += 1
            self._late_s = max(self.driver.late_s, _FORGETTING * self._late_s)
        if isinstance(outcome, UnansweredError):
            self._in_doubt = True
            if outcome.fault is Fault.SILENT:
                self._missed_at = now - self.driver.timeout_s
                self._good = 0
            garbled = outcome.fault is Fault.BAD_CHECK  # most likely that was the answer
            wait = min(self._late_s, self.driver.timeout_s) if garbled else self._late_s
            self._not_before = max(now, outcome.due) + max(wait, self.driver.gap_s)
        return outcome

    async def _resynchronise(self, block: Block | None) -> None:
        """Let late answers come, prove the line, leave nothing under way that `block` can be mixed with."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._not_before - loop.time()))
        before = self._strays
        self._told.clear()
        for proof in self.driver.registers.proofs:
            await self._prove(proof)
        await self._changed(self.driver.registers.settings)
        if not self.driver.registers.proofs:
            await self._exchange(self._probe())  # a refusal is an answer too
        if block is not None and _form(self._other_form(block)) == self._last_form:
            await asyncio.sleep(self._late_s)
        if self._strays != before:
            raise UnansweredError(Fault.STALE, b"")
        self._in_doubt = False

    async def _changed(self, settings: tuple[Setting, ...]) -> bool:
        """Ask for settings, and say whether one is no longer as it was told before."""
        changed = False
        for setting in settings:
            exchange = await self._exchange(setting.request)
            if exchange.answer[0] & REFUSAL:
                found = f"refused (exception {exchange.answer[1]})"
                raise self._not_this_instrument(setting.name, setting.where, "readable", found)
            before = self._told.get(setting.request)
            changed |= before is not None and before.answer != exchange.answer
            self._told[setting.request] = exchange
        return changed

    async def _prove(self, proof: Proof) -> None:
        exchange = await self._exchange(proof.request)
        refused = bool(exchange.answer[0] & REFUSAL)
        found = f"refused (exception {exchange.answer[1]})" if refused else proof.found(exchange.answer[2:])
        if found is None:
            return
        raise self._not_this_instrument(proof.name, proof.where, proof.expected, found)

    def _not_this_instrument(self, proof: str, where: str, expected: str, found: str) -> InstrumentError:
        self._in_doubt = True
        self._not_before = asyncio.get_running_loop().time() + self._late_s
        return InstrumentError(
            "device.not_this_instrument",
            "{port} is not what {driver} expects: {proof} at {where} should be {expected}, and is {found}.",
            "Choose the driver of this instrument, correct its unit number, or its setting.",
            port=self.name,
            driver=self.driver.mark.id,
            proof=proof,
            where=where,
            expected=expected,
            found=found,
        )

    def _probe(self) -> bytes:
        """A request whose answer has another length than the first block's, where that is possible."""
        block = next(each for each in self.driver.registers.blocks if not each.clears)
        return read_request(block.table, block.first, max(1, block.count - 1))

    def _overheard(self) -> None:
        now = asyncio.get_running_loop().time()
        if not self._in_doubt and self._missed_at is not None and self._good <= _SOON_AFTER:
            # An answer given up as lost: it comes later than the driver file says.
            self._late_s = min(max(self._late_s, 1.5 * (now - self._missed_at)), _LATEST_S)
            self._missed_at = None
        self._strays += 1
        self._in_doubt = True
        self._not_before = max(self._not_before, now + _STRAY_S)


def _form(request: bytes) -> tuple[int, int]:
    """What tells the answers to two requests apart: function and length."""
    return request[0], answer_size(request)
