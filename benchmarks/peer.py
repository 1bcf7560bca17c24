"""PyLTI1p3 as its documentation uses it, to compare scores with: one service object."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

from benchmarks.keys import private_pem
from benchmarks.stage import Stage
from lti_tool.demo.school.models import Registration as Tool

BASE = "http://localhost"
SCOPES: tuple[Literal["https://purl.imsglobal.org/spec/lti-ags/scope/score"]] = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
)


def register_peer(scene: Stage) -> Tool:
    """Register the peer at the school."""
    return scene.school.register_tool(
        "PyLTI1p3",
        login_url=f"{BASE}/login",
        redirect_uris=[f"{BASE}/launch"],
        target_link_uri=f"{BASE}/launch",
        jwks=dict(scene.parts.key_ring.jwks()),
    )


def peer_scores(scene: Stage, tool: Tool) -> Callable[[str], object]:
    """Return what posts a full score for a line item, with one service connector, so one token."""
    key = scene.parts.key_ring.signing_key()
    registration = Registration()
    registration.set_auth_token_url(scene.platform.token_url)
    registration.set_client_id(tool.client_id)
    registration.set_issuer(scene.platform.issuer)
    registration.set_tool_private_key(private_pem(key.private_key).decode())
    registration.get_kid = lambda: key.kid  # type: ignore[method-assign]  # the key id that the school knows
    connector = ServiceConnector(registration)

    def post(line_item: str) -> object:
        service = AssignmentsGradesService(connector, {"scope": list(SCOPES), "lineitem": line_item, "lineitems": line_item})
        grade = Grade().set_score_given(100).set_score_maximum(100).set_user_id(scene.teacher.id)
        grade.set_timestamp(datetime.now(UTC).isoformat()).set_activity_progress("Completed")
        return service.put_grade(grade.set_grading_progress("FullyGraded").set_comment("Akkoord"))

    return post
