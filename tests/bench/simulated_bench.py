"""A whole bench in one process and a time of its own: its ports are simulated, the rest is the product.

Ports: clock, disk (SQLite's and the system's), line, twin, operator, registry line. One seed decides all of
a day: what fails, when the power goes, what the penera does. `days.py` runs many days and checks what must
always hold.
"""

import os
import random
import shutil
import string
from collections.abc import Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import apsw

from bench import finishing, session
from bench.attention import RunInterrupted
from bench.environment import Environment
from bench.keyring import bench_key, officer_key
from bench.laboratory import Folders, load
from bench.operators.twin_hands import AutomaticOperator, TwinHands
from bench.session import Surroundings
from bench.station import Bound, Station
from bench.workplace import read_assignment
from drivers import catalogue
from drivers.device import Device
from drivers.errors import PlainError
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.twins.settings import TwinSettings
from drivers.twins.twin import Twin
from procedures.action import Choice, Choose
from procedures.point import Conclusion, Outcome
from results import storage
from results.delivery import deliver
from results.entry import Kept
from results.errors import DeliveryError
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox
from results.registry.app import open_store
from results.registry.settings import Settings
from results.registry_client import Pushed
from results.verification import load_record
from tests.bench.lossy_disk import BELOW, LossyDisk
from tests.bench.virtual_time import Cable, VirtualClock

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SETTLE = SettleRule(duration_s=0.4, span_steps=0, timeout_s=5.0)
BODIES = {"sound": ("0.0004", "-0.0002"), "span": ("0.0016", "-0.0002"), "eccentric": ("0.0004", "-0.004")}
"""what stands on the bench: gain error, eccentricity at position 2"""
EXPECTED = {
    "sound": Outcome.CONFORMS,
    "span": Outcome.DOES_NOT_CONFORM,
    "eccentric": Outcome.DOES_NOT_CONFORM,
}


MIDDLE = 12
"""the prompt at which a fault of the measuring strikes"""


class PowerOut(BaseException):
    """The power is gone, or the program was killed, at this instruction."""


@dataclass(frozen=True)
class Rates:
    """How often things go wrong; each a probability."""

    power: float = 0.6
    """a session ends with a loss of power or a kill"""
    prompt: float = 0.04
    """something happens at a prompt"""
    registry: float = 0.3
    """an exchange with the registry goes wrong"""
    night: float = 0.1
    """a break lasts longer than the procedure allows"""


CALM = Rates(power=0, prompt=0, registry=0, night=0)


class World:
    """What outlives a program: files, the registry, time, chance; and what the bench has promised."""

    def __init__(self, root: Path, seed: int, rates: Rates = Rates()) -> None:
        self.root = root
        self.chance = random.Random(seed)  # noqa: S311 -- reproducible, no secret
        self.rates = rates
        self.wall = MORNING
        self.left: int | None = None
        """instructions until the power goes"""
        self.ticks = 0
        self.disk = LossyDisk(f"disk-of-{id(self)}", seed, early=0.2, tick=self.tick)
        self.promised: list[Kept] = []
        """entries of which `append` or `begin` returned"""
        self.sealed: dict[str, bytes] = {}
        """envelopes of which `seal` returned, by record id"""
        self.delivered: set[str] = set()
        self.told: list[str] = []
        self.faults: list[PlainError] = []
        """what ended a session"""
        self.hook: Callable[[str, VirtualClock, Cable], None] = lambda *_: None
        """called where a phase begins: `begin`, `measure`, `seal`, `deliver`, `resume`"""
        self.serial = "2106-4471"
        """of the instrument that is plugged in, as the laboratory file says"""
        self.helpless = False
        """the penera cannot put a plug back"""
        self.room: int | None = None
        """what the thermometer shows, in grams, for a small scale plays it; None: there is none"""
        self.thermometer: QuickTwin | None = None
        self.jobs: list[Job] = []
        self.cuts = 0
        """how often the power went"""
        self.kept_cache = False
        """at the next cut: only the program is killed, the system's cache survives"""
        self.renamed: Path | None = None
        self.laboratory = load(root)
        self.folders = Folders(root)
        settings = Settings.in_folder(root / "registry", base_url="http://register.example", training=True)
        self.store = open_store(settings)

    def tick(self) -> None:
        """One instruction at which the power can go."""
        self.ticks += 1
        if self.disk.dead:
            raise PowerOut
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.disk.lose_power(all_kept=self.kept_cache)
                raise PowerOut

    def settle(self) -> None:
        """The computer is shut down in order; what follows sees the plain files."""
        self.disk.lose_power(all_kept=True)
        apsw.set_default_vfs(BELOW)

    def close(self) -> None:
        self.store.database.close()
        self.disk.unregister()


def prepare(root: Path) -> None:
    """A training laboratory with keys and an enrolled registry; days copy it."""
    folders = Folders(root)
    folders.make()
    settings = Settings.in_folder(root / "registry", base_url="http://register.example", training=True)
    store = open_store(settings)
    templates = files("bench") / "templates"
    text = string.Template(
        "\n".join((templates / part).read_text("utf-8") for part in ("demo.toml", "demo-scales.toml"))
    ).substitute(
        seed=1, gain_error="0", eccentric="0", due="2027-06-01", url="http://register.example", key=store.key
    )
    (root / "laboratory.toml").write_text(text.replace("pin = true", "pin = false"), encoding="utf-8")
    (root / "order.toml").write_text(
        (templates / "demo-scales-order.toml").read_text("utf-8"), encoding="utf-8"
    )
    laboratory = load(root)
    officer = laboratory.officer
    store.enrol(laboratory.bench.id, bench_key(folders).public, laboratory.office.name)
    key = officer_key(folders, officer, "", now=MORNING)
    store.enrol(officer.nip, key.public, laboratory.office.name, role="officer")
    store.database.close()


@contextmanager
def day(template: Path, root: Path, seed: int, rates: Rates = Rates(), *, lossy: bool = True):
    """A world for one day, whose disk is the one that SQLite and our files are on.

    Args:
        template: a prepared laboratory, which is copied.
        root: to where.
        seed: decides everything.
        rates: how often things go wrong.
        lossy: False: SQLite is on the system's own files.
    """
    shutil.copytree(template, root)
    with reopened(root, seed, rates, lossy=lossy) as world:
        yield world


@contextmanager
def reopened(root: Path, seed: int, rates: Rates = CALM, *, lossy: bool = False):
    """A world on files that are there already."""
    world = World(root, seed, rates)
    storage.os = _System(world)
    Witness.told = world.promised.append
    if lossy:
        apsw.set_default_vfs(world.disk.name)
    try:
        yield world
    finally:
        storage.os = os
        apsw.set_default_vfs(BELOW)
        world.close()


class _System(SimpleNamespace):
    """The part of `os` that writes our files: a sync is where power matters."""

    name = os.name
    O_RDONLY = os.O_RDONLY
    open = staticmethod(os.open)
    close = staticmethod(os.close)

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def fsync(self, descriptor: int) -> None:
        world, path = self._world, Path(f"/proc/self/fd/{descriptor}").readlink()
        if world.disk.fault == "full":
            raise OSError(28, "No space left on device")
        if world.disk.fault == "sync":
            raise OSError(5, "Input/output error")
        try:
            world.tick()
        except PowerOut:
            if not world.kept_cache:
                self._lost(path, descriptor)
            raise
        if path.suffix == ".part":
            world.renamed = path
        world.tick()

    def _lost(self, path: Path, descriptor: int) -> None:
        """A file not synced has any length; a name not synced may be the old one."""
        chance, part = self._world.chance, self._world.renamed
        if path.suffix == ".part":
            os.truncate(path, int(chance.random() * path.stat().st_size))
        elif part is not None and part.parent == path and chance.random() < 0.5:
            final = part.with_suffix("").with_suffix("")  # of NAME.xxxxxxxx.part
            if final.exists() and not part.exists():
                final.rename(part)


class Witness(Journal):
    """The journal; writes down what it has promised."""

    told: ClassVar[Callable[[Kept], object]]

    def begin(self, *values, **named):
        kept = super().begin(*values, **named)
        type(self).told(kept)
        return kept

    def append(self, *values, **named):
        kept = super().append(*values, **named)
        type(self).told(kept)
        return kept


@dataclass
class Penera:
    """Obeys, and sometimes does what people do."""

    world: World
    clock: VirtualClock
    cable: Cable
    taken: session.Taken | None = None
    asked: int = 0
    hands: AutomaticOperator = field(default_factory=AutomaticOperator)

    async def answer(self, prompt):
        world, chance = self.world, self.world.chance
        world.tick()
        self.asked += 1
        if self.asked == MIDDLE:
            world.hook("measure", self.clock, self.cable)
        await self.clock.sleep(chance.uniform(0.1, 0.8))
        if isinstance(prompt.action, Choose) and prompt.action.question == "instrument_trouble":
            if world.helpless:
                return Choice("leave")
            if chance.random() < 0.8:
                self.cable.plug()
                self.cable.garble = bytes
            return Choice(chance.choice(("try_again", "try_again", "leave")))
        if chance.random() < world.rates.prompt:
            await self._misfortune()
        world.tick()
        if isinstance(prompt.action, Choose) and prompt.action.question == "adjust":
            return Choice("reject")
        return await self.hands.answer(prompt)

    async def _misfortune(self) -> None:
        world, chance = self.world, self.world.chance
        match chance.choice(
            ("leave", "retake", "unplug", "noise", "full", "sync", "write", "clock", "lunch", "doze")
        ):
            case "leave":
                raise RunInterrupted
            case "retake" if self.taken is not None:
                if self.taken.conductor.request_retake("wrong_load", "anak timbang tertukar"):
                    await self.clock.sleep(1000)
            case "unplug":
                self.cable.pull()
            case "noise":
                self.cable.garble = lambda data: bytes(one ^ (chance.random() < 0.1) << 4 for one in data)
            case "clock":
                self.clock.step(chance.choice((-7200, -5, 5, 3600)))
            case "lunch":
                await self.clock.sleep(1800)
            case "doze":
                self.clock.doze(1800)
            case fault:
                world.disk.fault = fault if fault != "retake" else ""


class QuickTwin(Twin):
    """A twin that remembers how it wrote an indication: writing takes most of the time of a day."""

    written: ClassVar[dict[object, bytes]] = {}

    def _frame(self, event):
        if event not in self.written:
            self.written[event] = super()._frame(event)
        return self.written[event]


class StoreLine:
    """The registry behind a network that loses things."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def push(self, envelopes):
        self._trouble()
        receipts = []
        for envelope in envelopes:
            receipts.append(self._world.store.take(envelope)[0])
            self._trouble()  # the registry has it, and nobody hears of it
        return Pushed(tuple(receipts))

    async def checkpoint(self) -> str:
        self._trouble()
        return self._world.store.checkpoint()

    async def consistency(self, first: int, second: int) -> tuple[str, ...]:
        self._trouble()
        return tuple(digest.hex() for digest in self._world.store.consistency(first, second))

    def _trouble(self) -> None:
        self._world.tick()
        if self._world.chance.random() < self._world.rates.registry:
            raise DeliveryError("registry.down", "The registry {url} cannot be reached.", "Wait.", url="x")


@dataclass
class Job:
    """One instrument to be tested."""

    body: str
    run: str = ""
    void: bool = False
    over: bool = False
    conclusion: Conclusion | None = None


async def work(world: World, jobs: list[Job]) -> None:
    """One session of the program: from its start to its end, or to the loss of power."""
    clock = VirtualClock(world.wall)
    try:
        await _session(world, clock, jobs)
    except PlainError as refusal:
        world.told.append(refusal.code)
        world.faults.append(refusal)
    finally:
        world.wall = clock.utc()


async def _session(world: World, clock: VirtualClock, jobs: list[Job]) -> None:
    with Witness(world.folders.journal, reserve_bytes=0) as journal, Outbox(world.folders.outbox) as outbox:
        outbox.reconcile(world.folders.records, sealed=lambda: finishing.sealed_digests(journal))
        for job in jobs:
            if not job.over:
                await _job(world, clock, journal, outbox, job)
        world.hook("deliver", clock, Cable())
        await _deliver(world, clock, outbox)


async def _job(world: World, clock: VirtualClock, journal: Journal, outbox: Outbox, job: Job) -> None:
    cable, driver = Cable(), catalogue.load("st-gs")
    gain, corner = BODIES[job.body]
    settings = TwinSettings(
        max=Quantity.parse("15 kg"),
        d=Quantity.parse("5 g"),
        gain_error=Decimal(gain),
        eccentricity={"2": Decimal(corner)},
        settling_s=Decimal("0.05"),
        steady_s=Decimal("0.1"),
    )
    twin = QuickTwin(driver, settings, clock, cable)
    device = Device("timbangan latihan", driver, cable.near, clock, origin=Origin.TWIN)
    await twin.start()
    await device.start()
    try:
        bound = Bound(
            name="timbangan latihan",
            driver=driver,
            driver_text=driver.text,
            port="cable",
            serial=world.serial,
            origin=Origin.TWIN,
            settle=SETTLE,
            device=device,
        )
        async with _thermometer(world, clock, bound) as room:
            around = Surroundings(
                laboratory=world.laboratory,
                journal=journal,
                station=Station({"uut": bound} | room),
                clock=clock,
                sentence=str,
                title=str,
            )
            await _test(world, around, twin, Penera(world, clock, cable), outbox, job)
    finally:
        await device.close()
        await twin.close()


@asynccontextmanager
async def _thermometer(world: World, clock: VirtualClock, like: Bound):
    """The instrument that shows the room, by its role; nothing in a world without one."""
    if world.room is None:
        yield {}
        return
    cable = Cable()
    settings = TwinSettings(
        max=Quantity(100, "g"), d=Quantity(1, "g"), settling_s=Decimal("0.05"), steady_s=Decimal("0.1")
    )
    twin = world.thermometer = QuickTwin(like.driver, settings, clock, cable)
    device = Device("termometer", like.driver, cable.near, clock, origin=Origin.TWIN)
    twin.place(Quantity(world.room, "g"))
    await twin.start()
    await device.start()
    try:
        await clock.sleep(1)
        yield {"ambient_temperature": replace(like, name="termometer", device=device)}
    finally:
        world.thermometer = None
        await device.close()
        await twin.close()


async def _test(  # noqa: PLR0917 -- the parts of one session
    world: World, around: Surroundings, twin: Twin, penera: Penera, outbox: Outbox, job: Job
) -> None:
    journal = around.journal
    if not job.run:
        assignment = read_assignment(world.root / "order.toml")
        before = {summary.run for summary in journal.runs()}
        # A begin that nobody heard of is a run all the same: the penera finds it in the list and takes it up.
        world.hook("begin", around.clock, penera.cable)
        unheard = [run for run in before if run not in {other.run for other in world.jobs}]
        if not unheard:
            await Environment(around.laboratory.environment, around.station).refuse_outside()
        job.run = unheard[0] if unheard else session.begin(around, assignment)
    summary = next(summary for summary in journal.runs() if summary.run == job.run)
    if summary.state == "open" and job.void:
        session.close(around, job.run, how="voided", reason="salah alat")
    elif summary.state in ("open", "concluded"):
        if len(journal.entries(job.run)) > 1:
            world.hook("resume", around.clock, penera.cable)
        try:
            penera.taken = session.take_up(around, job.run, TwinHands(twin, penera), ())
            job.conclusion = await penera.taken.conduct()
        except RunInterrupted:
            return
        except PlainError as refusal:
            world.told.append(refusal.code)
            world.faults.append(refusal)
            if refusal.code not in ("run.clock", "run.too_late"):
                raise
    world.hook("seal", around.clock, penera.cable)
    finished = finishing.seal(around, world.folders, outbox, job.run, "")
    verified = finished.sealed.verified
    world.sealed[verified.record.record_id] = verified.envelope
    job.over = True


async def _deliver(world: World, clock: VirtualClock, outbox: Outbox) -> None:
    keys = read_trusted_keys(world.folders.keys)
    delivery = await deliver(
        outbox,
        StoreLine(world),
        world.store.key,
        read=lambda path: load_record(path, keys).envelope,
        now=clock.utc,
        jitter=world.chance.random,
        training=True,
        at_once=True,
    )
    world.delivered |= set(delivery.delivered)
    if delivery.problem is not None:
        world.told.append(delivery.problem.code)
