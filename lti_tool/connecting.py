"""Connections to the outside: made to addresses that were looked at, and cut when the time of their call is up."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

from lti_tool.deadlines import Deadlines

TOGETHER_BYTES = 65_536

Resolver = Callable[[str, int], Sequence[str]]
"""Returns the IP addresses of a host name (and port), best first; raises OSError when there are none."""


class Line:
    """A duplicate of a connection's socket, so that cutting works whatever TLS or the pool do with the original.

    It is closed when nobody holds it any more: not the connection, and no call that still reads an answer from it.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = socket.fromfd(connection.fileno(), connection.family, connection.type)
        self._lock = threading.Lock()
        self._holders = 1

    def hold(self) -> None:
        """Keep it open; who made it holds it already."""
        with self._lock:
            self._holders += 1

    def let_go(self) -> None:
        """Hold it no longer."""
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._socket.close()

    def cut(self) -> None:
        """End the connection, whoever reads or writes."""
        # it may be gone already
        with self._lock, suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class Watch:
    """One call: which addresses it may connect to, and when its connection is cut."""

    def __init__(self, deadlines: Deadlines, addresses: Resolver) -> None:
        self.expired = False
        self.addresses = addresses
        self._deadlines = deadlines
        self._lock = threading.Lock()
        self._held: Line | None = None

    def hold(self, line: Line) -> None:
        """Watch over this connection from now on."""
        with self._lock:
            if self._held is line:
                return
            self._let_go()
            line.hold()
            self._held = line
            if self.expired:
                line.cut()

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._held is not None:
                self._held.cut()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.let_go()
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


def _connect(wanted: HTTPConnection) -> socket.socket:
    """Connect to one of the addresses that the call may connect to; the host's name stays the one TLS checks."""
    watch = _watch.get()
    failure: Exception = NewConnectionError(wanted, "no address")
    try:
        addresses = watch.addresses(wanted.host, wanted.port)
    except OSError as error:
        raise failure from error
    for address in addresses:
        try:
            found = create_connection(
                (address, wanted.port),
                wanted.timeout,
                source_address=wanted.source_address,
                socket_options=wanted.socket_options,
            )
        except TimeoutError:
            failure = ConnectTimeoutError(wanted, "timed out")
        except OSError:
            failure = NewConnectionError(wanted, "refused")
        else:
            return found
    raise failure


class _Watched:
    """A connection that the call's `Watch` can cut.

    It sends head and body of a request together, where they are small: apart they are two packets, two TLS records and,
    with many threads, one more wait for the interpreter.
    """

    _line: Line | None = None
    _gathered: bytearray | None = None

    def _new_conn(self) -> socket.socket:
        found = _connect(cast("HTTPConnection", self))
        self._line = Line(found)
        _watch.get().hold(self._line)
        return found

    def request(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - urllib3's signature
        """Make a request and send it."""
        if self._line is not None:
            _watch.get().hold(self._line)
        self._gathered = bytearray()
        try:
            super().request(*args, **options)  # type: ignore[misc]
            self._send_gathered()
        finally:
            self._gathered = None

    def send(self, data: Any) -> None:  # noqa: ANN401 - urllib3's signature
        """Send a part of a request, small ones together."""
        if self._gathered is not None and isinstance(data, bytes) and len(self._gathered) + len(data) <= TOGETHER_BYTES:
            self._gathered += data
        else:
            self._send_gathered()
            super().send(data)  # type: ignore[misc]

    def _send_gathered(self) -> None:
        gathered, self._gathered = self._gathered, None
        if gathered:
            super().send(bytes(gathered))  # type: ignore[misc]

    def close(self) -> None:
        """Close it; who reads an answer from it reads on."""
        line, self._line = self._line, None
        super().close()  # type: ignore[misc]
        if line is not None:
            line.let_go()


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


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
