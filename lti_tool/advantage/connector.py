"""Calls to a platform's services, with an access token that is cached and fetched once for all who wait for it."""

import copy
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Literal, get_args

from lti_tool.advantage.errors import TokenRefused
from lti_tool.advantage.tokens import Token, fetch_token
from lti_tool.clock import Clock
from lti_tool.errors import OutsideError
from lti_tool.outgoing import MAX_BYTES, Answer, Outgoing
from lti_tool.platforms.keys import KeyRing, SigningKey
from lti_tool.platforms.service import PlatformInfo
from mappings.platforms import PlatformProfile

__all__ = ["Connector", "TokenRefused"]

Method = Literal["GET", "POST", "PUT"]
"""There is no DELETE: it takes the grades of a school along (measured on Moodle)."""

_Key = tuple[str, str, str, str, frozenset[str]]


class Connector:
    """Makes authorised calls.

    Args:
        outgoing: makes the calls.
        keys: signs the assertions.
        clock: the time.
        deployment_of: the deployment that a token is asked for, when it is known; called in no transaction.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        keys: KeyRing,
        clock: Clock,
        deployment_of: Callable[[PlatformInfo], str | None] = lambda _platform: None,
    ) -> None:
        self._outgoing = outgoing
        self._keys = keys
        self.clock = clock
        self._deployment_of = deployment_of
        self._lock = threading.Lock()
        self._tokens: dict[_Key, Token] = {}
        self._flights: dict[_Key, Future[Token]] = {}

    def call(
        self,
        platform: PlatformInfo,
        scopes: Collection[str],
        method: Method,
        url: str,
        *,
        accept: str | None = None,
        content_type: str | None = None,
        body: bytes | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Call a service and return whatever status came; when the token counts no longer, once more with a new one.

        Call it in no transaction.

        Args:
            scopes: what the call needs; the token is asked for exactly these.
            url: as the platform gave it for this very placement.
            accept, content_type: media types, exact: Moodle compares them letter by letter.

        Raises:
            TokenRefused: the platform gives no token; ScopeRefused: not for this service.
            OutsideError: the platform cannot be reached.
            ValueError: a method that is never used.
        """
        if method not in get_args(Method):
            raise ValueError(f"{method} is never sent to a platform")
        headers = {name: value for name, value in (("Accept", accept), ("Content-Type", content_type)) if value}
        refused: Token | None = None
        while True:
            token = self._token(platform, scopes, not_this=refused)
            headers["Authorization"] = f"Bearer {token.value}"
            answer = self._outgoing.call(method, url, headers=headers, data=body, max_bytes=max_bytes)
            if refused is not None or not _renews(platform.profile, answer):
                return answer
            refused = token

    def token(self, platform: PlatformInfo, scopes: Collection[str]) -> None:
        """See that a token for these scopes can be had now (`platform check`).

        Raises:
            OutsideError: it cannot.
        """
        self._fetch(self._keys.signing_key(), platform, scopes)

    def _fetch(self, signer: SigningKey, platform: PlatformInfo, scopes: Collection[str]) -> Token:
        deployment_id = self._deployment_of(platform)
        return fetch_token(self._outgoing, signer, self.clock, platform, scopes, deployment_id)

    def _token(self, platform: PlatformInfo, scopes: Collection[str], *, not_this: Token | None) -> Token:
        signer = self._keys.signing_key()
        key = (platform.id, platform.client_id, platform.token_url, signer.kid, frozenset(scopes))
        with self._lock:
            token = self._tokens.get(key)
            if token is not None and token is not not_this and self.clock() < token.until:
                return token
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if leads:
            self._fly(key, flight, signer, platform, scopes)
        try:
            return flight.result()
        except OutsideError as error:
            raise (error if leads else copy.copy(error)) from None

    def _fly(
        self, key: _Key, flight: Future[Token], signer: SigningKey, platform: PlatformInfo, scopes: Collection[str]
    ) -> None:
        """Fetch the token for everybody who waits for this flight."""
        try:
            token = self._fetch(signer, platform, scopes)
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            flight.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        with self._lock:
            self._tokens[key] = token
            del self._flights[key]
        flight.set_result(token)


def _renews(profile: PlatformProfile, answer: Answer) -> bool:
    """Whether a new token may help; a platform that is busy may use the same status (Canvas: 403)."""
    return answer.status in profile.renew_statuses and profile.meaning_of(answer.status, answer.body) is None
