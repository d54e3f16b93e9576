"""A laboratory with sealed, registered records and two checked copies; the disks are folders of the test."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.laboratory import Folders, load
from bench.people import Person
from bench.rereading import note_drill
from bench.retention import Retention
from bench.trail import Trail
from drivers.clock import SystemClock
from drivers.notation import to_json
from results import envelope as dsse
from results import merkle
from results.backup import back_up, restore
from results.delivery import receipt_path
from results.drill import Drill, examine
from results.entry import BENCH, Noted
from results.journal import Journal
from results.keys import FileKey
from results.receipt import Receipt, verification_address
from results.registry.checkpoint import Checkpoint, RegistryKey, sign
from tests.results.made_run import seal_with, weigh_points, write_run
from tests.results.registry_bench import new_key

REGISTERED = datetime(2026, 11, 21, 4, tzinfo=UTC)
OVER = datetime(2037, 1, 5, 2, tzinfo=UTC)
"""ten years after the tests are over, and their certificates"""
PIN = "246802"
NUMBERS = ("000001", "000002", "000003")
TEXT = """
[bench]
id = "BENCH-02"
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
regency = "Kabupaten Contoh"
certificate_number = "{{sequence:04d}}/{{year}}"
[registry]
url = "https://register.example"
key = "{key}"
[[person]]
id = "budi"
name = "Budi Contoh"
[[person]]
id = "siti"
name = "Siti Contoh"
roles = ["kepala"]
pin = true
[[person]]
id = "tanpa"
name = "Kepala Tanpa PIN"
roles = ["kepala"]
[retention]
years = 10
rule = "Jadwal Retensi Arsip Kabupaten Contoh"
"""


class Stopped(SystemClock):
    """The computer's clock, but for the day."""

    def __init__(self, wall: datetime) -> None:
        """Take the wall time."""
        self._wall = wall

    def utc(self) -> datetime:
        """That time."""
        return self._wall


class KeptLab:
    """The laboratory, its registry, and what is done with it at a moment."""

    def __init__(self, root: Path, now: datetime = OVER) -> None:
        """Take its folder; `make` fills it."""
        self.top, self.root, self.now = root, root / "lab", now
        self.folders = Folders(self.root)

    def make(self) -> None:
        """Seal three runs, of which the last was voided, and register them."""
        register = new_key()
        key = RegistryKey("register.example/log", register.public)
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "laboratory.toml").write_text(TEXT.format(key=key), "utf-8")
        siti = FileKey.open(self.folders.keys / "officer-siti.pem", pin=PIN)
        with Journal(self.folders.journal) as journal:
            made = Noted(what="key_made", facts={"whose": "siti", "key": siti.keyid})
            journal.append(BENCH, made, at=REGISTERED.isoformat(), elapsed=0.0)
            for number in NUMBERS:
                end = "voided" if number == NUMBERS[-1] else "concluded"
                write_run(journal, number, end=end, samples=1, points=weigh_points()[:3])
                seal_with(journal, self.folders.keys, self.folders.records, number)
        payloads = [dsse.parse(self.record(number).read_bytes()).content for number in NUMBERS]
        leaves = [merkle.leaf_hash(payload) for payload in payloads]
        stored = partial(_stored, leaves)
        root = merkle.root_hash(len(leaves), stored)
        for place, number in enumerate(NUMBERS):
            receipt = Receipt(
                record_id=f"BENCH-02:{number}",
                leaf_index=place,
                tree_size=len(leaves),
                root_hash=root.hex(),
                inclusion_proof=tuple(
                    digest.hex() for digest in merkle.inclusion_proof(place, len(leaves), stored)
                ),
                checkpoint=sign(Checkpoint(key.origin, len(leaves), root, REGISTERED), register),
                verification_address=verification_address("https://register.example", payloads[place]),
            )
            receipt_path(self.record(number)).write_bytes(to_json(receipt))

    def record(self, number: str) -> Path:
        """A record file."""
        return self.folders.records / f"{number}.tera.json"

    def evidence(self, number: str) -> Path:
        """An evidence file."""
        return self.folders.records / f"{number}.h5"

    def person(self, who: str = "siti") -> Person:
        """Somebody of the laboratory."""
        return next(one for one in load(self.root).person if one.id == who)

    def copied(self, disk: str) -> Path:
        """A new copy on a disk, checked, which the trail knows."""
        place = self.top / disk / "tera"
        back_up(self.root, place, at=self.now.isoformat())
        assert self.checked(place).sound
        return place

    def checked(self, place: Path) -> Drill:
        """A drill of a copy, which the trail knows."""
        scratch = self.top / f"scratch-{len(list(self.top.iterdir()))}"
        found = examine(scratch, restore(place, scratch))
        assert note_drill(self.root, place, found, Stopped(self.now), self.disks)
        return found

    def disks(self, file: Path) -> frozenset[str]:
        """Each folder beside the laboratory is a disk; `memory` holds nothing."""
        disk = file.resolve().relative_to(self.top.resolve()).parts[0]
        return frozenset() if disk == "memory" else frozenset({disk})

    def opened(self, journal: Journal) -> Retention:
        """What the commands work with."""
        laboratory, clock = load(self.root), Stopped(self.now)
        return Retention(
            laboratory=laboratory,
            folders=self.folders,
            journal=journal,
            trail=Trail.of(laboratory, journal, clock),
            clock=clock,
            disks=self.disks,
        )

    def release(self, *numbers: str, places: Sequence[Path] = (), who: str = "siti", pin: str = PIN) -> None:
        """Let evidence go."""
        with Journal(self.folders.journal) as journal:
            self.opened(journal).release(self.person(who), pin, numbers, places, "habis masa simpan")

    def there(self) -> list[str]:
        """Whose evidence is here."""
        return [number for number in NUMBERS if self.evidence(number).exists()]


def _stored(leaves: list[bytes], level: int, place: int) -> bytes:
    for _ in range(level):
        leaves = [merkle.node_hash(*leaves[at : at + 2]) for at in range(0, len(leaves) - 1, 2)]
    return leaves[place]
