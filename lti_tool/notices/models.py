"""What somebody should hear of, and where. A notice names what it is about and keeps no text and no name; it goes when
that goes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.courses.consents import FIRST
from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED

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
    ASPECTS = "aspects"
    """A trainer shared with the participant how they see the aspects."""
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
    mail: Mapped[str | None] = mapped_column(String(10))
    """A `Wish`: that it is still to be mailed; None: it is not, or it was."""
    mailing_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The message in which it is mailed; a message that is tried again holds the same notices."""
    mailed_at: Mapped[datetime | None]


class Wish(StrEnum):
    """When somebody wants mail about a kind of notice; who wants none says nothing."""

    NOW = "now"
    DAILY = "daily"


class MailAddress(Base):
    """Where somebody wants mail, and of what. The person gave it here and showed by a code that it is theirs.

    It is also what a job works on: when mail is due, the lease, the number of the job.
    """

    __tablename__ = "mail_address"
    __table_args__ = (Index("ix_mail_address_due_at", "due_at"), Index("ix_mail_address_asked_mark", "asked_mark"))

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    off_key: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True, default=new_id)
    """In the link of every mail that ends it: whoever has it can do nothing else."""
    sealed: Mapped[str | None] = mapped_column(Text, info=SEALED)
    """The confirmed address, encrypted."""
    confirmed_at: Mapped[datetime | None]
    wishes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """A `Wish` by `NoticeKind`."""
    consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of the words (`lti_tool.courses.consents`) that the person agreed to last."""
    refused_at: Mapped[datetime | None]
    """Since when the receiving server refuses the address for good."""
    asked_sealed: Mapped[str | None] = mapped_column(Text, info=SEALED)
    """An address that is not confirmed yet, encrypted."""
    asked_mark: Mapped[str | None] = mapped_column(String(64))
    """Its keyed digest, to see how often it is asked for."""
    asked_at: Mapped[datetime | None]
    asks: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the person asked for a code on that day."""
    code_mark: Mapped[str | None] = mapped_column(String(64))
    """The keyed digest of the code."""
    code_sealed: Mapped[str | None] = mapped_column(Text, info=SEALED)
    """The code, encrypted, until it was sent."""
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime | None]
    """When the next message is due; None: nothing is."""
    job: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_until: Mapped[datetime | None]
    fails: Mapped[int] = mapped_column(default=0, server_default="0")
    problem: Mapped[str | None] = mapped_column(String(20))
    """What was wrong last time, a `mailing.Problem`; None: nothing."""
    mailing_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The message that is under way."""
    mailing_at: Mapped[datetime | None]
    """When it was put together."""
