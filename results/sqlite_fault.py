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
    except (apsw.CorruptError, apsw.NotADBError) as fault:
        raise IntegrityError(
            "storage.damaged",
            "{path} is damaged, or is no database: {fault}.",
            "Keep the file as it is and go on with the last backup.",
            path=str(path),
            fault=str(fault),
        ) from fault
    except apsw.SQLError as fault:
        # Our statements are constant; one that worked yesterday and fails today has met changed content.
        raise IntegrityError(
            "storage.content",
            "{path} holds something that this program did not write: {fault}.",
            "Keep the file as it is; `tera audit` names the place.",
            path=str(path),
            fault=str(fault),
        ) from fault
    except tuple(_REMEDIES) as fault:
        code, message, remedy = next(words for kind, words in _REMEDIES.items() if isinstance(fault, kind))
        raise StorageError(code, message, remedy, path=str(path), fault=str(fault)) from fault
    except OSError as fault:
        raise StorageError(
            "storage.refused",
            "{path} cannot be used: {fault}.",
            "Check that the disk is there, has room and may be written.",
            path=str(path),
            fault=fault.strerror or str(fault),
        ) from fault
