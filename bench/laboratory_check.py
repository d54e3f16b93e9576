"""What must be so between the entries of a laboratory file, besides that each can be read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bench.errors import LaboratoryError
from bench.people import mistake_in
from drivers.transports import holds_account
from procedures import catalogue
from results.complaint import STAGES
from results.number import certificate_number

if TYPE_CHECKING:
    from bench.laboratory import Laboratory

_LONGEST_YEARS: Final = 1000
"""a calendar ends with the year 9999"""


def check(laboratory: "Laboratory", file: Path) -> None:
    """See to it that the entries of a laboratory file fit together.

    Raises:
        LaboratoryError: they do not; the facts name the entry.
        RecordError: the pattern of the certificate numbers cannot be filled.
    """
    for path, wrong, problem, remedy in (
        (
            "$.person",
            not any("penera" in person.roles for person in laboratory.person),
            "no person has the role penera",
            'Add a [[person]] with roles = ["penera"].',
        ),
        (
            "$.person",
            bool(mistake := mistake_in(laboratory.person)),
            mistake,
            "Write each person once, in Latin letters, with the own NIP and an id such as penera2.",
        ),
        (
            "$.instrument",
            len({entry.name for entry in laboratory.instrument}) < len(laboratory.instrument),
            "two instruments have the same name",
            "Give each instrument its own name.",
        ),
        (
            "$.standard",
            len({entry.id for entry in laboratory.standard}) < len(laboratory.standard),
            "two standards have the same id",
            "Give each standard its own id.",
        ),
        (
            "$.office.time_zone",
            not _is_zone(laboratory.office.time_zone),
            f"{laboratory.office.time_zone!r} is no time zone",
            "Write Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT).",
        ),
        (
            "$.bench.id",
            not laboratory.bench.id.replace("-", "").isalnum() or not laboratory.bench.id.isascii(),
            f"{laboratory.bench.id!r} is no bench id",
            "Use letters, digits and hyphens, as in BENCH-02.",
        ),
        (
            "$.instrument.kinds",
            bool(
                strange := {kind for one in laboratory.instrument for kind in one.kinds} - catalogue.known()
            ),
            f"there is no procedure {min(strange, default='')}",
            f"Known are: {', '.join(sorted(catalogue.known()))}.",
        ),
        (
            "$.instrument.settle",
            any(
                entry.settle.duration_s <= 0 or entry.settle.timeout_s <= 0 or entry.settle.span_steps < 0
                for entry in laboratory.instrument
            ),
            "a time or span of settle is negative or zero",
            "Write settle = { duration_s = 1.0, span_steps = 1, timeout_s = 30.0 }.",
        ),
        (
            "$.bench.idle_lock_min",
            laboratory.bench.idle_lock_min < 0,
            f"{laboratory.bench.idle_lock_min} minutes are no time",
            "Write a number of minutes, or 0 for a screen that is never locked.",
        ),
        (
            "$.complaint.days",
            any(stage not in STAGES or days < 0 for stage, days in laboratory.complaint.days.items()),
            "one of its names is no stage, or its days are negative",
            f"Stages are: {', '.join(STAGES)}.",
        ),
        (
            "$.retention.years",
            laboratory.retention is not None and not 1 <= laboratory.retention.years <= _LONGEST_YEARS,
            f"evidence is kept for one year at least, and {_LONGEST_YEARS} at most",
            "Write whole years, as the archive rule of your office says them.",
        ),
        (
            "$.instrument.port",
            any(holds_account(entry.port) for entry in laboratory.instrument),
            "the address holds a name or a password, which would stand in every record",
            "Write it without them, as in socket://host:port.",
        ),
        (
            "$.registry.url",
            laboratory.registry is not None and "@" in laboratory.registry.url,
            "the address holds a name or a password, which would stand in every record and QR code",
            "Write it without them, as in https://registry.example.",
        ),
        (
            "$.bench.language",
            laboratory.bench.language not in {"id", "en"},
            f"{laboratory.bench.language!r} is no language of this program",
            'Write "id" or "en".',
        ),
    ):
        if wrong:
            raise LaboratoryError(
                "laboratory.entry",
                "{file} has a mistake at {path}: {problem}.",
                remedy,
                file=str(file),
                path=path,
                problem=problem,
            )
    certificate_number(
        laboratory.office, sequence=1, bench=laboratory.bench.id, at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    for entry in laboratory.instrument:
        if not entry.port and entry.twin is None and entry.driver != "manual":
            raise LaboratoryError(
                "laboratory.no_port",
                "{file}: the instrument {name} has neither a port nor a twin.",
                'Add port = "COM3" (or "/dev/ttyUSB0", "socket://host:port"), or use driver = "manual".',
                file=str(file),
                name=entry.name,
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
