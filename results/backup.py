"""A backup of a bench's results: made, and put back; `results.drill` proves that it can be.

A backup is a folder with a manifest, which is written last: without it the folder counts for nothing. The
journal is copied with SQLite's own backup, also while another window is testing. Private keys go into it only
where a PIN encrypts them: whoever finds the stick must not be able to sign.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

import apsw
import msgspec

from drivers.notation import to_json
from drivers.whole_file import open_file
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.number import file_stem
from results.sqlite_fault import plain_sqlite
from results.storage import PRIVATE, plain_faults, read_whole, write_once

MANIFEST: Final = "manifest.json"
JOURNAL: Final = "data/journal.db"
RECORDS: Final = "data/records"
KEYS: Final = "data/keys"
_BESIDE: Final = (
    *("laboratory.toml", "drivers/*.toml", "orders/*.toml", "orders/tested/*.toml"),
    *(f"{KEYS}/*.pub", f"{KEYS}/*.pem", f"{KEYS}/*.revoked", f"{KEYS}/*.retired"),
    *("data/validations/*", "data/complaints/*/*"),
)
"""a key whose revocation or retirement was left behind would be trusted again"""
_LARGEST_MANIFEST: Final = 100_000_000
"""bytes: half a million files"""
_PRIVATE: Final = (f"{KEYS}/*.pem", "data/complaints/*/*")
"""what nobody but its user may read, in a copy too: keys, and who complains"""


class KeptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup holds."""

    schema: str = "tera-bench/backup/1"
    made_at: str
    entries: int
    head: str
    """hash of the last entry of the journal"""
    records: tuple[str, ...]
    """numbers of the runs that the journal says were sealed"""
    files: dict[str, KeptFile]
    left_out: tuple[str, ...]
    """private keys that no PIN protects"""


def back_up(root: Path, target: Path, *, at: str) -> Manifest:
    """Copy a laboratory's results into a new folder.

    Args:
        root: the laboratory.
        target: a folder that does not exist yet.
        at: the wall time, ISO 8601 with offset.

    Raises:
        StorageError: no journal here, the folder exists, or a disk refuses.
        IntegrityError: the journal is not sound; nothing that is damaged is called a backup.
    """
    if target.exists():
        raise StorageError(
            "backup.exists",
            "{path} is there already, and no backup is written over another.",
            "Give a new folder.",
            path=str(target),
        )
    journal = root / JOURNAL
    with plain_faults(journal):
        journal.stat()
    _copy_journal(journal, target / JOURNAL)
    with Journal(target / JOURNAL, read_only=True) as copied:
        entries, head = copied.verify(), copied.head()
        sealed = tuple(run.begun.number for run in copied.runs() if run.sealed is not None)
    left_out = []
    for file in _files(root, sealed):
        name = file.relative_to(root).as_posix()
        with plain_faults(file):
            content = file.read_bytes()
        if file.suffix == ".pem" and b"ENCRYPTED" not in content:
            left_out.append(name)
        else:
            write_once(target / name, content, private=_is_private(name))
    kept = {path.relative_to(target).as_posix(): described(path) for path in _all_files(target)}
    manifest = Manifest(
        made_at=at, entries=entries, head=head, records=sealed, files=kept, left_out=tuple(left_out)
    )
    write_once(target / MANIFEST, to_json(manifest) + b"\n")
    return manifest


def restore(backup: Path, target: Path) -> Manifest:
    """Copy a backup into an empty or new folder; what is a link to elsewhere is not in the backup.

    Raises:
        StorageError: no manifest, the folder is not empty, or a disk refuses.
        IntegrityError: the manifest cannot be read.
    """
    manifest = read_manifest(backup)
    _check_empty(target)
    with plain_faults(target):
        for name in manifest.files:
            source = backup / name
            if source.is_file() and source.resolve().is_relative_to(backup.resolve()):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                if _is_private(name):
                    (target / name).touch(mode=PRIVATE)  # before there is anything in it to read
                shutil.copyfile(source, target / name)
    return manifest


def room_beside(target: Path) -> Path:
    """The folder in which a backup is restored, checked and settled before it is `target`; made, and empty.

    A folder that has its name is a bench that may be used; until then keys that were revoked since would be
    good again there.

    Raises:
        StorageError: the folder is not empty, a whole disk, in one that may not be written to, or an earlier
            restore broke off there.
    """
    _check_empty(target)
    if os.path.ismount(target):
        raise StorageError(
            "backup.whole_disk",
            "{path} is a whole disk, which cannot be given its name at the end.",
            "Name a new folder on it.",
            path=str(target),
        )
    room = target.with_name(f"{target.name}.part")
    with plain_faults(room):
        left = room.exists() and any(room.iterdir())
    if left:
        raise StorageError(
            "backup.left_over",
            "{path} is what a restore left that did not come to its end; it is no bench to work with.",
            "Take that folder away and restore again.",
            path=str(room),
        )
    with plain_faults(target):
        _make(room, target)
    return room


def _make(room: Path, target: Path) -> None:
    """Make the folder beside, empty so far; within, a power cut would leave half a bench."""
    try:
        room.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        if fault.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        raise StorageError(
            "backup.no_room_beside",
            "Nothing can be written into {folder}, and {path} is made beside and gets its name last.",
            "Restore into a new folder where you may write, and move it when it is done.",
            folder=str(room.parent),
            path=str(target),
        ) from None


def _check_empty(target: Path) -> None:
    with plain_faults(target):
        if target.exists() and any(target.iterdir()):
            raise StorageError(
                "backup.not_empty",
                "{path} is not empty, and a backup is never restored over anything.",
                "Give a new folder.",
                path=str(target),
            )


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        StorageError: there is none, so this is no finished backup.
        IntegrityError: it cannot be read.
    """
    file = backup / MANIFEST
    with plain_faults(file):
        within = [] if file.exists() else sorted(backup.glob(f"*/{MANIFEST}"))
        if within:  # the folder that was given to `tera backup`, which makes a new one in it each time
            raise StorageError(
                "backup.within",
                "{folder} is no backup itself; the newest one in it is {backup}.",
                "Name that one.",
                folder=str(backup),
                backup=within[-1].parent.name,
            )
    data = read_whole(file, most=_LARGEST_MANIFEST)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        manifest = None
    if manifest is None or not all(map(_inside, manifest.files)):
        raise IntegrityError(
            "backup.manifest",
            "{path} is not the manifest of a backup.",
            "Use another copy of the backup; keep this one as it is.",
            path=str(file),
        )
    return manifest


def _inside(name: str) -> bool:
    """Whether a name of a manifest stays in the folder, whoever wrote the manifest."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _is_private(name: str) -> bool:
    return any(PurePosixPath(name).match(pattern) for pattern in _PRIVATE)


def _copy_journal(source: Path, target: Path) -> None:
    with plain_faults(target):
        target.parent.mkdir(parents=True)
    with plain_sqlite(source):
        here = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)
        there = apsw.Connection(str(target))
        try:
            with there.backup("main", here, "main") as copying:
                while not copying.done:
                    copying.step(1000)
            there.execute("PRAGMA journal_mode = DELETE")  # one file, whole without a second
        finally:
            there.close()
            here.close()


def _files(root: Path, sealed: Iterable[str]) -> list[Path]:
    """The files of sealed runs and what reads them; a run sealed meanwhile waits for the next backup."""
    stems = {file_stem(number) for number in sealed}
    records = [file for file in (root / RECORDS).glob("*") if file.name.partition(".")[0] in stems]
    beside = [file for pattern in _BESIDE for file in root.glob(pattern)]
    return sorted(file for file in (*records, *beside) if file.is_file() and file.suffix != ".part")


def _all_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def described(file: Path) -> KeptFile:
    """A file's size and digest.

    Raises:
        StorageError: it cannot be read.
    """
    with plain_faults(file), open_file(file) as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return KeptFile(opened.tell(), digest)
