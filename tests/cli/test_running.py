"""The database, the doctor, the worker, and how serve and demo are used wrongly; running them has tests of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import CommandLine
from tests.ports import free_port


@pytest.fixture
def taken() -> Iterator[str]:
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


@pytest.fixture
def free() -> str:
    """A port on which nobody listens."""
    return str(free_port())


def test_a_new_database_is_made_and_an_upgrade_of_the_newest_changes_nothing(command: CommandLine, tmp_path: Path) -> None:
    for _ in range(2):
        assert command.done("db", "upgrade") == "The database is up to date.\n"
    assert (tmp_path / "var" / "icc-bridge.sqlite").exists()
    assert command.json("platform", "list") == []


def test_the_doctor_lists_every_setting_and_shows_no_secret(on_each: CommandLine) -> None:
    on_each.set(ICC_FILES_URL="memory://user:geheim@/files")
    findings = {row["what"]: row for row in on_each.json("doctor")}
    assert {name for name, row in findings.items() if not row["good"]} == set()
    assert findings["ICC_SECRET_KEY"]["value"] == "set"
    assert findings["ICC_ALLOW_PRIVATE_PLATFORMS"]["value"] == "True"
    assert {"data folder", "disk", "trainings", "files", "database", "secret", "clock"} <= set(findings)
    text = on_each.done("doctor")
    assert "ICC_BASE_URL" in text
    assert "geheim" not in text
    assert "a secret for the tests" not in text


def test_the_doctor_says_what_is_not_in_order_and_goes_on(command: CommandLine) -> None:
    result = command("doctor")
    assert result.exit_code == 1
    assert "ICC_BASE_URL" in result.stdout
    assert result.stderr.startswith("icc-bridge: not in order: ")
    assert "run icc-bridge db upgrade" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_worker_of_its_own_needs_postgresql(installed: CommandLine) -> None:
    assert installed.refused("worker").startswith("a worker of its own needs PostgreSQL")


def test_a_taken_port_is_named_with_what_to_do(installed: CommandLine, taken: str, free: str) -> None:
    assert f"port {taken} on 127.0.0.1" in installed.refused("serve", "--port", taken)
    installed.set(ICC_BASE_URL=f"http://localhost:{taken}")
    assert installed.refused("serve").endswith("choose another with --port")
    assert installed.refused("demo", "--port", taken, "--school-port", free).endswith("choose another with --port")
    for more in ([], ["--walk"]):
        line = installed.refused("demo", "--port", free, "--school-port", taken, *more)
        assert line.endswith("choose another with --school-port")


def test_a_host_that_is_not_here(installed: CommandLine, free: str) -> None:
    assert "cannot be used" in installed.refused("serve", "--host", "192.0.2.1", "--port", free)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["serve", "--port", "0"], "Invalid value for '--port'"),
        (["serve", "--port", "70000"], "Invalid value for '--port'"),
        (["demo", "--out", "x"], "--out belongs to --walk"),
        (["demo", "--walk", "--fresh"], "--walk always begins anew"),
        (["demo", "--lms", "schoolbord"], "--lms: expected one of moodle, canvas, brightspace"),
        (["demo", "--port", "8400"], "--port and --school-port must differ"),
        (["demo", "--walk", "--patience", "0"], "Invalid value for '--patience'"),
    ],
)
def test_wrong_usage(command: CommandLine, words: list[str], expected: str) -> None:
    assert expected in command.misused(*words)


def test_a_folder_that_cannot_be_written_stops_the_demo_before_anything_starts(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: str
) -> None:
    (tmp_path / "var").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    assert "cannot be written" in command.refused("demo", "--port", free, "--school-port", "1024")
    out = str(tmp_path / "var" / "out")
    line = command.refused("demo", "--walk", "--out", out, "--port", free, "--school-port", "1024")
    assert line.startswith(f"--out {out}: cannot be written")
