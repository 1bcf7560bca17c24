"""What the database says at this moment, as metrics: scores, native activities, certificates, jobs. No personal data."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool import __version__
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.jobs.beats import alive
from lti_tool.limited import LimitCounts
from lti_tool.moodle.models import MoodleCourse, MoodleWrite
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.sync.counts import Came, OutboxCounts, PlatformCounts
from lti_tool.sync.models import CourseRoster

_COUNTS = {
    "icc_awards_queued": (
        "Certificates being made",
        select(func.count()).select_from(Award).where(Award.state == AwardState.QUEUED),
    ),
    "icc_awards_failing": (
        "Certificates being made that failed once or more",
        select(func.count()).select_from(Award).where(Award.state == AwardState.QUEUED, Award.fails > 0),
    ),
    "icc_certificates_issued": ("Certificates issued", select(func.count()).select_from(Certificate)),
    "icc_certificates_revoked": (
        "Certificates revoked",
        select(func.count()).select_from(Certificate).where(Certificate.revoked_at.is_not(None)),
    ),
    "icc_platforms": (
        "Registered platforms that are switched on",
        select(func.count()).select_from(Platform).where(Platform.status == PlatformStatus.ACTIVE),
    ),
}
_SCORES: Mapping[str, tuple[str, Callable[[PlatformCounts], float]]] = {
    "icc_scores_waiting": ("Scores on their way", lambda counts: counts.waiting),
    "icc_scores_refused": ("Scores that the platform refused, or holds another grade for", lambda counts: counts.refused),
    "icc_scores_sent": ("Scores that have arrived", lambda counts: counts.arrived),
    "icc_scores_oldest_waiting_seconds": (
        "For how long the score has waited that waits longest",
        lambda counts: counts.oldest_waiting.total_seconds(),
    ),
}
MOODLE_STATES = ("read", "problem", "waiting")
WRITE_STATES = ("waiting", "refused", "done")


class Gauges:
    """Reads them.

    Args:
        database: where everything is.
        outbox, limits: count the scores, and what the rate limits refused.
        data_dir: on the disk that must not fill up.
        clock: the time.
    """

    def __init__(self, database: Database, outbox: OutboxCounts, limits: LimitCounts, data_dir: Path, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._limits = limits
        self._data_dir = data_dir
        self._clock = clock

    def read(self) -> Iterator[Metric]:
        """Yield all of them.

        Raises:
            SQLAlchemyError: the database cannot be used.
        """
        now = self._clock()
        with self._database.reading() as session:
            for name, (meaning, query) in _COUNTS.items():
                yield GaugeMetricFamily(name, meaning, value=session.scalar(query) or 0)
            yield GaugeMetricFamily("icc_job_processes", "Processes that run jobs", value=alive(session, now))
            yield _by_state(
                session, "icc_moodle_courses", "Courses with native activities, by how reading them went", _COURSE
            )
            yield _by_state(session, "icc_moodle_writes", "What goes back to Moodle, by how far it is", _WRITE)
            yield self._overdue(session, now)
        yield from self._of_scores()
        yield self._of_limits()
        yield GaugeMetricFamily(
            "icc_disk_free_bytes", "Free on the disk of the data folder of this machine", value=self._free()
        )
        about = GaugeMetricFamily("icc_build_info", "The version that answers", labels=["version"])
        about.add_metric([__version__], 1)
        yield about

    def _overdue(self, session: Session, now: datetime) -> Metric:
        """For how long the work has been due that should have been done longest ago, for each kind."""
        gauge = GaugeMetricFamily(
            "icc_overdue_seconds", "For how long the oldest work has been due that nobody has done", labels=["queue"]
        )
        queues: Mapping[str, tuple[InstrumentedAttribute[datetime | None], ColumnElement[bool] | None]] = {
            "moodle-readings": (MoodleCourse.next_sync_at, None),
            "moodle-writes": (MoodleWrite.next_attempt_at, MoodleWrite.dirty.is_(True)),
            "members": (CourseRoster.next_read_at, None),
        }
        for queue, (due, which) in queues.items():
            query = select(func.min(due))
            first = session.scalar(query if which is None else query.where(which))
            late = now - first if first is not None else timedelta(0)
            gauge.add_metric([queue], max(late.total_seconds(), 0.0))
        return gauge

    def _of_scores(self) -> Iterator[Metric]:
        platforms = self._outbox.read()
        for name, (meaning, value) in _SCORES.items():
            gauge = GaugeMetricFamily(name, meaning, labels=["platform"])
            for platform in platforms:
                gauge.add_metric([platform.platform_id], value(platform))
            yield gauge
        posts = CounterMetricFamily("icc_score_posts", "What sending scores came to", labels=["platform", "result"])
        for platform in platforms:
            for came in Came:
                posts.add_metric([platform.platform_id, came.value], platform.came.get(came, 0))
        yield posts

    def _of_limits(self) -> Metric:
        limited = CounterMetricFamily("icc_requests_limited", "Requests that a rate limit refused", labels=["limit"])
        for name, count in self._limits.read().items():
            limited.add_metric([name], count)
        return limited

    def _free(self) -> float:
        try:
            return shutil.disk_usage(self._data_dir).free
        except OSError:
            return 0


def _by_state(session: Session, name: str, meaning: str, states: tuple[ColumnElement[str], tuple[str, ...]]) -> Metric:
    of, every = states
    counts = {row[0]: row[1] for row in session.execute(select(of, func.count()).group_by(of))}
    gauge = GaugeMetricFamily(name, meaning, labels=["state"])
    for state in every:
        gauge.add_metric([state], counts.get(state, 0))
    return gauge


_COURSE = (
    case((MoodleCourse.problem.is_not(None), "problem"), (MoodleCourse.synced_at.is_not(None), "read"), else_="waiting"),
    MOODLE_STATES,
)
_WRITE = (
    case((MoodleWrite.refused.is_(True), "refused"), (MoodleWrite.dirty.is_(True), "waiting"), else_="done"),
    WRITE_STATES,
)
