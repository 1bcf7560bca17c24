"""The servers that are measured, as processes of their own: started, waited for, and never left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import answers

START_SECONDS = 60.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05


class NotStarted(RuntimeError):
    """A server that is to be measured does not start; says what it said last."""


@contextmanager
def server(name: str, command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server until the block ends, and yield its process id once it listens.

    Args:
        name: for messages and for its log, ``<name>.log`` in `folder`.
        command: with its arguments.
        port: where it will listen, on the loopback interface.
        folder: where it runs.
        environment: what it is told beside the environment of this process; no ICC_ settings but these.

    Raises:
        NotStarted: it ended, or does not listen in time.
    """
    with child(name, command, folder, environment, lambda _log: answers(port)) as pid:
        yield pid


@contextmanager
def child(
    name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], ready: Callable[[Path], bool]
) -> Iterator[int]:
    """Run a process until the block ends, and yield its id once it is ready.

    Args:
        name, command, folder, environment: as of `server`.
        ready: whether it is; takes its log.

    Raises:
        NotStarted: it ended, or is not ready in time.
    """
    log = folder / f"{name}.log"
    around = {key: value for key, value in os.environ.items() if not key.startswith("ICC_")}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own commands
            command,
            cwd=folder,
            env={**around, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + START_SECONDS
        while not ready(log):
            if process.poll() is not None or time.monotonic() > until:
                raise NotStarted(f"{name} did not start: {_last_line(log)}")
            time.sleep(POLL_SECONDS)
        yield process.pid
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
