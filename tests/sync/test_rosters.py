"""Who is in a course: read from the demo school over HTTP, on each engine; what is kept of it, and what is not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.memberships import MembershipService
from lti_tool.courses.models import Account, Person
from lti_tool.database import Base
from lti_tool.demo.school import FaultKind, Service
from lti_tool.demo.school import Person as Somebody
from lti_tool.demo.school.models import Role as SchoolRole
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.platforms.scopes import MEMBERSHIP_READONLY
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from lti_tool.sync.roster import RosterService
from lti_tool.sync.roster_rows import READ_ROSTER
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk
from tests.sync.school import AtSchool

HOURS = 6


class Office:
    """The school's list, and who reads it.

    Args:
        at: the school with a placement that a launch told where the list is.
        jobs: run when a test says so.
        connector, outgoing: make the calls.
    """

    def __init__(self, at: AtSchool, jobs: RecordingJobs, connector: Connector, outgoing: Outgoing) -> None:
        self.at, self.jobs, self.desk = at, jobs, at.desk
        self.url = f"{at.server.url}/lti/CourseSection/{at.course.id}/bindings/{at.registration.id}/memberships"
        self.connector, self.outgoing = connector, outgoing
        self.desk.set_placement(memberships_url=self.url)
        self.rosters = self.service()
        jobs.register(READ_ROSTER, self.rosters.read, lanes=True)

    def service(self, hours: int = HOURS) -> RosterService:
        """Put one more together, as another worker would."""
        desk = self.desk
        platforms = PlatformService(desk.database, desk.clock, self.outgoing)
        memberships = MembershipService(self.connector)
        return RosterService(desk.database, platforms, memberships, self.jobs, desk.clock, hours, lambda: 0.0)

    def read(self) -> CourseRoster:
        """Sweep, and do the jobs that this gave; return the row of the course."""
        self.rosters.sweep()
        self.jobs.run()
        return self.row()

    def row(self) -> CourseRoster:
        with self.desk.database.session() as session:
            return session.get_one(CourseRoster, self.desk.course.id)

    def members(self) -> dict[str, tuple[str | None, str, str]]:
        """Name, role and status of everybody who is remembered, by subject."""
        with self.desk.database.session() as session:
            rows = session.scalars(select(CourseRosterMember)).all()
            return {row.subject: (row.name, row.role, row.status) for row in rows}

    def join(self, given: str = "Noor", role: SchoolRole = SchoolRole.STUDENT, *, suspended: bool = False) -> Somebody:
        """Let somebody come into the course at the school."""
        person = self.at.school.add_person(given, "Janssen")
        self.at.school.enrol(person, self.at.course, role, suspended=suspended)
        return person

    def leave(self, person: Somebody) -> None:
        with self.at.school.changing():
            del self.at.course.enrolments[person.id]


@pytest.fixture
def office(at_school: AtSchool, jobs: RecordingJobs, connector: Connector, outgoing: Outgoing) -> Office:
    return Office(at_school, jobs, connector, outgoing)


def count(desk: Desk, model: type[Base]) -> int:
    with desk.database.session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_who_takes_part_is_remembered_and_nobody_becomes_an_account(office: Office) -> None:
    noor, trainer = office.join(), office.join("Ilse", SchoolRole.TEACHER)
    people = count(office.desk, Person), count(office.desk, Account)
    row = office.read()
    assert (row.read_at, row.last_error, row.fails) == (office.desk.clock(), None, 0)
    members = office.members()
    assert members[noor.id] == ("Noor Janssen", "participant", "active")
    assert set(members) == {office.at.teacher.id, noor.id}
    assert trainer.id not in members
    assert (count(office.desk, Person), count(office.desk, Account)) == people


def test_a_list_is_read_again_after_so_many_hours_and_not_before(office: Office) -> None:
    office.read()
    asked = office.at.asked(Service.MEMBERSHIPS)
    office.desk.clock.advance(seconds=HOURS * 3600 - 1)
    office.read()
    assert office.at.asked(Service.MEMBERSHIPS) == asked
    office.desk.clock.advance(seconds=1)
    office.read()
    assert office.at.asked(Service.MEMBERSHIPS) == asked + 1


def test_with_zero_hours_nothing_is_read_by_itself(office: Office) -> None:
    office.service(hours=0).sweep()
    assert office.jobs.waiting_jobs == []
    assert count(office.desk, CourseRoster) == 0


def test_a_course_whose_launches_told_no_address_is_left_alone(office: Office) -> None:
    office.desk.set_placement(memberships_url=None)
    office.rosters.sweep()
    assert office.jobs.waiting_jobs == []


def test_a_school_that_shares_no_names_gives_none(office: Office) -> None:
    noor = office.join()
    office.read()
    office.at.registration.claims = ["iss", "sub"]
    office.desk.clock.advance(hours=HOURS)
    office.read()
    assert office.members()[noor.id] == (None, "participant", "active")


def test_no_mail_address_is_kept(office: Office) -> None:
    office.join()
    office.read()
    with office.desk.database.session() as session:
        kept = [value for row in session.execute(select(CourseRosterMember.__table__)) for value in row]
    assert not [value for value in kept if "@" in str(value)]


def test_who_left_is_marked_without_a_name_and_comes_back_with_one(office: Office) -> None:
    noor = office.join()
    office.read()
    office.leave(noor)
    office.desk.clock.advance(hours=HOURS)
    office.read()
    assert office.members()[noor.id] == (None, "participant", "deleted")
    office.at.school.enrol(noor, office.at.course)
    office.desk.clock.advance(hours=HOURS)
    office.read()
    assert office.members()[noor.id] == ("Noor Janssen", "participant", "active")


def test_who_left_and_was_never_here_is_forgotten_in_the_end_and_who_was_is_not(office: Office) -> None:
    noor = office.join()
    office.read()
    office.leave(noor)
    office.leave(office.at.teacher)
    office.desk.clock.advance(hours=HOURS)
    office.read()
    office.desk.clock.advance(days=31)
    office.read()
    assert set(office.members()) == {office.at.teacher.id}
    with office.desk.database.session() as session:
        assert session.get(Account, office.desk.account.id) is not None


def test_who_becomes_a_teacher_takes_part_no_more(office: Office) -> None:
    noor = office.join()
    office.read()
    office.at.school.enrol(noor, office.at.course, SchoolRole.TEACHER)
    office.desk.clock.advance(hours=HOURS)
    office.read()
    assert office.members()[noor.id] == (None, "trainer", "active")


def test_a_course_of_three_hundred_is_read_page_by_page(office: Office) -> None:
    for number in range(299):
        office.join(f"Deelnemer {number}")
    office.desk.set_placement(memberships_url=f"{office.url}?limit=50")
    office.read()
    assert len(office.members()) == 300
    assert office.at.asked(Service.MEMBERSHIPS) == 6


def test_a_list_that_breaks_off_changes_nothing(office: Office) -> None:
    for number in range(60):
        office.join(f"Deelnemer {number}")
    office.read()
    before = office.members()
    office.desk.set_placement(memberships_url=f"{office.url}?limit=50")
    office.at.school.faults.add(Service.MEMBERSHIPS, FaultKind.STATUS, status=503, skip=1)
    office.desk.clock.advance(hours=HOURS)
    row = office.read()
    assert (row.last_error, office.members()) == ("unreachable", before)


def test_a_school_that_is_down_is_asked_ever_later_and_read_once_it_is_back(office: Office) -> None:
    office.join()
    office.at.server.stop()
    waits = []
    for _ in range(8):
        row = office.read()
        assert (row.last_error, row.read_at, row.claimed_until) == ("unreachable", None, None)
        assert row.next_read_at is not None
        waits.append((row.next_read_at - office.desk.clock()) / timedelta(minutes=1))
        office.desk.clock.now = row.next_read_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360]
    office.at.server.start()
    row = office.read()
    assert (row.last_error, row.fails, len(office.members())) == (None, 0, 2)


def test_a_school_that_names_a_moment_is_left_alone_until_then(office: Office) -> None:
    office.at.school.faults.add(Service.MEMBERSHIPS, FaultKind.STATUS, status=429, retry_after=1800)
    row = office.read()
    assert row.next_read_at == office.desk.clock() + timedelta(minutes=30)


def test_a_school_that_does_not_allow_it_is_asked_again_a_day_later(office: Office) -> None:
    office.at.registration.scopes = [one for one in office.at.registration.scopes if one != MEMBERSHIP_READONLY]
    row = office.read()
    assert row.last_error == "no-scope"
    assert row.next_read_at == office.desk.clock() + timedelta(days=1)


def test_a_course_that_is_gone_is_said_to_be_and_its_list_stays(office: Office) -> None:
    noor = office.join()
    office.read()
    office.desk.set_placement(memberships_url=office.url.replace(f"/{office.at.course.id}/", "/999999/"))
    office.desk.clock.advance(hours=HOURS)
    row = office.read()
    assert row.last_error == "refused-404"
    assert office.members()[noor.id][2] == "active"


def test_a_switched_off_platform_is_not_called(office: Office) -> None:
    with office.desk.database.session() as session:
        session.get_one(Platform, office.desk.platform.id).status = PlatformStatus.DISABLED
    row = office.read()
    assert (row.last_error, office.at.asked(Service.MEMBERSHIPS)) == ("platform-disabled", 0)


def test_a_job_with_an_old_number_reads_nothing(office: Office) -> None:
    office.rosters.sweep()
    number = office.row().job
    office.rosters.read(office.desk.course.id, number - 1)
    assert office.at.asked(Service.MEMBERSHIPS) == 0


def test_a_job_that_ran_already_reads_nothing_again(office: Office) -> None:
    number = office.read().job
    asked = office.at.asked(Service.MEMBERSHIPS)
    office.rosters.read(office.desk.course.id, number)
    assert office.at.asked(Service.MEMBERSHIPS) == asked


def test_sweeping_twice_gives_a_list_one_job(office: Office) -> None:
    office.rosters.sweep()
    office.service().sweep()
    assert len(office.jobs.waiting_jobs) == 1
