"""The demonstration laboratory: a twin on a real port, a training registry in a process of its own.

Everything it makes is TRAINING: the laboratory says so, the registry takes nothing else.
"""

import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.keyring import bench_key, officer_key, pin_is_new
from bench.laboratory import FILE_NAME, Folders, load
from bench.trail import Trail
from drivers.clock import SystemClock
from results.errors import DeliveryError
from results.journal import Journal
from results.registry.app import open_store
from results.registry.settings import Settings

PIN: Final = "123456"
"""the demo officer's PIN; it protects nothing"""

PROCEDURES: Final = (
    "scales",
    "water_meters",
    "weights",
    "energy_meters",
    "gas_meters",
    "flow_meters",
    "capacity_measures",
    "tank_trucks",
    "fuel_dispensers",
)
"""what the demonstration can show"""

_FAULTS: Final = {
    # by procedure and fault: what the template's marks become
    "scales": {
        "none": {"gain_error": "0.0004", "eccentric": "-0.0002"},
        "span": {"gain_error": "0.0016", "eccentric": "-0.0002"},
        "eccentric": {"gain_error": "0.0004", "eccentric": "-0.004"},
    },
    "water_meters": {
        "none": {"error": "0.003"},
        "span": {"error": "0.031"},  # of the seventh meter, above the flow at which 2 % hold
    },
    "weights": {
        "none": {"deviation": "0.03 mg"},
        "span": {"deviation": "0.50 mg"},  # of the second weight of 20 g, in class F2 then
    },
    "energy_meters": {
        "none": {"error": "0.003", "percent": "0.30"},
        "span": {"error": "0.017", "percent": "1.70"},  # 1 % is permitted
    },
    "gas_meters": {
        "none": {"error": "0.006"},
        "span": {"error": "0.021"},  # of the third meter; 1.5 % is permitted above Qt
    },
    "flow_meters": {
        "none": {"error": "-0.002"},
        "span": {"error": "-0.007"},  # of the second meter; 0.5 % is permitted
    },
    "capacity_measures": {
        "none": {"holds": "20.004 L"},
        "span": {"holds": "20.016 L"},  # 10 mL are permitted
    },
    "tank_trucks": {
        "none": {"holds": "499.7 L"},
        "span": {"holds": "498.4 L"},  # of the second compartment; 1 L is permitted
    },
    "fuel_dispensers": {
        "none": {"error": "-0.0008"},
        "span": {"error": "0.0062"},  # of the second nozzle; 0.5 % is permitted
    },
}
_PLANTS: Final = {
    "water_meters": "water-plant.toml",
    "energy_meters": "energy_meters-plant.toml",
    "gas_meters": "gas_meters-plant.toml",
    "flow_meters": "flow_meters-plant.toml",
    "capacity_measures": "capacity_measures-plant.toml",
    "tank_trucks": "tank_trucks-plant.toml",
    "fuel_dispensers": "fuel_dispensers-plant.toml",
}
"""what the twins of a procedure feel together"""
_START_S: Final = 30.0
_IDLE_S: Final = 3600.0
_OK: Final = 200
_STANDARD_DAYS: Final = 200
_MARK: Final = "demo.txt"


@dataclass(frozen=True, kw_only=True)
class DemoLaboratory:
    """Where the demonstration lives."""

    root: Path
    order: Path
    registry: Path
    """the registry's folder"""
    port: int

    @property
    def url(self) -> str:
        """The registry's address on this computer."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> Settings:
        """The registry's settings: it takes training records only."""
        return Settings.in_folder(self.registry, base_url=self.url, training=True)


def prepare(root: Path, *, seed: int, fault: str, procedure: str = "scales") -> DemoLaboratory:
    """Write the demonstration's files; records of earlier demonstrations in the same folder stay.

    Raises:
        LaboratoryError: the folder holds another laboratory, or cannot be written; or no twin of this kind
            has such a fault.
    """
    marks = _FAULTS[procedure].get(fault)
    if marks is None:
        raise LaboratoryError(
            "demo.fault",
            "The twins of {procedure} have no fault {fault}; they have: {known}.",
            "Give one of those with --fault.",
            procedure=procedure,
            fault=fault,
            known=", ".join(_FAULTS[procedure]),
        )
    if (root / FILE_NAME).exists() and not (root / _MARK).exists():
        raise LaboratoryError(
            "demo.not_a_demo",
            "{folder} holds a real laboratory; the demonstration does not touch it.",
            "Give another folder with --data.",
            folder=str(root),
        )
    Folders(root).make()
    demo = DemoLaboratory(
        root=root,
        order=root / "orders" / f"{procedure}.toml",
        registry=root / "registry",
        port=_port(root),
    )
    (root / _MARK).write_text(f"tera demo\n{demo.port}\n", encoding="utf-8")
    store = open_store(demo.settings())
    with closing(store.database):
        key = str(store.key)
    templates = files("bench") / "templates"
    parts = ("demo.toml", f"demo-{procedure}.toml")
    (root / FILE_NAME).write_text(
        string.Template("\n".join((templates / part).read_text("utf-8") for part in parts)).substitute(
            marks,
            seed=seed,
            due=SystemClock().utc().date() + timedelta(days=_STANDARD_DAYS),
            url=demo.url,
            key=key,
        ),
        encoding="utf-8",
    )
    demo.order.parent.mkdir(exist_ok=True)
    order = (templates / f"demo-{procedure}-order.toml").read_text("utf-8")
    demo.order.write_text(order, encoding="utf-8")
    if procedure in _PLANTS:
        plant = _PLANTS[procedure]
        told = string.Template((templates / f"demo-{plant}").read_text("utf-8")).substitute(marks)
        (root / plant).write_text(told, encoding="utf-8")
    _enrol(demo)
    return demo


def _enrol(demo: DemoLaboratory) -> None:
    """Let the demonstration's bench and officer deliver to the demonstration's registry."""
    laboratory, folders = load(demo.root), Folders(demo.root)
    officer, office = laboratory.officer, laboratory.office.name
    new = pin_is_new(folders, officer)
    key = officer_key(folders, officer, PIN, now=SystemClock().utc())
    if new:
        with Journal(folders.journal) as journal:
            Trail.of(laboratory, journal, SystemClock()).note("key_made", whose=officer.id, key=key.keyid)
    store = open_store(demo.settings())
    with closing(store.database):
        store.enrol(laboratory.bench.id, bench_key(folders).public, office)
        store.enrol(officer.nip, key.public, office, role="officer")


def _port(root: Path) -> int:
    """The port of earlier demonstrations here, so that their addresses go on working; else a free one."""
    mark = root / _MARK
    if mark.exists():
        return int(mark.read_text(encoding="utf-8").split()[-1])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_registry(demo: DemoLaboratory, *, linger_s: float) -> Iterator[None]:
    """Have the demonstration's registry answer, as a process of its own.

    Args:
        demo: as `prepare` gives it.
        linger_s: it goes on answering until nobody has asked for so long; 0: it ends with the block.

    Raises:
        DeliveryError: it does not come up.
    """
    process = None if _answers(demo.url) else _start(demo, idle_s=linger_s or _IDLE_S)
    try:
        yield
    finally:
        if process is not None and not linger_s:
            process.terminate()
            process.wait(10)


def _start(demo: DemoLaboratory, *, idle_s: float) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "bench", "registry", "serve", "--training"]
    command += ["--folder", str(demo.registry), "--port", str(demo.port), "--idle", str(idle_s)]
    log = (demo.root / "registry.log").open("ab")
    with log:
        process = subprocess.Popen(  # noqa: S603 -- our own program
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + _START_S
    while not _answers(demo.url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise DeliveryError(
                "registry.start",
                "The training registry did not start; {log} says why.",
                "Try again, or give another folder with --data.",
                log=str(demo.root / "registry.log"),
            )
        time.sleep(0.1)
    return process


def _answers(url: str) -> bool:
    return page_status(f"{url}/health") == _OK


def page_status(url: str) -> int:
    """The HTTP status that an address of this computer answers with; 0 when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- an address of our own
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0
