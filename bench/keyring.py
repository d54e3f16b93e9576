"""The files of the keys: which one is whose, made, opened and revoked.

The bench's key is made on first use; the officer's is opened with a PIN, which may be tried only so often.
What the journal knows of a key is asked in `key_history`.
"""

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.errors import LaboratoryError
from bench.laboratory import Folders
from bench.people import Person
from bench.pins import check_pin
from results.key_rotation import finish
from results.keys import (
    REVOKED_SUFFIX,
    FileKey,
    check_not_lost,
    is_lost,
    keyid_of,
    read_public,
    read_trusted_keys,
)
from results.storage import plain_faults, replace_file

BENCH_KEY: Final = "bench"
"""whose key it is, where it is no person's"""
_MOST_TRIES: Final = 5
_LOCKED: Final = timedelta(minutes=15)
"""after that many wrong PINs in a row, and after each further one"""


def bench_key(folders: Folders) -> FileKey:
    """The bench's key.

    Raises:
        RecordError: damaged.
        StorageError: the disk refuses.
    """
    finish(folders.keys, "bench")
    return FileKey.open(key_file(folders, None))


def bench_key_in_use(folders: Folders) -> str:
    """The id of the key with which the bench itself signs, made on its first use; empty while there is none.

    Raises:
        RecordError: damaged.
        StorageError: the disk refuses.
    """
    return bench_key(folders).keyid if key_file(folders, None).exists() else ""


def key_file(folders: Folders, whose: Person | None) -> Path:
    """Where the private half of a person's key lies, or of the bench's (None); beside it the public one."""
    return folders.keys / ("bench.pem" if whose is None else f"officer-{whose.id}.pem")


def officer_key(folders: Folders, person: Person, pin: str, *, now: datetime) -> FileKey:
    """An officer's key; the PIN given at first use is the one that opens it from then on.

    Raises:
        LaboratoryError: a PIN is needed and none was given, it is too short for a new key, or too many wrong
            ones were tried.
        RecordError: wrong PIN, or only the key's public half is left.
    """
    file = key_file(folders, person)
    finish(folders.keys, file.stem)
    check_not_lost(file)
    if not person.pin:
        return FileKey.open(file)
    check_pin(person, pin, new=not file.exists())
    # One byte a try, written before the try: a program that is killed in between gains nothing by it.
    tries = file.with_suffix(".tries")
    _check_tries(person, tries, now)
    with plain_faults(tries):
        tries.parent.mkdir(parents=True, exist_ok=True)
        with tries.open("ab") as count:
            count.write(b".")
    key = FileKey.open(file, pin=pin)
    with plain_faults(tries):
        tries.unlink()
    return key


def pin_is_new(folders: Folders, person: Person) -> bool:
    """Whether the PIN that this person types next becomes the one of a new key."""
    file = key_file(folders, person)
    return person.pin and not file.exists() and not is_lost(file)


def check_first_pin(folders: Folders, person: Person, pin: str) -> None:
    """See to it before a test that the PIN given for its seal can become that of the key which it will make.

    One that is not given yet, or is of a key that is there, is looked at when it is used.

    Raises:
        LaboratoryError: it is too short for a new key.
    """
    if pin and pin_is_new(folders, person):
        check_pin(person, pin, new=True)


def check_signs(folders: Folders, whose: Person | None) -> bool:
    """See to it that a key that is there signs still; gives whether one is there.

    Args:
        folders: of the laboratory.
        whose: the person's, or None for the bench's.

    Raises:
        LaboratoryError: it was revoked.
        RecordError: a key file is damaged.
        StorageError: the disk refuses.
    """
    file = key_file(folders, whose)
    if _is_revoked(folders, file):
        raise LaboratoryError(
            "key.signs_no_more_here",
            "The key of {whose} was revoked: it signs nothing more, and no other was made in its place.",
            "Replace it: tera key rotate {whose} --reason TEXT.",
            whose=BENCH_KEY if whose is None else whose.id,
        )
    return file.exists()


def opens_with_pin(folders: Folders, person: Person) -> bool:
    """Whether this person has a key that nothing but a PIN opens, whatever the laboratory file says of it.

    A key whose public half alone is there counts as one: else its PIN is no longer asked once it is put away.

    Raises:
        StorageError: the disk refuses.
    """
    file = key_file(folders, person)
    with plain_faults(file):
        return is_lost(file) or (file.exists() and b"ENCRYPTED" in file.read_bytes())


def is_revoked(folders: Folders, person: Person) -> bool:
    """Whether the key that this person uses now was revoked, from whatever time on.

    Raises:
        RecordError: a key file is damaged.
        StorageError: the disk refuses.
    """
    return _is_revoked(folders, key_file(folders, person))


def _is_revoked(folders: Folders, file: Path) -> bool:
    public = file.with_suffix(".pub")
    with plain_faults(public):
        if not public.exists():
            return False
    known = read_trusted_keys(folders.keys).get(keyid_of(read_public(public)))
    return known is not None and known.revoked is not None


def check_new_pin(person: Person, pin: str) -> None:
    """See to it that a key can be made with this PIN.

    Raises:
        LaboratoryError: the person has a PIN and none was given, or it is too short.
    """
    if not person.pin:
        return
    if not pin:
        raise LaboratoryError(
            "key.new_pin_missing",
            "{name}'s new key needs a PIN, and none was given; the old key stays.",
            "Type it twice; without a screen put it into the environment variable TERA_NEW_PIN.",
            name=person.name,
        )
    check_pin(person, pin, new=True)


def check_not_revoked(folders: Folders, keyid: str, since: datetime) -> None:
    """See to it that a revocation says something new: of a revoked key it can only be from earlier on.

    Args:
        folders: of the laboratory.
        keyid: of the key, whole.
        since: from when on it is to count no more.

    Raises:
        LaboratoryError: it is revoked from then on or before already.
    """
    known = read_trusted_keys(folders.keys).get(keyid)
    if known is not None and known.revoked is not None and since >= known.revoked:
        raise LaboratoryError(
            "key.revoked_already",
            "The key {key} is revoked since {since} already.",
            "There is nothing to do; from an earlier time on it is revoked with --since.",
            key=keyid[:16],
            since=known.revoked.isoformat(),
        )


def revoke(folders: Folders, keyid: str, since: datetime, reason: str) -> Path:
    """Say that nothing counts that a key signed from then on; said again, it can only be from earlier on.

    Raises:
        LaboratoryError: no single key begins with these digits, or it was revoked from then on or before.
        StorageError: the disk refuses.
    """
    stem, whole = named_key(folders, keyid)
    check_not_revoked(folders, whole, since)
    file = folders.keys / f"{stem}{REVOKED_SUFFIX}"
    replace_file(file, f"{since.isoformat()} {reason}\n".encode())
    return file


def named_key(folders: Folders, keyid: str) -> tuple[str, str]:
    """The name of the file, without its suffix, and the whole id of the key that begins with some digits.

    Raises:
        LaboratoryError: no single key does.
    """
    known = {
        keyid_of(read_public(public)): public.stem  # a key under two names is one key
        for public in sorted(folders.keys.glob("*.pub"))
        if public.stem != "registry"
    }
    found = [(stem, whole) for whole, stem in known.items() if keyid and whole.startswith(keyid)]
    if len(found) != 1:
        raise LaboratoryError(
            "key.unknown",
            "{count} keys here begin with {key}.",
            "Write more digits of the key's id, as tera key list shows it.",
            count=len(found),
            key=keyid,
        )
    return found[0]


def _check_tries(person: Person, tries: Path, now: datetime) -> None:
    with plain_faults(tries):
        if not tries.exists():
            return
        found = tries.stat()
    since = datetime.fromtimestamp(found.st_mtime, UTC)
    if since > now:  # the clock was ahead then: the wait is no longer for that
        since = now
        with plain_faults(tries):
            os.utime(tries, (now.timestamp(), now.timestamp()))
    until = since + _LOCKED
    if found.st_size >= _MOST_TRIES and now < until:
        raise LaboratoryError(
            "key.locked",
            "{tries} wrong PINs were tried on the key of {name}; it is locked for {minutes} minutes.",
            "Wait, then enter the right PIN; what was measured is kept.",
            name=person.name,
            tries=found.st_size,
            minutes=max(1, round((until - now).total_seconds() / 60)),
        )


def public_text(key: FileKey) -> str:
    """A public key as it is written in files and on command lines: base64 of its 32 bytes."""
    return base64.b64encode(key.public).decode()
