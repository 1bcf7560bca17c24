"""Who is in a course, as its learning environment lists them

Two tables; nothing that is there changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; the lists are read within a minute after the start."""
    op.create_table(
        "course_roster",
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("next_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=50), nullable=True),
        sa.Column("differences_url", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_roster_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course_roster")),
    )
    op.create_index(op.f("ix_course_roster_next_read_at"), "course_roster", ["next_read_at"])
    op.create_table(
        "course_roster_member",
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_roster_member_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "subject", name=op.f("pk_course_roster_member")),
    )


def downgrade() -> None:
    """Take them away again; the learning environments still have the lists."""
    op.drop_table("course_roster_member")
    op.drop_table("course_roster")
