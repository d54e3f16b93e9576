"""The laboratory file: who we are, what stands here, which weights we have, where records go.

A mistake in it is reported with the file, the path of the entry and a correction; nothing starts on a guess.
"""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from bench.errors import LaboratoryError
from bench.laboratory_check import check
from bench.legible import check_legible
from bench.people import Person, seated
from drivers import notation
from drivers.errors import UnitError
from drivers.instrument import LineSettings
from drivers.quantity import Quantity
from drivers.settling import SettleRule
from drivers.twins.scenario import Scenario, Story, read_scenario
from drivers.twins.settings import TwinSettings
from drivers.whole_file import read_text
from procedures.standard import WorkingStandard
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
        self.validations = self.data / "validations"
        self.drivers = root / "drivers"
        self.orders = root / "orders"

    @property
    def written(self) -> tuple[Path, ...]:
        """Where a program that is killed can leave files half written."""
        return self.data, self.records, self.keys, self.validations, self.orders

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
    check(laboratory, file)
    return laboratory
