"""Posting a row of the outbox, and the sweeper that sees to it that no row is forgotten.

A job reads the newest value, posts it outside any transaction, and records the result in one transaction: accepted,
later (with a delay) or refused. A job whose number is stale does nothing. Posting twice is harmless: the platform keeps
the newest timestamp, and both posts carry the same value.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Placement
from lti_tool.database import Database
from lti_tool.errors import OutsideError
from lti_tool.jobs.queue import Jobs
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import CHANGED_IN_LMS, POST_SCORE
from mappings.scores import ActivityProgress, GradingProgress, Score

LEASE = timedelta(minutes=3)
"""Longer than a post with all its time-outs; a row claimed longer ago than this has no living job."""
SWEEP_EVERY = 60.0
SWEEP_GRACE = timedelta(seconds=60)
FIRST_BACKOFF = 2.0
LONGEST_BACKOFF = 3600.0
CONFLICTS_UNTIL_CHANGED = 3
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parcel:
    """What one job posts: everything it needs, read in one transaction."""

    row_id: str
    number: int
    version: int
    platform: PlatformInfo
    placement_id: str
    resource_link_id: str
    resource_id: str
    title: str
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: tuple[str, ...]
    subject: str
    score: Score
    stamp: datetime
    fails: int


class ScorePoster:
    """Posts the outbox.

    Args:
        database: for its own short transactions.
        platforms: registrations by id.
        scores, line_items, results: the Assignment and Grade Services, outward.
        jobs: the durable engine.
        clock: the time.
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
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._scores = scores
        self._line_items = line_items
        self._results = results
        self._jobs = jobs
        self._clock = clock
        self._jitter = jitter

    def post(self, row_id: str, number: int) -> None:
        """Post one row (the job `post-score`)."""
        parcel = self._claim(row_id, number)
        if parcel is None:
            return
        posted = self._deliver(parcel)
        self._record(parcel, posted)
        log.info("score.posted", platform=parcel.platform.id, row=row_id, result=posted.result, code=posted.code)

    def sweep(self) -> None:
        """Give every due row without a living job a new one."""
        now = self._clock()
        with self._database.session() as session:
            due = session.scalars(
                select(ScoreOutbox)
                .where(
                    ScoreOutbox.dirty.is_(True),
                    or_(ScoreOutbox.next_attempt_at.is_(None), ScoreOutbox.next_attempt_at < now - SWEEP_GRACE),
                    or_(ScoreOutbox.claimed_until.is_(None), ScoreOutbox.claimed_until < now),
                )
                .order_by(ScoreOutbox.next_attempt_at)
                .limit(1000)
            ).all()
            found = [(row.id, row.job) for row in due]
        alive = self._jobs.waiting(POST_SCORE, found)
        for row_id, number in found:
            if (row_id, number) not in alive:
                self._revive(row_id, number)

    def _revive(self, row_id: str, number: int) -> None:
        self._jobs.cancel(POST_SCORE, row_id, number)
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty:
                return
            row.job, row.claimed_until, row.next_attempt_at = number + 1, None, now
            self._jobs.enqueue(session, POST_SCORE, row.id, row.job, lane=row.platform_id)
        log.info("score.revived", row=row_id)

    def _claim(self, row_id: str, number: int) -> Parcel | None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty:
                return None
            platform = self._platforms.of(session, row.platform_id)
            gap = timedelta(seconds=platform.profile.score_gap_seconds)
            if row.posted_at is not None and now < row.posted_at + gap:
                # A platform that keeps whole seconds refuses a second post within the same one.
                self._again(session, row, (row.posted_at + gap - now).total_seconds())
                return None
            row.claimed_until = now + LEASE
            placement = session.get_one(Placement, row.placement_id)
            account = session.get_one(Account, row.account_id)
            return Parcel(
                row_id=row.id,
                number=number,
                version=row.version,
                platform=platform,
                placement_id=placement.id,
                resource_link_id=placement.resource_link_id,
                resource_id=f"{placement.assignment_key}:{placement.cohort_id}",
                title=placement.title,
                lineitem_url=placement.lineitem_url,
                lineitems_url=placement.lineitems_url,
                scopes=tuple(placement.ags_scopes),
                subject=account.subject,
                score=Score(
                    row.score_given,
                    row.score_maximum,
                    ActivityProgress.COMPLETED,
                    GradingProgress.FULLY_GRADED,
                    row.comment,
                ),
                stamp=now,
                fails=row.fails,
            )

    def _deliver(self, parcel: Parcel) -> Posted:
        if f"{AGS}score" not in parcel.scopes:
            return Posted(PostResult.REFUSED, "no-scope")
        try:
            url = parcel.lineitem_url or self._line_item_of(parcel)
            if url is None:
                return Posted(PostResult.REFUSED, "no-line-item")
            posted = self._scores.post(parcel.platform, url, parcel.subject, parcel.score, parcel.stamp)
            if posted.result is not PostResult.CONFLICT:
                return posted
            return self._after_conflict(parcel, url)
        except OutsideError as error:
            return Posted(PostResult.LATER, error.code.lower(), getattr(error, "retry_after", None))

    def _line_item_of(self, parcel: Parcel) -> str | None:
        """Find the line item of this very link, or make one; keep its address with the placement."""
        if parcel.lineitems_url is None or f"{AGS}lineitem" not in parcel.scopes:
            return None
        found = self._line_items.find(parcel.platform, parcel.lineitems_url, resource_link_id=parcel.resource_link_id)
        item = found[0] if found else None
        if item is None:
            item = self._line_items.create(
                parcel.platform,
                parcel.lineitems_url,
                label=parcel.title,
                score_maximum=parcel.score.score_maximum,
                resource_link_id=parcel.resource_link_id,
                resource_id=parcel.resource_id,
            )
        with self._database.session() as session:
            session.execute(
                update(Placement)
                .where(Placement.id == parcel.placement_id, Placement.lineitem_url.is_(None))
                .values(lineitem_url=item.id)
            )
        return item.id

    def _after_conflict(self, parcel: Parcel, url: str) -> Posted:
        """409: the platform holds something at least as new. Equal is done; different is somebody's change."""
        result = self._results.of(parcel.platform, url, parcel.subject)
        if result is not None and result.equals(parcel.score):
            return Posted(PostResult.ACCEPTED, "http-409-equal")
        if parcel.fails + 1 >= CONFLICTS_UNTIL_CHANGED:
            return Posted(PostResult.REFUSED, CHANGED_IN_LMS)
        return Posted(PostResult.LATER, "http-409")

    def _record(self, parcel: Parcel, posted: Posted) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, parcel.row_id, with_for_update=True)
            if row is None:
                return
            row.claimed_until = None
            if posted.result is PostResult.ACCEPTED:
                row.sent_version = max(row.sent_version, parcel.version)
                row.posted_at, row.sent_at = parcel.stamp, now
                row.fails, row.last_error = 0, None
                row.dirty = row.version > row.sent_version
            if row.job != parcel.number:
                return  # a newer change has its own job
            if posted.result is PostResult.REFUSED:
                row.dirty, row.refused, row.last_error = False, True, posted.code
            elif posted.result is not PostResult.ACCEPTED:
                row.fails, row.last_error = row.fails + 1, posted.code
                self._again(session, row, self._delay(row.fails, posted.retry_after))
            elif row.dirty:
                self._again(session, row, parcel.platform.profile.score_gap_seconds)

    def _again(self, session: Session, row: ScoreOutbox, delay: float) -> None:
        row.job += 1
        row.next_attempt_at = self._clock() + timedelta(seconds=delay)
        self._jobs.enqueue(session, POST_SCORE, row.id, row.job, lane=row.platform_id, delay=delay)

    def _delay(self, fails: int, retry_after: float | None) -> float:
        """Seconds until the next try: what the platform asked for, else doubling up to an hour, with jitter."""
        if retry_after is not None:
            return min(max(retry_after, 1.0), LONGEST_BACKOFF) * (1 + 0.1 * self._jitter())
        return min(FIRST_BACKOFF * 2.0 ** min(fails - 1, 12), LONGEST_BACKOFF) * (0.5 + 0.5 * self._jitter())
