"""Serving: gunicorn with one worker process that answers requests and runs the jobs."""

import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.errors import SettingsError

THREADS = 8
GRACE_SECONDS = 30


class ToolServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The web server and the job engine in one process.

    Args:
        settings: the installation's settings.
        host, port: where to listen.
    """

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._settings = settings
        self._address = f"{host}:{port}"
        self._parts: Parts | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what differs from its defaults."""
        options: dict[str, Any] = {
            "bind": self._address,
            "workers": 1,
            "threads": THREADS,
            "worker_class": "gthread",
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 120,
            "loglevel": "warning",
            "post_worker_init": lambda _worker: self._start_jobs(),
            "worker_exit": lambda _server, _worker: self._stop_jobs(),
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Put the application together, in the worker process."""
        self._parts = compose(self._settings)
        return create_app(self._parts)

    def _start_jobs(self) -> None:
        if self._parts is not None:
            self._parts.engine.launch()

    def _stop_jobs(self) -> None:
        if self._parts is not None:
            self._parts.close()


def check_address(host: str, port: int) -> None:
    """See that nothing listens on the address yet.

    Raises:
        SettingsError: the port is taken or may not be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise SettingsError(f"port {port}: expected a number from 1 to 65535") from None
        except OSError as error:
            raise SettingsError(f"{host}:{port} cannot be used ({error.strerror}); choose another with --port") from None
