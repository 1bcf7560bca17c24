"""The rows that launches and handing in would have written: platforms, courses, placements, people and their work."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from benchmarks.scores.connectors import CLIENT_ID, FAMILY
from benchmarks.scores.sides import platform_of
from benchmarks.scores.work import COLUMNS, COURSES, Score
from lti_tool.app import Parts
from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseMember, Person, Placement
from lti_tool.database import Base
from lti_tool.ids import new_id
from lti_tool.platforms.models import Deployment, Platform
from lti_tool.training.models import Cohort, Enrolment, Submission
from lti_tool.training.outcomes import OutcomeChanged
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role
from tests.builders import AGS_SCOPES, TRAINING


@dataclass(frozen=True)
class Furnished:
    """What was written.

    Args:
        platform_ids: our ids of the platforms.
        changes: what happens to outcomes, in the order of the scores.
    """

    platform_ids: Sequence[str]
    changes: Sequence[OutcomeChanged]


def furnish(parts: Parts, platforms: Sequence[str], work: Sequence[Score]) -> Furnished:
    """Write everything in one transaction.

    Args:
        platforms: their addresses.
        work: the scores that will be due.
    """
    with parts.database.session() as session:
        writer = _Writer(session, parts.clock)
        registered = {url: writer.platform(url) for url in platforms}
        courses: list[_Course] = []
        for number in range(COURSES):
            url = platform_of(number, platforms)
            courses.append(writer.course(registered[url], url, number))
        changes = [writer.work(courses[score.course], score) for score in work]
    return Furnished([platform.id for platform in registered.values()], changes)


@dataclass
class _Course:
    course: Course
    cohort: Cohort
    participants: dict[str, Enrolment] = field(default_factory=dict)


class _Writer:
    """Writes in the caller's transaction.

    Args:
        session: that transaction.
        clock: for every moment in the rows.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session, self._now = session, clock()

    def platform(self, url: str) -> Platform:
        """Register a platform of the measurements."""
        deployment = Deployment(deployment_id="1", created_at=self._now)
        platform = Platform(
            id=new_id(),
            name="Beside",
            issuer=url,
            client_id=CLIENT_ID,
            auth_url=f"{url}/auth",
            token_url=f"{url}/token",
            jwks_url=f"{url}/jwks",
            family=FAMILY,
            created_at=self._now,
            deployments=[deployment],
        )
        self._add(platform)
        return platform

    def course(self, platform: Platform, url: str, number: int) -> _Course:
        """Make a course with its cohort, and place an assignment for each of its line items."""
        now = self._now
        course = Course(
            id=new_id(), platform_id=platform.id, context_id=str(number), title="", created_at=now, last_seen_at=now
        )
        cohort = Cohort(id=new_id(), training_key=TRAINING, name="Beside", created_at=now, approved_at=now)
        self._add(course, cohort)
        for column in range(COLUMNS):
            placement = Placement(
                id=new_id(),
                course_id=course.id,
                resource_link_id=str(column),
                title="",
                cohort_id=cohort.id,
                assignment_key=_assignment(column),
                lineitem_url=url + Score(number, column, 0).path,
                ags_scopes=list(AGS_SCOPES),
                created_at=now,
                last_launch_at=now,
            )
            self._session.add(placement)
        return _Course(course, cohort)

    def work(self, at: _Course, score: Score) -> OutcomeChanged:
        """Write work; return what changes when it is accepted."""
        if score.user not in at.participants:
            at.participants[score.user] = self._participant(at, score.user)
        enrolment = at.participants[score.user]
        submission = Submission(
            id=new_id(),
            enrolment_id=enrolment.id,
            assignment_key=_assignment(score.column),
            state=OutcomeState.SUBMITTED.value,
            origin=Origin.TOOL.value,
            changed_at=self._now,
        )
        self._session.add(submission)
        return OutcomeChanged(
            submission_id=submission.id,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            cohort_id=at.cohort.id,
            assignment_key=submission.assignment_key,
            state=OutcomeState.ACCEPTED,
            feedback=score.comment,
            at=self._now,
        )

    def _participant(self, at: _Course, subject: str) -> Enrolment:
        now, person = self._now, Person(id=new_id(), created_at=self._now)
        account = Account(
            id=new_id(),
            platform_id=at.course.platform_id,
            subject=subject,
            person_id=person.id,
            created_at=now,
            last_seen_at=now,
        )
        enrolment = Enrolment(
            id=new_id(), cohort_id=at.cohort.id, person_id=person.id, role=Role.PARTICIPANT.value, created_at=now
        )
        member = CourseMember(course_id=at.course.id, account_id=account.id, role=Role.PARTICIPANT.value, last_seen_at=now)
        self._add(person)
        self._add(account, enrolment)
        self._add(member)
        return enrolment

    def _add(self, *rows: Base) -> None:
        """Write rows now: others refer to them by their ids alone, so the session cannot know the order."""
        self._session.add_all(rows)
        self._session.flush()


def _assignment(column: int) -> str:
    return f"assignment-{column}"
