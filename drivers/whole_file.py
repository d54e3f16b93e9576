"""Reading a file that somebody names: a pipe or a device, which may never end, is none.

What is refused is an OSError, as whatever else a system can say of a file, so that every reader of files has
its sentence for it.
"""

import io
import os
import stat
from pathlib import Path
from typing import Final

LARGEST_TEXT: Final = 16_000_000
"""bytes of a file that a person writes: a laboratory, an order, a driver, a scenario, a case"""
LARGEST_CAPTURE: Final = 256_000_000
"""bytes recorded off a line: two days at 9600 Bd are no more, and a driver is tried on minutes"""


class NoFileError(OSError):
    """It is a pipe or a device."""


class TooLargeError(OSError):
    """It is larger than any file of its kind."""


def open_file(path: Path) -> io.BufferedReader:
    """Open a file for reading, however large it is.

    Raises:
        OSError: it cannot be opened, or is a pipe or a device.
    """
    _regular(path)
    return path.open("rb")


def _regular(path: Path) -> os.stat_result:
    """What the system says of a file; a folder is refused when it is opened."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise NoFileError("it is a pipe or a device")
    return found


def read_bytes(path: Path, *, most: int) -> bytes:
    """The bytes of a file.

    Args:
        path: the file.
        most: how many bytes it may have; no more are ever taken into memory.

    Raises:
        OSError: it cannot be read, is a pipe or a device, or is larger.
    """
    size = _regular(path).st_size
    content = b""
    with path.open("rb", buffering=0) as file:  # also one that is too large: a folder is told as that
        # As many as it has and one, in one piece; more only when it is being written just now.
        wanted = size + 1 if size <= most else 0
        while wanted and (piece := file.read(wanted)):
            content += piece
            wanted = (size if len(content) <= size else most) + 1 - len(content)
    if max(size, len(content)) > most:
        raise TooLargeError("it is larger than any such file")
    return content


def read_text(path: Path, *, encoding: str = "utf-8") -> str:
    """The text of a file that a person writes, with line feeds alone at the ends of lines.

    Raises:
        OSError: see `read_bytes`.
        UnicodeDecodeError: it is not in this encoding.
    """
    return io.TextIOWrapper(io.BytesIO(read_bytes(path, most=LARGEST_TEXT)), encoding).read()
