"""Twenty thousand readings from another maker's slave over Modbus TCP connections that are spoiled.

    python -m tests.drivers.hazard_run_tcp 20000 [SEED]

Prints what became of them, as `hazard_run` does for serial lines. No value may be wrong, and after a fault,
or on a new connection, the first read that nothing spoils must be right. A short run belongs to the tests.
"""

import asyncio
import random
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from drivers.clock import SystemClock
from drivers.errors import LinkLostError
from drivers.register_driver import RegisterDriver
from drivers.transports.bus_unit import BusUnit
from drivers.transports.lines import Lines
from tests.drivers import modbus_tcp_spoiling as spoiling
from tests.drivers.hazard_run import Outcome, Place, Pulse, Tally, drivers_of, main, side_by_side, work
from tests.drivers.modbus_peers import REQUESTS, VALUES, running

TREATMENTS: dict[str, spoiling.TcpTreat] = {
    **spoiling.HARMLESS,
    **spoiling.FAULTS,
    "a refusal": spoiling.exception,
    "30 ms late": spoiling.late(0.03),
    "45 ms late, after the time-out": spoiling.late(0.045),
    "80 ms late, long after the time-out": spoiling.late(0.08),
    "100 ms late, near the end of the quarantine": spoiling.late(0.1),
}


class TcpPlace(Place):
    """One instrument on one spoiled connection."""

    TREATMENTS = TREATMENTS

    async def once(self, chance: random.Random, tally: Tally, pulse: Pulse, *, spoil: bool) -> Outcome:
        """One reading; a connection that is lost is opened again."""
        try:
            return await super().once(chance, tally, pulse, spoil=spoil)
        except LinkLostError as gone:
            self.trouble = str(gone)
            await self.unit.close()
            await self.unit.open()
            return Outcome.LOST

    def _wanted(self, which: int) -> int:
        if which == REQUESTS:  # the newest that the slave said: an older one is another number
            return int(struct.unpack(">I", self.line.answers[-1][9:13])[0])
        return VALUES[which]


@asynccontextmanager
async def tcp_place(slave: Path, driver: RegisterDriver) -> AsyncIterator[TcpPlace]:
    """A libmodbus slave, a process for each connection, behind one that spoils."""
    line = spoiling.SpoilingConnection()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(slave, "many", str(port), str(driver.unit)):
        try:
            unit = Lines(SystemClock()).line(driver, await line.listen(port))
            assert isinstance(unit, BusUnit)
            await unit.open()
            try:
                yield TcpPlace(line, unit, 0, counts=False, spare=False)
            finally:
                await unit.close()
        finally:
            line.close()
            await asyncio.sleep(0.01)  # what ends with the connections


async def one_line(slave: Path, at: int, wanted: int, seed: int, *, tally: Tally, pulse: Pulse) -> None:
    """One connection; the maps with a proof, without, and with a register to spare take turns."""
    driver, _ = drivers_of()[at % 3]
    async with tcp_place(slave, driver) as place:
        await work(place, wanted, random.Random(seed), tally, pulse)  # noqa: S311 -- chooses faults, no secret


async def run(slave: Path, wanted: int, seed: int, *, lines: int) -> Tally:
    """About `wanted` transactions over so many connections side by side."""
    each = -(-wanted // lines)
    return await side_by_side(
        lambda tally, pulse: (
            one_line(slave, at, each, seed + at, tally=tally, pulse=pulse) for at in range(lines)
        )
    )


if __name__ == "__main__":
    sys.exit(main(partial(run, lines=24)))
