"""What somebody should hear of. A row names what it is about and keeps no text and no name; it goes when that goes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id

_UNREAD = text("read_at IS NULL")


class NoticeKind(StrEnum):
    """What happened."""

    RETURNED = "returned"
    """The participant's work is back, to be completed."""
    ACCEPTED = "accepted"
    CERTIFICATE = "certificate"
    """The participant's certificate is ready."""
    REACTION = "reaction"
    """Somebody reacted on what the participant shares."""
    ANSWER = "answer"
    """The maker answered on a shared piece on which the person had reacted."""
    NUDGE = "nudge"
    """A trainer kindly reminds the participant."""
    AGAIN = "again"
    """For trainers: work came in again after it was returned."""
    QUESTION = "question"
    """For trainers: a participant asks something with what is shared."""


FOR_TRAINERS = (NoticeKind.AGAIN, NoticeKind.QUESTION)
"""Kinds that are about the work of somebody else: only who trains that person sees them."""


class Notice(Base):
    """That something happened which a person should hear of."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_person_id_cohort_id_at", "person_id", "cohort_id", "at"),
        Index("ix_notice_unread", "person_id", "cohort_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_read_at", "read_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    """Who should hear of it."""
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """A `NoticeKind`."""
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    """The participant whom it is about, or whose work."""
    version_id: Mapped[str | None] = mapped_column(ForeignKey("submission_version.id", ondelete="CASCADE"), index=True)
    certificate_id: Mapped[str | None] = mapped_column(ForeignKey("certificate.id", ondelete="CASCADE"), index=True)
    piece_id: Mapped[str | None] = mapped_column(ForeignKey("shared_piece.id", ondelete="CASCADE"), index=True)
    reaction_id: Mapped[str | None] = mapped_column(ForeignKey("piece_reaction.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
