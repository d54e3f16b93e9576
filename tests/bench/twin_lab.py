"""A demonstration laboratory, changed as a test wants: from its order to a receipt, in virtual time.

The same laboratories run on real lines as `tera demo --procedure`.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from bench import demo, finishing
from bench.audit import audit
from bench.instruments import Instruments
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, load
from bench.operator import Operator, Prompt
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import Workplace, read_assignment
from drivers.clock import SystemClock
from procedures.action import Answer, Choice, Choose, Keyed, KeyIndication, KeyQuantity
from procedures.point import Conclusion, Outcome, Point
from results.certificate.rendering import render_certificate
from results.entry import Kept
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox
from results.registry.app import open_store
from results.registry.store import Store
from results.registry_client import Pushed
from results.verification import VerifiedRecord, load_record
from tests.bench.memory_lines import MemoryLines
from tests.bench.simulated_bench import MORNING
from tests.bench.virtual_time import VirtualClock, run

Change = dict[str, str]
"""texts of a file and what stands in their place; each must be there"""


class Person(AutomaticOperator):
    """Agrees with everything; `choices` are answers by question, `eyes` reads what has no port."""

    def __init__(
        self,
        choices: dict[str, str] | None = None,
        *,
        eyes: Callable[[KeyIndication | KeyQuantity], Keyed] | None = None,
    ) -> None:
        super().__init__()
        self.choices = choices or {}
        self.eyes = eyes
        self.asked: list[Prompt] = []

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        match prompt.action:
            case Choose(question=question) if question in self.choices:
                return Choice(self.choices[question])
            case KeyIndication() | KeyQuantity() if self.eyes is not None:
                return self.eyes(prompt.action)
        return await super().answer(prompt)


@dataclass(frozen=True)
class Job:
    """What a run came to."""

    conclusion: Conclusion
    verified: VerifiedRecord
    entries: list[Kept]
    delivered: tuple[str, ...]

    def points(self, section: str) -> list[Point]:
        return [point for point in self.verified.record.points if point.section == section]

    def outcomes(self) -> dict[str, Outcome]:
        return {one.id: one.outcome for one in self.conclusion.subjects}

    def sound(self) -> None:
        """The record follows from its raw frames, has its paper, and the registry has it."""
        assert self.verified.record.training
        found = audit(self.verified, deep=True)
        assert not found.differences, found.differences[:3]
        assert not found.unchecked, found.unchecked[:3]
        assert render_certificate(self.verified).startswith(b"%PDF")
        assert len(self.delivered) == 1


def changed(file: Path, changes: Change) -> None:
    """Put other texts into a file."""
    text = file.read_text("utf-8")
    for old, new in changes.items():
        assert old in text, f"{file.name} has no {old!r}"
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


class StoreLine:
    """The demonstration's registry without a network between."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def push(self, envelopes: Sequence[bytes]) -> Pushed:
        return Pushed(tuple(self._store.take(one)[0] for one in envelopes))

    async def checkpoint(self) -> str:
        return self._store.checkpoint()


@dataclass
class Bench:
    """A laboratory on disk; `job` carries its order through."""

    root: Path
    procedure: str
    fault: str = "none"
    laboratory: Change = field(default_factory=dict)
    order: Change = field(default_factory=dict)
    plant: Change = field(default_factory=dict)
    more: str = ""
    """entries behind those of the laboratory"""
    without: tuple[str, ...] = ()
    """instruments that this laboratory does not have"""

    def prepared(self) -> demo.DemoLaboratory:
        """Its files."""
        made = demo.prepare(self.root, seed=3, fault=self.fault, procedure=self.procedure)
        file = self.root / FILE_NAME
        changed(file, self.laboratory)
        entries = re.split(r"(?m)^(?=\[\[)", f"{file.read_text('utf-8')}\n{self.more}")
        left_out = [f'name = "{name}"' for name in self.without]
        kept = [entry for entry in entries if not any(name in entry for name in left_out)]
        assert len(entries) - len(kept) == len(left_out)
        file.write_text("".join(kept), "utf-8")
        changed(made.order, self.order)
        if self.plant:
            (plant,) = self.root.glob("*-plant.toml")
            changed(plant, self.plant)
        return made

    def job(self, person: Callable[[Workplace], Operator] = lambda _: Person()) -> Job:
        """From the order to the receipt.

        Args:
            person: who answers, given the open laboratory with its twins.
        """
        made = self.prepared()
        conclusion, record, entries = run(self._carried_through(made, person))
        return Job(conclusion, record, entries, asyncio.run(self._delivered(made)))

    async def _carried_through(
        self, made: demo.DemoLaboratory, person: Callable[[Workplace], Operator]
    ) -> tuple[Conclusion, VerifiedRecord, list[Kept]]:
        async with self.open() as place:
            begun = await place.begin(read_assignment(made.order))
            conclusion = await place.take_up(begun, person(place), ()).conduct()
            sealed = place.seal(begun, demo.PIN).sealed
            record = load_record(sealed.record, read_trusted_keys(place.folders.keys))
            return conclusion, record, place.journal.entries(begun)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workplace]:
        """The laboratory with its twins on lines in memory, in virtual time.

        It was prepared by the computer's clock, and no test begins before what its trail knows.
        """
        clock = VirtualClock(max(MORNING, SystemClock().utc()))
        laboratory, folders = load(self.root), Folders(self.root)
        lines = MemoryLines(clock)
        with Journal(folders.journal, reserve_bytes=0) as journal, Outbox(folders.outbox) as outbox:
            instruments = await Instruments.connect(
                laboratory, folders, clock, lines=lines, twin_line=lines.lay
            )
            try:
                yield Workplace(
                    folders,
                    laboratory=laboratory,
                    journal=journal,
                    outbox=outbox,
                    instruments=instruments,
                    labels=Labels(),
                    clock=clock,
                )
            finally:
                await instruments.close()

    async def _delivered(self, made: demo.DemoLaboratory) -> tuple[str, ...]:
        store = open_store(made.settings())
        with closing(store.database), Outbox(Folders(self.root).outbox) as outbox:
            line = StoreLine(store)
            delivery = await finishing.deliver_all(load(self.root), outbox, SystemClock(), line=line)
            return delivery.delivered
