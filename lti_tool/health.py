"""What operations ask: does the process answer, does the database, and some counters. No personal data."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.database import Database
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.registry import use
from lti_tool.sync.models import ScoreOutbox

blueprint = Blueprint("health", __name__)

_COUNTS = {
    "icc_scores_waiting": ("Scores on their way", select(func.count()).where(ScoreOutbox.dirty.is_(True))),
    "icc_scores_refused": ("Scores refused by a platform", select(func.count()).where(ScoreOutbox.refused.is_(True))),
    "icc_scores_sent": (
        "Scores that have arrived",
        select(func.count()).where(ScoreOutbox.dirty.is_(False), ScoreOutbox.refused.is_(False)),
    ),
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
_OLDEST_WAITING = select(func.min(ScoreOutbox.changed_at)).where(ScoreOutbox.dirty.is_(True))


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
    """Count what operators watch, in the text format of Prometheus; 503 when the database cannot be read."""
    registry = CollectorRegistry()
    try:
        with use(Database).session() as session:
            for name, (meaning, query) in _COUNTS.items():
                Gauge(name, meaning, registry=registry).set(session.scalar(query) or 0)
            oldest = session.scalar(_OLDEST_WAITING)
    except SQLAlchemyError:
        return Response("the database cannot be used\n", status=503, mimetype="text/plain")
    if oldest is not None:
        meaning = "When the score that waits longest was given, in seconds since 1970"
        Gauge("icc_scores_oldest_waiting_timestamp_seconds", meaning, registry=registry).set(oldest.timestamp())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
