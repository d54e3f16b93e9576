"""Replacing a key: the new one is whole on the disk before the old one is destroyed.

The new key waits beside the old one. Once the old one's public half stands under the name of a replaced key,
with the time of its retirement, all is decided: what a power cut leaves is ended when the key is opened next.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from results.keys import RETIRED_SUFFIX, REVOKED_SUFFIX, keyid_of, make_key, read_public
from results.storage import plain_faults, replace_file, write_once

_NEXT: Final = "@next.pem"
"""the new key, until the old one is gone; a backup takes it as it takes any other"""


def prepare(folder: Path, stem: str, pin: str) -> None:
    """Make the key that is to take the place of another, which stays in use.

    One that was decided is ended first, and what was prepared and never decided gives way.

    Args:
        folder: of the keys.
        stem: `bench`, or `officer-<id>`.
        pin: what the new key is encrypted with; empty for one without.

    Raises:
        StorageError: the disk refuses.
    """
    finish(folder, stem)
    waiting = folder / f"{stem}{_NEXT}"
    with plain_faults(waiting):
        waiting.unlink(missing_ok=True)
        make_key(waiting, pin)


def retire(folder: Path, stem: str, at: datetime) -> None:
    """Put the prepared key in the place of the old one, of which only the public half stays.

    Args:
        folder: of the keys.
        stem: `bench`, or `officer-<id>`.
        at: what the old one signed of later tests counts no more.

    Raises:
        StorageError: the disk refuses.
    """
    if (folder / f"{stem}.pub").exists():  # else a power cut came before its first signature
        keep_for_what_it_signed(folder, stem, at, taken=False)
    _put_in_place(folder, stem)


def finish(folder: Path, stem: str) -> None:
    """End a replacement that was decided; does nothing where none was.

    Raises:
        StorageError: the disk refuses.
    """
    public = folder / f"{stem}.pub"
    if public.exists():
        keyid = keyid_of(read_public(public))
        if any(folder.glob(f"{stem}@*-{keyid[:8]}{RETIRED_SUFFIX}")):
            _put_in_place(folder, stem)


def _put_in_place(folder: Path, stem: str) -> None:
    private, waiting, tries = (folder / f"{stem}{end}" for end in (".pem", _NEXT, ".tries"))
    with plain_faults(private):
        if waiting.exists():
            if private.exists():
                private.write_bytes(bytes(private.stat().st_size))
            waiting.replace(private)
        tries.unlink(missing_ok=True)  # of the old PIN
        _free_the_name(folder, stem)


def keep_for_what_it_signed(folder: Path, stem: str, at: datetime, *, taken: bool = True) -> None:
    """Give a public key, with what revokes it, the name of one that was replaced.

    Args:
        folder: of the keys.
        stem: `bench`, or `officer-<id>`.
        at: from when on it counts no more, unless that is said of it already; the day goes into its new name.
        taken: it loses its old name, which a new key takes.

    Raises:
        StorageError: the disk refuses.
    """
    public = folder / f"{stem}.pub"
    revoked = folder / f"{stem}{REVOKED_SUFFIX}"
    with plain_faults(public):
        kept = folder / f"{stem}@{at:%Y-%m-%d}-{keyid_of(read_public(public))[:8]}.pub"
        write_once(kept, public.read_bytes())
        if revoked.exists():  # it is said of this key, and not of the one that gets its name
            replace_file(kept.with_suffix(REVOKED_SUFFIX), revoked.read_bytes())
        retired = folder / f"{stem}{RETIRED_SUFFIX}"
        if not kept.with_suffix(RETIRED_SUFFIX).exists():  # else it came back, and ended before already
            ended = retired.read_bytes() if retired.exists() else _moment(at)
            replace_file(kept.with_suffix(RETIRED_SUFFIX), ended)
        if taken:
            _free_the_name(folder, stem)


def say_replaced(folder: Path, stem: str, at: datetime) -> None:
    """Say of a key that keeps its name, for no other is there yet, that it was replaced elsewhere.

    Args:
        folder: of the keys.
        stem: `bench`, or `officer-<id>`.
        at: what it signed of later tests counts no more.

    Raises:
        StorageError: the disk refuses.
    """
    replace_file(folder / f"{stem}{RETIRED_SUFFIX}", _moment(at))


def _moment(at: datetime) -> bytes:
    return f"{at.isoformat()}\n".encode()


def _free_the_name(folder: Path, stem: str) -> None:
    # What ends it first: else it would be said of the key that gets the name.
    for suffix in (REVOKED_SUFFIX, RETIRED_SUFFIX, ".pub"):
        (folder / f"{stem}{suffix}").unlink(missing_ok=True)
