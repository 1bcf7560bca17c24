"""The lists of members as a trainer sees them: who is in the course and has not begun, and letting them be read now.

Which lists somebody sees follows from `training.access`: the trainer of a course that course's, a trainer of the cohort all.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseMember, Placement
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import AnyRow, Database
from lti_tool.jobs.leases import is_claimed
from lti_tool.jobs.queue import Jobs
from lti_tool.launch.sessions import Viewer
from lti_tool.platforms.models import Platform
from lti_tool.sync.codes import NO_MEMBERSHIPS
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from lti_tool.sync.roster import is_due
from lti_tool.sync.roster_reasons import roster_reason_of
from lti_tool.sync.roster_rows import enqueue_reading, has_list, takes_part
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment
from lti_tool.training.outcomes import CourseList
from mappings.roles import Role

AT_MOST_EVERY = timedelta(minutes=1)
"""So soon after the last try a list is not read again, however often the button is pressed."""


class RosterLists:
    """Reads the lists for the board, and lets them be read anew.

    Args:
        database: for its own short transactions.
        access: who trains whom.
        jobs: the durable engine.
        clock: the time.
    """

    def __init__(self, database: Database, access: Access, jobs: Jobs, clock: Clock) -> None:
        self._database = database
        self._access = access
        self._jobs = jobs
        self._clock = clock

    def lists(self, session: Session, cohort_id: str, course_ids: Collection[str] | None) -> Sequence[CourseList]:
        """Return the lists of the courses that show a cohort, in two queries.

        Args:
            course_ids: of these courses only; None for all.
        """
        courses = session.execute(
            select(Course.id, Course.title, Platform.name, CourseRoster, has_list())
            .select_from(Course)
            .join(Platform, Platform.id == Course.platform_id)
            .outerjoin(CourseRoster, CourseRoster.course_id == Course.id)
            .where(_shows(cohort_id, course_ids))
            .order_by(Platform.name, Course.title, Course.id)
        ).all()
        members = _members(session, cohort_id, [course.id for course in courses])
        return [self._list(course, members.get(course.id, ())) for course in courses]

    def refresh(self, viewer: Viewer, cohort_id: str) -> None:
        """Let the lists that somebody sees be read now, but for those that are being read or just were.

        Raises:
            NotFound: the viewer trains nobody here.
        """
        now = self._clock()
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            seen = None if standing.whole else standing.course_ids
            query = select(Course.id).where(_shows(cohort_id, seen), has_list()).order_by(Course.id)
            for course_id in session.scalars(query).all():
                insert_unless_there(session, CourseRoster, {"course_id": course_id, "job": 0, "fails": 0})
                row = session.get_one(CourseRoster, course_id, with_for_update=True)
                just_tried = row.tried_at is not None and now - row.tried_at < AT_MOST_EVERY
                waits = row.job > 0 and is_due(row, now)
                if not just_tried and not waits and not is_claimed(row, now):
                    enqueue_reading(session, self._jobs, row, now)

    def _list(self, course: AnyRow, members: Sequence[AnyRow]) -> CourseList:
        course_id, title, platform_name, row, has_address = course
        now = self._clock()
        code = (row.last_error if row is not None else None) if has_address else NO_MEMBERSHIPS
        reason = roster_reason_of(code) if code else None
        waiting = [member.name for member in members if not member.began]
        return CourseList(
            course_id=course_id,
            school=platform_name,
            course_title=title,
            participants=len(members),
            names=tuple(sorted((name for name in waiting if name), key=str.casefold)),
            unnamed=sum(not name for name in waiting),
            read_at=row.read_at if row is not None else None,
            reading=has_address and (row is None or is_claimed(row, now) or is_due(row, now)),
            readable=has_address,
            code=code,
            reason=reason.what if reason else None,
            who=reason.who if reason else None,
        )


def _shows(cohort_id: str, course_ids: Collection[str] | None) -> ColumnElement[bool]:
    shows = exists().where(Placement.course_id == Course.id, Placement.cohort_id == cohort_id)
    return shows if course_ids is None else shows & Course.id.in_(course_ids)


def _members(session: Session, cohort_id: str, course_ids: Sequence[str]) -> dict[str, list[AnyRow]]:
    """Return who follows these courses, each with a name if there is one and whether they came into the cohort.

    What a launch said of a role wins: Moodle lists a teacher who may not edit as a learner.
    """
    if not course_ids:
        return {}
    account = (Account.platform_id == Course.platform_id) & (Account.subject == CourseRosterMember.subject)
    began = exists().where(Enrolment.cohort_id == cohort_id, Enrolment.person_id == Account.person_id)
    otherwise = exists().where(
        CourseMember.course_id == Course.id,
        CourseMember.account_id == Account.id,
        CourseMember.role != Role.PARTICIPANT.value,
    )
    query = (
        select(
            CourseRosterMember.course_id,
            func.coalesce(CourseRosterMember.name, Account.display_name).label("name"),
            began.label("began"),
        )
        .join(Course, Course.id == CourseRosterMember.course_id)
        .outerjoin(Account, account)
        .where(CourseRosterMember.course_id.in_(course_ids), takes_part(), ~otherwise)
    )
    found: dict[str, list[AnyRow]] = {}
    for member in session.execute(query):
        found.setdefault(member.course_id, []).append(member)
    return found
