"""Rows for tests, written through the models with sensible defaults: platform, course, cohort, work.

Each method writes in a transaction of its own and returns the row, detached; ids that must be unique are made when they
are not given.
"""

from collections.abc import Sequence
from itertools import count
from typing import TypeVar

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseCohort, CourseMember, Person, Placement
from lti_tool.database import Base, Database
from lti_tool.ids import new_id
from lti_tool.platforms.models import Deployment, Platform
from lti_tool.platforms.scopes import LINEITEM, RESULT_READONLY, SCORE
from lti_tool.training.models import (
    Cohort,
    Enrolment,
    EnrolmentCourse,
    Review,
    Submission,
    SubmissionVersion,
)
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role

AGS_SCOPES = (LINEITEM, RESULT_READONLY, SCORE)
ASSIGNMENT = "leervraag"
TRAINING = "icc-vo"

Row = TypeVar("Row", bound=Base)


class Builder:
    """Writes rows.

    Args:
        database: where.
        clock: for every moment in them.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._numbers = count(1001)

    def add(self, row: Row) -> Row:
        """Write one row."""
        with self._database.session() as session:
            session.add(row)
        return row

    def platform(
        self,
        name: str = "Zilverbos College",
        *,
        url: str | None = None,
        issuer: str | None = None,
        client_id: str = "client",
        auth_url: str | None = None,
        token_url: str | None = None,
        jwks_url: str | None = None,
        family: str = "moodle",
        deployment_id: str = "1",
    ) -> Platform:
        """Register a platform; its addresses lie below `url` unless they are given."""
        base = url or f"https://lms{next(self._numbers)}.example"
        return self.add(
            Platform(
                id=new_id(),
                name=name,
                issuer=issuer or base,
                client_id=client_id,
                auth_url=auth_url or f"{base}/auth",
                token_url=token_url or f"{base}/token",
                jwks_url=jwks_url or f"{base}/jwks",
                family=family,
                created_at=self._clock(),
                deployments=[Deployment(deployment_id=deployment_id, created_at=self._clock())],
            )
        )

    def account(
        self, platform: Platform, subject: str | None = None, *, name: str | None = None, person_id: str | None = None
    ) -> Account:
        """Make an account, and the person behind it unless it is somebody who is there."""
        if person_id is None:
            person_id = self.add(Person(id=new_id(), created_at=self._clock())).id
        return self.add(
            Account(
                id=new_id(),
                platform_id=platform.id,
                subject=subject or str(next(self._numbers)),
                person_id=person_id,
                display_name=name,
                created_at=self._clock(),
                last_seen_at=self._clock(),
            )
        )

    def course(self, platform: Platform, context_id: str | None = None, *, title: str = "Cultuur op school") -> Course:
        """Make a course."""
        return self.add(
            Course(
                id=new_id(),
                platform_id=platform.id,
                context_id=context_id or str(next(self._numbers)),
                title=title,
                created_at=self._clock(),
                last_seen_at=self._clock(),
            )
        )

    def member(self, course: Course, account: Account, role: Role = Role.PARTICIPANT) -> CourseMember:
        """Let somebody have been seen in a course."""
        return self.add(
            CourseMember(course_id=course.id, account_id=account.id, role=role.value, last_seen_at=self._clock())
        )

    def cohort(self, name: str = "Regio Zuid", *, training_key: str = TRAINING, approved: bool = True) -> Cohort:
        """Make a cohort, approved by the issuer."""
        now = self._clock()
        return self.add(
            Cohort(
                id=new_id(),
                training_key=training_key,
                name=name,
                created_at=now,
                approved_at=now if approved else None,
            )
        )

    def bind(self, course: Course, cohort: Cohort, person_id: str) -> CourseCohort:
        """Bring a cohort into a course."""
        return self.add(
            CourseCohort(course_id=course.id, cohort_id=cohort.id, bound_by_id=person_id, bound_at=self._clock())
        )

    def enrol(
        self, person_id: str, cohort: Cohort, role: Role = Role.PARTICIPANT, *, course: Course | None = None
    ) -> Enrolment:
        """Enrol a person in a cohort, through a course if one is given."""
        enrolment = self.add(
            Enrolment(id=new_id(), cohort_id=cohort.id, person_id=person_id, role=role.value, created_at=self._clock())
        )
        if course is not None:
            self.add(EnrolmentCourse(enrolment_id=enrolment.id, course_id=course.id))
        return enrolment

    def participant(
        self, course: Course, cohort: Cohort, platform: Platform, subject: str | None = None, *, name: str | None = None
    ) -> tuple[Account, Enrolment]:
        """Make somebody who takes part in a cohort through a course."""
        account = self.account(platform, subject, name=name)
        self.member(course, account)
        return account, self.enrol(account.person_id, cohort, course=course)

    def placement(
        self,
        course: Course,
        cohort: Cohort | None,
        assignment_key: str | None = ASSIGNMENT,
        *,
        resource_link_id: str | None = None,
        title: str = "Je leervraag",
        lineitem_url: str | None = None,
        lineitems_url: str | None = None,
        scopes: Sequence[str] = AGS_SCOPES,
    ) -> Placement:
        """Place an assignment in a course; without a cohort nobody has said what it shows."""
        return self.add(
            Placement(
                id=new_id(),
                course_id=course.id,
                resource_link_id=resource_link_id or str(next(self._numbers)),
                title=title,
                cohort_id=cohort.id if cohort else None,
                assignment_key=assignment_key if cohort else None,
                lineitem_url=lineitem_url,
                lineitems_url=lineitems_url,
                ags_scopes=list(scopes),
                created_at=self._clock(),
                last_launch_at=self._clock(),
            )
        )

    def submission(
        self, enrolment: Enrolment, assignment_key: str = ASSIGNMENT, state: OutcomeState = OutcomeState.OPEN
    ) -> Submission:
        """Begin work for an assignment; `state` is what it amounts to."""
        return self.add(
            Submission(
                id=new_id(),
                enrolment_id=enrolment.id,
                assignment_key=assignment_key,
                state=state.value,
                origin=Origin.TOOL.value,
                changed_at=self._clock(),
            )
        )

    def version(self, submission: Submission, number: int = 1, *, text: str = "Mijn leervraag.") -> SubmissionVersion:
        """Hand work in."""
        return self.add(
            SubmissionVersion(
                id=new_id(),
                submission_id=submission.id,
                number=number,
                text=text,
                handed_in_at=self._clock(),
                receipt=f"V{number}-TEST",
            )
        )

    def review(
        self, version: SubmissionVersion, reviewer_id: str, verdict: str = "accepted", *, feedback: str = ""
    ) -> Review:
        """Review a version; the state of the submission stays as it is."""
        return self.add(
            Review(
                id=new_id(),
                version_id=version.id,
                reviewer_id=reviewer_id,
                verdict=verdict,
                feedback=feedback,
                reviewed_at=self._clock(),
            )
        )
