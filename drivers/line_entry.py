"""Numbers and words of any driver file that no line can be set to or no instrument has, and what to write.

Bounds are wide: they catch a slip of the finger, not a rare instrument.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from drivers.instrument import LineSettings

_FORMAT: Final = re.compile(r"[5-8][NEOMS](1|1\.5|2)")
_FLOWS: Final = ("none", "xon-xoff", "rts-cts")
_SLOW: Final = (50, 75, 110, 134, 150, 200)
"""the speeds below `_USUAL` that serial ports know (POSIX, termios.h)"""
_USUAL: Final = range(300, 4_000_001)
"""up to the fastest speed that an operating system names; between, instruments have odd ones: 10400, 28800"""
_SENSIBLE: Final[dict[str, tuple[int, int]]] = {
    "interval_ms": (1, 86_400_000),  # a meter on a battery answers a few times a day
    "timeout_ms": (10, 300_000),
    "modbus.gap_ms": (0, 60_000),
    "modbus.late_ms": (0, 600_000),
    "talk.gap_ms": (0, 60_000),
    "talk.longest": (1, 65_536),
}
"""by entry: the least and the most that makes sense"""


def line_mistake(line: LineSettings) -> tuple[str, str, str] | None:
    """The entry, what is wrong with it and a correction; None when the settings can be set."""
    if line.baud not in _SLOW and line.baud not in _USUAL:
        correction = f"Write {', '.join(map(str, _SLOW))}, or any from {_USUAL[0]} to {_USUAL[-1]}."
        return "serial.baud", f"no port can be set to {line.baud} baud", correction
    if not _FORMAT.fullmatch(line.format):
        return "serial.format", f"{line.format!r} is none", "Write it as in 8N1, 7E1 or 8N2."
    if line.flow not in _FLOWS:
        return "serial.flow", f"{line.flow!r} is none", f"Write one of {', '.join(_FLOWS)}."
    return None


def number_mistake(entries: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The same of the first time or length in a driver file, its types proved, that makes no sense."""
    for path, value in _numbers(entries):
        least, most = _SENSIBLE[path]
        if not least <= value <= most:
            correction = f"Write {least} to {most} " + ("ms." if path.endswith("_ms") else "characters.")
            return path, f"{value} makes no sense here", correction
    return None


def unfinished(said: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every number of a file as it was read that is none, NaN or without end, and the path to it."""
    match said:
        case Decimal() | float():
            if not Decimal(said).is_finite():
                yield path, str(said)
        case msgspec.Struct():
            for name, written in zip(said.__struct_fields__, said.__struct_encode_fields__, strict=True):
                yield from unfinished(getattr(said, name), f"{path}.{written}" if path else written)
        case tuple():
            for at, one in enumerate(said):
                yield from unfinished(one, f"{path}[{at}]")
        case dict():
            for name, one in said.items():
                yield from unfinished(one, f"{path}.{name}")
        case _:
            pass  # words and whole numbers


def _numbers(entries: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The entries of the table that a file has, by their paths."""
    for path in _SENSIBLE:
        table, _, name = path.rpartition(".")
        value = (entries.get(table, {}) if table else entries).get(name)
        if value is not None:
            yield path, value
