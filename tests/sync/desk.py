"""One school, one course, one teacher and the outbox between the two: rows by hand, jobs that run when a test says so."""

from dataclasses import dataclass, field

from sqlalchemy import select

from lti_tool.courses.models import Account, Course, Placement
from lti_tool.database import Database
from lti_tool.jobs.queue import Jobs
from lti_tool.launch.claims import MessageType
from lti_tool.launch.service import Launch
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import info_of
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import ScoreOutboxService
from lti_tool.training.models import Cohort, Enrolment, Submission
from lti_tool.training.outcomes import OutcomeChanged
from mappings.loading import load_trainings
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.builders import ASSIGNMENT, Builder
from tests.clock import FakeClock

FEEDBACK = "Sterke leervraag: klein, en van jezelf."


@dataclass
class Desk:
    """The outbox over a database, and a first placement with its participant."""

    database: Database
    clock: FakeClock
    jobs: Jobs
    platform: Platform
    course: Course
    cohort: Cohort
    placement: Placement
    account: Account
    enrolment: Enrolment
    build: Builder
    outbox: ScoreOutboxService = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = ScoreOutboxService(self.jobs, self.clock, load_trainings())

    def work(
        self,
        state: OutcomeState = OutcomeState.ACCEPTED,
        *,
        enrolment: Enrolment | None = None,
        assignment_key: str = ASSIGNMENT,
        feedback: str = FEEDBACK,
    ) -> Submission:
        """Write work that was reviewed, as if nobody had followed the outcome."""
        submission = self.build.submission(enrolment or self.enrolment, assignment_key, state)
        reviewer = self.build.account(self.platform)
        self.build.review(self.build.version(submission), reviewer.person_id, state.value, feedback=feedback)
        return submission

    def change(
        self, submission: Submission, state: OutcomeState = OutcomeState.ACCEPTED, feedback: str | None = FEEDBACK
    ) -> OutcomeChanged:
        """What `training` says when work amounts to something else."""
        with self.database.session() as session:
            enrolment = session.get_one(Enrolment, submission.enrolment_id)
        return OutcomeChanged(
            submission_id=submission.id,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            cohort_id=enrolment.cohort_id,
            assignment_key=submission.assignment_key,
            state=state,
            feedback=feedback,
            at=self.clock(),
        )

    def accept(self, submission: Submission | None = None, feedback: str | None = FEEDBACK) -> Submission:
        """Let work be accepted, and the outbox follow."""
        submission = submission or self.work(OutcomeState.SUBMITTED)
        change = self.change(submission, feedback=feedback)
        with self.database.session() as session:
            session.get_one(Submission, submission.id).state = OutcomeState.ACCEPTED.value
            self.outbox.follow(session, change)
        return submission

    def launch(self, placement: Placement | None = None, account: Account | None = None) -> Launch:
        """The launch of a placement by somebody."""
        placement, account = placement or self.placement, account or self.account
        return Launch(
            message_type=MessageType.RESOURCE_LINK,
            platform=info_of(self.platform),
            account_id=account.id,
            person_id=account.person_id,
            course_id=placement.course_id,
            placement_id=placement.id,
            role=Role.PARTICIPANT,
            custom={},
            deep_linking_id=None,
        )

    def catch_up(self, placement: Placement | None = None, account: Account | None = None) -> None:
        """Let the outbox follow a launch."""
        launch = self.launch(placement, account)
        with self.database.session() as session:
            self.outbox.catch_up(session, launch)

    def retry(self) -> None:
        """Let the only row be posted again by hand."""
        with self.database.session() as session:
            self.outbox.retry(session, session.scalars(select(ScoreOutbox).with_for_update()).one())

    def rows(self) -> list[ScoreOutbox]:
        with self.database.session() as session:
            return list(session.scalars(select(ScoreOutbox).order_by(ScoreOutbox.changed_at, ScoreOutbox.id)))

    def row(self) -> ScoreOutbox:
        """The only row."""
        (row,) = self.rows()
        return row

    def set(self, row: ScoreOutbox, **values: object) -> None:
        """Write columns of a row, whatever they were."""
        with self.database.session() as session:
            present = session.get_one(ScoreOutbox, row.id)
            for name, value in values.items():
                setattr(present, name, value)

    def set_placement(self, placement: Placement | None = None, **values: object) -> None:
        """Write columns of a placement, as a launch or a trainer does."""
        with self.database.session() as session:
            present = session.get_one(Placement, (placement or self.placement).id)
            for name, value in values.items():
                setattr(present, name, value)


def open_desk(
    database: Database,
    clock: FakeClock,
    jobs: Jobs,
    *,
    platform: Platform | None = None,
    subject: str | None = None,
    resource_link_id: str | None = None,
    lineitem_url: str | None = "https://lms.example/items/1",
    lineitems_url: str = "https://lms.example/items",
) -> Desk:
    """Set the desk up; without a platform that answers, at one that nobody answers for."""
    build = Builder(database, clock)
    platform = platform or build.platform()
    course, cohort = build.course(platform), build.cohort()
    account, enrolment = build.participant(course, cohort, platform, subject)
    placement = build.placement(
        course, cohort, resource_link_id=resource_link_id, lineitem_url=lineitem_url, lineitems_url=lineitems_url
    )
    return Desk(database, clock, jobs, platform, course, cohort, placement, account, enrolment, build)
