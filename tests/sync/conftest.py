"""The outbox over each engine, and a school that answers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti_tool.advantage.connector import Connector
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing as SchoolKeys
from lti_tool.demo.school import SchoolServer, SigningKey
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.vault import Vault
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.ports import free_port
from tests.recording_jobs import RecordingJobs
from tests.scripted_platform import Reply, ScriptedPlatform
from tests.sync.desk import Desk, open_desk
from tests.sync.school import AtSchool, Posting


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def desk(database: Database, clock: FakeClock, jobs: RecordingJobs) -> Desk:
    """A placement of the first assignment with one participant; nothing was handed in yet."""
    return open_desk(database, clock, jobs)


@pytest.fixture(scope="session")
def key_ring(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyRing]:
    """Our keys, once for all tests: making them costs time."""
    path = tmp_path_factory.mktemp("keys") / "icc.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    ring = KeyRing(database, Vault(SECRET), FakeClock())
    ring.signing_key()
    yield ring
    database.close()


@pytest.fixture(scope="session")
def school_key() -> SigningKey:
    """The schools' key, once for all tests."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def listening(school_key: SigningKey) -> Iterator[SchoolServer]:
    """One server for all tests: building the application costs time."""
    with SchoolServer(port=free_port(), keys=SchoolKeys([school_key])) as running:
        yield running


@pytest.fixture
def server(listening: SchoolServer, clock: FakeClock) -> Iterator[SchoolServer]:
    """A new school at the time of the test's clock, which listens."""
    listening.fresh(clock)
    yield listening
    listening.school.faults.clear()
    listening.start()


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    """May call loopback."""
    outgoing = Outgoing(allow_private=True)
    yield outgoing
    outgoing.close()


@pytest.fixture
def connector(outgoing: Outgoing, key_ring: KeyRing, clock: FakeClock) -> Connector:
    return Connector(outgoing, key_ring, clock)


@pytest.fixture
def at_school(
    server: SchoolServer,
    database: Database,
    clock: FakeClock,
    jobs: RecordingJobs,
    key_ring: KeyRing,
    outgoing: Outgoing,
) -> AtSchool:
    """A teacher with a graded link at the school."""
    return AtSchool(server, database, clock, jobs, key_ring, outgoing)


@pytest.fixture
def posting(at_school: AtSchool, jobs: RecordingJobs) -> Posting:
    """The teacher at the school, and jobs that run when a test says so."""
    return Posting(at_school, jobs)


@pytest.fixture
def scripted() -> Iterator[ScriptedPlatform]:
    """Another platform, which gives tokens and takes scores."""
    with ScriptedPlatform() as platform:
        platform.answer("POST /token", Reply(200, {"access_token": "token", "expires_in": 3600}))
        platform.answer("POST /item/scores", Reply(200))
        yield platform
