"""Which key seals what: the bench's own, made on first use, and the officer's, opened with a PIN."""

import base64
from collections.abc import Mapping
from pathlib import Path

from bench.errors import LaboratoryError
from bench.laboratory import Folders, Person
from results.keys import FileKey, read_public_keys


def bench_key(folders: Folders) -> FileKey:
    """The bench's key.

    Raises:
        RecordError: damaged.
        StorageError: the disk refuses.
    """
    return FileKey.open(folders.keys / "bench.pem")


def officer_key(folders: Folders, person: Person, pin: str) -> FileKey:
    """An officer's key; the PIN given at first use is the one that opens it from then on.

    Raises:
        LaboratoryError: a PIN is needed and none was given.
        RecordError: wrong PIN.
    """
    if person.pin and not pin:
        raise LaboratoryError(
            "key.pin_missing",
            "{name} signs with a PIN, and none was given.",
            "Enter the PIN; for a run without a screen put it into the environment variable TERA_PIN.",
            name=person.name,
        )
    return FileKey.open(folders.keys / f"officer-{person.id}.pem", pin=pin if person.pin else "")


def public_text(key: FileKey) -> str:
    """A public key as it is written in files and on command lines: base64 of its 32 bytes."""
    return base64.b64encode(key.public).decode()


def trusted_beside(record: Path, folders: Folders) -> Mapping[str, bytes] | None:
    """The public keys at hand for a record: those of this laboratory, and those kept beside the record.

    None when there are none at all; then signatures cannot be checked and the report says so.
    """
    found: dict[str, bytes] = {}
    for folder in (folders.keys, record.parent, record.parent.parent / "keys"):
        if folder.is_dir():
            found |= read_public_keys(folder)
    return found or None
