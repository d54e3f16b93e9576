"""A capture on disk: the bytes that came in one file; beside it, when they came and what was asked.

`FILE.times` has a line for each piece that came: seconds, offset, bytes. What was asked stands between them
as a remark, so that whoever knows only pieces reads on, and a capture without any stays one.
"""

import re
from itertools import pairwise
from pathlib import Path
from typing import Final

from drivers.whole_file import read_text

HEADING: Final = (
    "# seconds, offset and bytes of each piece; asked: seconds, offset and what was sent, in hexadecimal"
)
_ASKED: Final = re.compile(r"# asked [\d.]+ (\d+) ((?:[0-9a-f]{2})+)")
_BURST_S: Final = 0.02
"""the pieces of one frame follow each other faster"""


def times_of(capture: Path) -> Path:
    """The file beside a capture."""
    return capture.with_name(f"{capture.name}.times")


def piece(at: float, offset: int, size: int) -> str:
    """The line of bytes that came, `at` seconds after the capture began."""
    return f"{at:.4f} {offset} {size}"


def asked(at: float, offset: int, request: bytes) -> str:
    """The line of what was asked, before the byte at `offset` came."""
    return f"# asked {at:.4f} {offset} {request.hex()}"


def interval_of(capture: Path) -> float | None:
    """The usual seconds between two frames, from the times beside a capture; None without them."""
    try:
        at = [float(line.split()[0]) for line in _lines(capture) if line and not line.startswith("#")]
    except (ValueError, IndexError):
        return None
    gaps = sorted(gap for one, later in pairwise(at) if (gap := later - one) > _BURST_S)
    return gaps[len(gaps) // 2] if gaps else None


def with_questions(capture: Path, data: bytes) -> bytes:
    """Both sides of the line: the bytes of a capture, with what was asked where it was asked."""
    both, done = bytearray(), 0
    for found in filter(None, map(_ASKED.fullmatch, _lines(capture))):
        offset = max(int(found[1]), done)
        both += data[done:offset] + bytes.fromhex(found[2])
        done = offset
    return bytes(both) + data[done:]


def _lines(capture: Path) -> list[str]:
    try:
        return read_text(times_of(capture)).splitlines()
    except (OSError, UnicodeDecodeError):
        return []
