"""A platform that tells what has changed, lists all kinds of members, or answers so late that another worker took over."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.memberships import MembershipService
from lti_tool.database import Database
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from lti_tool.sync.roster import LEASE, RosterService
from lti_tool.sync.roster_rows import READ_ROSTER
from mappings.roles import TEST_USER
from tests.builders import Builder
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs
from tests.scripted_platform import Reply, ScriptedPlatform
from tests.sync.desk import Desk, open_desk

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
HOURS = 6


def person(user_id: str, status: str | None = "Active", *roles: str, **more: object) -> dict[str, Any]:
    row: dict[str, Any] = {"user_id": user_id, "roles": [*(roles or (LEARNER,))], "name": f"Naam {user_id}", **more}
    return row if status is None else {**row, "status": status}


def listing(
    scripted: ScriptedPlatform, *members: dict[str, Any], differences: bool = True, gate: threading.Event | None = None
) -> Reply:
    headers = {"Link": f'<{scripted.url}/changes>; rel="differences"'} if differences else {}
    return Reply(200, {"id": "x", "context": {"id": "1"}, "members": list(members)}, headers, gate)


class Elsewhere:
    """A course at the scripted platform, and workers that read its list."""

    def __init__(self, desk: Desk, jobs: RecordingJobs, connector: Connector, outgoing: Outgoing) -> None:
        self.desk, self.jobs = desk, jobs
        platforms = PlatformService(desk.database, desk.clock, outgoing)
        memberships = MembershipService(connector)
        self.rosters = RosterService(desk.database, platforms, memberships, jobs, desk.clock, HOURS, lambda: 0.0)
        jobs.register(READ_ROSTER, self.rosters.read, lanes=True)

    def read(self) -> CourseRoster:
        self.rosters.sweep()
        self.jobs.run()
        return self.row()

    def read_later(self) -> CourseRoster:
        self.desk.clock.advance(hours=HOURS)
        return self.read()

    def row(self) -> CourseRoster:
        with self.desk.database.session() as session:
            return session.get_one(CourseRoster, self.desk.course.id)

    def statuses(self) -> dict[str, str]:
        with self.desk.database.session() as session:
            return {row.subject: row.status for row in session.scalars(select(CourseRosterMember))}


@pytest.fixture
def elsewhere(
    scripted: ScriptedPlatform,
    database: Database,
    clock: FakeClock,
    jobs: RecordingJobs,
    connector: Connector,
    outgoing: Outgoing,
) -> Elsewhere:
    platform = Builder(database, clock).platform(url=scripted.url, family="generic")
    desk = open_desk(database, clock, jobs, platform=platform)
    desk.set_placement(memberships_url=f"{scripted.url}/members")
    return Elsewhere(desk, jobs, connector, outgoing)


def test_what_has_changed_is_read_and_the_rest_stays(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /members", listing(scripted, person("a"), person("b"), person("c")))
    scripted.answer("GET /changes", listing(scripted, person("b", "Deleted"), person("d")))
    assert elsewhere.read().differences_url == f"{scripted.url}/changes"
    elsewhere.read_later()
    assert elsewhere.statuses() == {"a": "active", "b": "deleted", "c": "active", "d": "active"}
    assert (len(scripted.calls("/members")), len(scripted.calls("/changes"))) == (1, 1)


def test_once_a_day_all_of_the_list_is_read(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /members", listing(scripted, person("a"), person("b")), listing(scripted, person("a")))
    scripted.answer("GET /changes", listing(scripted))
    elsewhere.read()
    for _ in range(4):
        elsewhere.read_later()
    assert (len(scripted.calls("/members")), len(scripted.calls("/changes"))) == (2, 3)
    assert elsewhere.statuses() == {"a": "active", "b": "deleted"}


def test_a_platform_that_forgot_what_has_changed_is_asked_for_all(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /members", listing(scripted, person("a")), listing(scripted, person("b")))
    scripted.answer("GET /changes", Reply(404))
    elsewhere.read()
    row = elsewhere.read_later()
    assert (row.last_error, row.whole_at) == (None, elsewhere.desk.clock())
    assert elsewhere.statuses() == {"a": "deleted", "b": "active"}


def test_only_people_who_follow_the_course_are_remembered(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    instructor = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
    members = [
        person("a"),
        person("plain", None),
        person("suspended", "Inactive"),
        person("gone", "Deleted"),
        person("test", "Active", LEARNER, TEST_USER),
        person("teacher", "Active", instructor),
        person("x" * 256),
        person("n\0l"),
        person("nul-name", name="Na\0am"),
    ]
    scripted.answer("GET /members", listing(scripted, *members))
    elsewhere.read()
    assert elsewhere.statuses() == {"a": "active", "plain": "active", "nul-name": "active"}


def test_two_workers_do_not_read_one_list_at_once(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    gate = threading.Event()
    scripted.answer("GET /members", listing(scripted, person("a"), gate=gate))
    elsewhere.rosters.sweep()
    (job,) = elsewhere.jobs.waiting_jobs
    first = threading.Thread(target=elsewhere.rosters.read, args=(job.key, job.number))
    first.start()
    scripted.wait_for("/members", 1)
    elsewhere.jobs.waiting_jobs.clear()
    elsewhere.rosters.read(job.key, job.number)
    elsewhere.rosters.sweep()
    assert elsewhere.jobs.waiting_jobs == []
    gate.set()
    first.join()
    assert len(scripted.calls("/members")) == 1
    assert elsewhere.statuses() == {"a": "active"}


def test_a_worker_that_comes_back_after_its_lease_writes_nothing(elsewhere: Elsewhere, scripted: ScriptedPlatform) -> None:
    gate = threading.Event()
    scripted.answer("GET /members", listing(scripted, person("old"), gate=gate), listing(scripted, person("new")))
    elsewhere.rosters.sweep()
    (job,) = elsewhere.jobs.waiting_jobs
    elsewhere.jobs.waiting_jobs.clear()
    late = threading.Thread(target=elsewhere.rosters.read, args=(job.key, job.number))
    late.start()
    scripted.wait_for("/members", 1)
    elsewhere.desk.clock.now += LEASE
    elsewhere.read()
    assert elsewhere.statuses() == {"new": "active"}
    gate.set()
    late.join()
    assert elsewhere.statuses() == {"new": "active"}
    assert elsewhere.row().claimed_until is None


@pytest.mark.parametrize("page", [Reply(200, b"<html>onderhoud</html>"), Reply(200, {"no": "members"})])
def test_an_answer_that_is_no_list_changes_nothing(elsewhere: Elsewhere, scripted: ScriptedPlatform, page: Reply) -> None:
    scripted.answer("GET /members", listing(scripted, person("a"), differences=False), page)
    elsewhere.read()
    assert elsewhere.read_later().last_error == "bad-answer"
    assert elsewhere.statuses() == {"a": "active"}


def test_the_log_names_nobody(elsewhere: Elsewhere, scripted: ScriptedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    scripted.answer("GET /members", listing(scripted, person("a", name="Noor Janssen")), Reply(500, b"Noor Janssen"))
    elsewhere.read()
    elsewhere.read_later()
    said = "".join(capsys.readouterr())
    assert "roster.read" in said
    assert "Noor" not in said
