"""A hundred thousand readings from other makers' slaves over lines that spoil their answers.

    python -m tests.drivers.hazard_run 100000 [SEED]

Prints what became of them. Every register holds its own address (plus its unit's), so a mix-up shows, and two
count requests, so that an old answer shows. No value may be wrong, and after a fault, once its quarantine is
over, the first read must be right. Lines run side by side in one process; a short run belongs to the tests.
"""

import asyncio
import random
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from drivers.clock import SystemClock
from drivers.errors import InstrumentError, LinkLostError
from drivers.register_driver import RegisterDriver
from drivers.transports.bus_unit import BusUnit
from drivers.transports.lines import Lines
from drivers.transports.modbus_bus import UnansweredError
from tests.drivers.modbus_peers import (
    FIRST,
    REQUESTS,
    SECOND,
    SOURCE,
    VALUES,
    WIDE,
    AbsentError,
    SpoilingLine,
    SpoilingServer,
    compiled,
    number_of,
    running,
    slave_driver,
)
from tests.drivers.modbus_spoiling import (
    FAULTS,
    READ_AT_ONCE,
    Treat,
    exception,
    late,
    old_one_first,
    twice_with_a_pause,
)
from tests.drivers.modbus_tk_slave import SHIFT

TIMEOUT_S, LATE_S = 0.04, 0.1
_BEAT_S, _LAG_S = 0.005, 0.01
FAULTY = 0.1
"""share of the requests whose answer is spoiled"""
CANCELLED = 0.01
"""share of the calls that are given up while they are under way"""
TREATMENTS: dict[str, Treat] = {
    **READ_AT_ONCE,
    **{why: treat for why, (treat, _) in FAULTS.items()},
    "a refusal": exception,
    "10 ms late": late(0.01),
    "30 ms late": late(0.03),
    "45 ms late, after the time-out": late(0.045),
    "80 ms late, long after the time-out": late(0.08),
    "100 ms late, near the end of the quarantine": late(0.1),
}
NEEDS_A_SPARE: dict[str, Treat] = {
    "an old answer before ours": old_one_first,
    "the answer again 2 ms later": twice_with_a_pause,
}
"""an old answer between a request and its answer, after no fault: only another length tells it apart"""


class Outcome(StrEnum):
    """What became of one transaction."""

    RIGHT = "right"
    REFUSED = "refused by the instrument"
    CANCELLED = "given up by the caller"
    UNANSWERED = "unanswered"
    LOST = "the connection was lost"
    SLOW = "unanswered, the slave or this computer was slow"
    WRONG = "WRONG"


@dataclass
class Tally:
    """What became of all of them."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    """after which injected fault the first read did not succeed either"""

    def __str__(self) -> str:
        rows = [("transactions", self.outcomes.total())]
        rows += [(outcome.value, self.outcomes[outcome]) for outcome in Outcome]
        rows += [("not recovered at once", len(self.slow)), ("injected", self.injected.total())]
        rows += [(f"  {why}", count) for why, count in sorted(self.injected.items())]
        return "\n".join(f"{what:60} {count:7d}" for what, count in rows)


class Pulse:
    """Tells when the computer was too busy to keep the times of this run, whoever is to blame."""

    def __init__(self) -> None:
        self._stood_still_at = 0.0

    async def beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT_S
            await asyncio.sleep(_BEAT_S)
            if loop.time() - due > _LAG_S:
                self._stood_still_at = loop.time()

    def stood_still_since(self, began: float) -> bool:
        return self._stood_still_at >= began


class Place:
    """One instrument on one spoiling line."""

    TREATMENTS: Mapping[str, Any] = TREATMENTS
    """what may be done to an answer, on its kind of line: serial here, TCP in `hazard_run_tcp`"""

    def __init__(self, line: Any, unit: BusUnit, shift: int, *, counts: bool, spare: bool) -> None:
        self.line = line
        self.unit = unit
        self._shift = shift
        self._counts = counts
        self._treatments = {**self.TREATMENTS, **(NEEDS_A_SPARE if spare else {})}
        self._last_count = 0
        self.injected = ""
        self.trouble = ""

    async def once(self, chance: random.Random, tally: Tally, pulse: Pulse, *, spoil: bool) -> Outcome:
        """One reading."""
        if spoil:
            why = chance.choice(list(self._treatments))
            self.line.plan.append(self._treatments[why])
            tally.injected[why] += 1
            self.injected = why
        which = chance.choice((FIRST, SECOND, WIDE, REQUESTS))
        give_up = spoil and chance.random() < CANCELLED / FAULTY
        began = asyncio.get_running_loop().time()
        self.line.slave_took(0.0)  # what was before does not count
        try:
            read = self.unit.read(self.unit.driver.registers.blocks[which])
            exchange = await (asyncio.wait_for(read, chance.random() * 0.02) if give_up else read)
        except TimeoutError:
            return Outcome.CANCELLED
        except LinkLostError:
            raise
        except (UnansweredError, InstrumentError) as trouble:  # the proof too may be refused
            self.trouble = str(trouble)
            return (
                Outcome.SLOW
                if self.line.slave_took(TIMEOUT_S / 2) or pulse.stood_still_since(began)
                else Outcome.UNANSWERED
            )
        if exchange.answer[0] & 0x80:
            return Outcome.REFUSED
        value, wanted = number_of(self.unit.driver, exchange.frame), self._wanted(which)
        right = value == wanted and (which != REQUESTS or not self._counts or value > self._last_count)
        if which == REQUESTS:
            self._last_count = value
        if right:
            return Outcome.RIGHT
        tally.wrong.append(f"{self.unit.name}, request {which}: {value}, not {wanted}")
        return Outcome.WRONG

    def _wanted(self, which: int) -> int:
        if which == REQUESTS and self._counts:
            return int(struct.unpack(">I", self.line.answers[-1][3:7])[0])
        value = VALUES.get(which, 900 << 16 | 901)
        words = 4 if which == WIDE else 2
        return value + sum(self._shift << 16 * at for at in range(words))


async def work(place: Place, wanted: int, chance: random.Random, tally: Tally, pulse: Pulse) -> None:
    """Read so many times; after trouble the next answer is left as it is, to see that it is right."""
    recovering = False
    for _ in range(wanted):
        spoiled = place.line.spoiled
        outcome = await place.once(chance, tally, pulse, spoil=not recovering and chance.random() < FAULTY)
        tally.outcomes[outcome] += 1
        undisturbed = place.line.spoiled == spoiled  # a neighbour's fault may have hit us
        if recovering and undisturbed and outcome is Outcome.UNANSWERED:
            tally.slow.append(f"{place.unit.name}, after {place.injected}: {place.trouble}")
        recovering = outcome in (Outcome.UNANSWERED, Outcome.SLOW, Outcome.CANCELLED, Outcome.LOST)


def drivers_of(unit: int = 1) -> Sequence[tuple[RegisterDriver, bool]]:
    """The same map three times: with a proof, without, and with a register to spare."""
    times = {"timeout": int(1000 * TIMEOUT_S), "late": int(1000 * LATE_S), "unit": unit}
    return (
        (slave_driver(gap=1, **times), False),
        (slave_driver(gap=1, prove=False, **times), False),
        (slave_driver(gap=10, spare=True, **times), True),
    )


@asynccontextmanager
async def libmodbus_place(
    slave: Path, driver: RegisterDriver, *, spare: bool, server: bool
) -> AsyncIterator[Place]:
    """One libmodbus slave on a line of its own, or on one behind a device server."""
    line = SpoilingServer() if server else SpoilingLine()
    try:
        with running(slave, "rtu", line.slave_port, str(driver.unit)):
            address = await line.listen() if isinstance(line, SpoilingServer) else line.master_port
            unit = Lines(SystemClock()).line(driver, address)
            assert isinstance(unit, BusUnit)
            await unit.open()
            try:
                yield Place(line, unit, 0, counts=True, spare=spare)
            finally:
                await unit.close()
    finally:
        line.close()


async def own_line(slave: Path, at: int, wanted: int, seed: int, *, tally: Tally, pulse: Pulse) -> None:
    """A libmodbus slave alone on its line: the three maps take turns, every fourth is behind a server."""
    driver, spare = drivers_of()[at % 3]
    server = at % 4 == 3
    async with libmodbus_place(slave, driver, spare=spare, server=server) as place:
        await work(place, wanted, random.Random(seed), tally, pulse)  # noqa: S311 -- chooses faults, no secret


async def shared_line(units: Sequence[int], wanted: int, seed: int, tally: Tally, pulse: Pulse) -> None:
    """Several slaves of modbus-tk on one line; the answers of all of them are spoiled."""
    line = SpoilingLine()
    lines = Lines(SystemClock())
    places = []
    script = Path(__file__).with_name("modbus_tk_slave.py")
    try:
        with running(sys.executable, script, line.slave_port, *map(str, units)):
            for unit in units:
                driver, _ = drivers_of(unit)[0]
                place = lines.line(driver, line.master_port)
                assert isinstance(place, BusUnit)
                await place.open()
                places.append(Place(line, place, SHIFT * unit, counts=False, spare=False))
            chance = random.Random(seed)  # noqa: S311 -- chooses faults, no secret
            await asyncio.gather(*(work(each, wanted // len(units), chance, tally, pulse) for each in places))
            for each in places:
                await each.unit.close()
    finally:
        line.close()


async def run(slave: Path, wanted: int, seed: int, *, lines: int, shared: int) -> Tally:
    """About `wanted` transactions over `lines` lines of one slave and `shared` lines of three."""
    each = -(-4 * wanted // (4 * lines + shared))  # a slave of modbus-tk takes its time

    def works(tally: Tally, pulse: Pulse) -> Iterator[Coroutine[Any, Any, None]]:
        for at in range(lines):
            yield own_line(slave, at, each, seed + at, tally=tally, pulse=pulse)
        for at in range(shared):
            yield shared_line((1, 2, 3), each // 4, seed + lines + at, tally, pulse)

    return await side_by_side(works)


async def side_by_side(works: Callable[[Tally, Pulse], Iterable[Coroutine[Any, Any, None]]]) -> Tally:
    """Do works at once, while a pulse tells whether this computer kept up."""
    tally, pulse = Tally(), Pulse()
    beating = asyncio.create_task(pulse.beat())
    await asyncio.gather(*works(tally, pulse))
    beating.cancel()
    await asyncio.wait([beating])
    return tally


def main(run: Callable[[Path, int, int], Coroutine[Any, Any, Tally]]) -> int:
    """Do a long run as the command line asks for it, and tell what came of it."""
    wanted = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 65536
    with tempfile.TemporaryDirectory() as folder:
        try:
            slave = compiled(SOURCE, Path(folder))
        except AbsentError as absent:
            print(absent)
            return 2
        began = time.monotonic()
        tally = asyncio.run(run(slave, wanted, seed))
    print(f"seed {seed}, {time.monotonic() - began:.0f} s\n{tally}")
    for one in (tally.wrong + tally.slow)[:20]:
        print(one)
    return 1 if tally.wrong or tally.slow else 0


if __name__ == "__main__":
    sys.exit(main(partial(run, lines=24, shared=4)))
