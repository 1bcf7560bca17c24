"""Posting a row of the outbox, and the sweeper that sees to it that no row is forgotten.

A job reads the newest value, posts it outside any transaction, and records the result in one transaction: accepted,
later (with a delay) or refused. A job whose number is stale does nothing. Posting twice is harmless: the platform keeps
the newest timestamp, and both posts carry the same value.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Placement
from lti_tool.database import Database
from lti_tool.jobs.queue import Jobs
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.codes import CONFLICT, INTERNAL
from lti_tool.sync.delivery import Parcel, ScoreDelivery
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE, ScoreOutboxService, enqueue
from lti_tool.training.models import Cohort
from mappings.scores import ActivityProgress, GradingProgress, Score

LEASE = timedelta(minutes=5)
"""Longer than a delivery, all its time-outs included; a row claimed longer ago than this has no living job."""
SWEEP_EVERY = 60.0
SWEEP_GRACE = timedelta(seconds=60)
SWEEP_BATCH = 500
CATCH_UP_EVERY = timedelta(minutes=10)
CATCH_UP_BATCH = 100
FIRST_BACKOFF = 2.0
LONGEST_BACKOFF = 3600.0

log = structlog.get_logger(__name__)


class ScorePoster:
    """Posts the outbox.

    Args:
        database: for its own short transactions.
        platforms: registrations by id.
        scores, line_items, results: the Assignment and Grade Services, outward.
        jobs: the durable engine.
        clock: the time.
        review_url: where a platform's gradebook opens somebody's work: our launch URL.
        jitter: a random number from 0 to 1, so that many rows do not return at the same moment.
    """

    def __init__(
        self,
        database: Database,
        platforms: PlatformService,
        scores: ScoreService,
        line_items: LineItemService,
        results: ResultService,
        jobs: Jobs,
        clock: Clock,
        review_url: str,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._delivery = ScoreDelivery(database, scores, line_items, results, review_url, clock)
        self._outbox = ScoreOutboxService(jobs, clock)
        self._jobs = jobs
        self._clock = clock
        self._jitter = jitter
        self._catch_up_at = clock()
        self._pauses: dict[str, datetime] = {}
        """Until when a platform asked us to wait, as far as this process knows."""

    def post(self, row_id: str, number: int) -> None:
        """Post one row (the job `post-score`)."""
        parcel = self._claim(row_id, number)
        if parcel is None:
            return
        try:
            posted = self._delivery.deliver(parcel)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("score.failed", platform=parcel.platform.id, row=row_id, error=type(error).__name__)
            posted = Posted(PostResult.LATER, INTERNAL)
        self._record(parcel, posted)
        log.info("score.posted", platform=parcel.platform.id, row=row_id, result=posted.result.value, code=posted.code)

    def sweep(self) -> None:
        """Give every due row without a living job a new one, and write the rows that are missing."""
        for due in self._due():
            alive = self._jobs.waiting(POST_SCORE, due)
            for row_id, number in due:
                if (row_id, number) not in alive:
                    self._revive(row_id, number)
        self._catch_up()

    def _catch_up(self) -> None:
        """Now and then: it looks at all accepted work, and on SQLite nobody writes meanwhile."""
        now = self._clock()
        if now < self._catch_up_at:
            return
        written = CATCH_UP_BATCH
        while written == CATCH_UP_BATCH:
            with self._database.session() as session:
                written = self._outbox.catch_up_everywhere(session, CATCH_UP_BATCH)
            if written:
                log.info("score.caught_up", rows=written)
        self._catch_up_at = now + CATCH_UP_EVERY

    def _due(self) -> Iterator[Sequence[tuple[str, int]]]:
        """Yield the rows (id, job number) whose job should have run by now, some at a time."""
        now, last = self._clock(), ""
        while True:
            query = (
                select(ScoreOutbox.id, ScoreOutbox.job)
                .where(
                    ScoreOutbox.id > last,
                    ScoreOutbox.dirty.is_(True),
                    or_(ScoreOutbox.next_attempt_at.is_(None), ScoreOutbox.next_attempt_at <= now - SWEEP_GRACE),
                    or_(ScoreOutbox.claimed_until.is_(None), ScoreOutbox.claimed_until <= now),
                )
                .order_by(ScoreOutbox.id)
                .limit(SWEEP_BATCH)
            )
            with self._database.session() as session:
                found = [(row_id, number) for row_id, number in session.execute(query)]
            if not found:
                return
            yield found
            last = found[-1][0]

    def _revive(self, row_id: str, number: int) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty:
                return
            if row.claimed_until is not None and row.claimed_until > now:
                return
            row.claimed_until = None
            enqueue(session, self._jobs, self._clock, row)
        # A dead process's job holds its lane until it is cancelled.
        self._jobs.cancel(POST_SCORE, row_id, number)
        log.info("score.revived", row=row_id)

    def _claim(self, row_id: str, number: int) -> Parcel | None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty:
                return None
            platform = self._platforms.of(session, row.platform_id)
            # A platform that keeps whole seconds refuses a second post within the same one.
            gap = timedelta(seconds=platform.profile.score_gap_seconds)
            ready = now if row.posted_at is None else row.posted_at + gap
            paused = self._pauses.get(platform.id, now)
            if ready > now or paused > now:
                row.claimed_until = None
                delay = max(ready, paused) - now
                enqueue(session, self._jobs, self._clock, row, delay.total_seconds())
                return None
            row.claimed_until = now + LEASE
            placement = session.get_one(Placement, row.placement_id)
            cohort = session.get_one(Cohort, placement.cohort_id)
            return Parcel(
                row_id=row.id,
                number=number,
                version=row.version,
                platform=platform,
                placement_id=placement.id,
                resource_link_id=placement.resource_link_id,
                resource_id=f"{cohort.training_key}:{placement.assignment_key}:{cohort.id}",
                tag=cohort.training_key,
                title=placement.title,
                lineitem_url=placement.lineitem_url,
                lineitems_url=placement.lineitems_url,
                scopes=frozenset(placement.ags_scopes),
                user_id=session.get_one(Account, row.account_id).subject,
                score=Score(
                    row.score_given,
                    row.score_maximum,
                    ActivityProgress.COMPLETED,
                    GradingProgress.FULLY_GRADED,
                    row.comment,
                ),
                stamp=now,
                conflicts=row.fails if row.last_error == CONFLICT else 0,
            )

    def _record(self, parcel: Parcel, posted: Posted) -> None:
        now = self._clock()
        if posted.retry_after is not None:
            self._pauses[parcel.platform.id] = now + timedelta(seconds=min(posted.retry_after, LONGEST_BACKOFF))
        with self._database.session() as session:
            row = session.get(ScoreOutbox, parcel.row_id, with_for_update=True)
            if row is None:
                return
            if row.job == parcel.number:
                row.claimed_until = None
            if posted.result is PostResult.ACCEPTED:
                self._accepted(row, parcel, now)
            elif row.job != parcel.number or not row.dirty:
                return  # a newer change has its own job, or another run of this one has settled it
            elif posted.result is PostResult.REFUSED:
                row.dirty, row.refused, row.last_error = False, True, posted.code
            else:
                first_conflict = posted.code == CONFLICT and row.last_error != CONFLICT
                row.fails, row.last_error = (1 if first_conflict else row.fails + 1), posted.code
                enqueue(session, self._jobs, self._clock, row, self._delay(row.fails, posted.retry_after))

    @staticmethod
    def _accepted(row: ScoreOutbox, parcel: Parcel, now: datetime) -> None:
        # Not the stamp: Moodle keeps the moment at which it stored the score.
        row.posted_at = row.sent_at = now
        row.sent_version = max(row.sent_version, parcel.version)
        if row.refused:
            return
        row.dirty = row.version > row.sent_version
        if not row.dirty:
            row.fails, row.last_error = 0, None

    def _delay(self, fails: int, retry_after: float | None) -> float:
        """Seconds until the next try: what the platform asked for, else doubling up to an hour, with jitter."""
        if retry_after is not None:
            return min(max(retry_after, 1.0) * (1 + 0.1 * self._jitter()), LONGEST_BACKOFF)
        return min(FIRST_BACKOFF * 2.0 ** min(fails - 1, 12), LONGEST_BACKOFF) * (0.5 + 0.5 * self._jitter())
