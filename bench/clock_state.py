"""Whether this computer's clock follows another, which one, and how far it may be off.

Read from the system where the system tells it; `unknown` wherever it does not. It is what the system says:
whoever rules the computer can make it say so; only the register's signed times bind a record from outside.
"""

import ctypes
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

FOLLOWS: Final = "synchronised"
"""fact of a state: `yes`, `no` or `unknown`"""
_UNKNOWN: Final = {FOLLOWS: "unknown"}
_KEPT_S: Final = 60.0
"""asking Windows starts a program, which is not done for every entry"""
_UNSYNCHRONISED: Final = 0x0040
"""STA_UNSYNC of adjtimex(2)"""
_NANOSECONDS: Final = 0x2000
"""STA_NANO: the offset is in nanoseconds, else in microseconds"""
_SOURCES: Final = (
    ("systemd-timesyncd", "systemd/timesync/synchronized"),
    ("chrony", "chrony/chronyd.pid"),
    ("ntpd", "ntpd.pid"),
    ("ptp4l", "ptp4l"),
)
"""programs that set the clock, and what each leaves in the folder of running programs"""


class _Timex(ctypes.Structure):
    """`struct timex` of Linux; what follows `tai` is room that the kernel may write to."""

    _fields_ = (
        *((name, ctypes.c_uint if name == "modes" else ctypes.c_long) for name in ("modes", "offset")),
        *((name, ctypes.c_long) for name in ("freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("constant", "precision", "tolerance", "seconds", "fraction")),
        *((name, ctypes.c_long) for name in ("tick", "ppsfreq", "jitter")),
        ("shift", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("stabil", "jitcnt", "calcnt", "errcnt", "stbcnt")),
        ("tai", ctypes.c_int),
        ("room", ctypes.c_byte * 256),
    )


class _Kept:
    """The state last read, and when."""

    def __init__(self) -> None:
        self.at = -_KEPT_S
        self.state: dict[str, str] = {}


_KEPT_STATE: Final = _Kept()


def clock_state() -> dict[str, str]:
    """The state of this computer's clock: `synchronised`, and what else the system tells.

    `source` names what the clock follows, `offset_s` how far it is off by the system's own account, and
    `within_s` how far at most; in seconds.
    """
    now = time.monotonic()
    if now - _KEPT_STATE.at >= _KEPT_S or not _KEPT_STATE.state:
        _KEPT_STATE.at, _KEPT_STATE.state = now, _read()
    return dict(_KEPT_STATE.state)


def _read() -> dict[str, str]:
    known: dict[str, Callable[[], dict[str, str]]] = {"linux": of_linux, "win32": of_windows}
    return known.get(sys.platform, _UNKNOWN.copy)()


def of_linux(running: Path = Path("/run")) -> dict[str, str]:
    """What the kernel says of its clock (adjtimex(2), which only looks here).

    Args:
        running: the folder in which running programs leave their marks.
    """
    timex = _Timex()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return dict(_UNKNOWN)
    return dict(_UNKNOWN) if answer < 0 else of_timex(timex, running)


def of_timex(timex: _Timex, running: Path) -> dict[str, str]:
    """What a filled `struct timex` says."""
    if timex.status & _UNSYNCHRONISED:
        return {FOLLOWS: "no"}
    divisor = 1_000_000_000 if timex.status & _NANOSECONDS else 1_000_000
    return {
        FOLLOWS: "yes",
        "source": next((name for name, mark in _SOURCES if (running / mark).exists()), "unknown"),
        "offset_s": f"{timex.offset / divisor:.6f}",
        "within_s": f"{timex.maxerror / 1_000_000:.6f}",
    }


def _asked(command: Sequence[str]) -> str:
    told = subprocess.run(command, capture_output=True, check=False, timeout=5)  # noqa: S603 -- fixed words
    return told.stdout.decode("utf-8", errors="replace")


_COUNT: Final = r"-?\d+\s*\(.*\)"
"""a number and, in brackets, what it means in the language of Windows"""
_SECONDS: Final = r"(-?\d+[.,]\d+)s"
_STATUS: Final = tuple(
    re.compile(shape)
    for shape in (
        *(r"([0-3])\s*\(.*\)", r"(\d+)\s*\(.*\)", _COUNT, _SECONDS, _SECONDS),
        *(r"0x([0-9A-Fa-f]{8})\b.*", r".*", r"(\S.*)", _COUNT),
    )
)
"""leap indicator, stratum, precision, root delay and dispersion, reference, last time, source, interval"""
_NOT_LEAPING: Final = "3"
"""leap indicator of a clock that is not synchronised (RFC 5905, figure 9)"""
_FARTHEST_STRATUM: Final = 15
"""16 is unsynchronised, 0 unspecified (RFC 5905, figure 11)"""
_OWN_CLOCK: Final = frozenset({0x00000000, 0x4C4F434C})
"""references that are no other clock: none, and `LOCL`"""
_OWN_SOURCE: Final = ("local cmos clock", "free-running system clock")
"""how Windows calls its own clock, in every language"""


def of_windows(ask: Callable[[Sequence[str]], str] = _asked) -> dict[str, str]:
    """What the time service of Windows says; from captured outputs, nobody has run it there yet.

    Its words depend on the language of Windows and its bytes on the code page of the console; order, numbers
    and the names of its own clock do not. Lines of any other order or shape are not understood.
    """
    try:
        lines = ask(("w32tm", "/query", "/status")).splitlines()
    except (OSError, subprocess.SubprocessError):
        return dict(_UNKNOWN)
    values = [value.strip() for _, mark, value in (line.partition(":") for line in lines) if mark]
    matched = (shape.fullmatch(value) for shape, value in zip(_STATUS, values, strict=False))
    found = [match[match.lastindex or 0] for match in matched if match is not None]
    if len(found) < len(_STATUS):
        return dict(_UNKNOWN)
    leap, stratum, _, delay, dispersion, reference, _, source, _ = found
    if (
        leap == _NOT_LEAPING
        or not 0 < int(stratum) <= _FARTHEST_STRATUM
        or int(reference, 16) in _OWN_CLOCK
        or source.lower().startswith(_OWN_SOURCE)
    ):
        return {FOLLOWS: "no"}
    # RFC 5905, 11.2: half the way there and back, and what the clocks on it may be off.
    way, off = (abs(Decimal(text.replace(",", "."))) for text in (delay, dispersion))
    return {FOLLOWS: "yes", "source": source, "within_s": f"{way / 2 + off:.6f}"}
