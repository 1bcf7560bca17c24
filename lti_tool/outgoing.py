"""Calls to the outside: time-outs always, a cap on the answer, no redirects, no private addresses.

Every address that came from outside (a platform's endpoints) goes through here. A name is resolved before the call and
refused when it points into a private network, unless ``ICC_ALLOW_PRIVATE_PLATFORMS`` says otherwise (demo and labs).
"""

import ipaddress
import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from lti_tool import __version__
from lti_tool.errors import AddressRefused, BadAnswer, Unreachable

USER_AGENT = f"ICC-Bridge/{__version__}"
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
MAX_BYTES = 1_000_000


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


class Outgoing:
    """Makes the calls, over one pooled session a host.

    Args:
        allow_private: also call http and private addresses.
        connections: connections kept per host.
        timeout: seconds to connect and to wait for each read.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connections: int = 8,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT),
    ) -> None:
        self._allow_private = allow_private
        self._connections = connections
        self._timeout = timeout
        self._sessions: dict[str, requests.Session] = {}
        self._lock = threading.Lock()

    def check(self, url: str) -> None:
        """See whether we would call this address.

        Raises:
            AddressRefused: not https, no host, credentials in it, or in a private network.
        """
        parts = urlsplit(url)
        allowed = ("https", "http") if self._allow_private else ("https",)
        if parts.scheme not in allowed or not parts.hostname or parts.username or parts.password:
            raise AddressRefused(f"{parts.scheme or 'no scheme'}://{parts.hostname or '?'} is not an address we call")
        if self._allow_private:
            return
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(f"{parts.hostname} has no address") from None
        for *_rest, address in found:
            if not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
                raise AddressRefused(f"{parts.hostname} lies in a private network")

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
            Unreachable: no connection, or no answer in time.
            BadAnswer: the answer is larger than `max_bytes`.
        """
        self.check(url)
        try:
            response = self._session(url).request(
                method,
                url,
                headers=headers,
                data=data,
                timeout=timeout or self._timeout,
                allow_redirects=False,
                stream=True,
            )
            with response:
                body = self._read(response, max_bytes)
        except requests.RequestException as error:
            raise Unreachable(f"{origin(url)}: {type(error).__name__}") from None
        return Answer(response.status_code, response.headers, body, url)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()

    def _session(self, url: str) -> requests.Session:
        key = origin(url)
        with self._lock:
            if key not in self._sessions:
                session = requests.Session()
                session.trust_env = False
                session.headers["User-Agent"] = USER_AGENT
                adapter = HTTPAdapter(pool_connections=1, pool_maxsize=self._connections, pool_block=True)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                self._sessions[key] = session
            return self._sessions[key]

    @staticmethod
    def _read(response: requests.Response, max_bytes: int) -> bytes:
        body = b""
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > max_bytes:
                raise BadAnswer(f"{origin(response.url)} answered more than {max_bytes} bytes")
        return body


def origin(url: str) -> str:
    """Return scheme, host and port of a URL: what may be logged of it, and what `frame-ancestors` wants."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
