"""Where activities are mapped: a course of a Moodle with a cohort in it, and who may do so.

Who may: the trainer of that course, as a launch of this session showed, and a trainer of the whole cohort. On the command
line whoever runs the installation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, CourseCohort
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.moodle.errors import NoMoodle
from lti_tool.moodle.models import MoodleSite
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.training.access import Access
from lti_tool.training.home import Place
from lti_tool.training.models import Cohort
from mappings.training import Training


@dataclass(frozen=True)
class Desk:
    """A course with a cohort in it, and who sits there."""

    course_id: str
    course_title: str
    moodle_id: int
    """Moodle's id of the course: the context id of its launches (measured)."""
    platform: PlatformInfo
    cohort_id: str
    cohort_name: str
    training: Training
    person_id: str | None = None
    """The trainer; None on the command line."""
    place: Place | None = None
    """Where the trainer is; None on the command line."""


class Desks:
    """Finds desks.

    Args:
        database: its own short transactions.
        access: who trains whom.
        platforms: registrations by id.
        trainings: the trainings by key.
    """

    def __init__(
        self, database: Database, access: Access, platforms: PlatformService, trainings: Mapping[str, Training]
    ) -> None:
        self._database = database
        self._access = access
        self._platforms = platforms
        self._trainings = trainings

    def of_trainer(self, viewer: Viewer, cohort_id: str, course_id: str) -> Desk:
        """Return a trainer's desk.

        Raises:
            NotFound: the viewer does not train in that course, or it does not show the cohort.
            NoMoodle: the course is none of a Moodle.
        """
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            if not standing.whole and course_id not in standing.course_ids:
                raise NotFound("a course that the viewer does not train")
            return self._desk(session, course_id, cohort_id, viewer.person_id, Place.of(standing))

    def of_operator(self, course_id: str, cohort_id: str | None) -> Desk:
        """Return the desk of whoever runs the installation.

        Args:
            cohort_id: None: the only cohort of the course.

        Raises:
            NotFound: no such course, or the cohort is not in it; also when none is named and there is more than one.
            NoMoodle: the course is none of a Moodle.
        """
        with self._database.reading() as session:
            if cohort_id is None:
                here = session.scalars(select(CourseCohort.cohort_id).where(CourseCohort.course_id == course_id)).all()
                if len(here) != 1:
                    raise NotFound(f"course {course_id} has {len(here)} cohorts: name one with --cohort")
                cohort_id = here[0]
            return self._desk(session, course_id, cohort_id, None, None)

    def all(self, platform_id: str | None = None) -> Sequence[Desk]:
        """Return the courses of connected Moodles with the cohorts in them, by platform and title."""
        query = (
            _courses(select(Course.id, Course.context_id, Cohort.id, Cohort.training_key))
            .join(Cohort, Cohort.id == CourseCohort.cohort_id)
            .order_by(Course.platform_id, Course.title, Course.id, Cohort.id)
        )
        if platform_id is not None:
            query = query.where(Course.platform_id == platform_id)
        with self._database.reading() as session:
            return [
                self._desk(session, course_id, cohort_id, None, None)
                for course_id, context_id, cohort_id, training_key in session.execute(query).all()
                if is_number(context_id) and training_key in self._trainings
            ]

    def known(self, platform_id: str) -> Mapping[int, str]:
        """Return the titles of a platform's courses in which a cohort is, by Moodle's id of the course."""
        return {desk.moodle_id: desk.course_title or str(desk.moodle_id) for desk in self.all(platform_id)}

    def mappable(self, session: Session, cohort_id: str, course_ids: Collection[str] | None) -> Collection[str]:
        """Return the courses of a cohort, by id, whose native activities can be mapped.

        Args:
            course_ids: of these courses only; None for all.
        """
        query = _courses(select(Course.id, Course.context_id)).where(CourseCohort.cohort_id == cohort_id)
        found = session.execute(query if course_ids is None else query.where(Course.id.in_(course_ids)))
        return frozenset(course_id for course_id, context_id in found if is_number(context_id))

    def _desk(self, session: Session, course_id: str, cohort_id: str, person_id: str | None, place: Place | None) -> Desk:
        course = session.get(Course, course_id)
        cohort = session.get(Cohort, cohort_id)
        bound = session.get(CourseCohort, (course_id, cohort_id))
        if course is None or cohort is None or bound is None or cohort.training_key not in self._trainings:
            raise NotFound(f"no course {course_id!r} shows the cohort {cohort_id!r}")
        platform = self._platforms.of(session, course.platform_id)
        if not platform.profile.web_services or not is_number(course.context_id):
            raise NoMoodle(f"course {course_id} is none of a Moodle whose web services can be connected")
        return Desk(
            course_id=course.id,
            course_title=course.title,
            moodle_id=int(course.context_id),
            platform=platform,
            cohort_id=cohort.id,
            cohort_name=cohort.name,
            training=self._trainings[cohort.training_key],
            person_id=person_id,
            place=place,
        )


def _courses(query: Select[*tuple[str, ...]]) -> Select[*tuple[str, ...]]:
    return (
        query.select_from(CourseCohort)
        .join(Course, Course.id == CourseCohort.course_id)
        .join(MoodleSite, MoodleSite.platform_id == Course.platform_id)
    )


def is_number(text: str) -> bool:
    """Return whether a text is an id of Moodle's: digits, and not too many of them."""
    return text.isascii() and text.isdecimal() and len(text) < 19
