"""The rows of the lists of members: which courses have one, who reads it now, and what was read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from lti_tool.advantage.memberships import Member, MemberStatus
from lti_tool.courses.models import Account, Course, Placement
from lti_tool.courses.words import clean_words
from lti_tool.jobs.queue import Jobs
from lti_tool.platforms.service import PlatformInfo
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from mappings.roles import Role, is_test_user

READ_ROSTER = "read-roster"
"""The job that reads the list of one course."""
LONGEST_SUBJECT = 255
LONGEST_ADDRESS = 1000
KEEP_GONE = timedelta(days=30)
"""How long somebody who was never here and is no longer listed is remembered, without a name, unless a setting says so."""


@dataclass(frozen=True)
class RosterClaim:
    """A list that this job, and no other, reads now."""

    course_id: str
    number: int
    platform: PlatformInfo
    url: str
    """As a launch of this very course said."""
    differences_url: str | None
    """What to read instead: what has changed; None when it is time for all of it."""


@dataclass(frozen=True)
class RosterReading:
    """What was read of a list."""

    members: Sequence[Member] = field(repr=False)
    whole: bool
    """All of it; else only who is new, changed or gone."""
    differences_url: str | None


def has_list() -> ColumnElement[bool]:
    """Return the condition on `Course` that it shows a cohort and that a launch of it told where its members are listed."""
    return exists().where(
        Placement.course_id == Course.id, Placement.cohort_id.is_not(None), Placement.memberships_url.is_not(None)
    )


def address_of(session: Session, course_id: str) -> str | None:
    """Return where the members of a course are listed, as the last launch that told it did."""
    query = (
        select(Placement.memberships_url)
        .where(Placement.course_id == course_id, Placement.cohort_id.is_not(None), Placement.memberships_url.is_not(None))
        .order_by(Placement.last_launch_at.desc(), Placement.id)
    )
    return session.scalars(query.limit(1)).first()


def enqueue_reading(session: Session, jobs: Jobs, row: CourseRoster, now: datetime) -> None:
    """Let a list be read now; from now on the job before does nothing. The caller holds the row locked."""
    row.job += 1
    row.next_read_at, row.claimed_until = now, None
    session.flush()
    # the lists of one platform are read one after the other, beside its scores
    lane = f"roster:{session.get_one(Course, row.course_id).platform_id}"
    jobs.enqueue(session, READ_ROSTER, row.course_id, row.job, lane=lane)


def record(
    session: Session, course_id: str, reading: RosterReading, now: datetime, keep_gone: timedelta = KEEP_GONE
) -> None:
    """Write down what was read. The caller holds the course's `CourseRoster` locked."""
    rows = session.scalars(select(CourseRosterMember).where(CourseRosterMember.course_id == course_id))
    known = {row.subject: row for row in rows}
    listed = set()
    for member in _real(reading.members):
        listed.add(member.user_id)
        row = known.get(member.user_id)
        if row is None and member.participates:
            row = CourseRosterMember(course_id=course_id, subject=member.user_id)
            session.add(row)
        if row is not None:
            row.name = clean_words(member.name, longest=200) or None if member.participates else None
            row.role, row.status, row.seen_at = member.role.value, member.status.value, now
    if reading.whole:
        for subject in known.keys() - listed:
            known[subject].status, known[subject].name = MemberStatus.DELETED.value, None
    session.flush()
    _forget_gone(session, course_id, now, keep_gone)


def takes_part() -> ColumnElement[bool]:
    """Return the condition on `CourseRosterMember` of those who follow the course now, as its platform says."""
    return (CourseRosterMember.status == MemberStatus.ACTIVE.value) & (CourseRosterMember.role == Role.PARTICIPANT.value)


def _real(members: Sequence[Member]) -> Iterator[Member]:
    """Yield who can be somebody: no invented people, and no ids that no launch can have."""
    for member in members:
        usable = len(member.user_id) <= LONGEST_SUBJECT and "\0" not in member.user_id
        if usable and not is_test_user(member.roles):
            yield member


def _forget_gone(session: Session, course_id: str, now: datetime, keep_gone: timedelta) -> None:
    platform_id = select(Course.platform_id).where(Course.id == course_id).scalar_subquery()
    was_here = exists().where(Account.platform_id == platform_id, Account.subject == CourseRosterMember.subject)
    session.execute(
        delete(CourseRosterMember)
        .where(
            CourseRosterMember.course_id == course_id,
            CourseRosterMember.status == MemberStatus.DELETED.value,
            CourseRosterMember.seen_at < now - keep_gone,
            ~was_here,
        )
        .execution_options(synchronize_session=False)
    )
