"""Every page and form that a person asks for and does not get stands in the audit trail, whichever room refuses."""

from flask import Flask, Response, g, request

from lti_tool.audit import AuditTrail
from lti_tool.launch.viewer import Viewer

_REFUSED = (403, 404)


def init_audit(app: Flask, trail: AuditTrail) -> None:
    """Let an application write down what it refuses to people with a session.

    Args:
        app: whose views find their reader with `current_viewer`.
        trail: where it is written.
    """

    @app.after_request
    def note(response: Response) -> Response:
        viewer: Viewer | None = g.get("viewer")
        asked = request.view_args
        if response.status_code in _REFUSED and viewer is not None and request.endpoint and asked:
            trail.refused(viewer.actor_id, request.endpoint, "/".join(str(value) for value in asked.values() if value))
        return response
