"""The fault matrix, cell by cell: what is told, that nothing is lost, and that nothing passes."""

import sys
from datetime import timedelta
from pathlib import Path

import apsw
import msgspec
import pytest

from bench.cli.exit_code import code_of
from bench.laboratory import load
from drivers.errors import PlainError
from drivers.quantity import Quantity
from results.journal import Journal
from tests.bench import virtual_time
from tests.bench.days import MOST_SESSIONS, all_delivered, check
from tests.bench.fault_matrix import MATRIX, Never
from tests.bench.simulated_bench import CALM, Job, PowerOut, Rates, World, day, prepare, work

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on systems with /proc"),
    pytest.mark.timeout(300),
]
CELLS = {f"{fault}, {phase}": (fault, phase) for fault, row in MATRIX.items() for phase in row}
DISK = {"disk full": "full", "disk broken": "write", "sync failed": "sync"}
ROOM = '\n[[environment]]\nrole = "ambient_temperature"\nlower = "15 g"\nupper = "35 g"\n'
CLOCK = {"clock two hours back": -7200, "clock an hour ahead": 3600, "clock a day ahead": 86400}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    prepare(folder)
    return folder


class Fault:
    """One fault, struck once and lifted afterwards."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.struck = world, name, False
        self.saved: dict[Path, bytes] = {}
        self.others: list[apsw.Connection] = []
        self.room = 25 if name == "environment leaves its limits" else None
        if self.room is not None:
            with (world.root / "laboratory.toml").open("a", encoding="utf-8") as file:
                file.write(ROOM)
            world.room, world.laboratory = self.room, load(world.root)

    def strike(self, clock, cable) -> None:  # noqa: C901, PLR0912 -- one case a fault
        world, self.struck = self.world, True
        match self.name:
            case "killed" | "power lost":
                world.disk.lose_power(all_kept=self.name == "killed")
                raise PowerOut
            case name if name in DISK:
                world.disk.fault = DISK[name]
            case name if name in CLOCK:
                clock.step(CLOCK[name])
            case "clock ahead in small steps":
                clock.creep(30)
            case "computer asleep for two hours":
                clock.doze(7200)
            case "database locked":
                for file in (world.folders.journal, world.folders.outbox):
                    other = apsw.Connection(str(file))
                    other.execute("BEGIN IMMEDIATE")
                    self.others.append(other)
            case "instrument unplugged":
                world.helpless = True
                cable.pull()
            case "instrument swapped":
                world.serial = "ANOTHER-1"
            case "standard expired":
                old = tuple(
                    msgspec.structs.replace(one, due=one.due - timedelta(days=400))
                    for one in world.laboratory.standard
                )
                world.laboratory = msgspec.structs.replace(world.laboratory, standard=old)
            case "registry down":
                world.rates = Rates(power=0, prompt=0, registry=1, night=0)
            case "half-written files":
                for name in ("L-000001.tera.json", "L-000001.h5", "L-000001.pdf", "L-000001.receipt.json"):
                    (world.folders.records / f"{name}.part").write_bytes(b"{")
            case "record cut short" | "evidence cut short":
                ending = "tera.json" if self.name.startswith("record") else "h5"
                self._cut(world.folders.records / f"L-000001.{ending}")
            case "outbox cut short":
                world.disk.lose_power(all_kept=True)
                world.disk.power_on()
                self._cut(world.folders.outbox)
            case "environment leaves its limits":
                world.room = 90
                if world.thermometer is not None:  # nobody looks at the room while records are delivered
                    world.thermometer.place(Quantity(90, "g"))
            case "laboratory file cut short":
                self._cut(world.root / "laboratory.toml")

    def _cut(self, file: Path) -> None:
        content = self.saved[file] = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])

    def lift(self) -> None:
        world = self.world
        world.hook = lambda *_: None
        world.helpless, world.serial, world.rates = False, "2106-4471", CALM
        world.room = self.room
        for other in self.others:
            other.close()
        for file, content in self.saved.items():
            file.write_bytes(content)
        world.laboratory = load(world.root)
        world.disk.power_on()


def session(world: World) -> int:
    """One session; its exit code as the command line would give it."""
    world.faults.clear()
    try:
        load(world.root)  # every program begins with it
    except PlainError as mistake:
        world.told.append(mistake.code)
        return int(code_of(mistake))
    try:
        virtual_time.run(work(world, world.jobs))
    except BaseException:
        if not world.disk.dead:
            raise
    return -9 if world.disk.dead else int(code_of(world.faults[-1])) if world.faults else 0


AT_THE_START = {
    ("outbox cut short", "resume"),
    ("laboratory file cut short", "resume"),
    ("instrument swapped", "resume"),
    ("standard expired", "begin"),
    ("standard expired", "resume"),
}
"""what a program reads once, when it starts"""


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("fault", "phase"), CELLS.values(), ids=CELLS)
def test_each_fault_has_its_declared_reaction_and_none_gives_a_pass(template, tmp_path, fault, phase):
    declared = MATRIX[fault][phase]
    if isinstance(declared, Never):
        assert declared.why
        return
    with day(template, tmp_path / "day", 1, CALM) as world:
        world.jobs = [Job("eccentric")]  # an instrument that must not pass
        struck = Fault(world, fault)
        if phase == "resume":
            world.hook = lambda at, *_: _leave(world) if at == "measure" else None
            assert session(world) == 0
            world.disk.power_on()
        if (fault, phase) in AT_THE_START:
            struck.strike(None, None)

        def hook(at, clock, cable):
            if at == phase and not struck.struck:
                struck.strike(clock, cable)

        world.hook = hook
        left = session(world)
        assert struck.struck
        assert left == declared.exit, world.told
        if not declared.code:
            assert left == -9 or not world.faults, world.told
        else:
            assert declared.code in world.told, world.told
            assert not world.jobs[0].over or phase in {"seal", "deliver"} or declared.after == "no_verdict"
        struck.lift()
        for _ in range(MOST_SESSIONS):
            if world.jobs[0].over and all_delivered(world):
                break
            session(world)
            world.disk.power_on()
        world.settle()
        check(world, template)
        with Journal(world.folders.journal, read_only=True) as journal:
            summary = journal.runs()[0]
        assert (summary.result is None) == (declared.after == "no_verdict")


def _leave(world):
    from bench.attention import RunInterrupted

    raise RunInterrupted
