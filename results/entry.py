"""What the journal keeps: one entry for each thing that happened in a run, in the order in which it happened.

Arguments and results stand as plain data, so that an old journal can be read when the types have moved on.
"""

from typing import Any, Final

import msgspec

from results.gathered import Gathered

BENCH: Final = ""
"""the run of entries that belong to no run: the bench's own audit trail"""


AFTER_RETAKE: Final = "after_retake"
"""why the step that was under way during a retake is begun again: nobody asked for it, nothing was read"""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="entry"):
    """Common settings of all entries."""


class RunBegun(_Entry, frozen=True, kw_only=True, tag="run_begun"):
    """A run exists and has consumed its number."""

    number: str
    """the bench's gap-free record number"""
    procedure: str
    edition: str
    procedure_digest: str
    assignment: dict[str, Any]
    task: dict[str, Any]
    standards: tuple[dict[str, Any], ...] = ()
    """those that the procedure uses"""
    cupboard: tuple[dict[str, Any], ...] = ()
    """those among which it chose, with their weights, so that an audit can prepare the task again"""
    instruments: dict[str, dict[str, Any]]
    """by role: name, driver id, driver digest, port, serial number"""
    drivers: dict[str, str] = {}
    """text of each driver file by its digest, so that the frames can be read again anywhere"""
    office: dict[str, Any]
    officer: dict[str, Any]
    officer_id: str = ""
    """the officer's id in the laboratory file: whose key must sign"""
    bench: str
    registry: str = ""
    """public address of the registry where the record can be verified"""
    training: bool
    software: dict[str, str]
    """version, digests of the legally relevant packages, Python, operating system"""
    checkpoint: str = ""
    """the newest signed checkpoint of the registry that was proved here before: the run is younger than it"""
    clock: dict[str, str] = {}
    """whether the computer's clock followed another when the run began, which one, and how far it was off"""
    job: str = ""
    """name of the order file from which it was begun"""
    supersedes: str = ""
    """id of the record that this one corrects; then nothing is measured and `Amended` follows"""


class Amended(_Entry, frozen=True, kw_only=True, tag="amended"):
    """Facts about a finished verification are corrected; what was measured stays as it was."""

    reason: str
    by: str
    """who corrects; whoever tested signs"""
    changes: dict[str, dict[str, str]]
    """by name of the fact: what it was (`old`) and what it is (`new`)"""
    envelope: bytes
    """the record that is corrected, byte for byte as it was signed"""
    evidence: bytes
    """its evidence file, byte for byte"""


class SeriesOpened(_Entry, frozen=True, kw_only=True, tag="series_opened"):
    """A series started."""

    path: str


class SeriesClosed(_Entry, frozen=True, kw_only=True, tag="series_closed"):
    """A series is complete."""

    path: str


class Begun(_Entry, frozen=True, kw_only=True, tag="begun"):
    """An act or a prompt was started; without a `Done` it is in doubt."""

    path: str
    verb: str
    arguments: dict[str, Any]


class Done(_Entry, frozen=True, kw_only=True, tag="done"):
    """An effect has its result; for a reading the only entry."""

    path: str
    verb: str
    arguments: dict[str, Any]
    result: Any = None
    samples: Gathered | tuple[dict[str, Any], ...] = ()
    """readings: of the settling window, or all that was watched in an action; older journals have a list"""


class Reported(_Entry, frozen=True, kw_only=True, tag="reported"):
    """A point was decided."""

    path: str
    point: dict[str, Any]


class Abandoned(_Entry, frozen=True, kw_only=True, tag="abandoned"):
    """An attempt at a series or step does not count; its entries stay."""

    path: str
    reason: str
    """`interrupted`, or the reason that a person gave"""
    note: str = ""
    by: str = ""


class Resumed(_Entry, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on after a break."""

    gap_s: float
    last_path: str = ""


class Concluded(_Entry, frozen=True, kw_only=True, tag="concluded"):
    """The script returned; the verdict stands."""

    conclusion: dict[str, Any]


class Closed(_Entry, frozen=True, kw_only=True, tag="closed"):
    """The run ended without a verdict; it keeps its number and is delivered too."""

    how: str
    """`voided` or `interrupted`"""
    reason: str
    by: str = ""


class Sealed(_Entry, frozen=True, kw_only=True, tag="sealed"):
    """The record is on disk, signed; from here on the verdict may be shown in green."""

    record_digest: str
    evidence_digest: str


CONFIGURATION: Final = "configuration"
"""noted by the bench when program, rules, drivers, standards or people are others than at the last start"""
CLOCK: Final = "clock"
"""noted when the clock stood otherwise than when the run began; facts as `RunBegun.clock`"""
LINK_LOST: Final = "link_lost"
"""noted when an instrument's line is gone while it is read; facts: path, role, code"""
LINK_BACK: Final = "link_back"
"""noted when it was read again without anybody's doing; facts: path, role, gap_s"""
ENVIRONMENT_LEFT: Final = "environment_left"
"""noted when the surroundings left their limits and stopped a run; facts: role, instrument, shown, limits"""


class Noted(_Entry, frozen=True, kw_only=True, tag="noted"):
    """Something for the audit trail that is no effect of a script: link lost, reprint, push, clock change."""

    what: str
    facts: dict[str, Any] = {}


Entry = (
    RunBegun
    | Amended
    | SeriesOpened
    | SeriesClosed
    | Begun
    | Done
    | Reported
    | Abandoned
    | Resumed
    | Concluded
    | Closed
    | Sealed
    | Noted
)


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as the journal keeps it."""

    sequence: int
    """position in the journal of the bench, from 1, without gaps"""
    run: str
    at: str
    """wall time, ISO 8601 with offset"""
    elapsed: float
    """monotonic seconds of the process"""
    entry: Entry
    body: bytes
    """the exact bytes that the hash covers"""
    previous: str
    """hash of the entry before, hexadecimal; 64 zeros for the first"""
    hash: str
