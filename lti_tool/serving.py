"""Serving: gunicorn with one worker process, or more, that answer requests; and a worker for jobs only.

One of the worker processes runs the jobs too. When it ends, however it ends, another one takes them over.

SIGTERM ends all in good order: no new requests, requests under way answered, running jobs finished. A job that takes
longer than that is taken up again at the next start.
"""

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.errors import SettingsError
from lti_tool.jobs.duty import Duty

THREADS = 8
REQUESTS_SECONDS = 20
"""How long requests under way may still take after SIGTERM; the jobs get ten seconds after that."""
STOP_SECONDS = 35
"""After this the worker process is killed."""
KEEP_SECONDS = 75
"""How long a connection without a request stays open: longer than most proxies keep theirs (60 seconds), because a request
that meets a connection which is just being closed is lost, and nobody may send a form twice by itself.
"""
COLLECT_AFTER = (20_000, 20, 20)
"""New objects after which the garbage collector looks at the youngest; times of that after which it looks further (`gc`)."""
HANG_SECONDS = 120
"""A worker process that does not answer gunicorn this long is replaced."""


_log = structlog.get_logger(__name__)


class OurLogs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Lets gunicorn write through the handlers of `lti_tool.logs`; requests are not logged, their addresses hold tokens."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401
        """Take gunicorn's own handlers away."""
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class ToolServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The web server, and the job engine in one of its processes.

    Args:
        settings: the installation's settings.
        host, port: where to listen.
        workers: how many processes answer.
    """

    def __init__(self, settings: Settings, host: str, port: int, workers: int = 1) -> None:
        self._settings = settings
        self._workers = workers
        self._duty = Duty()
        self._switching = threading.Lock()
        self._address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._parts: Parts | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what differs from its defaults."""
        options: dict[str, Any] = {
            "bind": self._address,
            "workers": self._workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": STOP_SECONDS,
            "timeout": HANG_SECONDS,
            "keepalive": KEEP_SECONDS,
            "logger_class": OurLogs,
            # `ICC_TRUSTED_PROXIES` alone decides which headers of a proxy count.
            "forwarded_allow_ips": "",
            "post_fork": lambda _arbiter, worker: worker.cfg.set("graceful_timeout", REQUESTS_SECONDS),
            "post_worker_init": self._start_jobs,
            "worker_int": lambda _worker: _hear_no_more(),
            "worker_exit": lambda _arbiter, worker: self._stop_jobs(worker.sockets),
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Put the application together, in the worker process."""
        self._parts = compose(self._settings)
        app = create_app(self._parts)
        settle_memory()
        return app

    def serve(self) -> None:
        """Answer until a signal ends it.

        Raises:
            SettingsError: the worker process could not start; the log says why.
        """
        try:
            self.run()
        except SystemExit as ended:
            if ended.code:
                raise SettingsError("the server stopped because its worker process could not start; see the log") from None

    def _start_jobs(self, worker: Any) -> None:  # noqa: ANN401
        if self._parts is not None:
            self._parts.tally.keep_flushing()
        if not self._duty.take():
            threading.Thread(target=self._stand_by, args=(worker,), name="stand-by", daemon=True).start()
        elif self._parts is not None:
            self._parts.engine.launch()

    def _stand_by(self, worker: Any) -> None:  # noqa: ANN401
        """Wait until the process that runs the jobs has ended, and run them here, unless this one is ending too."""
        self._duty.wait()
        with self._switching:
            if not worker.alive or self._parts is None:
                return
            try:
                self._parts.engine.launch()
            except Exception as error:  # noqa: BLE001  # whatever it is, gunicorn makes a process that can
                _log.error("jobs.not_launched", error=type(error).__name__)
                os.kill(os.getpid(), signal.SIGTERM)

    def _stop_jobs(self, listeners: Sequence[socket.socket]) -> None:
        with self._switching:
            parts, self._parts = self._parts, None
        if parts is None:
            return
        _hear_no_more()
        for listener in listeners:
            listener.close()
        parts.close()


def _hear_no_more() -> None:
    """Let no further signal end this process while it ends.

    Ctrl-C reaches it twice, from the terminal and from gunicorn, and the second would take it out of finishing its jobs.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        # Not SIG_IGN: a signal that arrived just before would be complained about on stderr.
        signal.signal(number, lambda *_args: None)


def settle_memory() -> None:
    """Let the garbage collector leave alone what the process is made of, once it has all been loaded.

    That is hundreds of thousands of objects, none of which is ever garbage: looking at them again took a third of a second
    at any moment, while all requests stood still. And let it look after so many new objects as a large page makes: each time
    it looks through all of them that are still in use.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def work(settings: Settings) -> None:
    """Run jobs, and nothing else, until SIGTERM or Ctrl-C."""
    parts = compose(settings)
    settle_memory()
    try:
        with until_stopped() as stopped:
            parts.tally.keep_flushing()
            parts.engine.launch()
            stopped.wait()
    finally:
        parts.close()


@contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """Give an event that SIGTERM, SIGHUP and Ctrl-C set."""
    stopped = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_args: stopped.set()) for number in numbers}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
