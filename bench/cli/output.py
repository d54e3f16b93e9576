"""What commands print: lines for people, JSON for programs."""

import sys
from pathlib import Path
from typing import Any, Final

from bench.legible import made_legible
from drivers import notation

TRAINING: Final = "LATIHAN / TRAINING"
"""said first of all that is no verification, in every language"""


def emit(value: Any) -> None:
    """Print one JSON object on one line; quantities as `{"value", "unit"}`."""
    print(notation.to_json(value).decode(), flush=True)


def say(line: str = "") -> None:
    """Print one line for a person."""
    print(made_legible(line), flush=True)


def warn(line: str) -> None:
    """Print one line for a person where errors and warnings go."""
    print(made_legible(line), file=sys.stderr, flush=True)


def table(rows: list[tuple[str, ...]], *, gap: int = 2) -> None:
    """Print rows in aligned columns."""
    if not rows:
        return
    rows = [tuple(map(made_legible, row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        say((" " * gap).join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; of one that the disk has no room for, nothing stays.

    Raises:
        OSError: it is there already (`FileExistsError`), or the disk refuses.
    """
    file = path.open("xb")
    try:
        with file:
            file.write(content)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def utf8() -> None:
    """Let symbols through on consoles that default to a narrow encoding."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
