"""Connections to the outside: made to addresses that were looked at, and cut when the time of their call is up."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.response import HTTPResponse
from urllib3.util.connection import create_connection

from lti_tool.deadlines import Deadlines

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host name (and port), best first; raises OSError when there are none."""


class Watch:
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


_watch: ContextVar[Watch] = ContextVar("watch")


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


class Adapter(HTTPAdapter):
    """Connects within a `Watch`, to addresses that it allows; requests' own otherwise."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - requests' signature
        """Make the pools of the connections above."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class GuardedAdapter(Adapter):
    """Watches over each of its calls, until the head of the answer is there.

    Args:
        addresses: finds those of a host that may be connected to.
        seconds: how long a call may take until then.
        connections: to one host, at most; who finds none free waits.
    """

    def __init__(self, addresses: Resolver, seconds: float, connections: int) -> None:
        self._addresses = addresses
        self._seconds = seconds
        self._deadlines = Deadlines(seconds)
        super().__init__(pool_connections=1, pool_maxsize=connections, pool_block=True)

    def send(self, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        """Send, watched until the head of the answer is there."""
        with Watch(self._deadlines, self._addresses) as watch:
            response = super().send(*args, **options)
        # a head that was cut off can look complete
        if watch.expired:
            response.close()
            raise requests.ReadTimeout(f"no answer in {self._seconds:g} s")
        return response

    def close(self) -> None:
        """Close all connections."""
        super().close()
        self._deadlines.stop()
