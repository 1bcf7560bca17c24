"""Rows and leases: taking rows to post, what comes next in their lane, and what the answers made of them.

A lane holds the rows of some accounts at one platform and runs one job at a time, so the posts for one person wait for
each other and a platform is called by at most `max_parallel` of us. A job goes on with the other rows of its lane, some at a
time: the queue is looked at a few times a second only, and a transaction costs about as much for twenty rows as for one.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from lti_tool.advantage.scores import PostResult
from lti_tool.clock import Clock
from lti_tool.database import Database, UtcDateTime
from lti_tool.jobs.queue import Jobs
from lti_tool.jobs.steady import Steady
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.sync.counts import Came, add, came_of
from lti_tool.sync.delivery import Delivered
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE, enqueue, lane_of, slots_of
from lti_tool.sync.parcels import Parcel, holder_of, in_turns, parcels_of
from lti_tool.sync.pauses import Pauses, is_platforms_trouble

LEASE = timedelta(minutes=5)
"""Longer than a delivery, all its time-outs included; a row claimed longer ago than this has no living job."""
FIRST_BACKOFF = 2.0
LONGEST_BACKOFF = 3600.0

# Made once: to build a statement costs more than to run it.
_LOCKED = (
    select(ScoreOutbox)
    .where(ScoreOutbox.id.in_(bindparam("row_ids", expanding=True)))
    .order_by(ScoreOutbox.placement_id, ScoreOutbox.account_id)
    .with_for_update()
)
_NOW = bindparam("now", type_=UtcDateTime)
_NEXT = (
    select(ScoreOutbox)
    .where(
        ScoreOutbox.platform_id == bindparam("platform_id"),
        ScoreOutbox.dirty.is_(True),
        ScoreOutbox.slot.in_(bindparam("slots", expanding=True)),
        or_(ScoreOutbox.next_attempt_at.is_(None), ScoreOutbox.next_attempt_at <= _NOW),
        or_(
            ScoreOutbox.claimed_until.is_(None),
            ScoreOutbox.claimed_until <= _NOW,
            ScoreOutbox.claimed_by == bindparam("holder"),
        ),
        or_(ScoreOutbox.posted_at.is_(None), ScoreOutbox.posted_at <= bindparam("posted_until")),
    )
    .order_by(ScoreOutbox.next_attempt_at, ScoreOutbox.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


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
        self._recovered: set[str] = set()
        """Platforms that work again, of which those that wait do not know yet."""

    def take(self, row_id: str, number: int, most: int) -> Sequence[Parcel]:
        """Take the row of a job, unless another job has posted it already, and other due rows of its lane.

        Nothing: the job is out of date, the platform is left alone for now, or there is nothing to do.

        Args:
            most: how many rows at most.
        """
        return self._steady.run(lambda session: self._take(session, row_id, number, most))

    def note(self, parcel: Parcel, delivered: Delivered) -> bool:
        """Note what a platform answered; return whether the rest of its lane may go on now."""
        if self._pauses.note(parcel.platform.id, delivered.posted):
            self._recovered.add(parcel.platform.id)
        return not self._pauses.left(parcel.platform.id)

    def settle(
        self, done: Sequence[tuple[Parcel, Delivered]], untouched: Sequence[Parcel], *, most: int
    ) -> Sequence[Parcel]:
        """Record what became of parcels of one lane, and take the next rows of it.

        Args:
            done: one or more.
            untouched: what was taken with them and not tried; it is given back.
            most: how many rows to take at most.
        """
        platform_id = done[0][0].platform.id
        recovered = platform_id in self._recovered
        following = self._steady.run(lambda session: self._settle(session, done, untouched, most, recovered=recovered))
        if recovered:
            self._recovered.discard(platform_id)
        return following

    def drop(self, done: Sequence[Parcel], row_id: str, number: int) -> None:
        """Drop the jobs of rows that another row's job has settled: they would find nothing to do.

        Args:
            row_id, number: of that job, which is running.
        """
        obsolete = [(parcel.row_id, parcel.number) for parcel in done]
        self._jobs.drop(POST_SCORE, [one for one in obsolete if one != (row_id, number)])

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
            ids = {row.platform_id for row in rows}
            parcels = parcels_of(session, rows, {one: self._platforms.of(session, one) for one in ids}, "")
        return [(parcel, parcel.lineitem_url) for parcel in parcels if parcel.lineitem_url is not None]

    def _take(self, session: Session, row_id: str, number: int, most: int) -> Sequence[Parcel]:
        row = session.get(ScoreOutbox, row_id, with_for_update=True)
        if row is None or row.job != number:
            return []
        holder, platform = holder_of(row_id, number), self._platforms.of(session, row.platform_id)
        lane = lane_of(row, platform.profile)
        if not row.dirty:
            return self._claim(session, self._next(session, platform, lane, holder, most), platform, holder)
        wait = self._wait(session, row, platform)
        if wait > timedelta(0):
            row.claimed_until = row.claimed_by = None
            enqueue(session, self._jobs, self._clock, row, platform.profile, wait.total_seconds())
            return []
        others = (one for one in self._next(session, platform, lane, holder, most) if one is not row)
        return self._claim(session, [row, *islice(others, most - 1)], platform, holder)

    def _settle(
        self,
        session: Session,
        done: Sequence[tuple[Parcel, Delivered]],
        untouched: Sequence[Parcel],
        most: int,
        *,
        recovered: bool,
    ) -> Sequence[Parcel]:
        rows = self._locked(session, [*(parcel.row_id for parcel, _delivered in done), *(one.row_id for one in untouched)])
        for parcel, delivered in done:
            if parcel.row_id in rows:
                self._record(session, rows[parcel.row_id], parcel, delivered)
        for parcel in untouched:
            if parcel.row_id in rows:
                self._give_back(rows[parcel.row_id], parcel)
        first = done[0][0]
        if recovered:
            self._wake(session, first.platform)
        following = self._next(session, first.platform, first.lane, first.holder, most) if most else []
        parcels = self._claim(session, following, first.platform, first.holder)
        add(session, [(parcel.platform.id, came_of(delivered.posted)) for parcel, delivered in done])
        return parcels

    @staticmethod
    def _locked(session: Session, row_ids: Sequence[str]) -> Mapping[str, ScoreOutbox]:
        """Lock rows, in the order in which everybody does, so that no two wait in a ring."""
        return {row.id: row for row in session.scalars(_LOCKED, {"row_ids": list(row_ids)})}

    def _settle_readings(self, session: Session, readings: Sequence[tuple[Parcel, Delivered]]) -> None:
        rows = self._locked(session, [parcel.row_id for parcel, _delivered in readings])
        changed: list[tuple[str, Came]] = []
        for parcel, delivered in readings:
            row = rows.get(parcel.row_id)
            if row is None or row.sent_version != parcel.version:
                continue
            row.checked = True
            if delivered.posted.result is PostResult.REFUSED:
                self._show(row, delivered)
                changed.append((parcel.platform.id, came_of(delivered.posted)))
                if row.version == parcel.version:
                    row.dirty, row.refused, row.last_error = False, True, delivered.posted.code
        add(session, changed)

    def _next(self, session: Session, platform: PlatformInfo, lane: int, holder: str, most: int) -> Sequence[ScoreOutbox]:
        """Lock the rows of a lane that have been due longest.

        What this very job has claimed is among them: an earlier run of it died, or it would not be run again.
        """
        now = self._clock()
        values = {
            "platform_id": platform.id,
            "slots": slots_of(lane, platform.profile),
            "holder": holder,
            "now": now,
            "posted_until": now - timedelta(seconds=platform.profile.score_gap_seconds),
            "most": most,
        }
        return session.scalars(_NEXT, values).all()

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

    def _claim(self, session: Session, rows: Sequence[ScoreOutbox], platform: PlatformInfo, holder: str) -> Sequence[Parcel]:
        """Give rows to a job, and return what it has to deliver."""
        now = self._clock()
        first: set[str] = set()
        for row in rows:
            row.claimed_until, row.claimed_by = now + LEASE, holder
            if row.score_given is not None and row.score_given not in row.tried:
                row.tried = [*row.tried, row.score_given]
                first.add(row.id)
        parcels = parcels_of(session, rows, {platform.id: platform}, holder)
        return in_turns([replace(parcel, first=parcel.row_id in first) for parcel in parcels])

    @staticmethod
    def _give_back(row: ScoreOutbox, parcel: Parcel) -> None:
        """Let go of a row that was taken and not tried."""
        if row.claimed_by != parcel.holder:
            return
        row.claimed_until = row.claimed_by = None
        if parcel.first:
            row.tried = [given for given in row.tried if given != parcel.score.score_given]

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
