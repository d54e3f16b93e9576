"""The registry's tables; the migrations make them, triggers keep what is written from being changed.

Times are text (ISO 8601, UTC), so that SQLite and PostgreSQL keep the same.
"""

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_BIG = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER numbers itself in SQLite


class Table(DeclarativeBase):
    """Names all constraints, so that a migration can address them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )


class EnrolmentRow(Table):
    """A key whose signatures this registry accepts."""

    __tablename__ = "enrolment"
    keyid: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    """`bench` or `officer`"""
    subject: Mapped[str] = mapped_column(String(200), index=True)
    """name of the bench, or NIP of the officer"""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    office: Mapped[str] = mapped_column(String(200))
    enrolled_at: Mapped[str] = mapped_column(String(32))
    retired_at: Mapped[str | None] = mapped_column(String(32))
    """from then on the key signs nothing new; what it signed before stays good"""


class RecordRow(Table):
    """A record as it came in, at its place in the log."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("bench", "sequence"),)
    leaf_index: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(String(400), unique=True)
    bench: Mapped[str] = mapped_column(String(200))
    sequence: Mapped[int] = mapped_column(_BIG)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the record's bytes"""
    token: Mapped[str] = mapped_column(String(26), unique=True)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    supersedes: Mapped[str | None] = mapped_column(String(400), index=True)
    received_at: Mapped[str] = mapped_column(String(32))


class LogRow(Table):
    """The one row that every append locks, so that leaves are given out one by one."""

    __tablename__ = "log"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_BIG)


class NodeRow(Table):
    """The hash of a perfect subtree; level 0 holds the leaves."""

    __tablename__ = "node"
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Table):
    """The signed note for each size that the log has had."""

    __tablename__ = "checkpoint"
    size: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)


class RevocationRow(Table):
    """A record that the office has withdrawn; it stays in the log and says so on its page."""

    __tablename__ = "revocation"
    record_id: Mapped[str] = mapped_column(ForeignKey("record.record_id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[str] = mapped_column(String(32))


class AdmissionRow(Table):
    """A record that was taken because the registry's office vouches for who tested; its page says so."""

    __tablename__ = "admission"
    record_id: Mapped[str] = mapped_column(ForeignKey("record.record_id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[str] = mapped_column(String(32))


class AlarmRow(Table):
    """Something that should never happen between honest parties."""

    __tablename__ = "alarm"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    at: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[str] = mapped_column(String(400))
    facts: Mapped[str] = mapped_column(Text)
    """JSON"""
