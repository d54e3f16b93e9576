"""A list of runs: of each only where it stands and what it is about, so that a list of years is light.

A run is begun with all it rests on, rules and driver files too; nothing of that is read here.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

import msgspec

from drivers.notation import from_json, to_json
from procedures.assignment import Assignment
from procedures.heading import Heading, heading_of
from procedures.point import Outcome
from results.entry import Sealed
from results.number import record_id_of

State = Literal["open", "concluded", "voided", "interrupted", "sealed"]


class Use(msgspec.Struct, frozen=True):
    """A standard that a run used."""

    id: str


class Tester(msgspec.Struct, frozen=True):
    """Who tested, as the laboratory file named that person then."""

    name: str = ""
    nip: str = ""


class Beginning(msgspec.Struct, frozen=True, kw_only=True, tag_field="entry", tag="run_begun"):
    """Of how a run was begun, what a list tells; the fields are those of `RunBegun`."""

    number: str
    procedure: str
    assignment: msgspec.Raw
    standards: tuple[Use, ...] = ()
    officer: Tester = Tester()
    officer_id: str = ""
    bench: str
    training: bool
    job: str = ""
    supersedes: str = ""

    @property
    def record_id(self) -> str:
        """By which the whole network knows the run's record."""
        return record_id_of(self.bench, self.number)

    @property
    def order(self) -> Assignment:
        """What was to be tested, for whom."""
        return from_json(bytes(self.assignment), Assignment)


class _Outcome(msgspec.Struct, frozen=True):
    outcome: Outcome


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Of what a run came to, what a list tells; the fields are those of `Conclusion`."""

    verdict: _Outcome
    subjects: tuple[_Outcome, ...] = ()
    valid_until: date | None = None


class _Concluded(msgspec.Struct, frozen=True, tag_field="entry", tag="concluded"):
    conclusion: Result


class _Closed(msgspec.Struct, frozen=True, tag_field="entry", tag="closed"):
    how: str


_LANDMARKS: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(Beginning | _Concluded | _Closed | Sealed)


class Landmark(NamedTuple):
    """A row of the journal that begins, concludes, closes or seals a run; its hash was found right."""

    run: str
    at: str
    body: bytes
    hash: str


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as a list of runs shows it."""

    run: str
    begun: Beginning
    begun_at: str
    state: State
    """`sealed` also for a voided or interrupted run once its record is signed"""
    ended_at: str = ""
    ended_by: str = ""
    """hash of the entry that ended it, which its record names"""
    result: Result | None = None
    sealed: Sealed | None = None

    @property
    def heading(self) -> Heading | None:
        """What heads its sealed result; None: it has none, or is measured and no more."""
        if self.result is None or self.sealed is None:
            return None
        return heading_of(self.begun.procedure, self.result.verdict.outcome, self.result.subjects)


def summaries(landmarks: Iterable[Landmark]) -> list[RunSummary]:
    """Every run, in the order in which they were begun.

    Args:
        landmarks: in the order of the journal.

    Raises:
        msgspec.MsgspecError: one is none.
    """
    found: dict[str, RunSummary] = {}
    for landmark in landmarks:
        known, said = found.get(landmark.run), _LANDMARKS.decode(landmark.body)
        match said:
            case Beginning():
                # A copy: the assignment alone would hold all the bytes that it was cut out of.
                begun = msgspec.structs.replace(said, assignment=said.assignment.copy())
                found[landmark.run] = RunSummary(
                    run=landmark.run, begun=begun, begun_at=landmark.at, state="open"
                )
            case _Concluded(conclusion=result) if known:
                found[landmark.run] = msgspec.structs.replace(
                    known, state="concluded", ended_at=landmark.at, ended_by=landmark.hash, result=result
                )
            case _Closed(how=how) if known:
                state: State = "voided" if how == "voided" else "interrupted"
                found[landmark.run] = msgspec.structs.replace(
                    known, state=state, ended_at=landmark.at, ended_by=landmark.hash
                )
            case Sealed() if known:
                found[landmark.run] = msgspec.structs.replace(known, state="sealed", sealed=said)
            case _:
                pass
    return list(found.values())


def order_digest(job: str, assignment: dict[str, Any]) -> str:
    """SHA-256 of an order, by which its run is found.

    Two instruments without a serial number may have orders that say the same, and one file may be written
    anew for another instrument: an order is the same when name and content are.

    Args:
        job: the name of its file.
        assignment: what it says, in plain dicts.
    """
    return sha256(to_json([job, assignment])).hexdigest()
