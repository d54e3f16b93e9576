"""Correcting what a record says of owner, identity, order or place: a new record that supersedes it.

Nothing is measured and nothing is taken back. The new record has its own number; both stay, and whoever
tested signs again.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec

from bench.errors import LaboratoryError
from bench.legible import check_legible
from bench.session import Surroundings
from bench.software import identification
from results.amendment import changed_assignment, fact_of
from results.entry import Amended, Concluded
from results.verification import VerifiedRecord


def amend(around: Surroundings, old: VerifiedRecord, changes: Mapping[str, str], reason: str) -> str:
    """Keep an amendment in the journal, ready to be sealed; gives its run id.

    Args:
        around: the laboratory whose record it is.
        old: the record to correct, of which every part was checked just now.
        changes: new values by name, see `results.amendment.AMENDABLE`.
        reason: why; stands on the new paper.

    Raises:
        LaboratoryError: no reason, nothing changed, no verdict, another bench's, or corrected already, or
            words that no paper can show.
        RecordError: one of the facts may not be amended.
        StorageError: the disk refuses; no number is consumed.
    """
    record, before = old.record, old.evidence.begun
    check_legible({**changes, "reason": reason})
    after = {name: new.strip() for name, new in changes.items()}
    assignment = changed_assignment(before.assignment, after)
    told = {
        name: {"old": fact_of(before.assignment, name), "new": new}
        for name, new in after.items()
        if fact_of(before.assignment, name) != new
    }
    _check(around, old, told, reason)
    now = datetime.fromisoformat(around.at())
    run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    registry = around.laboratory.registry
    begun = msgspec.structs.replace(
        before,
        number="",
        assignment=assignment,
        registry=registry.url if registry is not None else "",
        software=identification(),
        checkpoint=around.checkpoint(),
        supersedes=record.record_id,
    )
    conclusion = old.evidence.entries[-1].entry
    if not isinstance(conclusion, Concluded):
        raise _no_verdict(record.number)
    amended = Amended(
        reason=reason.strip(),
        by=around.laboratory.officer.name,
        changes=told,
        envelope=old.envelope,
        evidence=old.evidence.content,
    )
    at, elapsed = around.at(), around.clock.monotonic()
    around.journal.begin(run, begun, at=at, elapsed=elapsed, then=(amended, conclusion))
    return run


def check_own(around: Surroundings, old: VerifiedRecord) -> None:
    """See to it that this bench has sealed a record: only then can it be amended here.

    Raises:
        LaboratoryError: another bench has.
    """
    record, sealed = old.record, around.journal.sealed(old.record.number)
    if record.bench != around.laboratory.bench.id or sealed is None or sealed.record_digest != old.digest:
        raise LaboratoryError(
            "amendment.foreign",
            "Record {number} was not sealed by this bench, so it cannot be amended here.",
            "Amend it at the bench {bench} that made it.",
            number=record.number,
            bench=record.bench,
        )


def _check(
    around: Surroundings, old: VerifiedRecord, told: Mapping[str, Mapping[str, str]], reason: str
) -> None:
    record = old.record
    if not reason.strip() or not told:
        raise LaboratoryError(
            "amendment.nothing",
            "An amendment needs a reason, and at least one fact that differs from the record.",
            'Say what and why: tera amend 000017.tera.json --serial A-17 --reason "salah ketik".',
        )
    check_own(around, old)
    if record.state != "concluded":
        raise _no_verdict(record.number)
    if newer := around.journal.run_list.amending(record.record_id):
        raise LaboratoryError(
            "amendment.again",
            "Record {number} was amended already, by record {newer}.",
            "Amend record {newer} instead.",
            number=record.number,
            newer=newer[0].begun.number,
        )


def _no_verdict(number: str) -> LaboratoryError:
    return LaboratoryError(
        "amendment.no_verdict",
        "Record {number} has no verdict, so there is nothing that could be corrected.",
        "Begin a new run.",
        number=number,
    )
