"""Reading native activities of the courses, now and then and when somebody asks, and making them count.

A sweeper gives every course that is due a job; the job takes the row with a lease, reads outside any transaction, and
applies what it read in short ones. A site that is down, or that refuses the token, is left alone as a whole for a while.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.leaving import Forgotten
from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, IccError
from lti_tool.jobs.leases import is_claimed, unclaimed, without_job
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.moodle.applying import NativeApplier, Overtaken
from lti_tool.moodle.course_rows import (
    SYNC_MOODLE,
    ask_for_sync,
    claim_of,
    enqueue_sync,
    has_mappings,
    is_due,
)
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.facts import Claim
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, NativeWork
from lti_tool.moodle.pauses import concerns_site, note_failure, note_success, wait_after
from lti_tool.moodle.problems import (
    ADDRESS,
    INTERNAL,
    NOT_CONNECTED,
    PARTIAL,
    PLATFORM_DISABLED,
    UNREACHABLE,
    code_of,
)
from lti_tool.moodle.reading import CourseReading
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.states import WorkState
from lti_tool.moodle.writes import wake_writes
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformService
from lti_tool.training.importing import ImportService
from moodle_client import MoodleError

SYNC_SWEEP_EVERY = 60.0
SWEEP_BATCH = 500
LEASE = timedelta(minutes=12)
"""Longer than the engine lets a job run."""
AT_MOST_EVERY = timedelta(seconds=30)
"""So soon after the last try a course is not read again, however often somebody asks."""

log = structlog.get_logger(__name__)


class MoodleSync:
    """Reads the courses.

    Args:
        database: its own short transactions.
        sites: opens clients of the connected Moodles.
        platforms: registrations by id.
        importer: makes versions of what was read.
        jobs: the durable engine.
        clock: the time.
        minutes: how many minutes after a reading the next one comes; 0: only when somebody asks.
        jitter: a random number from 0 to 1, so that courses do not come back at the same moment.
        forgotten: who was erased.
    """

    def __init__(
        self,
        database: Database,
        sites: MoodleSites,
        platforms: PlatformService,
        importer: ImportService,
        jobs: Jobs,
        clock: Clock,
        minutes: int,
        jitter: Callable[[], float] = random.random,
        forgotten: Forgotten | None = None,
    ) -> None:
        self._database = database
        self._steady = Steady(database)
        self._sites = sites
        self._platforms = platforms
        self._applier = NativeApplier(database, importer, clock, forgotten)
        self._jobs = jobs
        self._clock = clock
        self._every = timedelta(minutes=minutes)
        self._jitter = jitter

    def sync(self, course_id: str, number: int) -> None:
        """Read one course (the job `sync-moodle`)."""
        claim = self._steady.run(lambda session: self._take(session, course_id, number))
        if claim is None:
            return
        reading: CourseReading | None = None
        try:
            with self._sites.client(claim.platform_id) as client:
                reading = CourseReading(client, claim, claim.taken_at)
                for news in reading.news():
                    self._applier.apply(claim, news, reading.left)
            self._applier.note_who_left(claim, reading.left)
            problem = reading.problem
        except Overtaken:
            log.info("moodle.overtaken", platform=claim.platform_id, course=course_id)
            return
        except MoodleError as error:
            reading, problem = None, code_of(error)
        except NotConnected:
            reading, problem = None, NOT_CONNECTED
        except IccError as error:
            reading, problem = None, ADDRESS if isinstance(error, AddressRefused) else UNREACHABLE
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("moodle.failed", platform=claim.platform_id, course=course_id, error=type(error).__name__)
            reading, problem = None, INTERNAL
        self._steady.run(lambda session: self._settle(session, claim, reading, problem))
        log.info("moodle.read", platform=claim.platform_id, course=course_id, problem=problem)

    def sweep(self) -> None:
        """Plan the courses that have no next reading, and give every course that is due a job unless it has one."""
        if self._every:
            self._plan()
        for course_id, number in without_job(self._jobs, SYNC_MOODLE, self._due()):
            self._revive(course_id, number)

    def ask(self, session: Session, course_id: str, *, patient: bool = True) -> int | None:
        """Let a course be read now, whatever went wrong before.

        Args:
            patient: not when it was read a moment ago.

        Returns:
            The number of its job; None when it is not read: nothing in it counts, its Moodle is not connected, or it was
            read a moment ago.
        """
        now = self._clock()
        row = session.get(MoodleCourse, course_id, with_for_update=True)
        if row is None or not session.scalar(select(has_mappings()).where(MoodleCourse.course_id == course_id)):
            return None
        if patient and row.tried_at is not None and now - row.tried_at < AT_MOST_EVERY and row.problem is None:
            return None
        site = session.get(
            MoodleSite, session.get_one(Course, course_id).platform_id, with_for_update=True, populate_existing=True
        )
        if site is None:
            return None
        site.paused_until = None
        ask_for_sync(session, self._jobs, row, now)
        return row.job

    def _plan(self) -> None:
        unplanned = (
            select(MoodleCourse.course_id)
            .where(MoodleCourse.next_sync_at.is_(None), has_mappings(), _is_connected())
            .order_by(MoodleCourse.course_id)
            .limit(SWEEP_BATCH)
        )
        with self._database.reading() as session:
            courses = session.scalars(unplanned).all()
        for course_id in courses:
            with self._database.session() as session:
                row = session.get(MoodleCourse, course_id, with_for_update=True)
                if row is not None:
                    row.next_sync_at = row.next_sync_at or self._clock()

    def _due(self) -> list[tuple[str, int]]:
        now = self._clock()
        query = (
            select(MoodleCourse.course_id, MoodleCourse.job)
            .where(
                MoodleCourse.next_sync_at <= now,
                unclaimed(MoodleCourse.claimed_until, now),
            )
            .order_by(MoodleCourse.next_sync_at, MoodleCourse.course_id)
            .limit(SWEEP_BATCH)
        )
        with self._database.reading() as session:
            return [(course_id, number) for course_id, number in session.execute(query)]

    def _revive(self, course_id: str, number: int) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(MoodleCourse, course_id, with_for_update=True)
            if row is None or row.job != number or is_claimed(row, now) or not is_due(row, now):
                return
            enqueue_sync(session, self._jobs, row, now)
        # a dead process's job holds its lane until it is cancelled
        self._jobs.cancel(SYNC_MOODLE, course_id, number)

    def _take(self, session: Session, course_id: str, number: int) -> Claim | None:
        """Take a course for reading; None: the job is out of date, or it cannot be read now."""
        now = self._clock()
        row = session.get(MoodleCourse, course_id, with_for_update=True)
        if row is None or row.job != number or is_claimed(row, now) or not is_due(row, now):
            return None
        if session.scalar(select(ActivityMapping.id).where(ActivityMapping.course_id == course_id).limit(1)) is None:
            row.next_sync_at = None
            return None
        platform_id = session.get_one(Course, course_id).platform_id
        site = session.get(MoodleSite, platform_id)
        if site is None:
            row.problem, row.next_sync_at = NOT_CONNECTED, None
            return None
        if self._platforms.of(session, platform_id).status is PlatformStatus.DISABLED:
            self._failed(row, PLATFORM_DISABLED, now)
            return None
        if site.paused_until is not None and site.paused_until > now:
            row.problem, row.next_sync_at = site.problem or row.problem, self._later(site.paused_until, now)
            return None
        row.claimed_until = now + LEASE
        return claim_of(session, row, site, now)

    def _settle(self, session: Session, claim: Claim, reading: CourseReading | None, problem: str | None) -> None:
        now = self._clock()
        row = session.get(MoodleCourse, claim.course_id, with_for_update=True)
        if row is None or row.job != claim.number:
            return
        site = session.get(MoodleSite, claim.platform_id, with_for_update=True)
        asked = row.next_sync_at is not None and row.next_sync_at > claim.taken_at
        row.claimed_until, row.tried_at = None, now
        if reading is not None:
            self._keep(session, row, claim, reading, whole=problem is None)
        if problem is not None and (reading is None or problem not in PARTIAL):
            self._failed(row, problem, now)
            if site is not None and concerns_site(problem):
                row.next_sync_at = self._later(note_failure(site, problem, now, 1 + 0.1 * self._jitter()), now)
            return
        if row.problem is not None or (site is not None and site.problem is not None):
            wake_writes(session, self._jobs, claim.platform_id, now)
        if site is not None:
            note_success(site, now)
        row.next_sync_at = self._later(now + self._every, now)
        row.problem = problem
        if problem is not None:
            row.fails += 1
            return
        row.fails, row.synced_at = 0, claim.taken_at
        if asked or self._is_left_waiting(session, claim):
            enqueue_sync(session, self._jobs, row, now)

    @staticmethod
    def _keep(session: Session, row: MoodleCourse, claim: Claim, reading: CourseReading, *, whole: bool) -> None:
        """Keep up to where was read, and what became known of the activities."""
        marks = reading.marks.as_row()
        if whole and all(mapping.whole for mapping in claim.mappings):
            marks["whole_at"] = claim.taken_at.isoformat()
        if marks != row.marks:
            row.marks = marks
        query = select(ActivityMapping).where(ActivityMapping.course_id == claim.course_id).order_by(ActivityMapping.id)
        for mapping in session.scalars(query):
            if mapping.id in reading.states:
                mapping.state = reading.states[mapping.id].value
            if mapping.id in reading.titles:
                mapping.title = reading.titles[mapping.id][:500]
            if mapping.cm_id in reading.maxima:
                mapping.maximum = reading.maxima[mapping.cm_id]

    @staticmethod
    def _is_left_waiting(session: Session, claim: Claim) -> bool:
        """Whether something waits for a reading of all of its activity, which this one was not."""
        partly = [mapping.id for mapping in claim.mappings if not mapping.whole]
        waiting = (
            select(NativeWork.user_id)
            .where(NativeWork.mapping_id.in_(partly), NativeWork.state == WorkState.WAITING.value)
            .order_by(NativeWork.user_id)
        )
        return session.scalar(waiting.limit(1)) is not None

    def _failed(self, row: MoodleCourse, problem: str, now: datetime) -> None:
        row.tried_at = now
        row.fails += 1
        row.problem = problem
        row.next_sync_at = self._later(now + wait_after(problem, row.fails), now)

    def _later(self, moment: datetime, now: datetime) -> datetime | None:
        """Return the moment of the next reading, up to a tenth later; none when only somebody asks."""
        return moment + (moment - now) * 0.1 * self._jitter() if self._every else None


def _is_connected() -> ColumnElement[bool]:
    """The condition on `MoodleCourse` that its platform has a token."""
    return exists().where(Course.id == MoodleCourse.course_id, MoodleSite.platform_id == Course.platform_id)
