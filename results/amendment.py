"""A record that corrects another: facts about instrument, owner and order, never what was measured.

The corrected record and its evidence stand whole in the entry that amends them, so the new record alone is
enough to check both and to derive the verdict again. Anything that is not in `AMENDABLE` must be as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from drivers.notation import from_builtins
from procedures.assignment import Assignment, unnamed
from procedures.point import Reason
from results import envelope as dsse
from results.entry import Amended, Concluded, Kept, RunBegun
from results.envelope import Envelope
from results.errors import RecordError
from results.evidence_held import Evidence
from results.number import certificate_number, sequence_of
from results.payload import read_payload
from results.record import Amendment, Record

AMENDABLE: Final = (
    "owner.name",
    "owner.address",
    "identity.maker",
    "identity.model",
    "identity.serial",
    "identity.type_approval",
    "identity.year",
    "order",
    "place",
    "on_behalf_of",
)
"""facts of the assignment that can be written wrongly without anything being measured wrongly"""
_PARTS: Final = frozenset(name.partition(".")[0] for name in AMENDABLE)
_UNNAMED: Final = "identity_missing"


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """The record that an amendment corrects, out of the amendment itself."""

    envelope: Envelope
    record: Record
    evidence: Evidence


def replaced_by(entries: Sequence[Kept]) -> Replaced | None:
    """The record that the run of these entries corrects; None when it measured for itself.

    Raises:
        IntegrityError: what stands there is no record, or not with its evidence.
        RecordError: the run is said to correct a record, and holds another or none.
    """
    begun = entries[0].entry
    if not isinstance(begun, RunBegun) or not begun.supersedes:
        return None
    from results.evidence import parse_evidence  # noqa: PLC0415 - HDF5 takes a tenth of a second; most commands read none

    amended = _amended(entries)
    envelope = dsse.parse(amended.envelope)
    record = read_payload(envelope)
    if record.record_id != begun.supersedes:
        raise _beyond("the record in it is another than it names")
    evidence = parse_evidence(amended.evidence, called=record.number, digest=record.evidence_digest)
    return Replaced(envelope=envelope, record=record, evidence=evidence)


def measured_evidence(evidence: Evidence) -> Evidence:
    """The evidence of the run that measured: an amendment's is that of the record that it corrects.

    Raises:
        IntegrityError: see `replaced_by`.
    """
    while (inner := replaced_by(evidence.entries)) is not None:
        evidence = inner.evidence
    return evidence


def changed_assignment(assignment: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """The plain form of an assignment with some of its `AMENDABLE` facts written anew.

    Raises:
        RecordError: one of the names may not be amended.
    """
    found = dict(assignment)
    for name, new in changes.items():
        if name not in AMENDABLE:
            raise _beyond(f"{name} cannot be amended")
        part, _, inner = name.partition(".")
        found[part] = {**found[part], inner: new} if inner else new
    return found


def fact_of(assignment: Mapping[str, Any], name: str) -> str:
    """One `AMENDABLE` fact of an assignment in its plain form."""
    part, _, inner = name.partition(".")
    return str(assignment[part][inner] if inner else assignment[part])


def amended_record(entries: Sequence[Kept], *, evidence_digest: str, previous_record: str) -> Record:
    """Fold an amendment's entries into its record; see `composition.record_of`.

    Raises:
        RecordError: something is otherwise than in the corrected record that may not be.
    """
    begun, end = entries[0].entry, entries[-1]
    replaced, amended = replaced_by(entries), _amended(entries)
    if replaced is None or not isinstance(begun, RunBegun):
        raise _beyond("it does not say which record it corrects")
    old = replaced.record
    before = replaced.evidence.begun
    _check_untouched(begun, before, amended)
    if replaced.evidence.entries[-1].entry != end.entry:
        raise _beyond("its verdict is another")
    assignment = from_builtins(begun.assignment, Assignment)
    sequence = sequence_of(begun.number)
    at = datetime.fromisoformat(end.at)
    return msgspec.structs.replace(
        old,
        record_id=f"{begun.bench}:{begun.number}",
        number=begun.number,
        sequence=sequence,
        order=assignment.order,
        place=assignment.place,
        on_behalf_of=assignment.on_behalf_of,
        owner=assignment.owner,
        identity=assignment.identity,
        notices=_notices(old.notices, assignment),
        certificate_number=""
        if begun.training
        else certificate_number(old.office, sequence=sequence, bench=begun.bench, at=at),
        supersedes=old.record_id,
        registry=begun.registry,
        evidence_digest=evidence_digest,
        journal_head=end.hash,
        previous_record=previous_record,
        software=begun.software,
        amendment=Amendment(
            at=end.at,
            by=amended.by,
            reason=amended.reason,
            changes=amended.changes,
            certificate_number=old.certificate_number,
            record_digest=replaced.envelope.digest,
        ),
    )


def _amended(entries: Sequence[Kept]) -> Amended:
    match [kept.entry for kept in entries]:
        case [RunBegun(), Amended() as amended, Concluded()]:
            return amended
        case _:
            raise _beyond("it holds other entries than an amendment has")


def _check_untouched(begun: RunBegun, before: RunBegun, amended: Amended) -> None:
    """The amendment is the corrected run with these changes, and says all of them."""
    expected = msgspec.structs.replace(
        before,
        number=begun.number,
        assignment={**before.assignment, **{part: begun.assignment[part] for part in _PARTS}},
        registry=begun.registry,
        software=begun.software,
        checkpoint=begun.checkpoint,
        supersedes=begun.supersedes,
    )
    if begun != expected:
        raise _beyond("it changes more than owner, identity, order and place")
    found = {
        name: {"old": fact_of(before.assignment, name), "new": fact_of(begun.assignment, name)}
        for name in AMENDABLE
        if fact_of(before.assignment, name) != fact_of(begun.assignment, name)
    }
    if amended.changes != found or not found:
        raise _beyond("what it says was changed is not what was changed")


def _notices(old: Sequence[Reason], assignment: Assignment) -> tuple[Reason, ...]:
    """A name that was missing may stand there now."""
    kept = tuple(notice for notice in old if notice.code != _UNNAMED)
    return tuple(old) if len(kept) == len(old) else (*unnamed(assignment), *kept)


def _beyond(why: str) -> RecordError:
    return RecordError(
        "amendment.beyond",
        "This amendment does not hold: {why}.",
        "Owner, identity, order and place can be corrected; for anything else, test again.",
        why=why,
    )
