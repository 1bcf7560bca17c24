"""Fixtures for rooms above training: people who launch, before the whole application on SQLite, with jobs that wait."""

from collections.abc import Callable, Iterator

import pytest

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.database import Database
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.training.world import World


@pytest.fixture
def database_url(new_sqlite_url: Callable[[], str]) -> str:
    """A fresh migrated SQLite database: here the engine does not matter."""
    return new_sqlite_url()


@pytest.fixture
def jobs() -> RecordingJobs:
    """Keeps the jobs until a test runs them."""
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(settings, clock=clock, database=database, engine=jobs, make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def world(settings: Settings, database: Database, clock: FakeClock, parts: Parts) -> World:
    """People who launch, before the whole application instead of one room."""
    world = World(settings, database, clock)
    world.app = create_app(parts)
    return world
