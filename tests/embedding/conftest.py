"""The whole tool in a test client, registered at a demo school that listens for the keys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing, Person, Role, School, SchoolServer, SigningKey
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.embedding.visits import LAUNCH_URL, Visitor, World
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """One school server for all tests; each test gets a fresh school in it."""
    with SchoolServer(keys=KeyRing([SigningKey.generate()])) as server:
        yield server


@pytest.fixture
def school(listening: SchoolServer, clock: FakeClock) -> School:
    """An empty school."""
    return listening.fresh(clock)


@pytest.fixture
def url(new_sqlite_url: Callable[[], str]) -> str:
    """The database's address: SQLite, unless a class of tests inherits `OnBothEngines`."""
    return new_sqlite_url()


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    """Settings of an installation on http://localhost:8401 that may talk to loopback platforms."""
    return load_settings(data_dir=tmp_path / "var", database_url=url, secret_key=SECRET, allow_private_platforms=True)


@pytest.fixture
def parts(settings: Settings, url: str, database_at: Callable[[str], Database], clock: FakeClock) -> Iterator[Parts]:
    """The tool's services."""
    parts = compose(settings, clock=clock, database=database_at(url), engine=RecordingJobs(), make_rsa=rsa_key)
    yield parts
    parts.close()


@pytest.fixture
def world(parts: Parts, clock: FakeClock, school: School) -> World:
    """The tool, registered at the school, and a course there."""
    app = create_app(parts)
    app.testing = True
    registration = school.register_tool(
        "ICC Bridge",
        login_url="http://localhost:8401/lti/login",
        redirect_uris=[LAUNCH_URL],
        deep_link_uri=LAUNCH_URL,
        jwks={},
    )
    platform = parts.platforms.add(
        "Zilverbos College",
        school.url,
        registration.client_id,
        f"{school.url}/lti/auth",
        f"{school.url}/lti/token",
        f"{school.url}/lti/certs",
        [registration.deployment_id],
        family="moodle",
    )
    course = school.add_course("Cultuur & school", label="ICC-VO")
    return World(app, parts, clock, school, registration, platform, course)


@pytest.fixture
def ilse(world: World) -> Visitor:
    """The trainer of the course."""
    return world.visitor(person(world, "Ilse", "Brouwers", Role.TEACHER))


@pytest.fixture
def zoe(world: World) -> Visitor:
    """A participant of the course."""
    return world.visitor(person(world, "Zoë", "van 't Höfen", Role.STUDENT))


def person(world: World, given: str, family: str, role: Role) -> Person:
    """Add somebody to the school and to its course."""
    made = world.school.add_person(given, family, username=given.lower())
    world.school.enrol(made, world.course, role)
    return made


class OnBothEngines:
    """Runs a class of tests once on SQLite and once on PostgreSQL."""

    @pytest.fixture
    def url(self, database_url: str) -> str:
        return database_url
