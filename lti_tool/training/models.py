"""Cohorts, who is in them, and their work: submission, its versions and files, reviews."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from mappings.progress import Origin


class Cohort(Base):
    """An edition of a training, across courses and platforms."""

    __tablename__ = "cohort"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    training_key: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """The trainer who made it in the picker; None when the issuer did on the command line."""
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    """From then on it counts for certificates; only the issuer approves (`cohort approve`)."""


class CohortCode(Base):
    """A one-time code that makes a person trainer of a cohort."""

    __tablename__ = "cohort_code"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


JOINED = "joined"
"""The role of an enrolment whose person turned out to be somebody else too: that one's takes its place (`linking`)."""


class Enrolment(Base):
    """A person in a cohort, as participant or as (cohort) trainer."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id", "role"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    """A `mappings.roles.Role`: trainer or participant; or `JOINED`."""
    created_at: Mapped[datetime]

    cohort: Mapped[Cohort] = relationship()


class EnrolmentCourse(Base):
    """A course through which a participant came into the cohort: trainers of that course see the participant's work."""

    __tablename__ = "enrolment_course"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True, index=True)


class Submission(Base):
    """A participant's work for one assignment: the draft, the outcome, and its versions."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("enrolment_id", "assignment_key"), Index("ix_submission_waiting", "state"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    assignment_key: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    """A `mappings.progress.OutcomeState`."""
    origin: Mapped[str] = mapped_column(String(20))
    """A `mappings.progress.Origin`: where the work was handed in."""
    draft_text: Mapped[str] = mapped_column(Text, default="")
    draft_link: Mapped[str] = mapped_column(String(2000), default="")
    draft_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    """`draft_text` with its headings, lists, links and bold; empty when it has none."""
    draft_saved_at: Mapped[datetime | None]
    """None while there is nothing newer than the last version."""
    draft_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Goes up whenever `draft_text` or `draft_link` changes."""
    draft_page: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The page on which the draft was typed, a random name that the page was shown with."""
    draft_typed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    """When `state` changed last."""

    enrolment: Mapped[Enrolment] = relationship()
    versions: Mapped[list["SubmissionVersion"]] = relationship(
        back_populates="submission", order_by="SubmissionVersion.number", cascade="all, delete-orphan"
    )


class DraftCopy(Base):
    """A text that was typed on another page than the newer draft was; its maker can take it back."""

    __tablename__ = "draft_copy"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    page: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The page on which it was typed."""
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    html: Mapped[str] = mapped_column(Text, default="", server_default="")
    typed_at: Mapped[datetime]


class SubmissionVersion(Base):
    """One hand-in; it never changes afterwards."""

    __tablename__ = "submission_version"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        Index("ix_submission_version_submission_id_handed_in_at", "submission_id", "handed_in_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    html: Mapped[str] = mapped_column(Text, default="", server_default="")
    """`text` with its headings, lists, links and bold, see `training.rich_text`; empty when it has none."""
    handed_in_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(20))
    """The code on the receipt that the participant sees."""
    origin: Mapped[str] = mapped_column(String(20), default=Origin.TOOL.value, server_default=Origin.TOOL.value)
    """A `mappings.progress.Origin`: where it was handed in."""
    source_url: Mapped[str | None] = mapped_column(String(1000))
    """Where it can be seen in the learning environment in which it was handed in."""
    facts: Mapped[dict[str, Any] | None]
    """What that learning environment says of it, a `training.importing.NativeFacts`; None: it was handed in here."""

    submission: Mapped[Submission] = relationship(back_populates="versions")
    files: Mapped[list["WorkFile"]] = relationship(secondary="version_file", order_by="WorkFile.added_at")
    reviews: Mapped[list["Review"]] = relationship(back_populates="version", order_by="Review.reviewed_at")


class WorkFile(Base):
    """A file that belongs to a submission; its bytes lie in the file store under `path`."""

    __tablename__ = "work_file"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    """The file name extension in lower case, one of the assignment's file kinds, checked against the content."""
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200), unique=True)
    in_draft: Mapped[bool] = mapped_column(default=True)
    """Part of what will be handed in next."""
    added_at: Mapped[datetime]


class Upload(Base):
    """A file on its way in, part by part; once all of it is there it becomes a `WorkFile`, and this row only says so."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    """Whose it is."""
    assignment_key: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """As its page knows the file again when it is chosen another time; empty from a page that does not say."""
    size: Mapped[int]
    """In bytes, of the whole file."""
    received: Mapped[int] = mapped_column(default=0, server_default="0")
    """In bytes, from the file's beginning, without gaps."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    claimed_until: Mapped[datetime | None]
    """Until when somebody makes a whole of the parts, or removes them."""
    whole_path: Mapped[str | None] = mapped_column(String(200))
    """Where the whole is being written; None before and afterwards."""
    finished_at: Mapped[datetime | None]

    parts: Mapped[list["UploadPart"]] = relationship(order_by="UploadPart.start", cascade="all, delete-orphan")


class UploadPart(Base):
    """A stretch of an upload; its bytes lie in the file store under `path`."""

    __tablename__ = "upload_part"

    upload_id: Mapped[str] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """In bytes from the file's beginning."""
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200))


class VersionFile(Base):
    """Which files a version holds; one file may be in several versions."""

    __tablename__ = "version_file"

    version_id: Mapped[str] = mapped_column(ForeignKey("submission_version.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("work_file.id", ondelete="CASCADE"), primary_key=True)


class Review(Base):
    """A trainer's verdict on one version."""

    __tablename__ = "review"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(ForeignKey("submission_version.id", ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    """`accepted` or `returned`."""
    feedback: Mapped[str] = mapped_column(Text, default="")
    reviewed_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(20), default=Origin.TOOL.value, server_default=Origin.TOOL.value)
    """A `mappings.progress.Origin`: where it was said; a grade there that counts as accepted is a review too."""

    version: Mapped[SubmissionVersion] = relationship(back_populates="reviews")
    remarks: Mapped[list["ReviewRemark"]] = relationship(cascade="all, delete-orphan")


class ReviewRemark(Base):
    """What a review says of one criterion of the assignment."""

    __tablename__ = "review_remark"

    review_id: Mapped[str] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    criterion_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    met: Mapped[bool | None]
    """Whether the work meets it; None when the trainer did not say."""
    remark: Mapped[str] = mapped_column(Text, default="", server_default="")


class ReviewPhrase(Base):
    """A sentence that a trainer keeps to use again; it is the trainer's own, in whatever cohort."""

    __tablename__ = "review_phrase"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]


class Meeting(Base):
    """A meeting of a cohort. It is never removed: what was planned in somebody's calendar is called off instead."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_cohort_id_starts_at", "cohort_id", "starts_at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    """How long it lasts."""
    contact_minutes: Mapped[int]
    """For how long it counts for whoever was there all the time."""
    place: Mapped[str] = mapped_column(String(300), default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    """Where it is online."""
    notes: Mapped[str] = mapped_column(Text, default="")
    """For participants."""
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    """Goes up with each change that a calendar has to know (RFC 5545, 3.8.7.4)."""
    cancelled_at: Mapped[datetime | None]
    """Since when it is called off; it counts for nobody then."""
    planned_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class Attendance(Base):
    """Whether a participant was at a meeting, as it stands now."""

    __tablename__ = "attendance"

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(String(20))
    """A `training.contact_hours.AttendanceState`."""
    minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """For how long, where somebody was there for a part."""
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    marked_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime]


class AttendanceChange(Base):
    """Who marked what about somebody's attendance, and when. Rows are added and never changed."""

    __tablename__ = "attendance_change"
    __table_args__ = (Index("ix_attendance_change_meeting_id_at", "meeting_id", "at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    """A `training.contact_hours.AttendanceState`; empty: the mark was taken away."""
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class LearningQuestion(Base):
    """A learning question that its maker made sharper, beside what was handed in; the newest of both counts."""

    __tablename__ = "learning_question"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(240))
    why: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What made it sharper."""
    written_at: Mapped[datetime]


class AspectMark(Base):
    """Where somebody stands in an aspect of the training, as they or a trainer said at a moment. Rows are only added."""

    __tablename__ = "aspect_mark"
    __table_args__ = (Index("ix_aspect_mark_enrolment_id_side", "enrolment_id", "side"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    """Whom it is about."""
    side: Mapped[str] = mapped_column(String(10))
    """A `training.aspect_marks.Side`: said by themselves at the start or at the end, or by a trainer."""
    aspect_key: Mapped[str] = mapped_column(String(100))
    step: Mapped[int | None]
    """On the scale of the training's levels and what lies between them, from 1; None: not said (any more)."""
    remark: Mapped[str] = mapped_column(Text, default="", server_default="")
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]


class AspectSharing(Base):
    """That a trainer showed a participant what trainers had said of the aspects until then."""

    __tablename__ = "aspect_sharing"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True)
    shared_at: Mapped[datetime]
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
