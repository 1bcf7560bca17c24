"""The tools' public keys: fetched from their JWKS address, cached, and fetched again when a key does not fit.

Moodle caches a tool's key set and refetches it on any failure to decode, so a tool may rotate its keys.
"""

import json
import threading

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from .models import Json, Registration

_LIMIT = 1_000_000
_SIGNATURE_ONLY: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}


class KeysUnreachable(Exception):
    """The tool's JWKS address gave no key set."""


class UnknownKey(Exception):
    """No key of the tool has this key id, or it is no RSA key of 2048 bits or more."""


class ToolKeys:
    """The key sets of all tools, by JWKS address."""

    def __init__(self, session: requests.Session | None = None, timeout: float = 5.0) -> None:
        self._session = session or requests.Session()
        self._timeout = timeout
        self._cache: dict[str, Json] = {}
        self._lock = threading.Lock()
        self.fetches = 0

    def decode(self, registration: Registration, token: str) -> Json:
        """Verify ``token`` (RS256) with the tool's key of its ``kid`` and return the claims, with times unjudged.

        Raises:
            KeysUnreachable: the key set could not be fetched.
            UnknownKey: the key id is not in the set, also after fetching it again.
            jwt.InvalidTokenError: the token does not hold.
        """
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str) or not kid:
            raise jwt.InvalidTokenError("kid must be provided in JWT header.")
        fresh = registration.jwks is not None
        if not fresh and registration.jwks_url not in self._cache:
            self._fetch(registration)
            fresh = True
        try:
            return self._decode(registration, kid, token)
        except (UnknownKey, jwt.InvalidSignatureError):
            if fresh:
                raise
            self._fetch(registration)
            return self._decode(registration, kid, token)

    def _decode(self, registration: Registration, kid: str, token: str) -> Json:
        keys = registration.jwks if registration.jwks is not None else self._cache[registration.jwks_url or ""]
        found = next((key for key in keys["keys"] if isinstance(key, dict) and key.get("kid") == kid), None)
        if found is None:
            raise UnknownKey(kid)
        try:
            key = jwt.PyJWK(found, algorithm="RS256").key
        except jwt.PyJWTError as error:
            raise UnknownKey(kid) from error
        if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
            raise UnknownKey(kid)
        return dict(jwt.decode(token, key, algorithms=["RS256"], options=_SIGNATURE_ONLY))

    def _fetch(self, registration: Registration) -> None:
        url = registration.jwks_url
        if not url:
            raise KeysUnreachable("no JWKS address")
        self.fetches += 1
        try:
            with self._session.get(url, timeout=self._timeout, stream=True, allow_redirects=False) as answer:
                content = answer.raw.read(_LIMIT + 1, decode_content=True)
                keys = json.loads(content) if answer.status_code == 200 else None
        except (requests.RequestException, ValueError, OSError) as error:
            raise KeysUnreachable(f"{url}: {type(error).__name__}") from error
        if len(content) > _LIMIT or not isinstance(keys, dict) or not isinstance(keys.get("keys"), list):
            raise KeysUnreachable(f"{url} gave no key set")
        with self._lock:
            self._cache[url] = keys
