"""The desk: what a screen may see and do. A screen knows only this port and the events.

Measured, sealed, queued and delivered are different states; a verdict is shown as sah only from `SEALED` on.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from bench.events import Observer
from bench.labels import Labels
from bench.legible import on_one_line
from bench.operator import Operator
from bench.trial import Trial
from drivers.instrument import LineSettings
from drivers.protocols import Refused
from drivers.reading import Reading
from drivers.transports import Transport
from procedures.edition import PlannedStep
from procedures.heading import Heading
from procedures.point import Conclusion


class JobState(StrEnum):
    """Where an assignment stands."""

    WAITING = "waiting"
    UNFINISHED = "unfinished"
    """begun and broken off; can be resumed"""
    MEASURED = "measured"
    SEALED = "sealed"
    """tersegel"""
    QUEUED = "queued"
    """antre"""
    REFUSED = "refused"
    """ditolak: the registry will not take it as it is"""
    DELIVERED = "delivered"
    """diterima: the registry's proof was verified"""
    VOIDED = "voided"


_NAMES: Final = frozenset({"id", "run"})
"""of a line: what the desk is asked for by, so it stays as it is"""


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """Whose texts others may have written: each is one line that no terminal obeys, but for what names it."""

    def __post_init__(self) -> None:
        """Take such texts only."""
        for name in {*self.__struct_fields__} - _NAMES:
            if type(text := getattr(self, name)) is str:
                msgspec.structs.force_setattr(self, name, on_one_line(text))


class InstrumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument on the home screen."""

    name: str
    driver: str
    evidence: str
    """captured, manual or unconfirmed"""
    port: str
    roles: tuple[str, ...]
    shown: Reading | Refused | None
    age_s: float | None
    fault: str = ""
    """one sentence in the reader's language when it does not answer"""


class StandardLine(_Written, frozen=True, kw_only=True):
    """One standard on the home screen."""

    id: str
    description: str
    due: str
    days_left: int


class JobLine(_Written, frozen=True, kw_only=True):
    """One assignment."""

    id: str
    title: str
    """ends in the serial number of a single instrument"""
    owner: str
    state: JobState
    serial: str = ""
    """of several instruments theirs; empty where one is not known"""
    outcome: Heading | None = None
    run: str = ""
    number: str = ""
    replaced: str = ""
    """number of the record that counts in place of this one's"""

    @property
    def key(self) -> str:
        """What `Desk.begin` takes: the run once there is one, for an order may be tested more than once."""
        return self.run or self.id


class OutboxLine(_Written, frozen=True, kw_only=True):
    """One record on its way to the registry."""

    number: str
    outcome: Heading | None
    state: JobState
    attempts: int
    problem: str = ""
    """why it is not delivered, in the reader's language"""
    remedy: str = ""
    """what somebody must do about that; empty where it comes right by itself"""
    address: str = ""
    """verification address, once delivered"""


class Totals(NamedTuple):
    """Of all years."""

    sealed: int
    delivered: int


class Measured(_Written, frozen=True, kw_only=True):
    """A run that has a verdict and no seal yet."""

    run: str
    number: str
    title: str
    outcome: Heading
    """what heads the result: of all instruments, or that they differ"""
    conclusion: Conclusion
    retakes: int
    began_at: datetime
    raw_bytes: int
    """size of all raw frames kept"""


class SealedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What sealing left on disk."""

    number: str
    record: Path
    evidence: Path
    certificate: Path
    address: str = ""


class SignerLine(_Written, frozen=True, kw_only=True):
    """Who signs a run: whoever tested."""

    name: str
    pin: bool
    """signs with a PIN"""
    new: bool = False
    """has no key yet: the PIN typed now becomes that of the key"""


@dataclass(frozen=True)
class BorrowedLine:
    """A line that the workbench has for itself."""

    trial: Trial
    line: Transport
    settings: LineSettings
    folder: Path
    """where captures are saved"""


class PersonLine(_Written, frozen=True, kw_only=True):
    """A penera who may sit at the bench."""

    id: str
    name: str
    competence: tuple[str, ...] = ()
    """kinds with a valid competence; empty: kept elsewhere"""


class Work(Protocol):
    """A run under way."""

    plan: Sequence[PlannedStep]

    def request_retake(self, reason: str, note: str = "") -> None:
        """Do the last captured step again, or ask its last answer again; `reason` is a retake reason."""

    @property
    def may_take_back(self) -> bool:
        """Whether the last answer alone can be asked again: nothing was carried out since it was given."""

    def pause(self) -> None:
        """Leave the run; it is kept and can be resumed."""

    async def finished(self) -> Measured | None:
        """Wait for the verdict; None when the run was left."""


class Desk(Protocol):
    """One laboratory with its journal, instruments, standards and registry."""

    bench: str
    office: str
    training: bool
    zone: str
    """IANA name of the office's time zone"""
    has_registry: bool
    """whether there is anywhere to deliver to"""
    idle_lock_s: float
    """the screen is locked after so many seconds without a key; 0: never"""

    @property
    def officer(self) -> str:
        """The name of the penera at the bench."""

    def can_lock(self) -> bool:
        """Whether the penera at the bench has a key with a PIN that opens the screen again."""

    def signer(self, run: str) -> SignerLine:
        """Who signs a run.

        Raises:
            PlainError: whoever tested is not in the laboratory file any more, or the key is lost.
        """

    def people(self) -> tuple[PersonLine, ...]:
        """The penera of this laboratory, whoever sits at the bench first."""

    def seat(self, person: str) -> None:
        """Let another penera sit at the bench; the audit trail notes it.

        Raises:
            PlainError: no penera, or the disk refuses.
        """

    async def unlock(self, pin: str) -> None:
        """Check the PIN of the penera at the bench; a wrong one counts as a try.

        Raises:
            PlainError: wrong, or tried too often.
        """

    async def void(self, run: str, reason: str, pin: str) -> SealedFiles:
        """Close a run without a verdict, for a reason, and seal that: its number is accounted for.

        Raises:
            PlainError: it has ended, wrong PIN, storage; the run stays as it was, or waits for its seal.
        """

    def line_of(self, instrument: str) -> AbstractAsyncContextManager[BorrowedLine]:
        """Take the line of an instrument for the workbench; it is read again when it is given back.

        Raises:
            PlainError: it has no line of its own.
        """

    def instruments(self) -> tuple[InstrumentLine, ...]:
        """The instruments as they are now; cheap, may be called ten times a second."""

    def unsafe(self) -> tuple[str, ...]:
        """Instruments that did not reach their safe state: somebody must close and stop them by hand."""

    def speak(self, labels: Labels) -> None:
        """Word titles, faults and problems in this language from now on, those from before too."""

    def changed_files(self) -> tuple[str, ...]:
        """Files of the laboratory that were changed since it was opened: they count from the next start."""

    async def make_safe(self) -> None:
        """Send all that declares a safe state into it, while no run is under way.

        Raises:
            PlainError: the disk refuses to note it; all that answers is safe.
        """

    def standards(self) -> tuple[StandardLine, ...]:
        """The standards, soonest due first."""

    def jobs(self) -> tuple[JobLine, ...]:
        """Runs that are not sealed, the newest others, and the orders in the folder that wait."""

    def outbox(self) -> tuple[OutboxLine, ...]:
        """Records that wait for the registry, and the newest of those that it has."""

    def totals(self) -> Totals:
        """How many there are in all, also of those that no list shows."""

    def register(self, kind: str, answers: Mapping[str, str]) -> str:
        """Write the order of an instrument that came to the front desk; returns the id of its job.

        Args:
            kind: the procedure's id.
            answers: by the names of `bench.registration.fields`, as they were typed.

        Raises:
            PlainError: an answer is missing or wrong (`entry` names it, if it is one); nothing is written.
        """

    def said(self, job: str) -> tuple[str, Mapping[str, str]]:
        """Kind and answers of an order that waits, to be put right.

        Raises:
            PlainError: its test was begun, it was not registered here, or it says more than is asked here.
        """

    def correct(self, job: str, answers: Mapping[str, str]) -> None:
        """Write an order anew with these answers; who changed what stands in the audit trail before.

        Raises:
            PlainError: see `said` and `register`; the order stays as it was.
        """

    def players(self, job: str) -> Mapping[str, Sequence[InstrumentLine]]:
        """By role, the instruments that a job can be done with; of a run under way those of its beginning.

        Where there are several, somebody must choose before the job begins.
        """

    async def begin(
        self, job: str, operator: Operator, observer: Observer, *, chosen: Mapping[str, str]
    ) -> Work:
        """Start or resume the assignment; one whose run has ended is tested again in a new run.

        Args:
            job: its id.
            operator: carries out what the script asks for.
            observer: is told what happens.
            chosen: by role, the name of the instrument that plays it, where several could.

        Raises:
            PlainError: gate, configuration or instrument; nothing is lost.
        """

    async def seal(self, run: str, pin: str) -> SealedFiles:
        """Sign and seal a measured run.

        Raises:
            PlainError: wrong PIN, storage; the run stays measured.
        """

    async def deliver(self) -> tuple[OutboxLine, ...]:
        """Push what waits; a registry that is down is a state, not an exception."""

    async def close(self) -> None:
        """Give ports and files back."""
