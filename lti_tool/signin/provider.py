"""An OpenID provider (SURFconext, Entra, Google or any): asked who somebody is, with a code, PKCE, state and nonce.

OpenID Connect Core 1.0, 3.1; Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (`iss` in the answer). Only the scope `openid` is
asked: the issuer and its `sub` are all that is wanted. Authlib makes and checks what the protocols say, over our own calls.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from authlib.oauth2 import ClientAuth, OAuth2Client, OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.errors import BadAnswer, OutsideError
from lti_tool.ids import new_secret
from lti_tool.outgoing import Answer, Outgoing
from lti_tool.signin.errors import ProviderDeclined, ProviderFailed, TokenRefused
from lti_tool.vault import Vault

CALLBACK = "/sign-in/oidc/back"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY = 60
"""Seconds that clocks may differ."""
LONGEST_SUBJECT = 255
_WELL_KNOWN = "/.well-known/openid-configuration"
_LATEST = 2**40
"""Seconds since 1970 that are none any more."""
_NONCE, _VERIFIER = "oidc nonce", "oidc verifier"


@dataclass(frozen=True)
class Identity:
    """Who somebody is, at a provider."""

    issuer: str
    subject: str = field(repr=False)
    proved_at: datetime | None = None
    """When they proved it there, as far as the provider says (`auth_time`)."""


@dataclass(frozen=True)
class Departure:
    """Where somebody goes to say who they are, and the secret that comes back with them."""

    url: str = field(repr=False)
    state: str = field(repr=False)


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: Sequence[str] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    code_challenge_methods_supported: Sequence[str] = Field(default=())


class Provider:
    """Speaks with the one provider of an installation.

    Args:
        settings: `oidc_issuer`, `oidc_client_id`, `oidc_client_secret`, `oidc_name`.
        outgoing: makes the calls, to nowhere in a private network.
        vault: derives nonce and PKCE verifier from the state, so that neither is kept.
        clock: the time.
    """

    def __init__(self, settings: Settings, outgoing: Outgoing, vault: Vault, clock: Clock) -> None:
        self._outgoing = outgoing
        self._vault = vault
        self._clock = clock
        self._redirect_uri = f"{settings.base_url}{CALLBACK}"
        self._client_id = settings.oidc_client_id or ""
        secret = settings.oidc_client_secret
        self._secret = secret.get_secret_value() if secret else None
        self._proof_minutes = settings.staff_proof_minutes
        self.issuer = settings.oidc_issuer or ""
        self.name = settings.oidc_name or urlsplit(self.issuer).hostname or ""

    @property
    def there(self) -> bool:
        """Whether the installation has a provider."""
        return bool(self.issuer and self._client_id)

    def discover(self) -> _Metadata:
        """Return what the provider says about itself.

        Raises:
            ProviderFailed: it does not answer as Discovery 1.0 says, or speaks for another issuer.
        """
        if not self.there:
            raise ProviderFailed("no provider is set")
        found = self._get(f"{self.issuer.rstrip('/')}{_WELL_KNOWN}")
        try:
            metadata = _Metadata.model_validate(found)
        except ValidationError as error:
            names = ", ".join(sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]}))
            raise ProviderFailed(f"{self._host}: the discovery document lacks {names}") from None
        if metadata.issuer != self.issuer:
            raise ProviderFailed(f"{self._host}: the discovery document speaks for another issuer than ICC_OIDC_ISSUER")
        if metadata.code_challenge_methods_supported and "S256" not in metadata.code_challenge_methods_supported:
            raise ProviderFailed(f"{self._host}: takes no PKCE with S256")
        try:
            for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
                self._outgoing.check(url)
        except OutsideError as error:
            raise ProviderFailed(error.detail) from None
        return metadata

    def depart(self, *, again: bool = False) -> Departure:
        """Return where somebody has to say who they are.

        Args:
            again: also when they are signed in there already (Core 1.0, 3.1.2.1: `prompt` and `max_age`).

        Raises:
            ProviderFailed: see `discover`.
        """
        metadata = self.discover()
        state = new_secret()
        anew = {"prompt": "login", "max_age": self._proof_minutes * 60} if again else {}
        url, _state = self._client(metadata).create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            code_verifier=self._vault.mac(_VERIFIER, state),
            nonce=self._vault.mac(_NONCE, state),
            **anew,
        )
        return Departure(url, state)

    def identify(self, answer: Mapping[str, str]) -> Identity:
        """Return who somebody is who came back with an answer whose `state` is ours.

        Args:
            answer: `state`, and `code` or `error`, and `iss` if the provider sends it.

        Raises:
            ProviderDeclined: the person, or the provider, did not want to.
            ProviderFailed: the provider does not answer, or not as the protocol says.
            TokenRefused: the answer, or the ID token, is not for us, not for this sign-in, or not the provider's.
        """
        metadata = self.discover()
        self._check_issuer(metadata, answer.get("iss"))
        if answer.get("error"):
            raise ProviderDeclined(f"{self._host}: {_word(answer['error'])}")
        state = answer["state"]
        token = self._token(metadata, answer.get("code", ""), state)
        return self._subject(metadata, token, self._vault.mac(_NONCE, state))

    @property
    def _host(self) -> str:
        return urlsplit(self.issuer).netloc

    def _check_issuer(self, metadata: _Metadata, said: str | None) -> None:
        """See that the answer is the provider's: another one could have mixed in its own (RFC 9207, 2.4)."""
        wanted = metadata.authorization_response_iss_parameter_supported
        if said != self.issuer and (wanted or said is not None):
            raise TokenRefused("the answer names another issuer, or none")

    def _token(self, metadata: _Metadata, code: str, state: str) -> Mapping[str, Any]:
        if not code:
            raise TokenRefused("the answer holds no code")
        try:
            token = self._client(metadata).fetch_token(
                metadata.token_endpoint, code=code, code_verifier=self._vault.mac(_VERIFIER, state)
            )
        except OAuth2Error as error:
            raise TokenRefused(f"{self._host} gives no token: {_word(error.error)}") from None
        except (OutsideError, ValueError) as error:
            raise ProviderFailed(f"{self._host} gives no token: {type(error).__name__}") from None
        return dict(token)

    def _subject(self, metadata: _Metadata, token: Mapping[str, Any], nonce: str) -> Identity:
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise TokenRefused(f"{self._host} sent no ID token")
        try:
            keys = KeySet.import_key_set(self._get(metadata.jwks_uri))  # type: ignore[arg-type]  # it checks itself
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderFailed(f"{self._host}: no usable keys ({type(error).__name__})") from None
        try:
            signed = jwt.decode(raw, keys, ALGORITHMS, JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                    "sub": {"essential": True},
                },
                params={
                    "client_id": self._client_id,
                    "nonce": nonce,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused(f"{self._host}: the ID token was refused ({type(error).__name__}: {_claim(error)})") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise TokenRefused(f"{self._host}: the ID token has no usable sub")
        moment = claims.get("auth_time")
        proved_at = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) and 0 < moment < _LATEST else None
        return Identity(self.issuer, subject, proved_at)

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = self._outgoing.call("GET", url, headers={"Accept": "application/json"})
            content = answer.json() if answer.status == 200 else None
        except OutsideError as error:
            raise ProviderFailed(error.detail) from None
        if not isinstance(content, dict):
            raise ProviderFailed(f"{self._host}: status {answer.status}, or no JSON object")
        return content

    def _client(self, metadata: _Metadata) -> OAuth2Client:
        posted = self._secret is not None and "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported
        return OAuth2Client(
            _Session(self._outgoing, posted=posted),
            client_id=self._client_id,
            client_secret=self._secret,
            scope="openid",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )


class _Session:
    """What Authlib posts with: our own calls, so that it reaches nothing that we would not call.

    Args:
        posted: whether the secret goes in the form, where the provider takes it nowhere else.
    """

    def __init__(self, outgoing: Outgoing, *, posted: bool) -> None:
        self._outgoing = outgoing
        self._posted = posted

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> "_Response":
        """Post a form with the client's credentials."""
        form, sent = dict(data), dict(headers)
        if auth.client_secret and not self._posted:
            # RFC 6749, 2.3.1: both are encoded first; a space as %20, which decoders of either kind read
            pair = f"{quote(auth.client_id, safe='')}:{quote(auth.client_secret, safe='')}"
            sent["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = auth.client_id
            if auth.client_secret:
                form["client_secret"] = auth.client_secret
        return _Response(self._outgoing.call("POST", url, headers=sent, data=form))


class _Response:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.status_code = answer.status

    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        try:
            return self._answer.json()
        except BadAnswer as problem:
            raise ValueError(problem.detail) from None

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")


def _word(value: object) -> str:
    """Return an error's name as it may be logged: a provider's own words may say anything."""
    text = str(value)
    return text[:40] if text.replace("_", "").replace(".", "").isascii() and text.replace("_", "").isalnum() else "?"


def _claim(error: Exception) -> str:
    return str(getattr(error, "claim", "") or getattr(error, "error", ""))[:40]
