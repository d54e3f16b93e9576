"""Writing to a disk so that what was written stays: whole files only, plain words when the disk refuses."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from results.errors import StorageError


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


def write_once(path: Path, content: bytes) -> None:
    """Put a whole file in place, on the disk before this returns; a file with the same bytes is left alone.

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
        _put(path, content)


def replace_file(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another: a reader sees the old one or the new one.

    Raises:
        StorageError: the disk refuses; the old one stays.
    """
    with plain_faults(path):
        _put(path, content)


def _put(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
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
