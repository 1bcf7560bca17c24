"""What operations ask: does the process answer, can it serve, and its metrics. No personal data, no secrets."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from lti_tool.gauges import Gauges
from lti_tool.readiness import Readiness
from lti_tool.registry import use
from lti_tool.tally import Tally

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """Answer while the process does."""
    return jsonify(status="live")


@blueprint.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answer 200 when this process can serve, 503 otherwise, and say what is wrong in either case."""
    found = use(Readiness).look()
    checks = {check.name: {"good": check.good, "said": check.said} for check in found}
    attention = [check.name for check in found if not check.good]
    missing = next((check.said for check in found if check.needed and not check.good), None)
    if missing is not None:
        return jsonify(status="not ready", reason=missing, attention=attention, checks=checks), 503
    return jsonify(status="ready", attention=attention, checks=checks), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell what operators watch, in the text format of Prometheus; 503 when the database cannot be read.

    Everything is in the database, so each process answers with the numbers of all.
    """
    tally = use(Tally)
    try:
        tally.flush()
        found: list[Metric] = [*use(Gauges).read(), *tally.read()]
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
