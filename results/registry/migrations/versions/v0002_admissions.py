"""Records that the registry's office has decided to take."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, and keep what is in it from being changed."""
    op.create_table(
        "admission",
        sa.Column("record_id", sa.String(400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_admission"),
        sa.ForeignKeyConstraint(["record_id"], ["record.record_id"], name="fk_admission_record_id"),
    )
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER admission_no_{verb.lower()} BEFORE {verb} ON admission "
                f"BEGIN SELECT RAISE(ABORT, 'what the registry has taken never changes'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER admission_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON admission "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
