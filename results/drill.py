"""The proof that a backup can be restored: every byte, entry and record of it is checked again.

What is not there is missing, unless the backup's own journal says that it was let go while older copies held
it.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from results import envelope as dsse
from results.backup import JOURNAL, KEYS, RECORDS, Manifest, described
from results.entry import BENCH
from results.errors import RecordError
from results.journal import Journal
from results.keys import RETIRED_SUFFIX, REVOKED_SUFFIX, TrustedKey, read_trusted_keys
from results.naming import EVIDENCE_SUFFIX, LARGEST_RECORD, RECORD_SUFFIX, beside
from results.number import file_stem
from results.payload import read_payload, unsound
from results.retention import Released, released
from results.revocation import forgotten, in_force_again
from results.storage import read_whole
from results.verification import load_record


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """What a restored backup was found to hold."""

    manifest: Manifest
    records: int
    """records of which every part was checked"""
    released: tuple[str, ...] = ()
    """numbers whose evidence was let go before this backup was made: older copies hold it"""
    missing: tuple[str, ...]
    """files that the manifest or the journal names and that are not there"""
    faults: tuple[str, ...]
    """what does not hold, in words"""

    @property
    def sound(self) -> bool:
        """Nothing is missing and everything holds."""
        return not self.missing and not self.faults


def examine(restored: Path, manifest: Manifest) -> Drill:
    """Check everything that was restored: bytes, journal, and each record with the keys of the backup."""
    missing = [name for name in manifest.files if not (restored / name).is_file()]
    faults = [
        f"{name}: its bytes are not those that were backed up"
        for name, kept in manifest.files.items()
        if name not in missing and described(restored / name) != kept
    ]
    records, gone, heads = 0, [], [manifest.head]
    keys = read_trusted_keys(restored / KEYS)
    let_go = _released(restored)
    for number in manifest.records:
        file = restored / RECORDS / f"{file_stem(number)}{RECORD_SUFFIX}"
        evidence = beside(file, EVIDENCE_SUFFIX)
        absent = [one for one in (file, evidence) if not one.is_file()]
        try:
            if absent == [evidence] and number in let_go:
                heads.append(_without_evidence(file, keys, restored, let_go[number]))
                gone.append(number)
            elif absent:
                missing += (one.relative_to(restored).as_posix() for one in absent)
            else:
                heads.append(load_record(file, keys).record.journal_head)
                records += 1
        except RecordError as fault:
            faults.append(f"{file.relative_to(restored).as_posix()}: {fault.message}")
    try:
        with Journal(restored / JOURNAL, read_only=True) as journal:
            if journal.verify(heads) != manifest.entries:
                faults.append(f"{JOURNAL}: it holds another number of entries than were backed up")
            trail = journal.entries(BENCH)
            faults += (
                f"{KEYS}: the key {keyid[:16]} was {what} on {since.isoformat()}, its {suffix} is not there"
                for what, suffix, ended in (
                    ("revoked", REVOKED_SUFFIX, forgotten(keys, trail)),
                    ("replaced", RETIRED_SUFFIX, in_force_again(keys, trail)),
                )
                for keyid, since in ended.items()
            )
    except RecordError as fault:
        faults.append(f"{JOURNAL}: {fault.message}")
    return Drill(
        manifest=manifest,
        records=records,
        released=tuple(gone),
        missing=tuple(sorted(set(missing))),
        faults=tuple(faults),
    )


def missing_of(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """The files of sealed records that a laboratory or a backup should hold, and does not."""
    let_go = _released(folder)
    expected = (
        folder / RECORDS / f"{file_stem(number)}{suffix}"
        for number in manifest.records
        for suffix in (RECORD_SUFFIX, EVIDENCE_SUFFIX)
        if suffix == RECORD_SUFFIX or number not in let_go
    )
    return tuple(file.relative_to(folder).as_posix() for file in expected if not file.is_file())


def _released(folder: Path) -> dict[str, Released]:
    """Whose evidence was let go, by the journal's word; a journal that cannot be read excuses nothing."""
    try:
        with Journal(folder / JOURNAL, read_only=True) as journal:
            return released(journal.entries(BENCH))
    except RecordError:
        return {}


def _without_evidence(file: Path, keys: Mapping[str, TrustedKey], folder: Path, let_go: Released) -> str:
    """Check a record whose evidence is with older copies; gives the entry that its journal must hold.

    Raises:
        RecordError: it is not the one that was sealed, or its signatures do not hold.
    """
    envelope = dsse.parse(read_whole(file, most=LARGEST_RECORD))
    dsse.verify(envelope, {keyid: key.public for keyid, key in keys.items()})
    record = read_payload(envelope)
    with Journal(folder / JOURNAL, read_only=True) as journal:
        sealed = journal.sealed(record.number)
    if sealed is None or (sealed.record_digest, sealed.evidence_digest) != (envelope.digest, let_go.digest):
        raise unsound("it is not the one that the journal says was sealed")
    return record.journal_head
