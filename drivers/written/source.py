"""What a driver in Python answers to the driver port without asking its instrument."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.errors import DescriptionError
from drivers.instrument import Command, Evidence, LineSettings
from drivers.protocols import Event
from drivers.reading import DriverMark


@dataclass(frozen=True, kw_only=True)
class Written:
    """The unchanging half of a driver in Python; its source is its text, and the digest is of that."""

    id: str
    name: str
    evidence: Evidence
    source: str
    """where the facts come from"""
    file: Path
    line: LineSettings
    interval_s: float
    timeout_s: float = 2.0
    commands: Mapping[str, Command] = field(default_factory=dict)
    kind: str = "scale"
    keyed: bool = False
    channels: tuple[str, ...] = ("",)
    has_high_resolution: bool = False

    @property
    def text(self) -> str:
        """The module's source."""
        return self.file.read_text("utf-8")

    @property
    def mark(self) -> DriverMark:
        """Id and digest."""
        return DriverMark(id=self.id, digest=hashlib.sha256(self.text.encode("utf-8")).hexdigest())

    def cannot_say(self, event: Event) -> DescriptionError:
        """The error for what this instrument has no frame for."""
        return DescriptionError(
            "driver.cannot",
            "{driver} cannot {what}.",
            "Choose a driver whose instrument can.",
            driver=self.id,
            what=f"say {event}",
        )

    def no_finer_display(self) -> DescriptionError:
        """The error for a request that the wire cannot carry."""
        return DescriptionError(
            "driver.cannot",
            "{driver} cannot {what}.",
            "Choose a driver whose instrument can.",
            driver=self.id,
            what="give the finer display on request",
        )
