"""Posting the outbox, and the sweeper that sees to it that no row is forgotten.

A job takes the newest values of some rows of its lane, posts one after the other outside any transaction, and records the
results in one transaction: accepted, later (with a delay) or refused; then it goes on with the next rows of its lane. A job
whose number is stale does nothing. Posting twice is harmless: the platform keeps the newest timestamp, and both posts carry
the same value.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import or_, select

from lti_tool.advantage.scores import Posted, PostResult
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.jobs.queue import Jobs
from lti_tool.platforms.service import PlatformService
from lti_tool.sync.codes import INTERNAL
from lti_tool.sync.delivery import Delivered, ScoreDelivery
from lti_tool.sync.lanes import Lanes
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE, ScoreOutboxService, enqueue
from lti_tool.sync.parcels import Parcel, job_of

SWEEP_EVERY = 60.0
SWEEP_GRACE = timedelta(seconds=60)
SWEEP_BATCH = 500
CATCH_UP_EVERY = timedelta(minutes=10)
CATCH_UP_BATCH = 100
LONGEST_RUN = timedelta(minutes=1)
"""How long one job goes on with other rows; far less than the engine lets a job run."""
TOGETHER = timedelta(seconds=1)
"""For how long rows are taken together: what changes meanwhile is posted once more after that."""
FIRST_TOGETHER = 5
MOST_TOGETHER = 25
"""Rows taken together: at first, and at most."""
READ_BACK_WITHIN = timedelta(days=1)
READ_BACK_BATCH = 200

log = structlog.get_logger(__name__)


class ScorePoster:
    """Posts the outbox.

    Args:
        database: for its own short transactions.
        platforms: registrations by id.
        delivery: brings a score to a platform.
        lanes: takes rows and records what became of them.
        outbox: writes what is missing.
        jobs: the durable engine.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        platforms: PlatformService,
        delivery: ScoreDelivery,
        lanes: Lanes,
        outbox: ScoreOutboxService,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._database = database
        self._platforms = platforms
        self._delivery = delivery
        self._lanes = lanes
        self._outbox = outbox
        self._jobs = jobs
        self._clock = clock
        self._catch_up_at = clock()

    def post(self, row_id: str, number: int) -> None:
        """Post one row (the job `post-score`), and what is due in its lane after it."""
        began = self._clock()
        settled: list[Parcel] = []
        unread: list[tuple[Parcel, str]] = []
        parcels = self._lanes.take(row_id, number, FIRST_TOGETHER)
        while parcels:
            taken = self._clock()
            done, goes_on = self._deliver_some(parcels)
            unread += [(parcel, made.url) for parcel, made in done if made.unread and made.url is not None]
            now = self._clock()
            most = _as_many_as(len(done), now - taken) if goes_on and now - began < LONGEST_RUN else 0
            parcels = self._lanes.settle(done, parcels[len(done) :], most=most)
            settled += [parcel for parcel, _made in done]
        self._read_back(unread)
        self._lanes.drop(settled, row_id, number)

    def sweep(self) -> None:
        """Give every due row without a living job a new one, write the rows that are missing, read what was not read."""
        for due in self._due():
            alive = self._jobs.waiting(POST_SCORE, due)
            for row_id, number in due:
                self._revive(row_id, number, alive=(row_id, number) in alive)
        self._catch_up()
        now = self._clock()
        self._read_back(self._lanes.unread(now - READ_BACK_WITHIN, now - SWEEP_GRACE, READ_BACK_BATCH))

    def _deliver_some(self, parcels: Sequence[Parcel]) -> tuple[Sequence[tuple[Parcel, Delivered]], bool]:
        """Deliver parcels of one lane until it takes too long or the platform is to be left alone.

        Returns:
            What became of those that were tried, which is the first one at least; and whether its lane may go on.
        """
        began = self._clock()
        done: list[tuple[Parcel, Delivered]] = []
        for parcel in parcels:
            delivered = self._deliver(parcel)
            done.append((parcel, delivered))
            posted = delivered.posted
            log.info(
                "score.posted",
                platform=parcel.platform.id,
                row=parcel.row_id,
                result=posted.result.value,
                code=posted.code,
            )
            if not self._lanes.note(parcel, delivered):
                return done, False
            if self._clock() - began >= TOGETHER:
                break
        return done, True

    def _deliver(self, parcel: Parcel) -> Delivered:
        try:
            return self._delivery.deliver(parcel)
        except Exception as error:  # noqa: BLE001  # whatever it is, the row must not wait for its lease to expire
            log.error("score.failed", platform=parcel.platform.id, row=parcel.row_id, error=type(error).__name__)
            return Delivered(Posted(PostResult.LATER, INTERNAL))

    def _read_back(self, unread: Sequence[tuple[Parcel, str]]) -> None:
        read = [(parcel, self._delivery.read_back(parcel, url)) for parcel, url in unread]
        self._lanes.settle_readings([(parcel, delivered) for parcel, delivered in read if delivered is not None])

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

    def _revive(self, row_id: str, number: int, *, alive: bool) -> None:
        """Give a row a new job unless its own will still start; free its lane of the job of a process that died."""
        now = self._clock()
        with self._database.session() as session:
            row = session.get(ScoreOutbox, row_id, with_for_update=True)
            if row is None or row.job != number or not row.dirty:
                return
            if row.claimed_until is not None and row.claimed_until > now:
                return
            holder, row.claimed_until, row.claimed_by = row.claimed_by, None, None
            if not alive:
                profile = self._platforms.of(session, row.platform_id).profile
                enqueue(session, self._jobs, self._clock, row, profile)
        if holder is not None:
            self._jobs.cancel(POST_SCORE, *job_of(holder))
        if not alive:
            # A dead process's job holds its lane until it is cancelled.
            self._jobs.cancel(POST_SCORE, row_id, number)
            log.info("score.revived", row=row_id)


def _as_many_as(count: int, took: timedelta) -> int:
    """How many rows to take together after `count` of them took so long: as many as it posts while they are together."""
    if count * TOGETHER >= took * MOST_TOGETHER:
        return MOST_TOGETHER
    return max(1, int(count * TOGETHER / took))
