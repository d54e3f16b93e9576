"""What SQLite refuses, in plain sentences that say what to do."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import apsw

from results.errors import IntegrityError, StorageError

_REMEDIES: dict[type[apsw.Error], tuple[str, str, str]] = {
    apsw.BusyError: (
        "storage.busy",
        "{path} is locked by another program.",
        "Close the other program and try again.",
    ),
    apsw.LockedError: (
        "storage.busy",
        "{path} is locked by another program.",
        "Close the other program and try again.",
    ),
    apsw.FullError: (
        "storage.full",
        "The disk of {path} is full.",
        "Make room on the disk, then resume the run; what was kept before is safe.",
    ),
    apsw.ReadOnlyError: (
        "storage.read_only",
        "{path} may only be read.",
        "Give this user the right to write it, then resume the run.",
    ),
    apsw.CantOpenError: (
        "storage.open",
        "{path} cannot be opened.",
        "Check that the folder is there and may be read and written.",
    ),
    apsw.IOError: (
        "storage.io",
        "The disk of {path} failed while reading or writing.",
        "Check cable and disk, then start the program again; the run can be resumed.",
    ),
}


@contextlib.contextmanager
def plain_sqlite(path: Path) -> Iterator[None]:
    """Turn SQLite's refusals about `path` into StorageError, and a damaged file into IntegrityError."""
    try:
        yield
    except (apsw.Error, OSError, UnicodeDecodeError) as fault:
        told = plainly(fault, path)
        if told is fault:
            raise
        raise told from fault


def plainly(fault: apsw.Error | OSError | UnicodeDecodeError, path: Path) -> Exception:
    """What a refusal about `path` means, as a PlainError; a mistake of ours stays what it is."""
    match fault:
        case apsw.CorruptError() | apsw.NotADBError() | UnicodeDecodeError():
            return IntegrityError(
                "storage.damaged",
                "{path} is damaged, or is no database: {fault}.",
                "Keep the file as it is and go on with the last backup.",
                path=str(path),
                fault="a text in it is none" if isinstance(fault, UnicodeDecodeError) else str(fault),
            )
        case apsw.SQLError():
            # Our statements are constant; one that worked yesterday and fails today has met changed content.
            return IntegrityError(
                "storage.content",
                "{path} holds something that this program did not write: {fault}.",
                "Keep the file as it is; `tera audit` names the place.",
                path=str(path),
                fault=str(fault),
            )
        case apsw.ConstraintError() if "entry.sequence" in str(fault):
            # The place behind the last row that we know is taken: somebody took the lock's file away.
            return StorageError(
                "storage.second_writer",
                "{path} was written by another program at the same time.",
                "Close the other window of this program and start again; what was kept is safe.",
                path=str(path),
            )
        case OSError():
            return StorageError(
                "storage.refused",
                "{path} cannot be used: {fault}.",
                "Check that the disk is there, has room and may be written.",
                path=str(path),
                fault=fault.strerror or str(fault),
            )
        case _:
            for kind, (code, message, remedy) in _REMEDIES.items():
                if isinstance(fault, kind):
                    return StorageError(code, message, remedy, path=str(path), fault=str(fault))
            return fault
