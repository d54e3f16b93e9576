"""The laboratory file: who we are, what stands here, which weights we have, where records go.

A mistake in it is reported with the file, the path of the entry and a correction; nothing starts on a guess.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bench.errors import LaboratoryError
from bench.legible import check_legible
from bench.people import Person, mistake_in, seated
from drivers import notation
from drivers.errors import UnitError
from drivers.instrument import LineSettings
from drivers.quantity import Quantity
from drivers.settling import SettleRule
from drivers.twins.scenario import Scenario, Story, read_scenario
from drivers.twins.settings import TwinSettings
from drivers.whole_file import read_text
from procedures import catalogue
from procedures.standard import WorkingStandard
from results.complaint import STAGES
from results.number import certificate_number
from results.record import Office, Signer

FILE_NAME: Final = "laboratory.toml"


class TwinEntry(TwinSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[instrument.twin]`: what a simulated instrument is like; goes before what its scenario says."""

    scenario: str = ""
    """a scenario file, from the folder of the laboratory; twins of one file share its plant"""
    quantity: dict[str, Story] = {}  # noqa: RUF012 -- msgspec gives each its own
    """what the quantities of this one do: its own errors of what the scenario has for all"""

    def played(self, root: Path) -> Scenario:
        """The scenario of this twin.

        Raises:
            DescriptionError: the scenario file has a mistake.
        """
        own = {
            name: value
            for name in TwinSettings.__struct_fields__
            if (value := getattr(self, name)) != getattr(_FAULTLESS, name)
        }
        scenario = read_scenario(root / self.scenario) if self.scenario else Scenario(seed=self.seed)
        scale = msgspec.structs.replace(scenario.scale, **own)
        quantity = scenario.quantity | self.quantity
        return msgspec.structs.replace(scenario, seed=scale.seed, scale=scale, quantity=quantity)


_FAULTLESS: Final = TwinSettings()


class InstrumentEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One instrument on the bench."""

    name: str
    driver: str
    """a built-in driver's id, or the path of a driver file"""
    port: str = ""
    """`COM3`, `/dev/ttyUSB0`, `socket://host:port`, `rfc2217://…`; empty for `manual` and for twins"""
    roles: tuple[str, ...] = ("uut",)
    """`meter/3`, or with the quantity that plays it `meter/3:count_2`"""
    kinds: tuple[str, ...] = ()
    """for which tests it stands here, `water_meters`; empty: for any in which somebody plays its roles"""
    serial: str = ""
    line: LineSettings | None = None
    """in place of the driver's settings"""
    settle: SettleRule = SettleRule(duration_s=1.0)
    twin: TwinEntry | None = None
    """plays the instrument; all that is measured on it is TRAINING"""


class LimitsEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[environment]]`: between which values something of the surroundings stays while a test runs."""

    role: str
    """of the instrument that shows it: `ambient_temperature`, `humidity`"""
    lower: Quantity | None = None
    upper: Quantity | None = None

    def hold(self, shown: Quantity) -> bool:
        """Whether a value stays within; one of another kind than the limits does not."""
        try:
            low = self.lower is not None and shown < self.lower
            high = self.upper is not None and shown > self.upper
        except UnitError:
            return False
        return not (low or high)


class Agreement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cooperation agreement under which a neighbour regency is served."""

    regency: str
    number: str
    valid_until: date | None = None


class ComplaintEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the office gives itself for a complaint."""

    days: dict[str, int] = {}
    """days after a stage until which the next must be done, `{ penerimaan = 1, verifikasi = 3 }`"""


class RetentionEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the office keeps the evidence file of a test; without it nothing is ever let go."""

    years: int
    """whole years after the test, or after its registration where that was later"""
    rule: str = ""
    """the office's own rule that says so; empty: this laboratory's own choice"""


class RegistryEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sealed records are delivered."""

    url: str
    key: str
    """the registry's public key, base64 of its 32 bytes: receipts of any other key are refused"""


class BenchEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """This bench."""

    id: str
    """goes into every record number; never reuse it on another computer"""
    training: bool = False
    """everything measured here is TRAINING"""
    language: str = "id"
    auto_capture: bool = False
    idle_lock_min: int = 15
    """after so many minutes without a key the screen asks for the PIN of whoever has one; 0: never"""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of `laboratory.toml`."""

    office: Office
    bench: BenchEntry
    person: tuple[Person, ...]
    instrument: tuple[InstrumentEntry, ...] = ()
    standard: tuple[WorkingStandard, ...] = ()
    agreement: tuple[Agreement, ...] = ()
    registry: RegistryEntry | None = None
    complaint: ComplaintEntry = ComplaintEntry()
    retention: RetentionEntry | None = None
    environment: tuple[LimitsEntry, ...] = ()

    @property
    def officer(self) -> Person:
        """The penera who works at this bench: the first in the file."""
        return next(person for person in self.person if "penera" in person.roles)

    def seated(self, officer: str) -> "Laboratory":
        """The same laboratory with another penera at the bench.

        Raises:
            LaboratoryError: nobody of that id is a penera here.
        """
        return msgspec.structs.replace(self, person=seated(self.person, officer))

    def signer(self) -> Signer:
        """The officer as a record names them."""
        officer = self.officer
        return Signer(name=officer.name, nip=officer.nip, title=officer.title or "Penera")


class Folders:
    """Where a laboratory keeps its files."""

    def __init__(self, root: Path) -> None:
        """Take the folder of `laboratory.toml`."""
        self.root = root
        self.data = root / "data"
        self.journal = self.data / "journal.db"
        self.outbox = self.data / "outbox.db"
        self.records = self.data / "records"
        self.keys = self.data / "keys"
        self.drivers = root / "drivers"
        self.orders = root / "orders"

    def make(self) -> None:
        """Create what is missing.

        Raises:
            LaboratoryError: the folder cannot be written.
        """
        try:
            for folder in (self.data, self.records, self.keys):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise LaboratoryError(
                "laboratory.folder",
                "The folder {folder} cannot be written: {problem}.",
                "Choose another folder with --lab, or ask for write access to this one.",
                folder=str(self.data),
                problem=problem.strerror or str(problem),
            ) from None


def load(root: Path) -> Laboratory:
    """Read and check a laboratory file.

    Raises:
        LaboratoryError: not there, or a mistake, named with its place.
    """
    file = root / FILE_NAME
    try:
        text = read_text(file)
    except FileNotFoundError:
        raise LaboratoryError(
            "laboratory.missing",
            "There is no laboratory here: {file} does not exist.",
            "Make one with: tera init {folder}; or try the demonstration: tera demo.",
            file=str(file),
            folder=str(root),
        ) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise LaboratoryError(
            "laboratory.unreadable",
            "{file} cannot be read: {problem}.",
            "Save it as UTF-8 text and check its access rights.",
            file=str(file),
            problem=str(problem),
        ) from None
    laboratory = notation.from_toml(text, Laboratory, source=file, error=LaboratoryError)
    check_legible(laboratory, str(file))
    _check(laboratory, file)
    return laboratory


def _check(laboratory: Laboratory, file: Path) -> None:
    for path, wrong, problem, remedy in (
        (
            "$.person",
            not any("penera" in person.roles for person in laboratory.person),
            "no person has the role penera",
            'Add a [[person]] with roles = ["penera"].',
        ),
        (
            "$.person",
            bool(mistake := mistake_in(laboratory.person)),
            mistake,
            "Write each person once, in Latin letters, with the own NIP and an id such as penera2.",
        ),
        (
            "$.instrument",
            len({entry.name for entry in laboratory.instrument}) < len(laboratory.instrument),
            "two instruments have the same name",
            "Give each instrument its own name.",
        ),
        (
            "$.standard",
            len({entry.id for entry in laboratory.standard}) < len(laboratory.standard),
            "two standards have the same id",
            "Give each standard its own id.",
        ),
        (
            "$.office.time_zone",
            not _is_zone(laboratory.office.time_zone),
            f"{laboratory.office.time_zone!r} is no time zone",
            "Write Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
        ),
        (
            "$.bench.id",
            not laboratory.bench.id.replace("-", "").isalnum() or not laboratory.bench.id.isascii(),
            f"{laboratory.bench.id!r} is no bench id",
            "Use letters, digits and hyphens, as in BENCH-02.",
        ),
        (
            "$.instrument.kinds",
            bool(
                strange := {kind for one in laboratory.instrument for kind in one.kinds} - catalogue.known()
            ),
            f"there is no procedure {min(strange, default='')}",
            f"Known are: {', '.join(sorted(catalogue.known()))}.",
        ),
        (
            "$.instrument.settle",
            any(
                entry.settle.duration_s <= 0 or entry.settle.timeout_s <= 0 or entry.settle.span_steps < 0
                for entry in laboratory.instrument
            ),
            "a time or span of settle is negative or zero",
            "Write settle = { duration_s = 1.0, span_steps = 1, timeout_s = 30.0 }.",
        ),
        (
            "$.bench.idle_lock_min",
            laboratory.bench.idle_lock_min < 0,
            f"{laboratory.bench.idle_lock_min} minutes are no time",
            "Write a number of minutes, or 0 for a screen that is never locked.",
        ),
        (
            "$.complaint.days",
            any(stage not in STAGES or days < 0 for stage, days in laboratory.complaint.days.items()),
            "one of its names is no stage, or its days are negative",
            f"Stages are: {', '.join(STAGES)}.",
        ),
        (
            "$.retention.years",
            laboratory.retention is not None and laboratory.retention.years < 1,
            "evidence is kept for one year at least",
            "Write whole years, as the archive rule of your office says them.",
        ),
        (
            "$.bench.language",
            laboratory.bench.language not in {"id", "en"},
            f"{laboratory.bench.language!r} is no language of this program",
            'Write "id" or "en".',
        ),
    ):
        if wrong:
            raise LaboratoryError(
                "laboratory.entry",
                "{file} has a mistake at {path}: {problem}.",
                remedy,
                file=str(file),
                path=path,
                problem=problem,
            )
    certificate_number(
        laboratory.office, sequence=1, bench=laboratory.bench.id, at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    for entry in laboratory.instrument:
        if not entry.port and entry.twin is None and entry.driver != "manual":
            raise LaboratoryError(
                "laboratory.no_port",
                "{file}: the instrument {name} has neither a port nor a twin.",
                'Add port = "COM3" (or "/dev/ttyUSB0", "socket://host:port"), or use driver = "manual".',
                file=str(file),
                name=entry.name,
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
