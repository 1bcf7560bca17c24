"""Signing in without a learning environment, meetings, notices, linked accounts, unfinished uploads, aspects, the console

New tables, and columns that say of all that is there: nothing of these happened yet.
"""

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
    pass


def _aspects() -> None:
    pass


def _meetings() -> None:
    op.create_index(_HANDED_IN, "submission_version", ["submission_id", "handed_in_at"])
    # two others begin with the same column
    op.drop_index(_OF_SUBMISSION, "submission_version")


def downgrade() -> None:
    """Take them away again, the newest part first."""
    op.create_index(_OF_SUBMISSION, "submission_version", ["submission_id"])
    op.drop_index(_HANDED_IN, "submission_version")
    for name in reversed(_TABLES):
        op.drop_table(name)


_HANDED_IN = "ix_submission_version_submission_id_handed_in_at"
_OF_SUBMISSION = "ix_submission_version_submission_id"
_TABLES: tuple[str, ...] = ()
"""In the order in which they are made."""
