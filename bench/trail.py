"""The audit trail of the bench itself: what happens outside of runs, in the same chain as the runs.

Start and stop, key use, every change of program, rules, drivers, standards or people since the last start,
deliveries and failures are entries of the journal that belong to no run. Nobody can take one away: the chain
of all later readings goes through it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from bench.clock_order import CLOCK_MAY_STEP_S
from bench.clock_state import FOLLOWS, clock_state
from bench.errors import LaboratoryError
from bench.laboratory import FILE_NAME, Folders, Laboratory
from bench.office_time import wall_time
from bench.people import Person
from bench.software import identification
from bench.station import Bound
from drivers.clock import Clock
from drivers.errors import PlainError
from results.entry import BENCH, CONFIGURATION, Kept, Noted
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.keys import read_trusted_keys
from results.order_trail import CHANGED, REGISTERED, known_orders
from results.retention import RELEASED, REMOVED, RETURNED, released

WENT_BACK: Final = "clock_went_back"
SET_RIGHT: Final = "clock_set_right"
"""a person says that the clock had been ahead and is right now"""
_STOOD: Final = timedelta(days=1)
"""how long a role has to have been known here to count over others; until then its change can be seen"""
_MOVING: Final = frozenset({"system", "machine"})
"""facts about the computer that say nothing about a change of the program"""


class Trail:
    """Writes what happens at one bench; who is there is said with each entry."""

    def __init__(
        self,
        journal: Journal,
        *,
        at: Callable[[], str],
        elapsed: Callable[[], float],
        officer: str,
        clock_state: Callable[[], dict[str, str]] = clock_state,
        configuration: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        """Take the journal.

        Args:
            journal: open for writing.
            at: the wall time, ISO 8601 with offset.
            elapsed: monotonic seconds.
            officer: who sits here, by id.
            clock_state: whether the computer's clock follows another; said with each entry.
            configuration: what decides here, but for the instruments; what has changed of it is said before
                the first entry. None: `kept` is told all of it.
        """
        self._journal = journal
        self._at = at
        self._elapsed = elapsed
        self._officer = officer
        self._clock_state = clock_state
        self._configuration = configuration
        self._known: _Known | None = None

    @classmethod
    def of(cls, laboratory: Laboratory, journal: Journal, clock: Clock) -> Self:
        """The trail of a laboratory in the name of whoever sits there, at its own wall time.

        The instruments are not connected; whoever writes it without them says all the same what has changed.
        """
        folders = Folders(journal.path.parent.parent)
        return cls(
            journal,
            at=lambda: wall_time(laboratory, clock),
            elapsed=clock.monotonic,
            officer=laboratory.officer.id,
            configuration=lambda: configuration_of(laboratory, folders, {}),
        )

    def note(self, what: str, /, **facts: Any) -> None:
        """Keep an event; it is on the disk when this returns.

        Raises:
            StorageError: it is not, so what it speaks of must not be done.
        """
        if self._configuration is not None:
            rest, self._configuration = self._configuration(), None
            known = _configuration(self._journal.notes(CONFIGURATION))
            instruments = {name: value for name, value in known.items() if _of_instruments(name)}
            self._note_changes(known, instruments | {**rest})
        self.note_clock()
        self._keep(what, **facts)

    def note_clock(self) -> None:
        """Keep it that the clock went back since the last entry, whoever wrote that.

        Raises:
            StorageError: it is not kept.
        """
        last = self._journal.newest()
        if last is not None:
            back = datetime.fromisoformat(last.at) - datetime.fromisoformat(self._at())
            if back.total_seconds() > CLOCK_MAY_STEP_S:
                self._keep(WENT_BACK, seconds=round(back.total_seconds()))

    def _keep(self, what: str, /, **facts: Any) -> None:
        synchronised = {FOLLOWS: self._clock_state()[FOLLOWS]}
        entry = Noted(what=what, facts={"by": self._officer, **facts} | synchronised)
        kept = self._journal.append(BENCH, entry, at=self._at(), elapsed=self._elapsed())
        if self._known is not None:
            self._known.orders |= known_orders([kept])
            self._known.went_back_from = _went_back_from([kept], self._known.went_back_from)

    def order(self, name: str) -> str | None:
        """The digest of an order as it was last noted; None when it never was."""
        return self._learned().orders.get(name)

    def unfinished_release(self) -> bool:
        """Whether evidence was being let go when this trail was first read, and that was not ended."""
        return self._learned().unfinished

    def worked_until(self) -> datetime | None:
        """The latest moment at which something happened here, whatever the clock says now.

        None when nothing has happened, or a person has said since that the clock is right.
        """
        newest, went_back_from = self._journal.newest(), self._learned().went_back_from
        known = [] if newest is None else [datetime.fromisoformat(newest.at)]
        return max(known if went_back_from is None else [*known, went_back_from], default=None)

    def clock_state(self) -> dict[str, str]:
        """Whether the computer's clock follows another, and what else the system tells of it."""
        return self._clock_state()

    def seat(self, officer: str) -> None:
        """Note what follows in the name of another officer."""
        self._officer = officer

    @contextmanager
    def refusals_kept(self, **whose: str) -> Iterator[None]:
        """Keep it that a key was refused, and what `whose` says of it."""
        try:
            yield
        except PlainError as fault:
            if fault.code.startswith("key."):
                self.note("key_refused", **whose, code=fault.code)
            raise

    def check_long_known(self, person: Person, role: str) -> None:
        """See to it that somebody has had a role for a day; else it is noted, and the day begins.

        Raises:
            LaboratoryError: the trail knows it for less.
            StorageError: the disk refuses.
        """
        if long_known_as(self._journal, person.id, role, datetime.fromisoformat(self._at())):
            return
        self.note("role_refused", person=person.id, role=role)
        raise LaboratoryError(
            "role.not_yet",
            "The audit trail has not known {person} as {role} for a day.",
            "Have another {role} do it, or wait: a role counts a day after the trail first named it. Enter "
            "whoever may stand in beforehand.",
            person=person.id,
            role=role,
        )

    @contextmanager
    def kept(self, configuration: Mapping[str, str]) -> Iterator[None]:
        """From start to stop; what ends it by a fault is kept too."""
        self._start(configuration)
        try:
            yield
        except PlainError as fault:
            with suppress(StorageError, IntegrityError):  # the disk or the journal itself may be the fault
                self.note("failed", code=fault.code)
            raise
        finally:
            with suppress(StorageError, IntegrityError):
                self.note("stopped")

    def _start(self, configuration: Mapping[str, str]) -> None:
        self._note_changes(self._learned().configuration, configuration)
        self.note("started", clock=self._clock_state())

    def _note_changes(self, known: Mapping[str, str], configuration: Mapping[str, str]) -> None:
        untold = not any(map(_of_instruments, known))  # when the instruments are told first, none has changed
        for name in sorted({*known, *configuration} if known else ()):
            old, new = known.get(name, ""), configuration.get(name, "")
            if old != new and not (untold and _of_instruments(name)):
                self.note("changed", what=name, old=old, new=new)
        if known != configuration:
            self.note(CONFIGURATION, configuration=dict(configuration))

    def _learned(self) -> "_Known":
        """What all that was noted amounts to; read once, for it grows with the years."""
        if self._known is None:
            kinds = (CONFIGURATION, REGISTERED, CHANGED, RELEASED, REMOVED, RETURNED, WENT_BACK, SET_RIGHT)
            entries = self._journal.notes(*kinds)
            self._known = _Known(
                configuration=_configuration(entries),
                orders=known_orders(entries),
                unfinished=any(not one.done for one in released(entries).values()),
                went_back_from=_went_back_from(entries),
            )
        return self._known


@dataclass
class _Known:
    """What a trail amounts to when it is first read, and its orders since."""

    configuration: dict[str, str]
    orders: dict[str, str]
    unfinished: bool
    went_back_from: datetime | None


def _went_back_from(entries: Iterable[Kept], found: datetime | None = None) -> datetime | None:
    """The latest time from which the clock went back; None once a person has said that it is right."""
    for kept in entries:
        if isinstance(kept.entry, Noted) and kept.entry.what == SET_RIGHT:
            found = None
        elif isinstance(kept.entry, Noted) and kept.entry.what == WENT_BACK:
            before = datetime.fromisoformat(kept.at) + timedelta(seconds=kept.entry.facts["seconds"])
            found = before if found is None else max(found, before)
    return found


def _configuration(entries: Sequence[Kept]) -> dict[str, str]:
    for kept in reversed(entries):
        if isinstance(kept.entry, Noted) and kept.entry.what == CONFIGURATION:
            found: dict[str, str] = kept.entry.facts["configuration"]
            return found
    return {}


def _of_instruments(name: str) -> bool:
    """Whether a name in a configuration is that of a driver or an instrument, which only a start knows."""
    return name.startswith(("driver ", "instrument "))


def configuration_of(
    laboratory: Laboratory, folders: Folders, instruments: Mapping[str, Bound]
) -> dict[str, str]:
    """What decides here, each with its digest or number: program, drivers, standards, people, keys."""
    found = {name: value for name, value in identification().items() if name not in _MOVING}
    found[FILE_NAME] = hashlib.sha256((folders.root / FILE_NAME).read_bytes()).hexdigest()
    for bound in instruments.values():
        found[f"driver {bound.driver.mark.id}"] = bound.driver.mark.digest
        found[f"instrument {bound.name}"] = f"{bound.driver.mark.id} {bound.serial}".strip()
    for standard in laboratory.standard:
        found[f"standard {standard.id}"] = f"{standard.certificate} {standard.due}"
    for person in laboratory.person:
        signs = ["PIN"] if person.pin else []
        signs += [f"certificate {person.certificate}"] if person.certificate else []
        found[f"person {person.id}"] = "; ".join((", ".join(person.roles), *_competence(person), *signs))
    for keyid, key in read_trusted_keys(folders.keys).items():
        ended = (f"{how} {at}" for how, at in (("revoked", key.revoked), ("replaced", key.retired)) if at)
        found[f"key {keyid[:16]}"] = "; ".join((key.person or "bench", *ended))
    return found


def noted_roles(configuration: Mapping[str, str], person: str) -> list[str]:
    """The roles that a configuration says the person of that id had; none of whom it does not know."""
    return configuration.get(f"person {person}", "").partition(";")[0].split(", ")


def long_known_as(journal: Journal, person: str, role: str, now: datetime) -> bool:
    """Whether a trail has known somebody in a role for a day, so that others could see when it was given.

    Anybody can write a role into the laboratory file for a minute. The configuration that was in force a day
    ago names it, or else the first that was noted, and so does every later one.
    """
    noted = journal.notes(CONFIGURATION)
    before = [place for place, kept in enumerate(noted) if datetime.fromisoformat(kept.at) <= now - _STOOD]
    later = noted[before[-1] if before else 0 :]
    return all(
        role in noted_roles(kept.entry.facts["configuration"], person)
        for kept in later
        if isinstance(kept.entry, Noted)
    )


def _competence(person: Person) -> list[str]:
    """What a person may test and until when: an evidence bundle asks the trail what was so on a day."""
    return [f"{kind} {until.isoformat()}" for kind, until in sorted(person.competence.items())]
