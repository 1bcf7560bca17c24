"""Running the school: in a thread on a free port for tests, or in the foreground for the demo."""

import logging
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import create_app, serve
from .keys import KeyRing
from .people import open_school
from .personalities import MOODLE
from .personality import Personality
from .records import utc_now
from .state import School


class PortTaken(Exception):
    """The port cannot be had; the message names it."""


class _Quiet(WSGIRequestHandler):
    """Serves without a line for every request; a body is not kept back until its head is acknowledged."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        logging.getLogger(__name__).debug("%s " + message, type, *args)


class SchoolServer:
    """The demo school, listening on loopback.

    Args:
        host: the address to listen on.
        port: 0 takes a free one, and keeps it over ``stop`` and ``start``.
        public_host: the name in the school's own addresses (``localhost`` in the demo), ``host`` when left out.
        seeded: open with the people and courses of the demo; otherwise empty.
        state_file: keeps the school over restarts.
        clock: the present moment, aware.
        keys: signing keys to use, for tests that start many schools.
        personality: which learning environment the school is.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        public_host: str | None = None,
        seeded: bool = False,
        state_file: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        keys: KeyRing | None = None,
        personality: Personality = MOODLE,
    ) -> None:
        self.host = host
        self.port = port
        self.public_host = public_host or host
        self._clock, self._keys = clock, keys
        self.school = School(clock=clock, state_file=state_file, keys=keys, personality=personality)
        if seeded:
            open_school(self.school)
        self.app = create_app(self.school)
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The school's address, without a slash at the end."""
        return self.school.url

    def fresh(self, clock: Callable[[], datetime] | None = None, personality: Personality = MOODLE) -> School:
        """Put a new, empty school in memory behind the same address, for the next test; the old one is let go."""
        self.school.faults.clear()
        school = School(self.school.url, clock=clock or self._clock, keys=self._keys, personality=personality)
        self.school = school
        serve(self.app, school)
        return school

    def bind(self) -> None:
        """Take the port.

        Raises:
            PortTaken: somebody else has it.
        """
        if self._server is not None:
            return
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise PortTaken(f"port {self.port} on {self.host} cannot be used: {error.strerror}") from error
        self.port = listener.getsockname()[1]
        self.school.url = f"http://{self.public_host}:{self.port}"
        self._server = make_server(
            self.host, self.port, self.app, threaded=True, request_handler=_Quiet, fd=listener.fileno()
        )
        listener.close()

    def start(self) -> Self:
        """Begin to answer in a thread of its own; raises PortTaken."""
        self.bind()
        server = self._server
        if server is not None and self._thread is None:
            self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="school", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening: connections are refused until ``start``; the school keeps what it has."""
        self.school.faults.clear()
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is not None:
            if thread is not None:
                server.shutdown()
                thread.join()
            server.server_close()

    def serve_forever(self) -> None:
        """Answer in the foreground until interrupted; raises PortTaken."""
        self.bind()
        server = self._server
        if server is None:
            return
        try:
            server.serve_forever()
        finally:
            self._server = None
            server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
