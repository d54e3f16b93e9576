"""What a bench learns when it is restored from a backup: that it is, and what the backup could not know.

A key that was revoked or replaced after the backup was made would be good again. Where the bench's own later
journal is at hand, its revocations are done again, and what it replaced counts no more; where the register
is, what it has retired is told, for a person to judge: it retires keys for other reasons too, and its list is
not signed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.key_history import retirement
from bench.keyring import BENCH_KEY, named_key, revoke
from bench.laboratory import Folders, load
from bench.trail import Trail
from drivers.clock import Clock
from drivers.errors import PlainError
from results.backup import MANIFEST, Manifest, described
from results.entry import BENCH, Kept
from results.journal import Journal
from results.key_rotation import keep_for_what_it_signed, say_replaced
from results.keys import keyid_of, read_public, read_trusted_keys
from results.registry_client import HttpRegistryLine
from results.revocation import forgotten, in_force_again

RESTORED: Final = "restored"
"""what the trail says of a bench that was put back from a backup"""
Retired = Callable[[str], Awaitable[frozenset[str]]]
"""the keys that the register of an address has retired, by key id"""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What the backup did not know."""

    revoked: tuple[str, ...] = ()
    """keys that were revoked later, by this bench's own journal"""
    replaced: tuple[str, ...] = ()
    """keys that were replaced later, by this bench's own journal"""
    retired: tuple[str, ...] = ()
    """keys in use that the register has retired"""
    unasked: PlainError | None = None
    """why the register did not tell"""


def later_entries(root: Path, manifest: Manifest) -> list[Kept]:
    """The trail of a laboratory, if its journal is the one that was backed up, gone on with; else nothing.

    Raises:
        IntegrityError: its journal is not sound.
        StorageError: it cannot be read.
    """
    folders = Folders(root)
    if not folders.journal.exists():
        return []
    with Journal(folders.journal, read_only=True) as journal:
        last = journal.entry(manifest.entries)
        return journal.entries(BENCH) if last is not None and last.hash == manifest.head else []


def revoked_later(restored: Path, entries: Sequence[Kept]) -> tuple[str, ...]:
    """The keys in a restored folder that a later trail has revoked, by key id.

    Raises:
        RecordError: a key file is damaged.
    """
    return tuple(forgotten(read_trusted_keys(Folders(restored).keys), entries))


def replaced_later(restored: Path, entries: Sequence[Kept]) -> tuple[str, ...]:
    """The keys in a restored folder that a later trail has replaced, by key id.

    Raises:
        RecordError: a key file is damaged.
    """
    return tuple(in_force_again(read_trusted_keys(Folders(restored).keys), entries))


async def settle(
    restored: Path,
    backup: Path,
    manifest: Manifest,
    entries: Sequence[Kept],
    *,
    clock: Clock,
    retired: Retired,
) -> Learned:
    """Note that a laboratory was restored, end the keys that ended since, and ask the register.

    Args:
        restored: the new folder.
        backup: what it was restored from.
        manifest: of the backup.
        entries: of the bench's own later trail, where it is at hand.
        clock: gives the time.
        retired: asks the register.

    Raises:
        LaboratoryError: the restored laboratory file has a mistake.
        StorageError: the disk refuses.
    """
    laboratory, folders = load(restored), Folders(restored)
    digest = described(backup / MANIFEST).sha256
    asked: frozenset[str] = frozenset()
    unasked = None
    if laboratory.registry is not None:
        try:
            asked = await retired(laboratory.registry.url)
        except PlainError as fault:
            unasked = fault
    doubtful = tuple(keyid for keyid in _in_use(folders) if keyid in asked)
    keys = read_trusted_keys(folders.keys)
    later, replaced = forgotten(keys, entries), in_force_again(keys, entries)
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, clock)
        trail.note(
            RESTORED,
            backup=str(backup),
            manifest=digest,
            made_at=manifest.made_at,
            retired=list(doubtful),
            unasked=unasked.code if unasked is not None else "",
        )
        for keyid, since in later.items():
            reason = "revoked after the backup was made"
            trail.note("key_revoked", key=keyid, since=since.isoformat(), reason=reason)
            revoke(folders, keyid, since, reason)
        for keyid, since in replaced.items():
            facts = {"whose": keys[keyid].person or BENCH_KEY, "since": since.isoformat(), "key": keyid}
            trail.note("key_rotated", **facts, reason="replaced after the backup was made")
            say_replaced(folders.keys, named_key(folders, keyid)[0], since)
        for stem in _without_private(folders):
            trail.note("key_replaced", whose=stem, reason="its private half was not in the backup")
            at = retirement(journal, clock.utc().astimezone())
            keep_for_what_it_signed(folders.keys, stem, at)
    return Learned(revoked=tuple(later), replaced=tuple(replaced), retired=doubtful, unasked=unasked)


async def retired_at(url: str) -> frozenset[str]:
    """What the register at an address has retired.

    Raises:
        DeliveryError: it does not answer.
    """
    async with HttpRegistryLine(url) as line:
        return await line.retired()


def _without_private(folders: Folders) -> list[str]:
    """The keys that nobody can sign with any more: their name is for the new ones."""
    return [
        file.stem
        for file in sorted(folders.keys.glob("*.pub"))
        if "@" not in file.stem and file.stem != "registry" and not file.with_suffix(".pem").exists()
    ]


def _in_use(folders: Folders) -> list[str]:
    """The keys that sign here now and are not revoked; one that was replaced has its day behind an @."""
    trusted = read_trusted_keys(folders.keys)
    found = (keyid_of(read_public(file)) for file in folders.keys.glob("*.pub") if "@" not in file.stem)
    return [keyid for keyid in found if keyid in trusted and trusted[keyid].revoked is None]
