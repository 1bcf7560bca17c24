"""`icc-bridge` as a process of its own, as operators run it; none is left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120.0
"""Seconds; only a machine under heavy load needs so many, and nothing waits longer than it has to."""


class Command:
    """A running command."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def terminate(self) -> None:
        """Send it SIGTERM."""
        self._process.terminate()

    def interrupt(self) -> None:
        """Do what Ctrl-C in a terminal does: send SIGINT to it and to all it started."""
        os.killpg(self._process.pid, signal.SIGINT)

    def running(self) -> bool:
        """Return whether it still runs."""
        return self._process.poll() is None

    def end(self) -> tuple[int, str, str]:
        """Wait until it has ended; return its exit code, and what it wrote to stdout and stderr."""
        out, err = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, out, err

    def read_until(self, text: str) -> str:
        """Wait until it writes a line with this text to stdout; return what it wrote until then."""
        stream = self._process.stdout
        assert stream is not None
        seen = ""
        for line in stream:
            seen += line
            if text in line:
                return seen
        raise AssertionError((seen, *self.end()))

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Wait until something holds; fail when the command ends before."""
        until = time.monotonic() + PATIENCE
        # A process that ends closes its output, which `select` notices at once.
        stream = self._process.stderr
        assert stream is not None
        while not what():
            assert self.running(), self.end()
            assert time.monotonic() < until
            select.select([], [], [stream], 0.05)


@contextmanager
def running(*arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Iterator[Command]:
    """Run `icc-bridge` with these arguments; afterwards it is killed with everything it started.

    Args:
        folder: where it runs.
        environment: its settings; none but these.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "lti_tool.cli", *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(Path(__file__).parents[1]), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Command(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
