"""Launch traces, what ties a launch to the browser, copies of courses, administrators of a platform

Only columns that may be empty or have a default, added in place: a table that SQLite makes anew would lose what hangs on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table and columns; nothing that is there changes."""
    op.add_column("launch_state", sa.Column("layer", sa.String(length=10), server_default="cookie", nullable=False))
    op.add_column("launch_state", sa.Column("storage_target", sa.String(length=255), nullable=True))
    op.add_column("tool_session", sa.Column("administers", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("course", sa.Column("copied_from_id", sa.String(length=22), nullable=True))
    op.add_column("placement", sa.Column("proposed_cohort_id", sa.String(length=22), nullable=True))
    op.add_column("placement", sa.Column("proposed_item", sa.String(length=100), nullable=True))
    op.add_column("placement", sa.Column("lineitem_sought_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("platform", sa.Column("product", sa.String(length=200), nullable=True))
    op.add_column("platform", sa.Column("frame_origins", sa.JSON(), nullable=True))
    op.create_table(
        "copy_choice",
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("named_cohort_id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("chosen_by_id", sa.String(length=22), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_copy_choice_course_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_copy_choice_cohort_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["person.id"], name=op.f("fk_copy_choice_chosen_by_id")),
        sa.PrimaryKeyConstraint("course_id", "named_cohort_id", name=op.f("pk_copy_choice")),
    )
    op.create_index(op.f("ix_copy_choice_cohort_id"), "copy_choice", ["cohort_id"])
    op.create_table(
        "launch_trace",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("platform_id", sa.String(length=22), nullable=True),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("message", sa.String(length=50), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("layer", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_launch_trace_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_trace")),
    )
    op.create_index(op.f("ix_launch_trace_code"), "launch_trace", ["code"])
    op.create_index(op.f("ix_launch_trace_created_at"), "launch_trace", ["created_at"])
    op.create_index(op.f("ix_launch_trace_platform_id_created_at"), "launch_trace", ["platform_id", "created_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("launch_trace")
    op.drop_table("copy_choice")
    for table, column in (
        ("platform", "frame_origins"),
        ("platform", "product"),
        ("placement", "lineitem_sought_until"),
        ("placement", "proposed_item"),
        ("placement", "proposed_cohort_id"),
        ("course", "copied_from_id"),
        ("tool_session", "administers"),
        ("launch_state", "storage_target"),
        ("launch_state", "layer"),
    ):
        op.drop_column(table, column)
