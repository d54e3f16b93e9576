"""The record of a verification: everything a stranger needs to understand and check it.

A training record is another type with another signature type: what a twin produced can never be passed off
as a verification.
"""

from datetime import date
from typing import Any, Literal

import msgspec

from procedures.assignment import Identity, Owner
from procedures.point import Activity, Phase, Point, Reason, Subject, Verdict
from procedures.standard import StandardUse

RECORD_TYPE = "application/vnd.tera-bench.record+json"
TRAINING_RECORD_TYPE = "application/vnd.tera-bench.training-record+json"


class Signer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person named in the record."""

    name: str
    nip: str = ""
    """the officer's number"""
    title: str = ""


class Office(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The metrology unit and its letterhead."""

    name: str
    regency: str = ""
    letterhead: tuple[str, ...] = ()
    address: str = ""
    capability_certificate: str = ""
    """SKKPTTU number"""
    head: Signer | None = None
    time_zone: str = "Asia/Jakarta"
    certificate_number: str = "{sequence:04d}/SKHP/{month_roman}/{year}"
    """pattern with sequence, month_roman, month, year, bench"""


class InstrumentUsed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instrument that the bench read."""

    role: str
    name: str
    driver: str
    driver_digest: str
    port: str
    origin: str
    """`instrument`, `twin`, `manual`"""
    serial: str = ""
    settle: dict[str, Any] | None = None
    """what counted as rest: span, duration, time-out"""
    channel: str = ""
    """which of its quantities played the role; empty: its main one"""
    told_serial: str = ""
    """the serial number that the instrument itself told when the run began; empty: it tells none"""
    seal_counter: str = ""
    """its seal counter at that moment; empty: it tells none"""


class Amendment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said otherwise than in the record that this one supersedes."""

    at: str
    """wall time, ISO 8601 with offset"""
    by: str
    reason: str
    changes: dict[str, dict[str, str]]
    """by name of the fact: what it was (`old`) and what it is (`new`)"""
    certificate_number: str
    """of the paper that this one replaces"""
    record_digest: str
    """SHA-256 of the record that this one supersedes"""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verification, concluded, voided or interrupted."""

    schema: Literal["tera-bench/record/1"] = "tera-bench/record/1"
    record_id: str
    """`<bench>:<number>`: unique at the registry"""
    number: str
    """gap-free on this bench"""
    sequence: int
    """the same as a count, from 1"""
    bench: str
    training: bool
    state: Literal["concluded", "voided", "interrupted"]
    activity: Activity
    kind: str
    procedure_edition: str
    procedure_digest: str
    office: Office
    on_behalf_of: str = ""
    order: str = ""
    place: str = ""
    owner: Owner
    identity: Identity
    uut: dict[str, Any]
    instruments: tuple[InstrumentUsed, ...]
    standards: tuple[StandardUse, ...]
    rule: dict[str, Any] | None = None
    """id, digest, regulation, verified of the rule table used"""
    points: tuple[Point, ...] = ()
    verdict: Verdict | None = None
    as_found: Phase | None = None
    valid_until: date | None = None
    notices: tuple[Reason, ...] = ()
    subjects: tuple[Subject, ...] = ()
    """each instrument's own outcome, where several were tested at once"""
    officer: Signer
    begun_at: str
    ended_at: str
    """wall times, ISO 8601 with offset"""
    duration_s: float
    breaks: tuple[dict[str, Any], ...] = ()
    """interruptions and retakes, with reasons"""
    certificate_number: str = ""
    supersedes: str = ""
    registry: str = ""
    """public address of the registry where this record can be verified: the QR points there"""
    evidence_digest: str
    """SHA-256 of the evidence file"""
    journal_head: str
    """hash of the run's last journal entry before sealing"""
    previous_record: str = ""
    """SHA-256 of the record of the number before, so that numbers form a chain"""
    software: dict[str, str]
    amendment: Amendment | msgspec.UnsetType = msgspec.UNSET
    """records that correct no other do not have it"""
    clock: dict[str, dict[str, str]] | msgspec.UnsetType = msgspec.UNSET
    """state of the bench's clock when the run was `begun` and `ended`; older ones have none"""
    checkpoint: str | msgspec.UnsetType = msgspec.UNSET
    """the registry's newest signed checkpoint before the test: the record is younger; older ones have none"""
