"""The outbox: what each learning environment should hold for one account on one line item; and the lists of members."""

from datetime import datetime
from typing import Final
from zlib import crc32

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id

SLOTS: Final = 32
"""More than any platform is called at once (`PlatformProfile.max_parallel`)."""


class ScoreOutbox(Base):
    """One row a (placement's line item, account); only the newest value is ever posted.

    `version` grows in the transaction that changes the outcome; `sent_version` follows once the platform has accepted
    it. A queued job carries the row's id and `job` number only; a job with an older number does nothing.
    """

    __tablename__ = "score_outbox"
    __table_args__ = (
        UniqueConstraint("placement_id", "account_id"),
        Index("ix_score_outbox_due", "dirty", "next_attempt_at"),
        Index("ix_score_outbox_lane", "platform_id", "dirty", "slot"),
        Index(
            "ix_score_outbox_failed",
            "platform_id",
            "last_error",
            sqlite_where=text("last_error IS NOT NULL"),
            postgresql_where=text("last_error IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    placement_id: Mapped[str] = mapped_column(ForeignKey("placement.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    """The work it is about; None: the training as a whole."""
    slot: Mapped[int] = mapped_column(default=0, server_default="0")
    """`slot_of` the account: rows of one slot are never posted at the same moment, so those of one person are not."""
    activity: Mapped[str] = mapped_column(String(20), default="Completed", server_default="Completed")
    """A `mappings.scores.ActivityProgress`."""
    score_given: Mapped[float | None]
    """None: no grade; it tells the platform that there is work to look at."""
    score_maximum: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    sent_version: Mapped[int] = mapped_column(default=0)
    dirty: Mapped[bool] = mapped_column(default=True)
    """version > sent_version and not refused for good."""
    job: Mapped[int] = mapped_column(default=0)
    """Number of the newest job of this row; older jobs do nothing."""
    claimed_until: Mapped[datetime | None]
    """The lease of the running job; expired means that nobody works on it."""
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    """The job that holds the lease, as row and number: a job goes on with the other rows of its lane."""
    fails: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(50))
    """Code of the last failure, e.g. `http-503`, `timeout`, `refused-400` (`sync.codes`); None after a success."""
    refused: Mapped[bool] = mapped_column(default=False)
    """The platform will not take it as it is, or shows another grade: somebody has to do something."""
    posted_at: Mapped[datetime | None]
    """When the platform accepted the last post: the next one is at least one second later."""
    changed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_given: Mapped[float | None]
    """The grade that the platform accepted last; what it holds besides was changed by somebody there."""
    sent_maximum: Mapped[int | None]
    tried: Mapped[list[float]] = mapped_column(JSON, default=list, server_default="[]")
    """Grades of `score_maximum` that may have arrived since, although no answer said so: they are ours too."""
    checked: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether the gradebook was read after the last post: Moodle answers 200 and keeps an overridden grade (measured)."""
    held_score: Mapped[float | None]
    """What the gradebook held when it was read last, of `held_maximum`."""
    held_maximum: Mapped[float | None]
    overwrite: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A trainer said that ours counts although the gradebook holds another grade."""


class ScoreCount(Base):
    """How often the scores of a platform came to what, since it was registered; counted where it is recorded."""

    __tablename__ = "score_count"

    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    result: Mapped[str] = mapped_column(String(20), primary_key=True)
    """A `sync.counts.Came`."""
    count: Mapped[int] = mapped_column(BigInteger, server_default="0")


class CourseRoster(Base):
    """When the list of a course's members was read, and is read next. One row a course, made by the sweeper.

    A queued job carries the course's id and `job` number only; a job with an older number does nothing, so one that
    comes back after its lease ran out writes no older list over a newer one.
    """

    __tablename__ = "course_roster"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    next_read_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: only when a trainer asks, or not until the course has an address for it again."""
    job: Mapped[int] = mapped_column(default=0)
    """Number of the newest job of this row."""
    claimed_until: Mapped[datetime | None]
    """The lease of who is reading it now."""
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When it was read last, with success."""
    whole_at: Mapped[datetime | None]
    """When all of it was read last, not only what had changed."""
    fails: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(50))
    """Code of the last failure (`sync.codes`); None after a success."""
    differences_url: Mapped[str | None] = mapped_column(String(1000))
    """Where the platform tells what has changed since (NRPS 2.0, 2.4.2.2), if it offers that."""


class CourseRosterMember(Base):
    """Somebody whom a platform lists, or listed, as a participant of a course. Not an account: that comes with a launch.

    Of people with other roles, and of invented ones, nothing is kept; of those who left no name.
    """

    __tablename__ = "course_roster_member"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    """The same as a launch's `sub`: with the course's platform it leads to the account."""
    name: Mapped[str | None] = mapped_column(String(200))
    """If the school shares it, and only while the person takes part."""
    role: Mapped[str] = mapped_column(String(20))
    """A `mappings.roles.Role`."""
    status: Mapped[str] = mapped_column(String(10))
    """A `MemberStatus`: active, inactive or deleted; who is no longer listed counts as deleted."""
    seen_at: Mapped[datetime]
    """When the platform listed the person last."""


def slot_of(account_id: str) -> int:
    """Return the slot of an account: always the same one, from 0 to `SLOTS` - 1."""
    return crc32(account_id.encode()) % SLOTS
