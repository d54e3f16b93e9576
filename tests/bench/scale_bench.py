"""A scale of any kind as a twin on a line in memory, in virtual time: from an order to a sealed record."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench import finishing, session
from bench.laboratory import FILE_NAME, Folders, load
from bench.operator import Prompt
from bench.operators.twin_hands import AutomaticOperator, TwinHands
from bench.session import Surroundings
from bench.station import Bound, Station
from bench.workplace import read_assignment
from drivers import catalogue
from drivers.device import Device
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.twins.settings import TwinSettings, WeighingInterval
from drivers.twins.twin import Twin
from procedures.action import Answer, Choice, Choose
from procedures.point import Conclusion
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox
from results.verification import VerifiedRecord, load_record
from tests.bench.simulated_bench import MORNING
from tests.bench.virtual_time import Cable, VirtualClock, run

OFFICE = """
[bench]
id = "TIMBANG-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
[[instrument]]
name = "timbangan"
driver = "DRIVER"
roles = ["uut"]
[[standard]]
id = "S-1"
kind = "weights"
accuracy_class = "M1"
certificate = "BSML-1"
due = 2099-12-31
"""


@dataclass
class Penera:
    """Agrees with everything, but for what `answers` says by question; keeps what was asked."""

    answers: dict[str, str] = field(default_factory=dict)
    asked: list[Prompt] = field(default_factory=list)

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        if isinstance(prompt.action, Choose) and prompt.action.question in self.answers:
            return Choice(self.answers[prompt.action.question])
        return await AutomaticOperator().answer(prompt)


@dataclass(frozen=True)
class Sealed:
    """What a run came to."""

    conclusion: Conclusion
    verified: VerifiedRecord
    penera: Penera

    def labels(self) -> list[str]:
        return [point.label for point in self.verified.record.points]

    def point(self, label: str):
        return next(point for point in self.verified.record.points if point.label == label)


def settings(**more) -> TwinSettings:
    """A quick twin; what is an amount may be written as text."""
    quick = {"settling_s": "0.05", "steady_s": "0.1"}
    values = {
        name: Quantity.parse(value)
        if isinstance(value, str) and " " in value
        else tuple(WeighingInterval(Quantity.parse(most), Quantity.parse(d)) for most, d in value)
        if isinstance(value, tuple)
        else _decimals(value)
        for name, value in (quick | more).items()
    }
    return TwinSettings(**values)


def _decimals(value):
    if isinstance(value, dict):
        return {key: Decimal(one) for key, one in value.items()}
    return Decimal(value)


def sealed_run(
    root: Path, order: str, weights: str, twin: TwinSettings, *, driver: str = "st-gs", penera=None
) -> Sealed:
    """Carry a run through in virtual time.

    Args:
        root: an empty folder.
        order: the assignment, as TOML.
        weights: `2 kg*3, 1 kg`.
        twin: what stands on the bench.
        driver: what it speaks.
        penera: who answers.
    """
    entries = ", ".join(
        f'{{ nominal = "{nominal}", count = {count or 1} }}'
        for nominal, _, count in (one.strip().partition("*") for one in weights.split(","))
    )
    (root / FILE_NAME).write_text(OFFICE.replace("DRIVER", "manual") + f"weights = [{entries}]\n", "utf-8")
    (root / "order.toml").write_text(order, "utf-8")
    return run(_carried_through(root, twin, driver, penera or Penera()))


async def _carried_through(root: Path, settings: TwinSettings, name: str, penera: Penera) -> Sealed:
    clock, cable, driver = VirtualClock(MORNING), Cable(), catalogue.load(name)
    laboratory, folders = load(root), Folders(root)
    folders.make()
    twin = Twin(driver, settings, clock, cable)
    device = Device("timbangan", driver, cable.near, clock, origin=Origin.TWIN)
    await twin.start()
    await device.start()
    try:
        bound = Bound(
            name="timbangan",
            driver=driver,
            driver_text=driver.text,
            port="cable",
            serial="",
            origin=Origin.TWIN,
            settle=SettleRule(duration_s=0.3, span_steps=0, timeout_s=10.0),
            device=device,
        )
        with Journal(folders.journal, reserve_bytes=0) as journal, Outbox(folders.outbox) as outbox:
            around = Surroundings(
                laboratory=laboratory,
                journal=journal,
                station=Station({"uut": bound}),
                clock=clock,
                sentence=str,
                title=str,
            )
            begun = session.begin(around, read_assignment(root / "order.toml"))
            taken = session.take_up(around, begun, TwinHands(twin, penera), ())
            conclusion = await taken.conduct()
            finished = finishing.seal(around, folders, outbox, begun, "")
    finally:
        await device.close()
        await twin.close()
    return Sealed(conclusion, load_record(finished.sealed.record, read_trusted_keys(folders.keys)), penera)
