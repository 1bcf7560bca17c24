"""What launches have taught of a course that shows a cohort: its placements, what each shows, and where its services are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Course, Placement
from lti_tool.errors import NotFound, Words
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.training.models import Cohort
from lti_tool.web.locales import say
from mappings.training import Assignment, Training


@dataclass(frozen=True)
class PlacementFacts:
    """One link in the course."""

    id: str
    title: str
    """What the course calls it; may be empty."""
    bound: bool
    """Whether somebody has said what it shows."""
    assignment_key: str | None
    """None: the training as a whole."""
    assignment: Assignment | None
    """None also when the training has none of that key (any more)."""
    resource_link_id: str
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: frozenset[str]
    last_launch_at: datetime

    @property
    def whole(self) -> bool:
        """Whether it shows the training as a whole."""
        return self.bound and self.assignment_key is None

    @property
    def name(self) -> Words:
        """How people know it."""
        if self.title:
            return self.title
        return LazyString(say, self.assignment.title) if self.assignment else _l("Link zonder naam")


@dataclass(frozen=True)
class CourseFacts:
    """A course and its links, those of one cohort and those of which nobody has said yet what they show."""

    id: str
    title: str
    context_id: str
    platform: PlatformInfo
    cohort_id: str
    cohort_name: str
    training: Training
    memberships_url: str | None
    placements: tuple[PlacementFacts, ...]
    """The training as a whole first, then in the order of its assignments."""

    @property
    def last_launch_at(self) -> datetime:
        """When somebody opened something of it last."""
        return max(one.last_launch_at for one in self.placements)


class CourseReader:
    """Reads courses.

    Args:
        platforms: registrations by id.
        trainings: the trainings by key.
    """

    def __init__(self, platforms: PlatformService, trainings: Mapping[str, Training]) -> None:
        self._platforms = platforms
        self._trainings = trainings

    def courses(self, session: Session, cohort_id: str, course_ids: Collection[str] | None = None) -> Sequence[CourseFacts]:
        """Return the courses that show a cohort, the oldest first.

        Args:
            course_ids: of these courses only; None for all.

        Raises:
            NotFound: there is no such cohort, or its training is not installed.
        """
        cohort = session.get(Cohort, cohort_id)
        training = self._trainings.get(cohort.training_key) if cohort is not None else None
        if cohort is None or training is None:
            raise NotFound(f"no cohort {cohort_id!r}, or its training is not installed")
        shows = exists().where(Placement.course_id == Course.id, Placement.cohort_id == cohort_id)
        query = select(Course).where(shows).order_by(Course.created_at, Course.id)
        if course_ids is not None:
            query = query.where(Course.id.in_(course_ids))
        return [self._course(session, course, cohort, training) for course in session.scalars(query)]

    def _course(self, session: Session, course: Course, cohort: Cohort, training: Training) -> CourseFacts:
        query = select(Placement).where(
            Placement.course_id == course.id, or_(Placement.cohort_id == cohort.id, Placement.cohort_id.is_(None))
        )
        rows = session.scalars(query.order_by(Placement.last_launch_at.desc(), Placement.id)).all()
        order = {assignment.key: number for number, assignment in enumerate(training.assignments, 1)}
        found = [_placement(row, training) for row in rows]
        return CourseFacts(
            id=course.id,
            title=course.title,
            context_id=course.context_id,
            platform=self._platforms.of(session, course.platform_id),
            cohort_id=cohort.id,
            cohort_name=cohort.name,
            training=training,
            memberships_url=next((row.memberships_url for row in rows if row.memberships_url), None),
            placements=tuple(
                sorted(found, key=lambda one: (not one.bound, order.get(one.assignment_key or "", 0), one.title))
            ),
        )


def _placement(row: Placement, training: Training) -> PlacementFacts:
    key = row.assignment_key
    return PlacementFacts(
        id=row.id,
        title=row.title,
        bound=row.cohort_id is not None,
        assignment_key=key,
        assignment=training.assignment(key) if key is not None and training.has_assignment(key) else None,
        resource_link_id=row.resource_link_id,
        lineitem_url=row.lineitem_url,
        lineitems_url=row.lineitems_url,
        scopes=frozenset(row.ags_scopes),
        last_launch_at=row.last_launch_at,
    )
