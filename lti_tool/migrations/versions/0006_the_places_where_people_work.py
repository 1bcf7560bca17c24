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
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=True),
        sa.Column("certificate_id", sa.String(length=22), nullable=True),
        sa.Column("piece_id", sa.String(length=22), nullable=True),
        sa.Column("reaction_id", sa.String(length=22), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail", sa.String(length=10), nullable=True),
        sa.Column("mailing_id", sa.String(length=22), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_notice_cohort_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_notice_enrolment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_notice_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_notice_certificate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["shared_piece.id"], name=op.f("fk_notice_piece_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reaction_id"], ["piece_reaction.id"], name=op.f("fk_notice_reaction_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person_id_cohort_id_at", "notice", ["person_id", "cohort_id", "at"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notice_unread", "notice", ["person_id", "cohort_id"], sqlite_where=unread, postgresql_where=unread)
    op.create_index("ix_notice_read_at", "notice", ["read_at"])
    for column in ("cohort_id", "enrolment_id", "version_id", "certificate_id", "piece_id", "reaction_id"):
        op.create_index(op.f(f"ix_notice_{column}"), "notice", [column])
    op.create_table(
        "mail_address",
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("off_key", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wishes", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_sealed", sa.Text(), nullable=True),
        sa.Column("asked_mark", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code_mark", sa.String(length=64), nullable=True),
        sa.Column("code_sealed", sa.Text(), nullable=True),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("mailing_id", sa.String(length=22), nullable=True),
        sa.Column("mailing_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_address_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_address")),
        sa.UniqueConstraint("off_key", name=op.f("uq_mail_address_off_key")),
    )
    op.create_index("ix_mail_address_due_at", "mail_address", ["due_at"])
    op.create_index("ix_mail_address_asked_mark", "mail_address", ["asked_mark"])


def _linked_accounts() -> None:
    pass


def _uploads() -> None:
    pass


def _aspects() -> None:
    pass


def _meetings() -> None:
    pass


def downgrade() -> None:
    """Take them away again, the newest part first."""
    for name in reversed(_TABLES):
        op.drop_table(name)


_TABLES: tuple[str, ...] = ("notice", "mail_address")
"""In the order in which they are made."""
