"""What a registry is told at its start."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from drivers.clock import Clock, SystemClock
from results.keys import FileKey
from results.registry.admission import MAXIMUM_BYTES


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One registry."""

    database: str
    """`sqlite:///path/registry.db` or `postgresql://…`"""
    key: FileKey
    """signs the checkpoints"""
    base_url: str
    """public address, as in the QR codes"""
    origin: str = "tera-registry/log"
    """name of the log, for ever; no spaces, no plus signs"""
    training: bool = False
    """take training records, and only those"""
    clock: Clock = field(default_factory=SystemClock)
    maximum_bytes: int = MAXIMUM_BYTES
    burst: int = 60
    """pages that one address may open at once"""
    per_second: float = 2.0
    """pages a second that it may open from then on"""
    floor_s: float = 0.05
    """no answer about a code comes sooner, so that time does not tell whether the code exists"""

    @classmethod
    def in_folder(
        cls,
        folder: Path,
        *,
        base_url: str,
        database: str | None = None,
        training: bool = False,
        clock: Clock | None = None,
    ) -> Self:
        """Keep the key, and the SQLite file when no other database is named, in a folder; made when missing.

        A training registry signs under another name, so its checkpoints never serve for the true one.

        Raises:
            RecordError: the key cannot be read.
            StorageError: the disk refuses.
        """
        return cls(
            database=database or f"sqlite:///{folder / 'registry.db'}",
            key=FileKey.open(folder / "registry.pem"),
            base_url=base_url,
            origin="tera-registry/training" if training else "tera-registry/log",
            training=training,
            clock=clock or SystemClock(),
        )
