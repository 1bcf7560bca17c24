"""Fixtures: a recorded Moodle and the sites over it; and a living one, with the desk between it and the rows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti_tool.app import compose, create_app
from lti_tool.config import load_settings
from lti_tool.database import Database
from lti_tool.moodle.sites import MoodleSites
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformService
from lti_tool.vault import Vault
from moodle_client import Manners
from tests.builders import Builder
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.moodle.desk import Desk
from tests.moodle.living_moodle import LivingCourse
from tests.moodle.stage import Stage
from tests.moodle_client.recorded_moodle import RecordedMoodle
from tests.recording_jobs import RecordingJobs

NEVER_WAIT = Manners(timeout=(5.0, 10.0), sleep=lambda _seconds: None, random=lambda: 1.0)
"""The client's usual manners, but that nothing waits before it is tried again."""


@pytest.fixture
def moodle() -> Iterator[RecordedMoodle]:
    """A recorded Moodle on loopback."""
    with RecordedMoodle() as running:
        yield running


@pytest.fixture
def build(database: Database, clock: FakeClock) -> Builder:
    """Writes rows, on each engine."""
    return Builder(database, clock)


@pytest.fixture
def platform(build: Builder, moodle: RecordedMoodle) -> Platform:
    """The registration of the recorded Moodle."""
    return build.platform("Zilverbos College", url=moodle.url, issuer=moodle.url)


@pytest.fixture
def sites(database: Database, clock: FakeClock) -> MoodleSites:
    """The sites, which here may lie in a private network and do without https."""
    outgoing = Outgoing(allow_private=True)
    platforms = PlatformService(database, clock, outgoing)
    return MoodleSites(database, Vault(SECRET), clock, platforms, outgoing, allow_http=True, manners=NEVER_WAIT)


@pytest.fixture
def stage(tmp_path: Path, new_sqlite_url: Callable[[], str], moodle: RecordedMoodle, clock: FakeClock) -> Iterator[Stage]:
    """The application with a school's Moodle, which is not connected yet."""
    settings = load_settings(
        base_url="http://localhost:8401",
        data_dir=tmp_path / "var",
        database_url=new_sqlite_url(),
        secret_key=SECRET,
        allow_private_platforms=True,
    )
    parts = compose(settings, clock=clock, engine=RecordingJobs(), make_rsa=rsa_key)
    build = Builder(parts.database, clock)
    platform = build.platform("Zilverbos College", url=moodle.url, issuer=moodle.url)
    course = build.course(platform, "2", title="Cultuur op school")
    cohort = build.cohort()
    build.bind(course, cohort, build.account(platform).person_id)
    app = create_app(parts)
    app.testing = True
    yield Stage(parts, app, moodle, build, platform, course, cohort)
    parts.close()


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Iterator[Desk]:
    """A connected course in which nothing happened yet, and the cohort beside it."""
    living, outgoing = LivingCourse(), Outgoing(allow_private=True)
    with RecordedMoodle(school=living) as moodle:
        yield Desk(database, clock, RecordingJobs(), moodle, living, outgoing)
    outgoing.close()
