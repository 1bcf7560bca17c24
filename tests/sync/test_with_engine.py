"""The outbox on the durable engine itself: lanes, jobs that fail, processes that die."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.memberships import MembershipService
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.demo.school import FaultKind, SchoolServer, Service
from lti_tool.demo.school.faults import Faults
from lti_tool.jobs.engine import Engine
from lti_tool.jobs.steady import PAUSES
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.scopes import SCORE
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.sync.lanes import LEASE
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from lti_tool.sync.outbox import POST_SCORE
from lti_tool.sync.pauses import LONGEST_PAUSE, TROUBLES_UNTIL_PAUSE
from lti_tool.sync.roster import RosterService
from lti_tool.sync.roster_rows import READ_ROSTER
from mappings.platforms import profile_for
from mappings.progress import OutcomeState
from tests.clock import FakeClock
from tests.dbos_tables import job_row, let_die
from tests.eventually import eventually
from tests.scripted_platform import ScriptedPlatform
from tests.sync.desk import FEEDBACK
from tests.sync.school import AtSchool

pytestmark = pytest.mark.long

LATE = 61


@pytest.fixture
def engine(settings: Settings, database: Database) -> Iterator[Engine]:
    """The durable engine, not launched yet."""
    engine = Engine(settings.model_copy(update={"job_poll_seconds": 0.05}), database)
    engine.prepare()
    yield engine
    engine.stop()


@pytest.fixture
def at(
    engine: Engine,
    server: SchoolServer,
    database: Database,
    clock: FakeClock,
    key_ring: KeyRing,
    outgoing: Outgoing,
) -> Iterator[AtSchool]:
    """The school, posted to by the engine."""
    at = AtSchool(server, database, clock, engine, key_ring, outgoing)
    engine.register(POST_SCORE, at.poster.post, lanes=True)
    yield at
    at.school.faults.clear()


def test_accepted_work_arrives_by_itself(at: AtSchool, engine: Engine) -> None:
    engine.launch()
    at.desk.accept()
    eventually(lambda: not at.desk.row().dirty)
    assert (at.shown(), at.posts()) == ((100, FEEDBACK), 1)


def test_the_scores_of_one_school_arrive_each_once(at: AtSchool, engine: Engine) -> None:
    people = []
    for _ in range(4):
        person, _account, enrolment = at.colleague()
        people.append(person)
        at.desk.accept(at.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    engine.launch()
    eventually(lambda: not any(row.dirty for row in at.desk.rows()))
    grades = [at.grade(person) for person in people]
    assert [(grade.final, grade.posts) for grade in grades if grade] == [(100, 1)] * 4


def test_a_slow_school_does_not_hold_up_another(at: AtSchool, engine: Engine, scripted: ScriptedPlatform) -> None:
    desk = at.desk
    elsewhere = desk.build.platform(url=scripted.url, family="generic")
    course = desk.build.course(elsewhere)
    account = desk.build.account(elsewhere, person_id=desk.account.person_id)
    desk.build.member(course, account)
    desk.build.placement(course, desk.cohort, lineitem_url=f"{scripted.url}/item", scopes=[SCORE])
    at.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=600)
    engine.launch()
    desk.accept()
    eventually(lambda: [row.platform_id for row in desk.rows() if not row.dirty] == [elsewhere.id])
    eventually(lambda: at.asked(Service.SCORES))
    assert at.posts() == 0
    at.school.faults.clear()
    eventually(lambda: not any(row.dirty for row in desk.rows()))
    assert at.posts() == 1


class Crowd(Faults):
    """Counts the requests that wait at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self._counting = threading.Lock()
        self.now = self.most = 0

    def pause(self, seconds: float) -> None:
        """Wait, and be counted."""
        with self._counting:
            self.now += 1
            self.most = max(self.most, self.now)
        super().pause(seconds)
        with self._counting:
            self.now -= 1


def test_what_waited_for_a_school_that_was_down_goes_out_with_no_more_at_once_than_it_bears(
    at: AtSchool, engine: Engine
) -> None:
    at.school.faults = crowd = Crowd()
    at.school.grading_seconds = 0.05
    at.server.stop()
    for _ in range(12):
        _person, _account, enrolment = at.colleague()
        at.desk.accept(at.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    engine.launch()
    eventually(lambda: sum(row.fails for row in at.desk.rows()) >= TROUBLES_UNTIL_PAUSE)
    at.server.start()
    at.desk.clock.advance(seconds=LONGEST_PAUSE)
    eventually(lambda: not any(row.dirty for row in at.desk.rows()))
    assert at.asked(Service.SCORES) == 12
    assert 1 < crowd.most <= profile_for("moodle").max_parallel


class Restarting(PlatformService):
    """A service whose database goes away for some tries, as PostgreSQL does when it restarts."""

    gone = 0

    def of(self, session: Session, platform_id: str) -> PlatformInfo:
        if self.gone:
            self.gone -= 1
            raise OperationalError("SELECT …", {}, Exception("the connection was lost"))
        return super().of(session, platform_id)


def test_a_job_that_failed_is_replaced_by_the_sweeper(at: AtSchool, engine: Engine, outgoing: Outgoing) -> None:
    desk = at.desk
    restarting = Restarting(desk.database, desk.clock, outgoing)
    restarting.gone = len(PAUSES) + 1
    poster = at.poster_with(platforms=restarting)
    engine.register(POST_SCORE, poster.post, lanes=True)
    engine.launch()
    desk.accept()
    name = f"{POST_SCORE}:{desk.row().id}:1"
    eventually(lambda: status(desk.database, name) == "ERROR")
    assert desk.row().dirty
    desk.clock.advance(seconds=LATE)
    poster.sweep()
    eventually(lambda: not desk.row().dirty)
    assert at.posts() == 1


def test_a_job_outlives_a_restart_of_the_database(at: AtSchool, engine: Engine, outgoing: Outgoing) -> None:
    restarting = Restarting(at.desk.database, at.desk.clock, outgoing)
    restarting.gone = len(PAUSES)
    engine.register(POST_SCORE, at.poster_with(platforms=restarting).post, lanes=True)
    engine.launch()
    at.desk.accept()
    eventually(lambda: not at.desk.row().dirty)
    assert (at.desk.row().job, at.posts(), at.waited) == (1, 1, list(PAUSES))


def test_a_row_that_a_dead_process_was_posting_goes_out_when_its_lease_has_expired(at: AtSchool, engine: Engine) -> None:
    desk = at.desk
    desk.accept()
    row = desk.row()
    desk.set(row, claimed_until=desk.clock() + LEASE)
    let_die(desk.database, f"{POST_SCORE}:{row.id}:1", executor_id="gone-1")
    engine.launch()
    desk.clock.advance(seconds=LATE)
    at.poster.sweep()
    assert desk.row().job == 1
    desk.clock.advance(seconds=LEASE.total_seconds())
    at.poster.sweep()
    eventually(lambda: not desk.row().dirty)
    assert (at.posts(), status(desk.database, f"{POST_SCORE}:{row.id}:1")) == (1, "CANCELLED")


def status(database: Database, name: str) -> str | None:
    """What DBOS says of a job."""
    found = job_row(database, name)
    return found.status if found else None


def test_who_is_in_a_course_is_read_by_itself(
    at: AtSchool, engine: Engine, connector: Connector, outgoing: Outgoing
) -> None:
    desk = at.desk
    url = f"{at.server.url}/lti/CourseSection/{at.course.id}/bindings/{at.registration.id}/memberships"
    desk.set_placement(memberships_url=url)
    platforms, memberships = PlatformService(desk.database, desk.clock, outgoing), MembershipService(connector)
    rosters = RosterService(desk.database, platforms, memberships, engine, desk.clock, hours=6)
    engine.register(READ_ROSTER, rosters.read, lanes=True)
    engine.every(0.2, "sweep-rosters", rosters.sweep)
    engine.launch()

    def read_at() -> datetime | None:
        with desk.database.session() as session:
            row = session.get(CourseRoster, desk.course.id)
            return row.read_at if row else None

    eventually(read_at)
    with desk.database.session() as session:
        assert [row.subject for row in session.scalars(select(CourseRosterMember))] == [at.teacher.id]
