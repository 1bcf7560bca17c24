"""What operations ask: does the process answer, does the database, and some counters. No personal data."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.database import Database
from lti_tool.limited import LimitCounts
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.registry import use
from lti_tool.sync.counts import Came, OutboxCounts, PlatformCounts

blueprint = Blueprint("health", __name__)

_COUNTS = {
    "icc_awards_queued": (
        "Certificates being made",
        select(func.count()).select_from(Award).where(Award.state == AwardState.QUEUED),
    ),
    "icc_certificates_issued": ("Certificates issued", select(func.count()).select_from(Certificate)),
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


@blueprint.get("/health/live")
def live() -> Response:
    """Answer while the process does."""
    return jsonify(status="live")


@blueprint.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answer 200 when the database can be read, 503 otherwise."""
    database = use(Database)
    driver = database.engine.dialect.loaded_dbapi
    try:
        # Not a session: on SQLite that would wait for whoever is writing.
        connection = database.engine.raw_connection()
        try:
            connection.cursor().execute("SELECT version_num FROM alembic_version")
        finally:
            connection.close()
    except (SQLAlchemyError, driver.Error):
        return jsonify(status="not ready", reason="the database cannot be used"), 503
    return jsonify(status="ready"), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Count what operators watch, in the text format of Prometheus; 503 when the database cannot be read.

    Everything is counted in the database, so each process answers with the same numbers, which are those of all.
    """
    try:
        with use(Database).reading() as session:
            found: list[Metric] = [
                GaugeMetricFamily(name, meaning, value=session.scalar(query) or 0)
                for name, (meaning, query) in _COUNTS.items()
            ]
        found += _of_scores(use(OutboxCounts).read())
        found.append(_of_limits(use(LimitCounts).read()))
    except SQLAlchemyError:
        return Response("the database cannot be used\n", status=503, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Found(Collector):
    """Hands out what was read.

    Args:
        found: that.
    """

    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Return everything (prometheus-client calls this)."""
        return self._found


def _of_scores(platforms: Sequence[PlatformCounts]) -> Iterator[Metric]:
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


def _of_limits(refused: Mapping[str, int]) -> Metric:
    limited = CounterMetricFamily("icc_requests_limited", "Requests that a rate limit refused", labels=["limit"])
    for name, count in refused.items():
        limited.add_metric([name], count)
    return limited
