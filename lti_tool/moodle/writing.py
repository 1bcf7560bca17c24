"""Writing to Moodle what its native activities should hold, one row a job, and reading back what it then holds.

What is there is looked at first: writing twice is harmless, an answer that got lost is found, and what a teacher did
there is seen before anything is sent. No transaction is open while Moodle is asked.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, IccError
from lti_tool.jobs.leases import is_claimed, unclaimed, without_job
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.facts import ASSIGN
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleSite, MoodleWrite
from lti_tool.moodle.pauses import wait_after
from lti_tool.moodle.problems import (
    ADDRESS,
    CHANGED_THERE,
    FOR_SOMEBODY,
    INTERNAL,
    NOT_CONNECTED,
    NOT_SET_UP,
    PLATFORM_DISABLED,
    UNREACHABLE,
    code_of,
)
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.writes import WRITE_MOODLE, enqueue_write
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformService
from moodle_client import ActivityCompletion, Assignment, MoodleClient, MoodleError

WRITE_SWEEP_EVERY = 60.0
SWEEP_GRACE = timedelta(seconds=60)
SWEEP_BATCH = 500
LEASE = timedelta(minutes=12)
"""Longer than the engine lets a job run."""
RELEASED = "released"
_SAME = 0.00001
"""Moodle keeps five decimals of a grade."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Order:
    """What one job writes: everything it needs, read in one transaction."""

    row_id: str
    number: int
    version: int
    platform_id: str
    our_user_id: int
    """The token's own account there: what it graded is ours."""
    moodle_id: int
    cm_id: int
    kind: str
    instance_id: int
    user_id: int
    complete: bool | None
    grade: float | None
    feedback: str | None = field(repr=False)
    written: float | None
    overwrite: bool


class _Changed(Exception):
    """Somebody decided otherwise there.

    Args:
        held: the grade they gave; None: it is about completion.
    """

    def __init__(self, held: float | None) -> None:
        super().__init__("changed there")
        self.held = held


class _NotSetUp(Exception):
    """The activity does not offer what is to be written."""


class MoodleWriter:
    """Writes the rows.

    Args:
        database: its own short transactions.
        sites: opens clients of the connected Moodles.
        platforms: registrations by id.
        jobs: the durable engine.
        clock: the time.
        jitter: a random number from 0 to 1, so that rows do not come back at the same moment.
    """

    def __init__(
        self,
        database: Database,
        sites: MoodleSites,
        platforms: PlatformService,
        jobs: Jobs,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._steady = Steady(database)
        self._sites = sites
        self._platforms = platforms
        self._jobs = jobs
        self._clock = clock
        self._jitter = jitter

    def write(self, row_id: str, number: int) -> None:
        """Write one row (the job `write-moodle`)."""
        order = self._steady.run(lambda session: self._take(session, row_id, number))
        if order is None:
            return
        problem: str | None = None
        held: float | None = None
        try:
            with self._sites.client(order.platform_id) as client:
                self._write(client, order)
        except _Changed as changed:
            problem, held = CHANGED_THERE, changed.held
        except _NotSetUp:
            problem = NOT_SET_UP
        except MoodleError as error:
            problem = code_of(error)
        except NotConnected:
            problem = NOT_CONNECTED
        except IccError as error:
            problem = ADDRESS if isinstance(error, AddressRefused) else UNREACHABLE
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("moodle.write_failed", platform=order.platform_id, row=row_id, error=type(error).__name__)
            problem = INTERNAL
        self._steady.run(lambda session: self._settle(session, order, problem, held))
        log.info("moodle.written", platform=order.platform_id, row=row_id, problem=problem)

    def sweep(self) -> None:
        """Give every row that is due and has no living job a new one."""
        now = self._clock()
        query = (
            select(MoodleWrite.id, MoodleWrite.job)
            .where(
                MoodleWrite.dirty.is_(True),
                or_(MoodleWrite.next_attempt_at.is_(None), MoodleWrite.next_attempt_at <= now - SWEEP_GRACE),
                unclaimed(MoodleWrite.claimed_until, now),
            )
            .order_by(MoodleWrite.next_attempt_at, MoodleWrite.id)
            .limit(SWEEP_BATCH)
        )
        with self._database.reading() as session:
            due = [(row_id, number) for row_id, number in session.execute(query)]
        for row_id, number in without_job(self._jobs, WRITE_MOODLE, due):
            self._revive(row_id, number)

    def _revive(self, row_id: str, number: int) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(MoodleWrite, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty or is_claimed(row, now):
                return
            enqueue_write(session, self._jobs, row, _course_of(session, row)[1], now)
        # a dead process's job holds its lane until it is cancelled
        self._jobs.cancel(WRITE_MOODLE, row_id, number)

    def _take(self, session: Session, row_id: str, number: int) -> _Order | None:
        now = self._clock()
        row = session.get(MoodleWrite, row_id, with_for_update=True)
        if row is None or row.job != number or not row.dirty or is_claimed(row, now):
            return None
        mapping = session.get_one(ActivityMapping, row.mapping_id)
        moodle_id, platform_id = _course_of(session, row)
        site = session.get(MoodleSite, platform_id)
        if site is None:
            self._later(session, row, platform_id, NOT_CONNECTED, now)
            return None
        if self._platforms.of(session, platform_id).status is PlatformStatus.DISABLED:
            self._later(session, row, platform_id, PLATFORM_DISABLED, now)
            return None
        if site.paused_until is not None and site.paused_until > now:
            row.problem = site.problem or row.problem
            wait = (site.paused_until - now).total_seconds() * (1 + 0.1 * self._jitter())
            enqueue_write(session, self._jobs, row, platform_id, now, wait)
            return None
        row.claimed_until = now + LEASE
        return _Order(
            row_id=row.id,
            number=number,
            version=row.version,
            platform_id=platform_id,
            our_user_id=site.user_id,
            moodle_id=moodle_id,
            cm_id=mapping.cm_id,
            kind=mapping.kind,
            instance_id=mapping.instance_id,
            user_id=row.user_id,
            complete=row.complete,
            grade=row.grade,
            feedback=row.feedback,
            written=row.written,
            overwrite=row.overwrite,
        )

    def _write(self, client: MoodleClient, order: _Order) -> None:
        """Write what is not there yet. Raises MoodleError, _Changed, _NotSetUp."""
        if order.grade is not None:
            self._write_grade(client, order, order.grade)
        if order.complete:
            self._write_completion(client, order)

    def _write_grade(self, client: MoodleClient, order: _Order, grade: float) -> None:
        if order.kind != ASSIGN:
            raise _NotSetUp
        assignment = _assignment(client, order)
        own = [one for one in client.assignments.grades([order.instance_id]) if one.user_id == order.user_id]
        latest = max(own, key=lambda one: one.attempt, default=None)
        if latest is not None and latest.grade is not None:
            ours = latest.grader_id == order.our_user_id or _same(latest.grade, order.written)
            if _same(latest.grade, grade) and (ours or not order.overwrite):
                return
            if not ours and not order.overwrite:
                raise _Changed(latest.grade)
        # kept before it is sent: what arrives although no answer says so is ours
        self._steady.run(lambda session: _note_written(session, order, grade))
        state = RELEASED if assignment.has_workflow else ""
        client.assignments.save_grade(assignment, order.user_id, grade, feedback_html=order.feedback, workflow_state=state)

    @staticmethod
    def _write_completion(client: MoodleClient, order: _Order) -> None:
        present = _completion(client, order)
        if present is None or not present.user_tracked:
            raise _NotSetUp
        if present.state.is_complete:
            return
        by_hand = present.overridden_by is not None and present.overridden_by != order.our_user_id
        if by_hand and not order.overwrite:
            raise _Changed(None)
        client.completion.override(order.moodle_id, order.cm_id, order.user_id, complete=True)

    def _settle(self, session: Session, order: _Order, problem: str | None, held: float | None) -> None:
        now = self._clock()
        row = session.get(MoodleWrite, order.row_id, with_for_update=True)
        if row is None:
            return
        if problem is None:
            row.done_version, row.done_at = max(row.done_version, order.version), now
        if row.job != order.number:
            return  # a newer change has its own job
        row.claimed_until = None
        if problem is None:
            row.dirty = row.version > row.done_version
            row.fails, row.problem, row.refused, row.held, row.overwrite = 0, None, False, None, False
        elif problem in FOR_SOMEBODY:
            row.dirty, row.refused, row.problem, row.held = False, True, problem, held
        else:
            self._later(session, row, order.platform_id, problem, now)

    def _later(self, session: Session, row: MoodleWrite, platform_id: str, problem: str, now: datetime) -> None:
        row.fails, row.problem = row.fails + 1, problem
        wait = wait_after(problem, row.fails).total_seconds() * (1 + 0.1 * self._jitter())
        enqueue_write(session, self._jobs, row, platform_id, now, wait)


def _course_of(session: Session, row: MoodleWrite) -> tuple[int, str]:
    """Return Moodle's id of a row's course, and the platform."""
    query = (
        select(MoodleCourse.moodle_id, Course.platform_id)
        .join(Course, Course.id == MoodleCourse.course_id)
        .join(ActivityMapping, ActivityMapping.course_id == Course.id)
        .where(ActivityMapping.id == row.mapping_id)
    )
    moodle_id, platform_id = session.execute(query).one()
    return moodle_id, platform_id


def _note_written(session: Session, order: _Order, grade: float) -> None:
    row = session.get(MoodleWrite, order.row_id, with_for_update=True)
    if row is not None:
        row.written = grade


def _assignment(client: MoodleClient, order: _Order) -> Assignment:
    listed = client.assignments.of_courses([order.moodle_id])
    found = next((one for one in listed if one.id == order.instance_id), None)
    if found is None:
        raise _NotSetUp
    return found


def _completion(client: MoodleClient, order: _Order) -> ActivityCompletion | None:
    activities = client.completion.activities(order.moodle_id, order.user_id)
    return next((one for one in activities if one.cm_id == order.cm_id), None)


def _same(held: float, ours: float | None) -> bool:
    return ours is not None and abs(held - ours) <= _SAME
