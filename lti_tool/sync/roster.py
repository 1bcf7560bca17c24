"""Reading who is in the courses, now and then and when a trainer asks (NRPS 2.0).

A sweeper gives every course whose list is due a job; the job takes the row with a lease, reads outside any transaction,
and writes all of it or nothing. A platform that is down is asked ever later, one that refuses once a day: what it says
does not change by asking again.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.advantage.answers import Meaning, Verdict, trouble
from lti_tool.advantage.memberships import MembershipService
from lti_tool.clock import Clock
from lti_tool.courses.leaving import Forgotten
from lti_tool.courses.models import Course
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import OutsideError, Unreachable
from lti_tool.jobs.leases import is_claimed, unclaimed, without_job
from lti_tool.jobs.queue import Jobs
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.codes import INTERNAL, NO_MEMBERSHIPS, PLATFORM_DISABLED
from lti_tool.sync.models import CourseRoster
from lti_tool.sync.roster_rows import (
    KEEP_GONE,
    LONGEST_ADDRESS,
    READ_ROSTER,
    RosterClaim,
    RosterReading,
    address_of,
    enqueue_reading,
    has_list,
    record,
)

ROSTER_SWEEP_EVERY = 60.0
SWEEP_BATCH = 500
LEASE = timedelta(minutes=15)
"""Longer than the engine lets a job run."""
WHOLE_EVERY = timedelta(days=1)
"""So often all of a list is read, whatever the platform says has changed."""
FIRST_BACKOFF = timedelta(minutes=5)
REFUSED_AGAIN = timedelta(days=1)

log = structlog.get_logger(__name__)


class RosterService:
    """Reads the lists.

    Args:
        database: for its own short transactions.
        platforms: registrations by id.
        memberships: asks the platforms.
        jobs: the durable engine.
        clock: the time.
        hours: how many hours after a reading the next one comes; 0: only when a trainer asks.
        jitter: a random number from 0 to 1, so that courses do not come back at the same moment.
        keep_gone: how long somebody who was never here is remembered after leaving the list.
        forgotten: who was erased, and is not written down again because a school still lists the account.
    """

    def __init__(
        self,
        database: Database,
        platforms: PlatformService,
        memberships: MembershipService,
        jobs: Jobs,
        clock: Clock,
        hours: int,
        jitter: Callable[[], float] = random.random,
        forgotten: Forgotten | None = None,
        keep_gone: timedelta = KEEP_GONE,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._memberships = memberships
        self._jobs = jobs
        self._clock = clock
        self._every = timedelta(hours=hours)
        self._jitter = jitter
        self._forgotten = forgotten
        self._keep_gone = keep_gone

    def read(self, course_id: str, number: int) -> None:
        """Read one list (the job `read-roster`)."""
        claim = self._take(course_id, number)
        if claim is None:
            return
        try:
            outcome: RosterReading | Verdict = self._ask(claim)
        except OutsideError as error:
            outcome = trouble(error)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("roster.failed", platform=claim.platform.id, course=course_id, error=type(error).__name__)
            outcome = Verdict(Meaning.LATER, INTERNAL)
        self._settle(claim, outcome)
        code = outcome.code if isinstance(outcome, Verdict) else None
        log.info("roster.read", platform=claim.platform.id, course=course_id, problem=code)

    def sweep(self) -> None:
        """Plan the courses that have no next reading, and give every list that is due a job unless it has one."""
        if self._every:
            self._plan()
        for course_id, number in without_job(self._jobs, READ_ROSTER, self._due()):
            self._revive(course_id, number)

    def _plan(self) -> None:
        now = self._clock()
        unplanned = (
            select(Course.id)
            .outerjoin(CourseRoster, CourseRoster.course_id == Course.id)
            .where(has_list(), CourseRoster.next_read_at.is_(None))
            .order_by(Course.id)
            .limit(SWEEP_BATCH)
        )
        with self._database.reading() as session:
            courses = session.scalars(unplanned).all()
        for course_id in courses:
            with self._database.session() as session:
                new = {"course_id": course_id, "next_read_at": now, "job": 0, "fails": 0}
                if not insert_unless_there(session, CourseRoster, new):
                    row = session.get_one(CourseRoster, course_id, with_for_update=True)
                    row.next_read_at = row.next_read_at or now

    def _due(self) -> list[tuple[str, int]]:
        now = self._clock()
        query = (
            select(CourseRoster.course_id, CourseRoster.job)
            .where(
                CourseRoster.next_read_at <= now,
                unclaimed(CourseRoster.claimed_until, now),
            )
            .order_by(CourseRoster.next_read_at, CourseRoster.course_id)
            .limit(SWEEP_BATCH)
        )
        with self._database.reading() as session:
            return [(course_id, number) for course_id, number in session.execute(query)]

    def _revive(self, course_id: str, number: int) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(CourseRoster, course_id, with_for_update=True)
            if row is not None and row.job == number and not is_claimed(row, now) and is_due(row, now):
                enqueue_reading(session, self._jobs, row, now)

    def _take(self, course_id: str, number: int) -> RosterClaim | None:
        """Take a list for reading; None: the job is out of date, or there is nothing that can be read."""
        now = self._clock()
        with self._database.session() as session:
            row = session.get(CourseRoster, course_id, with_for_update=True)
            if row is None or row.job != number or is_claimed(row, now) or not is_due(row, now):
                return None
            platform = self._platforms.of(session, session.get_one(Course, course_id).platform_id)
            url = address_of(session, course_id)
            if url is None:
                row.last_error, row.next_read_at = NO_MEMBERSHIPS, None
                return None
            if platform.status is PlatformStatus.DISABLED:
                self._failed(row, Verdict(Meaning.LATER, PLATFORM_DISABLED), now)
                return None
            row.claimed_until = now + LEASE
            whole = row.whole_at is None or now - row.whole_at >= WHOLE_EVERY
            return RosterClaim(course_id, number, platform, url, None if whole else row.differences_url)

    def _ask(self, claim: RosterClaim) -> RosterReading:
        if claim.differences_url is not None:
            try:
                return self._ask_at(claim, claim.differences_url, whole=False)
            except Unreachable:
                raise
            except OutsideError as error:
                # it is the platform's to forget what has changed since; all of it is still there
                log.info("roster.differences_refused", platform=claim.platform.id, error=type(error).__name__)
        return self._ask_at(claim, claim.url, whole=True)

    def _ask_at(self, claim: RosterClaim, url: str, *, whole: bool) -> RosterReading:
        roster = self._memberships.members(claim.platform, url)
        members = tuple(roster)
        differences = roster.differences
        if differences is not None and len(differences) > LONGEST_ADDRESS:
            differences = None
        return RosterReading(members, whole, differences)

    def _settle(self, claim: RosterClaim, outcome: RosterReading | Verdict) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(CourseRoster, claim.course_id, with_for_update=True)
            if row is None or row.job != claim.number:
                return
            row.claimed_until, row.tried_at = None, now
            if isinstance(outcome, Verdict):
                self._failed(row, outcome, now)
            else:
                self._succeeded(session, row, self._without_erased(session, claim, outcome), now)

    def _without_erased(self, session: Session, claim: RosterClaim, reading: RosterReading) -> RosterReading:
        if self._forgotten is None:
            return reading
        erased = self._forgotten.among(session, claim.platform.id, [member.user_id for member in reading.members])
        return replace(reading, members=[member for member in reading.members if member.user_id not in erased])

    def _succeeded(self, session: Session, row: CourseRoster, reading: RosterReading, now: datetime) -> None:
        record(session, row.course_id, reading, now, self._keep_gone)
        row.fails, row.last_error, row.read_at = 0, None, now
        row.differences_url = reading.differences_url
        if reading.whole:
            row.whole_at = now
        row.next_read_at = self._in(now, self._every)

    def _failed(self, row: CourseRoster, verdict: Verdict, now: datetime) -> None:
        row.tried_at = now
        row.fails += 1
        row.last_error = verdict.code[:50]
        if verdict.meaning is Meaning.REFUSED:
            wait = max(self._every, REFUSED_AGAIN)
        elif verdict.retry_after is not None:
            wait = max(timedelta(seconds=verdict.retry_after), FIRST_BACKOFF)
        else:
            wait = min(FIRST_BACKOFF * 2 ** min(row.fails - 1, 12), max(self._every, FIRST_BACKOFF))
        row.next_read_at = self._in(now, wait)

    def _in(self, now: datetime, wait: timedelta) -> datetime | None:
        """Return the moment of the next reading: up to a tenth later; none when only a trainer asks."""
        return now + wait * (1 + 0.1 * self._jitter()) if self._every else None


def is_due(row: CourseRoster, now: datetime) -> bool:
    """Return whether a list waits to be read."""
    return row.next_read_at is not None and row.next_read_at <= now
