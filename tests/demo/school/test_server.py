"""Running the school: a taken port, the foreground process, and its one clear line."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from lti_tool.demo.school import PortTaken, SchoolServer
from lti_tool.demo.school.__main__ import main


@pytest.fixture
def taken() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_a_taken_port_is_named(taken: int) -> None:
    with pytest.raises(PortTaken, match=str(taken)):
        SchoolServer(port=taken).start()


def test_the_command_says_in_one_line_why_it_cannot_start(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(taken)]) == 1
    broken = tmp_path / "school.json"
    broken.write_text("kapot", encoding="utf-8")
    assert main(["--port", "0", "--state", str(broken)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert str(taken) in lines[0]
    assert "school.json" in lines[1]


def test_the_school_runs_in_a_process_of_its_own_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "school.json"
    command = [sys.executable, "-m", "lti_tool.demo.school", "--port", "0", "--state", str(state)]
    guids = []
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            assert url.startswith("http://localhost:")
            assert "Ilse Brouwers" in requests.get(url, timeout=10).text
            issuer = requests.get(f"{url}/.well-known/openid-configuration", timeout=10).json()["issuer"]
            assert issuer == url
            guids.append(requests.get(f"{url}/lti/certs", timeout=10).json()["keys"][0]["kid"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
    assert guids[0] == guids[1]


def test_a_fresh_school_takes_the_place_of_the_old_one(server: SchoolServer) -> None:
    url = server.url
    server.school.add_person("Bram", "Buiten")
    server.school.faults.down()
    fresh = server.fresh()
    assert (fresh.url, fresh.people, server.school) == (url, {}, fresh)
    assert "Buiten" not in requests.get(url, timeout=5).text


def test_starting_and_stopping_twice_does_no_harm() -> None:
    server = SchoolServer()
    with server:
        url = server.url
        server.start()
        assert requests.get(url, timeout=5).status_code == 200
    server.stop()
