"""Calls to a platform's services, with an access token (Security Framework 1.0, 4.1: client credentials, private_key_jwt).

A token is cached per registration and scope set until 60 seconds before it expires; one request fetches it for all.
"""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
import structlog

from lti_tool.clock import Clock
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.outgoing import Answer, Outgoing, origin
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformInfo

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(seconds=60)
RENEW_BEFORE = timedelta(seconds=60)
SHORTEST_LIFE = timedelta(seconds=1)
LONGEST_LIFE = timedelta(hours=24)

log = structlog.get_logger(__name__)


class TokenRefused(BadAnswer):
    """The platform gives us no token for these scopes."""

    code = "O-TOKEN"


@dataclass(frozen=True)
class Token:
    """An access token and until when we use it."""

    value: str = field(repr=False)
    until: datetime


class Connector:
    """Makes authorised calls.

    Args:
        outgoing: makes the calls.
        keys: signs the assertions.
        clock: the time.
    """

    def __init__(self, outgoing: Outgoing, keys: KeyRing, clock: Clock) -> None:
        self._outgoing = outgoing
        self._keys = keys
        self._clock = clock
        self._tokens: dict[tuple[str, ...], Token] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}
        self._guard = threading.Lock()

    def call(
        self,
        platform: PlatformInfo,
        scopes: Sequence[str],
        method: str,
        url: str,
        *,
        accept: str | None = None,
        content_type: str | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Call a service and return whatever status came; after a 401 once more with a new token.

        Args:
            scopes: what the call needs; the token is asked for exactly these.
            url: as the platform gave it for this very placement.
            accept, content_type: media types, exact.

        Raises:
            TokenRefused: the platform gives no token.
            OutsideError: the platform cannot be reached.
        """
        key = (platform.id, platform.client_id, platform.token_url, *sorted(scopes))
        token = self._token(key, platform, scopes)
        answer = self._send(method, url, token, accept, content_type, body)
        if answer.status == 401:
            self._forget(key, token)
            answer = self._send(method, url, self._token(key, platform, scopes), accept, content_type, body)
        return answer

    def token(self, platform: PlatformInfo, scopes: Sequence[str]) -> None:
        """See that a token for these scopes can be had (`platform check`).

        Raises:
            OutsideError: it cannot.
        """
        self._fetch(platform, scopes)

    def _send(
        self, method: str, url: str, token: Token, accept: str | None, content_type: str | None, body: bytes | None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token.value}"}
        if accept:
            headers["Accept"] = accept
        if content_type:
            headers["Content-Type"] = content_type
        return self._outgoing.call(method, url, headers=headers, data=body)

    def _token(self, key: tuple[str, ...], platform: PlatformInfo, scopes: Sequence[str]) -> Token:
        token = self._tokens.get(key)
        if token is not None and self._clock() < token.until:
            return token
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            token = self._tokens.get(key)
            if token is None or self._clock() >= token.until:
                token = self._tokens[key] = self._fetch(platform, scopes)
            return token

    def _forget(self, key: tuple[str, ...], token: Token) -> None:
        with self._guard:
            if self._tokens.get(key) is token:
                del self._tokens[key]

    def _fetch(self, platform: PlatformInfo, scopes: Sequence[str]) -> Token:
        now = self._clock()
        answer = self._outgoing.call(
            "POST",
            platform.token_url,
            headers={"Accept": "application/json"},
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(platform, now),
                "scope": " ".join(sorted(scopes)),
            },
        )
        if answer.status == 429 or answer.status >= 500:
            raise Unreachable(f"{origin(platform.token_url)} answered {answer.status} to a token request")
        if answer.status not in (200, 201):
            raise TokenRefused(f"{origin(platform.token_url)} answered {answer.status} to a token request")
        data = answer.json()
        value = data.get("access_token") if isinstance(data, dict) else None
        if not isinstance(value, str) or not value:
            raise TokenRefused(f"{origin(platform.token_url)} answered without a token")
        log.info("token.fetched", platform=platform.id)
        return Token(value, now + self._life(data.get("expires_in")))

    def _assertion(self, platform: PlatformInfo, now: datetime) -> str:
        key = self._keys.signing_key()
        issued = now - timedelta(seconds=platform.profile.assertion_backdate_seconds)
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.assertion_audience,
            "iat": int(issued.timestamp()),
            "exp": int((now + ASSERTION_LIFE).timestamp()),
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})

    @staticmethod
    def _life(expires_in: object) -> timedelta:
        """How long to use a token: until a minute before it expires, at least a moment."""
        try:
            seconds = float(str(expires_in))
        except ValueError:
            seconds = 3600.0
        if not 0 < seconds <= LONGEST_LIFE.total_seconds():
            seconds = 3600.0
        return max(timedelta(seconds=seconds) - RENEW_BEFORE, SHORTEST_LIFE)
