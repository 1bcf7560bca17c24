"""Running the demo: the tool and the school as two processes that talk real HTTP, until somebody stops them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import requests

from lti_tool.app import compose
from lti_tool.config import load_settings, prepare_data_dir
from lti_tool.demo.walk import Walk, connect, invitation
from lti_tool.errors import SettingsError
from lti_tool.serving import check_address

HOST = "127.0.0.1"
START_SECONDS = 30.0


class Demo:
    """The two processes of the demo.

    Args:
        folder: where both keep their data.
        port, school_port: where they listen, on the loopback interface.
    """

    def __init__(self, folder: Path, port: int, school_port: int) -> None:
        self.folder = folder
        self.tool_url = f"http://localhost:{port}"
        self.school_url = f"http://localhost:{school_port}"
        self._port, self._school_port = port, school_port
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def settings(self) -> Mapping[str, str]:
        """The tool's settings, as environment variables."""
        return {
            "ICC_BASE_URL": self.tool_url,
            "ICC_DATA_DIR": str(self.folder / "tool"),
            "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
            "ICC_LOG_LEVEL": "WARNING",
            "ICC_LOG_FORMAT": "console",
        }

    def start(self) -> None:
        """Prepare the database, start both processes and wait until they answer.

        Raises:
            SettingsError: a port is taken, the folder cannot be written, or a process does not come up.
        """
        for port in (self._port, self._school_port):
            check_address(HOST, port)
        with use_environment(self.settings):
            settings = load_settings()
            prepare_data_dir(settings)
            parts = compose(settings)
            try:
                parts.upgrade()
            finally:
                parts.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
        environment |= self.settings
        school = ["lti_tool.demo.school", "--port", str(self._school_port), "--state", str(self.folder / "school.json")]
        tool = ["lti_tool.cli", "serve", "--host", HOST, "--port", str(self._port)]
        for module, *arguments in (school, tool):
            self._processes.append(
                subprocess.Popen(  # noqa: S603  # our own modules
                    [sys.executable, "-m", module, *arguments],
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        self._wait_for(f"{self.school_url}/")
        self._wait_for(f"{self.tool_url}/health/ready")

    def stop(self) -> None:
        """Stop both processes and what they started."""
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()

    def died(self) -> bool:
        """Return whether one of the processes has ended by itself."""
        return any(process.poll() is not None for process in self._processes)

    def _wait_for(self, url: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.died():
                raise SettingsError(f"the demo did not start: nothing answers at {url} (see the lines above)")
            try:
                if requests.get(url, timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise SettingsError(f"the demo did not start: nothing answers at {url} after {START_SECONDS:.0f} s")


def run_demo(port: int, school_port: int, *, fresh: bool) -> None:
    """Start the demo, connect the school, print both addresses and stay until interrupted.

    Args:
        port, school_port: where the tool and the school listen.
        fresh: remove what an earlier demo left.
    """
    folder = Path("var/demo")
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    demo = Demo(folder, port, school_port)
    try:
        demo.start()
        with use_environment(demo.settings):
            parts = compose(load_settings())
        try:
            connect(demo.school_url, lambda: invitation(parts))
        finally:
            parts.close()
        click.echo(
            f"\nICC Bridge is running.\n\n"
            f"  School (start here):  {demo.school_url}\n"
            f"  Tool:                 {demo.tool_url}\n\n"
            "Log in at the school as the trainer Ilse, open a course and add the training from ICC Bridge;\n"
            "then log in as one of the teachers and hand something in. docs/demo.md walks you through.\n"
            "Stop with Ctrl-C; what you did is kept for the next time (icc-bridge demo --fresh begins anew)."
        )
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_args: stopped.set())
        while not stopped.wait(1.0):
            if demo.died():
                raise SettingsError("the demo stopped: one of its processes ended (see the lines above)")
    finally:
        demo.stop()


def run_walk(port: int, school_port: int, out: Path | None) -> None:
    """Play the main job once against a fresh demo and stop.

    Args:
        port, school_port: where the tool and the school listen meanwhile.
        out: folder that receives the certificate in all its forms.

    Raises:
        WalkFailed: a step did not end as expected.
    """
    folder = Path(tempfile.mkdtemp(prefix="icc-walk-"))
    demo = Demo(folder, port, school_port)
    try:
        demo.start()
        with use_environment(demo.settings):
            Walk(demo.school_url, demo.tool_url, click.echo).run(out)
    finally:
        demo.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def use_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Let commands of this process see the demo's settings for a while."""
    before = {name: value for name, value in os.environ.items() if name.startswith("ICC_")}
    for name in before:
        del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update(before)
