"""What the jobs have to do: how much waits in each queue and since when, and the results that are not right somewhere.

The rows are the truth, not the engine: a job carries no more than a row's id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from lti_tool.certificates.models import Award, AwardState, BatchState, IssuingBatch
from lti_tool.clock import Clock
from lti_tool.console.paging import Mark, Page, Where, page_of
from lti_tool.courses.models import Placement
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.moodle.models import MoodleCourse, MoodleWrite
from lti_tool.platforms.models import Platform
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS
from lti_tool.sync.models import CourseRoster, ScoreOutbox
from lti_tool.sync.reasons import reason_of
from mappings.texts import Text
from mappings.training import Training

PAGE_SIZE = 50


class Queue(StrEnum):
    """What waits for a job."""

    SCORES = "scores"
    MOODLE_WRITES = "moodle_writes"
    MOODLE = "moodle"
    ROSTERS = "rosters"
    AWARDS = "awards"
    BATCHES = "batches"


@dataclass(frozen=True)
class QueueLine:
    """How long a queue is."""

    queue: Queue
    waiting: int
    oldest: timedelta
    """For how long the oldest has waited."""
    failing: int
    """How many of these went wrong at least once."""


@dataclass(frozen=True)
class FailedScore:
    """A result that is not right in a learning environment. Nobody is named."""

    id: str
    platform_id: str
    platform: str
    assignment: Text | None
    """None: the training as a whole."""
    account_id: str
    code: str
    what: Words
    """What happened, in words."""
    fails: int
    changed_at: datetime
    next_attempt_at: datetime | None
    """When it is tried again by itself; None: it is not."""
    changed: bool
    """Somebody changed the grade by hand there: a trainer decides which counts."""


class QueueDesk:
    """Reads the queues, in a fixed number of queries.

    Args:
        database: where the rows are.
        clock: the time.
        trainings: by key, for the titles of assignments.
    """

    def __init__(self, database: Database, clock: Clock, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._clock = clock
        self._titles = {
            assignment.key: assignment.title for training in trainings.values() for assignment in training.assignments
        }

    def lines(self) -> Sequence[QueueLine]:
        """Return how long each queue is."""
        now = self._clock()
        with self._database.reading() as session:
            found = [(queue, session.execute(query).one()) for queue, query in _queries(now).items()]
        return [
            QueueLine(queue, waiting, max(now - since, timedelta(0)) if since is not None else timedelta(0), failing)
            for queue, (waiting, since, failing) in found
        ]

    def failed(self, where: Where, platform_id: str = "", size: int = PAGE_SIZE) -> Page[FailedScore]:
        """Return one page of the results that are not right, what changed last first.

        Args:
            platform_id: only of this platform.
        """
        query = (
            select(ScoreOutbox, Platform.name, Placement.assignment_key)
            .join(Platform, Platform.id == ScoreOutbox.platform_id)
            .join(Placement, Placement.id == ScoreOutbox.placement_id)
            .where(*_FAILED, *where.condition(ScoreOutbox.changed_at, ScoreOutbox.id))
            .order_by(*where.order(ScoreOutbox.changed_at, ScoreOutbox.id))
            .limit(size + 1)
        )
        if platform_id:
            query = query.where(ScoreOutbox.platform_id == platform_id)
        with self._database.reading() as session:
            found = [
                (Mark(row.changed_at, row.id), self._failed(row, platform, key))
                for row, platform, key in session.execute(query)
            ]
        return page_of(found, where, size)

    def _failed(self, row: ScoreOutbox, platform: str, key: str | None) -> FailedScore:
        reason = reason_of(row.last_error)
        return FailedScore(
            id=row.id,
            platform_id=row.platform_id,
            platform=platform,
            assignment=self._titles.get(key or ""),
            account_id=row.account_id,
            code=row.last_error or "",
            what=reason.what if reason else "",
            fails=row.fails,
            changed_at=row.changed_at,
            next_attempt_at=row.next_attempt_at if row.dirty and not row.refused else None,
            changed=row.last_error == CHANGED_IN_LMS,
        )


_FAILED: Sequence[ColumnElement[bool]] = (ScoreOutbox.last_error.is_not(None), ScoreOutbox.last_error != KEPT_IN_LMS)


def _queries(now: datetime) -> Mapping[Queue, Select[int, datetime | None, int]]:
    return {
        Queue.SCORES: _waiting(ScoreOutbox.changed_at, ScoreOutbox.fails > 0, ScoreOutbox.dirty.is_(True)),
        Queue.MOODLE_WRITES: _waiting(MoodleWrite.changed_at, MoodleWrite.fails > 0, MoodleWrite.dirty.is_(True)),
        Queue.MOODLE: _waiting(MoodleCourse.next_sync_at, MoodleCourse.fails > 0, MoodleCourse.next_sync_at <= now),
        Queue.ROSTERS: _waiting(CourseRoster.next_read_at, CourseRoster.fails > 0, CourseRoster.next_read_at <= now),
        Queue.AWARDS: _waiting(Award.met_at, Award.last_error.is_not(None), Award.state == AwardState.QUEUED),
        Queue.BATCHES: _waiting(IssuingBatch.started_at, IssuingBatch.failed > 0, IssuingBatch.state == BatchState.RUNNING),
    }


def _waiting(since: Any, failing: ColumnElement[bool], waits: ColumnElement[bool]) -> Select[int, datetime | None, int]:  # noqa: ANN401
    return select(func.count(), func.min(since), func.count().filter(failing)).where(waits)
