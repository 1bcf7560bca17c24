"""The connection to a Moodle, which of its activities count for what, and what was read of them.

A platform is connected once (`MoodleSite`). In a course a trainer says which native activities stand for which
assignments (`ActivityMapping`); from then on the course is read now and then (`MoodleCourse`). What Moodle holds for one
user in one of those activities is one row (`NativeWork`): reading the same twice changes nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED


class MoodleSite(Base):
    """A platform whose web services may be used. Its address is the platform's issuer: Moodle's is its wwwroot (facts)."""

    __tablename__ = "moodle_site"

    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    token_sealed: Mapped[str] = mapped_column(Text, info=SEALED)
    """The web service token, encrypted at rest."""
    user_id: Mapped[int] = mapped_column(BigInteger)
    """Moodle's id of the account that the token belongs to."""
    release: Mapped[str] = mapped_column(String(100), default="", server_default="")
    connected_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(50))
    """Code of what is wrong with the site or the token as a whole (`moodle.problems`); None: it answered last time."""
    fails: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often in a row it failed as a whole."""
    paused_until: Mapped[datetime | None]
    """It is left alone until then, whatever its courses want."""


class MoodleCourse(Base):
    """A course with native activities that count: when it was read, and is read next.

    A queued job carries the course's id and `job` number only; a job with an older number does nothing, so one that comes
    back after its lease ran out writes nothing older over something newer.
    """

    __tablename__ = "moodle_course"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    moodle_id: Mapped[int] = mapped_column(BigInteger)
    """Moodle's id of the course: the LTI context id of its launches (measured)."""
    next_sync_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: only when somebody asks."""
    job: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of the newest job of this row."""
    claimed_until: Mapped[datetime | None]
    """The lease of who is reading it now."""
    tried_at: Mapped[datetime | None]
    synced_at: Mapped[datetime | None]
    """When it was read last, with success."""
    fails: Mapped[int] = mapped_column(default=0, server_default="0")
    problem: Mapped[str | None] = mapped_column(String(50))
    """Code of what is wrong with this course (`moodle.problems`); None after a success."""
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What the next reading goes on from (`moodle.marks`): up to where submissions and grades were read by Moodle's own
    clock, and what the last reading learned of the course."""


class ActivityMapping(Base):
    """That a native activity of a course stands for an assignment of a cohort, what of it counts, and what goes back."""

    __tablename__ = "activity_mapping"
    __table_args__ = (
        UniqueConstraint("course_id", "cohort_id", "assignment_key"),
        UniqueConstraint("course_id", "cohort_id", "cm_id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("moodle_course.course_id", ondelete="CASCADE"), index=True)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    assignment_key: Mapped[str] = mapped_column(String(100))
    cm_id: Mapped[int] = mapped_column(BigInteger)
    """Moodle's id of the activity in the course (course module)."""
    kind: Mapped[str] = mapped_column(String(50))
    """Moodle's name of the module: assign, quiz, forum …"""
    instance_id: Mapped[int] = mapped_column(BigInteger)
    """The id within its kind: an assignment's id."""
    title: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """As Moodle calls it."""
    counts: Mapped[str] = mapped_column(String(20))
    """A `mappings.activities.Counts`."""
    from_grade: Mapped[float | None]
    """From which grade it counts, in the activity's own points; only where grades count."""
    maximum: Mapped[float | None]
    """The most points that the activity gives; None: a scale, or no grade."""
    needs_trainer: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether a trainer still accepts it here; else what counts in Moodle is accepted."""
    writes_completion: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether accepting here marks the activity complete in Moodle."""
    writes_grade: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether accepting here writes grade and feedback in Moodle."""
    state: Mapped[str] = mapped_column(String(20), default="ok", server_default="ok")
    """A `moodle.states.ActivityState`: whether the activity can still be read."""
    confirmed_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """The trainer who decided it; None: on the command line."""
    confirmed_at: Mapped[datetime]


class NativeWork(Base):
    """What Moodle holds for one of its users in one mapped activity, and what became of it here."""

    __tablename__ = "native_work"

    mapping_id: Mapped[str] = mapped_column(ForeignKey("activity_mapping.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Moodle's user id: the `sub` of that person's launches, and nothing else connects the two."""
    attempt: Mapped[int | None]
    """Counted from 0; None: no submission."""
    submitted_at: Mapped[datetime | None]
    """When what is handed in was changed last, as Moodle says; None: nothing is handed in."""
    grade: Mapped[float | None]
    graded_at: Mapped[datetime | None]
    grader_id: Mapped[int | None] = mapped_column(BigInteger)
    """Moodle's user id of who graded it."""
    complete: Mapped[bool | None]
    """Whether Moodle holds the activity complete; None: not known."""
    completed_at: Mapped[datetime | None]
    content_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of what became a version last (`moodle.content`): whether there is a new one."""
    state: Mapped[str] = mapped_column(String(20))
    """A `moodle.states.WorkState`."""
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submission.id", ondelete="SET NULL"), index=True)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("submission_version.id", ondelete="SET NULL"))
    """The version that it became here last."""
    read_at: Mapped[datetime]
    """When this row changed last."""


class NativeFile(Base):
    """A file of a version that was handed in in Moodle: fetched when a reviewer opens it first, then kept."""

    __tablename__ = "native_file"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(ForeignKey("submission_version.id", ondelete="CASCADE"), index=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    """In bytes, as Moodle says."""
    mime_type: Mapped[str] = mapped_column(String(100), default="", server_default="")
    url: Mapped[str] = mapped_column(Text)
    modified_at: Mapped[datetime | None]
    path: Mapped[str | None] = mapped_column(String(200))
    """Where its bytes lie in the file store; None: not fetched yet."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    problem: Mapped[str | None] = mapped_column(String(50))
    """Code of why it could not be fetched (`moodle.problems`)."""


class MoodleWrite(Base):
    """What Moodle should hold for one of its users in one activity because a trainer accepted the work here.

    `version` grows in the transaction that changes the outcome, `done_version` follows once Moodle was read back. A queued
    job carries the row's id and `job` number only.
    """

    __tablename__ = "moodle_write"
    __table_args__ = (UniqueConstraint("mapping_id", "user_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    mapping_id: Mapped[str] = mapped_column(ForeignKey("activity_mapping.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    complete: Mapped[bool | None]
    """Whether the activity is to be complete; None: leave completion alone."""
    grade: Mapped[float | None]
    """The grade to write, in the activity's own points; None: leave the grade alone."""
    feedback: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    done_version: Mapped[int] = mapped_column(default=0, server_default="0")
    dirty: Mapped[bool] = mapped_column(default=True, server_default=true())
    """version > done_version and not refused for good."""
    job: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_until: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    fails: Mapped[int] = mapped_column(default=0, server_default="0")
    problem: Mapped[str | None] = mapped_column(String(50))
    """Code of the last failure (`moodle.problems`); None after a success."""
    refused: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Moodle will not take it as it is, or somebody graded otherwise there: somebody has to do something."""
    changed_at: Mapped[datetime]
    """When `version` grew last."""
    done_at: Mapped[datetime | None]
    written: Mapped[float | None]
    """The grade that we wrote last, or tried to: what Moodle holds besides was given by somebody there."""
    held: Mapped[float | None]
    """The grade that somebody gave there instead of ours."""
    overwrite: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A trainer said that ours counts although Moodle holds another grade."""
