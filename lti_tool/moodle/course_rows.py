"""The rows of courses with native activities: which are due, who reads one now, and giving one a job."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Course
from lti_tool.jobs.leases import is_claimed
from lti_tool.jobs.queue import Jobs
from lti_tool.moodle.facts import ASSIGN, Claim, MappingRead
from lti_tool.moodle.marks import Marks
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, NativeWork
from lti_tool.moodle.rules import rule_of
from lti_tool.moodle.states import NOT_HERE
from lti_tool.training.models import Enrolment, EnrolmentCourse
from mappings.roles import Role

SYNC_MOODLE = "sync-moodle"
"""The job that reads one course."""
WHOLE_EVERY = timedelta(days=1)
"""So often everything is read, whatever has changed: nothing that a mark skipped is missed for longer."""


def lane_of(platform_id: str) -> str:
    """Return the lane of all jobs that call one Moodle: it is called by one of them at a time."""
    return f"moodle:{platform_id}"


def is_due(row: MoodleCourse, now: datetime) -> bool:
    """Return whether a course waits to be read."""
    return row.next_sync_at is not None and row.next_sync_at <= now


def has_mappings() -> ColumnElement[bool]:
    """Return the condition on `MoodleCourse` that something in it counts."""
    return exists().where(ActivityMapping.course_id == MoodleCourse.course_id)


def enqueue_sync(session: Session, jobs: Jobs, row: MoodleCourse, now: datetime) -> None:
    """Let a course be read now; from now on the job before does nothing. The caller holds the row locked."""
    row.job += 1
    row.next_sync_at, row.claimed_until = now, None
    session.flush()
    platform_id = session.get_one(Course, row.course_id).platform_id
    jobs.enqueue(session, SYNC_MOODLE, row.course_id, row.job, lane=lane_of(platform_id))


def ask_for_sync(session: Session, jobs: Jobs, row: MoodleCourse, now: datetime) -> None:
    """Let a course be read soon: after the reading that runs now, if one does. The caller holds the row locked."""
    if is_claimed(row, now):
        # later than when that one began: who settles it sees that somebody asked meanwhile
        row.next_sync_at = now
    elif not (row.job > 0 and is_due(row, now)):
        enqueue_sync(session, jobs, row, now)


def claim_of(session: Session, row: MoodleCourse, site: MoodleSite, now: datetime) -> Claim:
    """Return what a job reads of a course. The caller holds the row locked."""
    mappings = session.scalars(
        select(ActivityMapping).where(ActivityMapping.course_id == row.course_id).order_by(ActivityMapping.id)
    ).all()
    marks = Marks.of(row.marks)
    whole = marks.whole_at is None or now - marks.whole_at >= WHOLE_EVERY
    wanted = set() if whole else _wanted(session, row.course_id, site.platform_id)
    return Claim(
        course_id=row.course_id,
        moodle_id=row.moodle_id,
        number=row.job,
        platform_id=site.platform_id,
        site_url=site.url,
        taken_at=now,
        synced_at=row.synced_at,
        mappings=tuple(
            MappingRead(one.id, one.cm_id, one.kind, one.instance_id, rule_of(one), whole or one.id in wanted)
            for one in mappings
        ),
        marks=marks,
    )


def _wanted(session: Session, course_id: str, platform_id: str) -> set[str]:
    """Return the mappings in which something counts that can become a version now, and was read before it could."""
    query = (
        select(ActivityMapping.id, NativeWork.user_id)
        .join(NativeWork, NativeWork.mapping_id == ActivityMapping.id)
        .where(
            ActivityMapping.course_id == course_id,
            ActivityMapping.kind == ASSIGN,
            NativeWork.state.in_([state.value for state in NOT_HERE]),
        )
    )
    waiting = session.execute(query).all()
    if not waiting:
        return set()
    here = select(Account.subject).where(
        Account.platform_id == platform_id,
        Account.subject.in_({str(user) for _mapping, user in waiting}),
        exists().where(
            Enrolment.person_id == Account.person_id,
            Enrolment.role == Role.PARTICIPANT.value,
            EnrolmentCourse.enrolment_id == Enrolment.id,
            EnrolmentCourse.course_id == course_id,
        ),
    )
    placed = set(session.scalars(here))
    return {mapping_id for mapping_id, user in waiting if str(user) in placed}
