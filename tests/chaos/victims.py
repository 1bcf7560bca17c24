"""Processes that are killed with -9, and started again as a service manager does."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Victim:
    """A process.

    Args:
        name: for the log.
        arguments: of Python.
        environment: its ``ICC_…`` variables.
        folder: takes what it writes: ``<name>.log``, and stdout in ``<name>.out``.
        through: a command that becomes it, such as ``ip netns exec``.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        through: Sequence[str] = (),
    ) -> None:
        self.name = name
        self._command = [*through, sys.executable, *arguments]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("ICC_")}
        self._environment = {**clean, "PYTHONPATH": str(ROOT), **environment}
        self._log, self._out = folder / f"{name}.log", folder / f"{name}.out"
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> None:
        """Start it; it may take a while to be ready."""
        self.starts += 1
        with self._log.open("ab") as log, self._out.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  # our own modules
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )

    @property
    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll() if self._process is not None else -1

    def kill(self, *, only_child: bool = False) -> bool:
        """Kill it and all that it started, or only what it started (gunicorn's worker); return whether it ran."""
        process = self._process
        if process is None or process.poll() is not None:
            return False
        children = _children(process.pid) if only_child else []
        for child in children:
            os.kill(child, signal.SIGKILL)
        if not children:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return True

    def said(self) -> list[str]:
        """Return the whole lines that it wrote to stdout."""
        text = self._out.read_text() if self._out.exists() else ""
        return text[: text.rfind("\n") + 1].splitlines()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
