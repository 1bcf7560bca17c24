"""The command line over an installation of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from tests.cli.command import CommandLine
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line, with settings of a test installation that has no database yet."""
    line = CommandLine(monkeypatch)
    line.set(
        ICC_DATA_DIR=str(tmp_path / "var"),
        ICC_SECRET_KEY=SECRET,
        ICC_ALLOW_PRIVATE_PLATFORMS="true",
    )
    return line


@pytest.fixture
def installed(command: CommandLine, new_sqlite_url: Callable[[], str]) -> CommandLine:
    """The command line over a migrated SQLite database."""
    command.set(ICC_DATABASE_URL=new_sqlite_url())
    return command


@pytest.fixture
def on_each(command: CommandLine, database_url: str) -> CommandLine:
    """The command line over a migrated database with the engine's tables, once on each engine."""
    command.set(ICC_DATABASE_URL=database_url)
    parts = compose(load_settings(), make_rsa=rsa_key)
    parts.engine.prepare()
    parts.close()
    return command


@pytest.fixture
def parts(installed: CommandLine) -> Iterator[Parts]:
    """The same installation, composed here, with jobs that run when a test says so."""
    assert installed
    composed = compose(load_settings(), engine=RecordingJobs(), make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def parts_on_each(on_each: CommandLine) -> Iterator[Parts]:
    """The same installation on each engine, composed here."""
    assert on_each
    composed = compose(load_settings(), make_rsa=rsa_key)
    yield composed
    composed.close()
