"""Writing to a disk so that what was written stays: whole files only, plain words when the disk refuses."""

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from drivers.whole_file import NoFileError, TooLargeError, read_bytes
from results.errors import IntegrityError, StorageError

PRIVATE: Final = 0o600
DISK_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""what the system says when there is no room left"""
_ORDINARY: Final = 0o666
"""what the umask leaves of it"""
_UNFINISHED: Final = re.compile(r".+\.[0-9a-f]{8}\.part", re.DOTALL)
"""how `_put` names a file until all of it is on the disk"""
_NOBODY_WRITES_SO_LONG: Final = timedelta(hours=1)


@contextlib.contextmanager
def plain_faults(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals about `path` into a StorageError."""
    try:
        yield
    except FileNotFoundError as fault:
        raise StorageError(
            "storage.missing",
            "{path} is not there.",
            "Check the name of the file and its folder.",
            path=str(path),
        ) from fault
    except OSError as fault:
        raise StorageError(
            "storage.refused",
            "{path} cannot be written or read: {fault}.",
            "Check that the disk is there, has room and may be written; nothing was lost so far.",
            path=str(path),
            fault=fault.strerror or str(fault),
        ) from fault


def read_whole(path: Path, *, most: int) -> bytes:
    """The bytes of a file, when it is one and is no larger than such a file can be.

    Args:
        path: the file.
        most: how many bytes it may have; no more are ever taken into memory.

    Raises:
        StorageError: it is not there, cannot be read, or is a pipe or a device, which may never end.
        IntegrityError: it is larger.
    """
    with plain_faults(path):
        try:
            return read_bytes(path, most=most)
        except NoFileError:
            raise StorageError(
                "storage.no_file",
                "{path} is no file: it is a pipe or a device.",
                "Name the file itself.",
                path=str(path),
            ) from None
        except TooLargeError:
            raise IntegrityError(
                "storage.too_large",
                "{path} is not sound: it is larger than any such file ({most} MB).",
                "Use the copy from the backup or the register; keep this one as it is.",
                path=str(path),
                most=most // 1_000_000,
            ) from None


def write_once(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put a whole file in place, on the disk before this returns; a file with the same bytes is left alone.

    Args:
        path: where.
        content: the bytes.
        private: nobody but its user may read it, where the disk knows such a thing (requirement L5).

    Raises:
        StorageError: the disk refuses, or another content stands under this name already.
    """
    with plain_faults(path):
        if path.exists():
            if path.read_bytes() == content:
                return
            raise StorageError(
                "storage.exists",
                "{path} exists already with another content.",
                "Move that file to a safe place, keep it, and try again.",
                path=str(path),
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, content, PRIVATE if private else _ORDINARY)


def replace_file(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another: a reader sees the old one or the new one.

    Raises:
        StorageError: the disk refuses; the old one stays.
    """
    with plain_faults(path):
        _put(path, content)


def let_go(path: Path) -> None:
    """Take a file away, and see to it that it stays away; one that is gone already is fine.

    Raises:
        StorageError: the disk refuses; then the file is there, or its name may come back.
    """
    with plain_faults(path):
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)


def clear_unfinished(folders: Iterable[Path], *, now: datetime) -> None:
    """Take away what a program that was killed left half written: files of our own naming, an hour old.

    One can hold a private key, or a part of it. What the disk refuses stays; the next start tries again.

    Args:
        folders: where to look, not below; one need not be there.
        now: aware.
    """
    for file in (file for folder in folders for file in folder.glob("*.part")):
        with contextlib.suppress(OSError):
            if _UNFINISHED.fullmatch(file.name) and file.is_file() and not file.is_symlink():
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                if now - written > _NOBODY_WRITES_SO_LONG:
                    file.unlink(missing_ok=True)


def put_folder(made: Path, path: Path) -> None:
    """Give a whole folder its name, once all that is in it is on the disk; an empty one may stand there.

    Raises:
        StorageError: the disk refuses; then all of it is where it was made.
    """
    with plain_faults(path):
        for one in (*made.rglob("*"), made):
            if one.is_dir():
                _sync_folder(one)
            else:
                with one.open("r+b") as file:
                    os.fsync(file.fileno())
        if path.exists():
            path.rmdir()
        made.rename(path)
        _sync_folder(path.parent)


def _put(path: Path, content: bytes, mode: int = _ORDINARY) -> None:
    # A name of its own: two programs may write the same file at once, as when both deliver, and what stands
    # there already, on a stranger's stick, can be a link to a file of this computer.
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        # Born with its mode, so that nobody else reads it for a moment; Windows and FAT know no such mode.
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; Windows has no such call and needs none on NTFS."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
