"""Rows and leases: taking a row to post, what comes next in its lane, and what the answer made of it.

A lane holds the rows of some accounts at one platform and runs one job at a time, so the posts for one person wait for
each other and a platform is called by at most `max_parallel` of us. A job that is done with its row goes on with the
next one of its lane: the queue is looked at a few times a second only.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.advantage.scores import PostResult
from lti_tool.clock import Clock
from lti_tool.courses.copies import WHOLE_TRAINING
from lti_tool.courses.models import Account, Placement
from lti_tool.database import Database
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.sync.delivery import Delivered, Parcel
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import enqueue, lane_of, slots_of
from lti_tool.sync.pauses import Pauses, is_platforms_trouble
from lti_tool.training.models import Cohort
from mappings.scores import ActivityProgress, GradingProgress, Score

LEASE = timedelta(minutes=5)
"""Longer than a delivery, all its time-outs included; a row claimed longer ago than this has no living job."""
FIRST_BACKOFF = 2.0
LONGEST_BACKOFF = 3600.0


class Lanes:
    """Takes rows and records what became of them, each in one transaction.

    Args:
        database: for those transactions.
        platforms: registrations by id.
        jobs: the durable engine.
        clock: the time.
        jitter: a random number from 0 to 1, so that many rows do not return at the same moment.
        sleep: waits so many seconds for a database that went away.
    """

    def __init__(
        self,
        database: Database,
        platforms: PlatformService,
        jobs: Jobs,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._jobs = jobs
        self._clock = clock
        self._jitter = jitter
        self._pauses = Pauses(clock, jitter)
        self._steady = Steady(database, sleep)

    def take(self, row_id: str, number: int) -> Parcel | None:
        """Take the row of a job, or the next one of its lane when another job has posted it already.

        None: the job is out of date, the platform is left alone for now, or there is nothing to do.
        """
        return self._steady.run(lambda session: self._take(session, row_id, number))

    def settle(self, parcel: Parcel, delivered: Delivered, *, go_on: bool) -> Parcel | None:
        """Record what became of a parcel, and take the next row of its lane.

        Args:
            go_on: whether to take one.
        """
        recovered = self._pauses.note(parcel.platform.id, delivered.posted)
        go_on = go_on and not self._pauses.left(parcel.platform.id)

        def settle(session: Session) -> Parcel | None:
            row = session.get(ScoreOutbox, parcel.row_id, with_for_update=True)
            if row is not None:
                self._record(session, row, parcel, delivered)
            return self._next(session, parcel.platform, parcel.lane, parcel.holder) if go_on else None

        following = self._steady.run(settle)
        if recovered:
            self._steady.run(lambda session: self._wake(session, parcel.platform))
        return following

    def settle_readings(self, readings: Sequence[tuple[Parcel, Delivered]]) -> None:
        """Record what the gradebooks held after posts."""
        if readings:
            self._steady.run(lambda session: self._settle_readings(session, readings))

    def unread(self, since: datetime, until: datetime, most: int) -> Sequence[tuple[Parcel, str]]:
        """Return posts between two moments after which the gradebook was not read, with their line items."""
        query = (
            select(ScoreOutbox)
            .where(
                ScoreOutbox.checked.is_(False),
                ScoreOutbox.dirty.is_(False),
                ScoreOutbox.refused.is_(False),
                ScoreOutbox.sent_at.between(since, until),
            )
            .order_by(ScoreOutbox.sent_at)
            .limit(most)
        )
        with self._database.session() as session:
            rows = session.scalars(query).all()
            parcels = [
                parcel_of(session, row, self._platforms.of(session, row.platform_id), self._clock(), "") for row in rows
            ]
        return [(parcel, parcel.lineitem_url) for parcel in parcels if parcel.lineitem_url is not None]

    def _take(self, session: Session, row_id: str, number: int) -> Parcel | None:
        row = session.get(ScoreOutbox, row_id, with_for_update=True)
        if row is None or row.job != number:
            return None
        holder, platform = _holder(row_id, number), self._platforms.of(session, row.platform_id)
        if not row.dirty:
            return self._next(session, platform, lane_of(row, platform.profile), holder)
        wait = self._wait(session, row, platform)
        if wait > timedelta(0):
            row.claimed_until = row.claimed_by = None
            enqueue(session, self._jobs, self._clock, row, platform.profile, wait.total_seconds())
            return None
        return self._claim(session, row, platform, holder)

    def _settle_readings(self, session: Session, readings: Sequence[tuple[Parcel, Delivered]]) -> None:
        for parcel, delivered in sorted(readings, key=lambda reading: reading[0].row_id):
            row = session.get(ScoreOutbox, parcel.row_id, with_for_update=True)
            if row is None or row.sent_version != parcel.version:
                continue
            row.checked = True
            if delivered.posted.result is PostResult.REFUSED:
                self._show(row, delivered)
                if row.version == parcel.version:
                    row.dirty, row.refused, row.last_error = False, True, delivered.posted.code

    def _next(self, session: Session, platform: PlatformInfo, lane: int, holder: str) -> Parcel | None:
        """Take the row of a lane that has been due longest."""
        now = self._clock()
        gap = timedelta(seconds=platform.profile.score_gap_seconds)
        row = session.scalar(
            select(ScoreOutbox)
            .where(
                ScoreOutbox.platform_id == platform.id,
                ScoreOutbox.dirty.is_(True),
                ScoreOutbox.slot.in_(slots_of(lane, platform.profile)),
                or_(ScoreOutbox.next_attempt_at.is_(None), ScoreOutbox.next_attempt_at <= now),
                or_(ScoreOutbox.claimed_until.is_(None), ScoreOutbox.claimed_until <= now),
                or_(ScoreOutbox.posted_at.is_(None), ScoreOutbox.posted_at <= now - gap),
            )
            .order_by(ScoreOutbox.next_attempt_at, ScoreOutbox.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return self._claim(session, row, platform, holder) if row is not None else None

    def _wait(self, session: Session, row: ScoreOutbox, platform: PlatformInfo) -> timedelta:
        """How long a row still has to wait: a platform that keeps whole seconds refuses a second post within one."""
        gap = timedelta(seconds=platform.profile.score_gap_seconds)
        ready = row.posted_at + gap - self._clock() if row.posted_at is not None else timedelta(0)
        if ready > timedelta(0):
            return max(ready, self._pauses.left(platform.id))
        left = self._pauses.enter(platform.id)
        if left and self._works_again(session, platform):
            self._pauses.lift(platform.id)
            return timedelta(0)
        return left

    def _works_again(self, session: Session, platform: PlatformInfo) -> bool:
        """Whether another process got through to a platform after it had failed us."""
        failed_at = self._pauses.failed_at(platform.id)
        if failed_at is None:
            return False
        got_through = select(ScoreOutbox.id).where(
            ScoreOutbox.platform_id == platform.id, ScoreOutbox.sent_at > failed_at, ScoreOutbox.sent_given.is_not(None)
        )
        return session.scalar(got_through.limit(1)) is not None

    def _claim(self, session: Session, row: ScoreOutbox, platform: PlatformInfo, holder: str) -> Parcel:
        now = self._clock()
        row.claimed_until, row.claimed_by = now + LEASE, holder
        if row.score_given is not None and row.score_given not in row.tried:
            row.tried = [*row.tried, row.score_given]
        return parcel_of(session, row, platform, now, holder)

    def _record(self, session: Session, row: ScoreOutbox, parcel: Parcel, delivered: Delivered) -> None:
        posted = delivered.posted
        if row.claimed_by == parcel.holder:
            row.claimed_until = row.claimed_by = None
        if posted.result is PostResult.ACCEPTED:
            self._accepted(row, parcel, delivered)
        elif row.job != parcel.number or not row.dirty:
            return  # a newer change has its own job, or another run of this one has settled it
        elif posted.result is PostResult.REFUSED:
            row.dirty, row.refused, row.last_error = False, True, posted.code
            self._show(row, delivered)
        else:
            row.fails, row.last_error = row.fails + 1, posted.code
            delay = self._delay(row.fails, posted.retry_after)
            enqueue(session, self._jobs, self._clock, row, parcel.platform.profile, delay)

    def _accepted(self, row: ScoreOutbox, parcel: Parcel, delivered: Delivered) -> None:
        # Not the stamp: Moodle keeps the moment at which it stored the score.
        row.posted_at = row.sent_at = self._clock()
        if parcel.version >= row.sent_version:
            row.sent_version = parcel.version
            row.sent_given, row.sent_maximum = parcel.score.score_given, parcel.score.score_maximum
            row.tried = []
            row.checked, row.held_score, row.held_maximum = not delivered.unread, None, None
        if row.refused:
            return
        row.dirty = row.version > row.sent_version
        if not row.dirty:
            row.fails, row.last_error, row.overwrite = 0, None, False

    @staticmethod
    def _show(row: ScoreOutbox, delivered: Delivered) -> None:
        held = delivered.held
        row.held_score, row.held_maximum = (held.score, held.maximum) if held is not None else (None, None)

    def _wake(self, session: Session, platform: PlatformInfo) -> None:
        """Let what waits for a platform that was in trouble go out now: one job a lane, which comes upon the others."""
        waiting = (
            select(ScoreOutbox)
            .where(
                ScoreOutbox.platform_id == platform.id,
                ScoreOutbox.dirty.is_(True),
                ScoreOutbox.next_attempt_at > self._clock(),
            )
            .order_by(ScoreOutbox.id)
            .with_for_update(skip_locked=True)
        )
        woken: set[int] = set()
        for row in session.scalars(waiting).all():
            if row.last_error is not None and not is_platforms_trouble(row.last_error):
                continue
            lane = lane_of(row, platform.profile)
            if lane in woken:
                row.next_attempt_at = self._clock()
            else:
                woken.add(lane)
                enqueue(session, self._jobs, self._clock, row, platform.profile)

    def _delay(self, fails: int, retry_after: float | None) -> float:
        """Seconds until the next try: what the platform asked for, else doubling up to an hour, with jitter."""
        if retry_after is not None:
            return min(max(retry_after, 1.0) * (1 + 0.1 * self._jitter()), LONGEST_BACKOFF)
        return min(FIRST_BACKOFF * 2.0 ** min(fails - 1, 12), LONGEST_BACKOFF) * (0.5 + 0.5 * self._jitter())


def parcel_of(session: Session, row: ScoreOutbox, platform: PlatformInfo, now: datetime, holder: str) -> Parcel:
    """Return what a row delivers now."""
    placement, account, cohort = session.execute(
        select(Placement, Account, Cohort)
        .select_from(Placement)
        .join(Account, Account.id == row.account_id)
        .join(Cohort, Cohort.id == Placement.cohort_id)
        .where(Placement.id == row.placement_id)
    ).one()
    graded = GradingProgress.FULLY_GRADED if row.score_given is not None else GradingProgress.PENDING_MANUAL
    ours = [_graded(given, row.score_maximum) for given in row.tried]
    if row.sent_given is not None and row.sent_maximum is not None:
        ours.append(_graded(row.sent_given, row.sent_maximum))
    return Parcel(
        row_id=row.id,
        number=row.job,
        version=row.version,
        holder=holder,
        lane=lane_of(row, platform.profile),
        platform=platform,
        placement_id=placement.id,
        resource_link_id=placement.resource_link_id,
        resource_id=f"{cohort.training_key}:{placement.assignment_key or WHOLE_TRAINING}:{cohort.id}",
        tag=cohort.training_key,
        title=placement.title,
        lineitem_url=placement.lineitem_url,
        lineitems_url=placement.lineitems_url,
        scopes=frozenset(placement.ags_scopes),
        user_id=account.subject,
        score=Score(row.score_given, row.score_maximum, ActivityProgress(row.activity), graded, row.comment),
        stamp=now,
        fails=row.fails,
        ours=tuple(ours),
        overwrite=row.overwrite,
    )


def _graded(given: float, maximum: int) -> Score:
    return Score(given, maximum, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED)


def _holder(row_id: str, number: int) -> str:
    return f"{row_id}:{number}"


def job_of(holder: str) -> tuple[str, int]:
    """Return the row and the number of the job that holds a lease."""
    row_id, number = holder.split(":")
    return row_id, int(number)
