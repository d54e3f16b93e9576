"""Which trusted keys a bench knows: those its trail saw made or used, and those that signed what it sealed.

Whoever can write into the folder of keys can lay another one there; nothing but the chained journal tells
which of them the bench itself made.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from results import envelope as dsse
from results.entry import Kept, Noted
from results.errors import RecordError
from results.journal import Journal
from results.keys import TrustedKey
from results.naming import LARGEST_RECORD, RECORD_SUFFIX
from results.number import file_stem
from results.storage import read_whole


def never_seen(
    keys: Mapping[str, TrustedKey], journal: Journal, trail: Iterable[Kept], folder: Path
) -> tuple[str, ...]:
    """The keys of a folder that nothing in a journal accounts for, by key id.

    Args:
        keys: of the folder, by key id.
        journal: of the bench, verified by itself.
        trail: what the bench itself noted in it.
        folder: where its records lie; one whose sealing an older release noted without the keys shows them.

    Raises:
        StorageError: a record cannot be read.
    """
    known: set[str] = set()
    noted: set[str] = set()
    for kept in trail:
        match kept.entry:
            case Noted(what="key_made", facts={"key": str(keyid)}):
                known.add(keyid)
            case Noted(what="key_rotated", facts={"key": str(keyid), "opened_by": str(by)}) if by:
                known.add(keyid)
            case Noted(what="key_used", facts={"run": str(run), "keys": str(keyids)}):
                known.update(keyids.split(", "))
                noted.add(run)
            case _:
                pass
    if not keys.keys() <= known:
        for summary in journal.runs():
            if summary.sealed is not None and summary.run not in noted:
                file = folder / (file_stem(summary.begun.number) + RECORD_SUFFIX)
                known |= _signers(file, summary.sealed.record_digest, keys)
    return tuple(keyid for keyid in keys if keyid not in known)


def in_use(stem: str, sealed: Collection[str], trail: Iterable[Kept]) -> bool:
    """Whether a key stands under a name, as the journal has it: made or used, and not replaced since.

    Args:
        stem: of its files: `bench`, or `officer-<id>`.
        sealed: the runs that it has sealed: those that its owner tested, or all of them for the bench's.
        trail: what the bench itself noted, in order.
    """
    whose = stem.removeprefix("officer-")
    there = bool(sealed)  # an older release noted nothing
    for kept in trail:
        match kept.entry:
            case Noted(what="key_used", facts={"run": str(run)}) if run in sealed:
                there = True
            case Noted(what="key_made", facts={"whose": str(who)}) if who == whose:
                there = True
            case Noted(what="key_rotated" | "key_replaced", facts={"whose": str(who)}) if who in {
                whose,
                stem,
            }:
                there = False
            case _:
                pass
    return there


def _signers(file: Path, digest: str, keys: Mapping[str, TrustedKey]) -> set[str]:
    """The keys that signed a record, if it is the one that was sealed and all its signatures hold."""
    if file.exists():
        with suppress(RecordError):
            envelope = dsse.parse(read_whole(file, most=LARGEST_RECORD))
            dsse.verify(envelope, {keyid: key.public for keyid, key in keys.items()})
            if envelope.digest == digest:
                return {signature.keyid for signature in envelope.signatures}
    return set()
