"""Measures, tanks and dispensers on twins: the demonstration's laboratory, carried through to a record.

Instruments answer over lines in memory, in virtual time; necks, displays and rulers are read by the hands
that fill the vessels. `tera demo` does the same on real ports.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import demo
from bench.finishing import deliver_all
from bench.instruments import Instruments
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, load
from bench.operator import Operator
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import Workplace, read_assignment
from drivers.clock import SystemClock
from procedures.point import Conclusion
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox, State
from results.verification import VerifiedRecord, load_record
from tests.bench import virtual_time
from tests.bench.memory_lines import MemoryLines
from tests.bench.simulated_bench import MORNING
from tests.bench.virtual_time import Cable, VirtualClock


@dataclass(frozen=True)
class Carried:
    """What a run came to."""

    conclusion: Conclusion
    verified: VerifiedRecord
    paper: bytes

    def errors(self) -> dict[str, float]:
        """By label, in the unit of the point."""
        points = self.verified.record.points
        return {
            one.label: float(one.error.value) for one in points if one.section == "accuracy" and one.error
        }

    def drivers(self) -> dict[str, str]:
        return {one.role: one.driver for one in self.verified.record.instruments}


def prepared(
    root: Path, kind: str, fault: str = "none", changes: Mapping[str, str] | None = None
) -> demo.DemoLaboratory:
    """The laboratory of a kind; `changes` are made in its three files."""
    laboratory = demo.prepare(root, seed=3, fault=fault, procedure=kind)
    for file in (laboratory.order, root / FILE_NAME, root / f"{kind}-plant.toml"):
        text = file.read_text("utf-8")
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    return laboratory


@dataclass
class Bench:
    """A laboratory at work in virtual time, its twins on lines in memory."""

    place: Workplace
    lines: MemoryLines
    order: Path

    async def begun(self) -> str:
        return await self.place.begin(read_assignment(self.order))

    async def conducted(self, run: str, operator: Operator) -> Conclusion:
        return await self.place.take_up(run, operator, ()).conduct()

    def cable(self, name: str) -> Cable:
        """The cable of an instrument, by its name in the laboratory."""
        address = self.place.instruments.bound[name].port
        return next(one for one in self.lines.cables if one.address == address)


@asynccontextmanager
async def bench(laboratory: demo.DemoLaboratory) -> AsyncIterator[Bench]:
    root, clock = laboratory.root, VirtualClock(MORNING)
    lines, folders, described = MemoryLines(clock), Folders(root), load(root)
    with Journal(folders.journal, reserve_bytes=0) as journal, Outbox(folders.outbox) as outbox:
        instruments = await Instruments.connect(described, folders, clock, lines=lines, twin_line=lines.lay)
        try:
            place = Workplace(
                folders,
                laboratory=described,
                journal=journal,
                outbox=outbox,
                instruments=instruments,
                labels=Labels(),
                clock=clock,
            )
            yield Bench(place, lines, laboratory.order)
        finally:
            await instruments.close()


def carried_through(laboratory: demo.DemoLaboratory, operator: Operator | None = None) -> Carried:
    """From the order to the sealed record."""

    async def worked() -> Carried:
        async with bench(laboratory) as at_work:
            run = await at_work.begun()
            conclusion = await at_work.conducted(run, operator or AutomaticOperator())
            sealed = at_work.place.seal(run, demo.PIN).sealed
            verified = load_record(sealed.record, read_trusted_keys(at_work.place.folders.keys))
            return Carried(conclusion, verified, sealed.certificate.read_bytes())

    return virtual_time.run(worked())


def registered(laboratory: demo.DemoLaboratory) -> tuple[State, ...]:
    """What became of the sealed records at a registry on a port of its own."""

    async def delivered() -> tuple[State, ...]:
        with Outbox(Folders(laboratory.root).outbox) as outbox:
            await deliver_all(load(laboratory.root), outbox, SystemClock())
            return tuple(one.state for one in outbox.records())

    with demo.running_registry(laboratory, linger_s=0):
        return asyncio.run(delivered())
