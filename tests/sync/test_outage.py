"""A learning environment that is down for an hour: few probes, nothing lost, no herd afterwards; others go on meanwhile."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.demo.school import FaultKind, Service
from lti_tool.platforms.scopes import SCORE
from lti_tool.sync.pauses import LONGEST_PAUSE
from mappings.progress import OutcomeState
from tests.clock import FakeClock
from tests.recording_jobs import Job, RecordingJobs
from tests.scripted_platform import ScriptedPlatform
from tests.sync.school import Posting

PEOPLE = 24
MOST_PROBES = 25
SERVICES = (Service.TOKEN, Service.RESULTS, Service.SCORES)


class TimedJobs(RecordingJobs):
    """Runs jobs when their time has come by the test's clock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self._due: dict[tuple[str, int], datetime] = {}

    def enqueue(self, session: Session, job: str, key: str, number: int, *, lane: str = "", delay: float = 0.0) -> None:
        self._due[key, number] = self._clock() + timedelta(seconds=delay)
        super().enqueue(session, job, key, number, lane=lane, delay=delay)

    def due(self) -> Iterator[Job]:
        """Yield the jobs whose time has come, each taken out, until there are none."""
        while True:
            found = [job for job in self.waiting_jobs if self._due[job.key, job.number] <= self._clock()]
            if not found:
                return
            self.waiting_jobs.remove(found[0])
            yield found[0]

    def pass_until(self, end: datetime) -> None:
        """Let time pass, and run each job at its moment."""
        while True:
            for job in self.due():
                self.handlers[job.job](job.key, job.number)
            coming = [self._due[job.key, job.number] for job in self.waiting_jobs]
            if not coming or min(coming) > end:
                break
            self._clock.now = min(coming)
        self._clock.now = end


@pytest.fixture
def jobs(clock: FakeClock) -> TimedJobs:
    return TimedJobs(clock)


def test_after_an_hour_everything_arrives_once_and_meanwhile_another_platform_has_its_scores(
    posting: Posting, jobs: TimedJobs, scripted: ScriptedPlatform
) -> None:
    at, desk, clock = posting.at, posting.desk, posting.desk.clock
    elsewhere = desk.build.platform(url=scripted.url, family="generic")
    course = desk.build.course(elsewhere)
    desk.build.member(course, desk.build.account(elsewhere, person_id=desk.account.person_id))
    desk.build.placement(course, desk.cohort, lineitem_url=f"{scripted.url}/item", scopes=[SCORE])
    for service in SERVICES:
        at.school.faults.add(service, FaultKind.STATUS, times=None, status=500)
    for _ in range(PEOPLE - 1):
        _person, _account, enrolment = at.colleague()
        desk.accept(desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    desk.accept()

    jobs.pass_until(clock() + timedelta(minutes=1))
    assert {row.platform_id for row in desk.rows() if not row.dirty} == {elsewhere.id}
    jobs.pass_until(clock() + timedelta(minutes=59))
    assert sum(row.dirty for row in desk.rows()) == PEOPLE
    assert sum(at.asked(service) for service in SERVICES) <= MOST_PROBES

    at.school.faults.clear()
    jobs.pass_until(clock() + timedelta(seconds=LONGEST_PAUSE))
    assert not any(row.dirty or row.refused for row in desk.rows())
    assert at.asked(Service.SCORES) == PEOPLE
    assert {grade.posts for grade in at.school.grades.values()} == {1}
