"""The `[serial]` entry of any driver file: what is no setting of a serial line, and what to write instead."""

import re
from typing import Final

from drivers.instrument import LineSettings

_FORMAT: Final = re.compile(r"[5-8][NEOMS](1|1\.5|2)")
_FLOWS: Final = ("none", "xon-xoff", "rts-cts")


def line_mistake(line: LineSettings) -> tuple[str, str, str] | None:
    """The entry, what is wrong with it and a correction; None when the settings can be set."""
    if not _FORMAT.fullmatch(line.format):
        return "serial.format", f"{line.format!r} is none", "Write it as in 8N1, 7E1 or 8N2."
    if line.flow not in _FLOWS:
        return "serial.flow", f"{line.flow!r} is none", f"Write one of {', '.join(_FLOWS)}."
    return None
