"""What a bench states over its own key and is no record: a validation report, the list of an evidence bundle.

The envelope is that of a record with types of its own, so that none can be taken for another. A statement
is the bench's word, at a time its own clock gave; what it rests on is in it, and can be checked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Literal, TypeVar

import msgspec

from drivers.notation import from_json, to_json
from results import envelope as dsse
from results.errors import IntegrityError
from results.keys import Seal, TrustedKey
from results.malformed import told_as

VALIDATION_TYPE: Final = "application/vnd.tera-bench.validation+json"
BUNDLE_TYPE: Final = "application/vnd.tera-bench.evidence-bundle+json"


class ValidationPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was tried, and what did not come out as it must."""

    name: str
    """`files`, `drivers`, `cases`, …: a word for it stands in the catalogue of messages"""
    held: int
    """how many single checks held"""
    findings: tuple[str, ...] = ()
    """empty when all is well"""


class ValidationReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That this installation gave the known answers, or which it did not give."""

    schema: Literal["tera-bench/validation/1"] = "tera-bench/validation/1"
    bench: str
    office: str
    at: str
    """wall time, ISO 8601 with offset"""
    clock: dict[str, str] = {}
    """state of that clock: whether it follows another, which, and how far it may be off"""
    by: str
    """who had it made, by id in the laboratory file"""
    software: dict[str, str]
    procedures: dict[str, str]
    """edition of each procedure, by id"""
    rules: dict[str, str]
    """SHA-256 of each rule table, by id"""
    drivers: dict[str, str]
    """SHA-256 of each driver that this laboratory uses, by id"""
    parts: tuple[ValidationPart, ...]
    valid: bool
    """no part has a finding"""
    journal_head: str
    """hash of the last entry of the bench's journal before: the report is younger"""

    @property
    def agrees(self) -> bool:
        """Whether its conclusion follows from its parts; without any part nothing follows."""
        return bool(self.parts) and self.valid == (not any(part.findings for part in self.parts))


class BundledFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a bundle."""

    name: str
    digest: str
    """SHA-256"""


class EvidenceBundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was put together about a complaint, file by file."""

    schema: Literal["tera-bench/evidence-bundle/1"] = "tera-bench/evidence-bundle/1"
    ticket: str
    bench: str
    at: str
    by: str
    records: tuple[str, ...]
    files: tuple[BundledFile, ...]
    software: dict[str, str]
    journal_head: str

    @property
    def agrees(self) -> bool:
        """Whether it lists files, and none of them twice."""
        return bool(self.files) and len({file.name for file in self.files}) == len(self.files)


S = TypeVar("S", ValidationReport, EvidenceBundle)
KINDS: Final[Mapping[str, type[ValidationReport] | type[EvidenceBundle]]] = {
    VALIDATION_TYPE: ValidationReport,
    BUNDLE_TYPE: EvidenceBundle,
}


@dataclass(frozen=True, kw_only=True)
class Stated(Generic[S]):
    """A statement that was read; its signature was checked where keys were at hand."""

    content: S
    digest: str
    """SHA-256 of the payload"""
    signatures_checked: bool


def state(content: ValidationReport | EvidenceBundle, seal: Seal) -> dsse.Envelope:
    """Sign a statement with the bench's key."""
    kind = VALIDATION_TYPE if isinstance(content, ValidationReport) else BUNDLE_TYPE
    return dsse.sign_as(kind, to_json(content), [seal])


def read_statement(data: bytes, kind: type[S], keys: Mapping[str, TrustedKey] | None) -> Stated[S]:
    """Read a statement and check it.

    Args:
        data: the file.
        kind: which statement is looked for.
        keys: trusted keys by key id; None when there are none at hand.

    Raises:
        IntegrityError: not such a statement, not of a trusted bench, signed by a key that was revoked or
            replaced before, or it does not agree with itself.
    """
    envelope = dsse.parse(data, [name for name, known in KINDS.items() if known is kind])
    if keys is not None:
        dsse.verify(envelope, {keyid: key.public for keyid, key in keys.items()})
    with told_as(_unsound):
        content = from_json(envelope.content, kind)
        at = datetime.fromisoformat(content.at)
        aware = at.tzinfo is not None
    if not aware or to_json(content) != envelope.content:
        raise _unsound("it is not written as this program writes it")
    for signature in envelope.signatures if keys is not None else ():
        key = (keys or {})[signature.keyid]
        if key.person:
            raise _unsound("its bench has not signed it")
        if key.revoked is not None and at >= key.revoked:
            raise _unsound(f"its key was revoked before, on {key.revoked.isoformat()}")
        if key.retired is not None and at >= key.retired:
            raise _unsound(f"its key was replaced before, on {key.retired.isoformat()}")
    if not content.agrees:
        raise _unsound("its conclusion does not follow from its parts")
    return Stated(content=content, digest=envelope.digest, signatures_checked=keys is not None)


def _unsound(why: str) -> IntegrityError:
    return IntegrityError(
        "statement.unsound",
        "This statement of a bench is not sound: {why}.",
        "Do not rely on it; have the bench make it again.",
        why=why,
    )
