"""The cohorts for the issuer: who takes part, how far the work is, and how far the certificates are, in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, AwardState
from lti_tool.console.paging import Mark, Page, Where, page_of
from lti_tool.courses.models import Course, CourseCohort
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.platforms.models import Platform
from lti_tool.searching import contains
from lti_tool.training.models import Cohort, Enrolment, Submission
from lti_tool.training.people import trainer_names
from mappings.progress import OutcomeState
from mappings.roles import Role
from mappings.texts import Text
from mappings.training import Training

PAGE_SIZE = 30


@dataclass(frozen=True)
class CohortNumbers:
    """A cohort in numbers."""

    id: str
    name: str
    training: Text | None
    """The name of the training; None: it is not here any more."""
    created_at: datetime
    approved_at: datetime | None
    participants: int
    trainers: int
    accepted: int
    """Assignments that were accepted, of all participants together."""
    expected: int
    """How many that will be once everybody has finished."""
    submitted: int
    """Work that waits for a trainer."""
    awards: Mapping[AwardState, int]
    """How many awards there are in each state."""

    @property
    def issued(self) -> int:
        """How many have a certificate, or had one."""
        return self.awards.get(AwardState.ISSUED, 0)

    @property
    def undecided(self) -> int:
        """How many proposals wait for the issuer."""
        return self.awards.get(AwardState.WAITING_DECISION, 0)

    @property
    def waiting(self) -> int:
        """How many certificates wait for somebody or something, the issuer included."""
        return sum(self.awards.values()) - self.issued - self.awards.get(AwardState.DECLINED, 0)


@dataclass(frozen=True)
class AssignmentNumbers:
    """How far the participants are with one assignment."""

    title: Text
    states: Mapping[OutcomeState, int]
    open: int
    """Who has not begun."""

    def of(self, state: str) -> int:
        """Return how many are in a state."""
        return self.states.get(OutcomeState(state), 0)


@dataclass(frozen=True)
class CoursePlace:
    """A course that shows the cohort."""

    platform: str
    title: str


@dataclass(frozen=True)
class CohortPage:
    """A cohort, looked at closely."""

    numbers: CohortNumbers
    assignments: Sequence[AssignmentNumbers]
    trainers: Sequence[str] = field(repr=False)
    """The names of those whose school shares it."""
    courses: Sequence[CoursePlace] = ()


class CohortDesk:
    """Reads cohorts, in a fixed number of queries a page.

    Args:
        database: where everything is.
        trainings: by key.
    """

    def __init__(self, database: Database, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._trainings = trainings

    def page(self, search: str, where: Where, *, unapproved: bool = False, size: int = PAGE_SIZE) -> Page[CohortNumbers]:
        """Return one page of the cohorts, the newest first.

        Args:
            search: part of a name.
            unapproved: only those that wait for approval.
        """
        query = select(Cohort).where(*where.condition(Cohort.created_at, Cohort.id))
        if search:
            query = query.where(contains(Cohort.name, search))
        if unapproved:
            query = query.where(Cohort.approved_at.is_(None))
        with self._database.reading() as session:
            found = session.scalars(query.order_by(*where.order(Cohort.created_at, Cohort.id)).limit(size + 1)).all()
            numbers = self._numbers(session, found)
        return page_of([(Mark(one.created_at, one.id), one) for one in numbers], where, size)

    def show(self, cohort_id: str) -> CohortPage:
        """Return one cohort. Raises NotFound when there is none."""
        with self._database.reading() as session:
            cohort = session.get(Cohort, cohort_id)
            if cohort is None:
                raise NotFound("no such cohort")
            (numbers,) = self._numbers(session, [cohort])
            courses = (
                select(Platform.name, Course.title)
                .join(Course, Course.platform_id == Platform.id)
                .join(CourseCohort, CourseCohort.course_id == Course.id)
                .where(CourseCohort.cohort_id == cohort_id)
                .order_by(Platform.name, Course.title)
            )
            return CohortPage(
                numbers=numbers,
                assignments=self._assignments(session, cohort, numbers.participants),
                trainers=trainer_names(session, cohort_id),
                courses=[CoursePlace(platform, title) for platform, title in session.execute(courses)],
            )

    def _assignments(self, session: Session, cohort: Cohort, participants: int) -> Sequence[AssignmentNumbers]:
        training = self._trainings.get(cohort.training_key)
        query = (
            select(Submission.assignment_key, Submission.state, func.count())
            .join(Enrolment, Enrolment.id == Submission.enrolment_id)
            .where(Enrolment.cohort_id == cohort.id, Enrolment.role == Role.PARTICIPANT)
            .group_by(Submission.assignment_key, Submission.state)
        )
        found: dict[str, dict[OutcomeState, int]] = {}
        for key, state, count in session.execute(query):
            found.setdefault(key, {})[OutcomeState(state)] = count
        return [
            AssignmentNumbers(
                assignment.title,
                states := found.get(assignment.key, {}),
                max(participants - sum(count for state, count in states.items() if state is not OutcomeState.OPEN), 0),
            )
            for assignment in (training.assignments if training else ())
        ]

    def _numbers(self, session: Session, cohorts: Sequence[Cohort]) -> Sequence[CohortNumbers]:
        ids = [cohort.id for cohort in cohorts]
        people = _counted(
            session,
            select(Enrolment.cohort_id, Enrolment.role, func.count())
            .where(Enrolment.cohort_id.in_(ids))
            .group_by(Enrolment.cohort_id, Enrolment.role),
        )
        work = _counted(
            session,
            select(Enrolment.cohort_id, Submission.state, func.count())
            .join(Submission, Submission.enrolment_id == Enrolment.id)
            .where(Enrolment.cohort_id.in_(ids), Enrolment.role == Role.PARTICIPANT)
            .group_by(Enrolment.cohort_id, Submission.state),
        )
        awards = _counted(
            session,
            select(Enrolment.cohort_id, Award.state, func.count())
            .join(Award, Award.enrolment_id == Enrolment.id)
            .where(Enrolment.cohort_id.in_(ids))
            .group_by(Enrolment.cohort_id, Award.state),
        )
        return [
            self._line(cohort, people.get(cohort.id, {}), work.get(cohort.id, {}), awards.get(cohort.id, {}))
            for cohort in cohorts
        ]

    def _line(
        self, cohort: Cohort, people: Mapping[str, int], work: Mapping[str, int], awards: Mapping[str, int]
    ) -> CohortNumbers:
        training = self._trainings.get(cohort.training_key)
        participants = people.get(Role.PARTICIPANT, 0)
        return CohortNumbers(
            id=cohort.id,
            name=cohort.name,
            training=training.name if training else None,
            created_at=cohort.created_at,
            approved_at=cohort.approved_at,
            participants=participants,
            trainers=people.get(Role.TRAINER, 0),
            accepted=work.get(OutcomeState.ACCEPTED, 0),
            expected=participants * len(training.assignments) if training else 0,
            submitted=work.get(OutcomeState.SUBMITTED, 0),
            awards={AwardState(state): count for state, count in awards.items()},
        )


def _counted(session: Session, query: Select[str, Any, int]) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for cohort_id, word, count in session.execute(query):
        found.setdefault(cohort_id, {})[str(word)] = count
    return found
