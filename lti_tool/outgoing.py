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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.response import HTTPResponse
from urllib3.util.connection import create_connection

from lti_tool import __version__
from lti_tool.deadlines import Deadlines
from lti_tool.errors import AddressRefused, BadAnswer, Unreachable

USER_AGENT = f"ICC-Bridge/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
TOTAL_TIMEOUT = 30.0
MAX_BYTES = 1_000_000

_ALWAYS = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "*/*", "Connection": "keep-alive"}

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host name (and port), best first; raises OSError when there are none."""


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
        with _Watch(self._deadlines, self._addresses) as watch:
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
                session = requests.Session()
                session.trust_env = False
                adapter = _Adapter(pool_connections=1, pool_maxsize=self._connections)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
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


class _Watch:
    """One call: which addresses it may connect to, and when its connection is cut.

    It holds a duplicate of the socket, so that cutting works whatever TLS or the pool do with the original.
    """

    def __init__(self, deadlines: Deadlines, addresses: Resolver) -> None:
        self.expired = False
        self.addresses = addresses
        self._deadlines = deadlines
        self._lock = threading.Lock()
        self._held: socket.socket | None = None

    def hold(self, connection: socket.socket) -> None:
        """Watch over this connection from now on."""
        with self._lock:
            self._let_go()
            self._held = socket.fromfd(connection.fileno(), connection.family, connection.type)
            if self.expired:
                _shut(self._held)

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._held is not None:
                _shut(self._held)

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def __enter__(self) -> Self:
        self._token = _watch.set(self)
        self._deadline = self._deadlines.begin(self._cut)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._deadlines.end(self._deadline)
        _watch.reset(self._token)
        with self._lock:
            self._let_go()


_watch: ContextVar[_Watch] = ContextVar("watch")


def _shut(connection: socket.socket) -> None:
    # it may be gone already
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _connect(line: HTTPConnection) -> socket.socket:
    """Connect to one of the addresses that the call may connect to; the host's name stays the one TLS checks."""
    watch = _watch.get()
    failure: Exception = NewConnectionError(line, "no address")
    try:
        addresses = watch.addresses(line.host, line.port)
    except OSError as error:
        raise failure from error
    for address in addresses:
        try:
            found = create_connection(
                (address, line.port),
                line.timeout,
                source_address=line.source_address,
                socket_options=line.socket_options,
            )
        except TimeoutError:
            failure = ConnectTimeoutError(line, "timed out")
        except OSError:
            failure = NewConnectionError(line, "refused")
        else:
            watch.hold(found)
            return found
    raise failure


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's own signature
        _watch.get().hold(self.sock)
        return super().getresponse()


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's own signature
        _watch.get().hold(self.sock)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - requests' signature
        """Make the pools of the connections above."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
