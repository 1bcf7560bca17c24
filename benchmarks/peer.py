"""PyLTI1p3 as its documentation uses it, to compare with: launches in a Flask application, scores with a service object."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from flask import Flask
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.contrib.flask.launch_data_storage.cache import FlaskCacheDataStorage
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.tool_config.dict import ToolConfDict

from benchmarks.stage import Stage
from lti_tool.demo.school.models import Registration as Tool

BASE = "http://localhost"
SCOPES: tuple[Literal["https://purl.imsglobal.org/spec/lti-ags/scope/score"]] = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
)


class Memory:
    """A cache in memory, as its example has one; nothing is durable, and one process only."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str) -> Any:  # noqa: ANN401
        """Return what was kept."""
        return self._kept.get(key)

    def set(self, key: str, value: object, _seconds: int | None = None) -> None:
        """Keep something."""
        self._kept[key] = value


def register_peer(scene: Stage) -> Tool:
    """Register the peer at the school."""
    return scene.school.register_tool(
        "PyLTI1p3",
        login_url=f"{BASE}/login",
        redirect_uris=[f"{BASE}/launch"],
        target_link_uri=f"{BASE}/launch",
        jwks=dict(scene.parts.key_ring.jwks()),
    )


def peer_app(scene: Stage, tool: Tool) -> Flask:
    """Return a Flask application with login and launch; it keeps the school's keys once it has fetched them."""
    app = Flask("peer")
    app.secret_key = "only for a measurement"  # noqa: S105
    platform: Any = {
        "client_id": tool.client_id,
        "auth_login_url": f"{scene.school.url}/lti/auth",
        "auth_token_url": f"{scene.school.url}/lti/token",
        "key_set_url": f"{scene.school.url}/lti/certs",
        "key_set": None,
        "deployment_ids": [tool.deployment_id],
    }
    config = ToolConfDict({scene.school.url: platform})
    storage: Any = FlaskCacheDataStorage(Memory())  # type: ignore[no-untyped-call]

    @app.post("/login")
    def login() -> Any:  # noqa: ANN401
        asked = FlaskRequest()  # type: ignore[no-untyped-call]
        begun = FlaskOIDCLogin(asked, config, launch_data_storage=storage)  # type: ignore[no-untyped-call]
        return begun.redirect(f"{BASE}/launch")

    @app.post("/launch")
    def launch() -> str:
        asked = FlaskRequest()  # type: ignore[no-untyped-call]
        message = FlaskMessageLaunch(asked, config, launch_data_storage=storage)  # type: ignore[no-untyped-call]
        message.set_public_key_caching(storage)
        return str(message.get_launch_data()["sub"])

    return app


def peer_scores(scene: Stage, tool: Tool) -> Callable[[str], object]:
    """Return what posts a full score for a line item, with one service connector, so one token."""
    key = scene.parts.key_ring.signing_key()
    registration = Registration()
    registration.set_auth_token_url(scene.platform.token_url)
    registration.set_client_id(tool.client_id)
    registration.set_issuer(scene.platform.issuer)
    registration.set_tool_private_key(_pem(key.private_key))
    registration.get_kid = lambda: key.kid  # type: ignore[method-assign]  # the key id that the school knows
    connector = ServiceConnector(registration)

    def post(line_item: str) -> object:
        service = AssignmentsGradesService(connector, {"scope": list(SCOPES), "lineitem": line_item, "lineitems": line_item})
        grade = Grade().set_score_given(100).set_score_maximum(100).set_user_id(scene.teacher.id)
        grade.set_timestamp(datetime.now(UTC).isoformat()).set_activity_progress("Completed")
        return service.put_grade(grade.set_grading_progress("FullyGraded").set_comment("Akkoord"))

    return post


def _pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
