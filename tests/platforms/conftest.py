"""The room with its collaborators, a school that listens, and a platform that says what a test wrote down."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing as SchoolKeys
from lti_tool.demo.school import School, SchoolServer, SigningKey
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.invites import InviteService
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.vault import Vault
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.scripted_platform import ScriptedPlatform

BASE = "http://localhost:8401"


@pytest.fixture(scope="session")
def school_key() -> SigningKey:
    """One key for all schools: making them costs time."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """Another one, to rotate to."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """One server for all tests: building the application costs time."""
    with SchoolServer() as running:
        yield running


@pytest.fixture
def school(listening: SchoolServer, school_key: SigningKey, clock: FakeClock) -> Iterator[School]:
    """An empty school that listens, at the time of the test's clock."""
    school = listening.fresh(clock)
    school.keys = SchoolKeys([school_key])
    yield school
    school.faults.clear()


@pytest.fixture
def scripted() -> Iterator[ScriptedPlatform]:
    """A platform that says what the test wrote down."""
    with ScriptedPlatform() as platform:
        yield platform


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    """May call loopback."""
    outgoing = Outgoing(allow_private=True, timeout=(2, 2))
    yield outgoing
    outgoing.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(SECRET)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test installation on http://localhost:8401 that may talk to loopback platforms."""
    return load_settings(base_url=BASE, data_dir=tmp_path / "var", secret_key=SECRET, allow_private_platforms=True)


@pytest.fixture
def platforms(database: Database, clock: FakeClock, outgoing: Outgoing) -> PlatformService:
    """The registrations, once on each engine."""
    return PlatformService(database, clock, outgoing)


@pytest.fixture
def invites(database: Database, clock: FakeClock) -> InviteService:
    """The invitations, once on each engine."""
    return InviteService(database, clock)


@pytest.fixture
def registration(
    settings: Settings, database: Database, outgoing: Outgoing, platforms: PlatformService, invites: InviteService
) -> RegistrationService:
    """Dynamic registration, once on each engine."""
    return RegistrationService(settings, database, outgoing, platforms, invites)


@pytest.fixture
def add_platform(sqlite_database: Database, clock: FakeClock, outgoing: Outgoing) -> Callable[[str], PlatformInfo]:
    """Registers a platform of the given address on SQLite; its keys are at /keys."""

    def add(url: str, jwks_url: str = "") -> PlatformInfo:
        platforms = PlatformService(sqlite_database, clock, outgoing)
        return platforms.add("School", url, "us", f"{url}/auth", f"{url}/token", jwks_url or f"{url}/keys", ["1"])

    return add
