"""The tool as a process of its own, which a test can kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from tests.eventually import eventually
from tests.ports import free_port


class ToolProcess:
    """``serve`` on a free loopback port.

    Args:
        settings: the ``ICC_…`` variables; the address comes on top.
        log: file that receives what the process writes.
    """

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._settings = {**settings, "ICC_BASE_URL": self.url}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", "lti_tool.cli", "serve", "--port", str(self._port)],
                env={**others, **self._settings},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually(self._answers, within=60)

    def kill(self) -> None:
        """End it and what it started, without a chance to tidy up."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        try:
            return requests.get(f"{self.url}/health/ready", timeout=5).ok
        except requests.RequestException:
            return False
