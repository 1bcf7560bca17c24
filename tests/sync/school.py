"""The desk with the demo school behind its platform, and the poster between the two."""

from dataclasses import dataclass, field

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import ScoreService
from lti_tool.courses.models import Account
from lti_tool.database import Database
from lti_tool.demo.school import Grade, Person, School, SchoolServer, Service
from lti_tool.demo.school.models import LineItem
from lti_tool.jobs.queue import Jobs
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.delivery import ScoreDelivery
from lti_tool.sync.gradebook import Gradebook
from lti_tool.sync.jobs import ScorePoster
from lti_tool.sync.lanes import Lanes
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from lti_tool.training.models import Enrolment
from tests.builders import Builder
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk, open_desk

LAUNCH_URL = "http://localhost:8401/lti/launch"


class AtSchool:
    """A teacher with a graded link at the demo school, as launches would have made them known to the tool.

    Args:
        server: listens; its school is filled.
        jobs: takes the jobs.
        keys: our own, which the school knows.
        outgoing: makes the calls.
    """

    def __init__(
        self, server: SchoolServer, database: Database, clock: FakeClock, jobs: Jobs, keys: KeyRing, outgoing: Outgoing
    ) -> None:
        self.server = server
        self._keys = keys
        self._outgoing = outgoing
        self.jitter = 1.0
        self.waited: list[float] = []
        """How long the poster would have waited for the database."""
        self.registration = self.school.register_tool(
            login_url="http://localhost:8401/lti/login",
            redirect_uris=["http://localhost:8401/lti/launch"],
            jwks=keys.jwks(),
        )
        self.course = self.school.add_course("Cultuurcoördinator VO")
        self.teacher = self.school.add_person("Zoë", "van 't Höfen & Zn")
        self.school.enrol(self.teacher, self.course)
        self.link = self.school.add_link(self.course, self.registration, "Je leervraag")
        url = self.server.url
        self.desk = open_desk(
            database,
            clock,
            jobs,
            platform=Builder(database, clock).platform(
                url=url, client_id=self.registration.client_id, token_url=f"{url}/lti/token"
            ),
            subject=self.teacher.id,
            resource_link_id=self.link.id,
            lineitem_url=self.school.lineitem_url(self.item),
            lineitems_url=self.school.lineitems_url(self.course.id, self.registration.id),
        )
        self.poster = self.poster_with()

    def poster_with(
        self,
        *,
        outgoing: Outgoing | None = None,
        scores: ScoreService | None = None,
        platforms: PlatformService | None = None,
    ) -> ScorePoster:
        """Put the poster together, with other parts than the usual ones."""
        desk, outgoing = self.desk, outgoing or self._outgoing
        connector = Connector(outgoing, self._keys, desk.clock)
        platforms = platforms or PlatformService(desk.database, desk.clock, outgoing)
        delivery = ScoreDelivery(
            desk.database,
            scores or ScoreService(connector, desk.clock),
            LineItemService(connector),
            Gradebook(ResultService(connector), desk.clock),
            LAUNCH_URL,
            desk.clock,
        )
        lanes = Lanes(desk.database, platforms, desk.jobs, desk.clock, lambda: self.jitter, self.waited.append)
        return ScorePoster(desk.database, platforms, delivery, lanes, desk.outbox, desk.jobs, desk.clock)

    @property
    def school(self) -> School:
        return self.server.school

    @property
    def item(self) -> LineItem:
        """The link's own column."""
        item = self.school.item_of(self.link)
        assert item is not None
        return item

    def grade(self, person: Person | None = None) -> Grade | None:
        """What the school's gradebook holds on the link."""
        return self.school.grade(self.link, person or self.teacher)

    def shown(self, person: Person | None = None) -> tuple[float | None, str | None]:
        """The grade and the feedback that people at the school see."""
        grade = self.grade(person)
        return (grade.final, grade.feedback) if grade else (None, None)

    def posts(self) -> int:
        """How many posts the school has accepted for the teacher."""
        grade = self.grade()
        return grade.posts if grade else 0

    def asked(self, service: Service) -> int:
        """How many requests a service of the school has had."""
        return self.school.faults.requests[service]

    def colleague(self, *, enrolled: bool = True) -> tuple[Person, Account, Enrolment]:
        """One more teacher, in the cohort, and at the school if `enrolled` in the course there."""
        person = self.school.add_person("Łukasz", "Kowalczyk")
        if enrolled:
            self.school.enrol(person, self.course)
        desk = self.desk
        account, enrolment = desk.build.participant(desk.course, desk.cohort, desk.platform, person.id)
        return person, account, enrolment

    def lose_column(self) -> None:
        """Let the link have no column of its own, and the placement know of none."""
        self.school.remove_item(self.item)
        self.desk.set_placement(lineitem_url=None)


@dataclass
class Posting:
    """The school, and jobs that run when a test says so."""

    at: AtSchool
    jobs: RecordingJobs
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = self.at.desk
        self.use(self.at.poster)

    def use(self, poster: ScorePoster) -> None:
        """Let this poster do the jobs from now on."""
        self.jobs.register(POST_SCORE, poster.post, lanes=True)

    def run(self) -> ScoreOutbox:
        """Run the jobs that may start now; return the only row."""
        self.jobs.run()
        return self.desk.row()

    def wait_and_run(self) -> ScoreOutbox:
        """Move the clock to when the waiting jobs may start, and run them; return the only row."""
        self.desk.clock.advance(seconds=max(self.delays()))
        self.jobs.run(delayed=True)
        return self.desk.row()

    def delays(self) -> list[float]:
        """How long the waiting jobs have to wait, in seconds."""
        return [job.delay for job in self.jobs.waiting_jobs]
