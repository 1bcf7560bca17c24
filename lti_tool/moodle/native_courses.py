"""Having courses read now: a trainer from the board, an operator on the command line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, NativeWork
from lti_tool.moodle.sync import MoodleSync
from lti_tool.platforms.models import Platform
from lti_tool.training.access import Access


@dataclass(frozen=True)
class CourseRead:
    """What came of reading one course on the command line."""

    course_id: str
    title: str
    asked: bool
    """It was read now; else it had been a moment ago, nothing in it counts, or its Moodle is not connected."""
    read_at: datetime | None
    """When it was read last, with success."""
    problem: str | None
    """Code of what went wrong last."""
    work: int
    """Of how many people and activities something is known."""

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {
            "course": self.course_id,
            "title": self.title,
            "asked": self.asked,
            "read_at": self.read_at.isoformat(timespec="seconds") if self.read_at else None,
            "problem": self.problem,
            "work": self.work,
        }


class NativeCourses:
    """Asks for readings.

    Args:
        database: its own short transactions.
        access: who trains whom.
        sync: reads.
    """

    def __init__(self, database: Database, access: Access, sync: MoodleSync) -> None:
        self._database = database
        self._access = access
        self._sync = sync

    def read_now(self, viewer: Viewer, cohort_id: str) -> None:
        """Let the courses that somebody sees be read now, but for those that were read a moment ago.

        Raises:
            NotFound: the viewer trains nobody here.
        """
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
        for course_id in self._of_cohort(cohort_id, None if standing.whole else standing.course_ids):
            with self._database.session() as session:
                self._sync.ask(session, course_id)

    def read_here(self, which: str) -> Sequence[CourseRead]:
        """Read courses now, in this process, and return what came of it.

        Args:
            which: the id of a course, or of a platform for all its courses.

        Raises:
            NotFound: there is no such course or platform with native activities.
        """
        query = (
            select(MoodleCourse.course_id)
            .join(Course, Course.id == MoodleCourse.course_id)
            .where((Course.id == which) | (Course.platform_id == which))
            .order_by(Course.title, Course.id)
        )
        with self._database.reading() as session:
            found = session.scalars(query).all()
            known = session.get(MoodleSite, which) is not None or session.get(Platform, which) is not None
        if not found:
            raise NotFound(
                f"no course of platform {which} has native activities that count"
                if known
                else f"no course or platform {which!r} with native activities"
            )
        return [self._read(course_id) for course_id in found]

    def _read(self, course_id: str) -> CourseRead:
        with self._database.session() as session:
            number = self._sync.ask(session, course_id, patient=False)
        if number is not None:
            self._sync.sync(course_id, number)
        work = (
            select(func.count())
            .select_from(NativeWork)
            .join(ActivityMapping, ActivityMapping.id == NativeWork.mapping_id)
            .where(ActivityMapping.course_id == course_id)
        )
        with self._database.reading() as session:
            row = session.get_one(MoodleCourse, course_id)
            title = session.get_one(Course, course_id).title
            return CourseRead(course_id, title, number is not None, row.synced_at, row.problem, session.scalar(work) or 0)

    def _of_cohort(self, cohort_id: str, course_ids: Collection[str] | None) -> Sequence[str]:
        query = select(ActivityMapping.course_id).where(ActivityMapping.cohort_id == cohort_id).distinct()
        if course_ids is not None:
            query = query.where(ActivityMapping.course_id.in_(course_ids))
        with self._database.reading() as session:
            return session.scalars(query.order_by(ActivityMapping.course_id)).all()
