"""Calls to the outside: time limits always, a cap on the answer, no redirects, no cookies, no private addresses.

Every address that came from outside (a platform's endpoints) goes through here. A name is resolved once for each
connection and the connection goes to the very addresses that were looked at, so that a name that changes in between
(DNS rebinding) leads nowhere. What points into a private network is refused, unless ``ICC_ALLOW_PRIVATE_PLATFORMS``
says otherwise (demo and labs). A server that sends a byte now and then is cut off when the call's time is up.
"""

import ipaddress
import json
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, ReadTimeoutError

from lti_tool import __version__
from lti_tool.connecting import Adapter, GuardedAdapter, Resolver, Watch
from lti_tool.deadlines import Deadlines
from lti_tool.errors import AddressRefused, BadAnswer, Unreachable

USER_AGENT = f"ICC-Bridge/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
TOTAL_TIMEOUT = 30.0
HEAD_TIMEOUT = 90.0
MAX_BYTES = 1_000_000

_ALWAYS = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "*/*", "Connection": "keep-alive"}


class TimedOut(Unreachable):
    """No answer in time; whether the other side carried the request out is not known."""

    code = "O-TIMEOUT"


@dataclass(frozen=True)
class Answer:
    """An answer from outside. `body` may hold personal data: never log it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, {len(self.body)} bytes)"

    def json(self) -> Any:  # noqa: ANN401
        """Return the body as JSON, whatever its Content-Type (Moodle sends tokens as text/html).

        Raises:
            BadAnswer: it is not JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise BadAnswer(f"expected JSON from {origin(self.url)}, status {self.status}") from None


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a host by the system's resolver. Raises OSError when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("not a host name") from error
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


class Outgoing:
    """Makes the calls, over one pooled session a host.

    Args:
        allow_private: also call http and private addresses.
        connections: connections kept per host.
        timeout: seconds to connect and to wait for each read.
        total: seconds for a whole call, from the first connection to the last byte; name resolution comes on top.
        resolver: finds the addresses of a host.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connections: int = 8,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
        total: float = TOTAL_TIMEOUT,
        resolver: Resolver = resolve,
    ) -> None:
        self._allow_private = allow_private
        self._connections = connections
        self._timeout = timeout
        self._total = total
        self._deadlines = Deadlines(total)
        self._resolver = resolver
        self._sessions: dict[str, requests.Session] = {}
        self._lock = threading.Lock()

    def check(self, url: str) -> None:
        """See whether we would call this address.

        Raises:
            AddressRefused: not https, no host, credentials in it, or in a private network.
            Unreachable: the host has no address.
        """
        parts = self._check_form(url)
        if self._allow_private:
            return
        try:
            self._addresses(parts.hostname or "", parts.port or 443)
        except OSError:
            raise Unreachable(f"{parts.hostname} has no address") from None

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | bytes | None = None,
        timeout: tuple[float, float] | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Make one call and return whatever status came; redirects are not followed.

        Raises:
            AddressRefused: we do not call this address.
            TimedOut: no answer in time.
            Unreachable: no connection.
            BadAnswer: the answer is larger than `max_bytes`.
        """
        self._check_form(url)
        with Watch(self._deadlines, self._addresses) as watch:
            try:
                response = self._send(_prepared(method, url, headers or {}, data), timeout or self._timeout)
                with response:
                    body = _read(response, max_bytes)
            except (requests.RequestException, HTTPError, OSError) as error:
                kind = TimedOut if watch.expired or _is_late(error) else Unreachable
                raise kind(f"{origin(url)}: {type(error).__name__}") from None
            # without a Content-Length a body that was cut off looks complete
            if watch.expired:
                raise TimedOut(f"{origin(url)}: not done in {self._total:g} s")
        return Answer(response.status_code, response.headers, body, url)

    def session(self, *, head_seconds: float = HEAD_TIMEOUT) -> requests.Session:
        """Return a session for a client that makes its own calls: it connects where all others here may, and nowhere else.

        How long a body may take, and whether redirects are followed, is for the client to say; it closes the session too.

        Args:
            head_seconds: for a call from the first connection to the head of its answer.
        """
        return _new_session(GuardedAdapter(self._addresses, head_seconds, self._connections))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()
        self._deadlines.stop()

    def _check_form(self, url: str) -> SplitResult:
        allowed = ("https", "http") if self._allow_private else ("https",)
        try:
            parts = urlsplit(url)
            port_ok = parts.port != 0
        except ValueError:
            raise AddressRefused("this is not an address") from None
        if any(character <= " " or character in '\\<>"' for character in url) or not port_ok:
            raise AddressRefused("this is not an address")
        if parts.scheme not in allowed or not parts.hostname or parts.username or parts.password:
            raise AddressRefused(f"{parts.scheme or 'no scheme'}://{parts.hostname or '?'} is not an address we call")
        return parts

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        found = self._resolver(host, port)
        if not self._allow_private and not all(_is_public(address) for address in found):
            raise AddressRefused(f"{host} lies in a private network")
        return found

    def _send(self, request: requests.PreparedRequest, timeout: tuple[float, float]) -> requests.Response:
        """Send what is prepared by the adapter of its session.

        The session itself would add cookies, credentials, proxies and redirects, of which there are none here, and that
        costs as much as the call (measured).
        """
        url = str(request.url)
        return self._session(url).get_adapter(url).send(request, stream=True, timeout=timeout, verify=True)

    def _session(self, url: str) -> requests.Session:
        key = origin(url)
        with self._lock:
            if key not in self._sessions:
                session = _new_session(Adapter(pool_connections=1, pool_maxsize=self._connections))
                self._sessions[key] = session
            return self._sessions[key]


def _prepared(
    method: str, url: str, headers: Mapping[str, str], data: Mapping[str, str] | bytes | None
) -> requests.PreparedRequest:
    """Return a request as requests makes it, with what is always the same made once."""
    request = requests.PreparedRequest()
    request.method, request.url = method, _as_sent(url)
    request.headers = CaseInsensitiveDict(_ALWAYS)
    request.headers.update(headers)
    request.hooks = {}
    request.prepare_body(data, None)
    return request


@lru_cache(maxsize=1024)
def _as_sent(url: str) -> str:
    """Return an address as it goes out: quoted where it must be, its host in the letters of domain names."""
    return str(requests.Request("GET", url).prepare().url)


def origin(url: str) -> str:
    """Return scheme, host and port of a URL: what may be logged of it, and what `frame-ancestors` wants."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    return ip.is_global and not ip.is_multicast


def _is_late(error: Exception) -> bool:
    # requests calls a time-out in the middle of a body a ConnectionError
    return isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)


def _read(response: requests.Response, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > max_bytes:
            raise BadAnswer(f"{origin(response.url)} answered more than {max_bytes} bytes")
    return bytes(body)


def _new_session(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
