"""The platforms' public keys: fetched rarely, shared by all processes, never lost to an outage.

An unknown key id makes us ask again, at most every 60 seconds a platform; an answer that is no good key set never
replaces one that was; on an outage the last good set serves on.
"""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import BadAnswer, OutsideError, Refused
from lti_tool.outgoing import Outgoing, origin
from lti_tool.platforms.models import PlatformKeySet
from lti_tool.platforms.service import PlatformInfo

ASK_AGAIN_AFTER = timedelta(seconds=60)
REFRESH_AFTER = timedelta(hours=24)
LEAST_BITS = 2048
MOST_KEYS = 50

log = structlog.get_logger(__name__)


class KeyRefused(Refused):
    """The platform publishes no acceptable key of that id."""

    code = "L-KEY"


class PlatformKeys:
    """The public keys of all platforms.

    Args:
        database: keeps the last good set of each platform, and when we asked last.
        outgoing: fetches them.
        clock: the time.
    """

    def __init__(self, database: Database, outgoing: Outgoing, clock: Clock) -> None:
        self._database = database
        self._outgoing = outgoing
        self._clock = clock
        self._parsed: dict[tuple[str, str], jwt.PyJWK] = {}
        self._lock = threading.Lock()

    def key_for(self, platform: PlatformInfo, kid: str) -> jwt.PyJWK:
        """Return the platform's RSA key of this id.

        Raises:
            KeyRefused: no such key is published, or it is no RS256 key of at least 2048 bits.
            OutsideError: nothing is known yet and the platform's key set cannot be had.
        """
        with self._lock:
            parsed = self._parsed.get((platform.id, kid))
        if parsed is not None:
            return parsed
        known, may_ask = self._stored(platform)
        jwk = _pick(known, kid)
        if jwk is None and may_ask:
            known = self._fetch(platform, known)
            jwk = _pick(known, kid)
        if jwk is None:
            raise KeyRefused("the platform publishes no key of that id")
        parsed = _parse(jwk)
        with self._lock:
            self._parsed[(platform.id, kid)] = parsed
        return parsed

    def refresh(self, platform: PlatformInfo) -> int:
        """Fetch the key set now and return how many keys it holds (`platform check`).

        Raises:
            OutsideError: it cannot be had.
        """
        jwks = self._ask(platform)
        self._store(platform, jwks)
        with self._lock:
            self._parsed = {key: value for key, value in self._parsed.items() if key[0] != platform.id}
        return len(jwks["keys"])

    def _stored(self, platform: PlatformInfo) -> tuple[Mapping[str, Any] | None, bool]:
        """Return the last good set, and whether we may ask again; if so, note that we do."""
        now = self._clock()
        with self._database.session() as session:
            row = session.get(PlatformKeySet, platform.id, with_for_update=True)
            if row is None:
                row = PlatformKeySet(platform_id=platform.id, jwks=None, fetched_at=None, attempted_at=now)
                session.merge(row)
                return None, True
            jwks = row.jwks
            if jwks is not None and now < row.attempted_at + ASK_AGAIN_AFTER:
                return jwks, False
            return jwks, True

    def _fetch(self, platform: PlatformInfo, known: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        try:
            jwks = self._ask(platform)
        except OutsideError as error:
            log.warning("keys.not_fetched", platform=platform.id, reason=error.code)
            self._store(platform, None)
            if known is None:
                raise
            return known
        self._store(platform, jwks)
        return jwks

    def _ask(self, platform: PlatformInfo) -> dict[str, Any]:
        answer = self._outgoing.call("GET", platform.jwks_url, headers={"Accept": "application/json"})
        if answer.status != 200:
            raise BadAnswer(f"{origin(platform.jwks_url)} answered {answer.status} to the request for its keys")
        jwks = answer.json()
        keys = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(keys, list) or not keys or len(keys) > MOST_KEYS:
            raise BadAnswer(f"{origin(platform.jwks_url)} publishes no key set")
        return {"keys": [key for key in keys if isinstance(key, dict)]}

    def _store(self, platform: PlatformInfo, jwks: dict[str, Any] | None) -> None:
        now = self._clock()
        with self._database.session() as session:
            row = session.get(PlatformKeySet, platform.id, with_for_update=True)
            if row is None:
                row = PlatformKeySet(platform_id=platform.id)
                session.add(row)
            row.attempted_at = now
            if jwks is not None:
                row.jwks, row.fetched_at = jwks, now


def _pick(jwks: Mapping[str, Any] | None, kid: str) -> Mapping[str, Any] | None:
    return next((key for key in (jwks or {}).get("keys", ()) if key.get("kid") == kid), None)


def _parse(jwk: Mapping[str, Any]) -> jwt.PyJWK:
    if jwk.get("kty") != "RSA" or jwk.get("alg", "RS256") != "RS256" or jwk.get("use", "sig") != "sig":
        raise KeyRefused("the platform's key is not an RS256 signing key")
    try:
        parsed = jwt.PyJWK({name: jwk[name] for name in ("kty", "n", "e")}, algorithm="RS256")
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise KeyRefused("the platform's key cannot be read") from None
    if not isinstance(parsed.key, RSAPublicKey) or parsed.key.key_size < LEAST_BITS:
        raise KeyRefused(f"the platform's key is shorter than {LEAST_BITS} bits")
    return parsed
