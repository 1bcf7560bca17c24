"""What operations ask: does the process answer, does the database, and some counters."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.certificates.models import Certificate
from lti_tool.database import Database
from lti_tool.platforms.models import Platform
from lti_tool.registry import use
from lti_tool.sync.models import ScoreOutbox

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Answer while the process does."""
    return jsonify(status="live")


@blueprint.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answer 200 when the database can be used, 503 otherwise."""
    try:
        with use(Database).session() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify(status="not ready", reason="the database cannot be used"), 503
    return jsonify(status="ready"), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Count what operators watch: scores waiting and refused, certificates, platforms. No personal data."""
    registry = CollectorRegistry()
    counts = {
        "icc_scores_waiting": ("Scores on their way", select(func.count()).where(ScoreOutbox.dirty.is_(True))),
        "icc_scores_refused": ("Scores refused by a platform", select(func.count()).where(ScoreOutbox.refused.is_(True))),
        "icc_certificates_issued": ("Certificates issued", select(func.count()).select_from(Certificate)),
        "icc_platforms": ("Registered platforms", select(func.count()).select_from(Platform)),
    }
    with use(Database).session() as session:
        for name, (meaning, query) in counts.items():
            Gauge(name, meaning, registry=registry).set(session.scalar(query) or 0)
    return Response(generate_latest(registry), mimetype=None, content_type=CONTENT_TYPE_LATEST)
