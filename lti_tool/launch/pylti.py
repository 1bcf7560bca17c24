"""The only door to PyLTI1p3: its steps of a login and a launch, each filled in or replaced where it leaves a hole.

What PyLTI1p3 2.0.0 does by itself, and what is done about it here:

===================================  ===================================================================================
a state or nonce counts again        nothing is kept by it (`_NothingKept`); our row is consumed once, by the caller
no time, audience or issuer check    `_Launch.validate_jwt_signature`: all required, 60 s leeway, an age, RS256 alone
only the first audience counts       `checks.check_audience`: any audience, and `azp` when there is more than one
keys fetched for every launch        `_Launch.get_public_key` asks `PlatformKeys`; it never calls anybody by itself
the link's address is not looked at  `checks.check_message`: ours, and the one of the login
registrations in a shared dict       `_OneRegistration`: the platform of this login and no other
an address that has a query breaks   `_Login._prepare_redirect_url`
a pool of connections a launch       `_NO_CALLS`: one for all, and nothing is called through it
bare exceptions and assertions       one boundary: only `LaunchRefused` leaves this module
===================================  ===================================================================================
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import jwt
import requests
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.exception import LtiException, OIDCException
from pylti1p3.launch_data_storage.base import LaunchDataStorage
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.errors import OutsideError
from lti_tool.ids import digest
from lti_tool.launch.checks import check_audience, check_message, check_times
from lti_tool.launch.claims import LaunchClaims, MessageType, VerifiedClaims, read_claims
from lti_tool.launch.errors import (
    AudienceWrong,
    ClaimsIncomplete,
    DeploymentUnknown,
    KeysUnreachable,
    KeyUnknown,
    LoginIncomplete,
    NonceWrong,
    SignatureWrong,
    TokenUnreadable,
)
from lti_tool.launch.exchange import Authorization, Expected, LoginRequest
from lti_tool.launch.tokens import TokenReader
from lti_tool.platforms.keysets import KeyRefused, PlatformKeys
from lti_tool.platforms.service import PlatformInfo

LONGEST_TOKEN = 100_000
REQUIRED = ("exp", "iat", "nonce", "iss", "aud", "sub")
_TOKENS = TokenReader()


class LaunchVerifier:
    """Begins logins and verifies launches. It stores nothing and consumes nothing.

    Args:
        settings: our own address, and whether http is allowed.
        keys: the platforms' public keys.
        clock: the time by which tokens are judged.
    """

    def __init__(self, settings: Settings, keys: PlatformKeys, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock

    def begin(self, login: LoginRequest, platform: PlatformInfo, launch_url: str) -> Authorization:
        """Make the authentication request for a login.

        Args:
            launch_url: the registered redirect URI; always the same one, because platforms compare it exactly.

        Raises:
            LaunchRefused: the request cannot be made.
        """
        request = _Params(
            {
                "iss": login.issuer,
                "login_hint": login.login_hint,
                "lti_message_hint": login.message_hint,
                "client_id": login.client_id,
                "lti_deployment_id": login.deployment_id,
            }
        )
        sent, made = _Sent(), _NothingKept()
        try:
            step = _Login(request, _OneRegistration(platform, _no_deployment), made, sent)
            url = step.get_redirect_object(launch_url).get_redirect_url()
        except (LtiException, OIDCException, AssertionError) as error:
            raise LoginIncomplete(_why(error)) from None
        return Authorization(url, sent.state, made.nonce)

    def verify(
        self,
        id_token: str,
        expected: Expected,
        platform: PlatformInfo,
        deployment_known: Callable[[str], bool],
    ) -> LaunchClaims:
        """Verify a launch wholly and return its claims. It may fetch the platform's keys: call it in no transaction.

        Args:
            id_token: as posted.
            expected: what the login of this state left.
            platform: the platform of that login.
            deployment_known: whether a deployment id is registered for it.

        Raises:
            LaunchRefused: one of its kinds, for whatever does not hold.
        """
        launch = _Launch(
            _Params({"id_token": id_token, "state": expected.state}),
            _OneRegistration(platform, deployment_known),
            _NothingKept(expected),
            _Sent(expected.state),
            requests_session=_NO_CALLS,
        )
        launch.prepare(self._settings, self._keys, self._clock, platform, expected)
        try:
            launch.validate()
        except LtiException as error:
            raise ClaimsIncomplete(_why(error)) from None
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise ClaimsIncomplete(f"{type(error).__name__} while reading the launch") from None
        return launch.claims


def _why(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _no_deployment(_deployment_id: str) -> bool:
    return False


class _Params(Request):
    def __init__(self, params: Mapping[str, str | None]) -> None:
        self._params = params

    @property
    def session(self) -> NoReturn:
        raise NotImplementedError("nothing of a launch is kept in a browser session")

    def is_secure(self) -> bool:
        return True

    def get_param(self, key: str) -> str:
        return self._params.get(key) or ""


class _Sent(CookieService):
    """Stands where PyLTI1p3 expects a cookie a state: our caller has compared the browser's cookie with the row."""

    def __init__(self, state: str = "") -> None:
        self.state = state

    def get_cookie(self, name: str) -> str | None:
        return self.state if name == self.state else None

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:  # noqa: ARG002
        self.state = str(value)


class _NoCalls(requests.Session):
    def request(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise NotImplementedError("PyLTI1p3 calls nobody")


_NO_CALLS = _NoCalls()


class _NoStorage(LaunchDataStorage[Any]):
    def can_set_keys_expiration(self) -> bool:
        return False

    def get_session_cookie_name(self) -> str | None:
        return None

    def get_value(self, key: str) -> Any:  # noqa: ANN401, ARG002
        return None

    def set_value(self, key: str, value: Any, exp: int | None = None) -> None:  # noqa: ANN401
        raise NotImplementedError("nothing of a launch is kept here")

    def check_value(self, key: str) -> bool:  # noqa: ARG002
        return False


class _NothingKept(SessionService):
    """No marker that lets a state pass again, no token kept; the nonce is compared with the one of the row."""

    def __init__(self, expected: Expected | None = None) -> None:
        self.data_storage = _NoStorage()
        self.nonce = ""
        self._expected = expected

    def save_nonce(self, nonce: str) -> None:
        self.nonce = nonce

    def check_nonce(self, nonce: str) -> bool:
        if self._expected is None or not isinstance(nonce, str):
            return False
        try:
            return hmac.compare_digest(digest(nonce), self._expected.nonce_digest)
        except UnicodeEncodeError:
            return False

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:  # noqa: ARG002
        return False

    def set_state_valid(self, state: str, id_token_hash: str) -> None:
        """Keep no marker."""

    def save_launch_data(self, key: str, jwt_body: Mapping[str, Any]) -> None:
        """Keep no token."""


class _OneRegistration(ToolConfAbstract[_Params]):
    """The registration of this very login: a launch for any other is refused."""

    def __init__(self, platform: PlatformInfo, deployment_known: Callable[[str], bool]) -> None:
        self.issuers_relation_types = {}
        self._platform = platform
        self._deployment_known = deployment_known

    def check_iss_has_one_client(self, iss: str) -> bool:  # noqa: ARG002
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:  # noqa: ARG002
        return True

    def find_registration_by_issuer(self, iss: str, *args: object, **kwargs: object) -> NoReturn:  # noqa: ARG002
        raise AudienceWrong("a registration is found by issuer and client id")

    def find_registration_by_params(
        self,
        iss: str,
        client_id: str,
        *args: object,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> Registration:
        platform = self._platform
        if iss != platform.issuer or (client_id or platform.client_id) != platform.client_id:
            raise AudienceWrong("issuer or client id is not the one of the login")
        return (
            Registration()
            .set_issuer(platform.issuer)
            .set_client_id(platform.client_id)
            .set_auth_login_url(platform.auth_url)
            .set_auth_token_url(platform.token_url)
            .set_key_set_url(platform.jwks_url)
        )

    def find_deployment(self, iss: str, deployment_id: str) -> NoReturn:  # noqa: ARG002
        raise DeploymentUnknown("a deployment is found by issuer and client id")

    def find_deployment_by_params(
        self,
        iss: str,  # noqa: ARG002
        deployment_id: str,
        client_id: str,  # noqa: ARG002
        *args: object,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> Deployment | None:
        return Deployment().set_deployment_id(deployment_id) if self._deployment_known(deployment_id) else None


class _Redirect(Redirect[str]):
    def __init__(self, url: str) -> None:
        self._url = url

    def do_redirect(self) -> str:
        return self._url

    def do_js_redirect(self) -> NoReturn:
        raise NotImplementedError("inline scripts are not allowed here")

    def set_redirect_url(self, location: str) -> None:
        self._url = location

    def get_redirect_url(self) -> str:
        return self._url


class _Login(OIDCLogin[_Params, _OneRegistration, _NothingKept, _Sent, str]):
    def get_redirect(self, url: str) -> Redirect[str]:
        return _Redirect(url)

    def _get_uuid(self) -> str:
        return secrets.token_urlsafe(32)

    def _generate_nonce(self) -> str:
        return secrets.token_urlsafe(32)

    def _prepare_redirect_url(self, launch_url: str) -> str:
        made = super()._prepare_redirect_url(launch_url)
        auth_url = self._registration.get_auth_login_url() or ""
        params = parse_qsl(made.removeprefix(f"{auth_url}?"), keep_blank_values=True)
        deployment_id = self._get_request_param("lti_deployment_id")
        if deployment_id:
            params.append(("lti_deployment_id", deployment_id))
        parts = urlsplit(auth_url)
        # %20, not "+": platforms compare the hint byte for byte, and not all of them read "+" as a space
        query = "&".join(filter(None, (parts.query, urlencode(params, quote_via=quote, safe=""))))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


class _Launch(MessageLaunch[_Params, _OneRegistration, _NothingKept, _Sent]):
    claims: LaunchClaims
    _settings: Settings
    _keys: PlatformKeys
    _clock: Clock
    _platform: PlatformInfo
    _expected: Expected

    def prepare(
        self, settings: Settings, keys: PlatformKeys, clock: Clock, platform: PlatformInfo, expected: Expected
    ) -> None:
        self._settings, self._keys, self._clock = settings, keys, clock
        self._platform, self._expected = platform, expected

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)

    def get_service_connector(self) -> NoReturn:
        raise NotImplementedError("lti_tool.advantage speaks to the platform")

    def fetch_public_key(self, key_set_url: str) -> NoReturn:
        raise NotImplementedError("lti_tool.platforms.keysets fetches the keys")

    def get_client_id(self) -> str:
        """Return our client id when the token is for us."""
        body: Mapping[str, Any] = self._get_jwt_body()
        check_audience(body, self._platform.client_id)
        return self._platform.client_id

    def validate_jwt_format(self) -> "_Launch":
        token = self._get_id_token()
        if len(token) > LONGEST_TOKEN:
            raise TokenUnreadable("the id_token is too large")
        try:
            header, body = _TOKENS.peek(token)
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            raise TokenUnreadable("the id_token is no JSON web token") from None
        self._jwt = {"header": header, "body": body}  # type: ignore[typeddict-item]  # unverified: anything may be in it
        return self

    def validate_nonce(self) -> "_Launch":
        body: Mapping[str, Any] = self._get_jwt_body()
        nonce = body.get("nonce")
        if not nonce:
            raise ClaimsIncomplete("missing or wrong: nonce")
        if not self._session_service.check_nonce(nonce):
            raise NonceWrong("the nonce is not the one of the login")
        return self

    def get_public_key(self) -> tuple[Any, str]:
        """Return the platform's key of the id in the header; `jku`, `x5u` and `jwk` there are not looked at."""
        header: Mapping[str, Any] = self._jwt.get("header", {})
        kid = header.get("kid")
        if header.get("alg") != "RS256":
            raise SignatureWrong("the algorithm is not RS256")
        if not isinstance(kid, str) or not kid or len(kid) > 255 or not kid.isprintable():
            raise KeyUnknown("no kid in the header")
        try:
            return self._keys.key_for(self._platform, kid).key, "RS256"
        except KeyRefused as error:
            raise KeyUnknown(error.detail) from None
        except OutsideError as error:
            raise KeysUnreachable(error.detail) from None

    def validate_jwt_signature(self) -> "_Launch":
        key, _algorithm = self.get_public_key()
        try:
            body = _TOKENS.decode(
                self._get_id_token(),
                key,
                algorithms=["RS256"],
                audience=self._platform.client_id,
                issuer=self._platform.issuer,
                options={
                    "require": list(REQUIRED),
                    # by our own clock, in check_times
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    # read_claims looks at them
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except jwt.MissingRequiredClaimError as error:
            raise ClaimsIncomplete(f"missing or wrong: {error.claim}") from None
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
            raise AudienceWrong("audience or issuer is not the one of the login") from None
        except jwt.InvalidTokenError as error:
            raise SignatureWrong(type(error).__name__) from None
        check_times(body, self._clock())
        self._jwt["body"] = body  # type: ignore[typeddict-item]  # verified, read by read_claims
        return self

    def validate_deployment(self) -> "_Launch":
        self.claims = read_claims(VerifiedClaims(dict(self._get_jwt_body())))
        wanted = self._expected.deployment_id
        if wanted is not None and self.claims.deployment_id != wanted:
            raise DeploymentUnknown("the deployment is not the one of the login")
        try:
            super().validate_deployment()
        except LtiException:
            # verified, and no secret: who connects the school needs it for `platform add-deployment`
            raise DeploymentUnknown(f"this deployment was not registered: {self.claims.deployment_id[:200]}") from None
        return self

    def validate_message(self) -> "_Launch":
        check_message(self.claims, self._expected, self._settings)
        # PyLTI1p3 insists on the line item of a review; a platform leaves it out when a link has two (Moodle)
        if self.claims.message_type != MessageType.SUBMISSION_REVIEW:
            super().validate_message()
        return self
