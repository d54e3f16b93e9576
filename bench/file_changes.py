"""Files that were read when the bench was opened and have been changed since: they count from the next start.

A run rests on one laboratory from its beginning to its end, so nothing of it changes under an open bench.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from drivers.whole_file import read_bytes

_MOST: Final = 1 << 24


class FilesRead:
    """What some files held when they were read."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Take them as they are now; those that are not there are left out."""
        self._held = {file: held for file in files if (held := _held(file)) is not None}

    def changed(self) -> tuple[str, ...]:
        """Names of those that hold something else now, or are gone; what was put back counts as unchanged."""
        return tuple(file.name for file, held in self._held.items() if _held(file) != held)


def _held(file: Path) -> bytes | None:
    try:
        return sha256(read_bytes(file, most=_MOST)).digest()
    except OSError:
        return None
