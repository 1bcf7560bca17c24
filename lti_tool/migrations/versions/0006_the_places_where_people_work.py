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
    _shared_work()
    _watching()
    _defence()
    _api()
    _privacy()


def _signing_in() -> None:
    op.create_table(
        "staff_member",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
    )
    op.create_table(
        "staff_identity",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_member("staff_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_staff_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_staff_identity_member_id"), "staff_identity", ["member_id"])
    op.create_table(
        "staff_passkey",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("backed_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_member("staff_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_staff_passkey_credential_id")),
    )
    op.create_index(op.f("ix_staff_passkey_member_id"), "staff_passkey", ["member_id"])
    op.create_table(
        "staff_link",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=False),
        sa.Column("made_by", sa.String(length=22), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_member("staff_link"),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_staff_link")),
    )
    op.create_index(op.f("ix_staff_link_expires_at"), "staff_link", ["expires_at"])
    op.create_index(op.f("ix_staff_link_member_id"), "staff_link", ["member_id"])
    op.create_table(
        "staff_session",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _of_member("staff_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_staff_session_secret_digest")),
    )
    op.create_index(op.f("ix_staff_session_expires_at"), "staff_session", ["expires_at"])
    op.create_index(op.f("ix_staff_session_member_id"), "staff_session", ["member_id"])
    op.create_table(
        "staff_attempt",
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("browser_digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=True),
        sa.Column("link_digest", sa.String(length=64), nullable=True),
        sa.Column("next_path", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _of_member("staff_attempt"),
        sa.PrimaryKeyConstraint("key_digest", name=op.f("pk_staff_attempt")),
    )
    op.create_index(op.f("ix_staff_attempt_expires_at"), "staff_attempt", ["expires_at"])
    op.create_index(op.f("ix_staff_attempt_member_id"), "staff_attempt", ["member_id"])


def _of_member(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_member_id")
    return sa.ForeignKeyConstraint(["member_id"], ["staff_member.id"], name=name, ondelete="CASCADE")


def _console() -> None:
    op.create_index("ix_award_met_at_id", "award", ["met_at", "id"])
    op.create_index("ix_audit_event_target_id_at", "audit_event", ["target_id", "at"])
    op.create_index(
        "ix_certificate_wanted",
        "certificate",
        ["award_id"],
        sqlite_where=sa.text("wanted_name IS NOT NULL"),
        postgresql_where=sa.text("wanted_name IS NOT NULL"),
    )
    op.create_index(
        "ix_score_outbox_failed",
        "score_outbox",
        ["platform_id", "last_error"],
        sqlite_where=sa.text("last_error IS NOT NULL"),
        postgresql_where=sa.text("last_error IS NOT NULL"),
    )
    op.add_column("award_decision", sa.Column("by_staff_id", sa.String(22), nullable=True))
    op.create_table(
        "issuing_batch",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("cohort_id", sa.String(22), nullable=False),
        sa.Column("staff_id", sa.String(22), nullable=False),
        sa.Column("staff_name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("wants_stop", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("job", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_issuing_batch_cohort_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuing_batch")),
    )
    op.create_index(
        "uq_issuing_batch_cohort_id_running",
        "issuing_batch",
        ["cohort_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_issuing_batch_cohort_id_started_at", "issuing_batch", ["cohort_id", "started_at"])
    op.create_index("ix_issuing_batch_state", "issuing_batch", ["state"])
    op.create_table(
        "issuing_batch_item",
        sa.Column("batch_id", sa.String(22), nullable=False),
        sa.Column("award_id", sa.String(22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(50), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_issuing_batch_item_award_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["issuing_batch.id"], name=op.f("fk_issuing_batch_item_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "award_id", name=op.f("pk_issuing_batch_item")),
    )
    op.create_index(op.f("ix_issuing_batch_item_award_id"), "issuing_batch_item", ["award_id"])
    op.create_index("ix_issuing_batch_item_due", "issuing_batch_item", ["batch_id", "due", "position"])


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
    op.create_table(
        "link_code",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_code_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("mark", name=op.f("uq_link_code_mark")),
    )
    op.create_index("ix_link_code_account_id_made_at", "link_code", ["account_id", "made_at"])
    op.create_table(
        "link_tries",
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_tries_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_link_tries")),
    )
    op.create_table(
        "account_link",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("kept_id", sa.String(length=22), nullable=False),
        sa.Column("joined_id", sa.String(length=22), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_account_link_kept_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["joined_id"], ["person.id"], name=op.f("fk_account_link_joined_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_kept_id"), "account_link", ["kept_id"])
    op.create_index(op.f("ix_account_link_joined_id"), "account_link", ["joined_id"])
    op.create_table(
        "account_link_change",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("link_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("table", sa.String(length=63), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("column", sa.String(length=63), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["link_id"], ["account_link.id"], name=op.f("fk_account_link_change_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link_change")),
        sa.UniqueConstraint("link_id", "position", name=op.f("uq_account_link_change_link_id_position")),
    )


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
    op.create_table(
        "learning_question",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("text", sa.String(length=240), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_learning_question_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_question")),
    )
    op.create_index(op.f("ix_learning_question_enrolment_id"), "learning_question", ["enrolment_id"])
    op.create_table(
        "aspect_mark",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("aspect_key", sa.String(length=100), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_aspect_mark_by_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_aspect_mark_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aspect_mark")),
    )
    op.create_index(op.f("ix_aspect_mark_by_id"), "aspect_mark", ["by_id"])
    op.create_index(op.f("ix_aspect_mark_enrolment_id_side"), "aspect_mark", ["enrolment_id", "side"])
    op.create_table(
        "aspect_sharing",
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_aspect_sharing_by_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_aspect_sharing_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_aspect_sharing")),
    )
    op.create_index(op.f("ix_aspect_sharing_by_id"), "aspect_sharing", ["by_id"])


def _meetings() -> None:
    op.create_index(_HANDED_IN, "submission_version", ["submission_id", "handed_in_at"])
    # two others begin with the same column
    op.drop_index(_OF_SUBMISSION, "submission_version")
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("contact_minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_by_id", sa.String(length=22), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_meeting_cohort_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_meeting_planned_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_cohort_id_starts_at", "meeting", ["cohort_id", "starts_at"])
    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("marked_by_id", sa.String(length=22), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        *_of_meeting("attendance"),
        sa.ForeignKeyConstraint(["marked_by_id"], ["person.id"], name=op.f("fk_attendance_marked_by_id")),
        sa.PrimaryKeyConstraint("meeting_id", "enrolment_id", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_enrolment_id"), "attendance", ["enrolment_id"])
    op.create_table(
        "attendance_change",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("meeting_id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_of_meeting("attendance_change"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attendance_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_change")),
    )
    op.create_index("ix_attendance_change_meeting_id_at", "attendance_change", ["meeting_id", "at"])
    op.create_index(op.f("ix_attendance_change_enrolment_id"), "attendance_change", ["enrolment_id"])


def _of_meeting(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f(f"fk_{table}_meeting_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f(f"fk_{table}_enrolment_id"), ondelete="CASCADE"
        ),
    )


def _shared_work() -> None:
    op.add_column("shared_piece", sa.Column("html", sa.Text(), server_default="", nullable=False))


def _defence() -> None:
    op.create_table(
        "limited_requests",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("refused", sa.BigInteger(), nullable=False),
    )


def _privacy() -> None:
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for table in _AGREED:
        op.add_column(table, sa.Column("consent_version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "erased_account",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_account")),
    )
    op.create_table(
        "file_to_remove",
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_file_to_remove")),
    )
    op.create_table(
        "retention_run",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_retention_run")),
    )


def _watching() -> None:
    op.create_table(
        "tally_count",
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("labels", sa.String(length=300), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("measure", "labels", "part", name=op.f("pk_tally_count")),
    )
    op.create_table(
        "engine_beat",
        sa.Column("executor", sa.String(length=60), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor", name=op.f("pk_engine_beat")),
    )
    op.create_index(op.f("ix_engine_beat_seen_at"), "engine_beat", ["seen_at"])


def _api() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("prefix", sa.String(8), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_client_prefix")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_api_client_token_digest")),
    )
    op.create_table(
        "api_answer",
        sa.Column("client_id", sa.String(22), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_client.id"], name=op.f("fk_api_answer_client_id_api_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_api_answer")),
    )
    op.create_index(op.f("ix_api_answer_begun_at"), "api_answer", ["begun_at"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("client_id", sa.String(22), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_until", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_why", sa.String(50), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_client.id"], name=op.f("fk_webhook_client_id_api_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_client_id"), "webhook", ["client_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("webhook_id", sa.String(22), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_problem", sa.String(50), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "entry", name=op.f("uq_webhook_delivery_webhook_id_entry")),
    )
    op.create_index("ix_webhook_delivery_state_due_at", "webhook_delivery", ["state", "due_at"])
    op.create_index("ix_webhook_delivery_webhook_id_created_at_id", "webhook_delivery", ["webhook_id", "created_at", "id"])
    op.create_index("ix_certificate_issued_at_id", "certificate", ["issued_at", "id"])


def downgrade() -> None:
    """Take them away again, the newest part first."""
    op.create_index(_OF_SUBMISSION, "submission_version", ["submission_id"])
    op.drop_index(_HANDED_IN, "submission_version")
    for name in reversed(_TABLES):
        op.drop_table(name)
    for index, table in _INDEXES:
        op.drop_index(index, table)
    for table, column in _COLUMNS:
        op.drop_column(table, column)
    op.drop_column("shared_piece", "html")
    op.drop_column("person", "erased_at")
    for table in _AGREED[:2]:
        op.drop_column(table, "consent_version")


_HANDED_IN = "ix_submission_version_submission_id_handed_in_at"
_OF_SUBMISSION = "ix_submission_version_submission_id"
_AGREED = ("shared_piece", "directory_entry", "mail_address")
"""Tables that hold what somebody agreed to; the first two were there before."""
_TABLES: tuple[str, ...] = (
    "staff_member",
    "staff_identity",
    "staff_passkey",
    "staff_link",
    "staff_session",
    "staff_attempt",
    "issuing_batch",
    "issuing_batch_item",
    "notice",
    "mail_address",
    "link_code",
    "link_tries",
    "account_link",
    "account_link_change",
    "upload",
    "upload_part",
    "learning_question",
    "aspect_mark",
    "aspect_sharing",
    "limited_requests",
    "meeting",
    "attendance",
    "attendance_change",
    "erased_account",
    "file_to_remove",
    "retention_run",
    "tally_count",
    "engine_beat",
    "api_client",
    "api_answer",
    "webhook",
    "webhook_delivery",
)
"""In the order in which they are made."""
_INDEXES: tuple[tuple[str, str], ...] = (
    ("ix_award_met_at_id", "award"),
    ("ix_audit_event_target_id_at", "audit_event"),
    ("ix_certificate_wanted", "certificate"),
    ("ix_certificate_issued_at_id", "certificate"),
    ("ix_score_outbox_failed", "score_outbox"),
)
"""Of tables that were there: index and table."""
_COLUMNS: tuple[tuple[str, str], ...] = (("award_decision", "by_staff_id"),)
"""Of tables that were there: table and column."""
