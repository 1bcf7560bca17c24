"""What the members of a cohort show each other: shared work and reactions, the directory, the trainers' shelf."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.courses.consents import FIRST
from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id

_LIVE = text("withdrawn_at IS NULL")


class Shared(StrEnum):
    """What a shared piece is a copy of."""

    ACCEPTED = "accepted"
    """The version that a trainer accepted."""
    HANDED_IN = "submitted"
    """The last version, which no trainer accepted yet."""
    DRAFT = "draft"
    """What its maker was working on at that moment."""


class SharedPiece(Base):
    """A copy of somebody's work for one assignment, frozen at the moment of sharing. Of each work one is shared at a time.

    Once it is withdrawn text, link and files are gone; the question and the reactions stay for the maker.
    """

    __tablename__ = "shared_piece"
    __table_args__ = (
        Index(
            "uq_shared_piece_submission_id_live", "submission_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_shared_piece_cohort_id_shared_at", "cohort_id", "shared_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    assignment_key: Mapped[str] = mapped_column(String(100))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("submission_version.id", ondelete="SET NULL"), index=True)
    """The version it is a copy of; None: of a draft."""
    what: Mapped[str] = mapped_column(String(20))
    """A `Shared`."""
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The same with its formatting; empty where it has none."""
    link: Mapped[str] = mapped_column(String(2000), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    """What the maker asks the others."""
    shared_at: Mapped[datetime]
    """When it was shared, or shared anew with other content."""
    withdrawn_at: Mapped[datetime | None]
    consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of the words (`lti_tool.courses.consents`) that the person agreed to last."""


class SharedFile(Base):
    """Which files a shared piece shows."""

    __tablename__ = "shared_file"

    piece_id: Mapped[str] = mapped_column(ForeignKey("shared_piece.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("work_file.id", ondelete="CASCADE"), primary_key=True, index=True)


class ReactionKind(StrEnum):
    """What a reaction is."""

    QUESTION = "question"
    TIP = "tip"
    ANSWER = "answer"
    """Only its maker answers on a piece."""


class PieceReaction(Base):
    """What somebody of the cohort says of a shared piece."""

    __tablename__ = "piece_reaction"
    __table_args__ = (Index("ix_piece_reaction_piece_id_said_at", "piece_id", "said_at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    piece_id: Mapped[str] = mapped_column(ForeignKey("shared_piece.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[str | None] = mapped_column(ForeignKey("enrolment.id", ondelete="SET NULL"), index=True)
    """As which participant; None: as a trainer."""
    kind: Mapped[str] = mapped_column(String(20))
    """A `ReactionKind`."""
    text: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """The maker of the piece or a trainer."""


class DirectoryEntry(Base):
    """A participant who chose to stand in the cohort's directory."""

    __tablename__ = "directory_entry"

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"), primary_key=True)
    shows_question: Mapped[bool] = mapped_column(default=True)
    """With the learning question."""
    joined_at: Mapped[datetime]
    consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of the words (`lti_tool.courses.consents`) that the person agreed to last."""


class ShelfKind(StrEnum):
    """What lies on the shelf."""

    MATERIAL = "material"
    INSTITUTION = "institution"
    """A cultural institution."""
    INTERMEDIARY = "intermediary"
    """Who brings schools and culture together."""


class ShelfItem(Base):
    """Something that the trainers put on the cohort's shelf; bytes of a file lie in the file store under `path`."""

    __tablename__ = "shelf_item"
    __table_args__ = (Index("ix_shelf_item_cohort_id_position", "cohort_id", "position"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    position: Mapped[int]
    """The lowest first, within a phase."""
    kind: Mapped[str] = mapped_column(String(20))
    """A `ShelfKind`."""
    phase_key: Mapped[str | None] = mapped_column(String(100))
    """None: of use in every phase."""
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(2000), default="")
    file_name: Mapped[str | None] = mapped_column(String(255))
    file_kind: Mapped[str | None] = mapped_column(String(20))
    size: Mapped[int | None]
    """In bytes."""
    path: Mapped[str | None] = mapped_column(String(200), unique=True)
    added_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class ExchangeVisit(Base):
    """When somebody looked last at what a cohort shares: what came since is new."""

    __tablename__ = "exchange_visit"

    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    at: Mapped[datetime]
