"""A tiny LTI tool for the school's tests: it does what it is told, right or wrong, and remembers what came in."""

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Self
from urllib.parse import urlencode

import jwt
import requests
from flask import Flask, Response, redirect, request
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as WerkzeugResponse

from lti_tool.demo.school import School, SigningKey

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
MEMBERSHIP = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALL_SCOPES = [f"{AGS}{name}" for name in ("lineitem", "lineitem.readonly", "result.readonly", "score")] + [MEMBERSHIP]
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
LINEITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass
class ScriptedTool:
    """The tool's side of the wire, on a free loopback port."""

    key: SigningKey
    clock: Callable[[], datetime]
    published: list[SigningKey] = field(default_factory=list)
    url: str = ""
    auth_changes: dict[str, str | None] = field(default_factory=dict)
    """Parameters of the next authentication requests to replace, or to leave out (None)."""
    items: list[Any] = field(default_factory=list)
    """What the tool answers to a deep-linking request."""
    answer_changes: dict[str, Any] = field(default_factory=dict)
    jwks_body: str | None = None
    logins: list[dict[str, str]] = field(default_factory=list)
    posts: list[dict[str, str]] = field(default_factory=list)
    auth_requests: list[dict[str, str]] = field(default_factory=list)
    registration: dict[str, Any] | None = None
    jwks_requests: int = 0
    authorization_endpoint: str = ""
    _server: BaseWSGIServer | None = None

    def __enter__(self) -> Self:
        self.published = self.published or [self.key]
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("scripted tool")
        app.add_url_rule("/jwks", view_func=self._jwks)
        app.add_url_rule("/login", view_func=self._login, methods=["GET", "POST"])
        app.add_url_rule("/launch", view_func=self._launch, methods=["POST"])
        app.add_url_rule("/register", view_func=self._register)
        return app

    def _jwks(self) -> Response:
        self.jwks_requests += 1
        if self.jwks_body is not None:
            return Response(self.jwks_body)
        return Response(json.dumps({"keys": [key.public_jwk() for key in self.published]}), mimetype="application/json")

    def _login(self) -> WerkzeugResponse:
        given = request.values.to_dict()
        self.logins.append(given)
        params = auth_params(given, f"{self.url}/launch")
        for name, value in self.auth_changes.items():
            params.pop(name, None)
            if value is not None:
                params[name] = value
        self.auth_requests.append(params)
        return redirect(f"{self.authorization_endpoint or given['iss'] + '/lti/auth'}?{urlencode(params)}")

    def _launch(self) -> str:
        form = request.form.to_dict()
        self.posts.append(form)
        if "id_token" not in form:
            return f"<title>Geweigerd</title><h1>{escape(form.get('error', ''))}</h1>"
        claims = self.claims_of(form["id_token"])
        if claims[LTI + "message_type"] != "LtiDeepLinkingRequest":
            return f"<title>Opdracht</title><h1>{escape(claims[LTI + 'message_type'])}</h1><p>sub {claims['sub']}</p>"
        token = self.deep_link_answer(claims)
        address = escape(claims[DL + "deep_linking_settings"]["deep_link_return_url"])
        return f"<form method=post action='{address}' data-auto><input name=JWT value='{token}'></form>"

    def _register(self) -> str:
        configuration = requests.get(request.args["openid_configuration"], timeout=5).json()
        answer = requests.post(
            configuration["registration_endpoint"],
            json=registration_request(self.url),
            headers={"Authorization": f"Bearer {request.args['registration_token']}"},
            timeout=5,
        )
        self.registration = answer.json() if answer.status_code == 200 else {"refused": answer.text}
        return f"<title>Gekoppeld</title><h1>Gekoppeld: {answer.status_code}</h1>"

    @staticmethod
    def claims_of(id_token: str) -> dict[str, Any]:
        """The claims of a token, unverified."""
        return dict(jwt.decode(id_token, options={"verify_signature": False}))

    def deep_link_answer(self, claims: dict[str, Any], key: SigningKey | None = None) -> str:
        """A deep-linking response to the request with these claims, changed by ``answer_changes``."""
        now = int(self.clock().timestamp())
        payload = {
            "iss": claims["aud"],
            "aud": claims["iss"],
            "iat": now - 5,
            "exp": now + 300,
            "nonce": secrets.token_hex(8),
            LTI + "deployment_id": claims[LTI + "deployment_id"],
            LTI + "message_type": "LtiDeepLinkingResponse",
            LTI + "version": "1.3.0",
            DL + "content_items": self.items,
        } | self.answer_changes
        return (key or self.key).sign({name: value for name, value in payload.items() if value is not None})

    def register_at(self, school: School, **changes: Any) -> Any:  # noqa: ANN401 - keywords of register_tool
        """Register the tool by hand and return the registration."""
        return school.register_tool(
            **{
                "name": "Scripted tool",
                "login_url": f"{self.url}/login",
                "redirect_uris": [f"{self.url}/launch"],
                "deep_link_uri": f"{self.url}/launch",
                "jwks_url": f"{self.url}/jwks",
                **changes,
            }
        )

    def assertion(self, school: School, client_id: str, *, key: SigningKey | None = None, **changes: Any) -> str:  # noqa: ANN401
        """A client assertion for the token endpoint; a change to None leaves that claim out."""
        now = int(school.now().timestamp())
        payload = {
            "iss": client_id,
            "sub": client_id,
            "aud": f"{school.url}/lti/token",
            "iat": now - 5,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        } | changes
        return (key or self.key).sign({name: value for name, value in payload.items() if value is not None})

    def ask_token(self, school: School, client_id: str, scopes: list[str] | None = None) -> requests.Response:
        """Ask for an access token."""
        return post_token(school, self.assertion(school, client_id), scopes)

    def token(self, school: School, client_id: str, scopes: list[str] | None = None) -> str:
        """An access token."""
        return str(self.ask_token(school, client_id, scopes).json()["access_token"])


def auth_params(login: dict[str, str], redirect_uri: str) -> dict[str, str]:
    """The authentication request a tool makes of a login initiation."""
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": redirect_uri,
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
        "state": secrets.token_urlsafe(12),
        "nonce": secrets.token_urlsafe(12),
    }


def post_token(
    school: School, assertion: str, scopes: list[str] | None = None, changes: dict[str, str] | None = None
) -> requests.Response:
    """Post a token request; ``changes`` replace form fields."""
    data = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        "scope": " ".join(ALL_SCOPES if scopes is None else scopes),
    } | (changes or {})
    return requests.post(f"{school.url}/lti/token", data=data, timeout=10)


def registration_request(url: str) -> dict[str, Any]:
    """A registration request that Moodle accepts."""
    return {
        "application_type": "web",
        "client_name": "Scripted tool",
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{url}/login",
        "jwks_uri": f"{url}/jwks",
        "redirect_uris": [f"{url}/launch"],
        "response_types": ["id_token"],
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(ALL_SCOPES),
        CONFIGURATION: {
            "domain": url.removeprefix("http://"),
            "description": "Voor de proef",
            "target_link_uri": f"{url}/launch",
            "claims": ["iss", "sub", "name", "given_name", "family_name"],
            "custom_parameters": {"link": "$ResourceLink.id", "vergelijking": "a=b=c"},
            "messages": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "target_link_uri": f"{url}/launch", "placements": ["ContentArea"]},
            ],
        },
    }
