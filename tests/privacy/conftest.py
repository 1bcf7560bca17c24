"""The whole application, to look at as anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def quiet(tmp_path: Path) -> Settings:
    """Settings of an installation whose engine does not matter."""
    return load_settings(data_dir=tmp_path / "var", secret_key=SECRET, allow_private_platforms=True)


@pytest.fixture
def parts(quiet: Settings, sqlite_database: Database, clock: FakeClock) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(quiet, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def visitor(parts: Parts) -> FlaskClient:
    """Somebody without a session."""
    return create_app(parts).test_client()
