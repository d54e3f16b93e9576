"""On which disk a file lies: two copies on one disk are one copy on the day it breaks.

What the system tells is taken, and where it does not tell, two places are not two disks. Partitions, volumes
put together from disks, and disks that are a file on another one are followed to what holds them.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.whole_file import open_file
from results.storage import plain_faults

UNKNOWN: Final = "unknown"
"""the disk that every file lies on of which the system does not tell"""
_MEMORY: Final = frozenset({"tmpfs", "ramfs", "devtmpfs"})
_NO_DEVICE: Final = "0:"
"""how the numbers of a file system begin that has no device of its own (proc(5))"""
_DEEPEST: Final = 8


@dataclass(frozen=True)
class System:
    """Where Linux tells of its disks."""

    mounts: Path = Path("/proc/self/mountinfo")
    devices: Path = Path("/sys/dev/block")
    names: Path = Path("/dev/disk/by-id")


_LINUX: Final = System()


def disks_of(file: Path) -> frozenset[str]:
    """The disks that hold a file, by names that stay when they are plugged in again; none for memory.

    Raises:
        StorageError: the file is not there or cannot be seen.
    """
    with plain_faults(file):
        real = file.resolve(strict=True)
        number = real.stat().st_dev
    if _LINUX.mounts.exists():
        return on_linux(real, f"{os.major(number)}:{os.minor(number)}", _LINUX)
    return frozenset({f"volume {number:x}" if number else UNKNOWN})


def read_again(file: Path) -> bytes:
    """A file's bytes as its disk has them now, where the system lets go of what it remembers of it.

    Raises:
        StorageError: it cannot be read.
    """
    with plain_faults(file), open_file(file) as opened:
        if hasattr(os, "posix_fadvise"):
            os.fdatasync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return opened.read()


def on_linux(file: Path, device: str, system: System, depth: int = 0) -> frozenset[str]:
    """What Linux tells.

    Args:
        file: resolved.
        device: its file system's numbers, `8:1`.
        system: where to look.
        depth: how many files that are disks were followed to here.
    """
    try:
        kind, source = _mounted(file, system.mounts.read_text("utf-8", errors="replace"))
    except OSError:
        return frozenset({UNKNOWN})
    if kind in _MEMORY:
        return frozenset()
    if device.startswith(_NO_DEVICE):
        if source.startswith("/dev/"):
            try:
                number = Path(source).stat().st_rdev
            except OSError:
                return frozenset({UNKNOWN})
            device = f"{os.major(number)}:{os.minor(number)}"
        elif kind.startswith(("nfs", "cifs", "smb")):
            host = source[2:].partition("/")[0] if source.startswith("//") else source.partition(":")[0]
            return frozenset({f"host {host}"})
        else:
            return frozenset({UNKNOWN})
    return _below((system.devices / device).resolve(), system, depth)


def _mounted(file: Path, mounts: str) -> tuple[str, str]:
    """Kind and source of the file system that is mounted above a file; of two at one place the later."""
    best, found = -1, ("", "")
    for line in mounts.splitlines():
        before, mark, after = line.partition(" - ")
        fields, (kind, source, *_) = before.split(), (*after.split(), "", "")
        if not mark or len(fields) <= 4:  # noqa: PLR2004 -- the fifth is the place (proc(5))
            continue
        place = Path(_unescaped(fields[4]))
        if file.is_relative_to(place) and len(place.parts) >= best:
            best, found = len(place.parts), (kind, source)
    return found


def _unescaped(text: str) -> str:
    """Spaces and the like stand as octal numbers there."""
    return text.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", errors="replace")


def _below(device: Path, system: System, depth: int) -> frozenset[str]:
    if not device.exists() or depth > _DEEPEST:
        return frozenset({UNKNOWN})
    if (device / "partition").exists():
        device = device.parent
    if holders := sorted((device / "slaves").glob("*")):
        return frozenset().union(*(_below(one.resolve(), system, depth + 1) for one in holders))
    image = device / "loop" / "backing_file"
    if image.exists():
        file = Path(image.read_text("utf-8").strip())
        try:
            number = file.stat().st_dev
        except OSError:
            return frozenset({UNKNOWN})
        return on_linux(file, f"{os.major(number)}:{os.minor(number)}", system, depth + 1)
    named = sorted(link.name for link in system.names.glob("*") if link.resolve().name == device.name)
    return frozenset({named[0] if named else device.name})
