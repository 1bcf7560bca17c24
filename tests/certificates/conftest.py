"""The application composed over each database, with jobs that run when a test says so."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.database import Database
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def jobs() -> RecordingJobs:
    """Takes the jobs."""
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(settings, clock=clock, database=database, engine=jobs)
    yield composed
    composed.close()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    """Somebody's browser."""
    return create_app(parts).test_client()
