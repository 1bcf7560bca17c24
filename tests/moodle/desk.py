"""One course of a Moodle that lives while a test runs, the cohort beside it, and the sync between the two."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Course
from lti_tool.database import Database
from lti_tool.moodle.course_rows import SYNC_MOODLE
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, NativeFile, NativeWork
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.sync import MoodleSync
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformService
from lti_tool.training.importing import ImportService
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import OutcomeChanged, OutcomeFollower
from lti_tool.vault import Vault
from mappings.activities import Counts
from mappings.progress import OutcomeState
from mappings.roles import Role
from moodle_client import Manners
from tests.builders import ASSIGNMENT, Builder
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.moodle.living_moodle import COURSE, LivingCourse
from tests.moodle_client.recorded_moodle import RecordedMoodle
from tests.recording_jobs import RecordingJobs

MINUTES = 10


@dataclass
class Desk:
    """Everything between a Moodle and the rows."""

    database: Database
    clock: FakeClock
    jobs: RecordingJobs
    moodle: RecordedMoodle
    living: LivingCourse
    outgoing: Outgoing
    waits: list[float] = field(default_factory=list)
    """How long the client would have waited between its tries."""
    told: list[OutcomeChanged] = field(default_factory=list)
    followers: list[OutcomeFollower] = field(default_factory=list)
    platform: Platform = field(init=False)
    course: Course = field(init=False)
    cohort: Cohort = field(init=False)
    trainer: Account = field(init=False)

    def __post_init__(self) -> None:
        self.build = Builder(self.database, self.clock)
        self.platform = self.build.platform(url=self.moodle.url)
        self.course = self.build.course(self.platform, str(COURSE))
        self.cohort = self.build.cohort()
        self.trainer = self.build.account(self.platform, "7", name="Tom de Trainer")
        self.build.member(self.course, self.trainer, Role.TRAINER)
        self.build.bind(self.course, self.cohort, self.trainer.person_id)
        self.living.enrol(7, roles=("editingteacher",))
        self.platforms = PlatformService(self.database, self.clock, self.outgoing)
        self.sites = self.new_sites()
        self.sync = self.new_sync()
        self.sites.connect(self.platform.id, self.moodle.token)
        self.build.add(MoodleCourse(course_id=self.course.id, moodle_id=COURSE))
        self.moodle.seen.clear()

    def new_sites(self) -> MoodleSites:
        manners = Manners(timeout=(5.0, 10.0), sleep=self.waits.append, random=lambda: 1.0)
        return MoodleSites(
            self.database,
            Vault(SECRET),
            self.clock,
            self.platforms,
            self.outgoing,
            allow_http=True,
            manners=manners,
        )

    def new_sync(self, minutes: int = MINUTES, *, jobs: RecordingJobs | None = None) -> MoodleSync:
        """Put one more together, as another worker would; it does the jobs from now on."""
        jobs = jobs or self.jobs
        importer = ImportService(self.clock, [self._tell])
        sync = MoodleSync(self.database, self.sites, self.platforms, importer, jobs, self.clock, minutes, lambda: 0.0)
        jobs.register(SYNC_MOODLE, sync.sync, lanes=True)
        return sync

    def _tell(self, session: Session, change: OutcomeChanged) -> None:
        self.told.append(change)
        for follower in self.followers:
            follower(session, change)

    # what people do

    def participant(self, user: int, *, launched: bool = True) -> Enrolment | None:
        """Let somebody be in the course, who has launched the tool from it or not."""
        self.living.enrol(user)
        return self.launch(user) if launched else None

    def launch(self, user: int) -> Enrolment:
        """Let somebody have launched the tool: it knows the account, and the cohort the participant."""
        return self.build.participant(self.course, self.cohort, self.platform, str(user))[1]

    def map(
        self,
        cm_id: int,
        key: str = ASSIGNMENT,
        counts: Counts = Counts.SUBMITTED,
        *,
        from_grade: float | None = None,
        needs_trainer: bool = True,
        writes_completion: bool = False,
        writes_grade: bool = False,
        cohort: Cohort | None = None,
    ) -> ActivityMapping:
        """Let the trainer say that an activity stands for an assignment."""
        activity = self.living.activities.get(cm_id) or self.living.add(cm_id)
        return self.build.add(
            ActivityMapping(
                course_id=self.course.id,
                cohort_id=(cohort or self.cohort).id,
                assignment_key=key,
                cm_id=cm_id,
                kind=activity.kind,
                instance_id=activity.instance,
                title=activity.name,
                counts=counts.value,
                from_grade=from_grade,
                maximum=activity.maximum,
                needs_trainer=needs_trainer,
                writes_completion=writes_completion,
                writes_grade=writes_grade,
                confirmed_by_id=self.trainer.person_id,
                confirmed_at=self.clock(),
            )
        )

    def read(self, *, after: float = MINUTES) -> MoodleCourse:
        """Let so many minutes pass, sweep, and do the jobs that this gave; return the row of the course."""
        self.clock.advance(minutes=after)
        self.moodle.seen.clear()
        self.sync.sweep()
        self.jobs.run()
        return self.row()

    def accept(self, enrolment: Enrolment | None, key: str = ASSIGNMENT) -> None:
        """Let the trainer accept the last version, as if nobody followed."""
        self.build.review(self.versions(enrolment, key)[-1], self.trainer.person_id)
        with self.database.session() as session:
            session.merge(self.submission(enrolment, key)).state = OutcomeState.ACCEPTED.value

    def unmap(self, mapping: ActivityMapping) -> None:
        """Let the trainer say that it stands for nothing any more; what was read of it for the course goes along."""
        with self.database.session() as session:
            session.delete(session.get_one(ActivityMapping, mapping.id))
            session.get_one(MoodleCourse, self.course.id).marks = {}

    def give_back(self, enrolment: Enrolment | None, key: str = ASSIGNMENT) -> None:
        """Let the trainer return the last version, as if nobody followed."""
        self.build.review(self.versions(enrolment, key)[-1], self.trainer.person_id, "returned", feedback="Vul aan.")
        with self.database.session() as session:
            session.merge(self.submission(enrolment, key)).state = OutcomeState.RETURNED.value

    # what became of it

    def row(self) -> MoodleCourse:
        with self.database.session() as session:
            return session.get_one(MoodleCourse, self.course.id)

    def site(self) -> MoodleSite:
        with self.database.session() as session:
            return session.get_one(MoodleSite, self.platform.id)

    def native(self, user: int, mapping: ActivityMapping | None = None) -> NativeWork:
        """What is known of one user's work; of a mapping, if there are more."""
        query = select(NativeWork).where(NativeWork.user_id == user)
        if mapping is not None:
            query = query.where(NativeWork.mapping_id == mapping.id)
        with self.database.session() as session:
            return session.scalars(query).one()

    def natives(self) -> list[NativeWork]:
        with self.database.session() as session:
            return list(session.scalars(select(NativeWork).order_by(NativeWork.user_id, NativeWork.mapping_id)))

    def states(self) -> dict[int, str]:
        """The state of everybody's work, by user id."""
        return {row.user_id: row.state for row in self.natives()}

    def submission(self, enrolment: Enrolment | None, key: str = ASSIGNMENT) -> Submission:
        assert enrolment is not None
        with self.database.session() as session:
            query = select(Submission).where(Submission.enrolment_id == enrolment.id, Submission.assignment_key == key)
            return session.scalars(query).one()

    def versions(self, enrolment: Enrolment | None, key: str = ASSIGNMENT) -> list[SubmissionVersion]:
        """What was handed in, in order."""
        assert enrolment is not None
        with self.database.session() as session:
            query = (
                select(SubmissionVersion)
                .join(Submission, Submission.id == SubmissionVersion.submission_id)
                .where(Submission.enrolment_id == enrolment.id, Submission.assignment_key == key)
                .order_by(SubmissionVersion.number)
            )
            return list(session.scalars(query))

    def texts(self, enrolment: Enrolment | None, key: str = ASSIGNMENT) -> list[str]:
        return [version.text for version in self.versions(enrolment, key)]

    def files(self) -> list[NativeFile]:
        with self.database.session() as session:
            return list(session.scalars(select(NativeFile).order_by(NativeFile.version_id, NativeFile.position)))

    def reviews(self) -> list[Review]:
        with self.database.session() as session:
            return list(session.scalars(select(Review).order_by(Review.reviewed_at)))

    def mapping(self, mapping: ActivityMapping) -> ActivityMapping:
        with self.database.session() as session:
            return session.get_one(ActivityMapping, mapping.id)
