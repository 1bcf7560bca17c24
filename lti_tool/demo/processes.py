"""The demo's two processes, the tool and the school: started, watched, and never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import requests

from lti_tool.cli.listening import check_address
from lti_tool.config import Settings, load_settings, prepare_data_dir, secrets_of
from lti_tool.demo.browser import Browser
from lti_tool.errors import SettingsError

HOST = "127.0.0.1"
START_SECONDS = 120.0
"""Only a machine under heavy load needs so long; a process that ends is noticed at once."""
STOP_SECONDS = 15.0
POLL_SECONDS = 0.05


class Child:
    """A process of ours that writes what it says to a file.

    Args:
        name: for messages.
        module, arguments: what `python -m` runs.
        settings: its settings; no others are passed on.
        log: receives its output.
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str], settings: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ICC_")}
        with log.open("wb") as output:
            # A session of its own: Ctrl-C is for the demo, which then stops its processes in good order.
            self._process = subprocess.Popen(  # noqa: S603  # our own modules
                [sys.executable, "-m", module, *arguments],
                env={**environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ended(self) -> bool:
        """Return whether it has ended by itself."""
        return self._process.poll() is not None

    def ending(self) -> str:
        """Return how it ended: the last line it wrote when it gave up by itself."""
        code = self._process.poll()
        if code is not None and code < 0:
            return f"ended by {signal.Signals(-code).name}"
        lines = [line.strip() for line in self._log.read_text("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1].removeprefix("icc-bridge: ") if code and lines else f"ended with exit code {code}"

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if not self.ended():
            self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended, and kill it with all it started when it takes too long."""
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Demo:
    """The tool and the school.

    Args:
        folder: where both keep their data.
        port, school_port: where they listen, on the loopback interface.
        job_poll_seconds: how often the tool looks for jobs.
        lms: the learning environment that the school behaves like.
        more: settings of the tool, by name and in words.
        workers: processes that answer.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        school_port: int,
        *,
        job_poll_seconds: float = 0.3,
        lms: str = "moodle",
        more: Mapping[str, str] = MappingProxyType({}),
        workers: int = 1,
    ) -> None:
        self.folder = folder
        self._workers = workers
        self._lms = lms
        self.tool_url = f"http://localhost:{port}"
        self.school_url = f"http://localhost:{school_port}"
        self._port, self._school_port = port, school_port
        self._own = {
            "base_url": self.tool_url,
            "data_dir": str((folder / "tool").absolute()),
            "allow_private_platforms": "true",
            "log_level": "WARNING",
            "log_format": "console",
            "job_poll_seconds": str(job_poll_seconds),
            **more,
        }
        self._children: list[Child] = []
        self._environment = {f"ICC_{name.upper()}": value for name, value in self._own.items()}

    def settings(self) -> Settings:
        """Return the tool's settings; what the environment says otherwise does not count."""
        defaults = {name: field.default for name, field in Settings.model_fields.items()}
        return load_settings(**{**defaults, **self._own})

    def has_data(self) -> bool:
        """Return whether an earlier demo left something."""
        return any((self.folder / name).exists() for name in ("school.json", "tool/icc-bridge.sqlite"))

    def check(self) -> None:
        """See that both ports are free and that the data folder can be written; its secret is made.

        Raises:
            SettingsError: not so.
        """
        check_address(HOST, self._port)
        check_address(HOST, self._school_port, "--school-port")
        settings = self.settings()
        prepare_data_dir(settings)
        secrets_of(settings)

    def start(self) -> None:
        """Start both processes; call `wait_until_ready` next, and `stop` whatever happens.

        Raises:
            SettingsError: a port is taken, or the folder cannot be written.
        """
        self.check()
        school = ["--port", str(self._school_port), "--state", str(self.folder / "school.json")]
        self._start("school", "lti_tool.demo.school", [*school, "--lms", self._lms])
        self.start_tool()

    def start_tool(self) -> None:
        """Start the tool alone, again after `stop_tool`; call `wait_until_ready` next."""
        serve = ["serve", "--upgrade", "--host", HOST, "--port", str(self._port)]
        self._start("tool", "lti_tool.cli", [*serve, "--workers", str(self._workers)])

    def stop_tool(self) -> None:
        """Stop the tool alone, as in an outage; the school goes on."""
        for child in [child for child in self._children if child.name == "tool"]:
            child.ask_to_stop()
            child.wait()
            self._children.remove(child)

    def _start(self, name: str, module: str, arguments: Sequence[str]) -> None:
        try:
            self._children.append(Child(name, module, arguments, self._environment, self.folder / f"{name}.log"))
        except OSError as error:
            raise SettingsError(f"{error.filename or self.folder}: {error.strerror}") from None

    def pid_of(self, name: str) -> int:
        """Return the id of a process, ``tool`` or ``school``; all that it started stand below it."""
        return next(child.pid for child in self._children if child.name == name)

    def wait_until_ready(self) -> None:
        """Return when both answer.

        Raises:
            SettingsError: a process ended, or does not answer in time.
        """
        for url in (f"{self.school_url}/", f"{self.tool_url}/health/ready"):
            until = time.monotonic() + START_SECONDS
            while not _answers(url):
                self.see_them_alive()
                if time.monotonic() > until:
                    raise SettingsError(f"the demo did not start: nothing answers at {url} after {START_SECONDS:.0f} s")
                time.sleep(POLL_SECONDS)

    def see_them_alive(self) -> None:
        """See that both processes run.

        Raises:
            SettingsError: one has ended; says how.
        """
        for child in self._children:
            if child.ended():
                raise SettingsError(f"the {child.name} of the demo stopped: {child.ending()}")

    def stop(self) -> None:
        """Stop both processes, in good order if they can; a second Ctrl-C does not leave them behind."""
        with _deaf():
            for child in self._children:
                child.ask_to_stop()
            for child in self._children:
                child.wait()
            self._children.clear()


class Interrupted(KeyboardInterrupt):
    """Somebody stops the command.

    CPython 3.11 ends a process by SIGINT, however well it was handled, once a KeyboardInterrupt came out of code that
    `exec` was given as text, as dataclasses do (`run_eval_code_obj` in pythonrun.c); it does not so for another class.
    """


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP end the block with `Interrupted`, so that what it started is stopped."""

    def interrupt(_number: int, _frame: object) -> None:
        raise Interrupted

    with _handling(interrupt, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def _deaf() -> Iterator[None]:
    with _handling(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def _handling(handler: "signal._HANDLER", *numbers: signal.Signals) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _answers(url: str) -> bool:
    try:
        with Browser(timeout=5.0) as browser:
            return browser.get(url).status == 200
    except requests.RequestException:
        return False
