"""The first tables, and the triggers that keep them from being changed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT: Final = ("record", "node", "checkpoint", "revocation", "alarm")


def upgrade() -> None:
    """Make tables and triggers."""
    _enrolment_and_records()
    _log()
    _events()
    if op.get_context().dialect.name == "sqlite":
        _protect_sqlite()
    else:
        _protect_postgresql()
    op.execute("INSERT INTO log (id, size) VALUES (1, 0)")


def _enrolment_and_records() -> None:
    op.create_table(
        "enrolment",
        sa.Column("keyid", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("enrolled_at", sa.String(32), nullable=False),
        sa.Column("retired_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("keyid", name="pk_enrolment"),
    )
    op.create_index("ix_enrolment_subject", "enrolment", ["subject"])
    op.create_table(
        "record",
        sa.Column("leaf_index", _BIG, autoincrement=False, nullable=False),
        sa.Column("record_id", sa.String(400), nullable=False),
        sa.Column("bench", sa.String(200), nullable=False),
        sa.Column("sequence", _BIG, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("token", sa.String(26), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("supersedes", sa.String(400), nullable=True),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name="pk_record"),
        sa.UniqueConstraint("record_id", name="uq_record_record_id"),
        sa.UniqueConstraint("bench", "sequence", name="uq_record_bench_sequence"),
        sa.UniqueConstraint("digest", name="uq_record_digest"),
        sa.UniqueConstraint("token", name="uq_record_token"),
    )
    op.create_index("ix_record_supersedes", "record", ["supersedes"])


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log"),
    )
    op.create_table(
        "node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", _BIG, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name="pk_node"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", _BIG, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )


def _events() -> None:
    op.create_table(
        "revocation",
        sa.Column("record_id", sa.String(400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_revocation"),
        sa.ForeignKeyConstraint(["record_id"], ["record.record_id"], name="fk_revocation_record_id"),
    )
    op.create_table(
        "alarm",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("record_id", sa.String(400), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )


def _protect_sqlite() -> None:
    for table in _KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'what the registry has taken never changes'); END"
            )


def _protect_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what the registry has taken never changes'; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
