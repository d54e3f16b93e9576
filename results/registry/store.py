"""The registry itself, without a web server: takes records, gives receipts and proofs.

A record and its leaf are written in one transaction under one lock, so there is no record outside the log, no
leaf without a record, and a record sent twice has one leaf.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from drivers.clock import Clock
from drivers.notation import to_json
from results import envelope as dsse
from results import merkle
from results.errors import IntegrityError
from results.keys import FileKey
from results.receipt import Receipt, verification_address
from results.registry import checkpoint, log
from results.registry.admission import Enrolled, Submission, examine, reopen
from results.registry.checkpoint import Checkpoint, RegistryKey
from results.registry.database import Database
from results.registry.enrolment import Role, enrol, enrolled
from results.registry.refusal import RefusalError
from results.registry.succession import check_place, conflict
from results.registry.tables import AdmissionRow, AlarmRow, RecordRow, RevocationRow


@dataclass(frozen=True)
class Entry:
    """A record that is registered, checked again just now."""

    submission: Submission
    leaf_index: int
    received_at: datetime
    checkpoint: Checkpoint
    """the newest, in which the record was just proved to be"""
    superseded_by: str = ""
    """verification code of the record that takes its place"""
    revoked: str = ""
    """the reason, when the office has withdrawn it"""
    admitted: str = ""
    """why the registry's office vouches for who tested, when the record itself does not show it"""


class Store:
    """One registry on one database."""

    def __init__(
        self, database: Database, *, key: FileKey, origin: str, base_url: str, training: bool, clock: Clock
    ) -> None:
        """Join the parts.

        Args:
            database: up to date.
            key: signs the checkpoints.
            origin: name of the log; part of every checkpoint, never to be changed.
            base_url: the public address of the verification pages.
            training: take training records, and only those.
            clock: tells the time of receipt.
        """
        self.database = database
        self.key = RegistryKey(origin, key.public)
        self.base_url = base_url
        self.training = training
        self.clock = clock
        self._signing = key

    def take(self, body: bytes) -> tuple[Receipt, bool]:
        """Register a record.

        Returns:
            The receipt, and whether the record is new. The same record again gives the same receipt, whatever
            became of its keys since: a bench that has lost its receipts sends all again.

        Raises:
            RefusalError: with the reason; nothing was changed but perhaps a row of alarm.
        """
        with self.database.reading() as session:
            receipt = self._taken(session, body)
        if receipt is not None:
            return receipt, False
        submission = examine(body, self.keys(), training=self.training)
        try:
            with self.database.writing() as session:
                return self._register(session, submission)
        except RefusalError as refusal:
            if refusal.alarm:
                self._raise_alarm(refusal, submission)
            raise

    def admit(self, body: bytes, *, reason: str, by: str) -> Receipt:
        """Register a record that does not show who tested, or of which office, on its office's word.

        A sealed record stays as it is, and no record of its bench is taken before it: somebody must decide.

        Args:
            body: the bytes of its envelope; its bench must have signed, and it is the next of its bench.
            reason: stands on its page.
            by: who has decided it.

        Raises:
            RefusalError: it is registered already, or its bench, kind, content or place is not right.
        """
        submission = examine(body, self.keys(), training=self.training, decided=True)
        with self.database.writing() as session:
            receipt, new = self._register(session, submission, decided=True)
            if not new:
                raise RefusalError(
                    409,
                    "admission",
                    "{record_id} is registered already.",
                    "Nothing needs to be decided: its bench gets the receipt when it sends it again.",
                    record_id=receipt.record_id,
                )
            session.flush()
            session.add(AdmissionRow(record_id=receipt.record_id, reason=reason, by=by, at=self._now()))
        return receipt

    def enrol(self, subject: str, public_key: bytes, office: str, *, role: Role = "bench") -> str:
        """Accept a key from now on; see `enrolment.enrol`."""
        return enrol(self.database, subject, public_key, office, at=self.clock.utc(), role=role)

    def keys(self) -> Mapping[str, Enrolled]:
        """All enrolled keys by key id."""
        with self.database.reading() as session:
            return enrolled(session)

    def checkpoint(self) -> str:
        """A signed note over the tree as it is now."""
        with self.database.reading() as session:
            size = log.size(session)
            root = self._kept(session, size).root if size else merkle.EMPTY_ROOT
            return self._sign(size, root)

    def inclusion(self, leaf_index: int, size: int | None) -> tuple[int, list[bytes]]:
        """Size and inclusion proof of a leaf; in the tree of now when no size is asked.

        Raises:
            ValueError: there is no such tree or no such leaf in it.
        """
        with self.database.reading() as session:
            size = self._existing(session, size)
            return size, merkle.inclusion_proof(leaf_index, size, log.Stored(session))

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Consistency proof between two trees that the log has had.

        Raises:
            ValueError: it has not had them, or the first is the larger.
        """
        with self.database.reading() as session:
            return merkle.consistency_proof(first, self._existing(session, second), log.Stored(session))

    def find(self, token: str) -> Entry | None:
        """Look a record up by its verification code, and check signature and inclusion now.

        Raises:
            RefusalError: it is kept here but its signature does not hold any more.
            IntegrityError: it is kept here but not in the log as it must be.
        """
        return self._find(RecordRow.token == token)

    def find_record(self, record_id: str) -> Entry | None:
        """The same by the record's id."""
        return self._find(RecordRow.record_id == record_id)

    def revoke(self, record_id: str, *, reason: str, by: str) -> None:
        """Withdraw a record: it stays in the log, and its page says so for ever.

        Raises:
            RefusalError: there is no such record, or it is withdrawn already.
        """
        with self.database.writing() as session:
            known = session.scalar(select(RecordRow.record_id).where(RecordRow.record_id == record_id))
            if known is None or session.get(RevocationRow, record_id) is not None:
                raise RefusalError(
                    409,
                    "revocation",
                    "{record_id} is not registered, or is withdrawn already.",
                    "Write it as its page does, bench and number: BENCH-02:000017.",
                    record_id=record_id,
                )
            session.add(RevocationRow(record_id=record_id, reason=reason, by=by, at=self._now()))

    def counts(self) -> tuple[int, int]:
        """Size of the log, and number of alarms."""
        with self.database.reading() as session:
            alarms = session.scalar(select(func.count()).select_from(AlarmRow))
            return log.size(session), alarms or 0

    def _register(
        self, session: Session, submission: Submission, *, decided: bool = False
    ) -> tuple[Receipt, bool]:
        head, stored = log.locked(session), log.Stored(session)
        record = submission.record
        known = session.scalar(select(RecordRow).where(RecordRow.record_id == record.record_id))
        if known is not None:
            if known.digest != submission.digest:
                raise conflict(record.record_id, known.digest, submission.digest)
            return self._kept_receipt(session, known, submission.payload), False
        check_place(session, submission, decided=decided)
        stored.read_peaks(head.size)
        self._check_log(session, head.size, stored)
        index = log.append(head, merkle.leaf_hash(submission.payload), stored)
        row = RecordRow(
            leaf_index=index,
            record_id=record.record_id,
            bench=record.bench,
            sequence=record.sequence,
            digest=submission.digest,
            token=submission.token,
            envelope=submission.body,
            supersedes=record.supersedes or None,
            received_at=self._now(),
        )
        session.add(row)
        root = merkle.root_hash(index + 1, stored)
        note = self._sign(index + 1, root)
        log.keep_checkpoint(session, index + 1, note)
        return self._receipt(row, submission.payload, stored, note), True

    def _taken(self, session: Session, body: bytes) -> Receipt | None:
        """The receipt of exactly this record; None when it is not here, or is no envelope at all."""
        try:
            envelope = dsse.parse(body)
        except IntegrityError:
            return None
        known = session.scalar(select(RecordRow).where(RecordRow.digest == envelope.digest))
        return None if known is None else self._kept_receipt(session, known, envelope.content)

    def _kept_receipt(self, session: Session, known: RecordRow, payload: bytes) -> Receipt:
        note = log.kept_checkpoint(session, known.leaf_index + 1)
        return self._receipt(known, payload, log.Stored(session), note)

    def _receipt(self, row: RecordRow, payload: bytes, stored: log.Stored, note: str) -> Receipt:
        size = row.leaf_index + 1
        return Receipt(
            record_id=row.record_id,
            leaf_index=row.leaf_index,
            tree_size=size,
            root_hash=merkle.root_hash(size, stored).hex(),
            inclusion_proof=tuple(
                digest.hex() for digest in merkle.inclusion_proof(row.leaf_index, size, stored)
            ),
            checkpoint=note,
            verification_address=verification_address(self.base_url, payload),
        )

    def _find(self, condition: ColumnElement[bool]) -> Entry | None:
        with self.database.reading() as session:
            row = session.scalar(select(RecordRow).where(condition))
            if row is None:
                return None
            submission = reopen(row.envelope, enrolled(session))
            newer = session.scalar(
                select(RecordRow.token).where(RecordRow.supersedes == row.record_id).limit(1)
            )
            revoked = session.get(RevocationRow, row.record_id)
            admitted = session.get(AdmissionRow, row.record_id)
            return Entry(
                submission,
                row.leaf_index,
                datetime.fromisoformat(row.received_at),
                self._proved(session, row, submission),
                newer or "",
                revoked.reason if revoked else "",
                admitted.reason if admitted else "",
            )

    def _proved(self, session: Session, row: RecordRow, submission: Submission) -> Checkpoint:
        """Prove inclusion in the newest signed tree, just as a stranger would."""
        size = log.size(session)
        newest = self._kept(session, size)
        proof = merkle.inclusion_proof(row.leaf_index, size, log.Stored(session))
        leaf = merkle.leaf_hash(submission.payload)
        if not merkle.verify_inclusion(leaf, row.leaf_index, size, proof, newest.root):
            raise IntegrityError(
                "registry.inclusion",
                "Record {record_id} is kept here, but the log holds another content in its place.",
                "Stop the registry and restore its database from the last backup.",
                record_id=row.record_id,
            )
        return newest

    def _check_log(self, session: Session, size: int, stored: log.Stored) -> None:
        """Never build on a log that is not the one signed before."""
        if size and merkle.root_hash(size, stored) != self._kept(session, size).root:
            raise IntegrityError(
                "registry.log",
                "The registry's log of {size} records is not the one that it has signed.",
                "Stop the registry and restore its database from the last backup.",
                size=size,
            )

    def _kept(self, session: Session, size: int) -> Checkpoint:
        return checkpoint.open_note(log.kept_checkpoint(session, size), self.key)

    def _sign(self, size: int, root: bytes) -> str:
        return checkpoint.sign(Checkpoint(self.key.origin, size, root, self.clock.utc()), self._signing)

    def _existing(self, session: Session, size: int | None) -> int:
        newest = log.size(session)
        if size is not None and size > newest:
            raise ValueError(f"the log has {newest} leaves")
        return newest if size is None else size

    def _raise_alarm(self, refusal: RefusalError, submission: Submission) -> None:
        with self.database.writing() as session:
            session.add(
                AlarmRow(
                    at=self._now(),
                    code=refusal.code,
                    record_id=submission.record.record_id,
                    facts=to_json(refusal.facts).decode(),
                )
            )

    def _now(self) -> str:
        return self.clock.utc().astimezone(UTC).isoformat(timespec="seconds")
