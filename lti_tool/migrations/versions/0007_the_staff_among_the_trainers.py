"""Trainers without a learning environment, and what else the staff brings with it

New tables, and columns that say of all that is there: nothing of these happened yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AS_PERSON = "ix_staff_member_person_id"
_LINKED_BY = ("code_id", "giver_id", "taker_id")


def upgrade() -> None:
    """Add the tables and the columns; nothing that is there changes."""
    _trainers()
    _staff()
    _console()


def _trainers() -> None:
    """Of the staff who train."""
    # in place, and with its constraint: SQLite adds none to a table that is there
    op.execute(
        "ALTER TABLE staff_member ADD COLUMN person_id VARCHAR(22)"
        " CONSTRAINT fk_staff_member_person_id REFERENCES person (id)"
    )
    op.create_index(_AS_PERSON, "staff_member", ["person_id"], unique=True)


def _staff() -> None:
    """Of the staff and of consent."""
    op.add_column("staff_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "staff_wanted",
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields_sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["staff_session.id"], name=op.f("fk_staff_wanted_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_staff_wanted")),
    )
    op.create_index(op.f("ix_staff_wanted_expires_at"), "staff_wanted", ["expires_at"])
    for table, column in _AGREED:
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="1", nullable=False))


def _console() -> None:
    """Of the pages of the issuer and the operators."""
    op.add_column("registration_invite", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    for name in _LINKED_BY:
        op.add_column("account_link", sa.Column(name, sa.String(length=22), nullable=True))


def downgrade() -> None:
    """Take the tables and the columns away again."""
    for name in _LINKED_BY:
        op.drop_column("account_link", name)
    op.drop_column("registration_invite", "revoked_at")
    for table, column in _AGREED:
        op.drop_column(table, column)
    op.drop_table("staff_wanted")
    op.drop_column("staff_session", "proved_at")
    op.drop_index(_AS_PERSON, "staff_member")
    op.drop_column("staff_member", "person_id")


_AGREED = (
    ("link_code", "consent_version"),
    ("account_link", "consent_version"),
    ("account_link", "code_consent_version"),
)
"""Where it is kept to which words somebody agreed who links accounts."""
