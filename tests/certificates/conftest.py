"""The application composed over each database, with jobs that run when a test says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.database import Database
from tests.certificates.installation import Installation, open_installation
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def jobs() -> RecordingJobs:
    """Takes the jobs."""
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(settings, clock=clock, database=database, engine=jobs, make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    """Somebody's browser."""
    return create_app(parts).test_client()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Installation]:
    """An installation that issued the sample certificate; tests of one file share it and change nothing in it."""
    made, close = open_installation(tmp_path_factory.mktemp("installation"), sqlite_template)
    yield made
    close()
