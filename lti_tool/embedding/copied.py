"""A course that is a copy of another: a trainer says once for which cohort it is, and all its links follow.

What is shown of the old course and its edition (their names) is shown to who was a trainer there, and to nobody else:
custom parameters can name any cohort and any course.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.copies import CopyService
from lti_tool.courses.models import Course, CourseMember, Placement
from lti_tool.courses.service import CourseService
from lti_tool.database import Database
from lti_tool.embedding.choices import CohortWish
from lti_tool.embedding.cohort_choice import check_trainer, choose_cohort
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.cohorts import LONGEST_NAME, CohortInfo, CohortService
from lti_tool.training.models import Cohort
from mappings.roles import Role
from mappings.training import Training

_YEAR = re.compile(r"(?<!\d)(?:20\d\d)(?!\d)")


@dataclass(frozen=True)
class CopyOffer:
    """What the page about a copied course lets a trainer choose from."""

    course_title: str
    old_course: str | None
    """The title of the course that this one is a copy of; None: not known, or not for this trainer."""
    old_cohort: str | None
    """The name of the edition that the links belonged to; None: not known, or not for this trainer."""
    training: Training
    cohorts: Sequence[CohortInfo]
    preferred_cohort: str | None
    """A cohort of this trainer that is in this course already; None: begin with a new one."""
    suggested_name: str
    """For a new edition."""


class CopiedCourseService:
    """Asks for which cohort a copied course is, and lets its links show it.

    Args:
        database: its own short transactions.
        courses: courses and placements.
        copies: what is known of copies.
        cohorts: cohorts and their trainers.
    """

    def __init__(self, database: Database, courses: CourseService, copies: CopyService, cohorts: CohortService) -> None:
        self._database = database
        self._courses = courses
        self._copies = copies
        self._cohorts = cohorts

    def offer(self, placement_id: str, viewer: Viewer) -> CopyOffer | None:
        """Return what a copied course can be for; None when its link shows something (by now).

        Raises:
            NotFound: no such placement in a course of this session, or none of a copied course.
            NotAllowed: the viewer is no trainer in its course.
        """
        with self._database.session() as session:
            placement = self._courses.placement(session, placement_id)
            check_trainer(viewer, placement.course_id)
            if self._cohorts.heal(session, placement):
                return None
            return self._offer(session, placement, viewer)

    def confirm(self, placement_id: str, viewer: Viewer, wish: CohortWish) -> None:
        """Let a cohort take the place of the old one in the course, for all its links; once that was said, it stays.

        Raises:
            Invalid: the cohort cannot be used; nothing was stored.
            and what `offer` raises.
        """
        with self._database.session() as session:
            placement = self._courses.placement(session, placement_id)
            check_trainer(viewer, placement.course_id)
            # two trainers at two links of the course: the second one finds what the first one chose
            course = session.get_one(Course, placement.course_id, with_for_update=True)
            placement = self._courses.placement(session, placement_id, lock=True)
            if self._cohorts.heal(session, placement):
                return
            training, named = self._proposal(session, placement)
            cohort = choose_cohort(session, self._cohorts, viewer, training, wish)
            self._courses.bind_cohort(session, course.id, cohort.id, viewer.person_id)
            self._copies.choose(session, course, named, cohort.id, viewer.person_id)
            for waiting in self._copies.waiting(session, course, named):
                self._cohorts.heal(session, waiting)

    def _proposal(self, session: Session, placement: Placement) -> tuple[Training, str]:
        training = self._cohorts.proposed_training(session, placement)
        if training is None or placement.proposed_cohort_id is None:
            raise NotFound("its link names nothing of a copied course")
        return training, placement.proposed_cohort_id

    def _offer(self, session: Session, placement: Placement, viewer: Viewer) -> CopyOffer:
        training, named = self._proposal(session, placement)
        course = self._courses.course(session, placement.course_id)
        origin = self._copies.origin(session, course)
        trained_there = origin is not None and _trained(session, origin, viewer)
        old = session.get(Cohort, self._copies.old_cohort(session, course, named))
        knows_old = old is not None and (
            self._cohorts.is_trainer(session, old.id, viewer.person_id)
            or (trained_there and origin is not None and self._courses.is_bound(session, origin.id, old.id))
        )
        own = [one for one in self._cohorts.of_trainer(session, viewer.person_id) if one.training_key == training.key]
        here = set(self._courses.cohorts_of(session, course.id))
        old_name = old.name if old is not None and knows_old else None
        return CopyOffer(
            course_title=course.title,
            old_course=origin.title or None if origin is not None and trained_there else None,
            old_cohort=old_name,
            training=training,
            cohorts=own,
            preferred_cohort=next((one.id for one in own if one.id in here), None),
            suggested_name=next_name(old_name, course.title),
        )


def next_name(old: str | None, course_title: str) -> str:
    """Return a name for the edition after one: its years one later (`Regio Zuid 2026–2027` → `2027–2028`).

    Args:
        old: the name of the edition before, if it is known.
        course_title: the name to begin with otherwise, and when the old one has no year.
    """
    later = _YEAR.sub(lambda year: str(int(year[0]) + 1), old or "")
    return (later if later != (old or "") else course_title)[:LONGEST_NAME]


def _trained(session: Session, course: Course, viewer: Viewer) -> bool:
    query: Mapping[str, str] = {"course_id": course.id, "account_id": viewer.account_id, "role": Role.TRAINER.value}
    return session.scalar(select(CourseMember.course_id).filter_by(**query)) is not None
