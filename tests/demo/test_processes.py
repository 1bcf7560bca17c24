"""The demo's processes: watched, stopped, and quoted when they give up."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lti_tool.demo.processes import Child, Demo, stoppable
from lti_tool.errors import SettingsError
from tests.ports import answers, free_port


def child(tmp_path: Path, module: str, *arguments: str) -> Child:
    """Start a module."""
    return Child("school", module, arguments, {}, tmp_path / "school.log")


def test_a_process_that_gives_up_is_quoted(tmp_path: Path) -> None:
    started = child(tmp_path, "lti_tool.demo.school", "--state", str(tmp_path))
    started.wait()
    assert started.ended()
    assert started.ending().startswith("the demo school cannot start: ")


def test_a_process_that_was_ended_says_by_what(tmp_path: Path) -> None:
    started = child(tmp_path, "timeit", "-n", "1", "-s", "import signal", "signal.pause()")
    started.ask_to_stop()
    started.wait()
    assert started.ending() == "ended by SIGTERM"


def test_a_process_that_ends_well_has_nothing_to_say(tmp_path: Path) -> None:
    started = child(tmp_path, "this")
    started.wait()
    assert started.ending() == "ended with exit code 0"


def test_a_child_knows_no_settings_but_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICC_BASE_URL", "https://elsewhere.example")
    code = "import os; print(sorted(name for name in os.environ if name.startswith('ICC_')))"
    started = Child("tool", "timeit", ["-n", "1", "-r", "1", code], {"ICC_DATA_DIR": "x"}, tmp_path / "tool.log")
    started.wait()
    assert "['ICC_DATA_DIR']" in (tmp_path / "tool.log").read_text()


def test_the_demo_goes_by_its_own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICC_DATABASE_URL", "postgresql://icc@production/icc")
    monkeypatch.setenv("ICC_BASE_URL", "https://elsewhere.example")
    settings = Demo(tmp_path, 8411, 8410).settings()
    assert settings.base_url == "http://localhost:8411"
    assert settings.database_url is None
    assert settings.data_dir == tmp_path / "tool"
    assert settings.allow_private_platforms


def test_a_demo_that_cannot_start_leaves_no_process_behind(tmp_path: Path) -> None:
    (tmp_path / "school.json").write_text("{")
    port, school_port = free_port(), free_port()
    demo = Demo(tmp_path, port, school_port)
    assert demo.has_data()
    demo.start()
    try:
        with pytest.raises(SettingsError, match="the school of the demo stopped: the demo school cannot start"):
            demo.wait_until_ready()
    finally:
        demo.stop()
    assert not answers(port)
    assert not answers(school_port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_interrupts_and_the_handlers_are_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), stoppable():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


INTERRUPTED_WITHIN_EXEC = """
import os
import signal
import subprocess
import sys
from lti_tool.demo.processes import stoppable
try:
    with stoppable():
        exec("signal.raise_signal(signal.SIGTERM)")
except KeyboardInterrupt:
    print("Stopping")
"""


def test_interrupted_while_code_is_made_from_text_a_process_still_ends_as_it_wants() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", INTERRUPTED_WITHIN_EXEC], env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Stopping\n", "")


def test_in_a_thread_signals_are_left_alone() -> None:
    seen: list[object] = []

    def enter() -> None:
        with stoppable():
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]
