"""A portfolio that speaks the Open Badges 3.0 API, small and strict: it refuses what the specification does not ask for."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as BaseResponse

UPSERT = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.upsert"
API = "/ims/ob/v3p0"
Answer = Response | BaseResponse | tuple[Response, int]


@dataclass
class Grant:
    """Leave that somebody gave, waiting for its token."""

    client_id: str
    redirect_uri: str
    challenge: str


@dataclass
class PortfolioHost:
    """The portfolio, and how it behaves."""

    url: str = ""
    consents: bool = True
    refuses: bool = False
    """Whether it takes no credential."""
    scopes: list[str] = field(default_factory=lambda: [UPSERT])
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    """What each credential was answered with."""

    def app(self) -> Flask:
        """Return its pages."""
        app = Flask("tests.portfolio_host")
        app.add_url_rule(f"{API}/discovery", "discovery", self._discovery)
        app.add_url_rule("/register", "register", self._register, methods=["POST"])
        app.add_url_rule("/authorize", "authorize", self._authorize)
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.add_url_rule(f"{API}/credentials", "credentials", self._upsert, methods=["POST"])
        return app

    def _discovery(self) -> Answer:
        flow = {
            "authorizationUrl": f"{self.url}/authorize",
            "tokenUrl": f"{self.url}/token",
            "refreshUrl": f"{self.url}/token",
            "scopes": dict.fromkeys(self.scopes, "…"),
        }
        scheme = {
            "type": "oauth2",
            "x-imssf-registrationUrl": f"{self.url}/register",
            "flows": {"authorizationCode": flow},
        }
        return jsonify(
            openapi="3.0.1",
            info={"title": "Portfolio", "version": "3.0", "x-imssf-privacyPolicyUrl": f"{self.url}/privacy"},
            servers=[{"url": f"{self.url}{API}"}],
            components={"securitySchemes": {"OAuth2ACG": scheme}},
        )

    def _register(self) -> Answer:
        wish = request.get_json()
        good = (
            wish["token_endpoint_auth_method"] == "client_secret_basic"
            and "authorization_code" in wish["grant_types"]
            and wish["response_types"] == ["code"]
            and wish["client_name"]
            and wish["client_uri"]
            and UPSERT in wish["scope"].split()
        )
        if not good:
            return jsonify(error="invalid_client_metadata"), 400
        client_id = secrets.token_urlsafe(8)
        self.clients[client_id] = {**wish, "client_id": client_id, "client_secret": secrets.token_urlsafe(16)}
        return jsonify(self.clients[client_id]), 201

    def _authorize(self) -> Answer:
        asked = request.args
        client = self.clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") not in client["redirect_uris"]:
            return jsonify(error="unknown client or redirect_uri"), 400
        good = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if not good or len(asked.get("code_challenge", "")) != 43 or asked.get("scope") != UPSERT:
            return self._back(asked["redirect_uri"], error="invalid_request", state=asked.get("state", ""))
        if not self.consents:
            return self._back(asked["redirect_uri"], error="access_denied", state=asked["state"])
        code = secrets.token_urlsafe(12)
        self.grants[code] = Grant(asked["client_id"], asked["redirect_uri"], asked["code_challenge"])
        return self._back(asked["redirect_uri"], code=code, state=asked["state"], scope=UPSERT)

    @staticmethod
    def _back(redirect_uri: str, **values: str) -> BaseResponse:
        return redirect(f"{redirect_uri}?{urlencode(values)}")

    def _token(self) -> Answer:
        who = request.authorization
        client = self.clients.get(who.username or "") if who else None
        if who is None or client is None or who.password != client["client_secret"]:
            return jsonify(error="invalid_client"), 401
        grant = self.grants.pop(request.form.get("code", ""), None)
        verifier = request.form.get("code_verifier", "")
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        good = (
            grant is not None
            and request.form.get("grant_type") == "authorization_code"
            and request.form.get("redirect_uri") == grant.redirect_uri
            and grant.client_id == client["client_id"]
            and grant.challenge == proof
        )
        if not good:
            return jsonify(error="invalid_grant"), 400
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return jsonify(access_token=token, token_type="Bearer", expires_in=3600, scope=UPSERT)

    def _upsert(self) -> Answer:
        _kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if token not in self.tokens:
            return self._said(401, "unauthorizedrequest")
        credential = json.loads(request.data)
        if self.refuses or "OpenBadgeCredential" not in credential["type"] or "proof" not in credential:
            return self._said(400, "invalid_data")
        status = 200 if credential["id"] in self.credentials else 201
        self.credentials[credential["id"]] = credential
        self.statuses.append(status)
        return jsonify(credential), status

    @staticmethod
    def _said(status: int, minor: str) -> Answer:
        return jsonify(imsx_codeMajor="failure", imsx_severity="error", imsx_description=minor), status


@contextmanager
def portfolio_host() -> Iterator[PortfolioHost]:
    """Run a portfolio on the loopback interface."""
    host = PortfolioHost()
    server = make_server("127.0.0.1", 0, host.app(), threaded=True)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
