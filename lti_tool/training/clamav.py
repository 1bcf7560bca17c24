"""Asks a ClamAV daemon whether a stream carries something harmful (clamd(8), INSTREAM).

The stream goes out in chunks, each after its length in four bytes, an empty one ends it; clamd answers one line, such as
``stream: OK`` or ``stream: Eicar-Signature FOUND``. No library: the one on PyPI (clamd 1.0.2) is of 2014 and knows no
time-outs while it sends.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 60.0
"""For one file, from the first byte to the answer."""
CHUNK = 128 * 1024
_LONGEST_ANSWER = 4096
_FOUND, _OK = " FOUND", "stream: OK"


class Readable(Protocol):
    """What can be read to its end."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


class ScannerDown(Exception):
    """The daemon did not say whether the stream is clean: it is away, too slow, or the file is over its limit."""


class ClamAv:
    """A daemon at an address.

    Args:
        url: ``tcp://host:port``, or ``unix:/path/of/the/socket``.
        monotonic: seconds that only grow.
    """

    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._monotonic = monotonic

    def __repr__(self) -> str:
        return f"ClamAv({self._url!r})"

    def find(self, stream: Readable) -> str | None:
        """Return the name of what is harmful in a stream; None: it is clean.

        Raises:
            ScannerDown: the daemon does not say.
        """
        with self._connection() as connection:
            until = self._monotonic() + ANSWER_SECONDS
            try:
                connection.sendall(b"zINSTREAM\0")
                while chunk := stream.read(CHUNK):
                    connection.settimeout(self._left(until))
                    connection.sendall(struct.pack(">L", len(chunk)) + chunk)
                connection.sendall(struct.pack(">L", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It hangs up in the middle of what is over its limit, and has said so.
                pass
            answer = self._answer(connection, until)
        if answer == _OK:
            return None
        if answer.startswith("stream: ") and answer.endswith(_FOUND):
            return answer.removeprefix("stream: ").removesuffix(_FOUND)
        raise ScannerDown(f"clamd answered: {answer or 'nothing'}")

    def version(self) -> str:
        """Return what the daemon says it is.

        Raises:
            ScannerDown: it does not answer.
        """
        with self._connection() as connection:
            connection.sendall(b"zVERSION\0")
            return self._answer(connection, self._monotonic() + CONNECT_SECONDS)

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        parts = urlsplit(self._url)
        try:
            if parts.scheme == "tcp":
                connection = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=CONNECT_SECONDS)
            else:
                connection = socket.socket(socket.AF_UNIX)
                connection.settimeout(CONNECT_SECONDS)
                connection.connect(parts.path)
            with connection:
                yield connection
        except OSError as error:
            raise ScannerDown(f"clamd: {error.strerror or type(error).__name__}") from None

    def _answer(self, connection: socket.socket, until: float) -> str:
        answer = b""
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            connection.settimeout(self._left(until))
            part = connection.recv(_LONGEST_ANSWER)
            if not part:
                break
            answer += part
        return answer.split(b"\0")[0].decode("ascii", "replace").strip()

    def _left(self, until: float) -> float:
        left = until - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left
