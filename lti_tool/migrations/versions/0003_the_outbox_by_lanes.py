"""The outbox by lanes, what the gradebook holds, and rows without a grade

`score_outbox` is made anew on SQLite: two columns may be empty now, and no other table refers to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns; what was sent before counts as read back."""
    with op.batch_alter_table("score_outbox") as batch_op:
        batch_op.alter_column("submission_id", existing_type=sa.String(length=22), nullable=True)
        batch_op.alter_column("score_given", existing_type=sa.Double(), nullable=True)
        batch_op.add_column(sa.Column("slot", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("activity", sa.String(length=20), server_default="Completed", nullable=False))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("sent_given", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("sent_maximum", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("tried", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("checked", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("held_score", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("held_maximum", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("overwrite", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("ix_score_outbox_lane", ["platform_id", "dirty", "slot"])
    op.execute("UPDATE score_outbox SET sent_given = score_given, sent_maximum = score_maximum WHERE sent_version > 0")


def downgrade() -> None:
    """Take them away again, and the rows that an older version cannot hold."""
    op.execute("DELETE FROM score_outbox WHERE submission_id IS NULL OR score_given IS NULL")
    with op.batch_alter_table("score_outbox") as batch_op:
        batch_op.drop_index("ix_score_outbox_lane")
        for column in (
            "overwrite",
            "held_maximum",
            "held_score",
            "checked",
            "tried",
            "sent_maximum",
            "sent_given",
            "claimed_by",
            "activity",
            "slot",
        ):
            batch_op.drop_column(column)
        batch_op.alter_column("score_given", existing_type=sa.Double(), nullable=False)
        batch_op.alter_column("submission_id", existing_type=sa.String(length=22), nullable=False)
