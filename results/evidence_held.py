"""What the evidence file of a run holds, once it was read and checked; HDF5 is not needed for this."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from procedures.point import Conclusion
from results.entry import Kept, RunBegun
from results.errors import IntegrityError
from results.kept_reading import WrittenReadings


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an evidence file holds, checked."""

    run: str
    entries: tuple[Kept, ...]
    """up to and including the one that ended the run"""
    readings: Mapping[int, WrittenReadings] = field(repr=False)
    """samples and readings of an entry, by its sequence"""
    conclusion: Conclusion | None
    """of the entry that ended the run; None: it was closed without one"""
    digest: str
    """SHA-256 of the file"""
    content: bytes = field(repr=False)
    """the file, byte for byte"""

    @property
    def begun(self) -> RunBegun:
        """The entry with which the run began."""
        first = self.entries[0].entry
        if not isinstance(first, RunBegun):
            raise unsound(self.run, "its first entry does not begin a run")
        return first

    @property
    def drivers(self) -> dict[str, str]:
        """Text of each driver file by its SHA-256."""
        return self.begun.drivers

    @property
    def head(self) -> str:
        """Hash of the last entry."""
        return self.entries[-1].hash


def unsound(where: str, why: str) -> IntegrityError:
    """The error of an evidence file that does not hold together."""
    return IntegrityError(
        "evidence.unsound",
        "{path} is not sound: {why}.",
        "Use the copy from the backup or the register; keep this one as it is.",
        path=where,
        why=why,
    )
