"""Native activities of a connected Moodle, where work was handed in; how certificates are awarded, replaced and shared

New tables, also for what a cohort shares and for the audit trail, and columns that say of all work that is there: it was
handed in and reviewed here; of all certificates: they are shared, as before; and of all drafts: nothing changed them yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the columns; nothing that is there changes."""
    op.create_table(
        "moodle_site",
        sa.Column("platform_id", sa.String(length=22), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("release", sa.String(length=100), server_default="", nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.Column("fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_moodle_site_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_moodle_site")),
    )
    op.create_table(
        "moodle_course",
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("moodle_id", sa.BigInteger(), nullable=False),
        sa.Column("next_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.Column("marks", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_moodle_course_course_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_moodle_course")),
    )
    op.create_index(op.f("ix_moodle_course_next_sync_at"), "moodle_course", ["next_sync_at"])
    op.create_table(
        "activity_mapping",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("course_id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("assignment_key", sa.String(length=100), nullable=False),
        sa.Column("cm_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=500), server_default="", nullable=False),
        sa.Column("counts", sa.String(length=20), nullable=False),
        sa.Column("from_grade", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Float(), nullable=True),
        sa.Column("needs_trainer", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("writes_completion", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("writes_grade", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="ok", nullable=False),
        sa.Column("confirmed_by_id", sa.String(length=22), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_activity_mapping_cohort_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_activity_mapping_confirmed_by_id")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["moodle_course.course_id"], name=op.f("fk_activity_mapping_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_mapping")),
        sa.UniqueConstraint(
            "course_id", "cohort_id", "assignment_key", name=op.f("uq_activity_mapping_course_id_cohort_id_assignment_key")
        ),
        sa.UniqueConstraint("course_id", "cohort_id", "cm_id", name=op.f("uq_activity_mapping_course_id_cohort_id_cm_id")),
    )
    op.create_index(op.f("ix_activity_mapping_cohort_id"), "activity_mapping", ["cohort_id"])
    op.create_index(op.f("ix_activity_mapping_course_id"), "activity_mapping", ["course_id"])
    op.create_table(
        "moodle_write",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("mapping_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.String(length=22), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.Column("grade", sa.Float(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("done_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dirty", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("job", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fails", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written", sa.Float(), nullable=True),
        sa.Column("held", sa.Float(), nullable=True),
        sa.Column("overwrite", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["activity_mapping.id"], name=op.f("fk_moodle_write_mapping_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_moodle_write_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moodle_write")),
        sa.UniqueConstraint("mapping_id", "user_id", name=op.f("uq_moodle_write_mapping_id_user_id")),
    )
    op.create_index(op.f("ix_moodle_write_mapping_id"), "moodle_write", ["mapping_id"])
    op.create_index(op.f("ix_moodle_write_submission_id"), "moodle_write", ["submission_id"])
    op.create_table(
        "native_file",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("platform_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mime_type", sa.String(length=100), server_default="", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_native_file_platform_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_native_file_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_native_file")),
    )
    op.create_index(op.f("ix_native_file_version_id"), "native_file", ["version_id"])
    op.create_table(
        "native_work",
        sa.Column("mapping_id", sa.String(length=22), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grade", sa.Float(), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grader_id", sa.BigInteger(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("submission_id", sa.String(length=22), nullable=True),
        sa.Column("version_id", sa.String(length=22), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["activity_mapping.id"], name=op.f("fk_native_work_mapping_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_native_work_submission_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_native_work_version_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("mapping_id", "user_id", name=op.f("pk_native_work")),
    )
    op.create_index(op.f("ix_native_work_submission_id"), "native_work", ["submission_id"])
    op.add_column("review", sa.Column("origin", sa.String(length=20), server_default="tool", nullable=False))
    op.add_column("submission_version", sa.Column("origin", sa.String(length=20), server_default="tool", nullable=False))
    op.add_column("submission_version", sa.Column("source_url", sa.String(length=1000), nullable=True))
    op.add_column("submission_version", sa.Column("facts", sa.JSON(), nullable=True))
    op.create_table(
        "score_count",
        sa.Column("platform_id", sa.String(length=22), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name=op.f("fk_score_count_platform_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("platform_id", "result", name=op.f("pk_score_count")),
    )
    _upgrade_drafts()
    _upgrade_reviews()
    _upgrade_certificates()
    _upgrade_exchange()


def _upgrade_drafts() -> None:
    op.add_column("submission", sa.Column("draft_html", sa.Text(), server_default="", nullable=False))
    op.add_column("submission_version", sa.Column("html", sa.Text(), server_default="", nullable=False))
    op.add_column("submission", sa.Column("draft_revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("submission", sa.Column("draft_page", sa.String(length=22), nullable=True))
    op.add_column("submission", sa.Column("draft_typed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "draft_copy",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("submission_id", sa.String(length=22), nullable=False),
        sa.Column("page", sa.String(length=22), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("html", sa.Text(), server_default="", nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_draft_copy_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_copy")),
    )
    op.create_index(op.f("ix_draft_copy_submission_id"), "draft_copy", ["submission_id"])


def _upgrade_reviews() -> None:
    op.create_table(
        "review_remark",
        sa.Column("review_id", sa.String(length=22), nullable=False),
        sa.Column("criterion_key", sa.String(length=100), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_remark_review_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("review_id", "criterion_key", name=op.f("pk_review_remark")),
    )
    op.create_table(
        "review_phrase",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_phrase_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_phrase")),
    )
    op.create_index(op.f("ix_review_phrase_person_id"), "review_phrase", ["person_id"])


def _upgrade_certificates() -> None:
    op.add_column("issuing_key", sa.Column("active_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("award", sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("award", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    # SQLite makes the table anew; nothing refers to it yet.
    with op.batch_alter_table("certificate") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_certificate_award_id"), type_="unique")
        batch_op.add_column(sa.Column("replaced_by_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("shared", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wanted_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_certificate_replaced_by_id"), "certificate", ["replaced_by_id"], ["id"])
    op.create_index(op.f("ix_certificate_award_id"), "certificate", ["award_id"])
    valid = sa.text("revoked_at IS NULL")
    op.create_index(
        "uq_certificate_award_id_valid", "certificate", ["award_id"], unique=True, sqlite_where=valid, postgresql_where=valid
    )
    op.create_table(
        "award_decision",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("award_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_decision_award_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_award_decision_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_decision")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_award_decision_award_id_number")),
    )
    op.create_index(op.f("ix_award_decision_award_id"), "award_decision", ["award_id"])
    op.create_table(
        "issue_log",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("certificate_id", sa.String(length=22), nullable=False),
        sa.Column("credential_sha256", sa.String(length=64), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issue_log")),
    )
    op.create_index(op.f("ix_issue_log_certificate_id"), "issue_log", ["certificate_id"])
    op.create_table(
        "portfolio_delivery",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("certificate_id", sa.String(length=22), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("endpoints", sa.JSON(), nullable=False),
        sa.Column("client_id", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("state_digest", sa.String(length=64), nullable=False),
        sa.Column("verifier_sealed", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_portfolio_delivery_certificate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_delivery")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_portfolio_delivery_state_digest")),
    )
    op.create_index(op.f("ix_portfolio_delivery_certificate_id"), "portfolio_delivery", ["certificate_id"])
    op.create_index(op.f("ix_portfolio_delivery_host"), "portfolio_delivery", ["host"])
    op.create_table(
        "issue_log_day",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_issue_log_day")),
    )


def downgrade() -> None:
    """Take them away again; Moodle still has what was read, and work from there looks as if it was handed in here.

    A certificate that was replaced goes: there was no room for two of one award.
    """
    for table in _EXCHANGE:
        op.drop_table(table)
    for table in ("draft_copy", "review_remark", "review_phrase"):
        op.drop_table(table)
    for column in ("draft_typed_at", "draft_page", "draft_revision", "draft_html"):
        op.drop_column("submission", column)
    op.drop_column("submission_version", "html")
    for table in ("portfolio_delivery", "score_count", "issue_log_day", "issue_log", "award_decision"):
        op.drop_table(table)
    op.execute("DELETE FROM certificate WHERE replaced_by_id IS NOT NULL")
    op.drop_index("uq_certificate_award_id_valid", "certificate")
    op.drop_index(op.f("ix_certificate_award_id"), "certificate")
    with op.batch_alter_table("certificate") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_replaced_by_id"), type_="foreignkey")
        for column in ("replaced_by_id", "shared", "erased_at", "wanted_name", "wanted_at"):
            batch_op.drop_column(column)
        batch_op.create_unique_constraint(batch_op.f("uq_certificate_award_id"), ["award_id"])
    for table, column in (("award", "approved_at"), ("award", "proposed_at"), ("issuing_key", "active_from")):
        op.drop_column(table, column)
    op.drop_column("submission_version", "facts")
    op.drop_column("submission_version", "source_url")
    op.drop_column("submission_version", "origin")
    op.drop_column("review", "origin")
    for table in ("native_work", "native_file", "moodle_write", "activity_mapping", "moodle_course", "moodle_site"):
        op.drop_table(table)


_EXCHANGE = (
    "shared_file",
    "piece_reaction",
    "shared_piece",
    "directory_entry",
    "shelf_item",
    "exchange_visit",
    "audit_event",
)


def _upgrade_exchange() -> None:
    """Add what the members of a cohort share with each other, and the audit trail."""
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("what", sa.String(length=100), nullable=False),
        sa.Column("target_id", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_account_id_at", "audit_event", ["account_id", "at"])
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"])
    op.create_table(
        "exchange_visit",
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_exchange_visit_cohort_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exchange_visit_person_id")),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_exchange_visit")),
    )
    op.create_index(op.f("ix_exchange_visit_person_id"), "exchange_visit", ["person_id"])
    op.create_table(
        "shelf_item",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("phase_key", sa.String(length=100), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("file_kind", sa.String(length=20), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=True),
        sa.Column("added_by_id", sa.String(length=22), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_shelf_item_added_by_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_shelf_item_cohort_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_item")),
        sa.UniqueConstraint("path", name=op.f("uq_shelf_item_path")),
    )
    op.create_index("ix_shelf_item_cohort_id_position", "shelf_item", ["cohort_id", "position"])
    op.create_table(
        "directory_entry",
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("shows_question", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_directory_entry_enrolment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_directory_entry")),
    )
    op.create_table(
        "shared_piece",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("cohort_id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=False),
        sa.Column("submission_id", sa.String(length=22), nullable=False),
        sa.Column("assignment_key", sa.String(length=100), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_shared_piece_cohort_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_shared_piece_enrolment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_shared_piece_submission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_shared_piece_version_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_piece")),
    )
    op.create_index("ix_shared_piece_cohort_id_shared_at", "shared_piece", ["cohort_id", "shared_at"])
    op.create_index(op.f("ix_shared_piece_enrolment_id"), "shared_piece", ["enrolment_id"])
    op.create_index(op.f("ix_shared_piece_submission_id"), "shared_piece", ["submission_id"])
    op.create_index(op.f("ix_shared_piece_version_id"), "shared_piece", ["version_id"])
    op.create_index(
        "uq_shared_piece_submission_id_live",
        "shared_piece",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "piece_reaction",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("piece_id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.String(length=22), nullable=False),
        sa.Column("enrolment_id", sa.String(length=22), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_by_id", sa.String(length=22), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_piece_reaction_enrolment_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["person.id"], name=op.f("fk_piece_reaction_hidden_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_piece_reaction_person_id")),
        sa.ForeignKeyConstraint(
            ["piece_id"], ["shared_piece.id"], name=op.f("fk_piece_reaction_piece_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_reaction")),
    )
    op.create_index(op.f("ix_piece_reaction_enrolment_id"), "piece_reaction", ["enrolment_id"])
    op.create_index(op.f("ix_piece_reaction_person_id"), "piece_reaction", ["person_id"])
    op.create_index("ix_piece_reaction_piece_id_said_at", "piece_reaction", ["piece_id", "said_at"])
    op.create_table(
        "shared_file",
        sa.Column("piece_id", sa.String(length=22), nullable=False),
        sa.Column("file_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["work_file.id"], name=op.f("fk_shared_file_file_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["piece_id"], ["shared_piece.id"], name=op.f("fk_shared_file_piece_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("piece_id", "file_id", name=op.f("pk_shared_file")),
    )
    op.create_index(op.f("ix_shared_file_file_id"), "shared_file", ["file_id"])
