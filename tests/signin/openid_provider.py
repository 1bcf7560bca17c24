"""An OpenID provider on loopback, of Authlib's own provider side, that can go wrong in the ways that matter."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

CLIENT_ID, CLIENT_SECRET = "icc-bridge", "a secret / with & signs"


@dataclass
class Habits:
    """How the provider behaves; a test changes what it is about."""

    subject: str = "s-1"
    """Who is signed in there."""
    claims: dict[str, Any] = field(default_factory=dict)
    """What the ID token says otherwise; a claim that is None is left out."""
    foreign_key: bool = False
    """Whether it signs with a key that it does not publish, under the name of one that it does."""
    unsigned: bool = False
    error: str | None = None
    """What it answers instead of a code."""
    names_itself: bool = True
    """Whether the answer holds `iss`."""
    other_issuer: bool = False
    """Whether its discovery document speaks for another."""
    only_posted_secrets: bool = False
    """Whether it takes the client's secret in the form only."""
    down: bool = False


@dataclass
class _Client:
    redirect_uri: str
    id_token_signed_response_alg: str = "RS256"

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code:
    code: str
    redirect_uri: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    subject: str
    scope: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class OpenIdProvider:
    """The provider, in a thread."""

    def __init__(self, redirect_uri: str) -> None:
        self.habits = Habits()
        self.client = _Client(redirect_uri)
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.foreign = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, _Code] = {}
        self.asked: list[str] = []
        """Which addresses were called, in order."""
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=_Quiet)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "OpenIdProvider":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("openid provider")
        provider = self

        class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib has no types
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012

            def save_authorization_code(self, code: str, asked: Any) -> None:  # noqa: ANN401
                data = asked.payload.data
                provider.codes[code] = _Code(
                    code,
                    data["redirect_uri"],
                    data["nonce"],
                    data["code_challenge"],
                    data["code_challenge_method"],
                    provider.habits.subject,
                    data["scope"],
                )

            def query_authorization_code(self, code: str, client: object) -> _Code | None:  # noqa: ARG002
                return provider.codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                del provider.codes[authorization_code.code]

            def authenticate_user(self, authorization_code: _Code) -> str:
                return authorization_code.subject

        class Openid(OpenIDCode):  # type: ignore[misc]  # Authlib has no types
            def exists_nonce(self, nonce: str, request: object) -> bool:  # noqa: ARG002
                return False

            def resolve_client_private_key(self, client: object) -> RSAKey:  # noqa: ARG002
                return provider.foreign if provider.habits.foreign_key else provider.key

            def get_client_algorithm(self, client: object) -> str:  # noqa: ARG002
                return "none" if provider.habits.unsigned else "RS256"

            def get_encode_header(self, client: object) -> dict[str, str]:
                return {"alg": self.get_client_algorithm(client), "kid": "k1"}

            def get_client_claims(self, client: object) -> dict[str, Any]:  # noqa: ARG002
                return {"iss": provider.issuer}

            def generate_user_info(self, user: str, scope: str) -> UserInfo:  # noqa: ARG002
                # the last to have a say, so whatever a test wants the token to say goes in here
                return UserInfo({"sub": user, **provider.habits.claims})

        class NamesItself(IssuerParameter):  # type: ignore[misc]  # Authlib has no types
            def get_issuer(self) -> str | None:
                return provider.issuer if provider.habits.names_itself else None

        server = AuthorizationServer(
            app,
            query_client=lambda client_id: self.client if client_id == CLIENT_ID else None,
            save_token=lambda _token, _request: None,
        )
        server.register_grant(CodeGrant, [Openid(require_nonce=True), CodeChallenge(required=True)])
        server.register_extension(NamesItself())

        @app.before_request
        def note() -> tuple[str, int] | None:
            self.asked.append(request.path)
            return ("down", 503) if self.habits.down else None

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            methods = ["client_secret_post"] if self.habits.only_posted_secrets else ["client_secret_basic"]
            return jsonify(
                issuer="https://elsewhere.example" if self.habits.other_issuer else self.issuer,
                authorization_endpoint=f"{self.issuer}/authorize",
                token_endpoint=f"{self.issuer}/token",
                jwks_uri=f"{self.issuer}/jwks",
                token_endpoint_auth_methods_supported=methods,
                authorization_response_iss_parameter_supported=True,
                code_challenge_methods_supported=["S256"],
            )

        @app.get("/jwks")
        def jwks() -> Response:
            return jsonify(KeySet([self.key]).as_dict(private=False))

        @app.get("/authorize")
        def authorize() -> Any:  # noqa: ANN401
            if self.habits.error:
                back = f"{request.args['redirect_uri']}?error={self.habits.error}&state={request.args['state']}"
                return redirect(f"{back}&iss={self.issuer}")
            try:
                grant = server.get_consent_grant(end_user=self.habits.subject)
            except OAuth2Error as error:
                return str(error), 400
            return server.create_authorization_response(grant_user=self.habits.subject, grant=grant)

        @app.post("/token")
        def token() -> Any:  # noqa: ANN401
            if self.habits.only_posted_secrets and request.authorization is not None:
                return jsonify(error="invalid_client"), 401
            return server.create_token_response()

        return app


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's signature
        """Say nothing."""
