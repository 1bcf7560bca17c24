"""The outbox over each engine, and a school that answers."""

import pytest

from lti_tool.database import Database
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs
from tests.sync.desk import Desk, open_desk


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def desk(database: Database, clock: FakeClock, jobs: RecordingJobs) -> Desk:
    """A placement of the first assignment with one participant; nothing was handed in yet."""
    return open_desk(database, clock, jobs)
